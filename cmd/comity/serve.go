package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"comity"
	"comity/atlas"
	"comity/data"
	"comity/desk"
	"comity/desk/deconflict"
	"comity/door"
	"comity/law"
	"comity/oversight"
	"comity/papers"
	"comity/store"
	"comity/web"
	"comity/web/webhook"
)

// parts of the site that can be served apart: a public mirror has no desk.
var allParts = []string{"desk", "public", "door"}

// runServe serves one record until it is told to stop.
func runServe(ctx context.Context, e env, args []string) error {
	f := newFlags("serve")
	dir := f.String("dir", "", "folder of the record")
	db := f.String("db", "", databaseHelp)
	addr := f.String("addr", "127.0.0.1:8080", "address to listen on; put a TLS proxy before any other")
	var withhold list
	f.Var(&withhold, "withhold", "ORIs that hold people for ICE under contract: their custody headers are never released (8 CFR 236.6)")
	beat := f.Duration("beat", time.Minute, "time between two checkpoints")
	overlay := f.String("law", "", "a folder of packs laid over the built-in law, or of installed releases")
	draftDir := f.String("drafts", "", "a folder of bills for the page of drafts, in place of those that ship")
	contact := f.String("contact", "", "where people write when the law here is wrong; shown on a public page")
	asJSON := f.Bool("json", false, "say {addr,pid,log} as JSON when ready")
	var cosigners cosignerList
	f.Var(&cosigners, "cosigner", "`URL=VKEY` of a cosigner to ask at every beat, or URL=FILE; where the folder of the record has a file cosigners, that is used")
	quorum := f.Int("quorum", 1, "after a start, sign nothing before so many cosigners have said that they know nothing newer")
	var stamps list
	f.Var(&stamps, "stamp", "`address` of a time-stamp authority (RFC 3161) to stamp checkpoints; give two")
	stampEvery := f.Duration("stamp-every", time.Hour, "time between two stampings")
	site := f.String("site", "", "`address` of this server from outside, such as https://record.county.example; passkeys are bound to it")
	provider := f.String("oidc", "", providerHelp)
	retention := f.String("retention", "", "`file` of the retention schedule that the agency adopted; without it nothing is destroyed by a clock")
	evidence := f.String("evidence", "", evidenceHelp)
	counsel := f.String("counsel", "", "`folder` for counsel's notes, outside the record; without it this copy keeps none")
	peers := f.String("peers", "", "`file` of the watch desk and of the agencies that it shares a key with, to deconflict planned operations")
	hooks := f.String("webhooks", "", "`file` of the agency's own systems that are told what is recorded")
	sandbox := f.Bool("sandbox", false, "serve only a record that was made with init -sample: for those who build other systems")
	parts := list(slices.Clone(allParts))
	f.Func("parts", "which parts to serve, of desk,public,door", func(s string) error {
		parts = nil
		return parts.Set(s)
	})
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if err := need("dir", *dir, "./record"); err != nil {
		return err
	}
	for _, p := range parts {
		if !slices.Contains(allParts, p) {
			return &comity.Problem{Code: "bad-flag", Message: fmt.Sprintf("there is no part %q", p), Where: "-parts", Hint: "desk, public, door"}
		}
	}
	if *beat < time.Second || *beat > time.Hour {
		return &comity.Problem{Code: "bad-flag", Message: "the beat must be between 1s and 1h", Where: "-beat"}
	}
	if *stampEvery < time.Minute || *stampEvery > 31*24*time.Hour {
		return &comity.Problem{Code: "bad-flag", Message: "the time between two stampings must be between 1m and 744h", Where: "-stamp-every"}
	}
	if *provider != "" && *site == "" {
		return &comity.Problem{Code: "missing-flag", Message: "-oidc needs -site", Where: "-oidc", Hint: "the provider sends people back to an address that it was told: -site https://record.county.example"}
	}
	if err := store.CheckAuthorities(stamps); err != nil {
		return err
	}
	asked, err := cosigners.policy(*quorum)
	if err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	drafts, err := openDrafts(book, *draftDir)
	if err != nil && (*draftDir != "" || *overlay == "") {
		return err // bills that ship need not fit a law of one's own
	}
	var lines []deconflict.Line
	if *peers != "" {
		line, err := readPeers(*peers)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	var told []webhook.Address
	if *hooks != "" {
		if !slices.Contains(parts, "desk") {
			return &comity.Problem{Code: "bad-flag", Message: "only a server with the desk tells other systems", Where: "-webhooks", Hint: "add desk to -parts"}
		}
		if told, err = readWebhooks(*hooks); err != nil {
			return err
		}
	}
	l, err := listen(*addr)
	if err != nil {
		return err
	}
	defer l.Close()
	log := slog.New(slog.NewTextHandler(e.err, nil))
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		return fmt.Errorf("read agreements: %w", err)
	}
	config := recordConfig(log, *beat)
	config.Withhold = withholder(agreements, withhold)
	config.Cosigners = asked
	if config.Retention, err = readRetention(*retention); err != nil {
		return err
	}
	config.Database = databaseOf(*dir, *db)
	if err := withEvidence(ctx, &config, *dir, *evidence); err != nil {
		return err
	}
	s, err := store.Open(ctx, *dir, config)
	if err != nil {
		return err
	}
	defer s.Close()
	if *sandbox && !s.Identity().Sample {
		return &comity.Problem{Code: "not-a-sample", Message: "this is a real record", Where: *dir, Hint: "comity init -sample makes one for a sandbox"}
	}
	work := []func(context.Context){s.Run}
	own := func(*web.Config) {}
	if *counsel != "" {
		kept, err := openNotes(*dir, *counsel)
		if err != nil {
			return err
		}
		own = func(c *web.Config) { c.Notes = notes{kept} }
		work = append(work, sweepNotes(s, kept, func(err error) { log.Error("counsel's notes", "err", err) }))
	}
	if err := agree(ctx, s, log); err != nil {
		return err
	}
	join, retry := linesTo(lines)
	tell := func(c *web.Config) {
		if c.Webhooks = (webhooks{s, told}); c.Desk != nil && len(told) > 0 {
			work = append(work, newSender(s, c.Desk, told, log).Run)
		}
	}
	keeper := newDoorkeeper(s, log)
	vouching, first, err := vouch(s, *provider, log)
	if err != nil {
		return err
	}
	handler, err := newSite(book, drafts, s, agreements, log, nil, parts, *contact, own, join, tell, vouching, keeper.at(parts), func(c *web.Config) { c.Site = *site })
	if err != nil {
		return err
	}
	work = append(work, keeper.run, retry(log), first, watchAccess(s, book, log))
	if len(stamps) > 0 {
		work = append(work, func(ctx context.Context) { s.RunStamps(ctx, stamps, *stampEvery) })
	}
	return serveUntilDone(ctx, l, handler, func(at net.Addr) error {
		if *asJSON {
			return json.NewEncoder(e.out).Encode(ready{at.String(), os.Getpid(), "http://" + at.String() + "/log"})
		}
		_, err := fmt.Fprintf(e.out, "listening on http://%s\n", at)
		return err
	}, work...)
}

type ready struct {
	Addr string `json:"addr"`
	PID  int    `json:"pid"`
	Log  string `json:"log"`
}

// newSite wires law, record and data into the pages.
func newSite(book *law.Book, drafts []*law.Draft, s *store.Store, agreements *atlas.Agreements, log *slog.Logger, named map[string]web.Home, parts []string, contact string, also ...func(*web.Config)) (http.Handler, error) {
	agencies, err := atlas.LoadAgencies(data.FS)
	if err != nil {
		return nil, fmt.Errorf("read agencies: %w", err)
	}
	answers, err := atlas.LoadAnswers(data.FS)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	corrections, err := atlas.LoadCorrections(data.FS, nil)
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	c := web.Config{
		Law: book, Drafts: drafts, Corrections: corrections, Contact: contact, Agencies: agencies, Agreements: agreements, Answers: answers,
		Sandbox: s.Identity().Sample,
		Record:  publicRecord{s}, Cosigners: cosignersOf(s), Looked: looked{s}, Figures: &figures{store: s, log: log}, Files: s, Now: time.Now, Log: log, Replay: shippedReplay(book, log),
	}
	if slices.Contains(parts, "door") {
		if c.Tell, err = door.LoadTell(data.FS); err != nil {
			return nil, fmt.Errorf("read how to tell it is us: %w", err)
		}
		if c.Fingerprints, err = door.LoadFingerprints(data.FS); err != nil {
			return nil, fmt.Errorf("read the note on fingerprints: %w", err)
		}
		c.Tells = s
	}
	if slices.Contains(parts, "desk") {
		home := homes{named, agencies, book, new(sync.Map)}
		c.Desk = &desk.Desk{Law: book, Record: s, Now: time.Now, AgencyZone: home.zone, Keeper: s}
		c.Packets = packets{s, book, c.Desk}
		c.Deconflict = &deconflict.Office{Desk: c.Desk, Plans: plans{s}, Send: postPeer, Home: home.acts, Agreements: listed(agreements), Now: time.Now}
		c.Papers = paperReader{papers.NewReader()}
		c.Accounts, c.Counts, c.Viewings, c.Homes = accounts{s}, s, s, home
		c.Training = s
		c.Passkeys, c.People, c.Stands = passkeys{s}, people{s}, stands(book, time.Now)
	}
	for _, set := range also {
		set(&c)
	}
	return web.New(c)
}

// shippedReplay decides the detainers that ship when the page is first asked
// for, beside the server: a start must not wait for it. Until then it is nil.
func shippedReplay(book *law.Book, log *slog.Logger) func() *oversight.DetainerReplay {
	var result atomic.Pointer[oversight.DetainerReplay]
	begin := sync.OnceFunc(func() {
		go func() {
			list, err := oversight.LoadDetainers(data.FS)
			if err != nil {
				log.Error("read detainers", "err", err)
				return
			}
			r, err := oversight.ReplayDetainers(book, list, oversight.Options{Known: time.Now().UTC().Format(time.DateOnly), Law: book.Digest()})
			if err != nil {
				log.Error("replay detainers", "err", err)
				return
			}
			result.Store(r)
		}()
	})
	return func() *oversight.DetainerReplay {
		begin()
		return result.Load()
	}
}

// listen takes the address first, so that a wrong one is told before anything
// is opened.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, &comity.Problem{Code: "bad-address", Message: "cannot listen there: " + err.Error(), Where: "-addr", Hint: "is another server running? -addr 127.0.0.1:0 takes a free port"}
	}
	return l, nil
}

// serveUntilDone says when it is ready, and ends cleanly: what was
// acknowledged is durable either way.
func serveUntilDone(ctx context.Context, l net.Listener, h http.Handler, tellReady func(net.Addr) error, work ...func(context.Context)) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	for _, w := range work {
		wait.Go(func() { w(ctx) })
	}
	wait.Go(func() {
		<-ctx.Done()
		ending, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		_ = server.Shutdown(ending)
	})
	if err := tellReady(l.Addr()); err != nil {
		cancel()
		return errors.Join(err, l.Close())
	}
	err := server.Serve(l)
	cancel()
	wait.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
