package record

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"comity"
)

// Kinds that the record itself writes. Callers add theirs.
var (
	kindSchema  = Kind{Name: "schema", Commitments: 8, Release: AtOnce, Series: "record"}
	kindErasure = Kind{Name: "erasure", Commitments: 8, Release: Monthly, Series: "record"}
	kindHold    = Kind{Name: "hold", Commitments: 8, Release: Totals, Series: "record"}
	kindSeen    = Kind{Name: KindSeen, Commitments: 12, Release: AtOnce, Series: "record"}
)

// OwnKinds are the kinds that the record writes by itself: a change of its
// schema, the erasure of an entry, a litigation hold set or lifted, and what a
// directory saw of another log.
func OwnKinds() []Kind { return []Kind{kindSchema, kindErasure, kindHold, kindSeen} }

// The record commits to these four fields of every entry besides the
// caller's, empty or not, so that id, hour and order can be shown later.
const (
	fieldID    = "entry.id"
	fieldAt    = "entry.at"
	fieldEnded = "entry.ended"
	fieldRef   = "entry.ref"

	ownFields = 4
	ownPrefix = "entry."
)

const (
	maxValue  = 64 << 10 // bytes in one value
	maxFields = 512
)

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$`)
	agencyForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,31}$`)
	kindForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	fieldForm  = regexp.MustCompile(`^[a-z][a-zA-Z0-9_.#/-]{0,63}$`)
	lawForm    = regexp.MustCompile(`^(sha256:[0-9a-f]{64})?$`)
)

// A harm rule, not a style rule: what the record cannot hold, nobody can
// demand from it (H1).
var neverFields = []string{
	"citizenship", "nationality", "birth-date", "date-of-birth", "dob", "sex", "gender",
	"a-number", "alien-number", "immigration-status", "home-address",
}

// CheckKinds says what is wrong with a list of kinds.
func CheckKinds(kinds []Kind) error {
	seen := map[string]bool{}
	for _, k := range kinds {
		switch {
		case !kindForm.MatchString(k.Name):
			return problem("bad-kind", "kinds", "the kind %q is not a lower-case word", k.Name)
		case seen[k.Name]:
			return problem("bad-kind", "kinds", "the kind %q is listed twice", k.Name)
		case k.Commitments < 1 || k.Commitments > maxFields:
			return problem("bad-kind", "kinds", "the kind %q has %d commitments; it needs 1 to %d", k.Name, k.Commitments, maxFields)
		case k.Release < Totals || k.Release > AtOnce:
			return problem("bad-kind", "kinds", "the kind %q has an unknown release rule", k.Name)
		}
		seen[k.Name] = true
	}
	return nil
}

// check says what is wrong with a draft before anything is done with it.
func (d *Draft) check(kind Kind, now time.Time) error {
	switch {
	case !idForm.MatchString(d.ID):
		return problem("bad-id", "id", "the id must be 1 to 128 letters, digits, or . _ : @ -")
	case !agencyForm.MatchString(d.Agency):
		return problem("bad-agency", "agency", "the agency must be given by its ORI")
	case d.Ref != "" && !idForm.MatchString(d.Ref):
		return problem("bad-ref", "ref", "the entry it points back to must be given by its id")
	case d.Ref == d.ID:
		return problem("bad-ref", "ref", "an entry cannot point back to itself")
	case !lawForm.MatchString(d.Law):
		return problem("bad-law", "law", "the digest of the law must be sha256: and 64 hexadecimal digits, or empty")
	case len(d.Fields) > kind.Commitments:
		return problem("too-many-fields", "fields", "an entry of kind %s has at most %d fields, this one has %d", kind.Name, kind.Commitments, len(d.Fields))
	}
	if err := checkTime("at", d.At, now); err != nil {
		return err
	}
	if !d.Ended.IsZero() {
		if err := checkTime("ended", d.Ended, now); err != nil {
			return err
		}
		if d.Ended.After(now.Add(5 * time.Minute)) {
			return problem("bad-time", "ended", "an end that has not come yet cannot be recorded")
		}
	}
	return checkFields(d.Fields)
}

func checkTime(where string, t, now time.Time) error {
	switch {
	case t.IsZero():
		return problem("bad-time", where, "the time is missing")
	case t.Year() < 1996:
		return problem("bad-time", where, "the year %d lies before the record begins (1996)", t.Year())
	case t.After(now.AddDate(1, 0, 0)):
		return problem("bad-time", where, "the year %d lies more than a year ahead", t.Year())
	}
	return nil
}

func checkFields(fields []Field) error {
	seen := map[string]bool{}
	for _, f := range fields {
		where := "fields." + f.Name
		switch {
		case !fieldForm.MatchString(f.Name):
			return problem("bad-field", "fields", "a field name must be 1 to 64 letters, digits, or . _ - # /, the first a lower-case letter")
		case strings.HasPrefix(f.Name, ownPrefix):
			return problem("bad-field", where, "names that begin with %q are the record's own", ownPrefix)
		case slices.Contains(neverFields, plainName(f.Name)):
			return problem("never-stored", where, "this is never stored, so that nobody can demand it")
		case seen[f.Name]:
			return problem("bad-field", where, "the field is given twice")
		case len(f.Value) > maxValue:
			return problem("bad-field", where, "the value is longer than %d bytes", maxValue)
		case !utf8.ValidString(f.Value):
			return problem("bad-field", where, "the value is not UTF-8 text")
		}
		seen[f.Name] = true
	}
	return nil
}

// plainName folds person.Date_of_birth to date-of-birth.
func plainName(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// own are the record's own fields of the draft, never personal.
func (d *Draft) own() []Field {
	ended := ""
	if !d.Ended.IsZero() {
		ended = instant(d.Ended)
	}
	return []Field{{Name: fieldID, Value: d.ID}, {Name: fieldAt, Value: instant(d.At)}, {Name: fieldEnded, Value: ended}, {Name: fieldRef, Value: d.Ref}}
}

// IsOwn reports whether a field name is one of the record's own.
func IsOwn(name string) bool { return strings.HasPrefix(name, ownPrefix) }

func instant(t time.Time) string { return t.Truncate(time.Second).Format(time.RFC3339) }

func problem(code, where, format string, args ...any) *comity.Problem {
	return &comity.Problem{Code: code, Where: where, Message: fmt.Sprintf(format, args...)}
}

// Conflict is the answer to an id that was used before for something else.
func Conflict(id string) *comity.Problem {
	return &comity.Problem{
		Code:    "conflict-id",
		Message: "an entry with this id exists and says something else",
		Hint:    "send the same content to get the first receipt again, or use a new id; a correction is a new entry that points back",
		Where:   "id " + id,
	}
}

// CheckAgency says what is wrong with the ORI of an agency.
func CheckAgency(ori string) error {
	if !agencyForm.MatchString(ori) {
		return &comity.Problem{Code: "bad-agency", Where: "agency", Message: "the agency must be given by its ORI", Hint: "nine letters and digits, e.g. IL0160000"}
	}
	return nil
}
