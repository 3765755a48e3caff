package store

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"comity/record"
)

const testSchedule = `schedule:
  - {series: custody, keep: 2y, cite: "Local Records Act, sec. 7"}
  - {series: scene, keep: 18m, local: true}
  - {series: complaint, keep: "", local: true}
  - {series: record, keep: "", local: true}
`

func schedule(t *testing.T, text string) ([]Retention, error) {
	t.Helper()
	kinds := append(record.OwnKinds(), testKinds...)
	return ReadRetention(fstest.MapFS{"schedule.yaml": {Data: []byte(text)}}, "schedule.yaml", kinds)
}

// The schedule destroys what came to rest long enough ago, by entries that name
// it; not what a hold keeps, nor a chain in which something happened since.
func TestTheRetentionScheduleIsCarriedOut(t *testing.T) {
	c := newClock()
	list, err := schedule(t, testSchedule)
	if err != nil {
		t.Fatal(err)
	}
	config := c.config()
	config.Retention = list
	s, dir := createWith(t, config)
	for _, id := range []string{"rest", "held", "lately"} {
		mustAppend(t, s, draft(id, c.now()))
	}
	mustAppend(t, s, record.Draft{ID: "rest-act", Agency: cook, Kind: "act", Ref: "rest", At: c.now(), Fields: []record.Field{{Name: "done", Value: "released"}}})
	mustAppend(t, s, record.Draft{ID: "kept", Agency: cook, Kind: "complaint", At: c.now(), Fields: []record.Field{{Name: "done", Value: "x"}}})
	if _, err := s.Hold(t.Context(), "held", record.HoldOrder{ID: "hold-1", Authority: "court"}); err != nil {
		t.Fatal(err)
	}
	begun := c.now()
	c.set(begun.AddDate(1, 0, 0))
	mustAppend(t, s, record.Draft{ID: "lately-act", Agency: cook, Kind: "act", Ref: "lately", At: c.now(), Fields: []record.Field{{Name: "done", Value: "released"}}})
	expect := func(erased ...string) {
		t.Helper()
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"rest", "rest-act", "held", "lately", "lately-act", "kept"} {
			want := strings.Contains(fmt.Sprint(erased), id+" ") || strings.HasSuffix(fmt.Sprint(erased), id+"]")
			if e, err := s.Entry(t.Context(), id); err != nil || e.Erased != want {
				t.Errorf("on %s %s is erased: %v, %v", c.now().Format("2006-01-02"), id, e.Erased, err)
			}
		}
	}
	c.set(begun.AddDate(2, 0, 0))
	expect()
	c.set(begun.AddDate(2, 0, 2))
	expect("rest", "rest-act")
	if where, err := searchAll(t, dir, spellings("Canary Ruiz rest")); err != nil || where != "" {
		t.Errorf("remains in %s, %v", where, err)
	}
	tomb, err := s.Follow(t.Context(), "rest")
	if err != nil || len(tomb) != 2 || fieldOf(tomb[1], "authority") != "retention schedule, series custody, 2y: Local Records Act, sec. 7" || fieldOf(tomb[1], "by") != "schedule" {
		t.Errorf("the entry that reports it: %+v, %v", tomb, err)
	}
	size, err := s.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.set(begun.AddDate(2, 0, 4))
	expect("rest", "rest-act")
	if n, err := s.Size(t.Context()); err != nil || n != size {
		t.Errorf("the same was destroyed twice: %d entries, then %d, %v", size, n, err)
	}
	if _, err := s.LiftHold(t.Context(), "hold-1", record.HoldOrder{ID: "lift-1", Authority: "court"}); err != nil {
		t.Fatal(err)
	}
	c.set(begun.AddDate(5, 0, 0))
	expect("rest", "rest-act", "held", "lately", "lately-act")
}

func TestABadScheduleIsRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"a series nobody has":       {"series: scene", "series: scenes"},
		"a series without a line":   {"  - {series: scene, keep: 18m, local: true}\n", ""},
		"a series twice":            {"series: scene", "series: custody"},
		"a period":                  {"18m", "18 months"},
		"no period at all":          {"18m", "0y"},
		"neither law nor choice":    {`, cite: "Local Records Act, sec. 7"`, ""},
		"law and choice":            {`cite: "Local Records Act, sec. 7"`, `cite: "x", local: true`},
		"a key that does not exist": {"keep: 18m", "keeps: 18m"},
	} {
		if _, err := schedule(t, strings.Replace(testSchedule, change[0], change[1], 1)); code(err) != "bad-schedule" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
