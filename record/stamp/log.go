package stamp

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// Stamps lie beside the log, so that any program can check them: the bytes
// that were stamped, and each authority's answer.
//
//	stamps/2026-03                      a line a stamping: FOLDER SIZE
//	stamps/20260303T140500Z/checkpoint  what was stamped
//	stamps/20260303T140500Z/1.tsr       the first authority's answer; 2.tsr …

// MaxAuthorities is how many authorities may be asked.
const MaxAuthorities = 9

const folderForm = "20060102T150405Z"

// Folder is where a stamping of that moment lies.
func Folder(at time.Time) string { return "stamps/" + at.UTC().Format(folderForm) }

// Month is the list of the stampings of a month.
func Month(at time.Time) string { return "stamps/" + at.UTC().Format("2006-01") }

// Line is the line of a stamping in the list of its month.
func Line(at time.Time, size int64) string {
	return fmt.Sprintf("%s %d\n", at.UTC().Format(folderForm), size)
}

// IsPath reports whether a path below /log is one of a stamping.
func IsPath(path string) bool {
	rest, ok := strings.CutPrefix(path, "stamps/")
	folder, file, deeper := strings.Cut(rest, "/")
	if !ok || !deeper {
		return ok && inForm("2006-01", rest)
	}
	n, tsr := strings.CutSuffix(file, ".tsr")
	return inForm(folderForm, folder) && (file == "checkpoint" || tsr && len(n) == 1 && n[0] >= '1' && n[0] <= '0'+MaxAuthorities)
}

func inForm(form, s string) bool {
	t, err := time.Parse(form, s)
	return err == nil && t.Format(form) == s
}

// A Stamped checkpoint is one that an authority stamped.
type Stamped struct {
	Stamp
	Checkpoint record.Checkpoint
}

// newest is how many stampings are looked at: two days of them, at one an hour.
const newest = 48

// Read checks the newest stampings that lie beside a log: each stamp, and that
// what was stamped is the beginning of what the log shows now. Stamps behind
// which none of the roots stands are left out; if none is left, that is an
// error.
func Read(ctx context.Context, key record.Key, files record.Fetcher, now record.Checkpoint, roots *x509.CertPool) ([]Stamped, error) {
	folders, err := list(ctx, files, now.At)
	if err != nil {
		return nil, err
	}
	var out []Stamped
	for _, folder := range folders {
		found, err := readOne(ctx, key, files, now, roots, folder)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if len(out) == 0 {
		return nil, &comity.Problem{Code: "bad-proof", Where: "time stamp",
			Message: fmt.Sprintf("none of the %d newest stampings is by an authority that the given roots stand behind", len(folders)),
			Hint:    "the log may have none yet, or other authorities than you expect: the list is at /log/" + Month(now.At)}
	}
	slices.SortFunc(out, func(a, b Stamped) int { return a.At.Compare(b.At) })
	return out, nil
}

// list names the newest stampings of this month and the last.
func list(ctx context.Context, files record.Fetcher, now time.Time) ([]string, error) {
	var out []string
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, month := range []time.Time{first.AddDate(0, -1, 0), first} {
		text, err := files.ReadFile(ctx, Month(month))
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			continue // there is none
		}
		for line := range strings.Lines(string(text)) {
			name, size, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if _, err := strconv.ParseUint(size, 10, 63); err != nil || !inForm(folderForm, name) {
				return nil, &comity.Problem{Code: "bad-proof", Where: Month(month), Message: "the list of stampings is damaged"}
			}
			out = append(out, "stamps/"+name)
		}
	}
	return out[max(0, len(out)-newest):], nil
}

func readOne(ctx context.Context, key record.Key, files record.Fetcher, now record.Checkpoint, roots *x509.CertPool, folder string) ([]Stamped, error) {
	signed, err := files.ReadFile(ctx, folder+"/checkpoint")
	if err != nil {
		return nil, &comity.Problem{Code: "unreadable", Where: folder, Message: "what was stamped cannot be read: " + err.Error()}
	}
	var out []Stamped
	for n := 1; n <= MaxAuthorities; n++ {
		response, err := files.ReadFile(ctx, fmt.Sprintf("%s/%d.tsr", folder, n))
		if err != nil {
			continue // this authority did not answer then
		}
		s, err := Verify(response, signed, roots)
		var p *comity.Problem
		if errors.As(err, &p) && p.Code == otherRoot {
			continue
		}
		if err != nil {
			return nil, at(err, folder)
		}
		c, err := record.SameView(ctx, key, files, now, signed)
		if errors.Is(err, record.ErrAhead) {
			err = &comity.Problem{Code: "bad-proof", Message: fmt.Sprintf("entries were removed: %s stamped %d entries on %s, the log shows %d", s.Authority, c.Size, s.At.Format(time.RFC3339), now.Size)}
		}
		if err != nil {
			return nil, at(err, folder)
		}
		out = append(out, Stamped{s, c})
	}
	return out, nil
}

func at(err error, folder string) error {
	var p *comity.Problem
	if !errors.As(err, &p) {
		return err
	}
	return &comity.Problem{Code: p.Code, Message: p.Message, Hint: p.Hint, Where: folder}
}

// Sentences tell a reader what the stamps say, one for each authority.
func Sentences(list []Stamped) []string {
	var order []string
	first, last := map[string]Stamped{}, map[string]Stamped{}
	for _, s := range list {
		if _, seen := first[s.Authority]; !seen {
			first[s.Authority] = s
			order = append(order, s.Authority)
		}
		last[s.Authority] = s
	}
	var out []string
	for _, name := range order {
		a, b := first[name], last[name]
		said := fmt.Sprintf("The time-stamp authority %s confirms that %s stood in the log on %s, as they stand now", name, entries(b.Checkpoint.Size), day(b.At))
		if !a.At.Equal(b.At) {
			said += fmt.Sprintf(", and %s on %s", entries(a.Checkpoint.Size), day(a.At))
		}
		out = append(out, said+".")
	}
	return out
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
