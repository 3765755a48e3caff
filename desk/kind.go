package desk

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Kind is one sort of entry that staff write. Its field list is the only
// place where the form is described: the page, the checks, the sealing and the
// columns of the export are all read off it.
type Kind struct {
	Name   string
	Acts   []string    // acts it may ask the law about, the main one first; none: nothing is decided
	Fields []Field     // in the order of the form
	Record record.Kind // how the record keeps it

	Follows bool     // it stands with the entry it points back to, not by itself
	Of      []string // kinds that it must point back to; none: it need not
	Apart   bool     // no search finds it, and nothing joins it to other entries: its register lists it

	signs   func(Form) bool     // only somebody who may sign for the agency writes this
	asks    func(Form) []Item   // what the filled form asks the law
	as      func(Form) string   // who would act, where that is not the agency
	defects func(Form) []Defect // what is wrong with the paper, never with the clerk
	check   func(Form) Problems // what is wrong with the whole, and no field alone can tell; fills in what is computed
}

// A Type says how a field is written and read.
type Type string

const (
	Text    Type = "text"    // one line
	Choice  Type = "choice"  // one of Values
	Ticks   Type = "ticks"   // any of Values, separated by spaces
	Instant Type = "instant" // RFC 3339, or local date and time as a form sends it
	Number  Type = "number"  // whole, not negative
	Day     Type = "day"     // 2006-01-02
	Digest  Type = "digest"  // sha256:… of each paper that was read, separated by spaces
)

// A Field is one line of a form.
type Field struct {
	Name     string
	Type     Type
	Values   []string // of Choice and Ticks
	Required bool
	Personal bool   // sealed apart, can be erased alone
	Never    bool   // used for the decision, never written anywhere
	Computed bool   // settled by the desk, never asked
	Carried  bool   // set by the page, never asked
	Key      string // keyboard shortcut shown on the page
	Group    string // heading under which the page shows it
	Also     string // another spelling that programs may use
	When     string // on the form only where another field has a value: "court=arrest-warrant|subpoena"
	Need     string // required where another field has a value, written as When
	Most     int    // characters of a line, if more than usual
	Code     bool   // a number or code of another office: no room for prose
	Zoned    string // choice that names the clock on which a local time was written
}

// A Form is what was filled in, by field name. Ticks are separated by spaces.
type Form map[string]string

// Has reports whether a ticks field holds the value.
func (f Form) Has(field, value string) bool {
	return slices.Contains(strings.Fields(f[field]), value)
}

// Problems is everything that is wrong with one form, so that a clerk mends it
// in one go.
type Problems []*comity.Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "; ")
}

// Field finds a field by its name or its other spelling.
func (k *Kind) Field(name string) (Field, bool) {
	for _, f := range k.Fields {
		if f.Name == name || (f.Also != "" && f.Also == name) {
			return f, true
		}
	}
	return Field{}, false
}

// Read checks a form against the field list and returns it in its stored
// spelling. Local times are read in zone. Only what was sent is checked when
// partial is true: a program may send facts instead of a form.
func (k *Kind) Read(in Form, zone *time.Location, partial bool) (Form, error) {
	out := Form{}
	var bad Problems
	for _, name := range sortedKeys(in) {
		f, ok := k.Field(name)
		if !ok {
			bad = append(bad, k.unknownField(name))
			continue
		}
		value := strings.TrimSpace(in[name])
		if value == "" {
			continue
		}
		clock := zone
		if named, ok := zoneNamed(in[f.Zoned]); ok {
			clock = named
		}
		clean, problem := f.read(value, clock)
		if problem != nil {
			bad = append(bad, problem)
			continue
		}
		out[f.Name] = clean
	}
	for _, f := range k.Fields {
		if f.When != "" && !holds(f.When, out) {
			delete(out, f.Name) // its question is not on this form; a page without scripts shows it all the same
		}
	}
	if !partial {
		bad = append(bad, k.missing(out)...)
	}
	if !partial && k.check != nil {
		bad = append(bad, k.check(out)...)
	}
	if len(bad) > 0 {
		return nil, bad
	}
	return out, nil
}

func (k *Kind) missing(f Form) Problems {
	var bad Problems
	for _, field := range k.Fields {
		if f[field.Name] == "" && field.needed(f) {
			bad = append(bad, &comity.Problem{
				Code:    "missing-field",
				Message: "this must be filled in",
				Hint:    field.advice(),
				Where:   field.Name,
			})
		}
	}
	return bad
}

func (f Field) needed(form Form) bool {
	shown := f.When == "" || holds(f.When, form)
	return shown && (f.Required || f.Need != "" && holds(f.Need, form))
}

// holds reads "field=value|value".
func holds(condition string, form Form) bool {
	name, values, _ := strings.Cut(condition, "=")
	return slices.Contains(strings.Split(values, "|"), form[name])
}

func (f Field) advice() string {
	switch f.Type {
	case Choice:
		return "choose one of: " + strings.Join(f.Values, ", ")
	case Ticks:
		return "tick one or more of: " + strings.Join(f.Values, ", ")
	case Instant:
		return "give date and time, such as 2026-11-20T17:00"
	case Number:
		return "give a whole number"
	case Digest:
		return "give sha256: and 64 figures for each paper, or leave it out"
	case Day:
		return "give a day, such as 2026-11-20"
	}
	return "write a few words"
}

const longestLine = 300

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (f Field) read(value string, zone *time.Location) (string, *comity.Problem) {
	wrong := func(message string) *comity.Problem {
		return &comity.Problem{Code: "bad-field", Message: message, Hint: f.advice(), Where: f.Name}
	}
	switch f.Type {
	case Choice:
		if !slices.Contains(f.Values, value) {
			return "", wrong("this is none of the choices")
		}
	case Ticks:
		ticks := strings.Fields(value)
		for _, t := range ticks {
			if !slices.Contains(f.Values, t) {
				return "", wrong("one of the ticks is not on the form")
			}
		}
		slices.Sort(ticks)
		return strings.Join(slices.Compact(ticks), " "), nil
	case Instant:
		at, problem := readInstant(value, zone)
		if problem != "" {
			return "", wrong(problem)
		}
		return at.Format(time.RFC3339), nil
	case Day:
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return "", wrong("this is not a day")
		}
		if _, problem := plausible(day); problem != "" {
			return "", wrong(problem)
		}
	case Digest:
		for _, one := range strings.Fields(value) {
			if !digest.MatchString(one) {
				return "", wrong("this is not the digest of a paper")
			}
		}
	case Number:
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > 100000 {
			return "", wrong("this is not a whole number that can be true")
		}
		return strconv.Itoa(n), nil
	case Text:
		if most := max(f.Most, longestLine); len(value) > most {
			return "", wrong(fmt.Sprintf("this is longer than %d characters", most))
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' }) {
			return "", wrong("this must be one line")
		}
		if f.Code && !codeForm.MatchString(value) {
			return "", wrong("this takes a number or code, and no sentence")
		}
	}
	return value, nil
}

// codeForm is a telephone number or the number of a file: at most two words.
var codeForm = regexp.MustCompile(`^[0-9A-Za-z+#*./():-]{1,32}( ?[0-9+#*./():-]{1,16}){0,4}$`)

// readRecorded is an instant in the form in which it is stored; zero where
// there is none.
func readRecorded(value string) time.Time {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}
	}
	return at
}

// readInstant reads an instant. A local time that the clock skips in spring is
// refused; one that comes twice in autumn is taken as the earlier, so that no
// alarm comes late.
func readInstant(value string, zone *time.Location) (time.Time, string) {
	at, err := time.Parse(time.RFC3339, value)
	if err == nil {
		return plausible(at)
	}
	const local = "2006-01-02T15:04"
	value = strings.Replace(value, " ", "T", 1)
	if len(value) > len(local) {
		value = value[:len(local)]
	}
	at, err = time.ParseInLocation(local, value, zone)
	if err != nil {
		return time.Time{}, "this is not a date and time"
	}
	if at.Format(local) != value {
		return time.Time{}, "the clocks went forward over this hour: it does not exist here"
	}
	if earlier := at.Add(-time.Hour); earlier.Format(local) == value {
		at = earlier
	}
	return plausible(at)
}

func plausible(at time.Time) (time.Time, string) {
	if y := at.Year(); y < 1996 || y > 2100 {
		return time.Time{}, "the year cannot be right"
	}
	return at, ""
}

// refused are words that no form of ours may have a field for (harms H1, H11,
// contracts "What is recorded"). They are named so that the refusal can say why.
var refused = []string{
	"citizen", "nationality", "birth", "dob", "born", "sex", "gender", "alien", "a_number", "a-number", "anumber",
	"status", "country", "address", "employer", "race", "ethnic", "religion",
}

func (k *Kind) unknownField(name string) *comity.Problem {
	lower := strings.ToLower(name)
	for _, word := range refused {
		if strings.Contains(lower, word) {
			return &comity.Problem{
				Code:    "refused-field",
				Message: "there is no field for this, and it is not to be sent",
				Hint:    "leave it out; nothing about a person's citizenship, birth, sex, number, status or address is recorded",
				Where:   name,
			}
		}
	}
	return &comity.Problem{
		Code:    "unknown-field",
		Message: "the form " + k.Name + " has no such field",
		Hint:    "its fields are: " + strings.Join(k.names(), ", "),
		Where:   name,
	}
}

func (k *Kind) names() []string {
	out := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		out[i] = f.Name
	}
	return out
}

// sealedNames are the fields that only the agency's own staff can open.
func (k *Kind) sealedNames() []string {
	var out []string
	for _, f := range k.Fields {
		if f.Personal {
			out = append(out, f.Name)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// Asks is what a filled form asks the law.
func (k *Kind) Asks(f Form) []Item {
	if k.asks == nil {
		return nil
	}
	return k.asks(f)
}
