package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/desk/training"
	"comity/law"

	"github.com/danielgtaylor/huma/v2"
)

// Training keeps what was taught and who passed. Certificates name accounts,
// never people.
type Training interface {
	Courses(ctx context.Context, agency string) ([]training.Course, error)
	KeepCourse(ctx context.Context, agency string, c training.Course) error
	Sessions(ctx context.Context, agency string) ([]training.Session, error)
	AddSession(ctx context.Context, agency string, held training.Session) error
	Shifts(ctx context.Context, agency string) ([]training.Shift, error)
	KeepShift(ctx context.Context, agency string, shift training.Shift) error
	Passes(ctx context.Context, agency string) ([]training.Pass, error)
	AddPass(ctx context.Context, agency string, p training.Pass) error
}

// A trainingView is the catalogue, what was held, one's own certificates and
// the report.
type trainingView struct {
	deskPage
	Kept       bool
	Problems   []formProblem
	Today      string
	Topics     []string
	Courses    []training.Course
	Sessions   []sessionRow
	Shifts     []training.Shift
	Mine       []passRow
	Report     []training.Row
	Own, Other []string // roles that are counted
	New        string   // id of what a form adds
}

func (trainingView) template() string { return "desk_training" }

type sessionRow struct {
	training.Session
	Over bool
}

type passRow struct {
	training.Pass
	Over  bool
	Stale []string // acts of questions that have another answer now
}

// training lists everything, and takes what a trainer enters.
func (s *site) training(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	var problems []formProblem
	if r.Method == http.MethodPost && s.Training != nil {
		err := s.changeTraining(r, who)
		if err == nil {
			http.Redirect(w, r, s.langOf(r).link("/desk/training"), http.StatusSeeOther)
			return nil
		}
		if problems = s.trainingProblems(r, err); problems == nil {
			return err
		}
	}
	v, err := s.trainingView(r.Context(), who)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if v.Problems = problems; problems != nil {
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	return s.show(w, r, v)
}

func (s *site) trainingProblems(r *http.Request, err error) []formProblem {
	var out []formProblem
	for _, p := range formProblems(err) {
		key := "training.problem." + p.Where
		if l := s.langOf(r); l.known(key) {
			out = append(out, formProblem{Field: p.Where, Text: l.say(key)})
		} else {
			out = append(out, formProblem{Text: p.Message, Foreign: l.tag != tags[0]})
		}
	}
	return out
}

func (s *site) trainingView(ctx context.Context, who Account) (v trainingView, err error) {
	v = trainingView{deskPage: s.deskPage(who, "training"), Kept: s.Training != nil, Topics: training.Topics(), Own: training.OwnRoles(), Other: training.OtherRoles(), New: newID()}
	v.Today = s.Now().In(s.zone(v.Home.Place)).Format(time.DateOnly)
	if !v.Kept {
		return v, nil
	}
	if v.Courses, err = s.Training.Courses(ctx, who.Agency); err != nil {
		return v, err
	}
	held, passes, err := s.trained(ctx, who, &v)
	if err != nil {
		return v, err
	}
	for _, one := range slices.Backward(held) {
		v.Sessions = append(v.Sessions, sessionRow{one, one.Until < v.Today})
	}
	for _, p := range slices.Backward(passes) {
		if p.Passed() && p.Account == who.ID {
			row := passRow{Pass: p, Over: p.Until < v.Today}
			for _, item := range p.Changed(s.Law, v.Today) {
				if !slices.Contains(row.Stale, item.Question.Act) {
					row.Stale = append(row.Stale, item.Question.Act)
				}
			}
			v.Mine = append(v.Mine, row)
		}
	}
	return v, nil
}

func (s *site) trained(ctx context.Context, who Account, v *trainingView) (held []training.Session, passes []training.Pass, err error) {
	if v.Shifts, err = s.Training.Shifts(ctx, who.Agency); err != nil {
		return nil, nil, err
	}
	if held, err = s.Training.Sessions(ctx, who.Agency); err != nil {
		return nil, nil, err
	}
	if passes, err = s.Training.Passes(ctx, who.Agency); err != nil {
		return nil, nil, err
	}
	v.Report = training.Report(s.Law, v.Today, v.Shifts, held, passes)
	return held, passes, nil
}

func (s *site) changeTraining(r *http.Request, who Account) error {
	if !who.May(access.Teach) {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	f := r.PostForm
	switch f.Get("what") {
	case "course":
		c := training.Course{ID: f.Get("id"), Topic: f.Get("topic"), Title: strings.TrimSpace(f.Get("title")), Months: number(f.Get("months")), Materials: strings.TrimSpace(f.Get("materials"))}
		if err := c.Check(); err != nil {
			return err
		}
		return s.Training.KeepCourse(r.Context(), who.Agency, c)
	case "shift":
		shift := training.Shift{Name: strings.TrimSpace(f.Get("shift")), Strength: number(f.Get("strength"))}
		if err := shift.Check(); err != nil {
			return err
		}
		return s.Training.KeepShift(r.Context(), who.Agency, shift)
	case "session":
		return s.addSession(r, who)
	}
	return s.problem(r, http.StatusBadRequest, "bad-form")
}

func (s *site) addSession(r *http.Request, who Account) error {
	f := r.PostForm
	v, err := s.trainingView(r.Context(), who)
	if err != nil {
		return err
	}
	course := slices.IndexFunc(v.Courses, func(c training.Course) bool { return c.ID == f.Get("course") })
	shift := slices.IndexFunc(v.Shifts, func(x training.Shift) bool { return x.Name == f.Get("shift") })
	if course < 0 || shift < 0 {
		return &comity.Problem{Code: "missing-field", Message: "choose a course and a shift", Where: "course"}
	}
	held := training.Session{ID: f.Get("id"), Course: v.Courses[course], Shift: v.Shifts[shift].Name, On: f.Get("on"), Own: map[string]int{}, Other: map[string]int{}}
	for prefix, of := range map[string]map[string]int{"own.": held.Own, "other.": held.Other} {
		for _, role := range slices.Concat(v.Own, v.Other) {
			if n := number(f.Get(prefix + role)); n != 0 {
				of[role] = n
			}
		}
	}
	if err := held.Check(v.Shifts[shift].Strength, v.Today); err != nil {
		return err
	}
	held.Until = training.Until(held.On, held.Course.Months)
	return s.Training.AddSession(r.Context(), who.Agency, held)
}

// number reads a count; what is none is none that can be right.
func number(text string) int {
	if text = strings.TrimSpace(text); text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// A quizView is a quiz to answer, what came of it, or the same for a room.
type quizView struct {
	deskPage
	Topic, Seed, Digest, Shift string
	Room                       bool // for a projector, with the answers folded
	Shifts                     []training.Shift
	Items                      []quizItem
	Answers                    []comity.Verdict
	Day                        string
	Graded                     bool
	Passed                     bool
	Right                      int
	Until                      string
	Changed, Again             bool // the law changed meanwhile; the quiz was answered before
	Short                      bool // too little is sure enough to certify anybody
}

func (quizView) template() string { return "desk_quiz" }

type quizItem struct {
	training.Item
	N       int
	Facts   []Line
	Text    string // of the rule
	Foreign bool
	Path    string
	Given   comity.Verdict
}

// quiz draws questions from the law of today and grades the answers by what
// the engine decides.
func (s *site) quiz(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	v, quiz, err := s.quizView(r, who)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if err := s.grade(r, who, &v, quiz); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

// rollCall shows a quiz to a room, and on paper with the key at its end.
func (s *site) rollCall(w http.ResponseWriter, r *http.Request, who Account) error {
	v, _, err := s.quizView(r, who)
	if err != nil {
		return err
	}
	v.Room = true
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

func (s *site) quizView(r *http.Request, who Account) (v quizView, quiz training.Quiz, err error) {
	v = quizView{deskPage: s.deskPage(who, "training"), Topic: r.FormValue("topic"), Seed: r.FormValue("seed"), Shift: r.FormValue("shift"), Answers: training.Answers()}
	if !slices.Contains(training.Topics(), v.Topic) || len(v.Seed) > 64 {
		return v, quiz, s.missing(r, "no-page")
	}
	if v.Seed == "" {
		v.Seed = newID()
	}
	v.Day = s.Now().In(s.zone(v.Home.Place)).Format(time.DateOnly)
	if s.Training != nil {
		if v.Shifts, err = s.Training.Shifts(r.Context(), who.Agency); err != nil {
			return v, quiz, err
		}
	}
	quiz = s.drawQuiz(who, &v)
	v.fill(s.langOf(r), s.Law.Vocabulary(), quiz)
	return v, quiz, nil
}

func (s *site) drawQuiz(who Account, v *quizView) training.Quiz {
	q := comity.Question{In: v.Home.Place, On: v.Day, Known: v.Day, Agency: who.Agency, Actor: v.Home.Actor}
	return training.Draw(s.Law, q, v.Topic, v.Seed)
}

func (v *quizView) fill(l *lang, vocabulary *law.Vocabulary, quiz training.Quiz) {
	v.Digest, v.Items, v.Short = quiz.Digest, nil, len(quiz.Items) < training.Length
	for i, item := range quiz.Items {
		row := quizItem{Item: item, N: i + 1, Path: rulePath(item.Rule)}
		row.Text, row.Foreign = l.says(law.Says{EN: item.Says.EN, ES: item.Says.ES})
		for _, f := range training.FactsOf(vocabulary, item.Question) {
			row.Facts = append(row.Facts, Line{l.words.question(f), l.words.value(f, item.Question.Facts[f])})
		}
		v.Items = append(v.Items, row)
	}
}

// grade counts what the engine decides too. A quiz that was answered once gives
// no second certificate: its answers were shown.
func (s *site) grade(r *http.Request, who Account, v *quizView, quiz training.Quiz) error {
	if v.Changed = r.PostFormValue("digest") != quiz.Digest; v.Changed {
		s.freshQuiz(r, who, v)
		return nil
	}
	given := make([]comity.Verdict, len(v.Items))
	for i := range v.Items {
		given[i] = comity.Verdict(r.PostFormValue("a" + strconv.Itoa(i+1)))
		v.Items[i].Given = given[i]
	}
	if s.Training != nil {
		passes, err := s.Training.Passes(r.Context(), who.Agency)
		if err != nil {
			return err
		}
		if v.Again = slices.ContainsFunc(passes, func(p training.Pass) bool { return p.ID == v.Seed }); v.Again {
			s.freshQuiz(r, who, v)
			return nil
		}
		shift := v.Shift
		if !slices.ContainsFunc(v.Shifts, func(x training.Shift) bool { return x.Name == shift }) {
			shift = ""
		}
		pass := quiz.Graded(training.Pass{ID: v.Seed, Account: who.ID, Role: who.Role, Shift: shift, On: v.Day}, given)
		if err := s.Training.AddPass(r.Context(), who.Agency, pass); err != nil {
			return err
		}
		v.Until = pass.Until
	}
	v.Graded, v.Right = true, quiz.Right(given)
	v.Passed = quiz.Enough(v.Right)
	return nil
}

func (s *site) freshQuiz(r *http.Request, who Account, v *quizView) {
	v.Seed = newID()
	v.fill(s.langOf(r), s.Law.Vocabulary(), s.drawQuiz(who, v))
}

// trainingBody is the report as programs read it.
type trainingBody struct {
	On   string         `json:"on"`
	Rows []training.Row `json:"rows"`
}

func (s *site) apiTraining(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "training", Method: http.MethodGet, Path: "/api/v1/training", Security: needsToken, Errors: errorsStaff,
		Summary: "How much of each shift has a valid course, by topic, and how many certificates count, are stale or expired: exact numbers, not for giving out",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body trainingBody }, error) {
		account, err := s.authorised(ctx)
		if err != nil {
			return nil, s.apiError(err)
		}
		v, err := s.trainingView(ctx, account)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &struct{ Body trainingBody }{trainingBody{v.Today, append([]training.Row{}, v.Report...)}}, nil
	})
}
