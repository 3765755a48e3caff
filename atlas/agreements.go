package atlas

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/data/table"
)

const (
	agreementsFile = "agreements/agreements.csv"
	listsFile      = "agreements/lists.csv"
)

// Status of an agreement. That a list does not name it is no evidence that it
// ended: it is then unconfirmed, and stays in every view.
const (
	Listed      = "listed"      // in the latest list of participating agencies
	Pending     = "pending"     // in the latest list of pending ones
	Unconfirmed = "unconfirmed" // was in a list, is in neither of the latest
)

// An Agreement is one 287(g) agreement as the lists show it over time. An
// agency may have several.
type Agreement struct {
	comity.SignedAgreement
	Kind        string   `json:"kind"`         // as printed: County, Municipality, State Agency
	PendingFrom string   `json:"pending_from"` // first and last day on a list of pending ones
	PendingTo   string   `json:"pending_to"`
	Notes       []string `json:"notes"` // what could not be read, other spellings
}

// A List is one dated list of agreements and what it adds up to.
type List struct {
	Day      string `json:"day"`
	Name     string `json:"name"`
	Pending  bool   `json:"pending"`
	Rows     int    `json:"rows"`
	JEM      int    `json:"jem"`
	WSO      int    `json:"wso"`
	TFM      int    `json:"tfm"`
	States   int    `json:"states"` // as printed
	Agencies int    `json:"agencies"`
	Florida  int    `json:"florida"`
}

// Agreements are all agreements with the lists they come from.
type Agreements struct {
	list  []Agreement
	lists []List
	byORI map[string][]int
}

// NewAgreements makes the register of its parts.
func NewAgreements(list []Agreement, lists []List) *Agreements {
	as := &Agreements{list: list, lists: lists, byORI: map[string][]int{}}
	for i, a := range list {
		if a.ORI != "" {
			as.byORI[a.ORI] = append(as.byORI[a.ORI], i)
		}
	}
	return as
}

// All gives every agreement, in order of state, agency and model.
func (as *Agreements) All() []Agreement { return slices.Clone(as.list) }

// Lists gives the dated lists, oldest first.
func (as *Agreements) Lists() []List { return slices.Clone(as.lists) }

// Of gives the agreements of an agency.
func (as *Agreements) Of(ori string) []Agreement {
	var out []Agreement
	for _, i := range as.byORI[ori] {
		out = append(out, as.list[i])
	}
	return out
}

// On gives the agreements that were seen on lists of participating agencies
// from a day at the latest until that day at the earliest. What lies between
// two lists counts as seen; what lies after the last one does not.
func (as *Agreements) On(day string) []Agreement {
	var out []Agreement
	for _, a := range as.list {
		if a.Status != Pending && a.FirstSeen <= day && day <= a.LastSeen {
			out = append(out, a)
		}
	}
	return out
}

// Count gives the number of agreements in each status; the sum is every one.
func (as *Agreements) Count() map[string]int {
	out := map[string]int{Listed: 0, Pending: 0, Unconfirmed: 0}
	for _, a := range as.list {
		out[a.Status]++
	}
	return out
}

var agreementColumns = []string{"ori", "match", "state", "agency", "kind", "county", "model", "signed", "first_seen", "last_seen", "pending_from", "pending_to", "listing", "notes"}

// WriteAgreements writes agreements/agreements.csv.
func WriteAgreements(w io.Writer, list []Agreement) error {
	rows := [][]string{agreementColumns}
	for _, a := range list {
		rows = append(rows, []string{a.ORI, a.Match, a.State, a.Agency, a.Kind, a.County, a.Model, a.Signed,
			a.FirstSeen, a.LastSeen, a.PendingFrom, a.PendingTo, a.Status, strings.Join(a.Notes, " | ")})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

var listColumns = []string{"day", "name", "pending", "rows", "jem", "wso", "tfm", "states", "agencies", "florida"}

// WriteLists writes agreements/lists.csv.
func WriteLists(w io.Writer, lists []List) error {
	rows := [][]string{listColumns}
	for _, l := range lists {
		row := []string{l.Day, l.Name, strconv.FormatBool(l.Pending)}
		for _, n := range []int{l.Rows, l.JEM, l.WSO, l.TFM, l.States, l.Agencies, l.Florida} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// LoadAgreements reads what WriteAgreements and WriteLists wrote.
func LoadAgreements(fsys fs.FS) (*Agreements, error) {
	var list []Agreement
	err := eachRow(fsys, agreementsFile, agreementColumns, func(t *table.Table) error {
		a := Agreement{Kind: t.Get("kind"), PendingFrom: t.Get("pending_from"), PendingTo: t.Get("pending_to")}
		a.SignedAgreement = comity.SignedAgreement{
			ORI: t.Get("ori"), Match: t.Get("match"), State: t.Get("state"), Agency: t.Get("agency"), County: t.Get("county"),
			Model: t.Get("model"), Signed: t.Get("signed"), FirstSeen: t.Get("first_seen"), LastSeen: t.Get("last_seen"), Status: t.Get("listing"),
		}
		if notes := t.Get("notes"); notes != "" {
			a.Notes = strings.Split(notes, " | ")
		}
		if a.Status != Listed && a.Status != Pending && a.Status != Unconfirmed {
			return t.Fault("bad-value", "listing", fmt.Sprintf("%.20q is no status of an agreement", a.Status), "")
		}
		list = append(list, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var lists []List
	err = eachRow(fsys, listsFile, listColumns, func(t *table.Table) error {
		l := List{Day: t.Get("day"), Name: t.Get("name"), Pending: t.Get("pending") == "true"}
		for column, to := range map[string]*int{"rows": &l.Rows, "jem": &l.JEM, "wso": &l.WSO, "tfm": &l.TFM, "states": &l.States, "agencies": &l.Agencies, "florida": &l.Florida} {
			n, err := strconv.Atoi(t.Get(column))
			if err != nil {
				return t.Fault("bad-value", column, "not a whole number", "")
			}
			*to = n
		}
		lists = append(lists, l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewAgreements(list, lists), nil
}

func eachRow(fsys fs.FS, name string, columns []string, do func(*table.Table) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer f.Close()
	return asProblem(readRows(f, name, columns, do))
}

func readRows(r io.Reader, name string, columns []string, do func(*table.Table) error) error {
	t, err := table.Open(r, name, columns...)
	if err != nil {
		return err
	}
	for {
		if err := t.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := do(t); err != nil {
			return err
		}
	}
}

func sortAgreements(list []Agreement) {
	slices.SortFunc(list, func(a, b Agreement) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Model, b.Model),
			cmp.Compare(a.FirstSeen, b.FirstSeen), cmp.Compare(a.Signed, b.Signed))
	})
}
