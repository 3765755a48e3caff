package deconflict

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/desk"
)

// SlotLength is the length of a time slot.
const SlotLength = 2 * time.Hour

// cellsPerDegree sets the size of a cell: a hundredth of a degree, 1.1 km from
// south to north.
const cellsPerDegree = 100

// longest is how long one plan may last; a longer operation is several plans.
const longest = 48 * time.Hour

// A Cover is what a plan touches: cells, slots and kinds of operation.
type Cover struct {
	Cells []string
	First int64 // slot since 1970
	Last  int64
	Kinds []string
}

// own is what a plan touches by itself.
func own(f desk.Form) (Cover, error) { return cover(f, 0, []string{f["kind"]}) }

// asked is what a plan asks others about: its cells and slots with one more on
// every side, and the kinds of operation that would matter to it.
func asked(f desk.Form) (Cover, error) {
	kinds := strings.Fields(f["beside"])
	if len(kinds) == 0 {
		kinds = desk.OperationKinds
	}
	return cover(f, 1, kinds)
}

func cover(f desk.Form, margin int, kinds []string) (Cover, error) {
	begins, err := instant(f, "begins")
	if err != nil {
		return Cover{}, err
	}
	ends, err := instant(f, "ends")
	if err != nil {
		return Cover{}, err
	}
	if !ends.After(begins) || ends.Sub(begins) > longest {
		return Cover{}, &comity.Problem{Code: "bad-end", Message: "an operation ends after it begins, and within 48 hours", Hint: "plan a longer one in parts", Where: "ends"}
	}
	cells, err := Cells(f["cells"], margin)
	if err != nil {
		return Cover{}, err
	}
	return Cover{Cells: cells, First: slot(begins) - int64(margin), Last: slot(ends) + int64(margin), Kinds: kinds}, nil
}

func instant(f desk.Form, name string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, f[name])
	if err != nil {
		return at, &comity.Problem{Code: "missing-field", Message: "without place, beginning and end nothing can be compared", Hint: "fill in where and when", Where: name}
	}
	return at, nil
}

func slot(at time.Time) int64 {
	return int64(math.Floor(float64(at.Unix()) / SlotLength.Seconds()))
}

func (c Cover) size() int {
	return len(c.Cells) * int(c.Last-c.First+1) * len(c.Kinds)
}

// names lists what each token stands for.
func (c Cover) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, cell := range c.Cells {
			for s := c.First; s <= c.Last; s++ {
				for _, kind := range c.Kinds {
					if !yield(cell + "\x00" + strconv.FormatInt(s, 10) + "\x00" + kind) {
						return
					}
				}
			}
		}
	}
}

// mostPlaces is how many places one plan may name.
const mostPlaces = 8

// Cells reads the places of a plan, separated by semicolons. A place is a
// latitude and longitude such as 41.8781,-87.6298, which stands for its cell
// and, with a margin, the cells round it; or a name that the agencies agreed
// on, such as beat 1412.
func Cells(text string, margin int) ([]string, error) {
	var out []string
	places := 0
	for place := range strings.SplitSeq(text, ";") {
		place = strings.ToLower(strings.Join(strings.Fields(place), " "))
		if place == "" {
			continue
		}
		if places++; places > mostPlaces {
			return nil, badPlace(fmt.Sprintf("a plan names at most %d places", mostPlaces))
		}
		if !strings.Contains(place, ",") {
			out = append(out, "name "+place)
			continue
		}
		around, err := point(place, margin)
		if err != nil {
			return nil, err
		}
		out = append(out, around...)
	}
	if places == 0 {
		return nil, badPlace("no place is named")
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func point(place string, margin int) ([]string, error) {
	north, east, _ := strings.Cut(place, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(north), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(east), 64)
	if err1 != nil || err2 != nil || !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) {
		return nil, badPlace("this is no latitude and longitude")
	}
	row, column := int(math.Floor(lat*cellsPerDegree)), int(math.Floor(lon*cellsPerDegree))
	var out []string
	for y := row - margin; y <= row+margin; y++ {
		for x := column - margin; x <= column+margin; x++ {
			out = append(out, fmt.Sprintf("cell %d %d", y, (x+540*cellsPerDegree)%(360*cellsPerDegree)))
		}
	}
	return out, nil
}

func badPlace(message string) error {
	return &comity.Problem{Code: "bad-place", Message: message, Hint: "write 41.8781,-87.6298 or a name the agencies agreed on, separated by semicolons", Where: "cells"}
}
