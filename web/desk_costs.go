package web

import (
	"net/http"
	"slices"
	"strings"

	"comity"
	"comity/desk"
)

// A costsView is what the work costs, month by month; every total opens the
// entries that it is the sum of.
type costsView struct {
	deskPage
	Totals   []costLine
	Compared []desk.Reconciled
	Checked  bool // a file of payroll was compared
	Same     bool
	Text     string
	Problems []formProblem
}

func (costsView) template() string { return "desk_costs" }

type costLine struct {
	Month, What, Units, Dollars string
	Entries                     []string
}

// costs shows the totals, and compares them with payroll's lines. Those are
// read in memory and kept nowhere.
func (s *site) costs(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	totals, err := s.Desk.Costs(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := costsView{deskPage: s.deskPage(who, "registers"), Text: r.PostFormValue("payroll")}
	for _, t := range totals {
		v.Totals = append(v.Totals, costLine{l.month(t.Month), l.option("desk.cost.what", t.What), l.num(t.Units), l.num(t.Dollars), t.Entries})
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		return s.show(w, r, v)
	}
	lines, err := desk.ReadPayroll(strings.NewReader(strings.ReplaceAll(v.Text, "\r\n", "\n")))
	if err != nil {
		for _, p := range formProblems(err) {
			v.Problems = append(v.Problems, l.formProblem("cost", p))
		}
		return s.render(w, r, http.StatusUnprocessableEntity, v)
	}
	v.Checked, v.Compared = true, desk.Reconcile(totals, lines)
	v.Same = !slices.ContainsFunc(v.Compared, func(c desk.Reconciled) bool { return !c.Agrees() })
	return s.show(w, r, v)
}

// A militaryView says what each sort of support is, in each duty status, under
// the law of the agency's place today: a verdict with its section, or a gap.
type militaryView struct {
	deskPage
	Duties []string
	Rows   []militaryRow
}

func (militaryView) template() string { return "desk_military" }

type militaryRow struct {
	Support string
	Cells   []militaryCell
}

type militaryCell struct {
	Verdict comity.Verdict // empty: a gap
	Word    string
	Refs    []string
}

// military asks the law in general; it is about no case and nothing is kept.
func (s *site) military(w http.ResponseWriter, r *http.Request, who Account) error {
	l := s.langOf(r)
	v := militaryView{deskPage: s.deskPage(who, "registers")}
	for _, duty := range desk.Duties {
		if duty != "cannot-tell" {
			v.Duties = append(v.Duties, l.option("desk.military-support.duty", duty))
		}
	}
	for _, support := range desk.SupportTypes {
		row := militaryRow{Support: l.option("desk.military-support.support", support)}
		for _, duty := range desk.Duties[:len(v.Duties)] {
			cell, err := s.militaryCell(l, v.Home.Place, duty, support)
			if err != nil {
				return err
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	return s.show(w, r, v)
}

func (s *site) militaryCell(l *lang, place, duty, support string) (militaryCell, error) {
	actor, activity := desk.DutyActor(duty), desk.SupportActivity(support)
	if actor == "" || activity == "" {
		return militaryCell{}, nil
	}
	d, err := s.Law.Decide(comity.Question{In: place, On: s.Now().Format("2006-01-02"), Actor: actor, Act: "military-support",
		Facts: comity.Facts{"military.activity": activity, "military.authority": "federal-agency-request", "request.by": "ice", "request.purpose": "civil-immigration"}})
	if err != nil || d.Verdict == comity.NoRule {
		return militaryCell{}, err
	}
	cell := militaryCell{Verdict: d.Verdict, Word: l.say("verdict." + string(d.Verdict) + ".word")}
	for _, c := range d.Citations {
		if !slices.Contains(cell.Refs, c.Ref) {
			cell.Refs = append(cell.Refs, c.Ref)
		}
	}
	return cell, nil
}

type assuranceView struct{ deskPage }

func (assuranceView) template() string { return "desk_assurance" }

// assurance is the text that a victim or a witness is given (K25).
func (s *site) assurance(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.show(w, r, assuranceView{s.deskPage(who, "registers")})
}
