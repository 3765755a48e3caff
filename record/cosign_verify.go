package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"comity"
)

// Vouched is what the cosigners of a policy say of one checkpoint.
type Vouched struct {
	Checkpoint Checkpoint
	By         []Voucher
	Missing    []Cosigner // those who did not sign it
}

// A Voucher signed the checkpoint, and had signed an earlier one that is shown.
type Voucher struct {
	Cosigner   Cosigner
	Algorithms []string  // of the keys it signed with
	At         time.Time // when it signed this checkpoint
	Since      time.Time // when it signed the earliest one shown; zero: none is shown
	SinceSize  int64     // entries in the earliest one
}

// Vouch checks that enough cosigners signed a checkpoint, and since when each
// has watched the log: kept is an earlier checkpoint that the reader holds, or
// nil; the log keeps the first one of every cosigner among its files.
func Vouch(ctx context.Context, key Key, files Fetcher, signed, kept []byte, p Policy) (Vouched, error) {
	c, sigs, err := key.Cosigned(signed, p.Keys())
	if err != nil {
		return Vouched{}, err
	}
	v := Vouched{Checkpoint: c, Missing: p.Missing(sigs), By: vouchers(sigs)}
	if !p.Satisfied(sigs) {
		return v, notEnough(v)
	}
	for i := range v.By {
		if err := v.By[i].since(ctx, key, files, signed, kept, p); err != nil {
			return v, err
		}
	}
	return v, nil
}

// Vouch is the same for the checkpoint in a receipt, offline: since when the
// cosigners have watched cannot be shown there.
func (p Proved) Vouch(policy Policy) (Vouched, error) {
	if !p.Receipt.Complete() {
		return Vouched{}, problem("bad-receipt", "receipt", "no cosigner has signed a promise: ask for the receipt again after %s", p.Receipt.PublishedBy)
	}
	_, sigs, err := cosignatures([]byte(p.Receipt.Checkpoint), policy.Keys())
	if err != nil {
		return Vouched{}, problem("bad-proof", "receipt", "the receipt is refused: %v", err)
	}
	v := Vouched{Checkpoint: p.Checkpoint, Missing: policy.Missing(sigs), By: vouchers(sigs)}
	if !policy.Satisfied(sigs) {
		p := notEnough(v)
		p.Hint = "a receipt carries Ed25519 lines, and only as many as fit: ask with an Ed25519 key, a lower quorum, or check the log itself"
		return v, p
	}
	return v, nil
}

func notEnough(v Vouched) *comity.Problem {
	var names []string
	for _, c := range v.Missing {
		names = append(names, c.words())
	}
	return problem("bad-proof", "checkpoint", "too few cosigners signed the checkpoint of %s; missing: %s", day(v.Checkpoint.At), strings.Join(names, ", "))
}

// vouchers puts the lines of one cosigner together.
func vouchers(sigs []Cosignature) []Voucher {
	var out []Voucher
	for _, s := range sigs {
		i := slices.IndexFunc(out, func(v Voucher) bool { return v.Cosigner.Name() == s.By.Name() })
		if i < 0 {
			i, out = len(out), append(out, Voucher{Cosigner: s.By, At: s.At})
		}
		out[i].Algorithms = append(out[i].Algorithms, s.By.Algorithm())
	}
	return out
}

// since looks for the earliest checkpoint that this cosigner signed.
func (v *Voucher) since(ctx context.Context, key Key, files Fetcher, signed, kept []byte, p Policy) error {
	earlier := [][]byte{}
	if kept != nil {
		earlier = append(earlier, kept)
	}
	var mine []Cosigner
	for _, c := range p.Keys() {
		if c.Name() != v.Cosigner.Name() {
			continue
		}
		mine = append(mine, c)
		first, err := files.ReadFile(ctx, FirstPath(c))
		if err == nil {
			earlier = append(earlier, first)
		} else if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, e := range earlier {
		c, sigs, err := key.Cosigned(e, mine)
		if err != nil {
			return in(err, "first checkpoint of "+v.Cosigner.Name())
		}
		if len(sigs) == 0 {
			continue
		}
		if _, err := Consistent(ctx, key, files, e, signed); err != nil {
			return in(err, "first checkpoint of "+v.Cosigner.Name())
		}
		if v.Since.IsZero() || sigs[0].At.Before(v.Since) {
			v.Since, v.SinceSize = sigs[0].At, c.Size
		}
	}
	return nil
}

// clockSlack is how far the clocks of a log and its cosigners may differ
// before a reader is told.
const clockSlack = 5 * time.Minute

// Sentences tell a reader what was found, in plain English.
func (v Vouched) Sentences() []string {
	var out []string
	for _, b := range v.By {
		how := ""
		if len(b.Algorithms) > 1 {
			how = ", with " + strings.Join(b.Algorithms, " and ")
		}
		switch {
		case b.Since.IsZero():
			out = append(out, fmt.Sprintf("%s signed this on %s%s; it signs only if nothing that it saw before was removed or changed.", capital(b.Cosigner.words()), day(b.At), how))
		default:
			since := b.Since.Format("2 January 2006")
			if b.At.Sub(b.Since) < 48*time.Hour {
				since = day(b.Since)
			}
			out = append(out, fmt.Sprintf("Nothing has been removed or changed since %s, says %s, which signed this on %s%s.", since, b.Cosigner.words(), day(b.At), how))
		}
		if d := b.At.Sub(v.Checkpoint.At).Abs(); d > clockSlack {
			out = append(out, fmt.Sprintf("The clocks differ: the log says that it signed on %s, %s says %s. One of them is wrong, or the checkpoint is back-dated.", day(v.Checkpoint.At), b.Cosigner.words(), day(b.At)))
		}
	}
	for _, c := range v.Missing {
		out = append(out, capital(c.words())+" has not signed this.")
	}
	return out
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// BackDated refuses a receipt whose entry was not yet in the log when its
// promise had run out: an earlier checkpoint, of a moment that is certain,
// held fewer entries.
func (p Proved) BackDated(size int64, at time.Time, says string) error {
	by, err := time.Parse(time.RFC3339, p.Receipt.PublishedBy)
	if err != nil || !p.Receipt.Complete() || *p.Receipt.Index < size || !at.After(by) {
		return nil
	}
	return problem("bad-proof", "receipt", "the entry is back-dated: the log signed that it was written %s and public by %s, but on %s it held %d entries, says %s, and this is entry number %d",
		p.Receipt.Stored, p.Receipt.PublishedBy, day(at), size, says, *p.Receipt.Index)
}

// Overdue is how much longer than the promised beat ago a checkpoint was made;
// zero or less while it is in time.
func (c Checkpoint) Overdue(now time.Time, beat time.Duration) time.Duration {
	return now.Sub(c.At) - beat - grace(beat)
}

// Follow checks a newly served checkpoint against the one seen before, as a
// monitor does: grown, not shrunk, not forked, not replayed, not overdue.
func Follow(ctx context.Context, key Key, files Fetcher, last, served []byte, now time.Time, beat time.Duration) (Grown, error) {
	var g Grown
	var err error
	if last == nil {
		g.To, err = key.Checkpoint(served)
		g.From = g.To
	} else {
		g, err = Consistent(ctx, key, files, last, served)
	}
	switch {
	case err != nil:
		return g, err
	case g.To.At.Before(g.From.At):
		return g, problem("bad-proof", "checkpoint", "the log shows its checkpoint of %s again after that of %s: it is not fresh", day(g.To.At), day(g.From.At))
	case g.To.Overdue(now, beat) > 0:
		return g, problem("bad-proof", "checkpoint", "the beat is late: the last checkpoint is of %s, and one is promised every %v", day(g.To.At), beat)
	}
	return g, nil
}

// ErrAhead is returned where somebody has seen more than the log shows. Of a
// cosigner that is right for a few seconds of every beat.
var ErrAhead = errors.New("more was seen than the log shows")

// SameView checks that what a cosigner keeps of a log is the history that the
// log shows: its checkpoint of now, and tiles.
func SameView(ctx context.Context, key Key, files Fetcher, now Checkpoint, view []byte) (Checkpoint, error) {
	c, ok := key.signedOnce(view)
	if !ok {
		return c, problem("bad-proof", "cosigner", "what it keeps is not a checkpoint signed by %s", key.Origin())
	}
	return c, in(SameHistory(ctx, files, now, c), "cosigner")
}

// SameHistory checks that a checkpoint is the beginning of the one shown now,
// or is it. The tiles come from files.
func SameHistory(ctx context.Context, files Fetcher, now, c Checkpoint) error {
	if c.Size > now.Size {
		return ErrAhead
	}
	root, err := tlog.TreeHash(c.Size, treeReader(ctx, files, tlog.Tree{N: now.Size, Hash: now.Root}))
	if err != nil {
		return unreadable("tiles", err)
	}
	if root != c.Root {
		return problem("bad-proof", "checkpoint", "two histories: a checkpoint of %d entries that the log signed is not the beginning of what the log shows here", c.Size)
	}
	return nil
}
