package record

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"comity"
)

// A Report is what checking a whole log showed.
type Report struct {
	Checkpoint Checkpoint
	Signed     []byte // the checkpoint as it is served
	Tiles      int    // files of hashes compared
}

// Verify reads a whole log and builds its tree again: every leaf, every tile,
// the root and the signature must agree.
func Verify(ctx context.Context, key Key, files Fetcher) (Report, error) {
	signed, err := files.ReadFile(ctx, "checkpoint")
	if err != nil {
		return Report{}, unreadable("checkpoint", err)
	}
	c, err := key.Checkpoint(signed)
	if err != nil {
		return Report{}, err
	}
	r := Report{Checkpoint: c, Signed: signed}
	compare := func(path string, want []byte) error { return r.compare(ctx, files, path, want) }
	e := &edge{}
	for n := int64(0); e.size < c.Size; n++ {
		if err := addBundle(ctx, files, e, n, int(min(tileWidth, c.Size-e.size)), compare); err != nil {
			return Report{}, err
		}
	}
	if err := e.flush(0, compare); err != nil {
		return Report{}, err
	}
	if e.root() != c.Root {
		return Report{}, problem("bad-proof", "checkpoint", "the log is refused: its %d leaves do not add up to the root that was signed", c.Size)
	}
	return r, nil
}

func addBundle(ctx context.Context, files Fetcher, e *edge, n int64, width int, compare emit) error {
	path := bundlePath(n, width)
	data, err := readBundle(ctx, files, n, width)
	if err != nil {
		return unreadable(path, err)
	}
	leaves, err := parseBundle(data, width)
	if err != nil {
		return problem("bad-proof", path, "the leaves are refused: %v", err)
	}
	for _, l := range leaves {
		if err := e.add(l, compare); err != nil {
			return err
		}
	}
	return nil
}

// compare holds a file of hashes against what the leaves before it give.
func (r *Report) compare(ctx context.Context, files Fetcher, path string, want []byte) error {
	level, n, width, ok := parseTilePath(path)
	if !ok {
		return nil // a bundle: it is where the leaves came from
	}
	got, err := readTile(ctx, files, level, n, width)
	if err != nil {
		return unreadable(path, err)
	}
	if !bytes.Equal(got, want) {
		return problem("bad-proof", path, "the tile is refused: its hashes are not those of the leaves below it")
	}
	r.Tiles++
	return nil
}

func unreadable(path string, err error) error {
	if p, ok := err.(*comity.Problem); ok {
		return p
	}
	return &comity.Problem{Code: "unreadable", Where: path, Message: fmt.Sprintf("a file of the log cannot be read: %v", err),
		Hint: "a log that withholds a file cannot be called good; try again or ask whoever runs it"}
}

// A Grown report is what comparing two checkpoints showed.
type Grown struct {
	From, To Checkpoint
}

// Consistent checks that the log of the checkpoint to is the log of from with
// entries added and none removed or changed. The tiles come from files.
func Consistent(ctx context.Context, key Key, files Fetcher, from, to []byte) (Grown, error) {
	var g Grown
	var err error
	if g.From, err = key.Checkpoint(from); err != nil {
		return Grown{}, in(err, "from")
	}
	if g.To, err = key.Checkpoint(to); err != nil {
		return Grown{}, in(err, "to")
	}
	old, now := g.From, g.To
	switch {
	case old.Size > now.Size:
		return Grown{}, problem("bad-proof", "to", "entries were removed: there were %d, now there are %d", old.Size, now.Size)
	case old.Size == now.Size && old.Root != now.Root:
		return Grown{}, problem("bad-proof", "to", "the log shows two different histories of %d entries", old.Size)
	case old.Size == now.Size || old.Size == 0:
		return g, nil
	}
	proof, err := Growth(ctx, files, old.Size, Head{Size: now.Size, Root: now.Root})
	if err != nil {
		return Grown{}, problem("bad-proof", "to", "the tiles do not add up to the later checkpoint: %v", err)
	}
	if tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root) != nil {
		return Grown{}, problem("bad-proof", "from", "an entry was removed or changed: the first %d entries are not what they were", old.Size)
	}
	return g, nil
}

func in(err error, where string) error {
	if p, ok := err.(*comity.Problem); ok {
		return &comity.Problem{Code: p.Code, Message: p.Message, Hint: p.Hint, Where: where}
	}
	return err
}

// Sentences tell a reader what was found, in plain English.
func (r Report) Sentences() []string {
	return []string{
		fmt.Sprintf("The log %s holds %s as of %s.", r.Checkpoint.Origin, entries(r.Checkpoint.Size), day(r.Checkpoint.At)),
		fmt.Sprintf("Every entry stands where the signed root says; nothing was removed or changed (%d tiles compared).", r.Tiles),
	}
}

// Sentences tell a reader what was found, in plain English.
func (g Grown) Sentences() []string {
	return []string{fmt.Sprintf("Nothing was removed or changed since %s: the first %s are still the same; %s were added.",
		day(g.From.At), entries(g.From.Size), entries(g.To.Size-g.From.Size))}
}

// Sentences tell a reader what was found, in plain English.
func (p Proved) Sentences() []string {
	r := p.Receipt
	out := []string{fmt.Sprintf("The log %s signed that entry %s (%s, %s, agency %s) was written %s.",
		r.Log, r.ID, r.Header.Kind, r.Header.Month, r.Header.Agency, r.Stored)}
	if r.Complete() {
		out = append(out, fmt.Sprintf("It is entry number %d of %d in the record as published on %s; it cannot be taken out without this receipt showing it.",
			*r.Index, p.Checkpoint.Size, day(p.Checkpoint.At)))
		if by, err := time.Parse(time.RFC3339, r.PublishedBy); err == nil && !p.Checkpoint.At.After(by) {
			out = append(out, "It was published in time, before "+day(by)+".")
		}
	} else {
		out = append(out, "It is a promise: by "+r.PublishedBy+" a published checkpoint must cover the entry. Ask for the receipt again then.")
	}
	if p.Late > 0 {
		out = append(out, "It was written late: "+length(p.Late)+" or more after it happened.")
	}
	for _, f := range p.Fields {
		out = append(out, fmt.Sprintf("It says %s: %s.", f.Name, f.Value))
	}
	return out
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func day(t time.Time) string { return t.Format("2 January 2006, 15:04 UTC") }

func length(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
}
