package web

import (
	"net/http"
	"strings"
)

// A doorProblemView is whatever went wrong at a resident's door, in her words:
// what she may do stands first here too, and nothing was answered.
type doorProblemView struct {
	doorPage
	Down bool // our fault; otherwise the address or the form
}

func (doorProblemView) template() string { return "door_problem" }

// atDoor says whether the address is one of a resident's.
func atDoor(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/door/") }

// doorProblem is of the agency where its page is known, and of nobody otherwise.
func (s *site) doorProblem(r *http.Request, f *failure) doorProblemView {
	ori, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/door/"), "/")
	r.SetPathValue("ori", ori)
	page, err := s.doorPage(r)
	page.Here = "/door/" + page.ORI
	if err != nil {
		page.Home = Home{}
	}
	return doorProblemView{page, f.status >= http.StatusInternalServerError}
}
