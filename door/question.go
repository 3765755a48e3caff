package door

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"comity"
)

// A Question is what somebody at a telephone asks dispatch on its screen: is one
// of ours there, on this incident or visit? It has no place, no caller and nobody's
// name, stands in memory only, and is gone after a quarter of an hour.
type Question struct {
	ID     string
	Number string // of the incident or visit; empty once it is answered
	At     time.Time
	Answer Answer // empty: nobody has answered yet
}

const (
	questionStands = 15 * time.Minute
	mostQuestions  = 50 // of an agency at one time
)

// numberForm takes what dispatch systems number incidents with, and no address.
var numberForm = regexp.MustCompile(`^[A-Z]{0,6}[-#]?[0-9]{2,10}([-/][0-9]{1,10}){0,2}$`)

// Questions are those that stand now, by agency.
type Questions struct {
	mu sync.Mutex
	of map[string][]Question
}

// NewQuestions has none yet.
func NewQuestions() *Questions { return &Questions{of: map[string][]Question{}} }

// Ask puts a question to the agency's dispatch.
func (q *Questions) Ask(agency, number string, now time.Time) (Question, error) {
	number = strings.ToUpper(strings.TrimSpace(number))
	if !numberForm.MatchString(number) {
		return Question{}, &comity.Problem{Code: "bad-number", Where: "number", Message: "that is no number of an incident or a visit", Hint: "such as CAD-2026-0412; no name and no address"}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	standing := q.standing(agency, now)
	if len(standing) >= mostQuestions {
		return Question{}, &comity.Problem{Code: "too-many", Where: "number", Message: "more questions are open than dispatch can answer", Hint: "ask dispatch by telephone"}
	}
	one := Question{ID: rand.Text(), Number: number, At: now}
	q.of[agency] = append(standing, one)
	return one, nil
}

// Open lists the agency's questions that nobody has answered, the oldest first.
func (q *Questions) Open(agency string, now time.Time) []Question {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(q.standing(agency, now)), func(x Question) bool { return x.Answer != "" })
}

// Find gives one, answered or not; ok is false once it is gone.
func (q *Questions) Find(agency, id string, now time.Time) (one Question, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	standing := q.standing(agency, now)
	i := slices.IndexFunc(standing, func(x Question) bool { return x.ID == id })
	if i < 0 {
		return Question{}, false
	}
	return standing[i], true
}

// Answer keeps the first answer and forgets the number.
func (q *Questions) Answer(agency, id string, a Answer, now time.Time) error {
	if _, err := ParseAnswer(string(a)); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	standing := q.standing(agency, now)
	for i := range standing {
		if standing[i].ID == id && standing[i].Answer == "" {
			standing[i].Answer, standing[i].Number = a, ""
			return nil
		}
	}
	return &comity.Problem{Code: "not-found", Where: "id", Message: "this question is answered or gone", Hint: "the caller may ring again"}
}

// standing drops what stood long enough; the lock is held.
func (q *Questions) standing(agency string, now time.Time) []Question {
	left := slices.DeleteFunc(q.of[agency], func(x Question) bool { return now.Sub(x.At) >= questionStands || now.Before(x.At.Add(-time.Minute)) })
	q.of[agency] = left
	return left
}
