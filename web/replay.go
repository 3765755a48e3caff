package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/oversight"
)

// A replayView shows a published list of detainers decided again. Every row of
// the list stands in each table: Total is what was read.
type replayView struct {
	Table    *oversight.DetainerReplay
	Waiting  bool // it is still being decided
	NoState  int
	Unknown  int // no outcome given
	Answers  []oversight.Answer
	Outcomes []oversight.Outcome
	Cross    []replayLine // answer × outcome
	States   []replayLine // state × answer
	Months   []replayLine // month × answer, of one state
	State    string
	Missing  []oversight.Tally
}

// A replayLine is one row of a table: a name, a count for each column, the sum
// and how many rows of it have no outcome.
type replayLine struct {
	Key      string
	Counts   []int
	Sum      int
	Unknown  int
	Declined int // by the agency, as the list says
}

// DeclinedShare is the share that the list says was declined, in percent with
// one decimal.
func (l replayLine) DeclinedShare() string {
	if l.Sum == 0 {
		return "0.0"
	}
	return strconv.FormatFloat(100*float64(l.Declined)/float64(l.Sum), 'f', 1, 64)
}

// Share is the share of rows without an outcome, in whole percent.
func (l replayLine) Share() int {
	if l.Sum == 0 {
		return 0
	}
	return (100*l.Unknown + l.Sum/2) / l.Sum
}

func (replayView) template() string { return "replay" }

const mostMissing = 10

// replay shows what the law said of each detainer of a published list beside
// what then happened. States stand in order of name: there is no ranking.
func (s *site) replay(w http.ResponseWriter, r *http.Request) error {
	v := replayView{Answers: oversight.Answers, Outcomes: oversight.Outcomes, State: strings.ToUpper(r.URL.Query().Get("state"))}
	if s.Replay != nil {
		v.Table = s.Replay()
		v.Waiting = v.Table == nil
	}
	if v.Table == nil {
		return s.show(w, r, v)
	}
	cross, states, months := lines{}, lines{}, lines{}
	for _, c := range v.Table.Cells {
		if c.State == "" {
			v.NoState += c.Rows
		}
		if c.Outcome == oversight.NotKnown {
			v.Unknown += c.Rows
		}
		cross.add(string(c.Answer), slices.Index(oversight.Outcomes, c.Outcome), len(oversight.Outcomes), c)
		answer := slices.Index(oversight.Answers, c.Answer)
		states.add(c.State, answer, len(oversight.Answers), c)
		if c.State == v.State && v.State != "" {
			months.add(c.Month, answer, len(oversight.Answers), c)
		}
	}
	v.Cross, v.States, v.Months = cross.ordered(oversight.Answers), states.byName(), months.byName()
	v.Missing = v.Table.Missing[:min(mostMissing, len(v.Table.Missing))]
	return s.show(w, r, v)
}

type lines map[string]*replayLine

func (t lines) add(key string, column, columns int, c oversight.Cell) {
	line := t[key]
	if line == nil {
		line = &replayLine{Key: key, Counts: make([]int, columns)}
		t[key] = line
	}
	if column >= 0 {
		line.Counts[column] += c.Rows
	}
	line.Sum += c.Rows
	switch c.Outcome {
	case oversight.NotKnown:
		line.Unknown += c.Rows
	case oversight.Declined:
		line.Declined += c.Rows
	}
}

func (t lines) ordered(keys []oversight.Answer) []replayLine {
	var out []replayLine
	for _, k := range keys {
		if l := t[string(k)]; l != nil {
			out = append(out, *l)
		}
	}
	return out
}

// byName puts the unnamed line last.
func (t lines) byName() []replayLine {
	var out []replayLine
	for _, l := range t {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b replayLine) int {
		return cmp.Or(cmp.Compare(unset(a.Key), unset(b.Key)), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// verdictOf is the mark and the word of an answer; the answers that say why
// there is no verdict have words of their own.
func verdictOf(a oversight.Answer) string {
	switch a {
	case oversight.MustNot:
		return string(comity.Prohibited)
	case oversight.Must:
		return string(comity.Required)
	case oversight.May:
		return string(comity.Permitted)
	case oversight.NoRule:
		return string(comity.NoRule)
	case oversight.Depends:
		return string(comity.NeedsFacts)
	case oversight.Counsel:
		return string(comity.NeedsCounsel)
	}
	return ""
}

// answerWord and outcomeWord name columns.
func (l *lang) answerWord(a oversight.Answer) string {
	if v := verdictOf(a); v != "" {
		return l.say("verdict." + v + ".word")
	}
	return l.say("replay." + strings.ReplaceAll(string(a), " ", "-"))
}

func (l *lang) outcomeWord(o oversight.Outcome) string {
	return l.say("happened." + strings.ReplaceAll(string(o), " ", "-"))
}

// replayCSV gives every cell, so that anyone can count again.
func (s *site) replayCSV(w http.ResponseWriter, r *http.Request) error {
	var table *oversight.DetainerReplay
	if s.Replay != nil {
		table = s.Replay()
	}
	if table == nil {
		return s.missing(r, "no-replay")
	}
	rows := [][]string{{"state", "month", "law", "happened", "rows"}}
	for _, c := range table.Cells {
		rows = append(rows, []string{c.State, c.Month, string(c.Answer), string(c.Outcome), strconv.Itoa(c.Rows)})
	}
	_ = csvFile(w, "comity-replay-"+table.From+".csv").WriteAll(rows) // the reader may have left
	return nil
}
