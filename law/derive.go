package law

import (
	"fmt"
	"slices"
	"time"
)

// A reading is the value of a part of a `derived` expression.
type reading struct {
	at   time.Time
	day  day
	num  int
	flag bool
	text string
}

// functions of `derived` and the kinds they take.
var calendarFunctions = map[string]string{
	"hours_between":         "ii",
	"counted_hours_between": "iit",
	"local_date":            "i",
	"years_between":         "dd",
	"days_between":          "dd",
	"business_days_between": "dd",
}

var calendarResults = map[string]byte{
	"hours_between": 'n', "counted_hours_between": 'n', "local_date": 'd', "years_between": 'n', "days_between": 'n', "business_days_between": 'n',
}

// calendarInputs checks an expression over instants and dates and lists the
// facts it reads.
func (e *expression) calendarInputs(v *Vocabulary) ([]int, error) {
	var out []int
	kind, err := e.kindOf(v, &out)
	if err == nil && kind != 'n' && kind != 'b' {
		err = fmt.Errorf("the expression must give a number or a truth")
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

func (e *expression) kindOf(v *Vocabulary, inputs *[]int) (byte, error) {
	switch e.op {
	case "number":
		return 'n', nil
	case "text":
		_, err := readFilter(e.text)
		return 't', err
	case "name":
		switch e.text {
		case "now":
			return 'i', nil
		case "today":
			return 'd', nil
		}
		f, ok := v.Fact(e.text)
		if !ok {
			return 0, v.unknownFact(e.text)
		}
		*inputs = append(*inputs, f.index)
		switch f.Type {
		case Instant:
			return 'i', nil
		case Date:
			return 'd', nil
		}
		return 0, fmt.Errorf("%s is no date or instant", f.Name)
	case "call":
		want, ok := calendarFunctions[e.text]
		if !ok || len(want) != len(e.kids) {
			return 0, fmt.Errorf("%s with %d values is no function of the vocabulary", e.text, len(e.kids))
		}
		for i, k := range e.kids {
			kind, err := k.kindOf(v, inputs)
			if err != nil {
				return 0, err
			}
			if kind != want[i] {
				return 0, fmt.Errorf("value %d of %s has the wrong kind", i+1, e.text)
			}
		}
		return calendarResults[e.text], nil
	case "<", "<=", ">", ">=", "==", "!=":
		a, err := e.kids[0].kindOf(v, inputs)
		if err != nil {
			return 0, err
		}
		b, err := e.kids[1].kindOf(v, inputs)
		if err != nil {
			return 0, err
		}
		if a != b || a == 't' || a == 'b' || a == 'i' {
			return 0, fmt.Errorf("the two sides of %s cannot be compared", e.op)
		}
		return 'b', nil
	}
	return 0, fmt.Errorf("%s cannot be used with dates and instants", e.op)
}

// compute gives the value of a checked expression, if all its inputs are known.
func (c *asked) compute(e *expression) (reading, bool) {
	switch e.op {
	case "number":
		return reading{num: e.num}, true
	case "text":
		return reading{text: e.text}, true
	case "name":
		return c.momentOf(e.text)
	case "call":
		return c.call(e)
	}
	a, ok := c.compute(e.kids[0])
	if !ok {
		return reading{}, false
	}
	b, ok := c.compute(e.kids[1])
	if !ok {
		return reading{}, false
	}
	x, y := a.num+int(a.day), b.num+int(b.day) // one of the two is zero
	holds := map[string]bool{"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x == y, "!=": x != y}
	return reading{flag: holds[e.op]}, true
}

func (c *asked) momentOf(name string) (reading, bool) {
	switch name {
	case "now":
		return reading{at: c.moment.at}, !c.moment.at.IsZero()
	case "today":
		return reading{day: c.moment.day}, true
	}
	i := c.book.vocabulary.facts[name]
	v := c.moments[i]
	return reading{at: v.at, day: v.day}, c.source[i] == given
}

func (c *asked) call(e *expression) (reading, bool) {
	var args [3]reading
	for i, k := range e.kids {
		var ok bool
		if args[i], ok = c.compute(k); !ok {
			return reading{}, false
		}
	}
	a, b := args[0], args[1]
	switch e.text {
	case "hours_between":
		return reading{num: hoursBetween(a.at, b.at)}, true
	case "counted_hours_between":
		f, _ := readFilter(args[2].text) // checked when the vocabulary was read
		return reading{num: countedHours(a.at, b.at, c.zoneOf(a.at), f.at(c.law.holidays))}, true
	case "local_date":
		return reading{day: localDay(a.at.In(c.zoneOf(a.at)))}, true
	case "years_between":
		return reading{num: fullYears(a.day, b.day)}, true
	case "days_between":
		return reading{num: max(0, int(b.day-a.day))}, true
	case "business_days_between":
		return reading{num: businessDays(a.day, b.day)}, true
	}
	return reading{}, false
}

func businessDays(from, to day) int {
	n := 0
	for d := from + 1; d <= to && n < maxHours; d++ {
		if !businessDay.excludes(d) {
			n++
		}
	}
	return n
}
