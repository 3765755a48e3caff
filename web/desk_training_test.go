package web

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"comity"
	"comity/access"
	"comity/desk/training"
)

// trainingInMemory keeps what a test teaches. The store's own tests hold the
// store to the same.
type trainingInMemory struct {
	mu       sync.Mutex
	courses  []training.Course
	sessions []training.Session
	shifts   []training.Shift
	passes   []training.Pass
}

func (m *trainingInMemory) Courses(context.Context, string) ([]training.Course, error) {
	return m.courses, nil
}

func (m *trainingInMemory) KeepCourse(_ context.Context, _ string, c training.Course) error {
	m.courses = append(m.courses, c)
	return nil
}

func (m *trainingInMemory) Sessions(context.Context, string) ([]training.Session, error) {
	return m.sessions, nil
}

func (m *trainingInMemory) AddSession(_ context.Context, _ string, held training.Session) error {
	m.sessions = append(m.sessions, held)
	return nil
}

func (m *trainingInMemory) Shifts(context.Context, string) ([]training.Shift, error) {
	return m.shifts, nil
}

func (m *trainingInMemory) KeepShift(_ context.Context, _ string, shift training.Shift) error {
	m.shifts = append(m.shifts, shift)
	return nil
}

func (m *trainingInMemory) Passes(context.Context, string) ([]training.Pass, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]training.Pass{}, m.passes...), nil
}

func (m *trainingInMemory) AddPass(_ context.Context, _ string, p training.Pass) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passes = append(m.passes, p)
	return nil
}

// taught has one line of each sort, of which something is over.
func taught() *trainingInMemory {
	course := training.Course{ID: "c1", Topic: "custody", Title: "Sample course", Months: 12, Materials: "sha256:" + strings.Repeat("1f", 32)}
	own := map[string]int{"jail-staff": 6, "supervisors": 1}
	return &trainingInMemory{
		courses: []training.Course{course}, shifts: []training.Shift{{Name: "A", Strength: 12}, {Name: "Nights", Strength: 8}},
		sessions: []training.Session{{ID: "s1", Course: course, Shift: "A", On: "2025-03-01", Until: "2026-02-28", Own: own}, {ID: "s2", Course: course, Shift: "A", On: "2026-10-01", Until: "2027-09-30", Own: own, Other: map[string]int{"federal-officers": 2}}},
		passes:   []training.Pass{{ID: "p1", Account: "as-trainer", Shift: "A", Topic: "custody", On: "2026-10-02", Until: "2027-10-01", Items: []training.Item{{Question: comity.Question{In: "us-tx-travis", Actor: "county-jail", Act: "hold-on-detainer", Closed: true}}}}},
	}
}

func trainingOffice(t *testing.T) (*office, *trainingInMemory) {
	t.Helper()
	kept := &trainingInMemory{}
	o := newOfficeWith(t, func(c *Config) { c.Training = kept })
	o.badges.links["trainer"] = Account{ID: "acc-trainer", Agency: "TX2270000", Role: string(access.Trainer), Name: "Sample trainer"}
	o.badges.links["officer"] = Account{ID: "acc-officer", Agency: "TX2270000", Role: RoleClerk, Name: "Sample clerk"}
	return o, kept
}

// enterAs is somebody of the links, signed in.
func (o *office) enterAs(t *testing.T, name string) *clerkAt {
	t.Helper()
	secret, err := o.badges.NewSession(t.Context(), o.badges.links[name])
	if err != nil {
		t.Fatal(err)
	}
	return &clerkAt{office: o, t: t, cookie: secret}
}

// drawnQuiz is what the page draws for the jail in Travis County.
func drawnQuiz(t *testing.T, seed string) training.Quiz {
	t.Helper()
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	day := staffNow.Format("2006-01-02")
	return training.Draw(book, comity.Question{In: "us-tx-travis", On: day, Known: day, Agency: "TX2270000", Actor: "county-jail"}, "custody", seed)
}

var quizField = regexp.MustCompile(`<input type="hidden" name="(topic|seed|digest)" value="([^"]*)">`)

func quizForm(t *testing.T, page string) url.Values {
	t.Helper()
	form := url.Values{}
	for _, m := range quizField.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	if len(form) != 3 {
		t.Fatalf("the quiz carries %v", form)
	}
	return form
}

// A quiz is answered, graded by the engine and explained; the certificate
// counts in the report of its shift; a quiz is answered once only (K18, K19).
func TestK19_QuizToCertificate(t *testing.T) {
	o, kept := trainingOffice(t)
	trainer := o.enterAs(t, "trainer")
	for _, form := range []url.Values{
		{"what": {"shift"}, "shift": {"A"}, "strength": {"10"}},
		{"what": {"course"}, "id": {"c1"}, "topic": {"custody"}, "title": {"Detainers"}, "months": {"12"}},
		{"what": {"session"}, "id": {"s1"}, "course": {"c1"}, "shift": {"A"}, "on": {"2026-11-20"}, "own.officers": {"4"}, "other.federal-officers": {"2"}},
		{"what": {"session"}, "id": {"s2"}, "course": {"c1"}, "shift": {"A"}, "on": {"2025-11-20"}, "own.officers": {"9"}},
	} {
		if w := trainer.post("/desk/training", form); w.Code != 303 {
			t.Fatalf("%v: %d %.300s", form, w.Code, w.Body)
		}
	}
	if w := trainer.post("/desk/training", url.Values{"what": {"session"}, "id": {"s3"}, "course": {"c1"}, "shift": {"A"}, "on": {"2026-11-20"}, "own.officers": {"11"}}); w.Code != 422 {
		t.Errorf("more than the shift has: %d", w.Code)
	}

	officer := o.enterAs(t, "officer")
	if w := officer.post("/desk/training", url.Values{"what": {"shift"}, "shift": {"B"}, "strength": {"1"}}); w.Code != 403 {
		t.Errorf("a clerk teaches: %d", w.Code)
	}
	form := quizForm(t, officer.get("/desk/training/quiz?topic=custody").Body.String())
	form.Set("shift", "A")
	if w := officer.post("/desk/training/quiz", form); !strings.Contains(w.Body.String(), "Not passed") || len(kept.passes) != 1 || kept.passes[0].Account != "" {
		t.Fatalf("nothing answered: %d, kept %+v", w.Code, kept.passes)
	}
	if w := officer.post("/desk/training/quiz", form); !strings.Contains(w.Body.String(), "answered before") || len(kept.passes) != 1 {
		t.Error("one quiz was answered twice")
	}

	form = quizForm(t, officer.get("/desk/training/quiz?topic=custody").Body.String())
	stale := url.Values{"topic": form["topic"], "seed": form["seed"], "digest": {"sha256:old"}}
	if w := officer.post("/desk/training/quiz", stale); !strings.Contains(w.Body.String(), "The law changed while you answered") || len(kept.passes) != 1 {
		t.Error("a quiz on other law was graded")
	}
	for i, item := range drawnQuiz(t, form.Get("seed")).Items {
		form.Set("a"+strconv.Itoa(i+1), string(item.Key))
	}
	form.Set("shift", "A")
	w := officer.post("/desk/training/quiz", form)
	for _, want := range []string{"5 of 5 like the engine.", "Passed.", "<blockquote"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the result lacks %q", want)
		}
	}
	body := decode[trainingBody](t, o.call("GET", "/api/v1/training", "tx", ""))
	row := body.Rows[0]
	if row.Shift != "A" || row.Topic != "custody" || row.Trained != 4 || row.Share != 40 || row.Passed != 1 || row.Expired != 1 {
		t.Errorf("the report: %+v", row)
	}
	if page := officer.get("/desk/training").Body.String(); !strings.Contains(page, "valid to the end of 20 November 2027") {
		t.Error("the certificate is not on the page")
	}
	if other := decode[trainingBody](t, o.call("GET", "/api/v1/training", "", "")); len(other.Rows) > 0 {
		t.Error("anybody reads the report")
	}
}

// The law changed since: the certificate of that quiz is marked, not counted.
func TestK19_StaleCertificateIsFlagged(t *testing.T) {
	o, kept := trainingOffice(t)
	kept.shifts = []training.Shift{{Name: "A", Strength: 10}}
	quiz := drawnQuiz(t, "seed")
	item := quiz.Items[0]
	item.Digest = "sha256:of-the-law-before"
	kept.passes = []training.Pass{{ID: "p", Account: "acc-officer", Shift: "A", Topic: "custody", On: "2026-03-01", Until: "2027-02-28", Items: []training.Item{item}}}
	page := o.enterAs(t, "officer").get("/desk/training").Body.String()
	if !strings.Contains(page, "The law behind it has changed:") {
		t.Error("the certificate is not marked stale")
	}
	if row := decode[trainingBody](t, o.call("GET", "/api/v1/training", "tx", "")).Rows[0]; row.Passed != 0 || row.Stale != 1 {
		t.Errorf("the report counts it: %+v", row)
	}
}

// The view for a room has each key folded, and once more for paper.
func TestRollCallHasItsKey(t *testing.T) {
	o, _ := trainingOffice(t)
	for prefix, want := range map[string]string{"": "Show the answer", "/es": "Mostrar la respuesta"} {
		page := o.enterAs(t, "officer").get(prefix + "/desk/training/roll-call?topic=custody&seed=s").Body.String()
		if n := strings.Count(page, want); n != training.Length || !strings.Contains(page, `class="print-only"`) {
			t.Errorf("%s: %d answers", prefix, n)
		}
	}
	if w := o.enterAs(t, "officer").get("/desk/training/quiz?topic=none"); w.Code != 404 {
		t.Errorf("a topic that is none: %d", w.Code)
	}
}
