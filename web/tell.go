package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/atlas"
	"comity/door"
	"comity/law/handout"
)

// Tells keeps the pages "how to tell it is us" that agencies wrote at their
// desks. Others ship with this copy.
type Tells interface {
	TellPages(ctx context.Context) ([]door.Tell, error)
	TellPage(ctx context.Context, agency string) (door.Tell, bool, error)
	KeepTellPage(ctx context.Context, t door.Tell) error
	DropTellPage(ctx context.Context, agency string) error
}

type tellView struct {
	Tell   []door.Tell
	Papers [3]string
}

func (tellView) template() string { return "tell" }
func (tellView) ownLetters()      {}

// tell says how anyone can check who is at a door, and lists the agencies that
// describe their own staff.
func (s *site) tell(w http.ResponseWriter, r *http.Request) error {
	all, err := s.tells(r.Context())
	if err != nil { // what to do at a door is shown without the list
		s.Log.Error("the pages of agencies cannot be read", "error", err)
		all = s.Tell
	}
	return s.show(w, r, tellView{all, drawnPapers()})
}

// tells lists the pages of all agencies. What an agency wrote itself stands
// before what ships of it.
func (s *site) tells(ctx context.Context) ([]door.Tell, error) {
	var out []door.Tell
	if s.Tells != nil {
		var err error
		if out, err = s.Tells.TellPages(ctx); err != nil {
			return nil, err
		}
	}
	for _, t := range s.Tell {
		if t.ORI == "" || !slices.ContainsFunc(out, func(kept door.Tell) bool { return kept.ORI == t.ORI }) {
			out = append(out, t)
		}
	}
	return out, nil
}

// tellOf is the page of an agency by its ORI or, for a sample, its id; nil where
// there is none.
func (s *site) tellOf(ctx context.Context, key string) (*door.Tell, error) {
	if s.Tells != nil {
		t, ok, err := s.Tells.TellPage(ctx, strings.ToUpper(key))
		if err != nil || ok {
			return &t, err
		}
	}
	for _, t := range s.Tell {
		if t.ID == key || t.ORI != "" && strings.EqualFold(t.ORI, key) {
			return &t, nil
		}
	}
	return nil, nil
}

// tellAgency is one agency's own page.
func (s *site) tellAgency(w http.ResponseWriter, r *http.Request) error {
	page, err := s.askedTell(r)
	if err != nil {
		return err
	}
	return s.show(w, r, tellAgencyView{page})
}

type tellAgencyView struct{ tellPage }

func (tellAgencyView) template() string { return "tell_agency" }
func (tellAgencyView) ownLetters()      {}

// tellSheet is the same on one sheet of paper, with drawings.
func (s *site) tellSheet(w http.ResponseWriter, r *http.Request) error {
	page, err := s.askedTell(r)
	if err != nil {
		return err
	}
	return s.show(w, r, tellSheetView{page, letterSize(page.Tell, s.langOf(r).tag)})
}

type tellSheetView struct {
	tellPage
	Size string // of its letters: as large as one page allows
}

func (tellSheetView) template() string { return "tell_sheet" }

// letterSize is smaller the more lines an agency's own words take, two columns
// of them on a page; a test prints the longest of each size.
func letterSize(t door.Tell, lang string) string {
	const column = 42 // letters of a line
	texts := slices.Concat(t.Uniforms, t.Vehicles, t.NeverAsk, []door.Text{t.Fleet})
	for _, n := range t.Numbers {
		texts = append(texts, n.Label, n.When)
	}
	lines := 0
	for _, text := range texts {
		lines += (len([]rune(text.In(lang))) + column - 1) / column
	}
	if lang != tags[0] {
		lines += 10 // our own words are longer too
	}
	switch {
	case lines <= 12:
		return "largest"
	case lines <= 26:
		return "large"
	case lines <= 40:
		return "middle"
	}
	return "small"
}

func (s *site) askedTell(r *http.Request) (tellPage, error) {
	t, err := s.tellOf(r.Context(), r.PathValue("ori"))
	if err != nil {
		return tellPage{}, err
	}
	if t == nil {
		return tellPage{}, s.missing(r, "no-tell")
	}
	return s.tellPage(r, *t)
}

// A tellPage is what such a page shows beside what the agency wrote.
type tellPage struct {
	Tell      door.Tell
	Prints    door.Fingerprints
	Key       string // in its address
	Stale     bool
	Spoken    string    // its own address, to read aloud
	Law       *tellLaw  // nil: the law of its place cannot be asked
	Agreement bool      // a list shows one of it with ICE
	Checks    bool      // residents check booked visits here
	Papers    [3]string // that are drawn
}

func (s *site) tellPage(r *http.Request, t door.Tell) (tellPage, error) {
	l, today := s.langOf(r), s.Now().In(s.zone(t.Place)).Format(time.DateOnly)
	p := tellPage{Tell: t, Prints: s.Fingerprints, Key: t.ORI, Stale: t.Stale(today), Spoken: l.aloud(t.Address), Papers: drawnPapers()}
	if p.Key == "" {
		p.Key = t.ID
	}
	if s.Agreements != nil && t.ORI != "" {
		p.Agreement = slices.ContainsFunc(s.Agreements.Of(t.ORI), func(a atlas.Agreement) bool { return a.Status == atlas.Listed })
	}
	if s.Door != nil && s.Homes != nil && t.ORI != "" {
		var err error
		if p.Checks, err = s.Door.Serves(r.Context(), t.ORI); err != nil {
			return p, err
		}
	}
	var err error
	p.Law, err = s.tellLaw(l, t, today)
	return p, err
}

// drawnPapers are a court's warrant and the two forms that look like one.
func drawnPapers() [3]string { return [3]string{"court", "i-200", "i-205"} }

// aloud is an address as it is read to somebody on the telephone.
func (l *lang) aloud(address string) string {
	return strings.NewReplacer(".", " "+l.say("tell.dot")+" ", "/", " "+l.say("tell.slash")+" ", "-", " "+l.say("tell.dash")+" ").Replace(address)
}

// tellActs are what residents ask of local police and jails, the first that a
// sheet of paper has room for.
func tellActs() (acts []string, sheet int) {
	return []string{
		"ask-immigration-status", "stop-or-arrest-on-status", "arrest-on-admin-warrant", "hold-on-detainer", "joint-operation",
		"scene-support", "transfer-custody", "notify-release", "share-personal-info", "share-immigration-status", "ordinary-policing",
	}, 5
}

// A tellLaw is what the law of a day lets an agency do where it is. Nobody types
// it: it is asked of the rules each time.
type tellLaw struct {
	*handoutView
	Groups []tellGroup
	Sheet  []tellLine // the first of them, for paper
}

// A tellGroup is the acts with one verdict.
type tellGroup struct {
	Verdict comity.Verdict
	Lines   []tellLine
}

// A tellLine is one act where ICE shows its own forms and no judge signed.
type tellLine struct {
	Act string
	answerRow
}

// tellLaw asks it; nil where the place or the kind of agency is not known here.
func (s *site) tellLaw(l *lang, t door.Tell, today string) (*tellLaw, error) {
	place, ok := s.Law.Place(t.Place)
	if !ok || !handout.Serves(s.Law.Vocabulary(), t.Actor) {
		return nil, nil
	}
	v := &handoutView{Place: place, Actor: t.Actor, Agency: t.ORI, On: today}
	if err := v.draw(l, s.Law); err != nil {
		return nil, err
	}
	out := &tellLaw{handoutView: v}
	acts, sheet := tellActs()
	for _, act := range acts {
		line, asked := v.tellLine(act)
		if !asked {
			continue // nothing that this kind of agency does
		}
		if len(out.Sheet) < sheet {
			out.Sheet = append(out.Sheet, line)
		}
		i := slices.IndexFunc(out.Groups, func(g tellGroup) bool { return g.Verdict == line.Verdict })
		if i < 0 {
			i, out.Groups = len(out.Groups), append(out.Groups, tellGroup{Verdict: line.Verdict})
		}
		out.Groups[i].Lines = append(out.Groups[i].Lines, line)
	}
	order := []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted, comity.NeedsFacts, comity.NeedsCounsel, comity.NoRule}
	slices.SortStableFunc(out.Groups, func(a, b tellGroup) int { return slices.Index(order, a.Verdict) - slices.Index(order, b.Verdict) })
	return out, nil
}

func (v *handoutView) tellLine(act string) (tellLine, bool) {
	if slices.Contains(v.H.Silent, act) {
		return tellLine{act, answerRow{Answer: handout.Answer{Verdict: comity.NoRule}}}, true
	}
	i := slices.IndexFunc(v.H.Lines, func(line handout.Line) bool { return line.Act == act })
	if i < 0 {
		return tellLine{}, false
	}
	line := v.H.Lines[i]
	first := v.answers(line)[0]
	if first.Verdict == comity.NoRule && len(line.Rules) > 0 { // only other facts make a rule apply
		first.Verdict, first.Rule = comity.NeedsFacts, v.nearest(line.Rules)
	}
	return tellLine{act, first}, true
}

// nearest is the most local of some rules; an agreement, which binds few, is the
// last of all.
func (v *handoutView) nearest(ids []string) *handoutRule {
	var best *handoutRule
	rank := func(r *handoutRule) int {
		if r.Layer == comity.Agreement {
			return -1
		}
		return slices.Index(comity.Layers, r.Layer)
	}
	for i := range v.Rules {
		if r := &v.Rules[i]; slices.Contains(ids, r.ID) && (best == nil || rank(r) > rank(best)) {
			best = r
		}
	}
	return best
}

// Grade is how well the best of the rule's citations is known.
func (r handoutRule) Grade() comity.Grade {
	best := comity.GradeC
	for _, c := range r.Cites {
		best = min(best, c.Grade)
	}
	return best
}
