package web

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// Law is the book of packs. *law.Book is one.
type Law interface {
	Decide(comity.Question) (comity.Decision, error)
	DecideBatch(r io.Reader, w io.Writer) (law.BatchCount, error)
	Digest() string
	Vocabulary() *law.Vocabulary
	Place(id string) (comity.Place, bool)
	Places() []comity.Place
	Packs() []*law.Pack
	Pack(id string) (*law.Pack, bool)
	Rule(id string) (*law.Rule, *law.Pack, bool)
	Order(id string) (*law.Order, bool)
	Reasons(ids []string, on string) []law.Reason
	Orders(r *law.Rule) []*law.Order
	Events(place, from, to string) ([]law.Event, error)
	Gaps(comity.Question) []*law.Silence
	Vectors(*law.Pack) []law.Vector
	Account(comity.Question, comity.Decision) (law.Account, error)
	Interview(comity.Question, func(*law.Fact) bool) (law.Interview, error)
	TablesAt(place, on string) []*law.Table
	Look(place, on, section string) []law.Look
	CoveredPlaces() []comity.Place
	Table(place, on string) []law.Cell
	WriteCompiled(w io.Writer, place string) error
}

type lawIndexView struct {
	Text   string
	Found  []comity.Place
	Places []placeRow // that have packs of their own
	Packs  int
	Rules  int
}

// A placeRow is a place with how much law it has of its own.
type placeRow struct {
	Place        comity.Place
	Packs, Rules int
	Inside       []placeRow
}

func (lawIndexView) template() string { return "law" }

// lawIndex lists the places that have law of their own and finds any other.
func (s *site) lawIndex(w http.ResponseWriter, r *http.Request) error {
	v := lawIndexView{Text: r.URL.Query().Get("where")}
	if v.Text != "" {
		v.Found = s.find.find(v.Text)
		if len(v.Found) == 1 {
			http.Redirect(w, r, s.langOf(r).link("/law/in/"+v.Found[0].ID), http.StatusSeeOther)
			return nil
		}
	}
	v.Places = s.placesWithLaw()
	for _, p := range s.Law.Packs() {
		v.Packs++
		v.Rules += len(p.Rules)
	}
	return s.show(w, r, v)
}

// placesWithLaw is the nation and the states, each with the places inside it.
func (s *site) placesWithLaw() []placeRow {
	rows := map[string]*placeRow{}
	for _, p := range s.Law.Packs() {
		row := rows[p.Place]
		if row == nil {
			place, _ := s.Law.Place(p.Place)
			row = &placeRow{Place: place}
			rows[p.Place] = row
		}
		row.Packs++
		row.Rules += len(p.Rules)
	}
	for id, row := range maps.Clone(rows) {
		if st, ok := s.find.stateOf(id); ok && st.ID != id {
			if rows[st.ID] == nil {
				rows[st.ID] = &placeRow{Place: st}
			}
			rows[st.ID].Inside = append(rows[st.ID].Inside, *row)
		}
	}
	var out []placeRow
	for id, row := range rows {
		if st, ok := s.find.stateOf(id); !ok || st.ID == id {
			slices.SortFunc(row.Inside, func(a, b placeRow) int { return cmp.Compare(a.Place.Name, b.Place.Name) })
			out = append(out, *row)
		}
	}
	slices.SortFunc(out, func(a, b placeRow) int {
		return cmp.Or(cmp.Compare(len(a.Place.Parents), len(b.Place.Parents)), cmp.Compare(a.Place.Name, b.Place.Name))
	})
	return out
}

type lawPlaceView struct {
	Place      comity.Place
	Lists      bool // law here uses lists of offences
	Unreviewed bool // no lawyer has reviewed any of it
	Levels     []level
}

// A level is one place with its packs, the highest first.
type level struct {
	Place comity.Place
	Packs []*law.Pack
	Gap   bool // law is expected here and none is loaded
}

func (lawPlaceView) template() string { return "law_place" }

// lawPlace lists every pack that applies in a place, from the nation down.
func (s *site) lawPlace(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	v := lawPlaceView{Place: p, Unreviewed: true, Lists: len(s.Law.TablesAt(p.ID, s.Now().Format(time.DateOnly))) > 0}
	above := s.find.above(p.ID)
	slices.Reverse(above)
	for _, id := range above {
		place, _ := s.Law.Place(id)
		l := level{Place: place}
		for _, pack := range s.Law.Packs() {
			if pack.Place == id {
				l.Packs = append(l.Packs, pack)
				v.Unreviewed = v.Unreviewed && len(pack.Reviewed) == 0
			}
		}
		l.Gap = len(l.Packs) == 0 && (place.Kind == "state" || place.Kind == "territory" || place.Searched)
		v.Levels = append(v.Levels, l)
	}
	// A city may lie in a county and name its state first.
	slices.SortStableFunc(v.Levels, func(a, b level) int { return cmp.Compare(kindRank(a.Place), kindRank(b.Place)) })
	return s.show(w, r, v)
}

type lawPackView struct {
	Pack     *law.Pack
	Place    comity.Place
	Rules    []ruleRow
	Contents []actRules // empty where the list itself is short
	Stale    bool
}

// An actRules names the rules about one act.
type actRules struct {
	Act   string
	Rules []ruleRow
}

// shortList is how many rules are found without a table of contents.
const shortList = 8

// A ruleRow is one rule in a list: where it may be read, and what it says.
type ruleRow struct {
	Rule    *law.Rule
	Path    string
	Anchor  string
	Says    string
	Foreign bool
	Grade   comity.Grade
}

func (lawPackView) template() string { return "law_pack" }

func (s *site) lawPack(w http.ResponseWriter, r *http.Request) error {
	pack, ok := s.Law.Pack(r.PathValue("pack"))
	if !ok {
		return s.missing(r, "no-pack")
	}
	l := s.langOf(r)
	place, _ := s.Law.Place(pack.Place)
	v := lawPackView{Pack: pack, Place: place, Stale: pack.Stale(s.Now().Format(time.DateOnly))}
	for _, rule := range pack.Rules {
		row := ruleRow{Rule: rule, Path: rulePath(rule.ID), Anchor: section(rule.ID), Grade: rule.BestGrade()}
		row.Says, row.Foreign = l.says(rule.Says)
		v.Rules = append(v.Rules, row)
	}
	if len(v.Rules) > shortList {
		v.Contents = contents(s.Law.Vocabulary(), v.Rules)
	}
	return s.show(w, r, v)
}

// contents lists rules by act, a citation once under each.
func contents(v *law.Vocabulary, rules []ruleRow) []actRules {
	var out []actRules
	for _, act := range v.Acts {
		entry := actRules{Act: act.Name}
		var refs []string
		for _, row := range rules {
			if ref := row.Rule.Cites[0].Ref; slices.Contains(row.Rule.Acts, act.Name) && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
				entry.Rules = append(entry.Rules, row)
			}
		}
		if len(entry.Rules) > 0 {
			out = append(out, entry)
		}
	}
	return out
}

type lawRuleView struct {
	Rule     *law.Rule
	Pack     *law.Pack
	Place    comity.Place
	Says     string
	Foreign  bool
	Cites    []CiteLine
	Bound    []string
	Orders   []*law.Order
	Examples []example
	Stale    bool
}

// An example is a test of the pack about an act of the rule.
type example struct {
	Name    string
	On      string
	Actor   string
	Given   []Line
	Verdict comity.Verdict // what is expected; empty where only a verdict is excluded
	Not     comity.Verdict
	Rule    bool // this rule carries the answer
}

func (lawRuleView) template() string { return "law_rule" }

// lawRule shows everything known of one rule. Its address is the rule's id with
// the sign before the section written as a stroke.
func (s *site) lawRule(w http.ResponseWriter, r *http.Request) error {
	rule, pack, ok := s.Law.Rule(ruleID(r.PathValue("id")))
	if !ok {
		return s.missing(r, "no-rule")
	}
	l := s.langOf(r)
	place, _ := s.Law.Place(pack.Place)
	v := lawRuleView{Rule: rule, Pack: pack, Place: place, Stale: pack.Stale(s.Now().Format(time.DateOnly))}
	v.Says, v.Foreign = l.says(rule.Says)
	for _, c := range rule.Cites {
		v.Cites = append(v.Cites, l.cite(comity.Citation{Ref: c.Ref, Quote: c.Quote, Source: c.Source, Checked: c.Checked, Grade: c.Grade}))
	}
	for _, a := range rule.Actors {
		v.Bound = append(v.Bound, l.words.actors(a))
	}
	v.Orders = s.Law.Orders(rule)
	v.Examples = s.examples(l, rule, pack)
	return s.show(w, r, v)
}

// examples are the pack's own tests about the acts of this rule, those that the
// rule carries first.
func (s *site) examples(l *lang, rule *law.Rule, pack *law.Pack) []example {
	var out []example
	for _, t := range pack.Tests() {
		if !slices.Contains(rule.Acts, t.Question.Act) {
			continue
		}
		e := example{Name: t.Name, On: t.Question.On, Actor: l.words.actors(t.Question.Actor)}
		for _, f := range s.Law.Vocabulary().Facts {
			if value, ok := t.Question.Facts[f.Name]; ok {
				e.Given = append(e.Given, Line{l.words.question(f.Name), l.words.value(f.Name, value)})
			}
		}
		if len(t.Expect) > 0 {
			e.Verdict = t.Expect[0]
		} else if len(t.ExpectNot) > 0 {
			e.Not = t.ExpectNot[0]
		} else {
			continue // it looks at citations or flags only
		}
		if d, err := s.Law.Decide(t.Question); err == nil {
			e.Rule = slices.Contains(d.Rules, rule.ID)
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b example) int { return cmp.Compare(order(b.Rule), order(a.Rule)) })
	return out[:min(len(out), mostExamples)]
}

const mostExamples = 8

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rulePath is where a rule is read: us/il/trust-act#15a at /law/rule/us/il/trust-act/15a.
func rulePath(id string) string {
	pack, sec, _ := strings.Cut(id, "#")
	return "/law/rule/" + pack + "/" + url.PathEscape(sec)
}

// ruleID reads both spellings back.
func ruleID(path string) string {
	if strings.Contains(path, "#") {
		return path
	}
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i] + "#" + path[i+1:]
	}
	return path
}

func section(id string) string {
	_, sec, _ := strings.Cut(id, "#")
	return sec
}

// lawVectors gives the tests of a pack as JSON lines, for other programs to run.
func (s *site) lawVectors(w http.ResponseWriter, r *http.Request) error {
	pack, ok := s.Law.Pack(r.PathValue("pack"))
	if !ok {
		return s.missing(r, "no-pack")
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, v := range s.Law.Vectors(pack) {
		if err := out.Encode(v); err != nil {
			return nil // the reader has left
		}
	}
	return nil
}
