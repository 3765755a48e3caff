package atlas

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/data/table"
)

// A ListFile is one list as it was published: participating agencies (with the
// day of signature) or pending ones.
type ListFile struct {
	Name    string
	Day     string // 2006-01-02
	Pending bool
	Content io.Reader
}

// ImportAgreements folds dated lists into agreements. oris, which may be nil,
// is a file that joins agency and model to ORIs and days (columns state,
// agency, model, ori, first_listed, last_listed). Nothing that was ever on a
// list is dropped, and nothing is said to have ended.
func ImportAgreements(files []ListFile, oris io.Reader, agencies *Agencies) (*Agreements, Report, error) {
	im := &agreementImport{byKey: map[string]*tracked{}, agencies: agencies, byName: agencyNames(agencies)}
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b ListFile) int {
		return strings.Compare(a.Day+fmt.Sprint(a.Pending), b.Day+fmt.Sprint(b.Pending))
	})
	for _, f := range files {
		if err := im.list(f); err != nil {
			return nil, im.report, asProblem(err)
		}
	}
	if oris != nil {
		if err := im.oris(oris); err != nil {
			return nil, im.report, asProblem(err)
		}
	}
	list := im.finish()
	im.report.Kept = len(list)
	return NewAgreements(list, im.lists), im.report, nil
}

// ListChange counts what two lists differ in by state, agency and model as
// printed. It is a difference of two papers, not of agreements.
func ListChange(a, b ListFile) (added, gone int, err error) {
	keys := func(f ListFile) (map[string]bool, error) {
		out := map[string]bool{}
		err := readRows(f.Content, f.Name, rowColumns(f.Pending), func(t *table.Table) error {
			out[t.Get("state")+"|"+t.Get("law_enforcement_agency")+"|"+t.Get("support_type")] = true
			return nil
		})
		return out, asProblem(err)
	}
	before, err := keys(a)
	if err != nil {
		return 0, 0, err
	}
	after, err := keys(b)
	if err != nil {
		return 0, 0, err
	}
	for k := range after {
		if !before[k] {
			added++
		}
	}
	for k := range before {
		if !after[k] {
			gone++
		}
	}
	return added, gone, nil
}

type agreementImport struct {
	report   Report
	lists    []List
	byKey    map[string]*tracked
	agencies *Agencies
	byName   map[string][]comity.Agency
	latest   [2]string // day of the latest list: participating, pending
}

// tracked is an agreement while lists are read.
type tracked struct {
	Agreement
	key   string // of the agency and model, without the state
	ori   string // as the file of ORIs gives it
	names []string
	in    [2]string // day of the last list that had it: participating, pending
}

// row is one line of a list.
type row struct {
	state, agency, kind, county, model, signed string
	where                                      string
	notes                                      []string
}

func rowColumns(pending bool) []string {
	columns := []string{"state", "law_enforcement_agency", "type", "county", "support_type"}
	if !pending {
		columns = append(columns, "signed")
	}
	return columns
}

func (im *agreementImport) list(f ListFile) error {
	total := List{Day: f.Day, Name: f.Name, Pending: f.Pending}
	states, agencies, times := map[string]bool{}, map[string]bool{}, map[string]int{}
	var rows []row
	var keys []string
	err := readRows(f.Content, f.Name, rowColumns(f.Pending), func(t *table.Table) error {
		r, err := im.row(t, f.Day)
		if err != nil {
			return err
		}
		total.Rows++
		states[t.Get("state")] = true
		agencies[t.Get("state")+"|"+t.Get("law_enforcement_agency")] = true
		if r.state == "FL" {
			total.Florida++
		}
		*map[string]*int{"jem": &total.JEM, "wso": &total.WSO, "tfm": &total.TFM}[r.model]++
		key := agencyKey(r.agency) + "|" + r.model
		if times[r.state+"|"+key]++; times[r.state+"|"+key] > 1 {
			im.report.remark("double-row", r.where, fmt.Sprintf("%s (%s, %s) is on this list more than once: kept as agreements of their own", r.agency, r.state, r.model))
			key += fmt.Sprintf("|%d", times[r.state+"|"+key])
		}
		rows, keys = append(rows, r), append(keys, key)
		return nil
	})
	if err != nil {
		return err
	}
	im.report.Read += total.Rows
	total.States, total.Agencies = len(states), len(agencies)
	im.lists = append(im.lists, total)
	im.moveState(rows, keys)
	for i, r := range rows {
		im.see(r, keys[i], f)
	}
	im.latest[side(f.Pending)] = f.Day
	return nil
}

func side(pending bool) int {
	if pending {
		return 1
	}
	return 0
}

func (im *agreementImport) row(t *table.Table, day string) (row, error) {
	r := row{agency: t.Get("law_enforcement_agency"), kind: t.Get("type"), county: t.Get("county"), where: t.Where()}
	printed := t.Get("state")
	state, sure := stateOf(printed)
	if state == "" {
		return r, t.Fault("bad-state", "state", fmt.Sprintf("%.30q is no state and not one letter off a single one", printed), "")
	}
	r.state = state
	if !sure {
		r.notes = append(r.notes, fmt.Sprintf("state printed %q, read as %s", printed, state))
		im.report.remark("state-typo", r.where, fmt.Sprintf("state %q read as %s", printed, state))
	}
	if r.agency == "" {
		return r, t.Fault("empty-value", "law_enforcement_agency", "the name of the agency is empty", "")
	}
	if r.county == "#N/A" || r.county == "NA" {
		r.county = ""
		im.report.count("county not given")
	}
	if r.model = modelOf(t.Get("support_type")); r.model == "" {
		return r, t.Fault("bad-value", "support_type", fmt.Sprintf("%.40q is no model of agreement", t.Get("support_type")), "")
	}
	if signed := t.Get("signed"); signed != "" {
		if why := implausible(signed, day); why != "" {
			r.notes = append(r.notes, fmt.Sprintf("signed printed %q: %s", signed, why))
			im.report.remark("signed-unreadable", r.where, fmt.Sprintf("signed %q of %s: %s", signed, r.agency, why))
		} else {
			r.signed = signed
		}
	}
	return r, nil
}

// implausible says why a day of signature cannot be: section 287(g) is of
// 30 September 1996, and nothing is signed after the list that says so.
func implausible(signed, listed string) string {
	if _, err := time.Parse(time.DateOnly, signed); err != nil {
		return "not a day"
	}
	if signed < "1996-09-30" {
		return "before the law that allows it"
	}
	if signed > listed {
		return "after the list itself"
	}
	return ""
}

func modelOf(printed string) string {
	switch words(printed) {
	case "jail enforcement model", "jem":
		return "jem"
	case "warrant service officer", "wso":
		return "wso"
	case "task force model", "tfm":
		return "tfm"
	}
	return ""
}

// agencyKey is the identity of an agency's name within a state: case,
// accents, apostrophes, punctuation and the ways to say the same office folded.
func agencyKey(name string) string {
	w := strings.Fields(words(name))
	for i, s := range w {
		if full, ok := map[string]string{
			"pd": "police", "so": "sheriff", "sheriffs": "sheriff", "constables": "constable", "co": "county",
			"dept": "department", "offic": "office", "saint": "st", "ft": "fort",
		}[s]; ok {
			w[i] = full
		}
	}
	if len(w) > 3 && w[1] == "of" && (w[0] == "city" || w[0] == "town" || w[0] == "village") {
		w = w[2:]
	}
	last := len(w) - 1
	if last > 0 && (w[last] == "office" || w[last] == "department") && (w[last-1] == "sheriff" || w[last-1] == "police" || w[last-1] == "constable") {
		w = w[:last]
	}
	return strings.Join(w, " ")
}

// moveState mends a relabelled state (Montana to Minnesota): an agreement that
// left this list while one of the same agency, model, county and day of
// signature came in under another state is the same agreement.
func (im *agreementImport) moveState(rows []row, keys []string) {
	here := map[string]bool{}
	for i, r := range rows {
		here[r.state+"|"+keys[i]] = true
	}
	for i, r := range rows {
		id := r.state + "|" + keys[i]
		if im.byKey[id] != nil || r.signed == "" {
			continue
		}
		var from []string
		for old, t := range im.byKey {
			if t.key == keys[i] && !here[old] && t.Signed == r.signed && t.County == r.county {
				from = append(from, old)
			}
		}
		if len(from) == 1 {
			t := im.byKey[from[0]]
			delete(im.byKey, from[0])
			im.byKey[id] = t
			t.Notes = append(t.Notes, fmt.Sprintf("was listed under %s before %s", t.State, r.state))
			t.State = r.state
			im.report.remark("state-changed", r.where, fmt.Sprintf("%s (%s): the lists changed its state to %s", r.agency, r.model, r.state))
		}
	}
}

func (im *agreementImport) see(r row, key string, f ListFile) {
	t := im.byKey[r.state+"|"+key]
	if t == nil {
		t = &tracked{key: key}
		t.State, t.Model, t.Agency = r.state, r.model, r.agency
		im.byKey[r.state+"|"+key] = t
	}
	if !slices.Contains(t.names, r.agency) {
		t.names = append(t.names, r.agency)
	}
	t.Agency = r.agency // as printed last
	t.Kind = r.kind
	t.County = orElse(r.county, t.County)
	t.Signed = orElse(r.signed, t.Signed)
	for _, n := range r.notes {
		if !slices.Contains(t.Notes, n) {
			t.Notes = append(t.Notes, n)
		}
	}
	if f.Pending {
		t.PendingFrom, t.PendingTo = orElse(t.PendingFrom, f.Day), f.Day
	} else {
		t.span(f.Day, f.Day)
	}
	t.in[side(f.Pending)] = f.Day
}

func (t *tracked) span(first, last string) {
	if t.FirstSeen == "" || first < t.FirstSeen {
		t.FirstSeen = first
	}
	t.LastSeen = max(t.LastSeen, last)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (im *agreementImport) finish() []Agreement {
	var out []Agreement
	for _, key := range slices.Sorted(maps.Keys(im.byKey)) {
		t := im.byKey[key]
		switch {
		case t.in[0] != "" && t.in[0] == im.latest[0]:
			t.Status = Listed
		case t.in[1] != "" && t.in[1] == im.latest[1]:
			t.Status = Pending
		default:
			t.Status = Unconfirmed
		}
		if t.FirstSeen == "" { // never on a list of participating agencies
			t.FirstSeen, t.LastSeen = t.PendingFrom, t.PendingTo
		}
		if len(t.names) > 1 {
			t.Notes = append(t.Notes, "also listed as "+strings.Join(slices.DeleteFunc(slices.Clone(t.names), func(n string) bool { return n == t.Agency }), "; "))
		}
		im.match(t)
		im.report.count(t.Status)
		out = append(out, t.Agreement)
	}
	sortAgreements(out)
	return out
}
