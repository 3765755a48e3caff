package oversight

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"comity"
	"comity/data"
	"comity/law"
)

// decider answers by a table of place and actor and counts what it is asked.
type decider struct {
	asked   int
	answers map[string]comity.Decision
}

func (d *decider) Decide(q comity.Question) (comity.Decision, error) {
	d.asked++
	if q.Known == "" || q.At != "" || len(q.Facts) != 1 {
		return comity.Decision{}, errors.New("only the form is known of a listed detainer")
	}
	for _, key := range []string{q.In + " " + q.Act, q.In + " " + q.Actor, q.In} {
		if a, ok := d.answers[key]; ok {
			return a, nil
		}
	}
	return comity.Decision{}, &comity.Problem{Code: "unknown-place", Message: "not here", Where: "in"}
}

func small(t *testing.T) *Detainers {
	t.Helper()
	d, err := ImportDetainers(strings.NewReader(detainerHead+
		"2014-10-01,I-247 (03/2013),COOK COUNTY JAIL,IL,CHICAGO,Booked into Detention\n"+
		"2014-10-01,I-247 (03/2013),COOK COUNTY JAIL,IL,CHICAGO,\n"+
		"2014-10-02,I-247N,COOK COUNTY JAIL,IL,CHICAGO,Lifted\n"+
		"2014-11-03,I-247 (03/2013),HARRIS COUNTY JAIL,TX,HOUSTON,Detainer Declined by LEA\n"+
		"2014-11-03,I-247D,FRESNO COUNTY JAIL,CA,FRESNO,Died\n"+
		"2014-11-03,I-247D,SITE 9,CA,FRESNO,\n"+
		"2014-11-04,I-247D,US MARSHALS,CA,FRESNO,Transferred\n"+
		"2014-11-04,I-247 (03/2013),OTHER-OTHER FACILITY,,,Detainer Declined by LEA\n"+
		"2014-11-04,I-247 (03/2013),BOISE JAIL,ID,X,\n"+
		"2014-11-05,I-247 (03/2013),RENO JAIL,NV,X,\n"), NewGazetteer(places(t)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func someLaw() *decider {
	counsel := comity.Permitted
	return &decider{answers: map[string]comity.Decision{
		"us-il-cook hold-on-detainer": {Verdict: comity.Prohibited, Rules: []string{"cook#a"}, Law: "sha256:x"},
		"us-il-cook notify-release":   {Verdict: comity.Permitted, Law: "sha256:x"},
		"us-tx-harris":                {Verdict: comity.Required, Rules: []string{"tx#b"}, Flags: []comity.Flag{comity.Incomplete}, Uncovered: []comity.Layer{comity.Policy}},
		"us-ca-fresno":                {Verdict: comity.NeedsFacts, Missing: []string{"clock.hours_past_release", "document.judicial"}},
		"us-ca city-jail":             {Verdict: comity.Prohibited},
		"us-ca":                       {Verdict: comity.NoRule},
		"us-id":                       {Verdict: comity.NeedsCounsel, Believed: &counsel, Flags: []comity.Flag{comity.Incomplete}, Uncovered: []comity.Layer{comity.State}},
	}}
}

func TestReplayDetainers(t *testing.T) {
	d := someLaw()
	steps := 0
	r, err := ReplayDetainers(d, small(t), Options{Known: "2026-11-21", Progress: func(int, int) { steps++ }})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, c := range r.Cross {
		if c.Rows > 0 {
			got[string(c.Answer)+" / "+string(c.Outcome)] = c.Rows
		}
	}
	want := map[string]int{
		"must not / booked into detention": 1, "must not / unknown": 1, "may / lifted or closed by ICE": 1,
		"must / declined by agency": 1, "depends / other": 1, "depends / unknown": 1, "not local / other": 1,
		"no state / declined by agency": 1, "no pack / unknown": 1, "ask counsel / unknown": 1,
	}
	if len(got) != len(want) {
		t.Errorf("cross: %v", got)
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d, want %d", k, got[k], n)
		}
	}
	if len(r.LookAt) != 2 || r.LookAt[0].What != "booked although prohibited" || r.LookAt[1].Facility != "HARRIS COUNTY JAIL" {
		t.Errorf("to look at: %+v", r.LookAt)
	}
	if !slices.Contains(r.Missing, Tally{"kind of custodian", 1}) || !slices.Contains(r.Missing, Tally{"document.judicial", 1}) {
		t.Errorf("missing: %+v", r.Missing)
	}
	if !slices.Equal(r.NoPacks, []Tally{{"us-id state", 1}}) {
		t.Errorf("not loaded: %+v", r.NoPacks)
	}
	if len(r.Faults) != 1 || r.Faults[0].Code != "unknown-place" {
		t.Errorf("faults: %+v", r.Faults)
	}
	if d.asked != r.Decided || r.Decided != 9 {
		t.Errorf("%d questions put, %d counted: the same question is asked once", d.asked, r.Decided)
	}
	reconcile(t, r, 10)
}

// reconcile checks that every row stands once in each way of counting, in the
// value and in what is printed of it.
func reconcile(t *testing.T, r *DetainerReplay, rows int) {
	t.Helper()
	groups, answers, outcomes, cross, classes, grades := 0, 0, 0, 0, 0, 0
	for _, g := range r.Groups {
		groups += g.Total
		for _, n := range g.Answers {
			answers += n
		}
		for _, n := range g.Outcomes {
			outcomes += n
		}
	}
	for _, c := range r.Cross {
		cross += c.Rows
	}
	for _, c := range r.Classes {
		classes += c.Rows
	}
	for _, c := range r.Grades {
		grades += c.Rows
	}
	for what, n := range map[string]int{"total": r.Total, "groups": groups, "answers": answers, "outcomes": outcomes, "cross": cross, "classes": classes, "grades": grades} {
		if n != rows {
			t.Errorf("%s: %d rows, want %d", what, n, rows)
		}
	}
	var out bytes.Buffer
	if err := r.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, line := range lines[1:] {
		total := number0(t, line[2])
		parts := 0
		for _, cell := range line[3 : 3+len(Answers)] {
			parts += number0(t, cell)
		}
		if parts != total {
			t.Errorf("%s %s: the answers add up to %d of %d", line[0], line[1], parts, total)
		}
		sum += total
	}
	if sum != rows {
		t.Errorf("CSV: %d rows, want %d", sum, rows)
	}
	var back struct{ Total int }
	out.Reset()
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Total != rows {
		t.Errorf("JSON: total %d (%v), want %d", back.Total, err, rows)
	}
}

func number0(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReplayText(t *testing.T) {
	r, err := ReplayDetainers(someLaw(), small(t), Options{Known: "2026-11-21", Law: "sha256:x"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "replay.txt")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, out.Bytes()) {
		t.Errorf("testdata/replay.txt differs (%v):\n%s", err, out.String())
	}
	if strings.Contains(strings.ToLower(out.String()), "violat") {
		t.Error("a list without clocks and papers shows no violation")
	}
}

func TestReplayNeedsAKnownDay(t *testing.T) {
	if _, err := ReplayDetainers(someLaw(), small(t), Options{}); err == nil {
		t.Error("a replay that does not say which knowledge it uses was made")
	}
}

// The shipped list under the shipped law.
func TestReplayShipped(t *testing.T) {
	r := replayShipped(t)
	reconcile(t, r, 59839)
	if len(r.Faults) != 0 {
		t.Errorf("%d questions could not be decided: %+v", len(r.Faults), r.Faults[0])
	}
	declined, all, unknown := map[string]int{}, map[string]int{}, 0
	for _, g := range r.Groups {
		declined[g.State] += g.Outcomes[Declined]
		all[g.State] += g.Total
		unknown += g.Outcomes[NotKnown]
		if g.State == "" && g.Answers[NoPlace] != g.Total {
			t.Errorf("a row without a state was answered: %+v", g)
		}
	}
	for state, want := range map[string][2]int{"TX": {35, 13199}, "CO": {327, 1046}, "CA": {1748, 10290}, "": {1063, 6900}} {
		if got := [2]int{declined[state], all[state]}; got != want {
			t.Errorf("%q: %v, want %v", state, got, want)
		}
	}
	if unknown != 39784 {
		t.Errorf("%d outcomes are unknown, want 39,784", unknown)
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}

func replayShipped(t testing.TB) *DetainerReplay {
	t.Helper()
	book, err := law.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	list, err := LoadDetainers(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReplayDetainers(book, list, Options{Known: "2026-11-21", Law: book.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func BenchmarkReplay(b *testing.B) {
	book, err := law.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	list, err := LoadDetainers(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ReplayDetainers(book, list, Options{Known: "2026-11-21"}); err != nil {
			b.Fatal(err)
		}
	}
}
