package main

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/atlas"
	"comity/data"
	"comity/desk"
	"comity/record"
	"comity/store"
	"comity/web"
)

// A movableClock is the record's clock; the law's and the pages' stays real.
type movableClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movableClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movableClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// written is what this test knows of an entry, to say by itself whether its
// header may be public.
type written struct {
	id, agency, kind, month string
	first                   string // kind of the contact it belongs to
	firstMonth              string
	stored, ended           time.Time
}

// A releaseTest is a site over a record whose clock can be moved.
type releaseTest struct {
	dir   string
	clock *movableClock
	store *store.Store
	desk  *desk.Desk
	site  *server
	all   []written
}

const smallAgency = "IL0990000" // writes fewer than eleven of a kind

func newReleaseTest(t *testing.T) *releaseTest {
	book, err := openBook("")
	if err != nil {
		t.Fatal(err)
	}
	clock := &movableClock{now: time.Date(2026, 11, 10, 15, 0, 0, 0, time.UTC)}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	config := recordConfig(log, time.Minute)
	config.Now = clock.Now
	dir := filepath.Join(t.TempDir(), "record")
	s, err := store.Create(t.Context(), dir, store.Identity{Origin: testOrigin, Agency: testAgency}, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	named := map[string]web.Home{}
	for _, ori := range []string{testAgency, smallAgency} {
		named[ori] = web.Home{Name: "An agency", Place: "us-il-cook", Actor: "sheriff"}
	}
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := newSite(book, nil, s, agreements, log, named, allParts, "")
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	d := &desk.Desk{Law: book, Record: s, Now: clock.Now}
	return &releaseTest{dir: dir, clock: clock, store: s, desk: d, site: &server{url: web.URL}}
}

// write writes entries of every kind: eleven or more of the large agency,
// fewer of the small one, some of them told late, some with an end.
func (r *releaseTest) write(t *testing.T, label string) {
	now := r.clock.Now()
	for _, agency := range []string{testAgency, smallAgency} {
		n := 11 + rand.IntN(3)
		if agency == smallAgency {
			n = 10
		}
		for i := range n {
			at := now.Add(-time.Duration(1+rand.IntN(48*60)) * time.Minute)
			if at.Month() != now.Month() {
				at = now.Add(-time.Minute)
			}
			id := fmt.Sprintf("quixotic-%s-%s-%d", label, strings.ToLower(agency), i)
			r.detainer(t, id, agency, at, i)
			r.help(t, id, agency, at, i)
			r.note(t, id+"-mis", agency, at, desk.Request{Kind: "misidentification", Form: desk.Form{
				"side": "officer", "happened_at": at.Format(time.RFC3339), "setting": "street", "signs": "rumour",
				"injured_officers": "none", "injured_others": "none", "delay_minutes": "3", "outcome": "left"}})
			if label == "one" {
				r.others(t, id, agency, at)
			}
		}
		if err := r.store.AddDayTotal(t.Context(), agency, "call-back", now.Format(time.DateOnly), "yes", 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.store.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (r *releaseTest) detainer(t *testing.T, id, agency string, at time.Time, i int) {
	r.note(t, id, agency, at, desk.Request{Kind: "detainer", Actor: "county-jail", Sealed: desk.Form{"booking": "quixotic-booking", "name": "Quixotic Name"},
		Items: []desk.Item{{Act: "hold-on-detainer", Facts: map[string]string{"document.detainer": "i-247a", "document.judicial": "none"}}}})
	if i%3 == 0 {
		r.act(t, id+"-act", id, agency, at, "released", time.Time{})
	}
	if i == 1 {
		r.note(t, id+"-notice", agency, at, desk.Request{Kind: "notice", Ref: id, Form: desk.Form{
			"language": "es", "how": "handed-over", "served_at": at.Format(time.RFC3339), "by": "records-clerk", "copy": "yes", "counsel": "no", "signature": "signed"}})
	}
}

// help is a request for help at a scene: without an end, with one long ago or
// with one just now.
func (r *releaseTest) help(t *testing.T, id, agency string, at time.Time, i int) {
	r.note(t, id+"-help", agency, at, desk.Request{Kind: "assistance", Actor: "sheriff", Sealed: desk.Form{"incident": "Quixotic Name"},
		Items: []desk.Item{{Act: "scene-support", Facts: map[string]string{"request.kind": "scene-support"}}}})
	switch i % 3 {
	case 1:
		r.act(t, id+"-help-act", id+"-help", agency, at, "declined", r.clock.Now().Add(-25*time.Hour))
	case 2:
		r.act(t, id+"-help-act", id+"-help", agency, at, "declined", r.clock.Now().Add(-time.Hour))
	}
}

func (r *releaseTest) note(t *testing.T, id, agency string, at time.Time, q desk.Request) {
	t.Helper()
	q.ID, q.Agency, q.In, q.Role, q.At = id, agency, "us-il-cook", web.RoleClerk, at.Format(time.RFC3339)
	if _, err := r.desk.Handle(t.Context(), q); err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	w := written{id: id, agency: agency, kind: q.Kind, month: chicagoMonth(at), stored: r.clock.Now()}
	w.first, w.firstMonth = w.kind, w.month
	r.remember(w, q.Ref)
}

func (r *releaseTest) act(t *testing.T, id, ref, agency string, at time.Time, done string, ended time.Time) {
	t.Helper()
	d := desk.Done{ID: id, Agency: agency, Done: done, At: at.Format(time.RFC3339), Role: web.RoleClerk}
	if !ended.IsZero() {
		d.Ended = ended.Format(time.RFC3339)
	}
	if _, err := r.desk.Act(t.Context(), ref, d); err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	r.remember(written{id: id, agency: agency, kind: "act", month: chicagoMonth(at), stored: r.clock.Now(), ended: ended}, ref)
}

// remember joins an entry to its contact; an end counts for all of it.
func (r *releaseTest) remember(w written, ref string) {
	for i, o := range r.all {
		if ref != "" && o.id == ref {
			w.first, w.firstMonth = o.kind, o.month
			r.all[i].ended = w.ended
		}
	}
	r.all = append(r.all, w)
}

func chicagoMonth(at time.Time) string { return at.Format("2006-01") }

// held writes what stands with a detainer: custody, a call, a hand-over.
func (r *releaseTest) held(t *testing.T, id, agency string, at time.Time) {
	r.note(t, id+"-custody", agency, at, desk.Request{Kind: "custody", Ref: id, Form: desk.Form{"event": "other-hold", "reason": "parole", "pointer": "quixotic-1"}})
	r.note(t, id+"-called", agency, at, desk.Request{Kind: "release-call", Ref: id, Form: desk.Form{
		"result": "no-answer", "called": "field-office", "number_from": "own-directory", "reason": "Quixotic Name", "rank": "captain"}})
}

// others writes one entry of each kind that is not a detainer, help or "taken
// for ICE".
func (r *releaseTest) others(t *testing.T, id, agency string, at time.Time) {
	r.note(t, id+"-word", agency, at, desk.Request{Kind: "informal", Actor: "sheriff", Form: desk.Form{
		"asked": "perimeter hold", "how": "telephone", "by": "ice", "purpose": "civil-immigration", "paper": "none", "incident": "Quixotic Name"}})
	r.note(t, id+"-taken", agency, at, desk.Request{Kind: "unattributed", Form: desk.Form{"told_by": "own-officer", "setting": "school", "faces": "all-covered",
		"marking": "none", "badge": "not-shown", "asked_who": "asked-and-refused", "vehicle_marking": "unmarked", "incident": "Quixotic Name"}})
	r.note(t, id+"-whose", agency, at, desk.Request{Kind: "attribution", Ref: id + "-taken", Form: desk.Form{"result": "called-no-answer"}})
	r.held(t, id, agency, at)
	r.note(t, id+"-db", agency, at, desk.Request{Kind: "database-access", Actor: "sheriff", Form: desk.Form{"what": "queries", "system": "jail", "by": "ice",
		"users": "federal-officer", "account": "quixotic-account", "count": "3", "purpose": "audit", "basis": "statute"}})
	r.note(t, id+"-flow", agency, at, desk.Request{Kind: "automatic-flow", Form: desk.Form{"flow": "ncic-hit", "count": "2", "through": "fbi", "can_stop": "no", "rule": "28-usc-534"}})
	r.note(t, id+"-eq", agency, at, desk.Request{Kind: "equipment", Actor: "sheriff", Form: desk.Form{"what": "used", "type": "drone", "count": "1", "for": "ice",
		"purpose": "mixed", "reason": "crowd", "approved": "not"}})
	r.note(t, id+"-wrong", agency, at, desk.Request{Kind: "complaint", Form: desk.Form{"about": "force", "against": "this-agency", "from": "counsel", "why": "Quixotic Name"}})
	r.note(t, id+"-end", agency, at, desk.Request{Kind: "complaint-outcome", Ref: id + "-wrong", Form: desk.Form{"outcome": "unfounded", "decided_by": "supervisor"}})
}

// mayBePublic is the rule of docs/contracts.md, said again in other words than
// the program's.
func (r *releaseTest) mayBePublic(w written) bool {
	now := r.clock.Now()
	begun := time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, time.UTC) // when the month has begun everywhere
	before := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	cell := func(kind, month string) (n int) {
		for _, o := range r.all {
			if o.agency == w.agency && o.kind == kind && o.month == month && o.stored.Before(before) {
				n++
			}
		}
		return n
	}
	allows := func(kind, month string) bool {
		if slices.Contains([]string{"informal", "complaint", "complaint-outcome"}, kind) {
			return false // totals only
		}
		if kind == "assistance" || kind == "equipment" {
			return !w.ended.IsZero() && now.Sub(w.ended) >= 24*time.Hour
		}
		return !now.Before(begun) && month < now.Format("2006-01") && w.stored.Before(before) && cell(kind, month) >= 11
	}
	return allows(w.kind, w.month) && allows(w.first, w.firstMonth)
}

var (
	hexName   = regexp.MustCompile(`/log/header/([0-9a-f]{64})`) // in pages and in feeds
	feedTime  = regexp.MustCompile(`20\d\d-\d\d-\d\d[^<"]*`)
	clockTime = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d`)
)

// TestReleaseRules writes entries of every kind, moves the clock over days and
// months and walks every public address each time (H5, H12, H26): no id, no
// day or hour of an entry, no header before its time, no custody header where
// fewer than eleven stand.
func TestReleaseRules(t *testing.T) {
	t.Parallel()
	r := newReleaseTest(t)
	r.write(t, "one")
	released := 0
	for _, step := range []struct {
		name  string
		to    time.Time
		write string
		heads bool // in a short run its pages are not walked, only its headers
	}{
		{name: "at once", to: r.clock.Now(), heads: true},
		{name: "a minute before the first day is over", to: r.clock.Now().Add(23*time.Hour - time.Minute)},
		{name: "a day later", to: r.clock.Now().Add(25 * time.Hour), heads: true},
		{name: "the last hour of the month", to: time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC), heads: true},
		{name: "the month is over in Greenwich only", to: time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)},
		{name: "the next month", to: time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC), write: "two", heads: true},
		{name: "the month after", to: time.Date(2027, 1, 2, 13, 0, 0, 0, time.UTC)},
	} {
		r.clock.set(step.to)
		if step.write != "" {
			r.write(t, step.write)
		}
		t.Run(step.name, func(t *testing.T) { released = r.check(t, !testing.Short() || !step.heads) })
	}
	if released == 0 {
		t.Error("in the end nothing was public: the test shows nothing")
	}
}

// check fetches the header of every leaf, says how many are public, and walks the
// site.
func (r *releaseTest) check(t *testing.T, pages bool) int {
	var may int
	leaves := map[string]written{}
	for _, w := range r.all {
		e, err := r.store.Entry(t.Context(), w.id)
		if err != nil {
			t.Fatal(err)
		}
		name := r.leaf(t, e.Index)
		leaves[name] = w
		got := r.site.get(t, "/log/header/"+name).status
		if r.mayBePublic(w) {
			may++
			if got != http.StatusOK {
				t.Errorf("%s (%s of %s) may be public and is not", w.id, w.kind, w.agency)
			}
		} else if got != http.StatusNotFound {
			t.Errorf("%s (%s of %s) is public too early: %d", w.id, w.kind, w.agency, got)
		}
	}
	if pages {
		for address, reply := range walk(t, r.site) {
			r.page(t, address, reply, leaves)
		}
	}
	t.Logf("%d of %d headers are public", may, len(r.all))
	return may
}

// page looks at one public body.
func (r *releaseTest) page(t *testing.T, address string, got reply, leaves map[string]written) {
	t.Helper()
	if i := strings.Index(got.text(), "uixotic"); i >= 0 {
		t.Errorf("%s: an id or a sealed word: %.80q", address, got.text()[i:])
	}
	for _, m := range hexName.FindAllStringSubmatch(got.text(), -1) {
		w, ours := leaves[m[1]]
		if ours && !r.mayBePublic(w) {
			t.Errorf("%s leads to the header of %s", address, w.id)
		}
	}
	if strings.Contains(address, "/feeds/entries") {
		for _, m := range feedTime.FindAllString(got.text(), -1) {
			if !strings.HasSuffix(m, "-01T00:00:00Z") {
				t.Errorf("%s: finer than a month: %s", address, m)
			}
		}
	}
	if strings.Contains(address, "/log/header/") || strings.HasPrefix(address, "/record") {
		if m := clockTime.FindString(got.text()); m != "" && !strings.HasPrefix(m, r.clock.Now().Format("2006-01-02")) {
			t.Errorf("%s: a day and an hour: %s", address, m)
		}
	}
}

// leaf reads the public entry bundle, as anyone may, for the name of a leaf.
func (r *releaseTest) leaf(t *testing.T, index int64) string {
	t.Helper()
	const size = 2 + len(record.Leaf{})
	path := fmt.Sprintf("/log/tile/entries/%03d", index/256)
	bundle := r.site.get(t, path)
	if bundle.status == http.StatusNotFound {
		head, err := r.store.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		bundle = r.site.get(t, fmt.Sprintf("%s.p/%d", path, head.Size%256))
	}
	at := int(index%256) * size
	if len(bundle.body) < at+size {
		t.Fatalf("%s has %d bytes, entry %d is not in it", path, len(bundle.body), index)
	}
	leaf := record.Leaf(slices.Clone(bundle.body[at+2 : at+size]))
	return leaf.Name()
}
