package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity/desk"
)

// A heldView is the custody of the person whom a detainer concerns.
type heldView struct {
	ID      string
	Write   bool
	Receipt bool     // somebody was handed over
	Stops   []string // a supervisor looks first
	Notes   []string
	Reasons []heldReason
	Beside  []heldBeside
}

type heldReason struct{ What, Number, Since, Until string }

type heldBeside struct{ ID, When string }

// held says what holds the person beside the request; nil where no detainer is.
func (s *site) held(r *http.Request, l *lang, who Account, card desk.Card, task desk.Task) (*heldView, error) {
	if card.Kind != "detainer" || card.Erased {
		return nil, nil
	}
	v := &heldView{ID: card.ID, Write: who.MayWrite()}
	now, zone := card.Custody, s.zone(card.In)
	say := func(list *[]string, is bool, key string, args ...any) {
		if is {
			*list = append(*list, l.say("desk.held."+key, args...))
		}
	}
	hours, minutes := int(now.Spent.Hours()), int(now.Spent.Minutes())%60
	say(&v.Stops, task.Uncompared, "uncompared")
	say(&v.Stops, task.OldPaper, "old-paper", "When", s.when(l, now.Rebooked.In(zone)))
	say(&v.Stops, task.Interrupted, "interrupted", "Hours", hours, "Minutes", minutes)
	say(&v.Notes, !now.Freed.IsZero(), "freed", "When", s.when(l, now.Freed.In(zone)))
	say(&v.Notes, now.NoShow, "no-show")
	say(&v.Notes, !now.Expected.IsZero(), "expected", "When", s.when(l, now.Expected.In(zone)))
	say(&v.Notes, now.Called && now.Expected.IsZero(), "called")
	for _, reason := range now.Reasons {
		v.Reasons = append(v.Reasons, s.heldReason(l, who, zone, reason))
	}
	beside, err := s.Desk.Beside(r.Context(), card)
	for _, other := range beside {
		v.Beside = append(v.Beside, heldBeside{other.ID, s.when(l, other.Happened.In(zone))})
	}
	if err == nil {
		_, v.Receipt, err = s.handOverOf(r.Context(), card)
	}
	return v, err
}

func (s *site) heldReason(l *lang, who Account, zone *time.Location, r desk.Reason) heldReason {
	out := heldReason{Since: l.say("desk.held.before"), Until: l.say("desk.held.lasts")}
	what := r.What
	if what == "" {
		what = "at-intake"
	}
	out.What = l.say("desk.custody.reason." + what)
	if who.MayOpen() {
		out.Number = r.Number
	}
	if !r.Began.IsZero() {
		out.Since = l.say("desk.held.since", "When", s.when(l, r.Began.In(zone)))
	}
	switch {
	case r.Planned:
		out.Until = l.say("desk.held.planned", "When", s.when(l, r.Ended.In(zone)))
	case !r.Ended.IsZero():
		out.Until = l.say("desk.held.until", "When", s.when(l, r.Ended.In(zone)))
	}
	return out
}

// heldText is one line about a later entry, nothing of it sealed.
func (s *site) heldText(l *lang, c desk.Card) string {
	var words []string
	for _, field := range map[string][]string{
		"custody": {"event", "reason"}, "release-call": {"result", "called"}, "transfer": {"basis", "to", "place"},
	}[c.Kind] {
		if value := c.Form[field]; value != "" {
			words = append(words, l.option("desk."+c.Kind+"."+field, value))
		}
	}
	return strings.Join(words, " · ")
}

// askHeld is the form of a kind that stands with a detainer; it goes back to
// the case.
func (s *site) askHeld(name string) staffHandler {
	kind, _ := desk.KindOf(name)
	return func(w http.ResponseWriter, r *http.Request, who Account) error {
		if r.Method != http.MethodPost {
			return s.show(w, r, s.form(r, who, kind, ""))
		}
		if err := s.readForm(r); err != nil {
			return err
		}
		request := s.requestOf(r, who, kind)
		card, err := s.Desk.Case(r.Context(), request.Ref, who.Agency)
		if err == nil {
			request.In, request.Actor = card.In, card.Actor
			err = s.recordHeld(r.Context(), request)
		}
		if err != nil {
			return s.refusedForm(w, r, who, kind, "", err)
		}
		http.Redirect(w, r, s.langOf(r).link(entryPath(request.Ref)), http.StatusSeeOther)
		return nil
	}
}

func (s *site) recordHeld(ctx context.Context, r desk.Request) error {
	record := s.Desk.Handle
	if r.Kind == "transfer" {
		record = s.Desk.HandOver
	}
	_, err := record(ctx, r)
	return err
}

// A backView is the answer as lines for the booking system.
type backView struct {
	deskPage
	ID    string
	Lines []string
}

func (backView) template() string { return "desk_back" }

func (s *site) printBack(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	if card.Kind != "detainer" {
		return s.missing(r, "no-entry")
	}
	task, _, err := s.Desk.Task(r.Context(), card)
	if err != nil {
		return err
	}
	if err := s.viewed(r.Context(), who, "page", card.ID); err != nil {
		return err
	}
	return s.show(w, r, backView{s.deskPage(who, ""), card.ID, s.backLines(s.langOf(r), who, card, task)})
}

// backLines is the answer in plain lines: what a clerk would type a second time.
func (s *site) backLines(l *lang, who Account, card desk.Card, task desk.Task) []string {
	var out []string
	line := func(key string, args ...any) { out = append(out, l.say("desk.back."+key, args...)) }
	line("as-of", "When", s.when(l, s.Now().In(s.zone(card.In))))
	if who.MayOpen() {
		line("booking", "Booking", card.Form["booking"])
	}
	if hold, ok := card.Decision("hold-on-detainer"); ok {
		verdict := hold.Verdict
		if task.Verdict != "" {
			verdict = task.Verdict // as of now: a clock may have run out
		}
		var refs []string
		for _, c := range hold.Citations {
			if !slices.Contains(refs, c.Ref) {
				refs = append(refs, c.Ref)
			}
		}
		if len(refs) == 0 {
			refs = []string{l.say("desk.back.no-section")}
		}
		line("answer", "Word", l.say("verdict."+string(verdict)+".word"), "Refs", strings.Join(refs, "; "))
	}
	if task.State != "" {
		line("state", "State", l.say("desk.state."+string(task.State)))
	}
	for _, a := range task.Alarms {
		alarm := s.deskAlarm(l, a)
		line("clock", "Name", alarm.Name, "Due", alarm.Due)
	}
	notice := "notice-yes"
	if task.Unserved {
		notice = "notice-no"
	}
	line(notice)
	line("entry", "ID", card.ID)
	return out
}

// An overView is the receipt of a hand-over, for the person and the lawyer.
type overView struct {
	deskPage
	ID    string
	None  bool
	Lang  string
	Other string
	Title string
	For   string
	Keep  string
	Sign  string
	Lines []Line
}

func (overView) template() string { return "desk_over" }

func (s *site) handedOver(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	over, ok, err := s.handOverOf(r.Context(), card)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	if in := s.langs[r.URL.Query().Get("in")]; in != nil {
		l = in
	}
	v := overView{deskPage: s.deskPage(who, ""), ID: card.ID, None: !ok, Lang: l.tag, Other: s.otherLang(l).tag}
	if !ok {
		return s.show(w, r, v)
	}
	if err := s.viewed(r.Context(), who, "notice", card.ID, over.ID); err != nil {
		return err
	}
	s.overLines(l, card, over, &v)
	return s.show(w, r, v)
}

// handOverOf is the last hand-over of a case that is on record.
func (s *site) handOverOf(ctx context.Context, card desk.Card) (desk.Card, bool, error) {
	later, err := s.Desk.Record.Follow(ctx, card.ID)
	if err != nil {
		return desk.Card{}, false, err
	}
	for _, e := range slices.Backward(later) {
		if c := desk.ReadCard(e); c.Kind == "transfer" && !c.Erased {
			return c, true, nil
		}
	}
	return desk.Card{}, false, nil
}

func (s *site) overLines(l *lang, card, over desk.Card, v *overView) {
	v.Title, v.Keep, v.Sign = l.say("desk.over.title"), l.say("desk.over.keep"), l.say("desk.over.signed")
	v.For = l.say("desk.over.for", "Name", card.Form["name"], "Booking", card.Form["booking"])
	kind, _ := desk.KindOf("transfer")
	words := func(field string) string {
		f, _ := kind.Field(field)
		return s.fieldWords(l, over, f, over.Form[field])
	}
	add := func(key, text string) { v.Lines = append(v.Lines, Line{l.say("desk.over." + key), text}) }
	add("when", s.when(l, over.Happened.In(s.zone(over.In))))
	add("where", words("place"))
	add("from", v.Home.Name)
	add("to", words("to"))
	add("paper", words("basis")+" · "+over.Form["pointer"])
	add("taker", words("taker"))
	add("giver", words("giver"))
	add("person", words("person"))
	add("papers", words("papers"))
	add("notice", l.say("desk.over.on-record"))
	add("code", desk.RemedyCode(card))
}
