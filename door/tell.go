package door

import (
	"slices"
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
// agency's own staff and nobody else's.
type Tell struct {
	ID           string       `yaml:"id" json:"id"`
	Sample       bool         `yaml:"sample" json:"sample"` // no such agency exists
	Name         string       `yaml:"name" json:"name"`
	ORI          string       `yaml:"ori" json:"ori"` // empty for a sample only
	Place        string       `yaml:"place" json:"place"`
	Uniforms     []Text       `yaml:"uniforms" json:"uniforms"`
	Vehicles     []Text       `yaml:"vehicles" json:"vehicles"`
	Numbers      []Number     `yaml:"numbers" json:"numbers"`
	NeverAsk     []Text       `yaml:"never_ask" json:"never_ask"`
	Limits       []Limit      `yaml:"limits" json:"limits"`
	Fingerprints Fingerprints `yaml:"fingerprints" json:"fingerprints"`
	CheckedOn    string       `yaml:"checked_on" json:"checked_on"`
	StaleAfter   int          `yaml:"stale_after_days" json:"stale_after_days"`
}

// A Number is one that the resident can find herself and ring.
type Number struct {
	Label  Text   `yaml:"label" json:"label"`
	Number string `yaml:"number" json:"number"`
	When   Text   `yaml:"when" json:"when"`
}

// A Limit is what the law lets the agency do here, or does not, with the rules
// of the book that say so. A sentence about reach has none.
type Limit struct {
	Text  `yaml:",inline"`
	Rules []string `yaml:"rules" json:"rules"`
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

// Stale reports whether the page is out of date at now.
func (t Tell) Stale(now time.Time) bool { return now.Format(time.DateOnly) >= t.StaleFrom() }

// Banner is what stands on top of the page at now: that it is a sample, that it
// is out of date, or nothing.
func (t Tell) Banner(now time.Time) []Text {
	var out []Text
	if t.Sample {
		out = append(out, Text{
			EN: "This is sample data. No such agency exists. Do not ring these numbers.",
			ES: "Estos son datos de muestra. Esta agencia no existe. No llame a estos números.",
		})
	}
	if t.Stale(now) {
		out = append(out, Text{
			EN: "This page was last checked on " + t.CheckedOn + " and may be out of date. Ring the agency before you rely on it.",
			ES: "Esta página se comprobó por última vez el " + t.CheckedOn + " y puede no estar al día. Llame a la agencia antes de confiar en ella.",
		})
	}
	return out
}

// Rules lists the rules of the book that the page names, so that whoever has
// the book can check that they exist.
func (t Tell) Rules() []string {
	var out []string
	for _, l := range t.Limits {
		out = append(out, l.Rules...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
