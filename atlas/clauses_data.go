package atlas

import (
	"encoding/csv"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"comity/data/table"
)

const (
	textsFile   = "agreements/texts.csv"
	clausesFile = "agreements/clauses.csv"
)

// A Text287g is one published text of an agreement. Neither the paper nor a
// person in it is kept: only its hash, and the hash of each clause.
type Text287g struct {
	SHA256 string // of the file as published
	Name   string // of the file as published
	State  string // two letters
	Model  string // jem, wso or tfm
	Year   string
	Pages  int
	Has    []HashedClause // none: the paper is a picture, without a text to read
}

// A HashedClause is a clause without its words.
type HashedClause struct{ Path, Heading, Hash string }

// Hashed drops the words of clauses.
func Hashed(clauses []Clause) []HashedClause {
	var out []HashedClause
	for _, c := range clauses {
		out = append(out, HashedClause{c.Path, c.Heading, c.Hash()})
	}
	return out
}

// Texts are the published texts whose clauses are known.
type Texts []Text287g

// A SameClause names the texts that have a clause word for word.
type SameClause struct {
	Clause HashedClause
	In     []Text287g
}

// With lays clauses beside every known text: for each, the texts that say it
// word for word. A clause that no known text has is the agency's own, or of an
// edition that is not here.
func (ts Texts) With(clauses []Clause) []SameClause {
	var out []SameClause
	for _, c := range Hashed(clauses) {
		same := SameClause{Clause: c}
		for _, t := range ts {
			if slices.ContainsFunc(t.Has, func(h HashedClause) bool { return h.Hash == c.Hash }) {
				same.In = append(same.In, t)
			}
		}
		out = append(out, same)
	}
	return out
}

var (
	textColumns   = []string{"sha256", "name", "state", "model", "year", "pages"}
	clauseColumns = []string{"sha256", "path", "heading", "clause"}
)

// WriteTexts writes agreements/texts.csv and agreements/clauses.csv.
func WriteTexts(texts, clauses io.Writer, list Texts) error {
	rows, parts := [][]string{textColumns}, [][]string{clauseColumns}
	for _, t := range list {
		rows = append(rows, []string{t.SHA256, t.Name, t.State, t.Model, t.Year, strconv.Itoa(t.Pages)})
		for _, c := range t.Has {
			parts = append(parts, []string{t.SHA256, c.Path, c.Heading, c.Hash})
		}
	}
	if err := csv.NewWriter(texts).WriteAll(rows); err != nil {
		return err
	}
	return csv.NewWriter(clauses).WriteAll(parts)
}

// LoadTexts reads what WriteTexts wrote.
func LoadTexts(fsys fs.FS) (Texts, error) {
	var out Texts
	err := eachRow(fsys, textsFile, textColumns, func(t *table.Table) error {
		pages, err := strconv.Atoi(t.Get("pages"))
		if err != nil {
			return t.Fault("bad-value", "pages", "this is not a number", "")
		}
		out = append(out, Text287g{SHA256: t.Get("sha256"), Name: t.Get("name"), State: t.Get("state"), Model: t.Get("model"), Year: t.Get("year"), Pages: pages})
		return nil
	})
	if err != nil {
		return nil, asProblem(err)
	}
	err = eachRow(fsys, clausesFile, clauseColumns, func(t *table.Table) error {
		i := slices.IndexFunc(out, func(of Text287g) bool { return of.SHA256 == t.Get("sha256") })
		if i < 0 {
			return t.Fault("bad-value", "sha256", "no text has this hash", "")
		}
		out[i].Has = append(out[i].Has, HashedClause{t.Get("path"), t.Get("heading"), t.Get("clause")})
		return nil
	})
	return out, asProblem(err)
}

// ReadManifest reads a list of published texts (columns file, state, model,
// year, pages, sha256); their clauses are read apart.
func ReadManifest(r io.Reader, name string) (Texts, error) {
	var out Texts
	err := readRows(r, name, []string{"file", "state", "model", "year", "pages", "sha256"}, func(t *table.Table) error {
		state, _ := stateOf(t.Get("state"))
		if state == "" {
			return t.Fault("bad-state", "state", "this is no state", "")
		}
		model := map[string]string{"JEM": "jem", "WSO": "wso", "TFM": "tfm"}[t.Get("model")]
		if model == "" {
			return t.Fault("bad-value", "model", "this is no model of agreement", "JEM, WSO or TFM")
		}
		pages, err := strconv.Atoi(t.Get("pages"))
		if err != nil {
			return t.Fault("bad-value", "pages", "this is not a number", "")
		}
		out = append(out, Text287g{SHA256: t.Get("sha256"), Name: t.Get("file"), State: state, Model: model, Year: t.Get("year"), Pages: pages})
		return nil
	})
	return out, asProblem(err)
}
