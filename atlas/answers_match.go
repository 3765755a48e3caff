package atlas

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Match says which answer a question in somebody's own words asks for. It
// would rather offer a choice, or say that it does not know, than guess.
type Match struct {
	Kind MatchKind `json:"kind"`
	IDs  []string  `json:"ids"` // one for an answer, two or three to choose from, none for unknown
}

// MatchKind is the outcome of matching.
type MatchKind string

const (
	MatchAnswer  MatchKind = "answer"
	MatchChoose  MatchKind = "choose"
	MatchUnknown MatchKind = "unknown"
)

// A question is answered when enough of its words are ones that the answer
// knows (a word nobody knows counts against every answer), when it is close to
// a way in which that answer is asked, and when no other answer is as close. One
// ordinary word is never enough; the name of a form is.
const (
	sureScore   = 0.68
	chooseScore = 0.5
	clearLead   = 0.12
	leastCover  = 0.55
	maxWords    = 60
	maxChoices  = 3
)

// Match finds the answer to a question asked in lang. What was asked is not kept.
func (as *Answers) Match(text, lang string) Match {
	words := fold(text)
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	ranked := as.index.rank(words, lang)
	switch {
	case len(ranked) == 0 || ranked[0].score < chooseScore:
		return Match{Kind: MatchUnknown, IDs: []string{}}
	case enough(words) && ranked[0].score >= sureScore && (len(ranked) == 1 || ranked[0].score-ranked[1].score >= clearLead):
		return Match{Kind: MatchAnswer, IDs: []string{ranked[0].id}}
	}
	m := Match{Kind: MatchChoose}
	for _, r := range ranked[:min(maxChoices, len(ranked))] {
		if r.score >= chooseScore {
			m.IDs = append(m.IDs, r.id)
		}
	}
	return m
}

func enough(words []string) bool {
	return len(words) > 1 || strings.ContainsAny(words[0], "0123456789")
}

// index holds, for each language, the folded words of every way of asking.
type index map[string][]entry

type entry struct {
	id      string
	phrases []map[string]bool
	words   map[string]bool // of all phrases together
}

type scored struct {
	id    string
	score float64
}

func newIndex(list []Answer) index {
	ix := index{}
	for _, a := range list {
		ix["en"] = append(ix["en"], newEntry(a.ID, append([]string{a.Question.EN}, a.Paraphrases.EN...)))
		ix["es"] = append(ix["es"], newEntry(a.ID, append([]string{a.Question.ES}, a.Paraphrases.ES...)))
	}
	return ix
}

func newEntry(id string, phrases []string) entry {
	e := entry{id: id, words: map[string]bool{}}
	for _, p := range phrases {
		set := map[string]bool{}
		for _, w := range fold(p) {
			set[w], e.words[w] = true, true
		}
		e.phrases = append(e.phrases, set)
	}
	return e
}

func (ix index) rank(words []string, lang string) []scored {
	if lang != "es" {
		lang = "en"
	}
	weight := ix.weights(lang)
	asked := map[string]bool{}
	for _, w := range words {
		asked[w] = true
	}
	var out []scored
	for _, e := range ix[lang] {
		cover := overlap(asked, e.words, weight) / total(asked, weight)
		if cover < leastCover || math.IsNaN(cover) {
			continue
		}
		near := 0.0
		for _, p := range e.phrases {
			near = max(near, 2*overlap(asked, p, weight)/(total(asked, weight)+total(p, weight)))
		}
		out = append(out, scored{e.id, (cover + 2*near) / 3})
	}
	slices.SortFunc(out, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return out
}

// weights gives a word that few answers use more weight than one that many
// use; a word that none uses weighs most.
func (ix index) weights(lang string) func(string) float64 {
	count := map[string]int{}
	for _, e := range ix[lang] {
		for w := range e.words {
			count[w]++
		}
	}
	n := float64(len(ix[lang]))
	return func(w string) float64 {
		return math.Log(1 + n/max(1, float64(count[w])))
	}
}

func overlap(a, b map[string]bool, weight func(string) float64) float64 {
	sum := 0.0
	for _, w := range sorted(a) {
		if b[w] {
			sum += weight(w)
		}
	}
	return sum
}

func total(a map[string]bool, weight func(string) float64) float64 {
	sum := 0.0
	for _, w := range sorted(a) {
		sum += weight(w)
	}
	return sum
}

// sorted fixes the order of addition, so that scores do not depend on it.
func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for w := range set {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}
