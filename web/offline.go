package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"comity"
	"comity/law"
)

// modulePolicy lets one page run the law engine as WebAssembly; everything else
// stays as policy has it.
var modulePolicy = strings.Replace(policy, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1)

// module is the law engine for browsers, built by go generate; starter is the
// script of Go's distribution that runs it.
const (
	module  = "law.wasm"
	starter = "wasm_exec.js"
)

// A hereView is the interview that runs on the reader's own device.
type hereView struct {
	Ready  bool // this copy was built with the module
	States []comity.Place
	Today  string
	Size   int // of the module as it is loaded
	Marks  []comity.Verdict
}

func (hereView) template() string { return "offline" }

// here asks and answers in the browser: what is chosen there is sent nowhere.
func (s *site) here(w http.ResponseWriter, r *http.Request) error {
	v := hereView{Today: s.Now().UTC().Format("2006-01-02"), Marks: comity.Verdicts}
	_, started := s.parts.files[starter]
	if f, built := s.parts.files[module]; built && started {
		v.Ready, v.Size = true, f.size()
		w.Header().Set("Content-Security-Policy", modulePolicy)
	}
	for _, p := range s.Law.Places() {
		switch p.Kind {
		case "nation", "state", "territory":
			v.States = append(v.States, p)
		}
	}
	slices.SortStableFunc(v.States, func(a, b comity.Place) int {
		return cmp.Or(cmp.Compare(len(a.Parents), len(b.Parents)), strings.Compare(a.Name, b.Name)) // the nation first
	})
	return s.show(w, r, v)
}

// hereWords are the words of one language that the device puts its answers in.
type hereWords struct {
	Texts    map[string]string      `json:"texts"`
	Months   []string               `json:"months"`
	Verdicts map[string]verdictText `json:"verdicts"`
	Flags    map[string][2]string   `json:"flags"` // label, what it says
	Layers   map[string]string      `json:"layers"`
	Voices   map[string]string      `json:"voices"`
	Grades   map[string]string      `json:"grades"`
	Clocks   map[string]string      `json:"clocks"`
	Lengths  map[string][2]string   `json:"lengths"` // one, more
	Days     map[string]string      `json:"days"`    // that a clock leaves out
	Kinds    map[string]string      `json:"kinds"`   // of places
	Actors   []hereGroup            `json:"actors"`
	Acts     map[string][]hereGroup `json:"acts"` // by who performs them
	Does     map[string]string      `json:"does"` // actor → who performs
	Who      map[string][2]string   `json:"who"`  // actor: one, many
	Act      map[string]string      `json:"act"`
	Facts    map[string]hereFact    `json:"facts"`
	Starts   map[string]string      `json:"starts"`
	Notify   map[string]string      `json:"notify"` // whom a duty or a clock names
	Events   map[string]string      `json:"events"` // and after what
	Rules    string                 `json:"rules"`  // where a rule is read
	Order    hereOrder              `json:"order"`
}

// A hereOrder lists names as a card does; the maps beside it have none.
type hereOrder struct {
	Verdicts []comity.Verdict `json:"verdicts"`
	Layers   []comity.Layer   `json:"layers"`
	Facts    []string         `json:"facts"`
}

type verdictText struct {
	Word string `json:"word"`
	Says string `json:"says"`
}

type hereGroup struct {
	Name    string   `json:"name"`
	Choices []string `json:"choices"`
}

type hereFact struct {
	Ask    string            `json:"ask"`
	Help   string            `json:"help"`
	Type   law.FactType      `json:"type"`
	Min    int               `json:"min"`
	Max    int               `json:"max"`
	Unit   string            `json:"unit"`
	Secret bool              `json:"secret"` // used and never kept
	Values map[string]string `json:"values"`
}

// hereWordsFile sends the words of the page's language; the device then needs
// nobody to say an answer.
func (s *site) hereWordsFile(w http.ResponseWriter, r *http.Request) error {
	l := s.langOf(r)
	return s.sendMade(w, r, "words/"+l.tag, func() (part, error) {
		body, err := json.Marshal(s.hereWords(l))
		if err != nil {
			return part{}, fmt.Errorf("write the words of a device: %w", err)
		}
		return newPart("words.json", body), nil
	})
}

func (s *site) hereWords(l *lang) hereWords {
	v := s.Law.Vocabulary()
	out := hereWords{Texts: hereTexts(l), Verdicts: map[string]verdictText{}, Flags: map[string][2]string{}, Layers: map[string]string{},
		Voices: map[string]string{}, Grades: map[string]string{}, Clocks: map[string]string{}, Lengths: map[string][2]string{}, Days: map[string]string{},
		Kinds: map[string]string{}, Acts: map[string][]hereGroup{}, Does: map[string]string{}, Who: map[string][2]string{}, Act: map[string]string{},
		Facts: map[string]hereFact{}, Starts: l.words.Starts, Rules: l.link("/law/rule/"),
		Order: hereOrder{Verdicts: comity.Verdicts, Layers: comity.Layers}}
	for m := range 12 {
		out.Months = append(out.Months, l.say("date.m"+fmt.Sprintf("%02d", m+1)))
	}
	for _, x := range comity.Verdicts {
		out.Verdicts[string(x)] = verdictText{l.say("verdict." + string(x) + ".word"), ""}
	}
	for _, x := range []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted, comity.NoRule, comity.NeedsCounsel} {
		out.Verdicts[string(x)] = verdictText{l.say("verdict." + string(x) + ".word"), l.say("verdict." + string(x) + ".says")}
	}
	for _, x := range []comity.Flag{comity.Conflict, comity.Unsettled, comity.Unverified, comity.Incomplete} {
		out.Flags[string(x)] = [2]string{l.say("flag." + string(x) + ".label"), l.say("flag." + string(x) + ".says")}
	}
	out.Flags["stale"] = [2]string{l.say("flag.stale.label"), l.say("flag.stale.says", "Packs", "{Packs}")}
	for _, x := range comity.Layers {
		out.Layers[string(x)] = l.say("layer." + string(x))
	}
	for _, x := range []comity.Voice{"required", "prohibited", "permitted", comity.Unknown} {
		out.Voices[string(x)] = l.say("voice." + string(x))
	}
	for _, x := range []comity.Grade{comity.GradeA, comity.GradeB, comity.GradeC} {
		out.Grades[string(x)] = l.grade(x)
	}
	for _, x := range []string{"limit", "due", "keep"} {
		out.Clocks[x] = l.say("clock." + x)
	}
	for _, x := range lengthUnits {
		out.Lengths[x] = [2]string{l.say("length."+x, "N", 1), strings.Replace(l.say("length."+x, "N", 2), "2", "{N}", 1)}
	}
	for _, x := range []string{"sat", "sun", "federal-holidays", "state-holidays"} {
		out.Days[x] = l.say("calendar." + x)
	}
	for _, x := range []string{"nation", "state", "county", "city", "tribe", "territory"} {
		out.Kinds[x] = l.say("kind." + x)
	}
	s.hereChoices(l, v, &out)
	out.Notify, out.Events = s.hereTasks(l)
	return out
}

// hereChoices are actors, acts and facts as a person chooses among them.
func (s *site) hereChoices(l *lang, v *law.Vocabulary, out *hereWords) {
	for _, g := range actorGroups(v) {
		out.Actors = append(out.Actors, hereGroup{l.say("actors." + g.Name), g.Choices})
	}
	for _, a := range v.Actors {
		by := performer(v, a.Name)
		out.Does[a.Name] = by
		out.Who[a.Name] = [2]string{l.words.actor(a.Name), l.words.actors(a.Name)}
		if out.Acts[by] != nil {
			continue
		}
		for _, g := range actGroups(v, a.Name) {
			out.Acts[by] = append(out.Acts[by], hereGroup{l.say("acts." + g.Name), g.Choices})
		}
	}
	for _, a := range v.Acts {
		out.Act[a.Name] = l.words.act(a.Name)
	}
	for _, f := range v.Facts {
		h := hereFact{Ask: l.words.question(f.Name), Help: l.words.help(f.Name), Type: f.Type, Min: f.Min, Max: f.Max, Unit: f.Unit, Secret: f.NeverStored, Values: map[string]string{}}
		values := f.Values
		if f.Type == law.Bool {
			values = []string{"true", "false"}
		}
		for _, value := range values {
			h.Values[value] = l.words.value(f.Name, value)
		}
		out.Facts[f.Name] = h
		out.Order.Facts = append(out.Order.Facts, f.Name)
	}
}

// hereTasks names whom duties and clocks are owed to, and the events they follow.
func (s *site) hereTasks(l *lang) (notify, events map[string]string) {
	notify, events = map[string]string{}, map[string]string{}
	add := func(to, event string) {
		notify[to], events[event] = l.words.value("notice.to", to), l.words.value("event.kind", event)
	}
	for _, p := range s.Law.Packs() {
		for _, r := range p.Rules {
			for _, d := range r.Duties {
				add(d.To, d.Event)
			}
			if r.Clock != nil {
				add(r.Clock.To, r.Clock.Starts)
			}
		}
	}
	return notify, events
}

// hereTexts are sentences of cards and of the interview; what stands in braces
// the device fills in.
func hereTexts(l *lang) map[string]string {
	return map[string]string{
		"and": l.say("word.and"), "day": l.say("date.day", "Day", "{Day}", "Month", "{Month}", "Year", "{Year}"),
		"moment":   l.say("date.moment", "Day", "{Day}", "Time", "{Time}", "Zone", "{Zone}"),
		"question": l.say("card.question", "Who", "{Who}", "Place", "{Place}", "Act", "{Act}"), "when": l.say("card.when", "When", "{When}"),
		"depends": l.say("verdict.needs-facts.says", "Possible", "{Possible}"), "believed": l.say("verdict.needs-counsel.believed", "Word", "{Word}"),
		"belief": l.say("card.belief"), "binds": l.say("card.binds"), "notBound": l.say("card.not-bound"), "unreviewed": l.say("card.unreviewed-all"),
		"missing": l.say("card.missing"), "tasks": l.say("card.tasks"), "late": l.say("card.late"), "why": l.say("card.why"),
		"mayCarry": l.say("card.may-carry"), "setAside": l.say("card.set-aside"), "sides": l.say("card.sides"),
		"overridden": l.say("card.overridden", "By", "{By}"), "defeated": l.say("card.defeated", "By", "{By}"), "suspended": l.say("card.suspended", "By", "{By}"), "replaced": l.say("card.replaced", "By", "{By}"),
		"nearest": l.say("card.nearest"), "if": l.say("card.if", "Value", "{Value}"), "then": l.say("card.then", "Word", "{Word}"),
		"agoOne": l.say("length.ago", "N", 1), "ago": strings.Replace(l.say("length.ago", "N", 2), "2", "{N}", 1),
		"otherSide": l.say("card.other-side", "Word", "{Word}", "Says", "{Says}", "Ref", "{Ref}"),
		"change":    l.say("card.change"), "taken": l.say("card.taken", "Value", "{Value}"), "inexact": l.say("card.inexact"),
		"uncovered": l.say("card.uncovered"), "uncoveredSays": l.say("card.uncovered-says", "Layers", "{Layers}"),
		"protectedTitle": l.say("card.protected-title"), "protected": l.say("card.protected"), "more": l.say("card.more"),
		"given": l.say("card.given"), "assumed": l.say("card.assumed"), "layers": l.say("card.layers"), "withheld": l.say("card.withheld"), "notKept": l.say("card.not-kept"),
		"known": l.say("card.known", "Known", "{Known}"), "law": l.say("card.law"), "notAdvice": l.say("card.not-advice"), "print": l.say("card.print"),
		"source": l.say("card.source"), "checked": l.say("card.checked", "Day", "{Day}"),
		"starts": l.say("clock.starts", "What", "{What}"), "after": l.say("clock.after", "Word", "{Word}"), "excludes": l.say("clock.excludes", "Days", "{Days}"),
		"sameDay": l.say("length.same-day", "Time", "{Time}"), "to": l.say("task.to", "Who", "{Who}"), "event": l.say("task.event", "Event", "{Event}"),
		"within": l.say("task.within", "Length", "{Length}"), "inWords": l.say("task.in-words"),
		"cannotTell": l.say("ask.cannot-tell"), "usual": l.say("ask.usual", "Value", "{Value}"), "next": l.say("ask.next"), "showNow": l.say("ask.show-now"),
		"number": l.say("ask.number"), "askDay": l.say("ask.day"), "askTime": l.say("ask.time"), "soFar": l.say("ask.answers-given"),
		"leftOne": l.say("ask.left", "N", 1), "left": strings.Replace(l.say("ask.left", "N", 2), "2", "{N}", 1), "often": l.say("ask.often", "Often", "{Often}"),
		"bound": l.say("ask.bound"), "back": l.say("ask.back"), "changeIt": l.say("ask.change"), "changeThis": l.say("ask.change-this", "What", "{What}"), "again": l.say("ask.again"), "answer": l.say("ask.answer-title"),
		"held": l.say("here.held", "Place", "{Place}", "Day", "{Day}", "Newest", "{Newest}"), "heldLaw": l.say("here.held-law"), "ready": l.say("here.ready"),
		"nation": l.say("place.nation"),
	}
}

// lawBundle sends the law of a state and of every place in it, compiled. A
// place inside a state is sent to the state's: one file serves them all, and
// nobody learns which place is meant.
func (s *site) lawBundle(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.Law.Place(r.PathValue("place"))
	if !ok {
		return s.missing(r, "no-place")
	}
	if whole := s.bundled(p); whole != p.ID {
		http.Redirect(w, r, "/law/bundle/"+whole, http.StatusPermanentRedirect)
		return nil
	}
	return s.sendMade(w, r, "law/"+p.ID, func() (part, error) {
		var compiled bytes.Buffer
		if err := s.Law.WriteCompiled(&compiled, p.ID); err != nil {
			return part{}, fmt.Errorf("compile the law of a state: %w", err)
		}
		f := newPart(p.ID+".law", compiled.Bytes())
		f.kind, f.body = "application/octet-stream", nil
		return f, nil
	})
}

// bundled is the place whose bundle holds this one.
func (s *site) bundled(p comity.Place) string {
	for _, id := range s.find.above(p.ID) {
		if up, ok := s.Law.Place(id); ok && (up.Kind == "state" || up.Kind == "territory") {
			return up.ID
		}
	}
	return "us"
}

// made are files for devices, kept from when they were first asked for: one for
// each state and each language, no more.
type made struct {
	mu    sync.Mutex
	files map[string]part
}

// sendMade sends a file that is checked for news each time, and is small when
// there are none.
func (s *site) sendMade(w http.ResponseWriter, r *http.Request, name string, create func() (part, error)) error {
	f, err := s.made.file(name, create)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+f.version+`"`)
	h.Set("Cache-Control", "no-cache")
	if strings.Contains(r.Header.Get("If-None-Match"), f.version) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return f.send(w, r)
}

func (m *made) file(name string, create func() (part, error)) (part, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, ok := m.files[name]; ok {
		return f, nil
	}
	f, err := create()
	if err == nil {
		m.files[name] = f
	}
	return f, err
}
