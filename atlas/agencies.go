package atlas

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"comity"
	"comity/data/table"
)

const agenciesFile = "agencies/agencies.csv"

// Agencies is the directory of law enforcement agencies by ORI.
type Agencies struct {
	list   []comity.Agency // by ORI
	folded []string        // what a search reads of each
	byORI  map[string]int
}

// LoadAgencies reads agencies/agencies.csv.
func LoadAgencies(fsys fs.FS) (*Agencies, error) {
	f, err := fsys.Open(agenciesFile)
	if err != nil {
		return nil, fmt.Errorf("open the list of agencies: %w", err)
	}
	defer f.Close()
	list, err := readAgencies(f)
	if err != nil {
		return nil, err
	}
	return NewAgencies(list), nil
}

// NewAgencies makes a directory of a list.
func NewAgencies(list []comity.Agency) *Agencies {
	as := &Agencies{list: slices.Clone(list), byORI: make(map[string]int, len(list))}
	slices.SortFunc(as.list, func(a, b comity.Agency) int { return cmp.Compare(a.ORI, b.ORI) })
	as.folded = make([]string, len(as.list))
	for i, a := range as.list {
		as.byORI[a.ORI] = i
		as.folded[i] = " " + words(a.Name) + " " + strings.ToLower(a.ORI)
	}
	return as
}

// Len is the number of agencies.
func (as *Agencies) Len() int { return len(as.list) }

// All gives every agency in order of ORI.
func (as *Agencies) All() []comity.Agency { return slices.Clone(as.list) }

// Get gives the agency of an ORI.
func (as *Agencies) Get(ori string) (comity.Agency, bool) {
	i, ok := as.byORI[strings.ToUpper(strings.TrimSpace(ori))]
	if !ok {
		return comity.Agency{}, false
	}
	return as.list[i], true
}

// Search finds agencies whose name has words that begin with each word of the
// query, or whose ORI begins with it, in one state or, if state is empty, in
// all. Names that begin with the query come first.
func (as *Agencies) Search(query, state string, limit int) []comity.Agency {
	want := strings.Fields(words(query))
	if len(want) == 0 && state == "" {
		return nil
	}
	state = strings.ToUpper(strings.TrimSpace(state))
	var first, rest []comity.Agency
	for i, a := range as.list {
		if state != "" && a.State != state || !hasAll(as.folded[i], want) {
			continue
		}
		if strings.HasPrefix(as.folded[i], " "+strings.Join(want, " ")) {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	byName := func(a, b comity.Agency) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.State, b.State), cmp.Compare(a.ORI, b.ORI))
	}
	slices.SortFunc(first, byName)
	slices.SortFunc(rest, byName)
	found := append(first, rest...)
	return found[:min(max(limit, 0), len(found))]
}

func hasAll(folded string, want []string) bool {
	for _, w := range want {
		if !strings.Contains(folded, " "+w) {
			return false
		}
	}
	return true
}

// An AgencyPage is all that is shown of one agency.
type AgencyPage struct {
	Agency     comity.Agency  `json:"agency"`
	Places     []comity.Place `json:"places"` // city if it is known, every county served, state; the first is where to ask about the law
	Agreements []Agreement    `json:"agreements"`
}

// Page gathers what is known of an agency. places is the table of places.
func (as *Agencies) Page(ori string, agreements *Agreements, places []comity.Place) (AgencyPage, bool) {
	a, ok := as.Get(ori)
	if !ok {
		return AgencyPage{}, false
	}
	page := AgencyPage{Agency: a, Places: PlacesOf(a, places)}
	if agreements != nil {
		page.Agreements = agreements.Of(a.ORI)
	}
	return page, true
}

// PlacesOf gives the places whose law an agency is under: its city where the
// table has one, every county it serves (an agency may serve several, none is
// picked for it), and its state.
func PlacesOf(a comity.Agency, places []comity.Place) []comity.Place {
	var city, counties, state []comity.Place
	stateID := "us-" + strings.ToLower(a.State)
	name := words(a.Name)
	for _, p := range places {
		switch {
		case p.ID == stateID:
			state = append(state, p)
		case !slices.Contains(p.Parents, stateID):
		case p.FIPS != "" && slices.Contains(a.Counties, p.FIPS):
			counties = append(counties, p)
		case p.Kind == "city" && a.Type == "City" && name == words(p.Name)+" police department":
			city = append(city, p)
		}
	}
	return append(append(city, counties...), state...)
}

// A Remark is something an import set right, left out or could not read.
type Remark struct {
	Code  string `json:"code"`
	Where string `json:"where"`
	Says  string `json:"says"`
}

// A Report tells what an import did: every row that was read is kept or
// accounted for in a remark.
type Report struct {
	Read    int            `json:"read"`
	Kept    int            `json:"kept"`
	Counts  map[string]int `json:"counts"`
	Remarks []Remark       `json:"remarks"`
}

func (r *Report) count(key string) {
	if r.Counts == nil {
		r.Counts = map[string]int{}
	}
	r.Counts[key]++
}

func (r *Report) remark(code, where, says string) {
	r.count(code)
	r.Remarks = append(r.Remarks, Remark{code, where, says})
}

var (
	oriForm  = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{7}$`)
	fipsForm = regexp.MustCompile(`^\d{5}$`)
)

// ImportAgencies reads the FBI's list of agencies (columns ori, name, type,
// state, county_fips) into our own form: names without stray marks, postal
// codes of states, county codes checked. Population, staff and coordinates
// are passed over.
func ImportAgencies(r io.Reader) ([]comity.Agency, Report, error) {
	t, err := table.Open(r, "agencies", "ori", "name", "type", "state", "county_fips")
	if err != nil {
		return nil, Report{}, asProblem(err)
	}
	var report Report
	var list []comity.Agency
	seen := map[string]bool{}
	for {
		if err := t.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, report, asProblem(err)
		}
		report.Read++
		a, err := importAgency(t, &report)
		if err != nil {
			return nil, report, asProblem(err)
		}
		if seen[a.ORI] {
			return nil, report, asProblem(t.Fault("double-ori", "ori", "the ORI "+a.ORI+" stands twice", "an ORI names one agency"))
		}
		seen[a.ORI] = true
		list = append(list, a)
	}
	report.Kept = len(list)
	slices.SortFunc(list, func(a, b comity.Agency) int { return cmp.Compare(a.ORI, b.ORI) })
	return list, report, nil
}

func importAgency(t *table.Table, report *Report) (comity.Agency, error) {
	a := comity.Agency{ORI: t.Get("ori"), Type: t.Get("type"), State: t.Get("state")}
	a.Name = strings.TrimRight(strings.Join(strings.Fields(t.Get("name")), " "), ":,")
	if !oriForm.MatchString(a.ORI) {
		return a, t.Fault("bad-ori", "ori", fmt.Sprintf("%.20q is not an ORI", a.ORI), "an ORI has two letters and seven letters or digits")
	}
	if a.Name == "" || a.Type == "" {
		return a, t.Fault("empty-value", "name", "name and type must not be empty", "")
	}
	switch a.State {
	case "FS": // the FBI's code for federal agencies; they belong to no state
		a.State = ""
		report.count("federal")
	case "GM": // the FBI's code for Guam
		a.State = "GU"
		report.count("guam")
	default:
		if !isPostal(a.State) {
			return a, t.Fault("bad-state", "state", fmt.Sprintf("%.10q is not the code of a state", a.State), "")
		}
	}
	for _, fips := range strings.FieldsFunc(t.Get("county_fips"), func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
		if !fipsForm.MatchString(fips) {
			return a, t.Fault("bad-county", "county_fips", fmt.Sprintf("%.10q is not a county code", fips), "a county code has five digits")
		}
		a.Counties = append(a.Counties, fips)
	}
	if len(a.Counties) == 0 {
		report.count("no county")
	} else {
		report.count("with county")
	}
	return a, nil
}

var agencyColumns = []string{"ori", "name", "type", "state", "counties"}

// WriteAgencies writes the list in our own form, which LoadAgencies reads.
func WriteAgencies(w io.Writer, list []comity.Agency) error {
	out := csv.NewWriter(w)
	rows := [][]string{agencyColumns}
	for _, a := range list {
		rows = append(rows, []string{a.ORI, a.Name, a.Type, a.State, strings.Join(a.Counties, " ")})
	}
	return out.WriteAll(rows)
}

func readAgencies(r io.Reader) ([]comity.Agency, error) {
	t, err := table.Open(r, agenciesFile, agencyColumns...)
	if err != nil {
		return nil, asProblem(err)
	}
	var list []comity.Agency
	for {
		if err := t.Next(); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, asProblem(err)
		}
		list = append(list, comity.Agency{
			ORI: t.Get("ori"), Name: t.Get("name"), Type: t.Get("type"), State: t.Get("state"),
			Counties: strings.Fields(t.Get("counties")),
		})
	}
}

func asProblem(err error) error {
	var f *table.Fault
	if errors.As(err, &f) {
		return (*comity.Problem)(f)
	}
	return err
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// words folds case, accents, apostrophes and punctuation.
func words(text string) string {
	return strings.TrimSpace(notWord.ReplaceAllString(strings.ToLower(plain(text)), " "))
}

func isPostal(code string) bool {
	return slices.Contains(slices.Collect(maps.Values(postalCodes())), code)
}
