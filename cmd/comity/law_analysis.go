package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// lawFlags are the flags that every law verb takes.
type lawFlags struct {
	*flags
	overlay string
	asJSON  bool
}

func newLawFlags(verb string) *lawFlags {
	f := &lawFlags{flags: newFlags("law " + verb)}
	f.StringVar(&f.overlay, "law", "", "a folder laid over the built-in law")
	f.BoolVar(&f.asJSON, "json", false, "as JSON")
	return f
}

// onDay is for verbs that ask about a day and, if they like, one place.
type onDay struct {
	*lawFlags
	on, in, known string
}

func newOnDay(verb string) *onDay {
	f := &onDay{lawFlags: newLawFlags(verb)}
	f.StringVar(&f.on, "on", time.Now().Format(time.DateOnly), "the day asked about")
	f.StringVar(&f.in, "in", "", "one place only, such as us-il")
	return f
}

// withKnown is for verbs whose answer hangs on what was known of the law.
func (f *onDay) withKnown() *onDay {
	f.StringVar(&f.known, "known", "", "the day whose knowledge of the law is meant; default today")
	return f
}

// setKnown lets a book answer with what was known on the day of -known.
func (f *onDay) setKnown(books ...*law.Book) error {
	if f.known == "" {
		return nil
	}
	if err := needDay("known", f.known); err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, f.known)
	for _, b := range books {
		b.Now = func() time.Time { return day }
	}
	return err
}

func (f *onDay) open(e env, args []string, most int) (*law.Book, error) {
	if err := f.parse(e, args, most); err != nil {
		return nil, err
	}
	if err := needDay("on", f.on); err != nil {
		return nil, err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return nil, err
	}
	if err := f.setKnown(book); err != nil {
		return nil, err
	}
	return book, needPlace(book, f.in)
}

// needPlace refuses a place that is not in the table; none is every place.
func needPlace(book *law.Book, id string) error {
	if _, ok := book.Place(id); ok || id == "" {
		return nil
	}
	return &comity.Problem{Code: "unknown-place", Message: fmt.Sprintf("there is no place %q", id), Where: "-in",
		Hint: strings.TrimSpace(book.NearPlaces(id) + " comity law coverage lists the places with law")}
}

// places are those of the coverage table, or the one asked for.
func (f *onDay) places(book *law.Book) []comity.Place {
	if place, ok := book.Place(f.in); ok {
		return []comity.Place{place}
	}
	return book.CoveredPlaces()
}

func writeJSON(e env, v any) error {
	out := json.NewEncoder(e.out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// A coverageCell is a cell as the command gives it.
type coverageCell struct {
	Place     string       `json:"place"`
	Act       string       `json:"act"`
	Is        law.CellKind `json:"is"`
	Gap       bool         `json:"gap"`
	Grade     comity.Grade `json:"grade"`
	Contested bool         `json:"contested"`
	Rules     []string     `json:"rules"`
	Why       []string     `json:"why"`
	AsOf      string       `json:"as_of"`
}

func shownCell(c law.Cell) coverageCell {
	out := coverageCell{c.Place, c.Act, c.Is, c.HasGap(), c.Grade, c.Contested, []string{}, []string{}, c.AsOf}
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, r.ID)
	}
	slices.Sort(out.Rules)
	out.Rules = slices.Compact(out.Rules)
	for _, s := range c.Silences {
		out.Why = append(out.Why, s.Why)
	}
	return out
}

// lawCoverage is the honest table of acts by places; nothing in it is blank.
func lawCoverage(e env, args []string) error {
	f := newOnDay("coverage").withKnown()
	book, err := f.open(e, args, 0)
	if err != nil {
		return err
	}
	var cells []coverageCell
	var total law.Tally
	for _, place := range f.places(book) {
		var own law.Tally
		for _, c := range book.Table(place.ID, f.on) {
			own.Add(c)
			if place.Kind == "state" || place.Kind == "territory" {
				total.Add(c)
			}
			switch {
			case f.asJSON:
				cells = append(cells, shownCell(c))
			case f.in != "":
				fmt.Fprintln(e.out, cellLine(c))
			}
		}
		if f.in == "" && !f.asJSON {
			fmt.Fprintf(e.out, "%-24s %s\n", place.ID, tallyLine(own))
		}
	}
	if f.asJSON {
		return writeJSON(e, cells)
	}
	if f.in == "" {
		fmt.Fprintf(e.out, "\nOf %d cells of the states, the District of Columbia and the territories %s.\n", total.Acts, tallyLine(total))
	}
	return nil
}

func tallyLine(t law.Tally) string {
	if t.Empty() {
		return "gap: no law of this place is loaded"
	}
	part := func(n int) string { return fmt.Sprintf("%d (%d %%)", n, t.Percent(n)) }
	s := fmt.Sprintf("rule %s: grade A %d, B %d, C %d, a gap beside it %d; silent on purpose %s; searched, not found %s; gap %s; not declared %s",
		part(t.Rules()), t.A, t.B, t.C, t.Beside, part(t.Meant), part(t.Searched), part(t.Gap), part(t.Open))
	if t.None > 0 {
		s += "; no pack " + part(t.None)
	}
	return s
}

func cellLine(c law.Cell) string {
	what := map[law.CellKind]string{
		law.CellMeant: "silent on purpose", law.CellSearched: "searched, not found as of " + orDash(c.AsOf),
		law.CellUnread: "gap: law that nobody has read", law.CellOpen: "gap: not declared", law.CellNoPack: "gap: no law of this place is loaded",
	}[c.Is]
	if c.Is == law.CellRule {
		what = fmt.Sprintf("rule, grade %s (%s)", c.Grade, strings.Join(shownCell(c).Rules, ", "))
		if c.Contested {
			what += ", contested"
		}
		if c.HasGap() {
			what += ", and a gap beside it"
		}
	}
	return fmt.Sprintf("%-28s %s", c.Act, what)
}

// lawGaps lists what nobody has read, and silence that nobody explained.
func lawGaps(e env, args []string) error {
	f := newOnDay("gaps").withKnown()
	book, err := f.open(e, args, 0)
	if err != nil {
		return err
	}
	gaps := []coverageCell{}
	for _, place := range f.places(book) {
		for _, c := range book.Table(place.ID, f.on) {
			if c.HasGap() || c.Is == law.CellOpen || c.Is == law.CellNoPack {
				gaps = append(gaps, shownCell(c))
			}
		}
	}
	if f.asJSON {
		return writeJSON(e, gaps)
	}
	type ground struct{ place, why string }
	acts, order := map[ground][]string{}, []ground{}
	for _, c := range gaps {
		g, act := ground{c.Place, "not declared"}, c.Act
		switch {
		case c.Is == law.CellNoPack:
			g.why, act = "no law of this place is loaded", "every act"
		case len(c.Why) > 0:
			g.why = strings.Join(c.Why, " ")
		}
		if acts[g] == nil {
			order = append(order, g)
		}
		if !slices.Contains(acts[g], act) {
			acts[g] = append(acts[g], act)
		}
	}
	for _, g := range order {
		fmt.Fprintf(e.out, "%s: %s: %s\n", g.place, strings.Join(acts[g], ", "), g.why)
	}
	if f.in != "" && len(gaps) == 0 {
		fmt.Fprintf(e.out, "no gap in %s on %s: every act has a rule, or a silence that somebody explained\n", f.in, f.on)
	}
	return nil
}

// A shownClash is a clash as the command gives it.
type shownClash struct {
	Place   string         `json:"place"`
	Act     string         `json:"act"`
	Actors  []string       `json:"actors"`
	Ban     shownSide      `json:"ban"`
	Against shownSide      `json:"against"`
	Between bool           `json:"between_layers"`
	Facts   comity.Facts   `json:"facts"`
	When    []shownRow     `json:"when"`
	Verdict comity.Verdict `json:"verdict"`
	Flags   []comity.Flag  `json:"flags"`

	who   []string
	means string
}

// A shownSide is one of two rules that speak against each other.
type shownSide struct {
	Rule    string         `json:"rule"`
	Ref     string         `json:"ref"`
	Layer   comity.Layer   `json:"layer"`
	Verdict comity.Verdict `json:"verdict"`
	Says    string         `json:"says"`
}

func sideOf(book *law.Book, r *law.Rule) shownSide {
	_, pack, _ := book.Rule(r.ID)
	s := shownSide{r.ID, r.ID, pack.Layer, r.Verdict, r.Says.EN}
	if len(r.Cites) > 0 {
		s.Ref = r.Cites[0].Ref
	}
	return s
}

func lawConflicts(e env, args []string) error {
	f := newOnDay("conflicts").withKnown()
	book, err := f.open(e, args, 0)
	if err != nil {
		return err
	}
	list, err := book.Conflicts(f.in, f.on)
	if err != nil {
		return err
	}
	out := []shownClash{}
	for _, c := range list {
		out = append(out, shownClash{c.Place, c.Act, c.Actors, sideOf(book, c.Ban), sideOf(book, c.Against), c.Between(), c.Facts.Facts(), showRows(c.Facts), c.Verdict,
			append([]comity.Flag{}, c.Flags...), book.Vocabulary().ShortActors(c.Actors), meansOf(book, c.Act)})
	}
	if f.asJSON {
		return writeJSON(e, out)
	}
	between := 0
	for _, c := range out {
		c.print(e)
		if c.Between {
			between++
		}
	}
	if len(out) > 0 {
		fmt.Fprintln(e.out, usualSays)
	}
	fmt.Fprintf(e.out, "%s of rules can stand against each other on %s: %d between layers, %d within one\n", plural(len(out), "pair"), f.on, between, len(out)-between)
	return nil
}

func (c *shownClash) print(e env) {
	where := "between layers"
	if !c.Between {
		where = "within the " + string(c.Ban.Layer) + " layer"
	}
	fmt.Fprintf(e.out, "%s, %s (%s), %s\n  for %s\n", c.Place, c.Act, c.means, where, strings.Join(c.who, ", "))
	printRows(e, "  - ", c.When)
	for _, s := range []shownSide{c.Ban, c.Against} {
		fmt.Fprintf(e.out, "  %s, %s: %s\n    %s\n", s.Verdict, s.Layer, s.Ref, s.Says)
	}
	answer := string(c.Verdict)
	if len(c.Flags) > 0 {
		answer += ", marked " + strings.Join(flagList(c.Flags), ", ")
	}
	fmt.Fprintf(e.out, "  the answer: %s\n\n", answer)
}

// lawQuotes fails where a stored text of the very section lacks the quote.
func lawQuotes(e env, args []string) error {
	f := newLawFlags("quotes")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	dir := f.Arg(0)
	if info, err := os.Stat(dir); dir == "" || err != nil || !info.IsDir() {
		return &comity.Problem{Code: "bad-folder", Message: "there is no such folder", Where: dir, Hint: "comity law quotes TEXTS, a folder with one folder a place: us-fl/908.104.txt"}
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	list, err := book.Quotes(os.DirFS(dir))
	if err != nil {
		return err
	}
	type quote struct {
		Rule  string `json:"rule"`
		Ref   string `json:"ref"`
		Quote string `json:"quote"`
		Found string `json:"found"`
		Wrong string `json:"wrong"`
	}
	out, found, wrong := []quote{}, 0, 0
	for _, q := range list {
		out = append(out, quote{q.Rule, q.Cite.Ref, q.Cite.Quote, q.Found, q.Wrong})
		switch {
		case q.Found != "":
			found++
		case q.Wrong != "":
			wrong++
			if !f.asJSON {
				fmt.Fprintf(e.out, "WRONG     %s: %s does not hold “%s”\n", q.Rule, q.Wrong, q.Cite.Quote)
			}
		case !f.asJSON:
			fmt.Fprintf(e.out, "not seen  %s: %s “%s”\n", q.Rule, q.Cite.Ref, q.Cite.Quote)
		}
	}
	if f.asJSON {
		err = writeJSON(e, out)
	} else {
		fmt.Fprintf(e.out, "%d quotes: %d found in a stored text, %d wrong, %d not seen\n", len(list), found, wrong, len(list)-found-wrong)
	}
	if err == nil && wrong > 0 {
		return errFinding
	}
	return err
}

// lawOffence looks a section of code up in the dated tables of a place.
func lawOffence(e env, args []string) error {
	f := newOnDay("offence")
	book, err := f.open(e, args, 1)
	if err != nil {
		return err
	}
	if err := need("in", f.in, "us-ca"); err != nil {
		return err
	}
	type look struct {
		Fact  string   `json:"fact"`
		Value string   `json:"value"`
		Table string   `json:"table"`
		Rows  []string `json:"rows"`
		Open  []string `json:"open"`
	}
	out := []look{}
	for _, l := range book.Look(f.in, f.on, f.Arg(0)) {
		shown := look{l.Fact, l.Value, "", []string{}, []string{}}
		if l.Found() {
			shown.Table = l.Table.ID
		}
		for _, r := range l.Rows {
			shown.Rows = append(shown.Rows, r.Section)
		}
		for _, t := range l.Open {
			shown.Open = append(shown.Open, t.ID)
		}
		out = append(out, shown)
	}
	switch {
	case len(out) == 0 && len(book.TablesAt(f.in, f.on)) > 0:
		return &comity.Problem{Code: "bad-section", Message: fmt.Sprintf("%q names no section of code", f.Arg(0)), Hint: `write the number too, as in "Pen. Code 217.1"`}
	case f.asJSON:
		return writeJSON(e, out)
	}
	for _, l := range out {
		switch {
		case l.Table != "":
			fmt.Fprintf(e.out, "%s=%s  %s (%s)\n", l.Fact, l.Value, l.Table, strings.Join(l.Rows, ", "))
		case l.Value != "":
			fmt.Fprintf(e.out, "%s=%s  none of these lists\n", l.Fact, l.Value)
		default:
			fmt.Fprintf(e.out, "%s unknown: on no list by section; not read, or in words: %s\n", l.Fact, strings.Join(l.Open, ", "))
		}
	}
	if len(out) == 0 {
		fmt.Fprintf(e.out, "no law of %s that is loaded uses a list of offences on %s\n", f.in, f.on)
	}
	return nil
}

func lawDue(e env, args []string) error {
	f := newOnDay("due")
	book, err := f.open(e, args, 0)
	if err != nil {
		return err
	}
	type late struct {
		Pack  string `json:"pack"`
		Since string `json:"since"`
	}
	due, all := []late{}, 0
	for _, p := range book.Packs() {
		if f.in != "" && p.Place != f.in {
			continue
		}
		all++
		if p.Stale(f.on) {
			due = append(due, late{p.ID, p.NextCheck})
		}
	}
	if f.asJSON {
		err = writeJSON(e, due)
	} else {
		for _, d := range due {
			fmt.Fprintf(e.out, "%s: to be checked since %s\n", d.Pack, d.Since)
		}
		fmt.Fprintf(e.out, "%d of %d packs are due\n", len(due), all)
	}
	if err == nil && len(due) > 0 {
		return errFinding
	}
	return err
}
