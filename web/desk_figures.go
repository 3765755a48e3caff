package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/desk"
	"comity/oversight"

	"github.com/danielgtaylor/huma/v2"
)

// A figuresView is one register of the agency: exact numbers for its own staff.
type figuresView struct {
	deskPage
	Name      string
	Registers []figuresLink
	Settings  []formOption
	Setting   string // in words, empty: all
	Columns   []figuresCell
	Rows      [][]figuresCell
	Finding   bool // its lines are to be looked into
	Query     string
}

type figuresLink struct {
	Name, Path string
	Here       bool
}

type figuresCell struct {
	Text   string
	Path   string // of the entry it names
	Number bool
}

func (figuresView) template() string { return "desk_figures" }

// figures shows a register, the first where none is named. Page, CSV and API
// are made of the same table.
func (s *site) figures(w http.ResponseWriter, r *http.Request, who Account) error {
	q := r.URL.Query()
	register, table, err := s.register(r.Context(), who, q.Get("register"), q.Get("setting"))
	if err != nil {
		return err
	}
	l := s.langOf(r)
	v := figuresView{deskPage: s.deskPage(who, ""), Name: register.Name, Finding: register.IsFinding(),
		Query: url.Values{"register": {register.Name}, "setting": {q.Get("setting")}}.Encode()}
	for _, one := range oversight.Registers() {
		path := "/desk/figures?" + url.Values{"register": {one.Name}, "setting": {q.Get("setting")}}.Encode()
		v.Registers = append(v.Registers, figuresLink{one.Name, path, one.Name == register.Name})
	}
	for _, value := range settings() {
		label := l.option("desk.unattributed.setting", value)
		if value == q.Get("setting") {
			v.Setting = label
		}
		v.Settings = append(v.Settings, formOption{value, label, value == q.Get("setting")})
	}
	for i, c := range table.Columns {
		v.Columns = append(v.Columns, figuresCell{Text: l.say("desk.figures.column." + dashed(c)), Number: isNumber(table, i)})
	}
	for _, row := range table.Rows {
		var cells []figuresCell
		for i, value := range row {
			cell := l.figuresCell(table.Columns[i], value)
			cell.Number = v.Columns[i].Number
			cells = append(cells, cell)
		}
		v.Rows = append(v.Rows, cells)
	}
	return s.show(w, r, v)
}

func dashed(column string) string {
	return strings.ReplaceAll(strings.ReplaceAll(column, ",", ""), " ", "-")
}

// isNumber says whether a column holds nothing but numbers.
func isNumber(t oversight.Table, column int) bool {
	for _, row := range t.Rows {
		if _, err := strconv.Atoi(row[column]); err != nil && !strings.HasSuffix(row[column], "%") {
			return false
		}
	}
	return t.Columns[column] != "year"
}

// words of a column's values, by the key before them.
var figuresWords = map[string]string{
	"setting": "desk.unattributed.setting", "special": "desk.figures.special", "kind": "desk.kind", "type": "desk.equipment.type",
	"what": "desk.equipment.what", "system": "desk.database-access.system", "for": "desk.database-access.by",
	"purpose": "desk.database-access.purpose", "basis": "desk.database-access.basis", "about": "desk.complaint.about",
	"outcome": "desk.figures.outcome", "why": "desk.figures.why",
}

func (l *lang) figuresCell(column, value string) figuresCell {
	switch column {
	case "month":
		return figuresCell{Text: l.month(value)}
	case "until":
		return figuresCell{Text: l.day(value)}
	case "entry":
		return figuresCell{Text: value, Path: entryPath(value)}
	case "outcome":
		if key := "desk.complaint-outcome.outcome." + value; l.known(key) {
			return figuresCell{Text: l.say(key)}
		}
	}
	key, ok := figuresWords[column]
	if !ok || value == "" {
		return figuresCell{Text: value}
	}
	return figuresCell{Text: l.option(key, value)}
}

// settings are the places that forms ask for.
func settings() []string {
	kind, _ := desk.KindOf("assistance")
	field, _ := kind.Field("setting")
	return field.Values
}

// register folds the agency's own entries into one table.
func (s *site) register(ctx context.Context, who Account, name, setting string) (oversight.Register, oversight.Table, error) {
	if name == "" {
		name = oversight.Registers()[0].Name
	}
	register, err := oversight.RegisterNamed(name)
	if err == nil && setting != "" && !slices.Contains(settings(), setting) {
		err = &comity.Problem{Code: "bad-argument", Where: "setting", Message: "there is no such setting", Hint: "there are " + strings.Join(settings(), ", ")}
	}
	if err != nil {
		return register, oversight.Table{}, err
	}
	entries, err := s.Desk.Entries(ctx, who.Agency)
	return register, register.Table(oversight.Reading{Entries: entries, Setting: setting, Now: s.Now(), Stands: desk.Stands}), err
}

// figuresCSV is the same table for a spreadsheet.
func (s *site) figuresCSV(w http.ResponseWriter, r *http.Request, who Account) error {
	q := r.URL.Query()
	register, table, err := s.register(r.Context(), who, q.Get("register"), q.Get("setting"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+register.Name+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_ = table.WriteCSV(w) // the reader may have left
	return nil
}

type registerInput struct {
	Name    string `path:"name" doc:"settings, funnel, overrides, equipment, unapproved, access, access-ended, unattributed, misidentification or complaints"`
	Setting string `query:"setting" doc:"only entries with this setting; courthouse and school are special"`
}

type registerOutput struct{ Body oversight.Table }

func (s *site) apiRegisters(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "register", Method: http.MethodGet, Path: "/api/v1/registers/{name}", Security: needsToken, Errors: errorsStaff,
		Summary: "One register of the agency's own entries: exact numbers, not for giving out",
	}, func(ctx context.Context, in *registerInput) (*registerOutput, error) {
		account, err := s.authorised(ctx)
		if err != nil {
			return nil, s.apiError(err)
		}
		_, table, err := s.register(ctx, account, in.Name, in.Setting)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &registerOutput{table}, nil
	})
}
