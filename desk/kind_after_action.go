package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/record"
)

// afterAction is what came of a planned operation: what happened to each
// person, child, pet and vehicle, and what was used. Each is counted by what
// became of it; nobody is named.
var afterAction = Kind{
	Name:    "after-action",
	Record:  record.Kind{Name: "after-action", Commitments: 48, Release: record.AfterEnd, Series: "joint"},
	Follows: true,
	Of:      []string{JointOperation},
	Fields: append([]Field{
		{Name: "ended", Type: Instant, Required: true, Group: "end"},
		{Name: "setting_same", Type: Choice, Required: true, Group: "end", Values: []string{yes, no}},
		{Name: "lead_same", Type: Choice, Required: true, Group: "end", Values: []string{yes, no}},
		{Name: "authority_same", Type: Choice, Required: true, Group: "end", Values: []string{yes, no}},
		{Name: "cameras", Type: Choice, Required: true, Group: "end", Values: []string{"all-officers", "own-officers", "none-allowed"}},
		{Name: "medical", Type: Choice, Required: true, Group: "end", Values: []string{"not-needed", "given", "needed-and-not-given"}},
		{Name: "interpreter", Type: Choice, Required: true, Group: "end", Values: []string{"not-needed", "given", "needed-and-not-given"}},
		{Name: "reunification", Type: Choice, Required: true, Group: "end", Values: []string{"not-needed", "done", "not-done-yet"}},
		{Name: "equipment_used", Type: Ticks, Group: "end", Values: Equipment},
	}, append(becameFields(),
		Field{Name: "differs", Type: Text, Computed: true},
		Field{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "vehicles"})...),
	check: checkBecame,
}

// Became lists of whom or what an after-action report accounts, and what may
// have become of each.
var Became = []struct {
	Name  string
	Fates []string
}{
	{"people", []string{"released", "own_custody", "their_custody", "hospital"}},
	{"children", []string{"with_parent", "with_relative", "with_child_services", "elsewhere"}},
	{"pets", []string{"with_family", "with_shelter", "elsewhere"}},
	{"vehicles", []string{"with_family", "left_parked", "towed", "seized"}},
}

func becameFields() []Field {
	var out []Field
	for _, b := range Became {
		out = append(out, Field{Name: b.Name, Type: Number, Required: true, Group: b.Name})
		for _, fate := range b.Fates {
			out = append(out, Field{Name: b.Name + "_" + fate, Type: Number, Group: b.Name})
		}
	}
	return out
}

// checkBecame refuses a report that leaves one of them out.
func checkBecame(f Form) Problems {
	var bad Problems
	for _, b := range Became {
		accounted := 0
		for _, fate := range b.Fates {
			accounted += number(f[b.Name+"_"+fate])
		}
		if f[b.Name] != "" && accounted != number(f[b.Name]) {
			bad = append(bad, unaccounted(b.Name, number(f[b.Name]), accounted))
		}
	}
	return bad
}

// Differences compares what was planned with what happened: the names of what
// differs, in a fixed order.
func Differences(plan, after Form) []string {
	var out []string
	for _, b := range Became {
		if number(plan[b.Name]) != number(after[b.Name]) {
			out = append(out, b.Name)
		}
	}
	approved := EquipmentOf(plan)
	for _, used := range strings.Fields(after["equipment_used"]) {
		if !slices.Contains(approved, used) {
			out = append(out, "unapproved-"+used)
		}
	}
	for _, same := range []string{"setting", "lead", "authority"} {
		if after[same+"_same"] == no {
			out = append(out, same)
		}
	}
	if plan["cameras"] != after["cameras"] {
		out = append(out, "cameras")
	}
	for _, duty := range []string{"medical", "interpreter"} {
		if after[duty] == "needed-and-not-given" {
			out = append(out, duty)
		}
	}
	if after["reunification"] == "not-done-yet" {
		out = append(out, "reunification")
	}
	if late(plan["ends"], after["ended"]) {
		out = append(out, "ended-later")
	}
	return out
}

func late(planned, ended string) bool {
	p, e := readRecorded(planned), readRecorded(ended)
	return !p.IsZero() && e.After(p)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // empty: none; anything else was refused when it was read
	}
	return n
}

func unaccounted(name string, n, accounted int) *comity.Problem {
	return &comity.Problem{
		Code:    "unaccounted",
		Message: fmt.Sprintf("%d are named and %d are accounted for", n, accounted),
		Hint:    "say of each what became of it",
		Where:   name,
	}
}
