package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/law"
	"comity/law/card"
)

// A Card is one answer as people see it: the same six parts on a page, on
// paper, on a phone and as plain text. Its words are final; templates and
// Text only lay them out.
type Card struct {
	Lang string

	// 1. The question.
	Question, When string
	Given          []Line // facts it was asked on

	// 2. The verdict.
	Verdict         comity.Verdict
	Word            string
	Sentence        string
	Foreign         bool // the sentence is English on a page that is not
	Belief          string
	Flags           []CardFlag
	Binds, NotBound []string

	// 3. What follows, earliest alarm first.
	Tasks []Task

	// 4. Why.
	Account  string // in one paragraph
	Why      []Reason
	May      []Reason // carry it only if facts that are open turn out so
	Fold     bool     // there are too many of these to read before the rest
	SetAside []Reason
	Voices   []Line // what each layer says by itself

	Unreviewed bool // no lawyer has reviewed any of these rules

	// 5. What would change it, what is not known.
	Missing, Change []Line
	Nearest         []Line // the smallest change that would give another answer
	Then            string // what it would be then
	Assumed         []Line
	Withheld        []string
	Uncovered       []string
	Gaps            []Side // law that is known or supposed and was not read
	Sides           []Side
	Protected       bool // a ban on acts of the public: no boundary is described
	Inexact         bool

	// 6. Where it comes from.
	Place, Known, Law string
	Receipt           string
	Link              string // the question without its facts
}

// A Line is a label and what is said of it.
type Line struct{ Label, Text string }

// A Side is one side of what is contested.
type Side struct {
	Text    string
	Foreign bool
}

// A CardFlag is one doubt, as a tag and in words.
type CardFlag struct {
	Flag        comity.Flag
	Label, Says string
}

// A Task is a duty or a clock on the checklist.
type Task struct {
	What, How string
	Said      string // a time that the law gives in words, in English
	Due       string // in words; empty where it cannot be computed
	Late      bool
	Cite      string
	alarm     string // sorts: instants and days compare as text, unknown last
}

// A Reason is one rule and where it stands.
type Reason struct {
	ID, Path, Title, Layer string
	Says                   string
	Foreign                bool
	Cites                  []CiteLine
	Contested              string
	Unreviewed             bool
	By                     string // what set it aside
}

// A CiteLine is a citation with its grade in words.
type CiteLine struct {
	Ref, Quote, Source, Checked, Grade string
}

// Cards writes cards in every language of the site.
type Cards struct {
	book  Law
	langs map[string]*lang
}

// NewCards reads the catalogues.
func NewCards(book Law) (*Cards, error) {
	langs, err := loadLangs(book)
	return &Cards{book, langs}, err
}

// Card puts a decision into words. now tells which clocks have run out; the
// zero time, for a question about another day, marks none.
func (c *Cards) Card(tag string, q comity.Question, d comity.Decision, now time.Time) Card {
	l, ok := c.langs[tag]
	if !ok {
		l = c.langs[tags[0]]
	}
	return newCard(l, c.book, q, d, now)
}

// cardWriter holds what the parts of one card share.
type cardWriter struct {
	card.Reader
	*lang
	zone string
	now  time.Time
}

func newCard(l *lang, book Law, q comity.Question, d comity.Decision, now time.Time) Card {
	c, w := briefCard(l, book, q, d, now)
	w.account(&c)
	return c
}

// briefCard is the card without its paragraph and without what would alter the
// answer soonest, which take a search.
func briefCard(l *lang, book Law, q comity.Question, d comity.Decision, now time.Time) (Card, *cardWriter) {
	w := &cardWriter{Reader: card.Reader{Book: book, Question: q, Decision: d}, lang: l, now: now}
	p, ok := book.Place(q.In)
	if !ok {
		p = comity.Place{ID: q.In, Name: q.In}
	}
	w.zone = card.Zone(book.Places(), p)
	c := Card{Lang: l.tag, Verdict: d.Verdict, Place: l.placeName(p), Law: d.Law, Known: l.day(d.Known), Link: askPath(q)}
	w.question(&c)
	w.verdict(&c)
	c.Tasks = w.tasks()
	w.why(&c)
	w.doubts(&c)
	return c, w
}

func (w *cardWriter) question(c *Card) {
	c.Question = w.say("card.question", "Who", w.words.actor(w.Question.Actor), "Place", c.Place, "Act", w.words.act(w.Question.Act))
	c.When = w.say("card.when", "When", w.day(w.Decision.On))
	if w.Question.At != "" {
		c.When = w.say("card.when", "When", w.moment(w.Question.At, w.zone))
	}
	for _, f := range w.Book.Vocabulary().Facts {
		v, ok := w.Question.Facts[f.Name]
		switch {
		case !ok:
		case f.NeverStored:
			c.Given = append(c.Given, Line{w.words.question(f.Name), w.say("card.not-kept")})
		default:
			c.Given = append(c.Given, Line{w.words.question(f.Name), w.factValue(f, v)})
		}
	}
}

func (w *cardWriter) factValue(f *law.Fact, v string) string {
	switch f.Type {
	case law.Date, law.Instant:
		return w.moment(v, w.zone)
	case law.Int:
		if n, err := strconv.Atoi(v); err == nil && f.Unit == "years" {
			return w.say("length.ago", "N", n)
		}
		return v
	}
	return w.words.value(f.Name, v)
}

func (w *cardWriter) verdict(c *Card) {
	c.Word = w.say("verdict." + string(w.Decision.Verdict) + ".word")
	c.Sentence, c.Foreign = w.sentence()
	if w.Decision.Has(comity.Unverified) {
		c.Belief = w.say("card.belief")
	}
	for _, f := range w.Decision.Flags {
		c.Flags = append(c.Flags, CardFlag{f, w.say("flag." + string(f) + ".label"), w.say("flag." + string(f) + ".says")})
	}
	if len(w.Decision.Stale) > 0 {
		c.Flags = append(c.Flags, CardFlag{"stale", w.say("flag.stale.label"), w.say("flag.stale.says", "Packs", w.list(w.titles(w.Decision.Stale)))})
	}
	for _, a := range w.Decision.Binds.Actors {
		c.Binds = append(c.Binds, w.words.actors(a))
	}
	for _, a := range w.Decision.Binds.Not {
		c.NotBound = append(c.NotBound, w.words.actors(a))
	}
}

// sentence is what the answer says: the words of the rule that carries it, or
// what can be said where none does.
func (w *cardWriter) sentence() (text string, foreign bool) {
	switch w.Decision.Verdict {
	case comity.NoRule:
		return w.say("verdict.no-rule.says"), false
	case comity.NeedsFacts:
		var words []string
		for _, v := range comity.Verdicts {
			if !slices.Contains(w.Decision.Possible, v) {
				continue
			}
			words = append(words, w.say("verdict."+string(v)+".word"))
		}
		return w.say("verdict.needs-facts.says", "Possible", strings.Join(words, " · ")), false
	case comity.NeedsCounsel:
		if w.Decision.Believed != nil {
			return w.say("verdict.needs-counsel.believed", "Word", w.say("verdict."+string(*w.Decision.Believed)+".word")), false
		}
		return w.say("verdict.needs-counsel.says"), false
	}
	if r, _ := w.Carrier(); r != nil {
		if text, foreign = w.says(r.Says); text != "" {
			return text, foreign
		}
	}
	return w.say("verdict." + string(w.Decision.Verdict) + ".says"), false
}

// titles of packs, their ids where a pack is not in this book.
func (w *cardWriter) titles(ids []string) []string {
	out := slices.Clone(ids)
	for i, id := range ids {
		if p, ok := w.Book.Pack(id); ok {
			out[i] = w.title(p)
		}
	}
	return out
}

// says picks the language; foreign where only the other one was written.
func (l *lang) says(s law.Says) (text string, foreign bool) {
	if l.words.spanish && s.ES != "" {
		return s.ES, false
	}
	return s.EN, l.words.spanish && s.EN != ""
}

func (w *cardWriter) why(c *Card) {
	for _, id := range w.Decision.Rules {
		c.Why = append(c.Why, w.reason(id, ""))
	}
	for _, id := range w.Decision.MayCarry {
		c.May = append(c.May, w.reason(id, ""))
	}
	for _, id := range w.Decision.Overridden {
		c.SetAside = append(c.SetAside, w.reason(id, w.say("card.overridden", "By", w.list(w.Refs(w.Decision.Rules)))))
	}
	for _, x := range w.Decision.Defeated {
		c.SetAside = append(c.SetAside, w.reason(x.Rule, w.say("card.defeated", "By", w.list(w.Refs(x.By)))))
	}
	for _, x := range w.Decision.Suspended {
		c.SetAside = append(c.SetAside, w.reason(x.Rule, w.say("card.suspended", "By", card.OrderRef(w.Book, x.Order))))
	}
	c.Fold = len(c.May) > mostOpen
	c.Unreviewed = onlyUnreviewed(c.Why, c.May, c.SetAside)
	for _, layer := range comity.Layers {
		if v, ok := w.Decision.Layers[layer]; ok && v != comity.Silent {
			c.Voices = append(c.Voices, Line{w.say("layer." + string(layer)), w.say("voice." + string(v))})
		}
	}
}

// mostOpen rules that may decide are read at a glance.
const mostOpen = 3

// onlyUnreviewed says whether no rule was reviewed. It is then said once for
// all of them and not beside each.
func onlyUnreviewed(lists ...[]Reason) bool {
	all := slices.Concat(lists...)
	if len(all) == 0 || slices.ContainsFunc(all, func(r Reason) bool { return !r.Unreviewed }) {
		return false
	}
	for _, list := range lists {
		for i := range list {
			list[i].Unreviewed = false
		}
	}
	return true
}

func (w *cardWriter) reason(id, by string) Reason {
	why := Reason{ID: id, Path: rulePath(id), By: by}
	r, p, ok := w.Rule(id)
	if !ok {
		return why
	}
	why.Title, why.Layer = w.title(p), w.say("layer."+string(p.Layer))
	why.Says, why.Foreign = w.says(r.Says)
	why.Contested, why.Unreviewed = r.Contested, len(p.Reviewed) == 0
	for _, cite := range w.Cites(r) {
		why.Cites = append(why.Cites, w.cite(comity.Citation{
			Ref: cite.Ref, Quote: cite.Quote, Source: cite.Source, Checked: cite.Checked, Grade: cite.Grade}))
	}
	return why
}

func (l *lang) cite(c comity.Citation) CiteLine {
	return CiteLine{Ref: c.Ref, Quote: c.Quote, Source: c.Source, Checked: l.day(c.Checked), Grade: l.grade(c.Grade)}
}

func (l *lang) grade(g comity.Grade) string {
	if g == "" {
		g = comity.GradeC
	}
	return l.say("grade." + string(g))
}

func (l *lang) title(p *law.Pack) string {
	if l.words.spanish && p.TitleES != "" {
		return p.TitleES
	}
	return p.Title
}
