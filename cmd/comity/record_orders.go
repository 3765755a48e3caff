package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"comity"
	"comity/desk"
	"comity/record"
	"comity/store"
)

// runRecord is counsel's way to the record where no server runs: holds,
// erasures, the ledger of erasures, one field with its proof.
func runRecord(ctx context.Context, e env, args []string) error {
	verbs := map[string]func(context.Context, env, *orderFlags) error{
		"hold": orderHold, "lift": orderLift, "holds": orderHolds, "erase": orderErase, "ledger": orderLedger, "show": orderShow,
	}
	if len(args) == 0 || verbs[args[0]] == nil {
		f := newOrderFlags()
		if len(args) > 0 {
			if err := f.parse(e, args, 0); errors.Is(err, errHelp) {
				return err
			}
		}
		return &comity.Problem{Code: "bad-argument", Message: "say what to do", Hint: "comity record hold, lift, holds, erase, ledger or show"}
	}
	f := newOrderFlags()
	if err := f.parse(e, args[1:], 0); err != nil {
		return err
	}
	if err := need("dir", f.dir, "./record"); err != nil {
		return err
	}
	return verbs[args[0]](ctx, e, f)
}

type orderFlags struct {
	*flags
	dir, db, entry, id, authority, by, file, evidence string
	fields                                            list
	chain, header, asJSON                             bool
}

func newOrderFlags() *orderFlags {
	f := &orderFlags{flags: newFlags("record")}
	f.StringVar(&f.dir, "dir", "", "folder of the record")
	f.StringVar(&f.db, "db", "", databaseHelp)
	f.StringVar(&f.entry, "entry", "", "id of the entry")
	f.StringVar(&f.id, "id", "", "id of the hold: a new one for hold and lift, where lift names the hold as -entry")
	f.StringVar(&f.authority, "authority", "", "who orders it and by what paper; names no person")
	f.StringVar(&f.by, "by", "court", "sort of authority: court, statute or agency")
	f.StringVar(&f.file, "file", "", "a ledger of erasures to carry out again, after a restore")
	f.StringVar(&f.evidence, "evidence", "", evidenceHelp)
	f.Var(&f.fields, "field", "fields to show, for example form.box")
	f.BoolVar(&f.chain, "chain", false, "erase every entry of the chain")
	f.BoolVar(&f.header, "header", false, "withdraw the public headers too")
	f.BoolVar(&f.asJSON, "json", false, "as JSON")
	return f
}

// open opens the record after the flags that an order needs are there.
func (f *orderFlags) open(ctx context.Context, wants ...string) (*store.Store, error) {
	for _, name := range wants {
		if err := need(name, f.Lookup(name).Value.String(), map[string]string{"entry": "jail-2026-004711", "id": "hold-2026-1", "authority": "'Circuit Court of Cook County, order 26-EX-104'", "field": "form.box", "file": "./erasures"}[name]); err != nil {
			return nil, err
		}
	}
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(f.dir, f.db)
	if err := withEvidence(ctx, &config, f.dir, f.evidence); err != nil {
		return nil, err
	}
	return store.Open(ctx, f.dir, config)
}

func (f *orderFlags) tell(e env, words string, entries ...record.Appended) error {
	if f.asJSON {
		ids := []string{}
		for _, a := range entries {
			ids = append(ids, a.ID)
		}
		return writeJSON(e, map[string]any{"entries": ids})
	}
	_, err := fmt.Fprintln(e.out, words)
	return err
}

func orderHold(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "entry", "id", "authority")
	if err != nil {
		return err
	}
	defer s.Close()
	done, err := s.Hold(ctx, f.entry, record.HoldOrder{ID: f.id, Authority: f.authority, Role: "counsel"})
	if err != nil {
		return err
	}
	return f.tell(e, "held: nothing in the chain of "+f.entry+" can be erased until this hold is lifted", done)
}

func orderLift(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "entry", "id", "authority")
	if err != nil {
		return err
	}
	defer s.Close()
	done, err := s.LiftHold(ctx, f.entry, record.HoldOrder{ID: f.id, Authority: f.authority, Role: "counsel"})
	if err != nil {
		return err
	}
	return f.tell(e, "lifted: the hold "+f.entry, done)
}

func orderHolds(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "entry")
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Holds(ctx, f.entry)
	if err != nil {
		return err
	}
	if f.asJSON {
		out := []map[string]string{}
		for _, h := range list {
			out = append(out, map[string]string{"id": h.ID, "entry": h.Entry, "authority": h.Authority, "since": h.Since.Format(time.RFC3339)})
		}
		return writeJSON(e, map[string]any{"holds": out})
	}
	for _, h := range list {
		fmt.Fprintf(e.out, "%s on %s since %s: %s\n", h.ID, h.Entry, h.Since.Format(time.RFC3339), h.Authority)
	}
	return nil
}

func orderErase(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "entry", "authority")
	if err != nil {
		return err
	}
	defer s.Close()
	o := record.Order{Entry: f.entry, Authority: f.authority, By: record.By(f.by), Chain: f.chain, Header: f.header}
	if o.By == record.BySchedule {
		return &comity.Problem{Code: "bad-order", Where: "-by", Message: "the record itself carries out its schedule", Hint: "court, statute or agency"}
	}
	done, err := s.Expunge(ctx, o)
	if err != nil {
		return err
	}
	return f.tell(e, fmt.Sprintf("erased: %d entries. Keep a copy of the ledger %s apart from every backup; backups and replicas made before still hold sealed bytes (docs/erasure.md)", len(done), filepath.Join(f.dir, "erasures")), done...)
}

func orderLedger(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "file")
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.ReplayErasures(ctx, f.file)
	if err != nil {
		return err
	}
	if f.asJSON {
		err = writeJSON(e, map[string]int{"lines": r.Lines, "erased": r.Erased, "unknown": r.Unknown, "held": r.Held})
	} else {
		_, err = fmt.Fprintf(e.out, "%d lines: %d erased again, %d not in this record, %d kept by a hold\n", r.Lines, r.Erased, r.Unknown, r.Held)
	}
	if err == nil && r.Held > 0 {
		return errFinding
	}
	return err
}

// orderShow writes the receipt with single fields and their proofs, as comity
// verify -receipt reads it. The program is run by whoever holds the keys; a
// server asks two people (desk.OpenDisclosure).
func orderShow(ctx context.Context, e env, f *orderFlags) error {
	s, err := f.open(ctx, "entry", "field", "authority")
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Append(ctx, record.Draft{
		ID: "shown." + f.entry + "." + time.Now().UTC().Format("20060102T150405"), Agency: s.Identity().Agency, Kind: "look", At: time.Now(),
		Fields: []record.Field{{Name: "form.step", Value: desk.Opened}, {Name: "form.fields", Value: f.fields.String()}, {Name: "form.account", Value: "keeper of the keys"},
			{Name: "form.reason", Value: f.authority, Personal: true}},
	}); err != nil {
		return err
	}
	receipt, err := s.Disclose(ctx, f.entry, f.fields...)
	if err == nil {
		_, err = e.out.Write(receipt)
	}
	return err
}

// readRetention reads the schedule that an agency adopted.
func readRetention(path string) ([]store.Retention, error) {
	if path == "" {
		return nil, nil
	}
	return store.ReadRetention(os.DirFS(filepath.Dir(path)), filepath.Base(path), append(record.OwnKinds(), desk.RecordKinds()...))
}
