package main

import (
	"context"
	"crypto/fips140"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"time"

	"comity/law"
	"comity/store"
)

// runDoctor checks everything that can be checked and says what to do.
func runDoctor(ctx context.Context, e env, args []string) error {
	f := newFlags("doctor")
	dir := f.String("dir", "", "folder of the record; without it only the program and its law")
	db := f.String("db", "", databaseHelp)
	evidence := f.String("evidence", "", evidenceHelp)
	provider := f.String("oidc", "", providerHelp+"; it is asked whether it answers")
	repair := f.Bool("repair", false, "first open the record, bring an older schema forward (with PostgreSQL as the owner of the tables) and make the files of the public log anew; no server may have it open")
	asJSON := f.Bool("json", false, "a list of {about, grade, says, do} as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if *repair {
		if err := need("dir", *dir, "./record"); err != nil {
			return err
		}
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(*dir, *db)
	config.EvidencePlace = evidenceAt(*dir, *evidence)
	if *repair {
		if err := store.Repair(ctx, *dir, config); err != nil {
			return err
		}
	}
	list, err := examineProgram()
	if err != nil {
		return err
	}
	if *provider != "" {
		found, err := examineProvider(ctx, *provider)
		if err != nil {
			return err
		}
		list = append(list, found)
	}
	if *dir != "" {
		found, err := store.Examine(ctx, *dir, config)
		if err != nil {
			return err
		}
		list = append(list, found...)
	}
	wrong, counted := store.Count(list)
	if err := tellRemarks(e, list, counted, *asJSON); err != nil {
		return err
	}
	if wrong > 0 {
		return errFinding
	}
	return nil
}

// examineProgram looks at the law and at what else the program needs.
func examineProgram() ([]store.Remark, error) {
	book, err := openBook("")
	if err != nil {
		return nil, err
	}
	list := []store.Remark{{About: "law", Grade: store.Fine, Says: fmt.Sprintf("%d packs load", len(book.Packs()))}}
	if n := failing(book); n > 0 {
		list = append(list, store.Remark{About: "law", Grade: store.Wrong, Says: fmt.Sprintf("%d tests of the law fail", n), Do: "comity law test lists them; install a sound release"})
	} else {
		list = append(list, store.Remark{About: "law", Grade: store.Fine, Says: "its tests pass"})
	}
	if due := overdue(book, time.Now().UTC().Format(time.DateOnly)); len(due) > 0 {
		list = append(list, store.Remark{About: "law", Grade: store.Note, Do: "look for a newer release (docs/law-updates.md); answers from these packs say that they are overdue",
			Says: fmt.Sprintf("%d packs are past the day on which somebody should have looked again: %s", len(due), strings.Join(due[:min(5, len(due))], ", "))})
	}
	fips := "Go's FIPS 140 module is off; GODEBUG=fips140=on in the server's environment turns it on"
	if fips140.Enabled() {
		fips = "Go's FIPS 140 module is on"
	}
	list = append(list, store.Remark{About: "program", Grade: store.Fine, Says: fips})
	if _, err := exec.LookPath("chromium"); err != nil {
		list = append(list, store.Remark{About: "program", Grade: store.Note, Says: "Chromium is not installed: pages print from the browser, not as PDF files"})
	}
	return list, nil
}

func overdue(book *law.Book, today string) []string {
	var out []string
	for _, p := range book.Packs() {
		if p.Stale(today) {
			out = append(out, p.ID)
		}
	}
	return out
}

func tellRemarks(e env, list []store.Remark, counted string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.out).Encode(list)
	}
	words := map[string]string{store.Fine: "ok   ", store.Note: "note ", store.Wrong: "WRONG"}
	for _, r := range list {
		fmt.Fprintf(e.out, "%s %s: %s\n", words[r.Grade], r.About, r.Says)
		if r.Do != "" {
			fmt.Fprintf(e.out, "      do: %s\n", r.Do)
		}
	}
	_, err := fmt.Fprintln(e.out, counted)
	return err
}
