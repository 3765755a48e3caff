package oversight

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Recorded is one request of a log with what was answered and what was then
// done. Facts that are never stored are not in it.
type Recorded struct {
	ID    string         `json:"id"`
	At    time.Time      `json:"at"`
	Items []RecordedItem `json:"items"`
	Done  []Done         `json:"done"`
	Told  []Told         `json:"told"`
}

// A RecordedItem is one act that was asked about.
type RecordedItem struct {
	Question comity.Question `json:"question"`
	Decision comity.Decision `json:"decision"`
}

// Done is what was really done about a request.
type Done struct {
	ID       string    `json:"id"`
	What     string    `json:"what"`            // honoured, declined, transferred, released, overridden, cancelled, replaced
	About    string    `json:"about,omitempty"` // the act of the request that is meant; empty is the main one
	At       time.Time `json:"at"`
	Override bool      `json:"override"`
	Reason   bool      `json:"reason"` // a reason stands in the record
	Rank     bool      `json:"rank"`
}

// Told is a notice that was given.
type Told struct {
	ID string    `json:"id"`
	To string    `json:"to"` // as the fact notice.to names it
	At time.Time `json:"at"`
}

// A Standing says how a recorded decision compares with the one of today's replay.
type Standing string

const (
	Consistent Standing = "consistent"
	Withheld   Standing = "consistent (withheld)" // possible once facts that are never stored are taken as unknown
	Differs    Standing = "differs"
)

// A Finding is something a log shows that the law of that moment does not allow.
type Finding struct {
	What  string `json:"what"`
	Entry string `json:"entry"`
	Act   string `json:"act"`
	Cause string `json:"cause"`
}

// What a finding can be.
const (
	DecisionDiffers  = "decision differs"
	ActAgainst       = "act against the answer"
	OverrideUnproven = "override without reason or rank"
	HoldPastClock    = "hold past the clock"
	NoticeLate       = "notice late"
	NoticeMissing    = "notice missing"
	NotReadable      = "not readable"
)

// A LogReplay is the result for a log; Total is the number of decisions read.
type LogReplay struct {
	Total     int              `json:"total"`
	Entries   int              `json:"entries"`
	Standings map[Standing]int `json:"standings"`
	Findings  []Finding        `json:"findings"`
}

// ReplayLog decides every recorded decision again under the law known on its
// own day, and lays what was done beside the answers. now ends clocks that
// still run: a hold without a recorded end is a finding only once it is over.
func ReplayLog(law Decider, log []Recorded, now time.Time) *LogReplay {
	r := &LogReplay{Standings: map[Standing]int{Consistent: 0, Withheld: 0, Differs: 0}, Findings: []Finding{}}
	for _, e := range log {
		r.Entries++
		for _, item := range e.Items {
			r.Total++
			r.compare(law, e, item)
		}
		r.acts(law, e)
		r.holds(e, now)
		r.notices(e, now)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Entry, b.Entry)) })
	return r
}

func (r *LogReplay) find(what, entry, act, cause string) {
	r.Findings = append(r.Findings, Finding{what, entry, act, cause})
}

func (r *LogReplay) compare(law Decider, e Recorded, item RecordedItem) {
	q := item.Question
	if q.Known == "" {
		q.Known = cmp.Or(item.Decision.Known, q.On)
	}
	standing, cause := Compare(law, q, item.Decision)
	r.Standings[standing]++
	if standing == Differs {
		r.find(DecisionDiffers, e.ID, q.Act, cause)
	}
}

// Compare decides q again and says how the recorded decision stands to it.
func Compare(law Decider, q comity.Question, recorded comity.Decision) (Standing, string) {
	again, err := law.Decide(q)
	if err == nil && again.Verdict == recorded.Verdict {
		return Consistent, ""
	}
	if len(recorded.Withheld) > 0 {
		open := q
		open.Open = append(slices.Clone(q.Open), recorded.Withheld...)
		if d, err := law.Decide(open); err == nil && (d.Verdict == recorded.Verdict || slices.Contains(d.Possible, recorded.Verdict)) {
			return Withheld, ""
		}
	}
	if err != nil {
		return Differs, "the recorded question cannot be decided: " + err.Error()
	}
	return Differs, why(recorded, again)
}

// why says what changed between two decisions on the same question.
func why(recorded, again comity.Decision) string {
	s := fmt.Sprintf("recorded %s, the law known that day gives %s", recorded.Verdict, again.Verdict)
	if gone := without(recorded.Rules, again.Rules); len(gone) > 0 {
		s += "; no longer carried by " + strings.Join(gone, ", ")
	}
	if came := without(again.Rules, recorded.Rules); len(came) > 0 {
		s += "; carried by " + strings.Join(came, ", ")
	}
	if recorded.Law != again.Law {
		return s + "; the files of law are others than then"
	}
	return s + "; the files of law are the same"
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// acts lays what was done beside the answer as it stood at that moment.
func (r *LogReplay) acts(law Decider, e Recorded) {
	for _, done := range e.Done {
		item, ok := e.about(done)
		if !ok {
			continue
		}
		if (done.Override || done.What == "overridden") && !(done.Reason && done.Rank) {
			r.find(OverrideUnproven, done.ID, item.Question.Act, "an override needs the reason and the rank of who decided")
			continue
		}
		if done.Override || done.What == "overridden" {
			continue
		}
		verdict, err := verdictAt(law, item, done.At)
		if err != nil {
			r.find(NotReadable, done.ID, item.Question.Act, err.Error())
			continue
		}
		if against(done.What, verdict) {
			r.find(ActAgainst, done.ID, item.Question.Act, fmt.Sprintf("%s although the answer at that moment was %s, without an override", done.What, verdict))
		}
	}
}

// about is the item an act touches.
func (e Recorded) about(done Done) (RecordedItem, bool) {
	act := done.About
	if act == "" && done.What == "transferred" {
		act = "transfer-custody"
	}
	for _, item := range e.Items {
		if act == "" || item.Question.Act == act {
			return item, true
		}
	}
	return RecordedItem{}, false
}

// verdictAt decides the question again for the moment of the act. Where the
// recorded verdict is still possible it stands: it may rest on facts that are
// never stored.
func verdictAt(law Decider, item RecordedItem, at time.Time) (comity.Verdict, error) {
	q := item.Question
	if asked, err := time.Parse(time.RFC3339, q.At); err == nil {
		at = at.In(asked.Location())
	}
	q.At, q.On = at.Format(time.RFC3339), at.Format(time.DateOnly)
	q.Known = max(q.On, item.Decision.Known)
	q.Open = append(slices.Clone(q.Open), item.Decision.Withheld...)
	d, err := law.Decide(q)
	if err != nil {
		return "", err
	}
	if d.Verdict != item.Decision.Verdict && slices.Contains(d.Possible, item.Decision.Verdict) {
		return item.Decision.Verdict, nil
	}
	return d.Verdict, nil
}

func against(what string, verdict comity.Verdict) bool {
	switch what {
	case "honoured", "transferred":
		return verdict == comity.Prohibited
	case "declined", "released":
		return verdict == comity.Required
	}
	return false
}

// holds finds persons kept past the earliest limit of an answer: honoured, and
// released or handed over only after it.
func (r *LogReplay) holds(e Recorded, now time.Time) {
	for _, done := range e.Done {
		item, ok := e.about(done)
		if !ok || done.What != "honoured" || item.Question.Act != "hold-on-detainer" {
			continue
		}
		due, cite, ok := limit(item.Decision)
		if !ok {
			continue
		}
		end, ended := e.end(done.At)
		if !ended {
			end = now
		}
		if over := end.Sub(due); over > 0 {
			cause := fmt.Sprintf("%s past %s (%s)", over.Round(time.Minute), due.Format(time.RFC3339), cite)
			if !ended {
				cause += "; no end is recorded"
			}
			r.find(HoldPastClock, e.ID, item.Question.Act, cause)
		}
	}
}

// limit is the earliest clock that ends the act.
func limit(d comity.Decision) (due time.Time, cite string, ok bool) {
	for _, c := range d.Clocks {
		at, err := time.Parse(time.RFC3339, c.Due)
		if c.Kind == "limit" && err == nil && (!ok || at.Before(due)) {
			due, cite, ok = at, c.Cite, true
		}
	}
	return due, cite, ok
}

func (e Recorded) end(after time.Time) (time.Time, bool) {
	var end time.Time
	for _, d := range e.Done {
		ends := d.What == "released" || d.What == "transferred" || d.What == "cancelled" || d.What == "declined"
		if ends && !d.At.Before(after) && (end.IsZero() || d.At.Before(end)) {
			end = d.At
		}
	}
	return end, !end.IsZero()
}

// notices finds duties to tell someone by a moment that were met late or not.
func (r *LogReplay) notices(e Recorded, now time.Time) {
	for _, item := range e.Items {
		for _, duty := range item.Decision.Duties {
			due, err := dueOf(duty.Due, item.Question)
			if err != nil || !strings.HasPrefix(duty.Act, "notify") {
				continue
			}
			told, ok := e.told(duty.To)
			switch {
			case ok && told.After(due):
				r.find(NoticeLate, e.ID, duty.Act, fmt.Sprintf("%s told %s after %s (%s)", duty.To, told.Sub(due).Round(time.Minute), duty.Due, duty.Cite))
			case !ok && now.After(due):
				r.find(NoticeMissing, e.ID, duty.Act, fmt.Sprintf("%s was to be told by %s (%s)", duty.To, duty.Due, duty.Cite))
			}
		}
	}
}

// dueOf reads an instant, or a day, which is over at its end.
func dueOf(due string, q comity.Question) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, due); err == nil {
		return at, nil
	}
	zone := time.UTC
	if at, err := time.Parse(time.RFC3339, q.At); err == nil {
		zone = at.Location()
	}
	day, err := time.ParseInLocation(time.DateOnly, due, zone)
	return day.AddDate(0, 0, 1), err
}

func (e Recorded) told(to string) (time.Time, bool) {
	var first time.Time
	for _, t := range e.Told {
		if (t.To == to || to == "") && (first.IsZero() || t.At.Before(first)) {
			first = t.At
		}
	}
	return first, !first.IsZero()
}

// ReadRecorded reads an exported log: one Recorded a line.
func ReadRecorded(r io.Reader) ([]Recorded, error) {
	var out []Recorded
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var e Recorded
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, &comity.Problem{Code: "bad-line", Message: "the line is not a recorded request", Hint: "export the log again", Where: "line " + strconv.Itoa(n)}
		}
		out = append(out, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if len(out) == 0 {
		return nil, &comity.Problem{Code: "no-rows", Message: "the log has no entries", Where: "line 1"}
	}
	return out, nil
}

// FromEntries reads requests, acts and notices out of entries of the record.
// Entries that decide nothing and point to none are passed over.
func FromEntries(entries []record.Entry) ([]Recorded, error) {
	byID := map[string]*Recorded{}
	var order []string
	var faults []error
	for _, e := range entries {
		if e.Erased {
			continue
		}
		fields := fieldsOf(e)
		switch to := byID[e.Ref]; {
		case e.Kind == "act" && to != nil:
			to.Done = append(to.Done, Done{ID: e.ID, What: fields["form.done"], About: fields["form.about"], At: e.At,
				Override: fields["form.override"] == "yes", Reason: fields["form.reason"] != "", Rank: fields["form.rank"] != ""})
		case e.Kind == "notice" && to != nil:
			to.Told = append(to.Told, Told{ID: e.ID, To: "person", At: servedAt(fields, e.At)})
		case fields["question.1"] != "":
			recorded, err := fromEntry(e, fields)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			byID[e.ID] = recorded
			order = append(order, e.ID)
		}
	}
	out := make([]Recorded, 0, len(order))
	for _, id := range order {
		out = append(out, *byID[id])
	}
	return out, errors.Join(faults...)
}

func fieldsOf(e record.Entry) map[string]string {
	out := make(map[string]string, len(e.Fields))
	for _, f := range e.Fields {
		out[f.Name] = f.Value
	}
	return out
}

func servedAt(fields map[string]string, written time.Time) time.Time {
	if at, err := time.Parse(time.RFC3339, fields["form.served_at"]); err == nil {
		return at
	}
	return written
}

func fromEntry(e record.Entry, fields map[string]string) (*Recorded, error) {
	out := &Recorded{ID: e.ID, At: e.At}
	for n := 1; fields["question."+strconv.Itoa(n)] != ""; n++ {
		var item RecordedItem
		err := errors.Join(
			json.Unmarshal([]byte(fields["question."+strconv.Itoa(n)]), &item.Question),
			json.Unmarshal([]byte(fields["decision."+strconv.Itoa(n)]), &item.Decision))
		if err != nil {
			return nil, &comity.Problem{Code: "bad-entry", Message: "question or decision of the entry cannot be read", Where: "entry " + e.ID}
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}
