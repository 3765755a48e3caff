package deconflict

import (
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/desk"
)

var (
	commander = Signer{"device-1", "watch-commander"}
	second    = Signer{"device-2", "commander"}
	board     = Signer{"device-3", "board"}
)

// A way is a plan on its way, in a circle.
type way struct {
	*circle
	t   testing.TB
	ori string
	id  string
	n   int
}

func (w *way) step(who Signer, form desk.Form) error {
	w.t.Helper()
	w.n++
	return w.offices[w.ori].Step(w.t.Context(), w.ori, w.id, "step-"+string(rune('a'+w.n)), who, form)
}

func (w *way) must(who Signer, form desk.Form) {
	w.t.Helper()
	if err := w.step(who, form); err != nil {
		w.t.Fatalf("%s: %v", form["step"], err)
	}
}

func (w *way) stand() Standing {
	w.t.Helper()
	s, err := w.offices[w.ori].Stand(w.t.Context(), w.again(w.t, w.ori, w.id))
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// call is the telephone log of a call with a federal unit.
func (w *way) call(changes ...string) {
	w.t.Helper()
	w.n++
	f := desk.Form{"with": "hsi", "called_back": "yes", "number": "555-0142", "system": "rissafe", "reference": "R-26-118", "outcome": "no-conflict"}
	for i := 0; i < len(changes); i += 2 {
		f[changes[i]] = changes[i+1]
	}
	_, err := w.offices[w.ori].Desk.Handle(w.t.Context(), desk.Request{ID: "call-" + string(rune('a'+w.n)), Agency: w.ori, Kind: "deconfliction",
		Ref: w.again(w.t, w.ori, w.id).Entry, In: "us-il-chicago", Actor: "municipal-police", Role: "watch-commander", Form: f})
	if err != nil {
		w.t.Fatalf("log a call: %v", err)
	}
}

func (w *way) check() error {
	_, err := w.offices[w.ori].Checked(w.t.Context(), w.ori, w.id, "watch-commander")
	return err
}

// checked is a whole plan that was asked about and checked.
func checked(t testing.TB, changes ...string) *way {
	t.Helper()
	c := newCircle(t)
	w := &way{circle: c, t: t, ori: police}
	w.id = c.plan(t, police, changes...).ID
	c.ask(t, police, w.id)
	if err := w.check(); err != nil {
		t.Fatalf("check: %v", err)
	}
	return w
}

func approve(step string) desk.Form {
	f := desk.Form{"step": step, "outcome": "approved", "rank": "captain"}
	if step == desk.StepPanel {
		f["votes_for"], f["votes_against"], f["votes_abstaining"], f["sunset"], f["why"] = "4", "1", "0", "2026-11-25T00:00:00-06:00", "One member doubts the hour."
	}
	if step == desk.StepFederal {
		f = desk.Form{"step": step, "number": "555-0142"}
	}
	return f
}

// Rows K6, K8, O3: nothing is approved before the list is green; nothing goes
// ahead before both sides signed, two people approved and the panel voted.
func TestTheWayOfAPlan(t *testing.T) {
	w := checked(t)
	w.call()
	if s := w.stand(); !s.Green() || s.Missing[0] != desk.StepLocal {
		t.Fatalf("the list: %+v, missing %v", s.Lines, s.Missing)
	}
	if err := w.step(commander, desk.Form{"step": desk.StepGo, "rank": "captain"}); !isCode(err, "not-approved") {
		t.Errorf("go at once: %v", err)
	}
	w.must(commander, desk.Form{"step": desk.StepLocal, "rank": "captain"})
	w.must(commander, approve(desk.StepFederal))
	w.must(commander, approve(desk.StepCommander))
	if err := w.step(commander, approve(desk.StepSecond)); !isCode(err, "same-person") {
		t.Errorf("the second approval of the same person: %v", err)
	}
	w.must(second, approve(desk.StepSecond))
	if err := w.step(commander, desk.Form{"step": desk.StepGo, "rank": "captain"}); !isCode(err, "not-approved") {
		t.Errorf("go without the panel: %v", err)
	}
	if err := w.step(board, desk.Form{"step": desk.StepPanel, "outcome": "approved", "votes_for": "1", "votes_against": "3", "votes_abstaining": "0", "sunset": "2026-11-25T00:00:00-06:00"}); err == nil {
		t.Error("an approval that the votes do not carry")
	}
	w.must(board, approve(desk.StepPanel))
	w.must(commander, desk.Form{"step": desk.StepGo, "rank": "captain"})
	if s := w.stand(); s.Gone != desk.StepGo || !s.Review.IsZero() || len(s.Missing) != 0 {
		t.Errorf("after go: %+v", s)
	}
}

func TestSunsetEndsThePanelsApproval(t *testing.T) {
	w := checked(t)
	w.call()
	for _, who := range []struct {
		Signer
		step string
	}{{commander, desk.StepLocal}, {commander, desk.StepFederal}, {commander, desk.StepCommander}, {second, desk.StepSecond}, {board, desk.StepPanel}} {
		w.must(who.Signer, approve(who.step))
	}
	w.now = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	if s := w.stand(); !slices.Equal(s.Missing, []string{desk.StepPanel}) {
		t.Errorf("after the sunset: missing %v", s.Missing)
	}
}

// Row O3: the emergency path does without the panel, and leaves it a task of 72
// hours.
func TestEmergencyLeavesAReview(t *testing.T) {
	w := checked(t)
	w.call()
	w.must(commander, desk.Form{"step": desk.StepLocal})
	w.must(commander, approve(desk.StepFederal))
	w.must(commander, approve(desk.StepCommander))
	hurry := desk.Form{"step": desk.StepEmergency, "rank": "captain", "why": "Shots were heard."}
	if err := w.step(commander, hurry); !isCode(err, "not-approved") {
		t.Errorf("without the second approval: %v", err)
	}
	w.must(second, approve(desk.StepSecond))
	if err := w.step(commander, desk.Form{"step": desk.StepEmergency, "rank": "captain"}); err == nil {
		t.Error("an emergency without a reason")
	}
	w.must(commander, hurry)
	s := w.stand()
	if s.Gone != desk.StepEmergency || !s.Review.Equal(w.now.Add(72*time.Hour)) || s.Reviewed() {
		t.Fatalf("after it: %+v", s.Review)
	}
	if s.Late(w.now.Add(71*time.Hour)) || !s.Late(w.now.Add(73*time.Hour)) || len(ReviewDue([]Standing{s})) != 1 {
		t.Error("the review's clock is wrong")
	}
	review := approve(desk.StepPanel)
	review["step"] = desk.StepReviewed
	delete(review, "sunset")
	w.must(board, review)
	if s := w.stand(); !s.Reviewed() || len(ReviewDue([]Standing{s})) != 0 {
		t.Error("the review is done and still asked for")
	}
}

// Row K6: a plan with an empty field is never checked, so never approved.
func TestEveryFieldOfAPlanIsNeeded(t *testing.T) {
	for _, f := range operation().Fields {
		if !f.Required {
			continue
		}
		c := newCircle(t)
		w := &way{circle: c, t: t, ori: police, id: c.plan(t, police, f.Name, "").ID}
		if err := w.check(); err == nil {
			t.Errorf("a plan without %s was checked", f.Name)
		}
		if err := w.step(commander, approve(desk.StepCommander)); !isCode(err, "not-checked") {
			t.Errorf("a plan without %s was approved: %v", f.Name, err)
		}
		if len(c.kept[police].Kept) != 0 {
			t.Errorf("without %s something was recorded", f.Name)
		}
	}
}

// A plan that was changed is another plan: what was approved no longer counts.
func TestAChangeUndoesTheApprovals(t *testing.T) {
	w := checked(t)
	w.call()
	w.must(commander, approve(desk.StepCommander))
	p := w.again(t, police, w.id)
	if _, err := w.offices[police].Save(t.Context(), police, w.id, p.Rev, planForm("people", "9"), time.UTC); err != nil {
		t.Fatal(err)
	}
	if s := w.stand(); s.Checked || s.Green() {
		t.Error("the changed plan counts as checked")
	}
	if err := w.step(second, approve(desk.StepSecond)); !isCode(err, "not-checked") {
		t.Errorf("approved after a change: %v", err)
	}
	if err := w.check(); err != nil {
		t.Fatal(err)
	}
	if s := w.stand(); s.approved(desk.StepCommander) {
		t.Error("the approval of another plan counts")
	}
	if _, err := w.offices[police].Save(t.Context(), police, w.id, p.Rev, planForm(), time.UTC); !isCode(err, "plan-changed") {
		t.Errorf("a change of an older revision: %v", err)
	}
}

// Row K8: no rule basis, no approval. In Chicago civil help is forbidden; in
// Texas nothing forbids it, and the same plan goes on.
func TestTheListIsRedWithoutBasis(t *testing.T) {
	civil := []string{"purpose", "civil-immigration", "help", "perimeter", "paper", "i-200", "paper_signed", "", "paper_charge", ""}
	w := checked(t, civil...)
	w.call()
	s := w.stand()
	i := slices.IndexFunc(s.Lines, func(c Check) bool { return c.Act == "joint-operation" })
	if s.Green() || s.Lines[i].State != Red || s.Lines[i].Why != "forbidden" || !strings.Contains(strings.Join(s.Lines[i].Cites, " "), "805/15") {
		t.Errorf("Chicago: %+v", s.Lines[i])
	}
	if err := w.step(commander, approve(desk.StepCommander)); !isCode(err, "red-line") {
		t.Errorf("approved in Chicago: %v", err)
	}
	texas := &way{circle: newCircle(t), t: t, ori: police}
	texas.offices[police].Home = func(string) (string, string) { return "us-tx-travis", "sheriff" }
	texas.id = texas.plan(t, police, civil...).ID
	texas.ask(t, police, texas.id)
	if err := texas.check(); err != nil {
		t.Fatal(err)
	}
	if s := texas.stand(); !s.Green() {
		t.Errorf("Texas: %+v", s.Lines)
	}
}

// Row D11: the agency's uniform in a federal plan is refused with the section
// where a law says so; counsel is told everywhere.
func TestOwnMarksInAPlan(t *testing.T) {
	marks := []string{"purpose", "civil-immigration", "paper", "i-200", "paper_signed", "", "paper_charge", "", "city_marks", "uniform"}
	find := func(s Standing, name string) Check {
		i := slices.IndexFunc(s.Lines, func(c Check) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("no line %s in %+v", name, s.Lines)
		}
		return s.Lines[i]
	}
	s := checked(t, marks...).stand()
	if line := find(s, "marks"); line.State != Red || line.Why != "forbidden" || !slices.Contains(line.Cites, "5 ILCS 805/15(h)(4)") {
		t.Errorf("Chicago: %+v", line)
	}
	if line := find(s, "counsel"); line.State != Red || !slices.Contains(line.About, "uniform") {
		t.Errorf("counsel: %+v", line)
	}
	w := checked(t, "city_marks", "phone")
	w.call()
	if line := find(w.stand(), "counsel"); line.State != Red {
		t.Errorf("a telephone number of ours: %+v", line)
	}
	w.must(Signer{"device-9", "counsel"}, approve(desk.StepCounsel))
	if line := find(w.stand(), "counsel"); line.State != Ready {
		t.Errorf("after counsel's answer: %+v", line)
	}
}

// Scenario 8 of users.md: two years are over at local midnight, and the
// agreement asks for a call to HSI or ERO first.
func TestScenarioDeconflictionOfficer(t *testing.T) {
	for day, want := range map[string]comity.Verdict{"2027-03-02": comity.Permitted, "2027-03-03": comity.Prohibited} {
		w := &way{circle: newCircle(t), t: t, ori: police}
		o := w.offices[police]
		o.Home = func(string) (string, string) { return "us-tx-travis", "sheriff" }
		o.Agreements = func(string) []Agreement { return []Agreement{{"tfm", "2025-02-20", "2026-11-01", true}} }
		w.now = time.Date(2027, 3, 1, 18, 0, 0, 0, time.UTC)
		w.id = w.plan(t, police, "begins", day+"T00:00:00-06:00", "ends", day+"T04:00:00-06:00", "purpose", "civil-immigration", "paper", "i-200",
			"paper_signed", "", "paper_charge", "", "model", "tfm", "powers", "yes", "certified", "yes", "authorized_on", "2025-03-03", "supervised", "yes").ID
		w.ask(t, police, w.id)
		if err := w.check(); err != nil {
			t.Fatal(err)
		}
		s := w.stand()
		power, call := Check{}, Check{}
		for _, line := range s.Lines {
			switch {
			case line.Act == "act-as-immigration-officer":
				power = line
			case line.Name == "call":
				call = line
			case line.Name == "agreement" && line.State != Ready:
				t.Errorf("%s: the agreement: %+v", day, line)
			}
		}
		if power.Verdict != want || (power.State == Red) != (want == comity.Prohibited) {
			t.Errorf("%s: the power is %+v", day, power)
		}
		if want == comity.Prohibited && !strings.Contains(strings.Join(power.Cites, " "), "TFM MOA, IV") {
			t.Errorf("%s: cites %v", day, power.Cites)
		}
		if call.State != Red || call.Verdict != comity.Required || !strings.Contains(strings.Join(call.Cites, " "), "TFM MOA, XI") {
			t.Errorf("%s: the call: %+v", day, call)
		}
		w.call()
		s = w.stand()
		i := slices.IndexFunc(s.Lines, func(c Check) bool { return c.Name == "call" })
		if s.Lines[i].State != Ready {
			t.Errorf("%s: after the call: %+v", day, s.Lines[i])
		}
		if _, err := o.Desk.Handle(t.Context(), desk.Request{ID: "prose", Agency: police, Kind: "deconfliction", In: "us-tx-travis", Actor: "sheriff", Role: "sergeant",
			Form: desk.Form{"with": "ero", "called_back": "yes", "number": "555-0100", "system": "rissafe", "reference": "raid on the corner shop at four", "outcome": "no-conflict"}}); err == nil {
			t.Error("the log takes the text of a plan")
		}
	}
}

// Row K7: agreed only with both signatures under the same words.
func TestStatement(t *testing.T) {
	w := checked(t)
	o, ctx := w.offices[police], t.Context()
	say := func(side, version, signed, embargo string) {
		t.Helper()
		w.n++
		form := desk.Form{"side": side, "version": version, "speaker": "both-together", "signed": signed, "how": "telephone", "embargo": embargo}
		if err := o.State(ctx, police, w.id, "said-"+string(rune('a'+w.n)), commander, form); err != nil {
			t.Fatal(err)
		}
	}
	publish := desk.Form{"step": desk.StepPublished}
	if err := w.step(commander, publish); !isCode(err, "not-signed") {
		t.Errorf("nothing is signed: %v", err)
	}
	say("ours", "Four people were arrested.", "yes", "2026-11-22T12:00:00-06:00")
	say("theirs", "The operation was a success.", "yes", "")
	if s := w.stand(); s.Agreed() || len(s.Versions) != 2 {
		t.Error("two texts count as agreed")
	}
	if err := w.step(commander, publish); !isCode(err, "not-over") {
		t.Errorf("before the end: %v", err)
	}
	w.now = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	w.after(nil)
	if err := w.step(commander, publish); !isCode(err, "embargo") {
		t.Errorf("under the embargo: %v", err)
	}
	w.now = time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	w.must(commander, publish)
	if s := w.stand(); s.Steps[desk.StepPublished].Form["agreed"] != "no" || s.Steps[desk.StepPublished].Form["versions"] != "2" {
		t.Errorf("published as %v", s.Steps[desk.StepPublished].Form)
	}
	say("theirs", "Four people were arrested.", "yes", "")
	if s := w.stand(); !s.Agreed() {
		t.Error("the same words signed by both are not agreed")
	}
	w.must(commander, publish)
	if s := w.stand(); s.Steps[desk.StepPublished].Form["agreed"] != "yes" {
		t.Errorf("published as %v", s.Steps[desk.StepPublished].Form)
	}
}

func (w *way) after(changes desk.Form) {
	w.t.Helper()
	form := afterForm()
	for k, v := range changes {
		form[k] = v
	}
	if err := w.offices[w.ori].After(w.t.Context(), w.ori, w.id, "after", commander, form, time.UTC); err != nil {
		w.t.Fatalf("after-action: %v", err)
	}
}

func afterForm() desk.Form {
	return desk.Form{"ended": "2026-11-22T07:30:00-06:00", "setting_same": "yes", "lead_same": "yes", "authority_same": "yes", "cameras": "all-officers",
		"medical": "not-needed", "interpreter": "given", "reunification": "done", "equipment_used": "drone",
		"people": "3", "people_released": "1", "people_their_custody": "2", "children": "1", "children_with_relative": "1", "pets": "1", "pets_with_family": "1",
		"vehicles": "1", "vehicles_left_parked": "1"}
}

// The after-action report accounts for each, says by itself what differs from
// the plan, and ends the contact.
func TestAfterAction(t *testing.T) {
	w := checked(t, "equipment_1", "dog", "equipment_1_rank", "captain", "equipment_1_reason", "search of a yard")
	w.now = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	missing := afterForm()
	missing["children_with_relative"] = "0"
	if err := w.offices[police].After(t.Context(), police, w.id, "after", commander, missing, time.UTC); err == nil || !strings.Contains(err.Error(), "accounted") {
		t.Errorf("a child of whom nothing is said: %v", err)
	}
	w.after(nil)
	s := w.stand()
	if got := s.After.Form["differs"]; got != "people unapproved-drone ended-later" {
		t.Errorf("what differs: %q", got)
	}
	ended := w.again(t, police, w.id).Ended
	if !s.Over || !ended.Equal(time.Date(2026, 11, 22, 13, 30, 0, 0, time.UTC)) {
		t.Errorf("ended %s", ended)
	}
	last := w.kept[police].Kept[len(w.kept[police].Kept)-1]
	if !last.Ended.Equal(ended) {
		t.Errorf("the record's end is %s", last.Ended)
	}
	if _, err := w.offices[police].Save(t.Context(), police, w.id, s.Plan.Rev, planForm(), time.UTC); !isCode(err, "plan-over") {
		t.Errorf("a plan changed after its end: %v", err)
	}
}

// Row K10: what a meeting gave out stands with its owner until it is done.
func TestMinutes(t *testing.T) {
	c := newCircle(t)
	o := c.offices[police]
	form := desk.Form{"held_at": "2026-11-20T10:00:00-06:00", "attended": "watch-commander hsi", "agenda": "Radio channels", "decided": "One channel",
		"action_1": "Test the channel", "action_1_owner": "watch-commander", "action_1_due": "2026-11-20", "action_2": "Tell dispatch", "action_2_owner": "records", "action_2_due": "2026-12-01"}
	write := func(id, kind, ref string, f desk.Form) error {
		_, err := o.Desk.Handle(t.Context(), desk.Request{ID: id, Agency: police, Kind: kind, Ref: ref, In: "us-il-chicago", Actor: "municipal-police", Role: "watch-commander", Form: f})
		return err
	}
	if err := write("m-1", "minutes", "", form); err != nil {
		t.Fatal(err)
	}
	card := desk.ReadCard(c.kept[police].Kept[0])
	if card.Form["hash"] == "" || card.Form["hash"] != desk.MinutesHash(card.Form) {
		t.Errorf("the hash is %q", card.Form["hash"])
	}
	changed := desk.Form{}
	for k, v := range form {
		changed[k] = v
	}
	changed["decided"] = "Two channels"
	if err := write("m-1", "minutes", "", changed); !isCode(err, "conflict-id") {
		t.Errorf("minutes edited after signing: %v", err)
	}
	changed["action_1_due"] = ""
	if err := write("m-2", "minutes", "", changed); err == nil {
		t.Error("an action without a day")
	}
	duties, err := o.Duties(t.Context(), police, "2026-11-21")
	if err != nil || len(duties) != 2 || !duties[0].Overdue || duties[1].Overdue || duties[0].Owner != "watch-commander" {
		t.Fatalf("%+v, %v", duties, err)
	}
	if err := write("m-1-done", "minutes-action", "m-1", desk.Form{"action": "1", "outcome": "done"}); err != nil {
		t.Fatal(err)
	}
	if duties, err := o.Duties(t.Context(), police, "2026-11-21"); err != nil || len(duties) != 1 || duties[0].Number != "2" {
		t.Errorf("after it was done: %+v, %v", duties, err)
	}
}
