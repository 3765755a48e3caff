package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Remark is what one check of [Examine] found.
type Remark struct {
	About string `json:"about"`
	Grade string `json:"grade"` // ok, note, wrong
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"` // what to do about it
}

// Grades of a remark.
const (
	Fine  = "ok"
	Note  = "note"  // nothing is broken
	Wrong = "wrong" // somebody must do something
)

const (
	backupOld    = 26 * time.Hour // a daily backup, and two hours for it to run
	clockSlack   = 5 * time.Minute
	quietTooLong = 10 * time.Minute
	leastFree    = 1 << 30
)

// Examine looks at everything in a record, whether or not a server has it open,
// and changes nothing. One thing that is wrong does not keep it from looking at
// the next. The error says that there is no record to look at.
func Examine(ctx context.Context, dir string, c Config) ([]Remark, error) {
	x := &examination{dir: dir, config: c}
	s, err := openBeside(ctx, dir, c)
	if code(err) == "no-record" || code(err) == "bad-address" {
		return nil, err
	}
	x.keys()
	x.disk()
	if err != nil {
		x.failed("record", err)
		return x.out, nil
	}
	defer s.Close()
	x.Store = s
	if !x.schema(ctx) {
		return x.out, nil
	}
	x.database(ctx)
	x.publicLog(ctx)
	x.promises(ctx)
	x.clock(ctx)
	x.cosigned(ctx)
	x.ledgerOfErasures(ctx)
	x.evidence(ctx)
	x.backups(ctx)
	return x.out, nil
}

type examination struct {
	*Store
	dir    string
	config Config
	out    []Remark
}

func (x *examination) say(grade, about, do, format string, args ...any) {
	x.out = append(x.out, Remark{about, grade, fmt.Sprintf(format, args...), do})
}

func (x *examination) failed(about string, err error) {
	says, do := err.Error(), "stop, copy the folder as it is, and bring this part back from the last good backup"
	var p *comity.Problem
	if errors.As(explain("look", err), &p) {
		says, do = p.Message, cmp.Or(p.Hint, do)
	}
	x.say(Wrong, about, do, "%s", says)
}

// keys may be read by their owner only.
func (x *examination) keys() {
	dir := keysDir(x.dir, x.config)
	before := len(x.out)
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		switch {
		case d.IsDir():
			want = 0o700
		case strings.HasSuffix(path, ".pub"): // what is public of a key beside it
			return nil
		default:
			n++
		}
		if info.Mode().Perm()&^want != 0 {
			x.say(Wrong, "keys", fmt.Sprintf("chmod %o %s; if others could read it, ask who did", want, path), "others may use %s", path)
		}
		return nil
	})
	if err != nil {
		x.failed("keys", err)
	} else if len(x.out) == before {
		x.say(Fine, "keys", "", "%d keys, which nobody but their owner may read", n)
	}
}

// disk: an erasure may write the database anew, so there must be room for it.
func (x *examination) disk() {
	free, err := freeBytes(x.dir)
	if err != nil {
		x.say(Note, "disk", "", "free space cannot be told here: %v", err)
		return
	}
	need := int64(leastFree)
	if info, err := os.Stat(filepath.Join(x.dir, databaseFile)); err == nil {
		need = max(need, 2*info.Size())
	}
	if free < need {
		x.say(Wrong, "disk", "make room: at least twice the size of the database, for an erasure or a backup writes it anew", "%d MB are free, %d MB are needed", free>>20, need>>20)
		return
	}
	x.say(Fine, "disk", "", "%d MB are free", free>>20)
}

// schema reports whether the rest can be looked at.
func (x *examination) schema(ctx context.Context) bool {
	version, err := x.readMeta(ctx)
	if err != nil {
		x.failed("database", err)
		return false
	}
	all, err := migrations()
	if err != nil {
		x.failed("database", err)
		return false
	}
	if version < len(all) {
		x.say(Wrong, "database", "start the server, or run: comity doctor -repair (with PostgreSQL as the owner of the tables)", "its schema is %d, this program's is %d: it was not opened by this program yet", version, len(all))
		return false
	}
	return true
}

func (x *examination) database(ctx context.Context) {
	if err := x.data.check(ctx, x.Store, true); err != nil {
		x.failed("database", err)
	} else {
		x.say(Fine, "database", "", "every page is as it was written")
	}
	if err := x.checkCounts(ctx); err != nil {
		x.failed("entries", err)
	}
	if err := x.checkCells(ctx); err != nil {
		x.failed("counts", err)
	}
	t, err := x.checkEntries(ctx)
	if err != nil {
		x.failed("entries", err)
		return
	}
	x.say(Fine, "entries", "", "%d entries without a gap, %d of them erased by an order; headers hash to their leaves, leaves to the signed root, and %d sealed parts open and say what was committed to", t.entries, t.erased, t.parts)
}

// publicLog holds the files against themselves and against the database.
func (x *examination) publicLog(ctx context.Context) {
	head, err := x.Head(ctx)
	if err != nil {
		x.failed("log", err)
		return
	}
	if head.Checkpoint == nil {
		x.say(Note, "log", "start the server: it publishes at every beat", "nothing was published yet")
		return
	}
	r, err := record.Verify(ctx, x.Key(), x.files)
	if err != nil {
		x.failed("log", err)
		x.out[len(x.out)-1].Do = "stop the server and run: comity doctor -repair; the files are made anew from the database"
		return
	}
	var sum fold
	for sum.n < r.Checkpoint.Size {
		leaves, err := x.Leaves(ctx, sum.n, int(min(4096, r.Checkpoint.Size-sum.n)))
		if err != nil {
			x.failed("log", err)
			return
		}
		if len(leaves) == 0 {
			break
		}
		for _, l := range leaves {
			sum.add(l.Hash())
		}
	}
	if sum.n != r.Checkpoint.Size || sum.root() != r.Checkpoint.Root {
		x.say(Wrong, "log", "do not delete the public log; restore the newer database, or ask whoever runs the log", "the public log shows %d entries that the database does not hold so: an older backup was restored, or one of the two was changed", r.Checkpoint.Size)
		return
	}
	for _, line := range r.Sentences() {
		x.say(Fine, "log", "", "%s", line)
	}
}

// promises: every receipt says until when its entry is public.
func (x *examination) promises(ctx context.Context) {
	var waiting, by int64
	err := x.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(published_by), 0) FROM log JOIN entry USING (n) WHERE idx >= coalesce((SELECT size FROM head), 0)`).Scan(&waiting, &by)
	now := x.Store.config.Now()
	switch {
	case err != nil:
		x.failed("promises", err)
	case waiting > 0 && fromUnix(by).Add(quietTooLong).Before(now):
		x.say(Wrong, "promises", "start the server; if it runs, its output says why it publishes nothing", "%d entries are not public, the first was promised for %s", waiting, fromUnix(by).Format(time.RFC3339))
	default:
		x.say(Fine, "promises", "", "no entry is kept back beyond its promise")
	}
}

// clock: what was signed lies in the past.
func (x *examination) clock(ctx context.Context) {
	now := x.Store.config.Now()
	var last int64
	if err := x.read.QueryRowContext(ctx, `SELECT coalesce(max(stored), 0) FROM entry`).Scan(&last); err != nil {
		x.failed("clock", err)
		return
	}
	newest, what := fromUnix(last), "the newest entry was written"
	if head, err := x.Head(ctx); err == nil && head.Checkpoint != nil {
		if c, err := x.Key().Checkpoint(head.Checkpoint); err == nil && c.At.After(newest) {
			newest, what = c.At, "the last checkpoint was signed"
		}
	}
	if ahead := newest.Sub(now); ahead > clockSlack {
		x.say(Wrong, "clock", "set the clock by the network (timedatectl set-ntp true); entries are safe, but what is signed meanwhile carries the wrong time", "%s %s ahead of this clock: the clock is wrong now or was then", what, ahead.Round(time.Second))
		return
	}
	x.say(Fine, "clock", "", "it agrees with what was signed last")
}

// cosigned: the last checkpoint carries the signatures of those who are asked.
func (x *examination) cosigned(ctx context.Context) {
	if _, err := x.cosigners(); err != nil {
		x.failed("cosigners", err)
		return
	}
	if x.asker == nil {
		x.say(Note, "cosigners", "ask an auditor, a newsroom or a university to run comity cosign (docs/cosigners.md)", "nobody cosigns: only this record itself says that it was not changed")
		return
	}
	head, err := x.Head(ctx)
	if err != nil || head.Checkpoint == nil {
		return // said by publicLog
	}
	for _, w := range x.asker.policy.Cosigners {
		name := w.Key.Name()
		_, sigs, err := x.Key().Cosigned(head.Checkpoint, []record.Cosigner{w.Key})
		if err != nil || len(sigs) == 0 {
			x.say(Wrong, "cosigners", "ask its operator; /log/cosigners on the server says why it did not sign", "%s did not sign the last checkpoint", name)
			continue
		}
		x.say(Fine, "cosigners", "", "%s signed the last checkpoint on %s", name, sigs[0].At.Format(time.RFC3339))
	}
}

func (x *examination) ledgerOfErasures(ctx context.Context) {
	var erased int64
	if err := x.read.QueryRowContext(ctx, `SELECT count(*) FROM erasure`).Scan(&erased); err != nil {
		x.failed("erasures", err)
		return
	}
	path := x.config.Ledger
	if path == "" {
		path = filepath.Join(x.dir, "erasures")
	}
	lines, _, err := readLedger(path, x.Key())
	if err != nil && (code(err) != "no-ledger" || erased > 0) {
		x.failed("erasures", err)
		return
	}
	named := map[string]bool{}
	for _, l := range lines {
		named[l.Entry] = true
	}
	if int64(len(named)) != erased {
		x.say(Wrong, "erasures", "start the server, or run: comity doctor -repair; it lays the two over each other", "the database knows %d erased entries, the ledger %d", erased, len(named))
		return
	}
	x.say(Fine, "erasures", "", "the ledger names all %d erased entries", erased)
}

// evidence reads every object through. A folder is not opened but looked at: a
// server may be writing into it.
func (x *examination) evidence(ctx context.Context) {
	inside := filepath.Join(x.dir, "evidence")
	place := cmp.Or(x.config.EvidencePlace, inside)
	x.evidenceDue(ctx)
	if _, err := os.Stat(place); place == inside && errors.Is(err, fs.ErrNotExist) {
		x.say(Note, "evidence", "if files lie elsewhere, name the place: comity doctor -evidence PLACE", "none lies in the folder; none elsewhere was checked")
		return
	}
	n, found, err := x.checkEvidenceAt(ctx, place)
	if err != nil {
		x.failed("evidence", err)
		return
	}
	for _, f := range found {
		x.say(Wrong, "evidence", "bring the file back from a backup: the record names it by this digest", "the object %s is damaged or cannot be read", f.Digest)
	}
	if len(found) == 0 {
		x.say(Fine, "evidence", "", "%d objects, all as they were put", n)
	}
	if place != inside {
		x.say(Note, "evidence", "back it up where it is: a backup of the record does not hold it", "it lies outside the folder, at %s", place)
	}
}

func (x *examination) checkEvidenceAt(ctx context.Context, place string) (int, []Finding, error) {
	if !strings.HasPrefix(place, "s3://") {
		if _, err := os.Stat(place); err != nil {
			return 0, nil, evidenceFault("look at "+place, err)
		}
		return CheckEvidence(ctx, &evidenceFolder{dir: place, now: x.Store.config.Now})
	}
	e, err := openBucket(ctx, place)
	if err != nil {
		return 0, nil, err
	}
	return CheckEvidence(ctx, e)
}

// evidenceDue: objects that an order destroys, and that are still there.
func (x *examination) evidenceDue(ctx context.Context) {
	var due int64
	if err := x.read.QueryRowContext(ctx, `SELECT count(*) FROM evidence_due`).Scan(&due); err != nil {
		x.failed("evidence", err)
	} else if due > 0 {
		x.say(Wrong, "evidence", "start the server with its evidence store (serve -evidence PLACE), and see that nothing there locks them", "%d objects that an order destroys are not destroyed yet", due)
	}
}

func (x *examination) backups(ctx context.Context) {
	if _, lite := x.data.(sqliteDB); !lite {
		x.say(Note, "backup", "", "the database is backed up where it runs: pgbackrest info says when (docs/backup.md)")
	}
	b, err := LastBackups(x.dir)
	if err != nil {
		x.failed("backup", err)
		return
	}
	var first int64
	if err := x.read.QueryRowContext(ctx, `SELECT coalesce(min(stored), 0) FROM entry`).Scan(&first); err != nil {
		x.failed("backup", err)
		return
	}
	now := x.Store.config.Now()
	young := now.Sub(fromUnix(first)) < backupOld
	for _, kind := range []struct {
		what, do string
		at       time.Time
		once     bool
	}{
		{"record", "run every day: comity backup -dir DIR -o FILE -to RECIPIENT, and carry the file elsewhere", b.Data, false},
		{"keys", "run once, and keep the file apart: comity backup -keys -dir DIR -o FILE -to RECIPIENT", b.Keys, true},
	} {
		switch {
		case kind.at.IsZero() && young:
			x.say(Note, "backup", kind.do, "there is no backup of the %s", kind.what)
		case kind.at.IsZero():
			x.say(Wrong, "backup", kind.do, "there is no backup of the %s", kind.what)
		case !kind.once && now.Sub(kind.at) > backupOld:
			x.say(Wrong, "backup", kind.do, "the last backup of the %s is of %s", kind.what, kind.at.Format(time.RFC3339))
		default:
			x.say(Fine, "backup", "", "backup of the %s: %s", kind.what, kind.at.Format(time.RFC3339))
		}
	}
}

// Count says in one line what a list of remarks holds.
func Count(list []Remark) (wrong int, line string) {
	n := map[string]int{}
	for _, r := range list {
		n[r.Grade]++
	}
	var parts []string
	for _, g := range []string{Fine, Note, Wrong} {
		parts = append(parts, fmt.Sprintf("%d %s", n[g], g))
	}
	return n[Wrong], strings.Join(parts, ", ")
}

// Repair opens a record that nobody else has open, which mends what a crash
// left and brings an older schema forward, and makes all files of the public
// log and all counts anew from the database.
func Repair(ctx context.Context, dir string, c Config) error {
	s, err := Open(ctx, dir, c)
	if err != nil {
		return err
	}
	return errors.Join(s.recount(ctx), s.Rebuild(ctx), s.Close())
}
