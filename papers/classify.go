package papers

import (
	"regexp"
	"slices"
	"strings"
)

// A form of an immigration agency: its number, its title.
type form struct {
	kind   Kind
	number *regexp.Regexp // in the margin lines
	titles []string       // in the upper part
	also   string         // must stand on the page where only the title does
}

// The forms, most particular first. Numbers are read as scans garble them.
var forms = []form{
	{I247A, number(`247\s*-?\s*a`), []string{"immigration detainer notice of action"}, "complete box 1 or 2"},
	{I247D, number(`247\s*-?\s*d`), []string{"immigration detainer request for voluntary action"}, ""},
	{I247N, number(`247\s*-?\s*n`), []string{"request for voluntary notification of release of suspected priority alien"}, ""},
	{I247, number(`247`), []string{"immigration detainer notice of action"}, ""},
	{I200, number(`200`), []string{"warrant for arrest of alien"}, ""},
	{I203, number(`203`), []string{"order to detain or release alien"}, ""},
	{I205, number(`205`), []string{"warrant of removal deportation", "warrant of removal"}, ""},
}

func number(digits string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^a-z0-9])[il1|!]\s*[-–—_.~]?\s*` + digits + `(?:$|[^a-z0-9])`)
}

// agencyMarks are words that only an immigration agency's paper has. One of
// them is enough: the page is no court's, whatever else it says.
var agencyMarks = []string{
	"warrant for arrest of alien", "warrant of removal", "immigration detainer", "notice to appear", "order to detain or release",
	"immigration officer", "deportation officer", "immigration judge", "immigration court", "executive office for immigration review",
	"sections 236 and 287", "section 236 of the", "section 241 of the", "section 287 of the", "immigration and nationality act",
	"removal proceedings", "removable from the united states", "removable under", "lacks immigration status", "admissibility",
	"biometric confirmation of the", "law enforcement support center", "certificate of service the warrant for arrest of alien",
}

// headMarks stand at the head of an agency's paper.
var headMarks = []string{"department of homeland security", "immigration and customs enforcement", "customs and border protection", "immigration and naturalization service"}

// Soft marks also stand on papers of courts about crimes of immigration; many
// of them together do not.
var softMarks = []string{"immigration", "removable", "removal", "alien", "homeland security", "detainer", "deportation", "noncitizen"}

const manySoft = 4

var (
	courtHeads = []string{
		"united states district court", "superior court", "circuit court", "district court", "county court", "municipal court",
		"criminal court", "justice court", "magistrate court", "court of common pleas",
	}
	caseLabels  = []string{"case no", "case number", "cause no", "criminal no", "docket no", "warrant no", "mag no"}
	arrestHeads = []string{"arrest warrant", "warrant for arrest", "warrant of arrest", "bench warrant"}
	searchHeads = []string{"search warrant", "search and seizure warrant"}
	judgeMarks  = []string{
		"judges signature", "signature of judge", "issuing officers signature", "magistrate judge", "district judge", "circuit judge",
		"superior court judge", "judge of the", "clerk of court", "clerk of the court", "deputy clerk", "signature of clerk",
	}
)

// classify says what one page is. It never looks at another page.
func (s *sheet) classify() Page {
	s.index()
	p := Page{Kind: Unknown, Read: s.read}
	if s.form(&p) {
		p.Issuer = ImmigrationAgency
		return p
	}
	if s.agreement() {
		return Page{Kind: Agreement, Issuer: ImmigrationAgency, Confidence: 0.9, Read: s.read}
	}
	switch s.agency() {
	case ImmigrationCourt:
		return Page{Kind: immigrationAny, Issuer: ImmigrationCourt, Confidence: 0.7, Read: s.read}
	case ImmigrationAgency:
		kind := immigrationAny
		if s.titled("subpoena") {
			kind = Subpoena
		}
		return Page{Kind: kind, Issuer: ImmigrationAgency, Confidence: 0.7, Read: s.read}
	}
	if kind, sure := s.court(); sure > 0 {
		return Page{Kind: kind, Issuer: Court, Confidence: sure, Read: s.read}
	}
	if s.titled("subpoena") {
		p.Kind, p.Confidence = Subpoena, 0.6 // whose, nobody can tell
	}
	return p
}

// form finds the number in the margins and the title above.
func (s *sheet) form(p *Page) bool {
	margins := s.text(s.band(0, 0.13)) + " \n " + s.text(s.band(0.80, 2))
	upper := s.band(0, 0.35)
	for _, f := range forms {
		numbered := f.number.MatchString(margins)
		titled := slices.ContainsFunc(f.titles, func(t string) bool { return s.headed(t, upper) })
		if f.kind == I247 && titled && !numbered && s.says("complete box", s.whole()) {
			titled = false // a newer form whose number was cut off; I-247A took it, or nothing does
		}
		switch {
		case numbered && titled:
			p.Kind, p.Confidence = f.kind, 0.97
		case numbered && s.agency() != NoIssuer:
			p.Kind, p.Confidence = f.kind, 0.85
		case titled && (f.also == "" || s.says(f.also, s.whole())):
			p.Kind, p.Confidence = f.kind, 0.75
		default:
			continue
		}
		if s.contradicts(f, margins, titled) {
			p.Kind, p.Confidence = immigrationAny, 0.6
		}
		p.Edition = edition(margins)
		return true
	}
	return false
}

// contradicts reports a page with the number of one form and the title of another.
func (s *sheet) contradicts(f form, margins string, titled bool) bool {
	if titled {
		return false
	}
	upper := s.band(0, 0.35)
	return slices.ContainsFunc(forms, func(o form) bool {
		return o.kind != f.kind && slices.ContainsFunc(o.titles, func(t string) bool { return s.headed(t, upper) })
	})
}

// headed reports whether a phrase stands by itself, as a title does, and not
// within a sentence that speaks of another paper.
func (s *sheet) headed(title string, within Box) bool {
	return slices.ContainsFunc(s.find(title), func(p place) bool {
		if !within.centres(p.box) {
			return false
		}
		space := 1.1 * max(s.words[p.first].Box.height(), s.words[p.last].Box.height())
		return s.apart(p.first, p.first-1, space) && s.apart(p.last, p.last+1, space)
	})
}

// apart reports whether a neighbour stands on another line or well away.
func (s *sheet) apart(at, neighbour int, space float64) bool {
	if neighbour < 0 || neighbour >= len(s.words) {
		return true
	}
	a, b := s.words[at].Box, s.words[neighbour].Box
	if d := a.middle() - b.middle(); d > 0.6*a.height() || d < -0.6*a.height() {
		return true
	}
	return b.X0-a.X1 > space || a.X0-b.X1 > space
}

var editionDate = regexp.MustCompile(`\(?\s*(?:rev\.?|eff\.?)?\s*(\d{1,2})\s*/\s*(\d{2,4})\s*\)`)

// edition is the month printed beside the number, as 2017-02.
func edition(margins string) string {
	m := editionDate.FindStringSubmatch(strings.ToLower(margins))
	if m == nil {
		return ""
	}
	month, year := m[1], m[2]
	if len(month) == 1 {
		month = "0" + month
	}
	if len(year) == 2 {
		year = "20" + year
	}
	if month > "12" || len(year) != 4 {
		return ""
	}
	return year + "-" + month
}

// agency looks for marks of an immigration agency anywhere on the page.
func (s *sheet) agency() Issuer {
	whole := s.whole()
	for _, m := range []string{"immigration court", "executive office for immigration review", "immigration judge"} {
		if s.says(m, s.band(0, 0.3)) {
			return ImmigrationCourt
		}
	}
	head := s.band(0, 0.15)
	if slices.ContainsFunc(headMarks, func(m string) bool { return s.says(m, head) }) ||
		slices.ContainsFunc(agencyMarks, func(m string) bool { return s.says(m, whole) }) {
		return ImmigrationAgency
	}
	return NoIssuer
}

// court asks for everything that a court's paper shows on one page: the court's
// name, a case number, the title, whose signature it bears; and for nothing of
// an agency. Half a mark makes it unknown.
func (s *sheet) court() (Kind, float64) {
	if s.agency() != NoIssuer || s.sure() < 0.6 {
		return Unknown, 0
	}
	soft := 0
	for _, m := range softMarks {
		soft += len(s.find(m))
	}
	if soft >= manySoft {
		return Unknown, 0
	}
	any := func(list []string, within Box) bool {
		return slices.ContainsFunc(list, func(m string) bool { return s.says(m, within) })
	}
	if !any(courtHeads, s.band(0, 0.3)) || !any(caseLabels, s.band(0, 0.5)) {
		return Unknown, 0
	}
	upper, lower := s.band(0, 0.5), s.band(0.35, 2)
	switch {
	case any(searchHeads, upper) && any(judgeMarks, lower):
		return SearchWarrant, 0.85
	case any(arrestHeads, upper) && any(judgeMarks, lower):
		return ArrestWarrant, 0.85
	case s.titled("subpoena"):
		return Subpoena, 0.8
	}
	return Unknown, 0
}

func (s *sheet) titled(word string) bool {
	return slices.ContainsFunc(s.find(word), func(p place) bool { return p.box.middle() < 0.4*s.height })
}

// agreement finds the first page of a 287(g) agreement.
func (s *sheet) agreement() bool {
	upper := s.band(0, 0.4)
	return (s.says("memorandum of agreement", upper) || s.says("memorandum of understanding", upper)) &&
		(s.says("287(g)", s.whole()) || s.says("1357(g)", s.whole()))
}
