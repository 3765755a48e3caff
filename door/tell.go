package door

import (
	"strings"
	"time"

	"comity"
)

// A Text is one sentence in the two languages of the public pages.
type Text struct {
	EN string `yaml:"en" json:"en"`
	ES string `yaml:"es" json:"es"`
}

// In returns the sentence in lang, English for every language but Spanish.
func (t Text) In(lang string) string {
	if lang == "es" {
		return t.ES
	}
	return t.EN
}

// A Tell is one agency's page "how to tell it is us". It describes the
// agency's own staff and nobody else's. What the law lets them do is not of it:
// that is asked of the law of the day.
type Tell struct {
	ID         string   `yaml:"id" json:"id,omitempty"` // of one that ships
	Sample     bool     `yaml:"sample" json:"sample"`   // no such agency exists
	Name       string   `yaml:"name" json:"name"`
	ORI        string   `yaml:"ori" json:"ori"`     // empty for a sample only
	Place      string   `yaml:"place" json:"place"` // whose law is asked
	Actor      string   `yaml:"actor" json:"actor"` // what the agency is: municipal-police, county-jail, …
	Uniforms   []Text   `yaml:"uniforms" json:"uniforms"`
	Vehicles   []Text   `yaml:"vehicles" json:"vehicles"`
	Fleet      Text     `yaml:"fleet" json:"fleet"` // where the fleet number stands; empty: vehicles have none
	Numbers    []Number `yaml:"numbers" json:"numbers"`
	NeverAsk   []Text   `yaml:"never_ask" json:"never_ask"`
	Address    string   `yaml:"address" json:"address"` // the agency's own, such as city.example.gov/door; empty: none
	CheckedOn  string   `yaml:"checked_on" json:"checked_on"`
	StaleAfter int      `yaml:"stale_after_days" json:"stale_after_days"`
}

// A Number is one that the resident can find herself and ring.
type Number struct {
	Label  Text   `yaml:"label" json:"label"`
	Number string `yaml:"number" json:"number"`
	When   Text   `yaml:"when" json:"when"`
}

// Fingerprints says what prints taken at booking do whatever local policy says.
type Fingerprints struct {
	Text `yaml:",inline"`
	Cite []Cite `yaml:"cite" json:"cite"`
}

// A Cite is what the fingerprint note rests on.
type Cite struct {
	Ref     string       `yaml:"ref" json:"ref"`
	Title   string       `yaml:"title" json:"title"`
	Address string       `yaml:"address" json:"address"`
	Checked string       `yaml:"checked" json:"checked"`
	Grade   comity.Grade `yaml:"grade" json:"grade"`
}

// StaleFrom is the first day on which the page shows that it is out of date.
func (t Tell) StaleFrom() string {
	day, err := time.Parse(time.DateOnly, t.CheckedOn)
	if err != nil { // days are checked when they are loaded
		return t.CheckedOn
	}
	return day.AddDate(0, 0, t.StaleAfter).Format(time.DateOnly)
}

// Stale reports whether the page is out of date on a day of the agency's own.
func (t Tell) Stale(today string) bool { return today >= t.StaleFrom() }

// Sentences pairs what was typed in English with what was typed in Spanish, a
// sentence in each line. Where one language has a line more, its pair is empty,
// which no check lets pass.
func Sentences(en, es string) []Text {
	a, b := lines(en), lines(es)
	out := []Text{}
	for i := range max(len(a), len(b)) {
		var t Text
		if i < len(a) {
			t.EN = a[i]
		}
		if i < len(b) {
			t.ES = b[i]
		}
		out = append(out, t)
	}
	return out
}

func lines(s string) []string {
	var out []string
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
