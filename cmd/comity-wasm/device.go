package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"comity"
	"comity/law"
)

// A device answers from the law that it opened. It speaks JSON: questions and
// decisions are those of `comity decide -batch`, and what cannot be answered is
// {"id","error"} as there. It sends nothing and keeps no question.
type device struct {
	book *law.Book
	now  func() time.Time
}

// An outline says what law was opened.
type outline struct {
	Law    string       `json:"law"`    // digest of everything that was opened
	Newest string       `json:"newest"` // the day on which the newest pack was added
	Packs  int          `json:"packs"`
	Places []placeOffer `json:"places"`
}

// A placeOffer is a place that can be asked about.
type placeOffer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	In   string `json:"in"`  // the state that it lies in, by name
	Own  bool   `json:"own"` // it has law of its own
}

// open takes the law in place of what was open before.
func (d *device) open(compiled []byte) (outline, error) {
	book, err := law.ReadCompiled(string(compiled))
	if err != nil {
		return outline{}, err
	}
	book.Now = d.now
	d.book = book
	o := outline{Law: book.Digest(), Packs: len(book.Packs())}
	own := map[string]bool{}
	for _, p := range book.Packs() {
		own[p.Place] = true
		o.Newest = max(o.Newest, p.Added)
	}
	for _, p := range book.Places() {
		o.Places = append(o.Places, placeOffer{p.ID, p.Name, p.Kind, d.stateOf(p), own[p.ID]})
	}
	return o, nil
}

// stateOf names the state or territory that a place lies in.
func (d *device) stateOf(p comity.Place) string {
	for _, id := range p.Parents {
		up, ok := d.book.Place(id)
		switch {
		case ok && (up.Kind == "state" || up.Kind == "territory"):
			return up.Name
		case ok && up.Kind != "nation":
			return d.stateOf(up)
		}
	}
	return ""
}

var errNothingOpen = &comity.Problem{Code: "no-law", Message: "no law is open", Hint: "call open first"}

// decide gives the same bytes for a question as every other way of asking it.
func (d *device) decide(question []byte) []byte {
	if d.book == nil {
		return refusal(errNothingOpen)
	}
	out, _ := d.book.DecideJSON(question) // the answer holds the error
	return out
}

// A prompt is the question to put to a person next; Fact is empty when no
// answer that a person could give would change anything.
type prompt struct {
	Fact    string   `json:"fact"`
	Values  []string `json:"values"`
	Assumed string   `json:"assumed"` // the usual value that is used so far
	Most    int      `json:"most"`    // questions that are left at most
	Often   int      `json:"often"`   // enough for half of all ways to answer; 0: not counted
	Exact   bool     `json:"exact"`   // no order of questions could promise fewer
}

// unasked are facts that no public page asks: a watch-list answer belongs to
// counsel, a helper's own knowledge stands in explanations only.
var unasked = []string{"person.watchlist_match", "hide.knows_unlawful_presence"}

// next is the question that leads to an answer in the fewest. Facts listed as
// open are "I cannot tell" and are not asked again; of the acts of the public
// and of identity, none is asked that a person could not still change.
func (d *device) next(question []byte) []byte {
	q, bad := d.read(question)
	if bad != nil {
		return refusal(bad)
	}
	i, err := d.book.Interview(q, func(f *law.Fact) bool { return d.mayAsk(q.Act, f) })
	if err != nil {
		return refusal(err)
	}
	p := prompt{Values: []string{}, Most: i.Most, Often: i.Often, Exact: i.Exact}
	if n := i.Next; n != nil {
		p.Fact, p.Values, p.Assumed = n.Fact.Name, append(p.Values, n.Values...), n.Assumed
	}
	return encode(p)
}

func (d *device) mayAsk(act string, f *law.Fact) bool {
	return !f.Derives() && !slices.Contains(unasked, f.Name) && (f.Changeable || !d.publicAct(act))
}

// publicAct says whether the act is of the groups that must not be coached.
func (d *device) publicAct(name string) bool {
	act, _ := d.book.Vocabulary().Act(name)
	return act.Group == "public" || act.Group == "identity"
}

// A sheet is a decision with what a card shows beside it, in both languages.
type sheet struct {
	Decision  json.RawMessage `json:"decision"`
	Carrier   string          `json:"carrier"` // the rule whose words stand beside the verdict
	Rules     []ruleText      `json:"rules"`   // that carry it, may carry it, or were set aside
	Stale     []bilingual     `json:"stale"`   // titles of packs that were due to be checked again
	Missing   []string        `json:"missing"` // facts that a person can find out
	Change    []string        `json:"change"`  // assumed facts that may be offered as what could change it
	Assumed   []string        `json:"assumed"` // other assumed facts
	Nearest   []factIs        `json:"nearest"` // the smallest change that would give another answer
	Then      comity.Verdict  `json:"then"`    // that answer
	Gaps      []bilingual     `json:"gaps"`
	Protected bool            `json:"protected"` // no boundary is described
}

type factIs struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
}

type bilingual struct {
	EN string `json:"en"`
	ES string `json:"es"`
}

type ruleText struct {
	ID       string            `json:"id"`
	How      string            `json:"how"` // carries, may-carry, overridden, defeated, suspended, replaced
	By       []string          `json:"by"`  // citations of what set it aside
	Verdict  comity.Verdict    `json:"verdict"`
	Layer    comity.Layer      `json:"layer"`
	Title    bilingual         `json:"title"`
	Says     bilingual         `json:"says"`
	Cites    []comity.Citation `json:"cites"`
	Reviewed bool              `json:"reviewed"`
	Contest  string            `json:"contested"`
}

// answer decides and gives the texts of the rules that the decision names.
func (d *device) answer(question []byte) []byte {
	q, bad := d.read(question)
	if bad != nil {
		return refusal(bad)
	}
	n, err := d.book.Decide(q)
	if err != nil {
		return refusal(err)
	}
	s := sheet{Decision: d.decide(question), Rules: []ruleText{}, Stale: []bilingual{}, Missing: []string{}, Change: []string{}, Assumed: []string{}, Nearest: []factIs{}, Gaps: []bilingual{}}
	if r := d.carrier(n); r != nil {
		s.Carrier = r.ID
	}
	why, err := d.book.Account(q, n)
	if err != nil {
		why.Why = law.Why{} // too large to explain whole: the rules must do
	}
	s.Rules = d.texts(n, why.Aside)
	for _, id := range n.Stale {
		title := bilingual{id, id}
		if p, ok := d.book.Pack(id); ok {
			title = titleOf(p)
		}
		s.Stale = append(s.Stale, title)
	}
	for _, g := range d.book.Gaps(q) {
		s.Gaps = append(s.Gaps, bilingual{g.Why, cmp.Or(g.WhyES, g.Why)})
	}
	d.doubts(&s, q, n)
	if !s.Protected {
		for _, f := range why.Nearest {
			s.Nearest = append(s.Nearest, factIs{f.Fact, f.Value})
			s.Then = why.Then
		}
	}
	return encode(s)
}

// doubts lists what is missing and what was assumed, as far as a page for
// everybody may say it: never a state of mind, a past fact or an offence as a
// way to another answer (semantics 9, nearest change).
func (d *device) doubts(s *sheet, q comity.Question, n comity.Decision) {
	public, missing := d.publicAct(q.Act), d.findable(q, n.Missing)
	s.Protected = public && (n.Verdict == comity.Prohibited ||
		n.Verdict == comity.NeedsFacts && slices.Contains(n.Possible, comity.Prohibited) ||
		n.Believed != nil && *n.Believed == comity.Prohibited)
	for _, f := range d.book.Vocabulary().Facts {
		offered := f.Changeable && !s.Protected
		if slices.Contains(missing, f.Name) && (offered || n.Verdict == comity.NeedsFacts && !public) {
			s.Missing = append(s.Missing, f.Name)
		}
		_, assumed := n.Assumed[f.Name]
		switch {
		case assumed && offered && slices.Contains(n.CouldChange, f.Name):
			s.Change = append(s.Change, f.Name)
		case assumed && !s.Protected:
			s.Assumed = append(s.Assumed, f.Name)
		}
	}
}

var factNames = regexp.MustCompile(`[a-z]+\.[a-z0-9_]+`)

// findable names what a person can find out: dates and times instead of the
// hours that are computed from them.
func (d *device) findable(q comity.Question, missing []string) []string {
	var out []string
	for _, name := range missing {
		f, ok := d.book.Vocabulary().Fact(name)
		if !ok || !f.Derives() {
			out = append(out, name)
			continue
		}
		for _, input := range factNames.FindAllString(f.Derived, -1) {
			if _, given := q.Facts[input]; !given {
				out = append(out, input)
			}
		}
	}
	return out
}

// carrier is the rule whose words stand on the card: of the carrying rules with
// the verdict's own direction, that whose text is best known, of the highest layer.
func (d *device) carrier(n comity.Decision) *law.Rule {
	var best *law.Rule
	for _, r := range d.book.Explain(n) {
		if r.Rule.Verdict == n.Verdict && (best == nil || cmp.Or(cmp.Compare(r.Rule.BestGrade(), best.BestGrade()), cmp.Compare(layer(r.Rule), layer(best))) < 0) {
			best = r.Rule
		}
	}
	return best
}

func layer(r *law.Rule) int { return slices.Index(comity.Layers, r.Pack().Layer) }

func (d *device) texts(n comity.Decision, aside []law.Aside) []ruleText {
	out := []ruleText{}
	add := func(id, how string, by []string) {
		for _, r := range d.book.Reasons([]string{id}, n.On) {
			out = append(out, ruleText{ID: id, How: how, By: by, Verdict: r.Rule.Verdict, Layer: r.Pack.Layer, Title: titleOf(r.Pack),
				Says: bilingual{r.Says.EN, r.Says.ES}, Cites: citations(n, r.Rule), Reviewed: r.Pack.IsReviewed(), Contest: r.Rule.Contested})
		}
	}
	for _, id := range n.Rules {
		add(id, "carries", []string{})
	}
	for _, id := range n.MayCarry {
		add(id, "may-carry", []string{})
	}
	for _, x := range aside {
		add(x.Rule, string(x.How), d.refs(n, x.By))
	}
	return out
}

// citations of a rule, as its pack lists them: of a carrying one, those in
// force at that moment.
func citations(n comity.Decision, r *law.Rule) []comity.Citation {
	out, inForce := []comity.Citation{}, map[string]bool{}
	for _, c := range n.Citations {
		if c.Rule == r.ID {
			inForce[c.Ref] = true
		}
	}
	for _, c := range r.Cites {
		if len(inForce) == 0 || inForce[c.Ref] {
			out = append(out, comity.Citation{Rule: r.ID, Ref: c.Ref, Quote: c.Quote, Source: c.Source, Checked: c.Checked, Grade: cmp.Or(c.Grade, comity.GradeC)})
		}
	}
	return out
}

// refs are the citations of rules and orders as one would say them.
func (d *device) refs(n comity.Decision, ids []string) []string {
	out := []string{}
	for _, id := range ids {
		ref := d.orderRef(id)
		for _, r := range d.book.Reasons([]string{id}, n.On) {
			if cites := citations(n, r.Rule); len(cites) > 0 {
				ref = cites[0].Ref
			}
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// orderRef is the citation of an order; what is none stands as it is.
func (d *device) orderRef(id string) string {
	if o, ok := d.book.Order(id); ok && len(o.Cites) > 0 {
		return o.Cites[0].Ref
	}
	return id
}

func titleOf(p *law.Pack) bilingual { return bilingual{p.Title, cmp.Or(p.TitleES, p.Title)} }

// A localTime is an instant as a person at a place reads it.
type localTime struct {
	On   string `json:"on"`
	At   string `json:"at"` // RFC 3339 with the offset of the place
	Zone string `json:"zone"`
}

// local gives the day and the instant at a place.
func (d *device) local(place string, at time.Time) localTime {
	at = at.In(d.zone(place)).Truncate(time.Second)
	zone, _ := at.Zone()
	return localTime{at.Format(time.DateOnly), at.Format(time.RFC3339), zone}
}

// instant joins a day and a time as they are read at a place; what is no time
// comes back as it is and is refused by decide.
func (d *device) instant(place, day, clock string) string {
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, d.zone(place))
	if err != nil {
		return day + " " + clock
	}
	return at.Format(time.RFC3339)
}

func (d *device) zone(place string) *time.Location {
	if d.book != nil {
		if z, err := time.LoadLocation(d.zoneName(place)); err == nil {
			return z
		}
	}
	return d.now().Location()
}

// zoneName is the zone of a place or, where it lies in several, that of most
// places in it; "Local" where that tells nothing.
func (d *device) zoneName(id string) string {
	if p, ok := d.book.Place(id); ok && p.Zone != "" {
		return p.Zone
	}
	count, best := map[string]int{}, ""
	for _, p := range d.book.Places() {
		if p.Zone == "" || !slices.Contains(p.Parents, id) {
			continue
		}
		count[p.Zone]++
		if n := count[p.Zone]; n > count[best] || n == count[best] && p.Zone < best {
			best = p.Zone
		}
	}
	return cmp.Or(best, "Local")
}

func (d *device) read(question []byte) (comity.Question, error) {
	var q comity.Question
	if d.book == nil {
		return q, errNothingOpen
	}
	if err := json.NewDecoder(bytes.NewReader(question)).Decode(&q); err != nil {
		return q, &comity.Problem{Code: "bad-json", Message: "the question is no JSON object", Hint: "see the contract of decide"}
	}
	return q, nil
}

// refusal is {"error":{…}} as contracts give it.
func refusal(err error) []byte {
	var p *comity.Problem
	if !errors.As(err, &p) {
		p = &comity.Problem{Code: "our-fault", Message: err.Error()}
	}
	return encode(map[string]any{"error": map[string]string{"code": p.Code, "message": p.Message, "hint": p.Hint, "where": p.Where}})
}

func encode(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil { // texts and lists of texts always marshal
		panic(err)
	}
	return out
}
