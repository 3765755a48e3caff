package web

import (
	"net/http"
	"slices"
	"strings"

	"comity"
	"comity/desk"
)

// A sceneView is the card for a scene: what is asked, with one hand. Where the
// browser can hold the law it answers here, signal or none, and sends what was
// asked when it can; else the form is sent and the server answers (docs/scene-card.md).
type sceneView struct {
	formView
	First, Rest []formField // what every answer needs, and what may be added
	Ready       bool        // this copy was built with the module
	Size        int         // of the module as it is loaded
	State       string      // whose law the device holds
	Today       string
	Texts       []Line // phrases with braces that the device fills
	Aside       sceneAside
	Done        []formOption // what may have been done
	Marks       []comity.Verdict
}

func (sceneView) template() string { return "scene" }

// A sceneAside is what a card says whatever the answer is.
type sceneAside struct {
	Intervene, Quote, Source string // the duty to intervene, and what it is known from
	Number                   string // that people may call to check the officers
	Name                     string // of the agency
}

// sceneFirst are the questions without which nothing can be answered.
var sceneFirst = []string{"asked", "danger", "called_back", "signs", "by", "purpose", "paper", "paper_signed", "paper_charge"}

// scene shows the card; a posted form is answered from the record.
func (s *site) scene(w http.ResponseWriter, r *http.Request, who Account) error {
	kind, _ := desk.KindOf("assistance")
	if r.Method == http.MethodPost {
		if err := s.readForm(r); err != nil {
			return err
		}
		answer, err := s.Desk.Handle(r.Context(), s.requestOf(r, who, kind))
		if err == nil {
			http.Redirect(w, r, s.langOf(r).link(scenePath(answer.ID)), http.StatusSeeOther)
			return nil
		}
		problems := formProblems(err)
		if problems == nil {
			return err
		}
		return s.showScene(w, r, who, kind, http.StatusUnprocessableEntity, problems)
	}
	return s.showScene(w, r, who, kind, http.StatusOK, nil)
}

func (s *site) showScene(w http.ResponseWriter, r *http.Request, who Account, kind *desk.Kind, status int, problems []*comity.Problem) error {
	l := s.langOf(r)
	v := sceneView{formView: s.form(r, who, kind, "scene"), Marks: comity.Verdicts, Today: s.Now().UTC().Format("2006-01-02"), State: "us"}
	v.Title, v.Lead = l.say("scene.title"), l.say("scene.lead")
	for _, p := range problems {
		v.Problems = append(v.Problems, l.formProblem(kind.Name, p))
	}
	var all []formField
	for _, g := range v.Groups {
		all = append(all, g.Fields...)
	}
	for _, name := range sceneFirst {
		i := slices.IndexFunc(all, func(f formField) bool { return f.Name == name })
		v.First = append(v.First, all[i])
		all = slices.Delete(all, i, i+1)
	}
	v.Rest = all
	if p, ok := s.Law.Place(v.Home.Place); ok {
		v.State = s.bundled(p)
	}
	v.Aside = s.sceneAside(l, v.Home, v.State)
	v.Texts = l.sceneTexts(v.Home.Name)
	for _, done := range []string{desk.Declined, desk.Honoured, desk.Overridden} {
		v.Done = append(v.Done, formOption{Value: done, Label: l.say("desk.act.done." + done)})
	}
	_, started := s.parts.files[starter]
	if f, built := s.parts.files[module]; built && started {
		v.Ready, v.Size = true, f.size()
		w.Header().Set("Content-Security-Policy", modulePolicy)
	}
	return s.render(w, r, status, v)
}

func scenePath(id string) string { return "/desk/scene/cards/" + id }

func (s *site) sceneAside(l *lang, home Home, state string) sceneAside {
	a := sceneAside{Number: home.CallBack, Name: home.Name, Intervene: l.say("scene.intervene.none")}
	if key := "scene.intervene." + state; l.known(key + ".says") {
		a.Intervene, a.Quote, a.Source = l.say(key+".says"), l.say(key+".quote"), l.say(key+".source")
	}
	return a
}

// A sceneCardView is an answer again, from the record.
type sceneCardView struct {
	deskPage
	Card     desk.Card
	When     string
	Says     []aloud
	Answers  []deskAnswer
	Policing *deskAnswer
	Stops    []desk.Stop
	Aside    sceneAside
	Unsent   bool // it was given without a signal
	Differs  bool // the device showed another card than the record holds
}

func (sceneCardView) template() string { return "scene_card" }

// aloud is what is said aloud to somebody.
type aloud struct{ To, Title, Text string }

func (s *site) sceneCard(w http.ResponseWriter, r *http.Request, who Account) error {
	card, err := s.Desk.Case(r.Context(), r.PathValue("id"), who.Agency)
	if err != nil {
		return s.notOurs(r, err)
	}
	if card.Kind != "assistance" {
		return s.missing(r, "no-entry")
	}
	l := s.langOf(r)
	told := desk.TellAgain(card)
	v := sceneCardView{deskPage: s.deskPage(who, "scene"), Card: card, When: s.when(l, card.Happened.In(s.zone(card.In))), Answers: s.deskAnswers(l, card), Stops: told.Stops,
		Unsent: card.Form["signal"] == "none", Differs: card.Form["shown"] != "" && card.Form["shown"] != card.Digest}
	v.Says = s.spokenOf(l, told, v.Home.Name)
	for i := range v.Answers {
		if i < len(told.Help) {
			v.Answers[i].Act = capital(l.say("scene.help." + told.Help[i]))
		}
	}
	if n := len(told.Help); n < len(v.Answers) {
		v.Policing, v.Answers = &v.Answers[n], v.Answers[:n]
	}
	p, _ := s.Law.Place(card.In)
	v.Aside = s.sceneAside(l, v.Home, s.bundled(p))
	return s.show(w, r, v)
}

// spokenOf puts the phrases of a script into sentences, one text for each hearer.
func (s *site) spokenOf(l *lang, told desk.Told, agency string) []aloud {
	said := map[string][]string{}
	for _, p := range told.Script(s.Law) {
		said[p.To] = append(said[p.To], l.say(phraseKey(p.To, p.Key),
			"Help", l.list(l.helpWords(p.Help)), "Refs", l.list(p.Refs), "Agency", agency, "By", l.orPlain("scene.by.", told.Form["by"]),
			"Purpose", l.orPlain("scene.purpose.", told.Form["purpose"]), "Paper", l.orPlain("scene.paper.", told.Form["paper"]), "Card", shortDigest(told.Digest)))
	}
	var out []aloud
	for _, to := range hearers {
		out = append(out, aloud{to, l.say("scene.to." + to), strings.Join(said[to], " ")})
	}
	return out
}

var hearers = []string{desk.ToFederal, desk.ToCrowd, desk.ToCommander}

func phraseKey(to, key string) string { return "scene.say." + to + "." + key }

func (l *lang) helpWords(help []string) []string {
	var out []string
	for _, h := range help {
		out = append(out, l.say("scene.help."+h))
	}
	return out
}

// sceneTexts are every phrase and word that a device needs to say an answer.
func (l *lang) sceneTexts(agency string) []Line {
	var out []Line
	add := func(key string, args ...any) {
		out = append(out, Line{strings.TrimPrefix(key, "scene."), l.say(key, args...)})
	}
	for _, p := range desk.Phrases() {
		add(phraseKey(p.To, p.Key), "Help", "{Help}", "Refs", "{Refs}", "Agency", agency, "By", "{By}", "Purpose", "{Purpose}", "Paper", "{Paper}", "Card", "{Card}")
	}
	for _, to := range hearers {
		add("scene.to." + to)
	}
	kind, _ := desk.KindOf("assistance")
	for field, family := range map[string]string{"asked": "help", "by": "by", "purpose": "purpose", "paper": "paper"} {
		f, _ := kind.Field(field)
		for _, value := range f.Values {
			add("scene." + family + "." + value)
		}
	}
	for _, key := range []string{"waiting", "waiting-none", "held", "no-signal", "sent", "differs", "sign-in", "other-account", "refused", "mend", "drop", "drop-sure", "loading", "failed", "done-sent"} {
		add("scene.device."+key, "N", "{N}", "Day", "{Day}", "Newest", "{Newest}", "Words", "{Words}")
	}
	slices.SortFunc(out, func(a, b Line) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// sceneManifest lets a phone install the page; it opens at the card.
func (s *site) sceneManifest(w http.ResponseWriter, r *http.Request, _ Account) error {
	l := s.langOf(r)
	return s.manifest(w, l, l.link("/desk/scene"), l.say("scene.install-name"), l.say("scene.install-short"))
}

// sceneParts are the files that the card needs without a signal.
var sceneParts = []string{"style.css", "desk.css", "scene.css", "card.js", "module.js", "device.js", "queue.js", "scene.js", "mark.svg", module, starter}

// sceneWorker is the script that keeps the page, its files and the law of one
// state on the phone, and nothing of what was asked.
func (s *site) sceneWorker(w http.ResponseWriter, r *http.Request, _ Account) error {
	state := r.URL.Query().Get("law")
	if p, ok := s.Law.Place(state); !ok || s.bundled(p) != state {
		return s.missing(r, "no-place")
	}
	parts := slices.Clone(sceneParts)
	for name := range s.parts.files {
		if strings.HasSuffix(name, ".woff2") || name == "fonts.css" {
			parts = append(parts, name)
		}
	}
	l := s.langOf(r)
	return s.worker(w, l.link("/desk/scene"), []string{l.link("/ask/here/words"), "/law/bundle/" + state}, parts)
}
