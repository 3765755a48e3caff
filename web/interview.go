package web

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// An Interview asks the questions of the page /ask without a page: for a
// terminal, or for a program. What it is told is kept in it and nowhere else.
type Interview struct {
	s      *site
	l      *lang
	values url.Values // as the page carries them
	agency string
}

// A Prompt is the next question, or the answer where Card is set.
type Prompt struct {
	Key     string   `json:"ask"`      // place, actor, act, or the name of a fact
	Ask     string   `json:"question"` // in words
	Help    string   `json:"help,omitempty"`
	Usual   string   `json:"usual,omitempty"` // an answer that is not taken for granted
	Choices []Choice `json:"choices"`         // empty: it is typed
	Typed   string   `json:"typed,omitempty"` // how: place, number, 2006-01-02, 2006-01-02 15:04
	Most    int      `json:"most"`            // questions left at most; 0: not counted yet
	Left    string   `json:"-"`               // the same in words
	Back    string   `json:"-"`               // the answer given last

	Problem *comity.Problem `json:"problem,omitempty"` // with the answer given before
	Asked   comity.Question `json:"-"`                 // with the answer
	Card    *Card           `json:"-"`

	keys []string
}

// A Choice is one answer to a question.
type Choice struct {
	Value string `json:"value"`
	Words string `json:"words"`
	Group string `json:"group,omitempty"` // heading above it
}

// NewInterview begins in one language with what is known already.
func NewInterview(book Law, tag string, now func() time.Time, known comity.Question) (*Interview, error) {
	langs, err := loadLangs(book)
	if err != nil {
		return nil, err
	}
	i := &Interview{&site{Config: Config{Law: book, Now: now}, langs: langs, find: newPlaces(book.Places())}, langs[tag], url.Values{}, known.Agency}
	for name, value := range map[string]string{"where": known.In, "on": known.On, "known": known.Known, "actor": known.Actor, "act": known.Act} {
		i.values.Set(name, value)
	}
	for name, value := range known.Facts {
		i.values.Set(factPrefix+name, value)
	}
	return i, i.refuse(known)
}

// refuse tells of a word that the law does not know in what was given: asked
// again it would be without a reason.
func (i *Interview) refuse(q comity.Question) error {
	v := i.s.Law.Vocabulary()
	today := i.s.Now().UTC().Format(time.DateOnly)
	q.In, q.On, q.Known = "us", today, today
	q.Actor, q.Act = cmp.Or(q.Actor, v.Actors[0].Name), cmp.Or(q.Act, v.Acts[0].Name)
	q.Facts = maps.Clone(q.Facts)
	maps.DeleteFunc(q.Facts, func(_, value string) bool { return value == cannotTell })
	_, err := i.s.Law.Decide(q)
	return err
}

// Next gives the question that leads to an answer in the fewest, or the answer.
func (i *Interview) Next() (Prompt, error) {
	f := i.s.askedBy(i.values)
	f.q.Agency = i.agency
	v, err := i.s.askStep(i.l, f)
	if err != nil {
		return Prompt{}, err
	}
	if f.q.In != "" {
		i.values.Set("in", f.q.In)
	}
	i.values.Set("order", strings.Join(f.order, " "))
	p := Prompt{Key: v.Step, Choices: []Choice{}, Back: v.Back, Problem: v.Problem}
	switch v.Step {
	case "place":
		i.askPlace(&p, f.Where, v)
	case "actor":
		p.Ask, p.Choices = i.l.say("ask.actor-question"), i.choices(v.Groups, "actors.", i.l.words.actor)
	case "act":
		p.Ask, p.Choices = i.l.say("ask.act-question"), i.choices(v.Groups, "acts.", i.l.words.act)
	case "fact":
		i.askFact(&p, v)
	default:
		p.Key, p.Asked, p.Card = "", f.q, v.Card
	}
	if p.keys == nil {
		p.keys = []string{p.Key}
	}
	return p, nil
}

func (i *Interview) choices(groups []choiceGroup, heading string, words func(string) string) (out []Choice) {
	for _, g := range groups {
		for _, name := range g.Choices {
			out = append(out, Choice{name, capital(words(name)), i.l.say(heading + g.Name)})
		}
	}
	return out
}

func (i *Interview) askPlace(p *Prompt, typed string, v askView) {
	p.Ask, p.Help, p.Typed, p.keys = i.l.say("start.where"), i.l.say("ask.place-hint"), "place", []string{"where"}
	if len(v.Found) > 0 {
		p.Ask, p.Help, p.Typed = i.l.say("ask.which-place"), "", ""
		for _, found := range v.Found {
			p.Choices = append(p.Choices, Choice{Value: found.ID, Words: found.Name + " (" + found.ID + ")"})
		}
	} else if typed != "" {
		p.Problem = &comity.Problem{Code: "unknown-place", Message: i.l.say("ask.no-place", "Text", typed)}
	}
}

func (i *Interview) askFact(p *Prompt, v askView) {
	name := v.Fact.Name
	p.Key, p.Ask, p.Help = name, i.l.words.question(name), i.l.words.help(name)
	p.keys = []string{factPrefix + name}
	if v.Guess {
		p.Usual = i.l.say("ask.usual", "Value", v.Usual)
	}
	if v.Left != nil {
		p.Most, p.Left = v.Left.Most, i.l.questionsLeft(v.Left)
	}
	for _, value := range v.Values {
		p.Choices = append(p.Choices, Choice{Value: value, Words: i.l.words.value(name, value)})
	}
	switch day := factPrefix + name + ".day"; {
	case len(v.Values) > 0:
		p.Choices = append(p.Choices, Choice{Value: cannotTell, Words: i.l.say("ask.cannot-tell")})
	case v.Fact.Unit == "years":
		p.Typed, p.keys = time.DateOnly, []string{day}
	case v.Fact.Type == law.Int:
		p.Typed = "number"
	case v.Fact.Type == law.Instant:
		p.Typed, p.keys = "2006-01-02 15:04", []string{day, factPrefix + name + ".time"}
	default:
		p.Typed = time.DateOnly
	}
}

// questionsLeft says how many questions may remain.
func (l *lang) questionsLeft(i *law.Interview) string {
	text := l.say("ask.left", "N", i.Most)
	if i.Often > 0 && i.Often < i.Most {
		text += " " + l.say("ask.often", "Often", l.num(i.Often))
	}
	if !i.Exact {
		text += " " + l.say("ask.bound")
	}
	return text
}

// Answer takes what was typed: the number of a choice, the value itself, or the
// text. It reports whether that is an answer to the question at all.
func (i *Interview) Answer(p Prompt, typed string) bool {
	typed = strings.TrimSpace(typed)
	if n, err := strconv.Atoi(typed); err == nil && len(p.Choices) > 0 {
		if n < 1 || n > len(p.Choices) {
			return false
		}
		typed = p.Choices[n-1].Value
	}
	_, fact := i.s.Law.Vocabulary().Fact(p.Key)
	known := slices.ContainsFunc(p.Choices, func(c Choice) bool { return c.Value == typed })
	if typed == "" || len(p.Choices) > 0 && !known {
		return false
	}
	if typed == cannotTell {
		if fact {
			i.values.Set(factPrefix+p.Key, cannotTell)
		}
		return fact
	}
	parts := []string{typed}
	if len(p.keys) > 1 {
		parts = strings.Fields(typed)
	}
	if len(parts) != len(p.keys) {
		return false
	}
	for n, key := range p.keys {
		i.values.Set(key, parts[n])
	}
	return true
}

// Change takes an answer back: place, actor, act, or a fact.
func (i *Interview) Change(what string) {
	names := []string{factPrefix + what, factPrefix + what + ".day", factPrefix + what + ".time"}
	switch what {
	case "place":
		names = []string{"where", "in"}
	case "actor":
		names = []string{"actor", "act"}
	case "act":
		names = []string{"act"}
	}
	for _, name := range names {
		i.values.Del(name)
	}
	i.values.Del("done")
}

// Say is a text of the interview that is not a question.
func (i *Interview) Say(key string) string { return i.l.say("interview." + key) }

// Typed says how an answer without choices is written; empty where there are some.
func (i *Interview) Typed(p Prompt) string {
	key := map[string]string{"number": "number", time.DateOnly: "date", "2006-01-02 15:04": "moment"}[p.Typed]
	if key == "" {
		return ""
	}
	return i.l.say("interview.or-cannot-tell", "How", i.l.say("interview."+key))
}

// Done asks for the answer as far as it goes.
func (i *Interview) Done() { i.values.Set("done", "1") }
