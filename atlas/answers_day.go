package atlas

import (
	"fmt"
	"time"
)

// A Day is a date in the form 2006-01-02; days compare as text.
type Day string

func dayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// valid reports whether d is a real date written in full.
func (d Day) valid() bool {
	t, err := time.Parse(time.DateOnly, string(d))
	return err == nil && dayOf(t) == d
}

func (d Day) time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil { // days are checked when they are loaded
		return time.Time{}
	}
	return t
}

// Long writes the day as people read it: 1 June 2025, 1 de junio de 2025.
func (d Day) Long(lang string) string {
	t := d.time()
	if lang == "es" {
		return fmt.Sprintf("%d de %s de %d", t.Day(), spanishMonth(t.Month()), t.Year())
	}
	return t.Format("2 January 2006")
}

func spanishMonth(m time.Month) string {
	return [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
		"septiembre", "octubre", "noviembre", "diciembre"}[m-1]
}
