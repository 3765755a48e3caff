package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"comity"
)

// A failure is a Problem with its HTTP status.
type failure struct {
	status  int
	problem comity.Problem
}

func (f *failure) Error() string { return f.problem.Error() }

// problem is a failure whose words stand in the catalogue under problem.<code>.
func (s *site) problem(r *http.Request, status int, code string) *failure {
	l := s.langOf(r)
	if s.alone[l.tag] != nil { // it has words for the door's own page of problems alone
		l = s.langs[tags[0]]
	}
	return &failure{status, comity.Problem{
		Code:    code,
		Message: l.say("problem." + code + ".message"),
		Hint:    l.say("problem." + code + ".hint"),
	}}
}

// missing is the failure of an address that names something we do not have.
func (s *site) missing(r *http.Request, code string) *failure {
	return s.problem(r, http.StatusNotFound, code)
}

// hasCode says whether an error is the problem of that code.
func hasCode(err error, code string) bool {
	var p *comity.Problem
	return errors.As(err, &p) && p.Code == code
}

// readForm reads a posted form or an address. What cannot be read is the
// sender's mistake; what is too long stays what it is.
func (s *site) readForm(r *http.Request) error {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return s.problem(r, http.StatusBadRequest, "bad-form")
}

// retryAfter is in how many seconds a program asks again for what is not ready.
const retryAfter = "5"

// fail shows an error: as RFC 9457 to programs, as a page to people.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.asFailure(r, err)
	if f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.Header().Set("Cache-Control", "no-store")
	if wantsJSON(r) {
		writeProblem(w, f)
		return
	}
	page := view(problemView{f.status, f.problem, s.foreign(r, f)})
	if atDoor(r) {
		page = s.doorProblem(r, f)
	}
	if err := s.render(w, r, f.status, page); err != nil {
		s.Log.Error("error page failed", "error", err)
		http.Error(w, f.problem.Message, f.status)
	}
}

func (s *site) asFailure(r *http.Request, err error) *failure {
	var f *failure
	var p *comity.Problem
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &tooLarge):
		return s.problem(r, http.StatusRequestEntityTooLarge, "too-large")
	case errors.As(err, &p):
		return &failure{http.StatusBadRequest, *p}
	}
	s.Log.Error("page failed", "error", err)
	return s.problem(r, http.StatusInternalServerError, "our-fault")
}

// foreign says whether the words of the problem are English on a page that is
// not: they came from a part that speaks only English.
func (s *site) foreign(r *http.Request, f *failure) bool {
	l := s.langOf(r)
	return l.tag != tags[0] && !l.known("problem."+f.problem.Code+".message")
}

func writeProblem(w http.ResponseWriter, f *failure) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(f.status)
	// The reader may have gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Code   string `json:"code"`
		Where  string `json:"where"`
		Hint   string `json:"hint"`
	}{"about:blank", f.problem.Message, f.status, f.problem.Code, f.problem.Where, f.problem.Hint})
}

type problemView struct {
	Status  int
	Problem comity.Problem
	English bool
}

func (problemView) template() string { return "problem" }
