package deconflict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/desk"
)

// Row K5: two plans that overlap are told to both sides, with whom to call.
func TestOverlapIsToldToBoth(t *testing.T) {
	c := newCircle(t)
	first := c.ask(t, cook, c.plan(t, cook).ID)
	for _, a := range first.Peers {
		if a.State != Clear {
			t.Errorf("nobody plans anything yet, and %s says %s", a.Agency, a.State)
		}
	}
	// Next cell, two hours later, another sort of work: still too near.
	second := c.ask(t, police, c.plan(t, police, "cells", "41.8885,-87.6210", "begins", "2026-11-22T08:30:00-06:00", "ends", "2026-11-22T09:00:00-06:00", "kind", "surveillance").ID)
	met, ok := second.answer(cook)
	if !ok || met.State != Overlap || met.Contact.Phone != "555-"+cook {
		t.Errorf("who asked learned %+v", met)
	}
	if a, _ := second.answer(third); a.State != Clear || a.Contact != (Contact{}) {
		t.Errorf("the third agency: %+v", a)
	}
	told := c.again(t, cook, first.ID).Told
	if len(told) != 1 || told[0].Agency != police || told[0].Contact.Phone != "555-"+police {
		t.Errorf("who was asked learned %+v", told)
	}
	far := c.ask(t, police, c.plan(t, police, "cells", "41.95,-87.70").ID)
	if a, _ := far.answer(cook); a.State != Clear {
		t.Errorf("another part of the city: %s", a.State)
	}
	later := c.ask(t, police, c.plan(t, police, "begins", "2026-11-23T04:00:00-06:00", "ends", "2026-11-23T07:00:00-06:00").ID)
	if a, _ := later.answer(cook); a.State != Clear {
		t.Errorf("another night: %s", a.State)
	}
	own := c.ask(t, cook, c.plan(t, cook).ID)
	if len(own.Own) != 1 || own.Own[0] != first.ID {
		t.Errorf("two plans of one agency: %v", own.Own)
	}
}

// An agency that is no party to an overlap gets a sealed question of constant
// length, answers no, and keeps nothing but that it was asked.
func TestHarm_H12_a_third_agency_learns_nothing_of_a_plan(t *testing.T) {
	c := newCircle(t)
	first := c.plan(t, cook)
	c.ask(t, cook, first.ID)
	second := c.ask(t, police, c.plan(t, police).ID)
	c.ask(t, police, c.plan(t, police, "cells", "beat 1412; 41.90,-87.60; 41.70,-87.50; 41.60,-87.40", "kind", "undercover").ID)
	if a, _ := second.answer(cook); a.State != Overlap {
		t.Fatal("there is no overlap to hide")
	}
	if len(c.wire[third]) != 3 {
		t.Fatalf("%d questions", len(c.wire[third]))
	}
	secrets := []string{"CANARY", "41.8781", "2026-11-22", "Unit 3", "1412", "overlap", "555-" + cook, "undercover", "arrest"}
	for _, m := range c.wire[third] {
		if len(m) != len(c.wire[third][0]) {
			t.Errorf("questions differ in length: %d and %d", len(m), len(c.wire[third][0]))
		}
		noneOf(t, "on the wire", m, secrets)
	}
	kept, err := json.Marshal(c.kept[third].Kept)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.kept[third].Kept) != 3 {
		t.Errorf("%d entries of three questions", len(c.kept[third].Kept))
	}
	noneOf(t, "in its record", kept, secrets[:len(secrets)-4])
	if bytes.Contains(kept, []byte(`"overlap"`)) {
		t.Error("the third agency's record tells of an overlap")
	}
	queries, err := json.Marshal(c.plans[third].queries)
	if err != nil {
		t.Fatal(err)
	}
	noneOf(t, "in its list of questions", queries, secrets)
	if len(c.plans[third].texts) != 0 {
		t.Error("the third agency keeps somebody's plan")
	}
	// The record of the parties has the fact, and neither place nor hour.
	for _, ori := range []string{cook, police} {
		kept, err := json.Marshal(c.kept[ori].Kept)
		if err != nil {
			t.Fatal(err)
		}
		noneOf(t, "in the record of a party", kept, []string{"CANARY", "41.8781", "2026-11-22", "Unit 3", "1412"})
	}
}

func noneOf(t *testing.T, where string, data []byte, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s: %q can be read", where, secret)
		}
	}
}

// Scenario 8 of users.md: forty false plans in a night. The alarm stops the
// rest of them and the fortieth, which would have met a real one.
func TestHarm_H13_forty_false_plans_find_nothing(t *testing.T) {
	c := newCircle(t)
	real := c.plan(t, cook)
	for i := range 39 {
		id := c.plan(t, police, "cells", fmt.Sprintf("%.2f,-80.00", 30+float64(i)/10)).ID
		_, err := c.offices[police].Ask(t.Context(), police, id, "watch-commander")
		if stopped := isCode(err, "probe-alarm"); err != nil && !stopped || stopped != (i >= UsualCap) {
			t.Fatalf("plan %d: %v", i+1, err)
		}
	}
	asked := len(c.wire[cook])
	fortieth := c.plan(t, police)
	p, err := c.offices[police].Ask(t.Context(), police, fortieth.ID, "watch-commander")
	if !isCode(err, "probe-alarm") || p.Stopped.IsZero() || len(p.Peers) != 0 {
		t.Errorf("the fortieth: %v, %+v", err, p)
	}
	if len(c.wire[cook]) != asked {
		t.Error("the fortieth question reached the other agency")
	}
	if told := c.again(t, cook, real.ID).Told; len(told) != 0 {
		t.Errorf("the real plan was told %+v", told)
	}
	tally, err := c.offices[police].Tally(t.Context(), police, nil)
	if err != nil || !tally.Alarm || tally.Asked != 40 {
		t.Errorf("the commander sees %+v, %v", tally, err)
	}
}

// A server that leaves its own cap out is stopped by the other side's, which
// says the same whether anything would have met.
func TestHarm_H13_the_asked_side_counts_too(t *testing.T) {
	c := newCircle(t)
	c.offices[police].Lines[0].PerWatch = 1000
	real := c.plan(t, cook)
	for i := range UsualCap {
		c.ask(t, police, c.plan(t, police, "cells", fmt.Sprintf("%.2f,-80.00", 30+float64(i)/10)).ID)
	}
	hit, miss := c.ask(t, police, c.plan(t, police).ID), c.ask(t, police, c.plan(t, police, "cells", "60,-80").ID)
	a, _ := hit.answer(cook)
	b, _ := miss.answer(cook)
	if a.State != Refused || b.State != Refused || a.Contact != b.Contact {
		t.Errorf("above the cap: %+v and %+v", a, b)
	}
	if told := c.again(t, cook, real.ID).Told; len(told) != 0 {
		t.Errorf("the real plan was told %+v", told)
	}
	stops := 0
	for _, e := range c.kept[cook].Kept {
		if desk.ReadCard(e).Form["outcome"] == desk.CheckStopped {
			stops++
		}
	}
	if stops != 1 {
		t.Errorf("%d entries of the alarm; one a watch", stops)
	}
	tally, err := c.offices[cook].Tally(t.Context(), cook, nil)
	if err != nil || !tally.Peers[0].Alarm {
		t.Errorf("the asked side's commander sees %+v, %v", tally, err)
	}
	c.now = c.now.Add(Watch + time.Minute)
	if a, _ := c.ask(t, police, c.plan(t, police).ID).answer(cook); a.State != Overlap {
		t.Errorf("in the next watch: %s", a.State)
	}
}

// A peer that does not answer is said so, telephoned, and asked again.
func TestPeerDown(t *testing.T) {
	c := newCircle(t)
	real := c.plan(t, cook)
	c.down[cook] = true
	p := c.ask(t, police, c.plan(t, police).ID)
	if a, _ := p.answer(cook); a.State != Waiting {
		t.Errorf("a server that is down: %s", a.State)
	}
	if a, _ := p.answer(third); a.State != Clear {
		t.Errorf("the other server: %s", a.State)
	}
	before := len(c.wire[third])
	c.down[cook] = false
	if err := c.offices[police].Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, _ := c.again(t, police, p.ID).answer(cook); a.State != Overlap {
		t.Errorf("asked again: %s", a.State)
	}
	if len(c.wire[third]) != before {
		t.Error("who has answered is asked again")
	}
	if len(c.again(t, cook, real.ID).Told) != 1 {
		t.Error("the other side was not told")
	}
	if q := c.plans[police].queries; len(q) != 1 {
		t.Errorf("one question counts %d times", len(q))
	}
}

// Only who holds the key of the pair can ask, once for each question, near its
// own time; whoever cannot learns nothing from the refusal.
func TestHarm_H21_no_key_no_answer(t *testing.T) {
	c := newCircle(t)
	c.ask(t, police, c.plan(t, police).ID)
	good := c.wire[cook][0]
	ctx := t.Context()
	answer := func(m []byte) error { _, err := c.offices[cook].Answer(ctx, m); return err }
	if err := answer(good); err != nil {
		t.Errorf("the same question twice: %v", err)
	}
	for name, change := range map[string]func(*message){
		"from another":  func(m *message) { m.From = third },
		"to another":    func(m *message) { m.To = third },
		"a later time":  func(m *message) { m.At = "2026-11-21T15:31:00Z" },
		"another name":  func(m *message) { m.Query = strings.Repeat("a", 24) },
		"a broken box":  func(m *message) { m.Box[20] ^= 1 },
		"no box":        func(m *message) { m.Box = nil },
		"a federal one": func(m *message) { m.From = "DCICE0000" },
	} {
		var m message
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		change(&m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer(b); !isCode(err, "unknown-peer") || err.Error() != notFromPeer().Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.now = c.now.Add(time.Hour)
	if err := answer(good); !isCode(err, "stale") {
		t.Errorf("an hour later: %v", err)
	}
}

func TestKeysAreRead(t *testing.T) {
	k := pairKey("a", "b")
	if got, err := ParseKey(k.String() + "\n"); err != nil || got != k {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "x", k.String()[:40], "====" + k.String()} {
		if _, err := ParseKey(bad); !isCode(err, "bad-key") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTokens(t *testing.T) {
	k := pairKey("a", "b")
	c := Cover{Cells: []string{"cell 1 1", "cell 1 2"}, First: 10, Last: 12, Kinds: desk.OperationKinds}
	one, err := k.Tokens("query-one-1234567", c)
	if err != nil || len(one) != TokenCount {
		t.Fatalf("%d tokens, %v", len(one), err)
	}
	again, _ := k.Tokens("query-one-1234567", c)
	other, _ := k.Tokens("query-two-1234567", c)
	shared := map[Token]bool{}
	for i, t1 := range one {
		if t1 != again[i] {
			t.Fatal("the same question gives other tokens")
		}
		shared[t1] = true
	}
	if len(shared) != TokenCount {
		t.Errorf("%d different tokens", len(shared))
	}
	for _, t2 := range other {
		if shared[t2] {
			t.Fatal("two questions can be joined by a token")
		}
	}
	if pairKey("a", "c").Overlaps("query-one-1234567", one, c) || !k.Overlaps("query-one-1234567", one, c) {
		t.Error("tokens are not the key's")
	}
	c.Last = 1000
	if _, err := k.Tokens("query-one-1234567", c); !isCode(err, "plan-too-wide") {
		t.Errorf("too wide: %v", err)
	}
}

func TestCells(t *testing.T) {
	for text, want := range map[string]string{
		"41.8781,-87.6298": "cell 4187 9237", "41.8701, -87.6201 ; 41.8799,-87.6299": "cell 4187 9237",
		"Beat  1412": "name beat 1412", "-0.001,0.001": "cell -1 18000",
	} {
		if got, err := Cells(text, 0); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if around, err := Cells("41.8781,-87.6298", 1); err != nil || len(around) != 9 {
		t.Errorf("with a margin: %d cells, %v", len(around), err)
	}
	if west, err := Cells("10,-180; 10,180", 0); err != nil || len(west) != 1 {
		t.Errorf("the date line: %v, %v", west, err)
	}
	for _, bad := range []string{"", " ; ", "91,0", "0,181", "x,y", "NaN,0", "1,", strings.Repeat("1,1;", 9)} {
		if _, err := Cells(bad, 0); !isCode(err, "bad-place") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzCells(f *testing.F) {
	f.Add("41.8781,-87.6298; beat 7", 1)
	f.Fuzz(func(t *testing.T, text string, margin int) {
		if margin < 0 || margin > 2 {
			return
		}
		cells, err := Cells(text, margin)
		if err == nil && len(cells) == 0 {
			t.Errorf("%q names no cell and is taken", text)
		}
	})
}

// What comes over the wire may be anything; without the key it is refused.
func FuzzAnswer(f *testing.F) {
	c := newCircle(f)
	f.Add([]byte(`{"v":1,"from":"ILCPD0000","to":"IL0160000","query":"aaaaaaaaaaaaaaaa","at":"2026-11-21T15:30:00Z","box":"AAAA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := c.offices[cook].Answer(t.Context(), data); err == nil {
			t.Errorf("%q was answered", data)
		}
	})
}
