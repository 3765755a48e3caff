package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"comity"
	"comity/atlas"
	"comity/data"
	"comity/record"
	"comity/store"
	"comity/web"
)

// A directoryVerb is what `comity directory` can do.
type directoryVerb struct {
	name string
	run  func(context.Context, env, []string) error
}

func directoryVerbs() []directoryVerb {
	return []directoryVerb{{"serve", serveDirectory}, {"once", lookOnce}, {"check", checkList}, {"verify", verifyDirectory}}
}

// runDirectory watches the logs of many agencies, shows them, or checks what
// another directory says of them.
func runDirectory(ctx context.Context, e env, args []string) error {
	f := newFlags("directory")
	if len(args) > 0 {
		for _, v := range directoryVerbs() {
			if v.name == args[0] {
				return v.run(ctx, e, args[1:])
			}
		}
	}
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	return &comity.Problem{Code: "bad-argument", Message: "say what to do with the directory", Hint: "comity directory serve|once -dir D -logs FILE, check FILE, or verify -key VKEY URL"}
}

// readLogs reads the list of a directory.
func readLogs(file string) ([]record.Listed, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, noFile(file, "docs/many-logs.md says how the list is written")
	}
	list, err := record.ParseDirectory(text)
	var p *comity.Problem
	if errors.As(err, &p) {
		return nil, &comity.Problem{Code: p.Code, Message: p.Message, Hint: p.Hint, Where: file + ", " + p.Where}
	}
	return list, err
}

// openDirectory opens the record in which a directory writes, made by comity
// init as any other.
func openDirectory(ctx context.Context, dir string, list []record.Listed, config store.Config) (*store.Store, *store.Directory, error) {
	s, err := store.Open(ctx, dir, config)
	if err != nil {
		return nil, nil, err
	}
	d, err := store.OpenDirectory(ctx, s, list)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, d, nil
}

// directoryFlags are what both ways of looking need.
type directoryFlags struct{ dir, db, logs string }

func (d *directoryFlags) add(f *flags) {
	f.StringVar(&d.dir, "dir", "", "`folder` of the directory's own record, made by comity init")
	f.StringVar(&d.db, "db", "", databaseHelp)
	f.StringVar(&d.logs, "logs", "", "`file` that lists the logs")
}

func (d *directoryFlags) read() ([]record.Listed, error) {
	if err := need("dir", d.dir, "./directory"); err != nil {
		return nil, err
	}
	if err := need("logs", d.logs, "logs.txt"); err != nil {
		return nil, err
	}
	return readLogs(d.logs)
}

func serveDirectory(ctx context.Context, e env, args []string) error {
	f := newFlags("directory serve")
	var from directoryFlags
	from.add(f)
	addr := f.String("addr", "127.0.0.1:8081", "address to listen on; put a TLS proxy before any other")
	every := f.Duration("every", time.Minute, "time between two looks at a log")
	beat := f.Duration("beat", time.Minute, "time between two checkpoints of the directory's own log")
	var cosigners cosignerList
	f.Var(&cosigners, "cosigner", "`URL=VKEY` of a cosigner of the directory's own log, as of comity serve")
	quorum := f.Int("quorum", 1, "after a start, sign nothing before so many cosigners have said that they know nothing newer")
	contact := f.String("contact", "", "where people write when something here is wrong; shown on a public page")
	asJSON := f.Bool("json", false, "say {addr,pid,log} as JSON when ready")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *every < time.Second || *every > 24*time.Hour || *beat < time.Second || *beat > time.Hour {
		return &comity.Problem{Code: "bad-flag", Message: "-every must be between 1s and 24h, -beat between 1s and 1h", Where: "-every"}
	}
	list, err := from.read()
	if err != nil {
		return err
	}
	asked, err := cosigners.policy(*quorum)
	if err != nil {
		return err
	}
	book, err := openBook("")
	if err != nil {
		return err
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		return fmt.Errorf("read agreements: %w", err)
	}
	l, err := listen(*addr)
	if err != nil {
		return err
	}
	defer l.Close()
	log := slog.New(slog.NewTextHandler(e.err, nil))
	config := recordConfig(log, *beat)
	config.Database, config.Cosigners = databaseOf(from.dir, from.db), asked
	s, d, err := openDirectory(ctx, from.dir, list, config)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := agree(ctx, s, log); err != nil {
		return err
	}
	handler, err := newSite(book, nil, s, agreements, log, nil, []string{"public"}, *contact, func(c *web.Config) { c.Logs = d })
	if err != nil {
		return err
	}
	return serveUntilDone(ctx, l, handler, func(at net.Addr) error {
		if *asJSON {
			return json.NewEncoder(e.out).Encode(ready{at.String(), os.Getpid(), "http://" + at.String() + "/log"})
		}
		_, err := fmt.Fprintf(e.out, "watching %d logs; they are shown on http://%s/logs\n", len(list), at)
		return err
	}, s.Run, func(ctx context.Context) { d.Run(ctx, *every) })
}

// lookOnce looks at every log once, as cron does, and says what it saw: 1 where
// anything is wrong with any of them.
func lookOnce(ctx context.Context, e env, args []string) error {
	f := newFlags("directory once")
	var from directoryFlags
	from.add(f)
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	list, err := from.read()
	if err != nil {
		return err
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(from.dir, from.db)
	s, d, err := openDirectory(ctx, from.dir, list, config)
	if err != nil {
		return err
	}
	defer s.Close()
	round, err := d.Look(ctx)
	if err != nil {
		return err
	}
	if _, err := s.Publish(ctx); err != nil {
		return err
	}
	seen := d.Logs()
	if *asJSON {
		err = json.NewEncoder(e.out).Encode(struct {
			store.Round
			Logs []record.Watched `json:"logs"`
		}{round, seen})
	} else {
		for _, w := range seen {
			fmt.Fprintln(e.out, w.Sentence())
		}
	}
	wrong := func(w record.Watched) bool { return !w.Struck && len(w.Faults) > 0 }
	if err == nil && slices.ContainsFunc(seen, wrong) {
		return errFinding
	}
	return err
}

// checkList reads a list without looking at any log.
func checkList(_ context.Context, e env, args []string) error {
	f := newFlags("directory check")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return &comity.Problem{Code: "bad-argument", Message: "say which list to check", Hint: "comity directory check logs.txt"}
	}
	list, err := readLogs(f.Arg(0))
	if err != nil {
		return err
	}
	agencies, cosigners := map[string]bool{}, 0
	for _, l := range list {
		agencies[l.Agency] = true
		cosigners += len(l.Policy.Cosigners)
	}
	if *asJSON {
		return json.NewEncoder(e.out).Encode(map[string]int{"logs": len(list), "agencies": len(agencies), "cosigner_keys": cosigners})
	}
	_, err = fmt.Fprintf(e.out, "%d logs of %d agencies, %d keys of cosigners\n", len(list), len(agencies), cosigners)
	return err
}
