package oversight

import (
	"cmp"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"comity"
	"comity/data/table"
)

// A Class says what kind of body runs a facility, as far as its name tells.
type Class string

const (
	CountyJail   Class = "county-jail"
	CityJail     Class = "city-jail" // lock-ups of city police too
	StatePrison  Class = "state-prison"
	NotLocal     Class = "not-local" // federal, or private under federal contract: local law does not speak to it
	ClassUnknown Class = "unknown"
)

// A Grade says how the place of a facility was found. A facility is never
// joined to a county of another state.
type Grade string

const (
	ByHand    Grade = "hand"    // looked up by a person, reason in by-hand.csv
	ByName    Grade = "name"    // the facility bears the name of one county of its state
	ByCity    Grade = "city"    // its city lies in one county
	ByState   Grade = "state"   // only the state is known
	NotPlaced Grade = "unknown" // the file gives no state, or one that is none
)

// A Custodian is one facility that receives detainers.
type Custodian struct {
	Facility string `json:"facility"`
	State    string `json:"state"` // as printed
	City     string `json:"city"`
	Class    Class  `json:"class"`
	Place    string `json:"place"` // id, empty if not placed
	Grade    Grade  `json:"grade"`
}

// A Gazetteer finds class and place of a facility.
type Gazetteer struct {
	states map[string]string              // postal code → place id
	names  map[string]map[string][]string // postal code → folded name of county → place ids
	cities map[string][]string            // postal code|folded city → place ids of counties
	own    map[string]string              // postal code|folded city → place id of the city itself
	fips   map[string]string
	known  map[string]Custodian
}

// NewGazetteer reads the table of places.
func NewGazetteer(places []comity.Place) *Gazetteer {
	g := &Gazetteer{states: map[string]string{}, names: map[string]map[string][]string{}, cities: map[string][]string{},
		own: map[string]string{}, fips: map[string]string{}, known: map[string]Custodian{}}
	for _, p := range places {
		code, _, _ := strings.Cut(strings.TrimPrefix(p.ID, "us-"), "-")
		code = strings.ToUpper(code)
		switch {
		case p.Kind == "state" || p.Kind == "territory":
			g.states[code] = p.ID
			continue
		case p.Kind == "nation":
			continue
		case p.FIPS != "": // counties and what stands in the place of one
			g.fips[p.FIPS] = p.ID
			if g.names[code] == nil {
				g.names[code] = map[string][]string{}
			}
			name := countyName(p)
			g.names[code][name] = append(g.names[code][name], p.ID)
		}
		if p.Kind == "city" {
			g.own[code+"|"+fold(strings.TrimSuffix(p.Name, " (city)"))] = p.ID
		}
	}
	return g
}

// countyName is what stands before "county" or "city" in the name of a facility.
func countyName(p comity.Place) string {
	name := fold(strings.TrimSuffix(p.Name, " (city)"))
	for _, kind := range []string{" county", " parish", " census area", " city and borough", " borough", " municipality", " municipio", " district", " planning region", " island"} {
		name = strings.TrimSuffix(name, kind)
	}
	if p.Kind == "city" {
		return name + "|city"
	}
	return name
}

// AddCities learns in which counties cities lie (columns city, state,
// county_fips, one row for each agency). A city in several counties has no
// county of its own here.
func (g *Gazetteer) AddCities(r io.Reader) error {
	return eachRow(r, "cities", []string{"city", "state", "county_fips"}, func(t *table.Table) error {
		id, ok := g.fips[t.Get("county_fips")]
		if key := t.Get("state") + "|" + fold(t.Get("city")); ok && !slices.Contains(g.cities[key], id) {
			g.cities[key] = append(g.cities[key], id)
		}
		return nil
	})
}

var custodianColumns = []string{"facility", "state", "city", "class", "place", "grade"}

// AddKnown learns facilities whose class and place are settled.
func (g *Gazetteer) AddKnown(list []Custodian) {
	for _, c := range list {
		g.known[c.key()] = c
	}
}

// LoadGazetteer reads what is known of facilities from detainers/.
func LoadGazetteer(fsys fs.FS, places []comity.Place) (*Gazetteer, error) {
	list, err := loadCustodians(fsys)
	if err != nil {
		return nil, err
	}
	g := NewGazetteer(places)
	g.AddKnown(list)
	return g, nil
}

// ReadByHand reads facilities that a person looked up, each with a reason.
func ReadByHand(r io.Reader) ([]Custodian, error) {
	var list []Custodian
	err := eachRow(r, "by-hand.csv", []string{"facility", "state", "city", "class", "place", "why"}, func(t *table.Table) error {
		if t.Get("why") == "" {
			return t.Fault("empty-value", "why", "a facility looked up by hand needs a reason", "")
		}
		list = append(list, Custodian{t.Get("facility"), t.Get("state"), t.Get("city"), Class(t.Get("class")), t.Get("place"), ByHand})
		return nil
	})
	return list, err
}

func (c Custodian) key() string { return c.Facility + "|" + c.State + "|" + c.City }

// Find gives class and place of a facility as the file prints it.
func (g *Gazetteer) Find(facility, state, city string) Custodian {
	c := Custodian{Facility: facility, State: state, City: city, Grade: NotPlaced}
	if known, ok := g.known[c.key()]; ok {
		return known
	}
	c.Class = classOf(facility)
	if g.states[state] == "" {
		return c
	}
	c.Place, c.Grade = g.states[state], ByState
	if c.Class == StatePrison { // under the law of its state, wherever it stands
		return c
	}
	if c.Class == NotLocal {
		if id := g.city(state, city); id != "" {
			c.Place, c.Grade = id, ByCity
		}
		return c
	}
	if id := g.named(state, facility); id != "" {
		c.Place, c.Grade = id, ByName
	} else if id := g.own[state+"|"+fold(city)]; id != "" && c.Class == CityJail {
		c.Place, c.Grade = id, ByCity
	} else if id := g.city(state, city); id != "" {
		c.Place, c.Grade = id, ByCity
	}
	return c
}

func (g *Gazetteer) city(state, city string) string {
	if ids := g.cities[state+"|"+fold(city)]; len(ids) == 1 {
		return ids[0]
	}
	return ""
}

var countyWord = map[string]bool{"county": true, "countyy": true, "count": true, "co": true, "cty": true, "cnty": true, "parish": true, "par": true}

// named finds the one county of the state whose name stands before the word
// for county in the name of the facility; the longest name wins.
func (g *Gazetteer) named(state, facility string) string {
	w := strings.Fields(fold(facility))
	for i := len(w) - 1; i > 0; i-- {
		kind := ""
		switch {
		case countyWord[w[i]]:
		case w[i] == "city":
			kind = "|city"
		default:
			continue
		}
		for from := max(0, i-4); from < i; from++ {
			name := strings.Join(w[from:i], " ")
			ids := g.names[state][name+kind]
			if len(ids) == 0 && kind == "" {
				ids = g.names[state][name+"|city"] // San Francisco County Jail, Denver County Jail
			}
			if len(ids) == 1 {
				return ids[0]
			}
		}
	}
	return ""
}

type classRule struct {
	class Class
	form  *regexp.Regexp
}

// classRules are tried in order on the folded name. They say only what names
// say; a name that says nothing is unknown.
var classRules = []classRule{
	{NotLocal, regexp.MustCompile(`\b(u s|us|united states) (marshal|marshals|marshall|marshalls|marshal s)\b|\b(fci|usp|fcc|fdc|mdc|mcc|bop|fmc|spc|dro|ero)\b|\bf c i\b|\bu s p\b|\bfed\b|\bfederal\b|\bu s pen\b|\bus pen\w*\b|\bhold ?(room|rm)\b|\bhold$|\bdist office\b|\bmet det ctr\b|\b(border patrol|ice|customs|ins)\b|\bservice processing\b`)},
	{StatePrison, regexp.MustCompile(`\b(state|st) (prison|p|jail|penitentiary|pen|corr\w*|farm|hospital)\b|\b(doc|d o c|tdc|tdcj|dcj|aspc|csp|sci|s c i|mci|cci|ncci|ctf|cmf|ccf|srcf|aci|cdc|cdcr|vadoc|scdc|ndoc)\b|\bc f\b|\bc i\b|\bpenn?\b|\bpent\b|\brec\b|\brec ctr\b|\bdiagnostic\b|\bcor (fac|ctr|cen\w*)\b|\bcf\b|\bprison\b|\bdept of corr\w*|\bdepartment of corr\w*|\brecept\w*\b|\bmen(s)? colony\b|\btransfer (facility|unit)\b|\bunit\b|\bcalif inst\b|\bcorr\w* (inst\w*|ctr|cen\w*|fac\w*)\b|\bvocational inst\w*\b|\bpenitentiary\b|\bclassif\w*\b|\bintake\b.*\bcorr|\bcorrectional\b|\bcorrections\b|\breformatory\b|\br\w* ?jail & corr`)},
	{CityJail, regexp.MustCompile(`\bpolice\b|\bpd\b|\bp d\b|\bpol dept\b|\bcity jail\b|\bcity of\b|\bcentral booking\b|\bcity (hall|det\w*|prison|lockup|correct\w*|magistrate)\b|\blapd\b|\bcity\b.*\bjail\b`)},
	{CountyJail, regexp.MustCompile(`\bsheriff\w*\b|\bjail\b|\bdet\b|\bdetention\b|\b(adc|a d c)\b|\bjustice c\w*\b|\blaw enf\w*\b|\bl e c\b|\bhouse of corr\w*\b|\bh o c\b|\bworkhouse\b|\bregional\b`)},
}

var countyBody = regexp.MustCompile(`\b(county|countyy|co|cty|cnty|parish)\b`)

func classOf(facility string) Class {
	name := fold(facility)
	switch {
	case name == "" || strings.HasPrefix(name, "other other"):
		return ClassUnknown
	case classRules[0].form.MatchString(name):
		return NotLocal
	case countyBody.MatchString(name): // also "… county dept of corrections"
		if classRules[2].form.MatchString(name) && !classRules[3].form.MatchString(name) {
			return CityJail
		}
		return CountyJail
	}
	for _, rule := range classRules {
		if rule.form.MatchString(name) {
			return rule.class
		}
	}
	return ClassUnknown
}

// fold makes one spelling of a name: small letters, no accents, no marks.
func fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFD.String(strings.ToValidUTF8(text, " ")) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		default:
			space = true
		}
	}
	return b.String()
}

func sortRows(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(len(a[1]), len(b[1])), cmp.Compare(a[1], b[1]))
	})
}
