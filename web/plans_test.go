package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/desk"
	"comity/desk/deconflict"
)

// planShelf keeps plans in memory, as the store does.
type planShelf struct {
	mu      sync.Mutex
	texts   map[string][]byte
	revs    map[string]int
	queries []deconflict.Query
}

func (s *planShelf) SavePlan(_ context.Context, agency, id string, rev int, text []byte, _ string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revs[agency+" "+id] != rev {
		return deconflict.Changed(id)
	}
	s.revs[agency+" "+id]++
	s.texts[agency+" "+id] = text
	return nil
}

func (s *planShelf) ReadPlan(_ context.Context, agency, id string) ([]byte, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revs[agency+" "+id] == 0 {
		return nil, 0, &comity.Problem{Code: "not-found"}
	}
	return s.texts[agency+" "+id], s.revs[agency+" "+id], nil
}

func (s *planShelf) ReadPlans(_ context.Context, agency string) (texts [][]byte, revs []int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.texts)) {
		if strings.HasPrefix(key, agency+" ") {
			texts, revs = append(texts, s.texts[key]), append(revs, s.revs[key])
		}
	}
	return texts, revs, nil
}

func (s *planShelf) CountQuery(_ context.Context, q deconflict.Query, _ time.Time) (int, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	again := slices.ContainsFunc(s.queries, func(was deconflict.Query) bool { return was.ID == q.ID && was.Agency == q.Agency })
	if !again {
		s.queries = append(s.queries, q)
	}
	return len(s.queries), again, nil
}

func (s *planShelf) ReadQueries(context.Context, string, time.Time) ([]deconflict.Query, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries), nil
}

const planOwner = "ILCPD0000"

// planOffice is a desk that plans; its one peer has a plan of its own, or does
// not answer.
func planOffice(t testing.TB) *office {
	t.Helper()
	o := newOfficeWith(t, func(c *Config) { withPlans(t, c) })
	for link, role := range map[string]string{"commander": RoleWatchCommander, "chief": RoleCommander, "board": RoleBoard, "counsel": RoleCounsel, "records": RoleClerk} {
		o.badges.links[link] = Account{ID: link, Agency: planOwner, Role: role, Name: "Device"}
	}
	return o
}

// withPlans lets a desk plan, with one peer that has a plan at the same place.
func withPlans(t testing.TB, c *Config) {
	t.Helper()
	key := deconflict.Key{1}
	now := func() time.Time { return staffNow }
	other := &deconflict.Office{
		Desk: c.Desk, Plans: &planShelf{texts: map[string][]byte{}, revs: map[string]int{}}, Now: now,
		Home:  func(string) (string, string) { return "us-il-cook", "sheriff" },
		Lines: []deconflict.Line{{Agency: "IL0160000", Desk: deconflict.Contact{Desk: "Sample watch desk", Phone: "555-0177"}, Peers: []deconflict.Peer{{Agency: planOwner, Name: "City police", Key: key}}}},
	}
	if _, err := other.Save(t.Context(), "IL0160000", deconflict.NewPlanID(), 0, desk.Form{"title": "CANARY-OTHER", "kind": "surveillance", "cells": "41.8785,-87.6295",
		"begins": "2026-11-22T05:00:00-06:00", "ends": "2026-11-22T06:00:00-06:00"}, time.UTC); err != nil {
		t.Fatal(err)
	}
	c.Deconflict = &deconflict.Office{
		Desk: c.Desk, Plans: &planShelf{texts: map[string][]byte{}, revs: map[string]int{}}, Now: now,
		Home: func(string) (string, string) { return "us-il-chicago", "municipal-police" },
		Send: func(ctx context.Context, _ deconflict.Peer, m []byte) ([]byte, error) { return other.Answer(ctx, m) },
		Lines: []deconflict.Line{{Agency: planOwner, Desk: deconflict.Contact{Desk: "Watch desk", Phone: "555-0188"},
			Peers: []deconflict.Peer{{Agency: "IL0160000", Name: "County jail", Phone: "555-0177", Key: key}}}},
	}
}

// wholePlan is a plan as its page sends it.
func wholePlan(changes ...string) url.Values {
	form := url.Values{"title": {"Plan 7"}, "kind": {"arrest-or-search"}, "by": {"ice"}, "purpose": {"other-crime"}, "danger": {"no"}, "cells": {"41.8781,-87.6298"},
		"begins": {"2026-11-22T04:00"}, "ends": {"2026-11-22T07:00"}, "setting": {"street"}, "lead": {"Unit 3"}, "paper": {"arrest-warrant"},
		"paper_signed": {"federal-magistrate"}, "paper_charge": {"federal-felony"}, "model": {"none"}, "people": {"2"}, "custody": {"District 1"}, "cameras": {"all-officers"},
		"medical": {"Ambulance near"}, "children": {"1"}, "children_care": {"A relative is called"}, "pets": {"0"}, "pets_care": {"Shelter told"}, "vehicles": {"0"},
		"vehicles_care": {"None expected"}, "interpreter": {"Spanish"}, "reunification": {"Before noon"}}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

var planAddress = regexp.MustCompile(`^/desk/joint/plans/p-[a-z0-9]+$`)

// A plan on its way through the pages: asked, checked, an overlap settled by
// telephone, signed, approved by two, voted, gone, over.
func TestPlanThroughThePages(t *testing.T) {
	o := planOffice(t)
	c, chief, board := o.signIn(t, "commander"), o.signIn(t, "chief"), o.signIn(t, "board")
	if w := c.get("/desk/joint"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No operation is planned") {
		t.Fatalf("the empty page: %d", w.Code)
	}
	w := c.post("/desk/joint/plan", url.Values{"title": {"Plan 7"}, "cells": {"nowhere,at,all"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "nowhere,at,all") {
		t.Errorf("a place that cannot be read: %d", w.Code)
	}
	w = c.post("/desk/joint/plan", url.Values{"title": {"Plan 7"}})
	address := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !planAddress.MatchString(address) {
		t.Fatalf("saved in part: %d %s", w.Code, address)
	}
	if w := c.post(address+"/check", nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Who cares for children?") {
		t.Errorf("a plan with empty fields was checked: %d", w.Code)
	}
	went := func(who *clerkAt, path string, form url.Values) {
		t.Helper()
		if w := who.post(path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, w.Code, regexp.MustCompile(`(?s)role="alert".*?</div>`).FindString(w.Body.String()))
		}
	}
	went(c, address+"/edit", wholePlan("rev", "1"))
	if w := c.post(address+"/edit", wholePlan("rev", "1")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Somebody else changed this plan") {
		t.Errorf("an older revision: %d", w.Code)
	}
	went(c, address+"/ask", nil)
	went(c, address+"/check", nil)
	page := c.get(address).Body.String()
	for _, want := range []string{"Overlap with County jail", "555-0177", "red: blocks approval", "No red line on the list"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "CANARY") {
		t.Error("the other agency's plan is shown")
	}
	if w := c.post(address+"/steps/commander", url.Values{"outcome": {"approved"}, "rank": {"captain"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("approved with a red line: %d", w.Code)
	}
	entry := regexp.MustCompile(`/desk/joint/call\?of=([\w-]+)`).FindStringSubmatch(page)[1]
	call := url.Values{"ref": {entry}, "with": {"local-agency"}, "called_back": {"yes"}, "number": {"555-0177"}, "system": {"none"}, "outcome": {"no-conflict"}, "id": {"call-1"}}
	went(c, "/desk/joint/call", call)
	call.Set("id", "call-2")
	call.Set("with", "hsi")
	call.Set("system", "rissafe")
	call.Set("reference", "R-26-118")
	went(c, "/desk/joint/call", call)
	went(c, address+"/steps/local-signed", url.Values{"rank": {"captain"}})
	went(c, address+"/steps/federal-signed", url.Values{"number": {"555-0142"}})
	went(c, address+"/steps/commander", url.Values{"outcome": {"approved"}, "rank": {"captain"}})
	if w := board.post(address+"/steps/second", url.Values{"outcome": {"approved"}, "rank": {"captain"}}); w.Code != http.StatusForbidden {
		t.Errorf("the board approves for the agency: %d", w.Code)
	}
	went(chief, address+"/steps/second", url.Values{"outcome": {"approved"}, "rank": {"chief"}})
	went(board, address+"/steps/panel", url.Values{"outcome": {"approved"}, "votes_for": {"4"}, "votes_against": {"1"}, "votes_abstaining": {"0"}, "sunset": {"2026-11-25T00:00"}, "why": {"One doubts the hour."}})
	went(c, address+"/steps/go", url.Values{"rank": {"captain"}})
	page = c.get(address).Body.String()
	for _, want := range []string{"Gone ahead", "4 for, 1 against", "One doubts the hour.", "from one side only"} {
		if !strings.Contains(page, want) {
			t.Errorf("after go the page lacks %q", want)
		}
	}
	went(c, address+"/statement", url.Values{"side": {"ours"}, "version": {"Two people were arrested."}, "speaker": {"both-together"}, "signed": {"yes"}, "how": {"writing"}})
	if w := c.post(address+"/steps/published", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("published before the end: %d", w.Code)
	}
	if w := o.signIn(t, "records").get(address); w.Code != http.StatusForbidden {
		t.Errorf("the records clerk reads a plan: %d", w.Code)
	}
	if w := c.get("/desk/joint/plans/p-none"); w.Code != http.StatusNotFound {
		t.Errorf("no such plan: %d", w.Code)
	}
	for _, path := range []string{"/desk/joint", address, address + "/edit", address + "/steps/cancelled", address + "/statement", address + "/after", "/desk/joint/call", "/desk/joint/minutes", "/desk/joint/plan", "/desk/joint/action?of=x"} {
		for _, prefix := range []string{"", "/es"} {
			w := c.get(prefix + path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<no value>") {
				t.Errorf("%s%s: %d", prefix, path, w.Code)
			}
		}
	}
}

// Every state, reason and difference has words in both languages.
func TestPlanWords(t *testing.T) {
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	langs, err := loadLangs(book)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for step := range stepActions {
		keys = append(keys, "plans.step-says."+step, "desk.joint-step.step."+step)
	}
	for _, b := range desk.Became {
		keys = append(keys, "plans.differs."+b.Name)
	}
	for _, state := range []string{deconflict.Waiting, deconflict.Clear, deconflict.Overlap, deconflict.Refused, deconflict.Rejected} {
		keys = append(keys, "plans.peer."+state)
	}
	for _, k := range keys {
		for _, l := range langs {
			if !l.known(k) {
				t.Errorf("%s: %s is missing", l.tag, k)
			}
		}
	}
}
