// Package oversight asks whether practice matches the law: it decides again
// what was done, under the law of that day, and counts. It reads a published
// list of detainers (this file) or a recorded log (recorded.go).
//
// A list says little: the form, the facility, the day, and for a third of the
// rows why it ended. So the main finding is often which facts are missing, and
// nothing here is called a breach: clocks and papers of a case are not in a list.
package oversight

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"comity"
)

// A Decider answers questions: a book of law.
type Decider interface {
	Decide(comity.Question) (comity.Decision, error)
}

// An Answer is what the law of that day says of a row. The first six are
// verdicts of law; the others say why there is none.
type Answer string

const (
	MustNot  Answer = "must not"
	Must     Answer = "must"
	May      Answer = "may"
	NoRule   Answer = "no rule"
	Depends  Answer = "depends"     // on facts that a list does not have
	Counsel  Answer = "ask counsel" // the text of the law cannot be put exactly
	NoPack   Answer = "no pack"     // an expected layer of law is not loaded for that day
	NotTheir Answer = "not local"   // a federal facility: local law does not speak to it
	NoPlace  Answer = "no state"    // the list does not say where
)

// Answers lists them in the order of columns.
var Answers = []Answer{MustNot, Must, May, NoRule, Depends, Counsel, NoPack, NotTheir, NoPlace}

// An Outcome is what the list says happened. Most rows say nothing, and that
// is its own outcome: it is neither "honoured" nor "declined".
type Outcome string

const (
	Booked   Outcome = "booked into detention"
	Declined Outcome = "declined by agency"
	Closed   Outcome = "lifted or closed by ICE"
	Other    Outcome = "other"
	NotKnown Outcome = "unknown"
)

// Outcomes lists them in the order of columns.
var Outcomes = []Outcome{Booked, Declined, Closed, Other, NotKnown}

// OutcomeOf reads the reason that a list prints. No reason is not known.
func OutcomeOf(reason string) Outcome {
	switch r := strings.ToLower(strings.TrimSpace(reason)); r {
	case "":
		return NotKnown
	case "booked into detention":
		return Booked
	case "detainer declined by lea":
		return Declined
	case "lifted", "case closed", "prosecutorial discretion", "alien not subject to deportation",
		"united states citizen interviewed", "lifted - lack of space", "lifted - lack of funds":
		return Closed
	default: // transferred, early release, died, and what later lists may say
		return Other
	}
}

// ActAndFacts says what a form asks for. The form is the only fact given: a
// list does not say what was ticked, served, signed, or when release was due.
func ActAndFacts(form string) (act string, facts comity.Facts) {
	switch f := strings.ToUpper(strings.ReplaceAll(form, " ", "")); {
	case strings.HasPrefix(f, "I-247N"):
		return "notify-release", comity.Facts{"document.detainer": "i-247n"}
	case strings.HasPrefix(f, "I-247D"):
		return "hold-on-detainer", comity.Facts{"document.detainer": "i-247d"}
	case strings.HasPrefix(f, "I-247A"):
		return "hold-on-detainer", comity.Facts{"document.detainer": "i-247a"}
	default: // form I-247 of 2013 and before
		return "hold-on-detainer", comity.Facts{"document.detainer": "older-form"}
	}
}

// Options of a replay.
type Options struct {
	Known    string                // the day whose knowledge of the law is used; required
	Law      string                // digest of the book, printed with the result
	Progress func(done, total int) // may be nil
}

// A DetainerReplay is the whole result; its tables are made of it in table.go.
// Total is the number of rows read, and each row stands in exactly one group,
// one answer and one outcome.
type DetainerReplay struct {
	Total   int        `json:"total"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Known   string     `json:"known"`
	Law     string     `json:"law"`
	Decided int        `json:"decided"` // different questions that were put
	Groups  []Group    `json:"groups"`  // by state and month
	Cross   []Count    `json:"cross"`   // answer × outcome
	Cells   []Cell     `json:"cells"`   // state × month × answer × outcome: everything else can be counted from these
	Missing []Tally    `json:"missing"` // facts on which answers depend, with the rows that lack them
	NoPacks []Tally    `json:"no_packs"`
	LookAt  []LookAt   `json:"look_at"`
	Classes []Tally    `json:"classes"`
	Grades  []Tally    `json:"grades"`
	Faults  []Question `json:"faults"` // questions that the law could not read; their rows stand under ask counsel
}

// A Group is one state, as printed, in one month.
type Group struct {
	State    string          `json:"state"`
	Month    string          `json:"month"`
	Total    int             `json:"total"`
	Answers  map[Answer]int  `json:"answers"`
	Outcomes map[Outcome]int `json:"outcomes"`
}

// A Count is a cell of answer × outcome.
type Count struct {
	Answer  Answer  `json:"answer"`
	Outcome Outcome `json:"outcome"`
	Rows    int     `json:"rows"`
}

// A Cell is the finest count: one state, month, answer and outcome.
type Cell struct {
	State   string  `json:"state"`
	Month   string  `json:"month"`
	Answer  Answer  `json:"answer"`
	Outcome Outcome `json:"outcome"`
	Rows    int     `json:"rows"`
}

// A Tally counts rows by a word.
type Tally struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// LookAt names a facility where answer and outcome differ. It is something to
// look at and not a breach: the list has neither clocks nor papers.
type LookAt struct {
	What     string   `json:"what"` // declined although required; booked although prohibited
	Facility string   `json:"facility"`
	State    string   `json:"state"`
	Place    string   `json:"place"`
	Rules    []string `json:"rules"`
	Rows     int      `json:"rows"`
}

// A Question that could not be decided.
type Question struct {
	Question comity.Question `json:"question"`
	Code     string          `json:"code"`
	Message  string          `json:"message"`
}

// ReplayDetainers decides every row under the law in force on its day, as
// known on o.Known. Rows with the same place, actor, act, form and day are one
// question.
func ReplayDetainers(law Decider, d *Detainers, o Options) (*DetainerReplay, error) {
	if o.Known == "" {
		return nil, fmt.Errorf("replay: the day whose knowledge is meant is not given")
	}
	r := newReplay(law, d, o)
	for i, row := range d.Rows {
		r.add(row)
		if o.Progress != nil && (i+1)%5000 == 0 {
			o.Progress(i+1, len(d.Rows))
		}
	}
	return r.result(), nil
}

// asking is what sets one question apart from another.
type asking struct {
	custodian int
	form      int
	day       string
}

// answered is the answer to one question.
type answered struct {
	answer  Answer
	missing []string
	rules   []string
	noPacks []string
}

type replay struct {
	law      Decider
	list     *Detainers
	known    string
	out      DetainerReplay
	byRow    map[asking]*answered
	asked    map[string]*answered
	groups   map[[2]string]*Group
	cross    map[Answer]map[Outcome]int
	cells    map[Cell]int
	missing  map[string]int
	noPacks  map[string]int
	classes  map[string]int
	grades   map[string]int
	lookAt   map[string]*LookAt
	outcomes []Outcome
}

func newReplay(law Decider, d *Detainers, o Options) *replay {
	r := &replay{law: law, list: d, known: o.Known, byRow: map[asking]*answered{}, asked: map[string]*answered{},
		groups: map[[2]string]*Group{}, cross: map[Answer]map[Outcome]int{}, cells: map[Cell]int{}, missing: map[string]int{}, noPacks: map[string]int{},
		classes: map[string]int{}, grades: map[string]int{}, lookAt: map[string]*LookAt{}}
	r.out.Known, r.out.Law = o.Known, o.Law
	for _, reason := range d.Reasons {
		r.outcomes = append(r.outcomes, OutcomeOf(reason))
	}
	return r
}

func (r *replay) add(row Detainer) {
	c := r.list.Custodians[row.Custodian]
	a := r.answer(row, c)
	outcome := r.outcomes[row.Reason]
	key := [2]string{c.State, row.Day[:7]}
	g := r.groups[key]
	if g == nil {
		g = &Group{State: c.State, Month: row.Day[:7], Answers: map[Answer]int{}, Outcomes: map[Outcome]int{}}
		r.groups[key] = g
	}
	g.Total++
	g.Answers[a.answer]++
	g.Outcomes[outcome]++
	if r.cross[a.answer] == nil {
		r.cross[a.answer] = map[Outcome]int{}
	}
	r.cross[a.answer][outcome]++
	r.cells[Cell{State: c.State, Month: row.Day[:7], Answer: a.answer, Outcome: outcome}]++
	for _, fact := range a.missing {
		r.missing[fact]++
	}
	for _, layer := range a.noPacks {
		r.noPacks[layer]++
	}
	r.classes[string(c.Class)]++
	r.grades[string(c.Grade)]++
	r.look(c, a, outcome)
	r.out.Total++
	if r.out.From == "" || row.Day < r.out.From {
		r.out.From = row.Day
	}
	r.out.To = max(r.out.To, row.Day)
}

func (r *replay) look(c Custodian, a *answered, outcome Outcome) {
	what := ""
	switch {
	case a.answer == Must && outcome == Declined:
		what = "declined although required"
	case a.answer == MustNot && outcome == Booked:
		what = "booked although prohibited"
	default:
		return
	}
	key := what + "|" + c.key()
	if r.lookAt[key] == nil {
		r.lookAt[key] = &LookAt{What: what, Facility: c.Facility, State: c.State, Place: c.Place, Rules: a.rules}
	}
	r.lookAt[key].Rows++
}

func (r *replay) answer(row Detainer, c Custodian) *answered {
	key := asking{row.Custodian, row.Form, row.Day}
	a := r.byRow[key]
	if a == nil {
		a = r.decide(c, r.list.Forms[row.Form], row.Day)
		r.byRow[key] = a
	}
	return a
}

// actors gives whom the question is about. Where the name of a facility does
// not tell, every kind of local custodian is asked.
func actors(class Class) []string {
	if class == ClassUnknown {
		return []string{string(CountyJail), string(CityJail), string(StatePrison)}
	}
	return []string{string(class)}
}

func (r *replay) decide(c Custodian, form, day string) *answered {
	switch {
	case c.Place == "":
		return &answered{answer: NoPlace}
	case c.Class == NotLocal:
		return &answered{answer: NotTheir}
	}
	act, facts := ActAndFacts(form)
	var all []*answered
	for _, actor := range actors(c.Class) {
		all = append(all, r.ask(comity.Question{In: c.Place, On: day, Known: r.known, Actor: actor, Act: act, Facts: facts}))
	}
	for _, a := range all[1:] {
		if a.answer != all[0].answer {
			return &answered{answer: Depends, missing: []string{"kind of custodian"}}
		}
	}
	return all[0]
}

func (r *replay) ask(q comity.Question) *answered {
	key := strings.Join([]string{q.In, q.On, q.Actor, q.Act, q.Facts["document.detainer"]}, "|")
	if a := r.asked[key]; a != nil {
		return a
	}
	r.out.Decided++
	d, err := r.law.Decide(q)
	a := &answered{answer: Counsel}
	if err != nil {
		r.fault(q, err)
	} else {
		a = read(q.In, &d)
	}
	r.asked[key] = a
	return a
}

func (r *replay) fault(q comity.Question, err error) {
	f := Question{Question: q, Code: "undecided", Message: err.Error()}
	if p, ok := err.(*comity.Problem); ok {
		f.Code = p.Code
	}
	r.out.Faults = append(r.out.Faults, f)
}

// read sorts a decision. An expected layer of law that is not loaded for that
// day makes every answer but a ban or a duty worthless, so it comes first.
func read(place string, d *comity.Decision) *answered {
	a := &answered{rules: d.Rules}
	gaps := uncovered(place, d)
	switch {
	case d.Verdict == comity.Prohibited:
		a.answer = MustNot
	case d.Verdict == comity.Required:
		a.answer = Must
	case len(gaps) > 0:
		a.answer, a.noPacks = NoPack, gaps
	case d.Verdict == comity.Permitted:
		a.answer = May
	case d.Verdict == comity.NoRule:
		a.answer = NoRule
	case d.Verdict == comity.NeedsFacts:
		a.answer, a.missing = Depends, d.Missing
	default:
		a.answer = Counsel
	}
	return a
}

// uncovered names the layers of public law that are not loaded. Policies and
// agreements of an agency are not expected: a list does not name agencies.
func uncovered(place string, d *comity.Decision) []string {
	var out []string
	for _, l := range d.Uncovered {
		switch l {
		case comity.Policy, comity.Agreement:
		case comity.Federal:
			out = append(out, "us federal")
		case comity.State:
			out = append(out, place[:min(len(place), len("us-xx"))]+" state")
		default:
			out = append(out, place+" "+string(l))
		}
	}
	return out
}

func (r *replay) result() *DetainerReplay {
	out := &r.out
	for _, key := range slices.SortedFunc(maps.Keys(r.groups), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	}) {
		out.Groups = append(out.Groups, *r.groups[key])
	}
	for _, a := range Answers {
		for _, o := range Outcomes {
			out.Cross = append(out.Cross, Count{a, o, r.cross[a][o]})
		}
	}
	for cell, n := range r.cells {
		cell.Rows = n
		out.Cells = append(out.Cells, cell)
	}
	slices.SortFunc(out.Cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Month, b.Month),
			cmp.Compare(slices.Index(Answers, a.Answer), slices.Index(Answers, b.Answer)), cmp.Compare(a.Outcome, b.Outcome))
	})
	out.Missing, out.NoPacks = tallies(r.missing), tallies(r.noPacks)
	out.Classes, out.Grades = tallies(r.classes), tallies(r.grades)
	for _, l := range r.lookAt {
		out.LookAt = append(out.LookAt, *l)
	}
	slices.SortFunc(out.LookAt, func(a, b LookAt) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.State, b.State), cmp.Compare(a.Facility, b.Facility))
	})
	return out
}

// tallies sorts counts, the largest first.
func tallies(counts map[string]int) []Tally {
	out := make([]Tally, 0, len(counts))
	for name, n := range counts {
		out = append(out, Tally{name, n})
	}
	slices.SortFunc(out, func(a, b Tally) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Name, b.Name)) })
	return out
}
