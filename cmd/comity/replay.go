package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/data"
	"comity/law"
	"comity/oversight"
)

// runReplay decides again: a list of detainers (without an argument the one
// that ships), an exported log, or a record.
func runReplay(ctx context.Context, e env, args []string) error {
	f := newFlags("replay")
	asJSON := f.Bool("json", false, "the whole result as JSON")
	asCSV := f.Bool("csv", false, "the main table as CSV")
	known := f.String("known", time.Now().Format(time.DateOnly), "the day whose knowledge of the law is used for a list")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	token := f.String("token", os.Getenv("COMITY_TOKEN"), "token of the agency, for an address; better in COMITY_TOKEN")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if *asJSON && *asCSV {
		return &comity.Problem{Code: "bad-flag", Message: "-json and -csv exclude each other"}
	}
	if err := needDay("known", *known); err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	what := f.Arg(0)
	if what == "" || strings.EqualFold(filepath.Ext(what), ".csv") {
		return replayList(e, book, what, *known, *asJSON, *asCSV)
	}
	log, err := readLog(ctx, what, *token)
	if err != nil {
		return err
	}
	return showLogReplay(e, oversight.ReplayLog(book, log, time.Now()), *asJSON, *asCSV)
}

// replayList replays detainers: those that ship, or a file as published.
func replayList(e env, book *law.Book, name, known string, asJSON, asCSV bool) error {
	list, err := openDetainers(book, name)
	if err != nil {
		return err
	}
	o := oversight.Options{Known: known, Law: book.Digest()}
	if file, ok := e.err.(*os.File); ok && isTerminal(file) {
		o.Progress = progress(e.err)
	}
	r, err := oversight.ReplayDetainers(book, list, o)
	if err != nil {
		return err
	}
	switch {
	case asJSON:
		return r.WriteJSON(e.out)
	case asCSV:
		return r.WriteCSV(e.out)
	}
	return r.WriteText(e.out)
}

func openDetainers(book *law.Book, name string) (*oversight.Detainers, error) {
	if name == "" {
		return oversight.LoadDetainers(data.FS)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, noFile(name, "give a file of detainers as published")
	}
	defer file.Close()
	places, err := oversight.LoadGazetteer(data.FS, book.Places())
	if err != nil {
		return nil, err
	}
	return oversight.ImportDetainers(file, places)
}

func noFile(name, hint string) *comity.Problem {
	return &comity.Problem{Code: "no-file", Message: "the file cannot be read", Where: name, Hint: hint}
}

// progress draws one line that grows.
func progress(w io.Writer) func(done, total int) {
	return func(done, total int) {
		const width = 40
		n := width * done / max(total, 1)
		fmt.Fprintf(w, "\r[%s%s] %d of %d", strings.Repeat("=", n), strings.Repeat(" ", width-n), done, total)
		if done >= total-total%5000 {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// readLog reads what a record holds: its folder, its address (with the
// agency's token), or JSON lines exported from it.
func readLog(ctx context.Context, what, token string) ([]oversight.Recorded, error) {
	if strings.HasPrefix(what, "http://") || strings.HasPrefix(what, "https://") {
		return fetchLog(ctx, what, token)
	}
	info, err := os.Stat(what)
	switch {
	case err != nil:
		return nil, noFile(what, "give a list (.csv), a record's folder or address, or exported JSON lines")
	case !info.IsDir():
		file, err := os.Open(what)
		if err != nil {
			return nil, noFile(what, "")
		}
		defer file.Close()
		return oversight.ReadRecorded(file)
	}
	s, err := openStore(ctx, what)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	entries, err := allEntries(ctx, s)
	if err != nil {
		return nil, err
	}
	return oversight.FromEntries(entries)
}

func showLogReplay(e env, r *oversight.LogReplay, asJSON, asCSV bool) error {
	switch {
	case asJSON:
		if err := json.NewEncoder(e.out).Encode(r); err != nil {
			return err
		}
	case asCSV:
		fmt.Fprintln(e.out, "what,entry,act,cause")
		for _, f := range r.Findings {
			fmt.Fprintf(e.out, "%s,%s,%s,%q\n", f.What, f.Entry, f.Act, f.Cause)
		}
	default:
		fmt.Fprintf(e.out, "%d entries, %d decisions decided again\n", r.Entries, r.Total)
		for _, s := range []oversight.Standing{oversight.Consistent, oversight.Withheld, oversight.Differs} {
			fmt.Fprintf(e.out, "  %-22s %d\n", s, r.Standings[s])
		}
		for _, f := range r.Findings {
			fmt.Fprintf(e.out, "%s: entry %s, %s: %s\n", f.What, f.Entry, f.Act, f.Cause)
		}
		if len(r.Findings) == 0 {
			fmt.Fprintln(e.out, "nothing to look at")
		}
	}
	if len(r.Findings) > 0 {
		return errFinding
	}
	return nil
}
