package law

import (
	"slices"
	"strings"
	"unicode"

	"comity"
)

// A Look is what the tables of one fact say of a section of code on a day.
type Look struct {
	Fact string
	// Value is the fact's value: that of the table the section is on, or the
	// fact's "none" where no table has it. Empty: nobody can say, because of
	// the tables in Open.
	Value string
	Rows  []TableRow // that name the section
	Table *Table     // on which it stands
	// Open are tables in force whose text nobody has seen, or that name some
	// offences in words; a section on no other table may still be on these.
	Open []*Table
}

// Found says that the section stands on a table.
func (l Look) Found() bool { return l.Table != nil }

// TablesAt lists the dated tables of offences that law of a place uses on a
// day, highest layer first.
func (b *Book) TablesAt(place, on string) []*Table {
	d, bad := readDay(on)
	if bad != nil {
		return nil
	}
	var out []*Table
	for _, p := range b.PacksAt(place) {
		for i := range p.Tables {
			if t := &p.Tables[i]; t.lasts.coversDay(d) {
				out = append(out, t)
			}
		}
	}
	return out
}

// Look finds a section of code, as "Pen. Code 217.1(a)" or "14-17", in the
// tables of a place on a day: one answer for each fact that tables serve.
func (b *Book) Look(place, on, section string) []Look {
	d, bad := readDay(on)
	if bad != nil || sectionNumber(section) == "" {
		return nil
	}
	var out []Look
	for _, t := range b.TablesAt(place, on) {
		i := slices.IndexFunc(out, func(l Look) bool { return l.Fact == t.Fact })
		if i < 0 {
			i = len(out)
			out = append(out, Look{Fact: t.Fact})
		}
		l := &out[i]
		for _, r := range t.Rows {
			if r.lasts.coversDay(d) && sameSection(section, r.Section) && (l.Table == nil || l.Table == t) {
				l.Table, l.Value = t, t.Value
				l.Rows = append(l.Rows, r)
			}
		}
		if !t.Seen() || t.inWords() {
			l.Open = append(l.Open, t)
		}
	}
	for i := range out {
		if l := &out[i]; l.Table == nil && len(l.Open) == 0 {
			l.Value = "none"
		}
	}
	return out
}

// Seen says that the text of the table was read.
func (t *Table) Seen() bool {
	return slices.ContainsFunc(t.Cites, func(c Cite) bool { return c.Grade == comity.GradeA })
}

// noneOfThese is the row for what is on no list.
const noneOfThese = "none of these"

func (t *Table) inWords() bool {
	return slices.ContainsFunc(t.Rows, func(r TableRow) bool { return r.Section != noneOfThese && sectionNumber(r.Section) == "" })
}

// sameSection: the same number, or a subsection of a listed number, of the
// same code where both name one.
func sameSection(asked, listed string) bool {
	want := sectionNumber(listed)
	got := sectionNumber(asked)
	if want == "" || got == "" {
		return false
	}
	if rest, ok := strings.CutPrefix(got, want); !ok || rest != "" && rest[0] != '(' {
		return false
	}
	return sameCode(codeWords(asked), codeWords(listed))
}

// sameCode compares "Penal Code", "Pen. Code" and "PC"; no name fits any code.
func sameCode(a, b []string) bool {
	switch {
	case len(a) == 0 || len(b) == 0:
		return true
	case len(a) == 1 && len(b) > 1:
		return a[0] == initials(b)
	case len(b) == 1 && len(a) > 1:
		return b[0] == initials(a)
	case len(a) != len(b):
		return false
	}
	for i := range a {
		if !strings.HasPrefix(a[i], b[i]) && !strings.HasPrefix(b[i], a[i]) {
			return false
		}
	}
	return true
}

// sectionNumber is the last word with a digit and what follows it without
// spaces: "Pen. Code 217.1 (a)(1)" gives "217.1(a)(1)".
func sectionNumber(s string) string {
	words := strings.Fields(s)
	at := -1
	for i, w := range words {
		if strings.ContainsFunc(w, unicode.IsDigit) && !strings.HasPrefix(w, "(") {
			at = i
		}
	}
	if at < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimRight(strings.Join(words[at:], ""), ".,;:"))
}

// codeWords are the words before the number, without the sign for "section".
func codeWords(s string) []string {
	var out []string
	for w := range strings.FieldsSeq(s) {
		if strings.ContainsFunc(w, unicode.IsDigit) {
			break
		}
		if w = strip(w); w != "" && w != "section" && w != "sec" && w != "and" {
			out = append(out, w)
		}
	}
	return out
}

func initials(words []string) string {
	var out strings.Builder
	for _, w := range words {
		out.WriteByte(w[0])
	}
	return out.String()
}
