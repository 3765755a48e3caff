package web

import (
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"comity/law"
)

// words says acts, actors, facts and values of the vocabulary in one language.
// What text/law.<tag>.yaml does not say is taken from the vocabulary itself.
type words struct {
	Acts   map[string]string            `yaml:"acts"`   // what is done, as it follows "may …"
	Actors map[string]actorWords        `yaml:"actors"` //
	Facts  map[string]factWords         `yaml:"facts"`
	Values map[string]string            `yaml:"values"` // for every fact
	Starts map[string]string            `yaml:"starts"` // an instant, as what a clock counts from
	Of     map[string]map[string]string `yaml:"of"`     // for one fact, before Values

	Clauses map[string]map[string]string `yaml:"-"` // a fact with a value as part of a sentence: text/clauses.<tag>.yaml

	vocabulary *law.Vocabulary
	spanish    bool
}

type actorWords struct {
	One  string `yaml:"who"`   // a city police officer
	Many string `yaml:"group"` // city police
}

type factWords struct {
	Ask  string `yaml:"ask"`
	Help string `yaml:"help"`
}

func loadWords(fsys fs.FS, tag string, book Law) (*words, error) {
	w := &words{vocabulary: book.Vocabulary(), spanish: tag == "es"}
	if err := readYAML(fsys, "text/law."+tag+".yaml", w); err != nil {
		return nil, err
	}
	return w, readYAML(fsys, "text/clauses."+tag+".yaml", &w.Clauses)
}

// act is what is done, without a capital or a full stop.
func (w *words) act(name string) string {
	if s := w.Acts[name]; s != "" {
		return s
	}
	if a, ok := w.vocabulary.Act(name); ok {
		return phrase(w.pick(a.Is, a.IsES))
	}
	return name
}

// actor is one who does it: a city police officer.
func (w *words) actor(name string) string {
	if s := w.Actors[name].One; s != "" {
		return s
	}
	if a, ok := w.vocabulary.Actor(name); ok {
		return phrase(w.pick(a.Is, a.IsES))
	}
	return name
}

// actors is the same as a heading or in a list: city police.
func (w *words) actors(name string) string {
	if s := w.Actors[name].Many; s != "" {
		return s
	}
	return w.actor(name)
}

// question asks for a fact in words that a tired clerk does not misread.
func (w *words) question(name string) string {
	if s := w.Facts[name].Ask; s != "" {
		return s
	}
	if f, ok := w.vocabulary.Fact(name); ok {
		return w.pick(f.Question, f.QuestionES)
	}
	return name
}

// help says where to look; empty where there is nothing to say in this language.
func (w *words) help(name string) string {
	if s := w.Facts[name].Help; s != "" {
		return s
	}
	if f, ok := w.vocabulary.Fact(name); ok {
		if w.spanish {
			return f.HelpES
		}
		return f.Help
	}
	return ""
}

// value is an answer to the question of a fact.
func (w *words) value(fact, value string) string {
	if s := w.Of[fact][value]; s != "" {
		return s
	}
	if s := w.Values[value]; s != "" {
		return s
	}
	return capital(strings.ReplaceAll(value, "-", " "))
}

func (w *words) pick(en, es string) string {
	if w.spanish && es != "" {
		return es
	}
	return en
}

// phrase turns a sentence of the vocabulary into a part of one.
func phrase(s string) string {
	s = strings.TrimSuffix(s, ".")
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(next) {
		return s // an acronym
	}
	return string(unicode.ToLower(r)) + s[n:]
}

// capital begins a sentence or a line of a list.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
