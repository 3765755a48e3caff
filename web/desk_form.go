package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"
	"comity/law"
)

// A formView shows the form of a kind, read off its field list. Its words are
// final; the template only lays them out.
type formView struct {
	deskPage
	Kind     string
	Action   string
	ID       string // of the entry it will make: a second press changes nothing
	Title    string
	Lead     string
	Groups   []formGroup
	Problems []formProblem
	At       string // when it happened, if not now
	Ref      string // id of the entry it points back to, where the form asks for it
	WithRef  bool
	RefNeed  bool        // it must point back to one
	More     []moreField // facts that could decide; asked in a second step
	Carried  []Line      // what was filled in, in the second step; what the page itself set, in the first
	Paper    *paperView  // nil: this form is not read off papers
}

func (formView) template() string { return "desk_form" }

type formGroup struct {
	Name, Title string
	Fields      []formField
}

type formField struct {
	Name, Type, Key string
	Label, Hint     string
	Value           string
	Options         []formOption
	Required        bool
	When            string // class that the style sheet hides it by
	Problem         string
	Paper           *paperField // what was read off a paper
}

type formOption struct {
	Value, Label string
	Checked      bool
}

type formProblem struct {
	Field, Text string
	Foreign     bool
}

// A moreField asks for one fact of the vocabulary.
type moreField struct {
	Name, Label, Help, Type string
	Options                 []formOption
}

// form writes the empty or the refused form. Nothing typed is ever lost: a
// refused form comes back as it was sent.
func (s *site) form(r *http.Request, who Account, k *desk.Kind, here string) formView {
	l := s.langOf(r)
	v := formView{
		deskPage: s.deskPage(who, here), Kind: k.Name, ID: newID(), Action: r.URL.Path,
		Title: l.say("desk." + k.Name + ".title"), Lead: l.say("desk." + k.Name + ".lead"), WithRef: k.Name == "misidentification" || k.Name == "complaint" || k.Name == "contest" || k.Name == "rebuttal" || len(k.Of) > 0, RefNeed: len(k.Of) > 0,
		Ref: r.URL.Query().Get("of"),
	}
	if r.Method == http.MethodPost {
		v.ID, v.At, v.Ref = r.PostFormValue("id"), r.PostFormValue("at"), r.PostFormValue("ref")
	}
	sent := r.PostForm // posted, read off a paper, or of dispatch's own system
	if r.Method != http.MethodPost && len(sent) == 0 {
		sent = filledIn(k, r.URL.Query())
	}
	for _, f := range k.Fields {
		if f.Computed {
			continue
		}
		if f.Carried {
			if value := r.PostForm.Get(f.Name); value != "" {
				v.Carried = append(v.Carried, Line{f.Name, value})
			}
			continue
		}
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Name != f.Group {
			v.Groups = append(v.Groups, formGroup{Name: f.Group, Title: l.say("desk." + k.Name + ".group." + f.Group)})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Fields = append(g.Fields, l.formField(k.Name, f, sent))
	}
	s.withPaper(r, &v)
	return v
}

// filledIn is what an address fills a form in with: a choice of a list or a time,
// never words, a name or a number.
func filledIn(k *desk.Kind, query url.Values) url.Values {
	out := url.Values{}
	for _, f := range k.Fields {
		value := query.Get(f.Name)
		_, bad := time.Parse("2006-01-02T15:04", value)
		if f.Type == desk.Choice && slices.Contains(f.Values, value) || f.Type == desk.Instant && bad == nil {
			out.Set(f.Name, value)
		}
	}
	return out
}

func (l *lang) formField(kind string, f desk.Field, sent url.Values) formField {
	key := "desk." + kind + "." + f.Name
	out := formField{
		Name: f.Name, Type: string(f.Type), Key: f.Key, Label: l.say(key + ".ask"), Value: sent.Get(f.Name), Required: f.Required,
	}
	if l.known(key + ".hint") {
		out.Hint = l.say(key + ".hint")
	}
	out.When = whenClass(f)
	for _, value := range f.Values {
		out.Options = append(out.Options, formOption{value, l.option(key, value), slices.Contains(sent[f.Name], value)})
	}
	return out
}

// whenClass names the classes by which the style sheet hides a field whose
// question does not arise.
func whenClass(f desk.Field) string {
	name, values, ok := strings.Cut(f.When, "=")
	if !ok {
		return ""
	}
	return "if-" + name + " if-" + name + "-" + strings.ReplaceAll(values, "|", "-")
}

// option is the label of a value: the field's own words, else the shared ones.
func (l *lang) option(key, value string) string {
	if own := key + "." + value; l.known(own) {
		return l.say(own)
	}
	return l.say("desk.value." + value)
}

// readForm reads what was posted against the kind's field list; names that are
// no fields of it are not the form's.
func readForm(k *desk.Kind, sent url.Values) desk.Form {
	out := desk.Form{}
	for _, f := range k.Fields {
		if values := sent[f.Name]; !f.Computed && len(values) > 0 {
			out[f.Name] = strings.Join(values, " ")
		}
	}
	return out
}

// askKind is the page of one kind of entry.
func (s *site) askKind(name, here string) staffHandler {
	kind, _ := desk.KindOf(name)
	return s.askDesk(kind, here)
}

// askDesk answers a posted form: check, ask what could still decide, record, show.
func (s *site) askDesk(k *desk.Kind, here string) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, who Account) error {
		if r.Method != http.MethodPost {
			return s.show(w, r, s.form(r, who, k, here))
		}
		if err := s.readForm(r); err != nil {
			return err
		}
		if open := unseen(k, r.PostForm); len(open) > 0 {
			return s.refusedForm(w, r, who, k, here, open)
		}
		request := s.requestOf(r, who, k)
		if r.PostFormValue("step") == "" {
			open, err := s.Desk.Preview(r.Context(), request)
			if err != nil {
				return s.refusedForm(w, r, who, k, here, err)
			}
			if len(open) > 0 {
				return s.show(w, r, s.moreForm(r, who, k, here, open))
			}
		}
		answer, err := s.Desk.Handle(r.Context(), request)
		if err != nil {
			return s.refusedForm(w, r, who, k, here, err)
		}
		s.drafted.drop(r.PostFormValue("paper"))
		return s.answered(w, r, who, answer)
	}
}

func (s *site) requestOf(r *http.Request, who Account, k *desk.Kind) desk.Request {
	home := s.deskPage(who, "").Home
	request := desk.Request{
		ID: r.PostFormValue("id"), Agency: who.Agency, Kind: k.Name, In: home.Place, Actor: home.Actor, Role: who.Role,
		At: r.PostFormValue("at"), Ref: r.PostFormValue("ref"), Form: readForm(k, r.PostForm), More: comity.Facts{},
	}
	for _, f := range s.Law.Vocabulary().Facts {
		value := strings.TrimSpace(r.PostFormValue(factPrefix + f.Name))
		if f.Type == law.Instant && value != "" {
			value = s.localInstant(home.Place, value)
		}
		if value != "" && value != cannotTell {
			request.More[f.Name] = value
		}
	}
	return request
}

func (s *site) localInstant(place, value string) string {
	at, err := time.ParseInLocation("2006-01-02T15:04", value, s.zone(place))
	if err != nil {
		return value // refused with a Problem that shows it
	}
	return at.Format(time.RFC3339)
}

// moreForm is the second step: only facts that could decide are asked, and
// "I cannot tell" is always an answer.
func (s *site) moreForm(r *http.Request, who Account, k *desk.Kind, here string, open []string) formView {
	l := s.langOf(r)
	v := formView{
		deskPage: s.deskPage(who, here), Kind: k.Name, ID: r.PostFormValue("id"), Action: r.URL.Path,
		Title: l.say("desk.more.title"), Lead: l.say("desk.more.lead"),
	}
	for _, name := range open {
		f, ok := s.Law.Vocabulary().Fact(name)
		if !ok {
			continue
		}
		m := moreField{Name: factPrefix + name, Label: l.words.question(name), Help: l.words.help(name), Type: string(f.Type)}
		values := f.Values
		if f.Type == law.Bool {
			values = []string{"true", "false"}
		}
		for _, value := range values {
			m.Options = append(m.Options, formOption{Value: value, Label: l.words.value(name, value)})
		}
		v.More = append(v.More, m)
	}
	for name, values := range r.PostForm {
		for _, value := range values {
			v.Carried = append(v.Carried, Line{name, value})
		}
	}
	slices.SortFunc(v.Carried, func(a, b Line) int { return strings.Compare(a.Label+a.Text, b.Label+b.Text) })
	return v
}

// refusedForm shows the form again as it was sent, with what is wrong.
func (s *site) refusedForm(w http.ResponseWriter, r *http.Request, who Account, k *desk.Kind, here string, err error) error {
	problems := formProblems(err)
	if problems == nil {
		return err
	}
	l := s.langOf(r)
	v := s.form(r, who, k, here)
	for _, p := range problems {
		v.Problems = append(v.Problems, l.formProblem(k.Name, p))
	}
	for i := range v.Groups {
		for j := range v.Groups[i].Fields {
			f := &v.Groups[i].Fields[j]
			for _, p := range v.Problems {
				if p.Field == f.Name {
					f.Problem = p.Text
				}
			}
		}
	}
	return s.render(w, r, http.StatusUnprocessableEntity, v)
}

// formProblems is what a clerk can mend, or nothing for a fault of ours.
func formProblems(err error) []*comity.Problem {
	var all desk.Problems
	var one *comity.Problem
	switch {
	case errors.As(err, &all):
		return all
	case errors.As(err, &one) && problemStatus[one.Code] < http.StatusInternalServerError:
		return []*comity.Problem{one}
	}
	return nil
}

// formProblem says what is wrong with a field in its own words, in this
// language; what only a part below can say stays English and is marked so.
func (l *lang) formProblem(kind string, p *comity.Problem) formProblem {
	out := formProblem{Field: p.Where}
	label := ""
	if key := "desk." + kind + "." + p.Where + ".ask"; p.Where != "" && l.known(key) {
		label = l.say(key) + " "
	}
	if key := "desk.problem." + p.Code; l.known(key) {
		out.Text = label + l.say(key)
		return out
	}
	out.Text, out.Foreign = label+p.Message+". "+p.Hint, l.tag != tags[0]
	return out
}

// answered goes to the page of the entry. Where the answer rests on something
// that is never kept, it is shown at once instead, because that page cannot
// say why.
func (s *site) answered(w http.ResponseWriter, r *http.Request, who Account, a desk.Answer) error {
	card, err := s.Desk.Case(r.Context(), a.ID, who.Agency)
	if err != nil {
		return err
	}
	if !slices.Contains(a.Stops, desk.StopContradiction) {
		http.Redirect(w, r, s.langOf(r).link(entryPath(a.ID)), http.StatusSeeOther)
		return nil
	}
	v, err := s.entryView(r, who, card)
	if err != nil {
		return err
	}
	card.Decisions = a.Decisions
	v.Answers = s.deskAnswers(s.langOf(r), card)
	v.Stopped = true
	return s.show(w, r, v)
}

func entryPath(id string) string { return "/desk/entries/" + url.PathEscape(id) }
