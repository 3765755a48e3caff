package law

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
)

// A length is a span of time as law writes it: 48h, 12d, 10bd (business
// days), 6mo, 10y, or a time of day: 23:59 same day. A span that ends where
// it starts, such as notice to be given before a release, is 5bd before.
type length struct {
	n       int    // negative: before
	unit    string // h, min, d, bd, w, mo, y, wall
	minutes int    // wall: minutes after midnight
}

var (
	lengthForm = regexp.MustCompile(`^([1-9][0-9]{0,4})(min|h|d|bd|w|mo|y)( before)?$`)
	wallForm   = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9]) same day$`)
	yearDay    = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
)

const lengthHint = "write 48h, 30min, 12d, 10bd (business days), 2w, 6mo, 10y, 5bd before or  23:59 same day"

func readLength(text string) (length, bool) {
	if m := lengthForm.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		if m[3] != "" {
			n = -n
		}
		return length{n: n, unit: m[2]}, true
	}
	if m := wallForm.FindStringSubmatch(text); m != nil {
		h, _ := strconv.Atoi(m[1])
		min, _ := strconv.Atoi(m[2])
		return length{unit: "wall", minutes: h*60 + min}, true
	}
	return length{}, false
}

// end computes when a length that began at an instant is over: an instant for
// hours, a day for longer units.
func (l length) end(start time.Time, zone *time.Location, f dayFilter) string {
	local := start.In(zone)
	d := localDay(local)
	switch l.unit {
	case "min", "h":
		span := time.Duration(l.n) * time.Hour
		if l.unit == "min" {
			span = time.Duration(l.n) * time.Minute
		}
		if span < 0 {
			return beforeCounted(start, -span, zone, f).In(zone).Format(time.RFC3339)
		}
		return afterCounted(start, span, zone, f).In(zone).Format(time.RFC3339)
	case "wall":
		return wall(d, l.minutes, zone).Format(time.RFC3339)
	}
	return l.endDay(d, f)
}

// wall is a clock time on a local day. It is built from its parts, so that a
// day on which clocks change still ends at 23:59.
func wall(d day, minutes int, zone *time.Location) time.Time {
	y, m, n := d.date()
	return time.Date(y, time.Month(m), n, minutes/60, minutes%60, 0, 0, zone)
}

// endDay counts from a day; hours after a bare day cannot be computed.
func (l length) endDay(d day, f dayFilter) string {
	y, m, n := d.date()
	switch l.unit {
	case "d":
		return countDays(d, l.n, f).String()
	case "bd":
		return countDays(d, l.n, f.business()).String()
	case "w":
		return (d + day(7*l.n)).String()
	case "mo":
		months := y*12 + m - 1 + l.n
		y, m = months/12, months%12+1
		return dayOf(y, m, min(n, monthDays(y, m))).String()
	case "y":
		return dayOf(y+l.n, m, min(n, monthDays(y+l.n, m))).String()
	}
	return ""
}

func (r *Rule) readDuty(p *Pack, it item) {
	f := it.fields(dutyKeys...)
	it.need(f, "act")
	d := DutyRule{Act: f["act"].choice(p.scope.v.names.acts...), To: f["to"].text(), Event: f["event"].text(), Within: f["within"].text(), Cite: it.need(f, "cite")}
	if kind, ok := p.scope.v.Fact("event.kind"); ok && d.Event != "" {
		if _, bad := kind.read(d.Event); bad != nil {
			f["event"].fail(bad.Code, bad.Message, bad.Hint)
		}
	}
	_, _, d.lasts = it.readPeriod(f, "from", "until")
	r.Duties = append(r.Duties, d)
}

// readClock reads the three kinds: limit ends an act, due asks for a report, keep keeps a record.
func readClock(v *Vocabulary, it item) *ClockRule {
	f := it.fields(clockKeys...)
	c := &ClockRule{
		Kind: f["kind"].choice("limit", "due", "keep"), Starts: f["starts"].text(), Length: f["length"].text(),
		Excludes: strings.Join(f["excludes"].words(), ","), By: f["by"].text(), Period: f["period"].text(),
		Nil: f["nil"].text(), To: f["to"].text(),
		After: f["after"].choice("required", "prohibited", "permitted", "no-rule"),
	}
	it.need(f, "kind")
	var allowed []string
	if i := slices.IndexFunc(clockKinds, func(k clockKeysOf) bool { return k.kind == c.Kind }); i >= 0 {
		allowed = clockKinds[i].keys[1:] // without kind itself
	}
	for key, k := range f {
		if c.Kind != "" && key != "kind" && !slices.Contains(allowed, key) {
			k.fail("bad-clock", "a clock of kind "+c.Kind+" has no "+key, "keys: "+strings.Join(allowed, ", "))
		}
	}
	c.checkNeeds(it, f)
	if c.Kind != "due" && strings.HasSuffix(c.Length, " before") {
		f["length"].fail("bad-clock", "only a due clock ends before its start", "kind: due")
	}
	var err error
	if c.filter, err = readFilter(c.Excludes); err != nil {
		f["excludes"].fail("bad-clock", err.Error(), "write "+strings.Join(calendarWords, ","))
	}
	var ok bool
	if c.length, ok = readLength(c.Length); !ok && c.Length != "" {
		f["length"].fail("bad-clock", fmt.Sprintf("%.40q is no length of time", c.Length), lengthHint)
	}
	if c.By != "" && !yearDay.MatchString(c.By) {
		if _, bad := readDay(c.By); bad != nil {
			f["by"].fail("bad-clock", fmt.Sprintf("%.40q is neither a day of the year nor a date", c.By), `write "03-01" or "2026-12-01"`)
		}
	}
	if fact, ok := v.Fact(c.Starts); strings.Contains(c.Starts, ".") && (!ok || fact.Type != Instant && fact.Type != Date) {
		f["starts"].fail("bad-clock", c.Starts+" is no instant or date of the vocabulary", didYouMean(c.Starts, v.momentFacts()))
	}
	return c
}

func (c *ClockRule) checkNeeds(it item, f map[string]item) {
	switch c.Kind {
	case "limit":
		it.need(f, "starts")
		it.need(f, "length")
		it.need(f, "after")
	case "due":
		if c.By == "" && c.Length == "" {
			it.fail("bad-clock", "a due clock says by which day, or within what length of time from what start", `write  by: "03-01"  or  starts: and length:`)
		}
		if c.Length != "" {
			it.need(f, "starts")
		}
	case "keep":
		it.need(f, "length")
	}
}

func (v *Vocabulary) momentFacts() []string {
	var out []string
	for _, f := range v.Facts {
		if f.Type == Instant || f.Type == Date {
			out = append(out, f.Name)
		}
	}
	return out
}

// eventStarts names the instant at which an event of a duty or clock began.
var eventStarts = map[string]string{
	"request-received": "request.received_at", "detainer-received": "request.received_at",
	"release-notice-requested": "request.received_at", "interview-requested": "request.received_at",
	"judicial-subpoena-received": "request.received_at", "records-request": "request.received_at",
	"booking": "person.booked_at", "commitment": "person.booked_at",
	"ice-transfer-made": "person.ice_custody_at",
}

// startOf finds the instant or day at which a clock began, where it is known.
func (c *asked) startOf(name string) (time.Time, day, bool) {
	if fact, ok := eventStarts[name]; ok {
		name = fact
	}
	f, ok := c.book.vocabulary.Fact(name)
	if !ok || c.source[f.index] != given {
		return time.Time{}, 0, false
	}
	v := c.moments[f.index]
	return v.at, v.day, true
}

// due computes the end of a length from a start, or "" where it is not known.
func (c *asked) due(start string, l length, filter dayFilter) string {
	at, d, ok := c.startOf(start)
	switch {
	case !ok || l.unit == "":
		return ""
	case at.IsZero():
		return l.endDay(d, filter)
	}
	return l.end(at, c.zoneOf(at), filter)
}

func (c *asked) clock(r *Rule) comity.Clock {
	k := r.Clock
	out := comity.Clock{
		Rule: r.ID, Kind: k.Kind, Starts: k.Starts, Length: k.Length, Excludes: k.Excludes, After: k.After, To: k.To,
		Cite: r.firstRef(c.moment),
	}
	switch {
	case yearDay.MatchString(k.By):
		out.Due = nextYearDay(k.By, c.moment.day)
	case k.By != "":
		out.Due = k.By
	default:
		filter := c.leavesOut(k)
		out.Excludes = filter.words()
		out.Due = c.due(k.Starts, k.length, filter)
	}
	return out
}

// leavesOut gives the days that a clock leaves out here, and the answer names
// just these. Business days leave out the holidays of the state in a due
// clock; what ends an act leaves them out only if its text says so by word,
// so that no table ever lengthens a hold.
func (c *asked) leavesOut(k *ClockRule) dayFilter {
	f := k.filter
	switch {
	case k.length.unit == "bd":
		f = dayFilter{saturdays: true, sundays: true, holidays: true, state: f.state || k.Kind == "due"}
	case f.state && c.law.holidays == nil && k.Kind == "due":
		f.holidays = true // nobody has read that state's table
	}
	return f.at(c.law.holidays)
}

// nextYearDay is the first such day of the year on or after a day.
func nextYearDay(by string, from day) string {
	m, _ := strconv.Atoi(by[:2])
	n, _ := strconv.Atoi(by[3:])
	y, _, _ := from.date()
	for {
		if d := dayOf(y, m, min(n, monthDays(y, m))); d >= from {
			return d.String()
		}
		y++
	}
}

func (c *asked) duty(d DutyRule) comity.Duty {
	out := comity.Duty{Act: d.Act, To: d.To, Event: d.Event, Within: d.Within, Cite: d.Cite}
	if l, ok := readLength(d.Within); ok {
		out.Due = c.due(d.Event, l, dayFilter{state: l.unit == "bd"}.at(c.law.holidays))
	}
	return out
}

// alarm gives the instant by which clocks are ordered: unknown last.
func (c *asked) alarm(k comity.Clock) time.Time {
	if t, err := time.Parse(time.RFC3339, k.Due); err == nil {
		return t
	}
	if d, bad := readDay(k.Due); bad == nil {
		return d.start(c.zone())
	}
	return time.Unix(1<<40, 0)
}

func (r *Rule) firstRef(m moment) string {
	for _, c := range r.Cites {
		if c.in.covers(m) {
			return c.Ref
		}
	}
	return ""
}
