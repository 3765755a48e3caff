package law

import (
	"fmt"
	"strconv"
	"time"

	"comity"
)

// A value is one known fact.
type value struct {
	cell int       // bool, enum, int
	num  int       // int: the exact number
	day  day       // date
	at   time.Time // instant
}

func itoa(n int) string { return strconv.Itoa(n) }

// read checks one value as a question or a vocabulary writes it.
func (f *Fact) read(text string) (value, *comity.Problem) {
	switch f.Type {
	case Bool:
		switch text {
		case "true":
			return value{cell: 1}, nil
		case "false":
			return value{}, nil
		}
		return value{}, f.bad(text, "write true or false")
	case Enum:
		if i, ok := f.word[text]; ok {
			return value{cell: i}, nil
		}
		return value{}, f.bad(text, didYouMean(text, f.Values))
	case Int:
		n, err := strconv.Atoi(text)
		if err != nil || itoa(n) != text || n < f.Min || n > f.Max {
			return value{}, f.bad(text, fmt.Sprintf("write a whole number from %d to %d", f.Min, f.Max))
		}
		return value{cell: f.cellOf(n), num: n}, nil
	case Date:
		d, bad := readDay(text)
		if bad != nil {
			return value{}, f.bad(text, bad.Hint)
		}
		return value{day: d}, nil
	case Instant:
		t, bad := readInstant(text)
		if bad != nil {
			return value{}, f.bad(text, bad.Hint)
		}
		return value{at: t}, nil
	}
	return value{}, f.bad(text, "")
}

// bad never repeats the value of a fact that must not be stored: errors reach logs.
func (f *Fact) bad(text, hint string) *comity.Problem {
	message := fmt.Sprintf("%.60q is not a value of %s", text, f.Name)
	if f.NeverStored {
		message = "the value given is not a value of " + f.Name
		hint = "write one of the values the vocabulary lists"
	}
	return &comity.Problem{Code: "unknown-value", Message: message, Hint: hint, Where: "facts." + f.Name}
}

// readDay reads YYYY-MM-DD of a year that law can be about.
func readDay(text string) (day, *comity.Problem) {
	if len(text) == 10 && text[4] == '-' && text[7] == '-' {
		y, ok1 := digits(text[:4])
		m, ok2 := digits(text[5:7])
		d, ok3 := digits(text[8:])
		if ok1 && ok2 && ok3 && y >= 1787 && y <= 2199 && m >= 1 && m <= 12 && d >= 1 && d <= monthDays(y, m) {
			return dayOf(y, m, d), nil
		}
	}
	return 0, &comity.Problem{
		Code:    "bad-date",
		Message: fmt.Sprintf("%.40q is not a day between 1787 and 2199", text),
		Hint:    "write the day as YYYY-MM-DD, for example 2025-06-01",
	}
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// readInstant reads RFC 3339 with an offset.
func readInstant(text string) (time.Time, *comity.Problem) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1787 || t.Year() > 2199 {
		return time.Time{}, &comity.Problem{
			Code:    "bad-date",
			Message: fmt.Sprintf("%.40q is not an instant with an offset, between 1787 and 2199", text),
			Hint:    "write date, time and offset, for example 2025-11-07T17:00:00-05:00",
		}
	}
	return t, nil
}
