// Package training keeps what was taught and asks what was understood. A quiz
// is drawn from the rules: its key is what the law engine answers on that day,
// and a certificate is stale as soon as one of its answers is another. It does
// no I/O and keeps no names: attendance is counted by role.
package training

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"comity"
	"comity/law"
	"comity/law/card"
	"comity/law/handout"
)

// Topics are what is taught and asked about.
func Topics() []string { return []string{"custody", "information", "scene"} }

// groups are the groups of acts of a topic: single ones hold too few questions
// that are sure enough to be asked.
func groups(topic string) []string {
	switch topic {
	case "custody":
		return []string{"custody"}
	case "information":
		return []string{"information", "status"}
	case "scene":
		return []string{"operations", "access", "resources"}
	}
	return nil
}

// Answers are what may be answered, in the order of the form.
func Answers() []comity.Verdict {
	return []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted, comity.NeedsCounsel}
}

// An Item is one question with its key and why.
type Item struct {
	Question comity.Question `json:"question"`
	Key      comity.Verdict  `json:"key"`
	Rule     string          `json:"rule"` // whose words explain it
	Says     card.Bilingual  `json:"says"`
	Cites    []handout.Cite  `json:"cites"`
	Digest   string          `json:"digest"` // of key, rules and their words
}

// A Quiz is a few items about one topic for one kind of officer at a place.
type Quiz struct {
	Topic  string
	Items  []Item
	Digest string // of its items
}

// Length is how many questions a quiz has, where so many can be asked, and
// Least how many must be answered as the engine does.
const (
	Length = 5
	Least  = 4
)

// mostFacts a reader keeps in mind.
const mostFacts = 6

// Book is what a quiz asks of the law.
type Book interface {
	handout.Book
	Packs() []*law.Pack
}

// Draw picks the questions of a quiz. The same seed on the same law picks the
// same; nobody learns them by heart, because another seed picks others.
func Draw(book Book, who comity.Question, topic, seed string) Quiz {
	q := Quiz{Topic: topic, Items: []Item{}}
	pool := pool(book, who, topic)
	sum := sha256.Sum256([]byte(seed))
	random := rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	random.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	q.Items = mixed(pool)
	parts := make([]string, len(q.Items))
	for i, item := range q.Items {
		parts[i] = item.Digest
	}
	q.Digest = digest(parts)
	return q
}

// mixed takes keys in turn, so that no answer is always the right one.
func mixed(pool []Item) []Item {
	out := []Item{}
	for len(pool) > 0 && len(out) < Length {
		for _, key := range Answers() {
			i := slices.IndexFunc(pool, func(x Item) bool { return x.Key == key })
			if i >= 0 && len(out) < Length {
				out, pool = append(out, pool[i]), slices.Delete(pool, i, i+1)
			}
		}
	}
	return out
}

// pool is every question that can be asked, each once: the cases of the sheets,
// and the cases that the packs of the place are tested with.
func pool(book Book, who comity.Question, topic string) []Item {
	var questions []comity.Question
	var acts []string
	for _, group := range groups(topic) {
		acts = append(acts, book.Vocabulary().ActsIn(group)...)
	}
	for _, act := range acts {
		for _, c := range handout.Cases() {
			questions = append(questions, comity.Question{Act: act, Facts: c.Facts})
		}
	}
	here := append([]string{who.In}, above(book, who.In)...)
	for _, pack := range book.Packs() {
		if !slices.Contains(here, pack.Place) {
			continue
		}
		for _, t := range pack.Tests() {
			if slices.Contains(acts, t.Question.Act) && t.Question.Actor == who.Actor && t.Question.At == "" && len(t.Question.Open) == 0 {
				questions = append(questions, comity.Question{Act: t.Question.Act, Facts: t.Question.Facts})
			}
		}
	}
	items, seen := []Item{}, map[string]bool{}
	for _, q := range questions {
		q.In, q.On, q.Known, q.Agency, q.Actor, q.Closed = who.In, who.On, who.Known, who.Agency, who.Actor, true
		key := digest(q)
		if seen[key] || !plain(book.Vocabulary(), q) {
			continue
		}
		seen[key] = true
		if item, ok := Ask(book, q); ok {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Question.Act, b.Question.Act), cmp.Compare(a.Digest, b.Digest), cmp.Compare(digest(a.Question), digest(b.Question)))
	})
	return items
}

func above(book Book, place string) []string {
	var out []string
	p, _ := book.Place(place)
	for _, parent := range p.Parents {
		out = append(append(out, parent), above(book, parent)...)
	}
	return out
}

// plain says whether the facts fit into one reading and may be shown.
func plain(v *law.Vocabulary, q comity.Question) bool {
	act, _ := v.Act(q.Act)
	if len(q.Facts) > mostFacts || card.PublicAct(v, q.Act) || act.By != "local" && act.By != "any" {
		return false
	}
	for name := range q.Facts {
		f, ok := v.Fact(name)
		if !ok || f.NeverStored || f.Derives() {
			return false
		}
	}
	return true
}

// Ask decides a question and says whether it may be asked in a quiz: never what
// is unsettled, unverified, incomplete, contested, in conflict or due for a
// check, never what facts or counsel must settle, never a rule that is known
// from memory only.
func Ask(book handout.Book, q comity.Question) (Item, bool) {
	d, err := book.Decide(q)
	if err != nil || len(d.Flags) > 0 || len(d.Uncovered) > 0 || len(d.Stale) > 0 || len(d.Missing) > 0 || !d.Exact {
		return Item{}, false
	}
	if !slices.Contains([]comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted}, d.Verdict) {
		return Item{}, false
	}
	reader := card.Reader{Book: book, Question: q, Decision: d}
	for _, id := range d.Rules {
		if rule, _, ok := reader.Rule(id); !ok || rule.Contested != "" || rule.BestGrade() == comity.GradeC {
			return Item{}, false
		}
	}
	rule, _ := reader.Carrier()
	if rule == nil {
		return Item{}, false
	}
	item := Item{Question: q, Key: d.Verdict, Rule: rule.ID, Says: card.Bilingual{EN: rule.Says.EN, ES: rule.Says.ES}, Cites: []handout.Cite{}}
	for _, c := range reader.Cites(rule) {
		if c.Grade == comity.GradeA || c.Grade == comity.GradeB {
			item.Cites = append(item.Cites, handout.Cite{Ref: c.Ref, Quote: c.Quote, Grade: c.Grade})
		}
	}
	item.Digest = digest([]any{d.Verdict, d.Rules, item.Rule, item.Says, item.Cites})
	return item, len(item.Cites) > 0
}

// Right counts the answers that are the engine's.
func (q Quiz) Right(answers []comity.Verdict) int {
	n := 0
	for i, item := range q.Items {
		if i < len(answers) && answers[i] == item.Key {
			n++
		}
	}
	return n
}

// Enough says whether so many right answers pass. A quiz shorter than it should
// be passes nobody: too little of the law is sure enough to ask.
func (q Quiz) Enough(right int) bool { return len(q.Items) == Length && right >= Least }

// FactsOf are the facts of a question in the order of the vocabulary.
func FactsOf(v *law.Vocabulary, q comity.Question) []string {
	names := slices.Collect(maps.Keys(q.Facts))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(v, a), rank(v, b)), strings.Compare(a, b))
	})
	return names
}

func rank(v *law.Vocabulary, name string) int {
	return slices.IndexFunc(v.Facts, func(f *law.Fact) bool { return f.Name == name })
}

func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain texts always marshal
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
