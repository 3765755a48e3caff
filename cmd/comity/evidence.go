package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/desk"
	"comity/store"
	"comity/web"
)

const evidenceHelp = "`place` of the evidence store: a folder, or s3://BUCKET/PREFIX?endpoint=HOST&region=REGION; without it DIR/evidence, where that is there"

// evidenceAt is where the evidence of a record lies: what the flag says, else
// the folder in the record; empty: there is none.
func evidenceAt(dir, flag string) string {
	inside := filepath.Join(dir, "evidence")
	if _, err := os.Stat(inside); flag == "" && err == nil {
		return inside
	}
	return flag
}

// withEvidence opens the evidence store for a program that writes.
func withEvidence(ctx context.Context, config *store.Config, dir, flag string) (err error) {
	if place := evidenceAt(dir, flag); place != "" {
		config.Evidence, err = store.OpenEvidence(ctx, place)
	}
	return err
}

// looked lists who looked at what is sealed.
type looked struct{ *store.Store }

func (l looked) Looked(ctx context.Context, agency, entry string, most int) ([]web.Viewing, error) {
	list, err := l.Viewings(ctx, agency, entry, most)
	var out []web.Viewing
	for _, v := range list {
		out = append(out, web.Viewing{Entry: v.Entry, Account: v.Account, Role: v.Role, How: v.How, At: v.At})
	}
	return out, err
}

// notes are counsel's own, outside the record.
type notes struct{ *store.CounselNotes }

func (n notes) Add(ctx context.Context, agency string, note web.Note) error {
	return n.CounselNotes.Add(ctx, agency, store.CounselNote(note))
}

func (n notes) Of(ctx context.Context, agency, entry string) ([]web.Note, error) {
	list, err := n.CounselNotes.Of(ctx, agency, entry)
	return webNotes(list), err
}

func (n notes) All(ctx context.Context, agency string) ([]web.Note, error) {
	list, err := n.CounselNotes.All(ctx, agency)
	return webNotes(list), err
}

func webNotes(list []store.CounselNote) []web.Note {
	var out []web.Note
	for _, n := range list {
		out = append(out, web.Note(n))
	}
	return out
}

// openNotes opens counsel's notes in a folder outside the record, so that no
// backup of the record holds them. Their key lies with the keys of the record.
func openNotes(dir, folder string) (*store.CounselNotes, error) {
	inside, errs := filepath.Abs(dir)
	outside, err := filepath.Abs(folder)
	if err := errors.Join(errs, err); err != nil {
		return nil, err
	}
	if rest, err := filepath.Rel(inside, outside); err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
		return nil, &comity.Problem{Code: "bad-flag", Message: "counsel's notes must lie outside the folder of the record: its backup would hold them", Where: "-counsel", Hint: "name another folder, that counsel alone may read"}
	}
	return store.OpenCounselNotes(outside, filepath.Join(inside, "keys", "counsel.key"))
}

// sweepNotes destroys once a day what ran out long ago and no hold keeps.
func sweepNotes(s *store.Store, n *store.CounselNotes, failed func(error)) func(context.Context) {
	held := func(ctx context.Context, _, entry string) (bool, error) {
		list, err := s.Holds(ctx, entry)
		if desk.IsNotFound(err) {
			return false, nil // the note outlived a record that is not this one
		}
		return len(list) > 0, err
	}
	return func(ctx context.Context) {
		for day := time.NewTicker(24 * time.Hour); ; {
			if err := n.Sweep(ctx, time.Now(), held); err != nil && ctx.Err() == nil {
				failed(err)
			}
			select {
			case <-ctx.Done():
				day.Stop()
				return
			case <-day.C:
			}
		}
	}
}
