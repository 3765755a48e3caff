package atlas

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"comity"
	"comity/data/table"
)

// Match says how the ORI of an agreement was found. A match that would join
// offices of different kinds, or names that two agencies bear, is refused: no
// ORI is better than another agency's.
const (
	MatchBoth = "ori-file+name" // the file of ORIs and the FBI's name agree
	MatchFile = "ori-file"      // the file of ORIs, under another name of a fitting kind
	MatchName = "name"          // exactly one agency of that state and kind bears the name
)

// oris reads the file that joins agreements to ORIs. Days of its own lists
// widen what was seen, and agreements only it has are kept, unconfirmed.
func (im *agreementImport) oris(r io.Reader) error {
	const name = "oris"
	t, err := table.Open(r, name, "state", "agency", "model", "ori", "first_listed", "last_listed")
	if err != nil {
		return err
	}
	for {
		if err := t.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := im.oriRow(t); err != nil {
			return err
		}
	}
}

func (im *agreementImport) oriRow(t *table.Table) error {
	im.report.count("rows of ORIs")
	state, _ := stateOf(t.Get("state"))
	model := modelOf(t.Get("model"))
	first, _, _ := strings.Cut(t.Get("first_listed"), " ")
	last, _, _ := strings.Cut(t.Get("last_listed"), " ")
	if state == "" || model == "" || implausible(first, "2100-01-01") != "" || implausible(last, "2100-01-01") != "" {
		return t.Fault("bad-value", "state, model or days", "the row cannot be read", "")
	}
	key := agencyKey(t.Get("agency")) + "|" + model
	a := im.byKey[state+"|"+key]
	if a == nil {
		a = im.loosely(state, key)
	}
	if a == nil {
		a = &tracked{key: key}
		a.State, a.Model, a.Agency = state, model, t.Get("agency")
		a.Notes = append(a.Notes, "known from the file of ORIs only; the name is as folded there")
		im.byKey[state+"|"+key] = a
		im.report.count("in the file of ORIs only")
	}
	a.span(first, last)
	ori := t.Get("ori")
	if ori != "" && ori != "NA" {
		im.report.count("rows with an ORI") // some are -1, which is none
	}
	if oriForm.MatchString(ori) {
		a.ori = ori
		if _, ok := im.agencies.Get(ori); ok {
			im.report.count("rows with an ORI of the list of agencies")
		}
	}
	return nil
}

// loosely finds the one agreement of that state and model whose agency bears
// the name but for words of form; the file of ORIs leaves those out.
func (im *agreementImport) loosely(state, key string) *tracked {
	var found []*tracked
	for _, t := range im.byKey {
		if t.State == state && looseKey(t.key) == looseKey(key) {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

func looseKey(key string) string {
	var out []string
	for w := range strings.FieldsSeq(words(key)) {
		switch w {
		case "department", "division", "office", "bureau", "of", "the", "and":
		default:
			out = append(out, strings.TrimSuffix(w, "s"))
		}
	}
	return strings.Join(out, " ")
}

func agencyNames(agencies *Agencies) map[string][]comity.Agency {
	out := map[string][]comity.Agency{}
	for _, a := range agencies.list {
		key := a.State + "|" + agencyKey(a.Name)
		out[key] = append(out[key], a)
	}
	return out
}

func (im *agreementImport) match(t *tracked) {
	name, _, _ := strings.Cut(t.key, "|")
	var named []comity.Agency
	for _, a := range im.byName[t.State+"|"+name] {
		if fits(t, a) {
			named = append(named, a)
		}
	}
	t.ORI, t.Match = im.matchFile(t, name)
	if t.ORI == "" && len(named) == 1 {
		t.ORI, t.Match = named[0].ORI, MatchName
	}
	if t.ORI == "" && t.Match == "" {
		switch len(named) {
		case 0:
			t.Match = "none: no agency of that name and kind in " + t.State
		default:
			t.Match = fmt.Sprintf("none: %d agencies bear that name", len(named))
			im.report.remark("ambiguous-name", t.State, t.Agency)
		}
	}
	how, _, _ := strings.Cut(t.Match, ":")
	im.report.count("match " + how)
}

func (im *agreementImport) matchFile(t *tracked, name string) (ori, match string) {
	if t.ori == "" {
		return "", ""
	}
	a, ok := im.agencies.Get(t.ori)
	switch {
	case !ok:
		return "", "none: " + t.ori + " is not on the list of agencies"
	case a.State != t.State || !fits(t, a):
		im.report.remark("join-refused", t.State, fmt.Sprintf("%s (%s) would be joined to %s, %s, of %s", t.Agency, t.Kind, a.Name, a.Type, a.State))
		return "", "refused: " + t.ori + " is an agency of another kind or state"
	case agencyKey(a.Name) == name:
		return a.ORI, MatchBoth
	}
	return a.ORI, MatchFile
}

// fits reports whether an agency can be the one on the list: a sheriff is a
// county's, a city's police is a city's, a state's office is neither.
func fits(t *tracked, a comity.Agency) bool {
	name := " " + t.key
	switch {
	case strings.Contains(name, " sheriff"):
		return a.Type == "County"
	case strings.Contains(name, " police") && t.Kind != "State Agency": // the lists call some cities' police County
		return a.Type == "City" || a.Type == "County" || a.Type == "Other" || a.Type == "University or College"
	case t.Kind == "Municipality":
		return a.Type == "City" || a.Type == "Other" || a.Type == "University or College"
	case t.Kind == "State Agency":
		return a.Type != "County" && a.Type != "City"
	case t.Kind == "County":
		return a.Type != "City" && a.Type != "Federal" && a.Type != "Tribal"
	}
	return a.Type != "Federal" && a.Type != "Tribal"
}
