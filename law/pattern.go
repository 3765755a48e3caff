package law

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"comity"
)

// A Row is one line of a pattern of facts: a fact and the values it may have.
// Values that cannot occur beside the other rows are left out.
type Row struct {
	Fact   string   // its name in the vocabulary
	Value  string   // one of the values, as a question gives it
	Values []string // all of them; numbers as "5 to 6"
	Ask    string   // what the fact answers, in the words of an interview
	Is     string   // the answer, in words
	Text   string   // name and values, for one line

	fact  int
	cells set
}

// A Pattern is rows that all hold. What it does not name does not matter.
type Pattern []Row

// Facts are those of one case of the pattern, as a question gives them.
func (p Pattern) Facts() comity.Facts {
	out := comity.Facts{}
	for _, r := range p {
		out[r.Fact] = r.Value
	}
	return out
}

// key is the same for patterns that say the same.
func (p Pattern) key() string {
	var b strings.Builder
	for _, r := range p {
		fmt.Fprintln(&b, r.Fact, r.Values)
	}
	return b.String()
}

// A cube is what a pattern is made of: choices by level. A level without any is
// not named and may go any way.
type cube []set

func (s *search) anything() cube { return make(cube, len(s.facts)) }

// shortest is a case in which a diagram is true, with as few unusual facts as
// there can be; all others are as usual. The rows take every value that does
// as well. The whole pattern agrees with one of them.
func (s *search) shortest(root ref) (Pattern, pattern) {
	way := s.cheapest(root)
	full := slices.Clone(s.c.pattern)
	k, usual := s.anything(), s.anything()
	for level, f := range s.facts {
		choices := way[level]
		switch is := s.usualChoice(level); {
		case !choices.empty() && choices != is:
			k[level] = choices
			full[f] = setOf(s.cells(level, choices.first()).first())
		case is.size() == 1:
			usual[level] = is
			full[f] = setOf(s.cells(level, is.first()).meet(full[f]).first())
		}
	}
	for _, f := range s.p.book.vocabulary.Facts {
		if f.logic != nil {
			full[f.index] = f.truths(f.logic.holds(s.p.actor, full))
		}
	}
	wrong := s.and(s.possible, s.not(root))
	for _, l := range s.inOrder(k) {
		s.add(k, l, usual, wrong)
	}
	out := s.p.book.vocabulary.pattern(s.rows(k, usual))
	for i, r := range out {
		out[i].Value = s.p.book.vocabulary.Facts[r.fact].sample(full[r.fact].first())
	}
	return out, full
}

// truths are the values that a fact of yes or no may have.
func (f *Fact) truths(t truth) set {
	switch t {
	case yes:
		return setOf(1)
	case no:
		return setOf(0)
	}
	return f.domain
}

// usualChoice is the choice that a closed question makes, if it makes one.
func (s *search) usualChoice(level int) set {
	var out set
	for i := range s.choices[level] {
		if s.step(level, i) == usualStep {
			out.add(i)
		}
	}
	return out
}

// cover lists patterns that together meet root whole and nothing else that is
// possible, those with the fewest unusual facts first. It ends at a limit;
// left is what it did not come to.
func (s *search) cover(root ref, most int) (out [][]bareRow, left ref) {
	wrong := s.and(s.possible, s.not(root))
	for left = root; left != isFalse && len(out) < most && !s.over; {
		k := s.cheapest(left)
		for _, l := range s.inOrder(k) {
			had := k[l]
			k[l] = set{}
			if s.meets(wrong, k, nil) {
				k[l] = had
				s.add(k, l, nil, wrong)
			}
		}
		out = append(out, s.rows(k, nil))
		left = s.and(left, s.not(s.draw(k)))
	}
	return out, left
}

// inOrder lists the levels of a cube: those as usual first, for they are to be
// let go before what a reader wants to see.
func (s *search) inOrder(k cube) []int {
	var levels []int
	for l, choices := range k {
		if !choices.empty() {
			levels = append(levels, l)
		}
	}
	slices.SortFunc(levels, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.step(a, k[a].first()), s.step(b, k[b].first())), cmp.Compare(b, a))
	})
	return levels
}

// add lets one level take every choice that leads to nothing wrong.
func (s *search) add(k cube, level int, beside cube, wrong ref) {
	had := k[level]
	for i := range s.choices[level] {
		k[level] = setOf(i)
		if !had.has(i) && !s.meets(wrong, k, beside) {
			had.add(i)
		}
	}
	k[level] = had
}

// cheapest is the way to true on which the fewest facts are unusual: a choice
// for each level on it.
func (s *search) cheapest(root ref) cube {
	if len(s.costs) < len(s.nodes) {
		s.costs = make([]int, len(s.nodes)+len(s.nodes)/4)
	}
	s.begin()
	s.price(root)
	out := s.anything()
	for r := root; !r.final(); {
		n := &s.nodes[r]
		for i, kid := range n.kids {
			if p := s.price(kid); p < math.MaxInt32 && p+s.step(n.level, i) == s.costs[r] {
				out[n.level] = setOf(i)
				r = kid
				break
			}
		}
	}
	return out
}

func (s *search) price(r ref) int {
	switch {
	case r == isTrue:
		return 0
	case r.final():
		return math.MaxInt32
	case !s.first(r):
		return s.costs[r]
	}
	best := math.MaxInt32
	n := &s.nodes[r]
	for i, kid := range n.kids {
		if p := s.price(kid); p < math.MaxInt32 {
			best = min(best, p+s.step(n.level, i))
		}
	}
	s.costs[r] = best
	return best
}

// What is as usual is nearly free.
const (
	usualStep   = 1
	unusualStep = 100
)

// step is the price of a choice.
func (s *search) step(level, choice int) int {
	if s.behind[level][choice].touches(s.c.pattern[s.facts[level]]) {
		return usualStep
	}
	return unusualStep
}

// cells are the values behind a choice.
func (s *search) cells(level, choice int) set { return s.behind[level][choice] }

// meets says whether some pattern of a cube, and of another beside it, leads to true.
func (s *search) meets(root ref, k, beside cube) bool {
	s.begin()
	return s.leads(root, k, beside)
}

func (s *search) leads(r ref, k, beside cube) bool {
	if r.final() {
		return r == isTrue
	}
	if !s.first(r) {
		return false
	}
	n := &s.nodes[r]
	want := k[n.level]
	if want.empty() && beside != nil {
		want = beside[n.level]
	}
	for i, kid := range n.kids {
		if (want.empty() || want.has(i)) && s.leads(kid, k, beside) {
			return true
		}
	}
	return false
}

// draw is the diagram of a cube.
func (s *search) draw(k cube) ref {
	r := isTrue
	for level := len(s.facts) - 1; level >= 0; level-- {
		want := k[level]
		if want.empty() {
			continue
		}
		kids := make([]ref, len(s.choices[level]))
		for i := range kids {
			kids[i] = isFalse
			if want.has(i) {
				kids[i] = r
			}
		}
		r = s.node(level, kids)
	}
	return r
}

// A bareRow is a row that is not yet put in words: the values that it takes, of
// those that the fact may have beside the other rows.
type bareRow struct {
	fact    int
	is, may set
}

// rows names the facts of a cube. Values that are impossible beside the other
// rows are trimmed: they are neither listed nor what "not" is said of. A row
// that follows from the others is left out, unless it belongs to a case: one
// that must be asked whole, beside usual facts.
func (s *search) rows(k, beside cube) []bareRow {
	out := []bareRow{}
	for level, f := range s.facts {
		want := k[level]
		if want.empty() {
			continue
		}
		r := bareRow{fact: f}
		for i := range s.choices[level] {
			k[level] = setOf(i)
			if s.meets(s.possible, k, beside) {
				r.may = r.may.union(s.cells(level, i))
				if want.has(i) {
					r.is = r.is.union(s.cells(level, i))
				}
			}
		}
		k[level] = want
		if r.is != r.may || beside != nil {
			out = append(out, r)
		}
	}
	facts := s.p.book.vocabulary.Facts
	slices.SortFunc(out, func(a, b bareRow) int { return cmp.Compare(facts[a.fact].Name, facts[b.fact].Name) })
	return out
}

// pattern puts rows in words.
func (v *Vocabulary) pattern(rows []bareRow) Pattern {
	out := Pattern{}
	for _, r := range rows {
		out = append(out, v.row(r.fact, r.is, r.may))
	}
	return out
}

// fewValues are named; more are said by what they are not.
const fewValues = 4

// row says that a fact has one of some values, of those that it may have.
func (v *Vocabulary) row(fact int, is, may set) Row {
	f := v.Facts[fact]
	r := Row{Fact: f.Name, Value: f.sample(is.first()), Values: f.cellTexts(is), Ask: strings.TrimPrefix(f.Question, "Computed: "), Text: v.factText(fact, is), fact: fact, cells: is}
	switch rest := may.minus(is); {
	case f.Type == Bool:
		r.Is = map[bool]string{true: "yes", false: "no"}[is.has(1)]
	case f.Type == Int:
		r.Is = f.rangeText(is)
	case is.size() > fewValues && rest.size() <= 2:
		r.Is = "anything but " + orList(plainValues(f.cellTexts(rest)))
	default:
		r.Is = orList(plainValues(f.cellTexts(is)))
	}
	return r
}

// ShortActors names actors by their groups, where all of a group are among them.
func (v *Vocabulary) ShortActors(names []string) []string {
	var s set
	for _, name := range names {
		if i, ok := v.actors[name]; ok {
			s.add(i)
		}
	}
	return v.shortActors(s)
}

// inCapitals are words of values that people write in capitals.
var inCapitals = []string{"ca", "cbp", "ct", "dhs", "ice", "jem", "md", "nc", "ncic", "nd", "nj", "nyc", "pa", "phl", "sd", "sf", "tfm", "us", "wso"}

// plainValues are values of the vocabulary as people write them: i-247a is
// I-247A, court-order is court order.
func plainValues(list []string) []string {
	out := make([]string, len(list))
	for i, value := range list {
		words := strings.Split(value, "-")
		form := words[0] == "i"
		for k, w := range words {
			if slices.Contains(inCapitals, w) || form && k < 2 {
				words[k] = strings.ToUpper(w)
			}
		}
		out[i] = strings.Join(words, " ")
		if form {
			out[i] = strings.Replace(out[i], "I ", "I-", 1)
		}
	}
	return out
}
