package law

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"comity"
)

var placeColumns = []string{"id", "name", "kind", "parents", "fips", "zone", "districts", "searched"}

var placeKinds = []string{"nation", "state", "county", "city", "tribe", "territory"}

// places is the table of places, with what a question needs of each.
type places struct {
	list []comity.Place
	byID map[string]int
	up   [][]int // ancestors by parents, nearest first
	ids  []string
}

// readPlaces reads one table; faults name the file and line.
func (p *places) read(s *source, r io.Reader) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil || !slices.Equal(head, placeColumns) {
		s.problem(1, "", "bad-places", "the first line must be "+strings.Join(placeColumns, ","), "")
		return
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			s.problem(1, "", "bad-places", err.Error(), "write "+fmt.Sprint(len(placeColumns))+" columns, quoting texts with a comma")
			return
		}
		line, _ := in.FieldPos(0)
		p.add(s, line, comity.Place{
			ID: row[0], Name: row[1], Kind: row[2], Parents: strings.Fields(row[3]), FIPS: row[4], Zone: row[5],
			Districts: strings.Fields(row[6]), Searched: row[7] == "true",
		}, row[7])
	}
}

func (p *places) add(s *source, line int, place comity.Place, searched string) {
	place.ID, place.Name, place.Kind, place.Zone = strings.Clone(place.ID), strings.Clone(place.Name), strings.Clone(place.Kind), strings.Clone(place.Zone)
	if _, twice := p.byID[place.ID]; twice || place.ID == "" {
		s.problem(line, "id", "bad-place", fmt.Sprintf("the place id %q is empty or stands twice", place.ID), "")
		return
	}
	if !slices.Contains(placeKinds, place.Kind) {
		s.problem(line, place.ID, "bad-place", "unknown kind of place "+place.Kind, didYouMean(place.Kind, placeKinds))
	}
	if searched != "" && searched != "true" {
		s.problem(line, place.ID, "bad-place", "searched must be true or empty", "")
	}
	p.byID[place.ID] = len(p.list)
	p.list = append(p.list, place)
	p.ids = append(p.ids, place.ID)
}

// link follows parents to the top.
func (p *places) link(s *source) {
	zones := map[string]bool{"": true}
	for _, place := range p.list {
		if !zones[place.Zone] {
			if _, err := time.LoadLocation(place.Zone); err != nil {
				s.problem(1, place.ID, "bad-place", "the zone "+place.Zone+" is not known", "write an IANA name such as America/Chicago")
			}
			zones[place.Zone] = true
		}
	}
	p.up = make([][]int, len(p.list))
	for i := range p.list {
		p.up[i] = p.ancestors(s, i)
	}
}

func (p *places) ancestors(s *source, i int) []int {
	var out []int
	queue := []int{i}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, parent := range p.list[at].Parents {
			j, ok := p.byID[parent]
			switch {
			case !ok && at == i:
				s.problem(1, p.list[i].ID, "bad-place", "the parent "+parent+" is not in the table", didYouMean(parent, p.ids))
			case j == i:
				s.problem(1, p.list[i].ID, "bad-place", "the place is its own ancestor", "")
			case ok && !slices.Contains(out, j):
				out = append(out, j)
				queue = append(queue, j)
			}
		}
	}
	return out
}
