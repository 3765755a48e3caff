package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
)

// tasks is the checklist: clocks and duties, the earliest alarm first, those
// whose end cannot be computed last.
func (w *cardWriter) tasks() []Task {
	var out []Task
	for _, k := range w.Decision.Clocks {
		out = append(out, w.clock(k))
	}
	for _, d := range w.Decision.Duties {
		out = append(out, w.duty(d))
	}
	slices.SortStableFunc(out, func(a, b Task) int {
		return cmp.Or(cmp.Compare(unset(a.alarm), unset(b.alarm)), strings.Compare(a.alarm, b.alarm))
	})
	return out
}

func unset(s string) int {
	if s == "" {
		return 1
	}
	return 0
}

func (w *cardWriter) clock(k comity.Clock) Task {
	t := Task{What: w.say("clock." + k.Kind), Cite: k.Cite, alarm: w.alarm(k.Due)}
	t.Due, t.Late = w.due(k.Due, k.Kind != "keep")
	how := []string{w.length(k.Length)}
	if k.Excludes != "" {
		how = append(how, w.excluded(k.Excludes))
	}
	if k.Starts != "" {
		how = append(how, w.say("clock.starts", "What", w.start(k.Starts)))
	}
	if k.To != "" {
		how = append(how, w.say("task.to", "Who", w.words.value("notice.to", k.To)))
	}
	if k.After != "" {
		how = append(how, w.say("clock.after", "Word", w.say("verdict."+k.After+".word")))
	}
	t.How = strings.Join(slices.DeleteFunc(how, func(s string) bool { return s == "" }), "; ")
	return t
}

// start names what a clock counts from: a fact that was asked, or an event.
func (w *cardWriter) start(name string) string {
	if s := w.words.Starts[name]; s != "" {
		return s
	}
	return w.words.value("event.kind", name)
}

func (w *cardWriter) duty(d comity.Duty) Task {
	t := Task{What: capital(w.words.act(d.Act)), Cite: d.Cite, alarm: w.alarm(d.Due)}
	t.Due, t.Late = w.due(d.Due, true)
	var how []string
	if d.To != "" {
		how = append(how, w.say("task.to", "Who", w.words.value("notice.to", d.To)))
	}
	if d.Event != "" {
		how = append(how, w.say("task.event", "Event", w.words.value("event.kind", d.Event)))
	}
	switch length := w.length(d.Within); {
	case d.Within == "":
	case length == d.Within:
		t.Said = d.Within
	default:
		how = append(how, w.say("task.within", "Length", length))
	}
	t.How = strings.Join(how, "; ")
	return t
}

// due writes when something ends and whether that has passed. Red is only for
// this: a clock that has run out by the moment asked about.
func (w *cardWriter) due(due string, canBeLate bool) (words string, late bool) {
	if due == "" {
		return "", false
	}
	at, err := time.Parse(time.RFC3339, due)
	if err != nil { // a day: it is late from the next day on
		d, err := time.ParseInLocation(time.DateOnly, due, w.location())
		if err != nil {
			return due, false
		}
		at = d.AddDate(0, 0, 1)
	}
	return w.moment(due, w.zone), canBeLate && !w.now.IsZero() && w.now.After(at)
}

func (w *cardWriter) location() *time.Location {
	if z, err := time.LoadLocation(w.zone); err == nil {
		return z
	}
	return time.UTC
}

// alarm makes days and instants comparable as text.
func (w *cardWriter) alarm(due string) string {
	if at, err := time.Parse(time.RFC3339, due); err == nil {
		return at.UTC().Format(time.RFC3339)
	}
	return due
}

// length says 48h as 48 hours. What it cannot read it shows as the law has it.
func (l *lang) length(s string) string {
	if clock, ok := strings.CutSuffix(s, " same day"); ok {
		return l.say("length.same-day", "Time", clock)
	}
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i <= 0 {
		return s
	}
	n, err := strconv.Atoi(s[:i])
	if key := "length." + s[i:]; err == nil && slices.Contains(lengthUnits, s[i:]) {
		return l.say(key, "N", n)
	}
	return s
}

var lengthUnits = []string{"min", "h", "d", "bd", "w", "mo", "y"}

// excluded says which days a clock leaves out.
func (l *lang) excluded(calendar string) string {
	var days []string
	for d := range strings.SplitSeq(calendar, ",") {
		if key := "calendar." + strings.TrimSpace(d); l.known(key) {
			days = append(days, l.say(key))
		} else {
			days = append(days, d)
		}
	}
	return l.say("clock.excludes", "Days", l.list(days))
}
