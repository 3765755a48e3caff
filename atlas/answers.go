package atlas

import (
	"slices"
	"strings"
	"time"

	"comity"
)

// CheckEvery is the longest an answer may be used after it was last checked,
// whatever its file says.
const CheckEvery = 90 * 24 * time.Hour

// A Text is one sentence in the two languages of the public pages.
type Text struct {
	EN string `yaml:"en" json:"en"`
	ES string `yaml:"es" json:"es"`
}

// In returns the sentence in lang, English for every language but Spanish.
func (t Text) In(lang string) string {
	if lang == "es" {
		return t.ES
	}
	return t.EN
}

// An Answer is one question that people ask, answered in statements that each
// name their sources. The short answer is the short statements read in order:
// there is no second text that could say something unsourced.
type Answer struct {
	ID          string      `yaml:"id" json:"id"`
	Question    Text        `yaml:"question" json:"question"`
	Paraphrases Phrases     `yaml:"paraphrases" json:"-"`
	Statements  []Statement `yaml:"statements" json:"statements"`
	Places      []PlaceRow  `yaml:"places" json:"places"`
	Contested   bool        `yaml:"contested" json:"contested"`
	Positions   []Position  `yaml:"positions" json:"positions"`
	Changes     []Text      `yaml:"changes" json:"changes"`
	Gaps        []Text      `yaml:"gaps" json:"gaps"`
	Interview   *Interview  `yaml:"interview" json:"interview"`
	CheckedOn   Day         `yaml:"checked_on" json:"checked_on"`
	NextCheck   Day         `yaml:"next_check" json:"next_check"`
	FollowUps   []string    `yaml:"follow_ups" json:"follow_ups"`
	Notes       []Note      `yaml:"notes" json:"notes"`
	Withdrawn   *Withdrawal `yaml:"withdrawn" json:"withdrawn"`
}

// Phrases are other ways in which the question is asked.
type Phrases struct {
	EN []string `yaml:"en"`
	ES []string `yaml:"es"`
}

// A Statement is one claim. Its grade is never better than its weakest source.
type Statement struct {
	ID      string       `yaml:"id" json:"id"`     // how-long-hold#1
	Part    string       `yaml:"part" json:"part"` // short or detail
	Says    Text         `yaml:"says" json:"says"`
	Sources []string     `yaml:"sources" json:"sources"`
	Grade   comity.Grade `yaml:"grade" json:"grade"`
	About   []string     `yaml:"about" json:"about,omitempty"`     // place ids of local bodies whose conduct it describes
	Pending bool         `yaml:"pending" json:"pending,omitempty"` // about somebody, one source only so far
}

// A PlaceRow says what the answer is in one place. Rows are ordered by place
// id, never by what they say.
type PlaceRow struct {
	Place    string   `yaml:"place" json:"place"`
	Says     Text     `yaml:"says" json:"says"`
	Sources  []string `yaml:"sources" json:"sources"`
	TextSeen bool     `yaml:"-" json:"text_seen"` // the law of the row was read in its own words: all its sources are grade A
}

// A Position is one side of a contested answer.
type Position struct {
	Holder  Text     `yaml:"holder" json:"holder"`
	View    Text     `yaml:"view" json:"view"`
	Sources []string `yaml:"sources" json:"sources"`
}

// An Interview is the question to put to the law of one place when the answer
// differs from place to place.
type Interview struct {
	Actor string `yaml:"actor" json:"actor"`
	Act   string `yaml:"act" json:"act"`
}

// A Note stands beside the statement it concerns for as long as the answer is
// shown: a correction of what was published, or the reply of a body named.
type Note struct {
	Kind      string `yaml:"kind" json:"kind"` // correction or reply
	Statement string `yaml:"statement" json:"statement"`
	On        Day    `yaml:"on" json:"on"`
	Was       Text   `yaml:"was" json:"was,omitzero"` // correction: the words that were wrong
	Says      Text   `yaml:"says" json:"says"`
	By        string `yaml:"by" json:"by,omitempty"` // reply: place id of the body that replies
}

// A Withdrawal takes one question out of use at once.
type Withdrawal struct {
	On  Day  `yaml:"on" json:"on"`
	Why Text `yaml:"why" json:"why"`
}

// A Source is what a statement rests on.
type Source struct {
	Key     string       `yaml:"-" json:"key"`
	Ref     string       `yaml:"ref" json:"ref"`         // the public citation
	Title   string       `yaml:"title" json:"title"`     // what it is
	Rule    string       `yaml:"rule" json:"rule"`       // our rule that states it, if any
	Address string       `yaml:"address" json:"address"` // where anyone may read it
	ReadAt  string       `yaml:"read_at" json:"read_at"` // the copy that was read, if another
	Checked Day          `yaml:"checked" json:"checked"`
	Grade   comity.Grade `yaml:"grade" json:"grade"`
}

// Answers is the checked set of cited answers.
type Answers struct {
	list    []Answer // by id
	sources map[string]Source
	index   index
}

// All returns the answers ordered by id.
func (as *Answers) All() []Answer { return slices.Clone(as.list) }

// Get returns the answer with that id.
func (as *Answers) Get(id string) (Answer, bool) {
	i, ok := slices.BinarySearchFunc(as.list, id, func(a Answer, id string) int { return strings.Compare(a.ID, id) })
	if !ok {
		return Answer{}, false
	}
	return as.list[i], true
}

// Source returns the source with that key.
func (as *Answers) Source(key string) (Source, bool) {
	s, ok := as.sources[key]
	return s, ok
}

// Sources returns what an answer rests on, in the order of first use.
func (as *Answers) Sources(a Answer) []Source {
	var out []Source
	seen := map[string]bool{}
	for _, key := range a.sourceKeys() {
		if !seen[key] {
			seen[key] = true
			out = append(out, as.sources[key])
		}
	}
	return out
}

func (a Answer) sourceKeys() []string {
	var keys []string
	for _, s := range a.Statements {
		keys = append(keys, s.Sources...)
	}
	for _, p := range a.Places {
		keys = append(keys, p.Sources...)
	}
	for _, p := range a.Positions {
		keys = append(keys, p.Sources...)
	}
	return keys
}

// Short returns the short answer: its short statements, read in order.
func (a Answer) Short(lang string) string {
	var parts []string
	for _, s := range a.Statements {
		if s.Part == "short" {
			parts = append(parts, s.Says.In(lang))
		}
	}
	return strings.Join(parts, " ")
}

// Grade is the grade of the weakest short statement.
func (a Answer) Grade() comity.Grade {
	worst := comity.GradeA
	for _, s := range a.Statements {
		if s.Part == "short" {
			worst = max(worst, s.Grade) // A < B < C
		}
	}
	return worst
}
