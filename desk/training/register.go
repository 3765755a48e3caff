package training

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law/handout"
)

// A Course is one line of the agency's catalogue.
type Course struct {
	ID        string `json:"id"`
	Topic     string `json:"topic"`
	Title     string `json:"title"`
	Months    int    `json:"months"`    // that it counts
	Materials string `json:"materials"` // sha256:… of what was handed out; empty: nothing was
}

// A Session is one time that a course was held for a shift. It counts people by
// role and names none.
type Session struct {
	ID     string         `json:"id"`
	Course Course         `json:"course"` // as it was then
	Shift  string         `json:"shift"`
	On     string         `json:"on"`
	Until  string         `json:"until"` // last day on which it counts
	Own    map[string]int `json:"own"`   // attendance of the agency, by role
	Other  map[string]int `json:"other"` // of the other side
}

// A Shift is a group of the agency's people and how many they are.
type Shift struct {
	Name     string `json:"name"`
	Strength int    `json:"strength"`
}

// A Pass is a certificate: one account passed a quiz on one topic. A try that
// did not pass is kept too, so that no quiz is answered twice; it names no
// account and counts nowhere.
type Pass struct {
	ID      string `json:"id"`
	Account string `json:"account"` // empty: it did not pass
	Role    string `json:"role"`
	Shift   string `json:"shift"`
	Topic   string `json:"topic"`
	On      string `json:"on"`
	Until   string `json:"until"`
	Quiz    string `json:"quiz"` // its digest
	Items   []Item `json:"items"`
}

// Roles whose attendance is counted, on either side.
func OwnRoles() []string {
	return []string{"officers", "supervisors", "jail-staff", "dispatchers", "civil-staff"}
}

func OtherRoles() []string { return []string{"federal-officers", "federal-supervisors"} }

// passMonths is how long a certificate counts while the law stays: our choice.
const passMonths = 12

// Until is the last day of so many months that begin on a day.
func Until(on string, months int) string {
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return on
	}
	return day.AddDate(0, months, -1).Format(time.DateOnly)
}

// Graded is the certificate for a quiz that p answered, or that it was answered
// without passing.
func (q Quiz) Graded(p Pass, answers []comity.Verdict) Pass {
	p.Topic, p.Quiz, p.Until = q.Topic, q.Digest, Until(p.On, passMonths)
	if !q.Enough(q.Right(answers)) {
		return Pass{ID: p.ID, Topic: p.Topic, On: p.On, Until: p.On, Quiz: p.Quiz, Items: []Item{}}
	}
	p.Items = q.Items
	return p
}

// Passed says that it is a certificate.
func (p Pass) Passed() bool { return p.Account != "" }

// Changed lists the questions of a certificate that have another answer, or the
// same for another reason, on a later day.
func (p Pass) Changed(book handout.Book, on string) []Item {
	out := []Item{}
	for _, item := range p.Items {
		q := item.Question
		q.On, q.Known = on, on
		if now, ok := Ask(book, q); !ok || now.Digest != item.Digest {
			out = append(out, item)
		}
	}
	return out
}

// A Row of the report is one shift and one topic on a day.
type Row struct {
	Shift    string `json:"shift"`
	Topic    string `json:"topic"`
	Strength int    `json:"strength"`
	Trained  int    `json:"trained"` // in the fullest session that still counts: at least so many
	Share    int    `json:"share"`   // of the strength, in whole per cent, rounded down
	Passed   int    `json:"passed"`  // accounts with a certificate that counts
	Stale    int    `json:"stale"`   // certificates whose law has changed
	Expired  int    `json:"expired"` // sessions and certificates whose time is over
}

// Report counts, for each shift and topic, who has a valid course. What has
// expired and what is stale never counts.
func Report(book handout.Book, on string, shifts []Shift, sessions []Session, passes []Pass) []Row {
	out := []Row{}
	stale := map[string]bool{}
	for _, p := range passes {
		stale[p.ID] = len(p.Changed(book, on)) > 0
	}
	for _, s := range shifts {
		for _, topic := range Topics() {
			row := Row{Shift: s.Name, Topic: topic, Strength: s.Strength}
			for _, held := range sessions {
				switch {
				case held.Shift != s.Name || held.Course.Topic != topic || held.On > on:
				case held.Until < on:
					row.Expired++
				default:
					row.Trained = min(max(row.Trained, held.attended()), s.Strength)
				}
			}
			row.countPasses(passes, stale, on)
			if s.Strength > 0 {
				row.Share = 100 * row.Trained / s.Strength
			}
			out = append(out, row)
		}
	}
	return out
}

func (r *Row) countPasses(passes []Pass, stale map[string]bool, on string) {
	valid := map[string]bool{}
	for _, p := range passes {
		switch {
		case !p.Passed() || p.Shift != r.Shift || p.Topic != r.Topic || p.On > on:
		case p.Until < on:
			r.Expired++
		case stale[p.ID]:
			r.Stale++
		default:
			valid[p.Account] = true
		}
	}
	r.Passed = len(valid)
}

func (s Session) attended() int {
	n := 0
	for _, k := range s.Own {
		n += k
	}
	return n
}

var (
	materials = regexp.MustCompile(`^(sha256:[0-9a-f]{64})?$`)
	shiftName = regexp.MustCompile(`^[\pL\pN][\pL\pN -]{0,23}$`)
)

// Check says what is wrong with a course.
func (c Course) Check() error {
	switch {
	case !slices.Contains(Topics(), c.Topic):
		return wrong("topic", "this is none of the topics", "choose one of the list")
	case strings.TrimSpace(c.Title) == "" || len(c.Title) > 120:
		return wrong("title", "a course has a title of at most 120 characters", "")
	case c.Months < 1 || c.Months > 60:
		return wrong("months", "a course counts for 1 to 60 months", "")
	case !materials.MatchString(c.Materials):
		return wrong("materials", "this is not the digest of a file", "give sha256: and 64 figures, or leave it out")
	}
	return nil
}

// Check says what is wrong with a shift.
func (s Shift) Check() error {
	switch {
	case !shiftName.MatchString(s.Name):
		return wrong("shift", "a shift has a short name, such as A or Nights", "letters, figures, spaces and hyphens, at most 24")
	case s.Strength < 1 || s.Strength > 20000:
		return wrong("strength", "a shift has at least one person", "give a whole number")
	}
	return nil
}

// Check says what is wrong with a session of a shift that is so strong.
func (s Session) Check(strength int, today string) error {
	if _, err := time.Parse(time.DateOnly, s.On); err != nil || s.On > today {
		return wrong("on", "a session was held on a day that has been", "")
	}
	for name, n := range s.Own {
		if n < 0 || !slices.Contains(OwnRoles(), name) {
			return wrong("own", "attendance is counted by role", "")
		}
	}
	for name, n := range s.Other {
		if n < 0 || n > 20000 || !slices.Contains(OtherRoles(), name) {
			return wrong("other", "attendance is counted by role", "")
		}
	}
	switch n := s.attended(); {
	case n == 0:
		return wrong("own", "nobody of the agency attended", "count at least one person")
	case n > strength:
		return wrong("own", "more people attended than the shift has", "mend the strength of the shift, or the count")
	}
	return nil
}

func wrong(where, message, hint string) error {
	return &comity.Problem{Code: "bad-field", Message: message, Hint: cmp.Or(hint, "mend it and send it again"), Where: where}
}
