package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"comity"
	"comity/law/card"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// places finds places by what people type.
type places struct {
	list   []comity.Place
	names  []string // folded, in the order of list
	byID   map[string]comity.Place
	states map[string]string // postal code → id
}

func newPlaces(list []comity.Place) *places {
	p := &places{list: list, byID: map[string]comity.Place{}, states: map[string]string{}}
	for _, x := range list {
		p.names = append(p.names, fold(x.Name))
		p.byID[x.ID] = x
		if code, ok := strings.CutPrefix(x.ID, "us-"); ok && len(code) == 2 {
			p.states[code] = x.ID
		}
	}
	return p
}

// mostPlaces is the longest list of candidates that a person is asked to read.
const mostPlaces = 12

// find returns the places that the text may mean, the likeliest first. One
// place means that the text was clear: an id, a postal code, or a full name
// that only one place has. "Cook, IL" narrows by state.
func (p *places) find(text string) []comity.Place {
	text = strings.TrimSpace(text)
	if x, ok := p.byID[strings.ToLower(text)]; ok {
		return []comity.Place{x}
	}
	name, state := text, ""
	if before, after, ok := strings.Cut(text, ","); ok {
		name, state = before, p.state(after)
	}
	want := fold(name)
	if want == "" {
		return nil
	}
	if state == "" {
		if id := p.state(name); id != "" {
			return []comity.Place{p.byID[id]}
		}
	}
	return p.rank(want, state)
}

func (p *places) rank(want, state string) []comity.Place {
	type hit struct {
		place comity.Place
		rank  int
	}
	var hits []hit
	for i, name := range p.names {
		if state != "" && !p.within(p.list[i], state) {
			continue
		}
		if r := closeness(name, want); r > 0 {
			hits = append(hits, hit{p.list[i], r})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.place.Name, b.place.Name))
	})
	if len(hits) > 1 && hits[0].rank == 1 && hits[1].rank > 1 {
		hits = hits[:1]
	}
	var out []comity.Place
	for _, h := range hits[:min(len(hits), mostPlaces)] {
		out = append(out, h.place)
	}
	return out
}

// closeness is 1 for the name itself, more for a looser match, 0 for none.
func closeness(name, want string) int {
	switch {
	case name == want:
		return 1
	case strings.TrimSuffix(name, " county") == want, strings.TrimSuffix(name, " parish") == want:
		return 2
	case strings.HasPrefix(name, want):
		return 3
	case len(want) > 3 && strings.Contains(name, want):
		return 4
	}
	return 0
}

// state reads a postal code or the name of a state.
func (p *places) state(text string) string {
	text = fold(text)
	if id, ok := p.states[text]; ok {
		return id
	}
	for i, x := range p.list {
		if p.names[i] == text && (x.Kind == "state" || x.Kind == "territory") {
			return x.ID
		}
	}
	return ""
}

// within says whether the place is the other one or lies in it.
func (p *places) within(x comity.Place, other string) bool {
	return slices.Contains(p.above(x.ID), other)
}

// above lists a place and everything it lies in, the place first, the nation last.
func (p *places) above(id string) []string {
	var out []string
	queue := []string{id}
	for len(queue) > 0 {
		x, ok := p.byID[queue[0]]
		queue = queue[1:]
		if ok && !slices.Contains(out, x.ID) {
			out = append(out, x.ID)
			queue = append(queue, x.Parents...)
		}
	}
	return out
}

// zone of a place: its own or, where it lies in several, that of most places in it.
func (p *places) zone(id string) string { return card.Zone(p.list, p.byID[id]) }

// stateOf is the state a place lies in, or nothing.
func (p *places) stateOf(id string) (comity.Place, bool) {
	for _, a := range p.above(id) {
		if x := p.byID[a]; x.Kind == "state" || x.Kind == "territory" {
			return x, true
		}
	}
	return comity.Place{}, false
}

// fold makes names comparable: no accents, case or punctuation.
func fold(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		plain = s
	}
	words := strings.FieldsFunc(strings.ToLower(plain), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}
