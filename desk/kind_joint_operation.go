package desk

import (
	"fmt"
	"strings"

	"comity"
	"comity/record"
)

// JointOperation is the name of the kind under which a plan is checked.
const JointOperation = "joint-operation"

// EquipmentLines is how many pieces of equipment one plan may ask for.
const EquipmentLines = 4

// jointOperation is a planned operation with others, put to the law. Where,
// when, who and how stand in the plan, which the agency keeps outside the
// record until it is over; the record keeps the digest of the plan, what
// decides the law, and the requests for equipment.
var jointOperation = Kind{
	Name: JointOperation,
	Acts: []string{"joint-operation", "scene-support", "transport", "provide-facility", "grant-database-access", "lend-equipment",
		"act-as-immigration-officer", "deconflict"},
	Record: record.Kind{Name: JointOperation, Commitments: 96, Release: record.AfterEnd, Series: "joint"},
	Fields: append(append([]Field{
		{Name: "title", Type: Text, Required: true, Never: true, Group: "what"},
		{Name: "kind", Type: Choice, Required: true, Group: "what", Values: OperationKinds},
		{Name: "beside", Type: Ticks, Never: true, Group: "what", Values: OperationKinds},
		{Name: "by", Type: Choice, Required: true, Group: "what", Values: []string{"ice", "cbp", "other-federal-agency", "local-agencies"}},
		{Name: "purpose", Type: Choice, Required: true, Group: "what",
			Values: []string{"civil-immigration", "criminal-immigration", "mixed", "other-crime", "public-safety"}},
		{Name: "danger", Type: Choice, Required: true, Group: "what", Values: []string{yes, no}},
		{Name: "help", Type: Ticks, Group: "what", Values: []string{"perimeter", "transport", "facility", "database", "equipment", "personnel"}},
		{Name: "cells", Type: Text, Required: true, Never: true, Group: "where", Most: longestWords},
		{Name: "begins", Type: Instant, Required: true, Never: true, Group: "where"},
		{Name: "ends", Type: Instant, Required: true, Never: true, Group: "where"},
		{Name: "setting", Type: Choice, Group: "where", Values: []string{"street", "vehicle", "home", "business", "farm", "courthouse", "school",
			"hospital", "place-of-worship", "jail", "government-building", "lot-or-garage"}},

		{Name: "lead", Type: Text, Required: true, Never: true, Group: "authority"},
		{Name: "paper", Type: Choice, Required: true, Group: "authority",
			Values: []string{"arrest-warrant", "search-warrant", "court-order", "i-200", "i-205", "other-ice-form", "none"}},
		{Name: "paper_signed", Type: Choice, Group: "authority", When: "paper=arrest-warrant|search-warrant|court-order",
			Need:   "paper=arrest-warrant|search-warrant|court-order",
			Values: []string{"immigration-officer", "immigration-judge", "federal-magistrate", "federal-judge", "state-judge", "court-clerk"}},
		{Name: "paper_charge", Type: Choice, Group: "authority", When: "paper=arrest-warrant|search-warrant|court-order",
			Need:   "paper=arrest-warrant|search-warrant|court-order",
			Values: []string{"civil", "federal-immigration-crime", "federal-felony", "other-federal-crime", "state-crime"}},
		{Name: "model", Type: Choice, Required: true, Group: "authority", Values: []string{"none", "jem", "wso", "tfm"}},
		{Name: "powers", Type: Choice, Group: "authority", When: underModel, Need: underModel, Values: []string{yes, no}},
		{Name: "certified", Type: Choice, Group: "authority", When: underModel, Need: underModel, Values: []string{yes, no}},
		{Name: "authorized_on", Type: Day, Group: "authority", When: underModel, Need: underModel},
		{Name: "supervised", Type: Choice, Group: "authority", When: underModel, Need: underModel, Values: []string{yes, no}},

		{Name: "people", Type: Number, Required: true, Never: true, Group: "care"},
		{Name: "custody", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "cameras", Type: Choice, Required: true, Group: "care", Values: []string{"all-officers", "own-officers", "none-allowed"}},
		{Name: "medical", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "children", Type: Number, Required: true, Never: true, Group: "care"},
		{Name: "children_care", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "pets", Type: Number, Required: true, Never: true, Group: "care"},
		{Name: "pets_care", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "vehicles", Type: Number, Required: true, Never: true, Group: "care"},
		{Name: "vehicles_care", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "interpreter", Type: Text, Required: true, Never: true, Group: "care"},
		{Name: "reunification", Type: Text, Required: true, Never: true, Group: "care"},
	}, equipmentFields()...),
		Field{Name: "city_marks", Type: Ticks, Group: "marks", Values: []string{"uniform", "insignia", "vehicle", "name", "phone", "premises"}},
		Field{Name: "plan", Type: Text, Computed: true},
	),
	asks:  jointItems,
	check: checkJoint,
}

// OperationKinds are the sorts of operation that deconfliction tells apart.
var OperationKinds = []string{"arrest-or-search", "surveillance", "undercover", "other-police-work"}

const underModel = "model=jem|wso|tfm"

// Equipment is what a plan may ask for by the line, each with the rank that
// approved it and the reason.
var Equipment = []string{"drone", "armoured-vehicle", "less-lethal", "chemical-agents", "flash-bang", "long-guns", "dog", "breaching-tools",
	"plate-reader", "cell-site-simulator", "helicopter"}

func equipmentFields() []Field {
	var out []Field
	for n := 1; n <= EquipmentLines; n++ {
		name := fmt.Sprintf("equipment_%d", n)
		chosen := name + "=" + strings.Join(Equipment, "|")
		out = append(out,
			Field{Name: name, Type: Choice, Group: "equipment", Values: Equipment},
			Field{Name: name + "_rank", Type: Choice, Group: "equipment", When: chosen, Need: chosen,
				Values: []string{"sergeant", "lieutenant", "captain", "deputy-chief", "chief-or-sheriff"}},
			Field{Name: name + "_reason", Type: Text, Group: "equipment", When: chosen, Need: chosen})
	}
	return out
}

// EquipmentOf lists what the plan asks for.
func EquipmentOf(f Form) []string {
	var out []string
	for n := 1; n <= EquipmentLines; n++ {
		if e := f[fmt.Sprintf("equipment_%d", n)]; e != "" {
			out = append(out, e)
		}
	}
	return out
}

// checkJoint refuses what the fields one by one cannot: an end before the
// beginning.
func checkJoint(f Form) Problems {
	begins, ends := readRecorded(f["begins"]), readRecorded(f["ends"])
	if !begins.IsZero() && !ends.IsZero() && !ends.After(begins) {
		return Problems{{Code: "bad-end", Message: "the operation ends before it begins", Hint: "check both times", Where: "ends"}}
	}
	return nil
}

// jointItems asks the law about taking part, each kind of help, the powers
// underModel to local officers, and whatever of the agency's own marks or rooms
// the plan would use (D11).
func jointItems(f Form) []Item {
	facts := jointFacts(f)
	ask := func(act, request string) Item {
		return Item{Act: act, Facts: with(facts, comity.Facts{"request.kind": request})}
	}
	items := []Item{ask("joint-operation", "joint-operation")}
	for _, tick := range helpTicks {
		if f.Has("help", tick) {
			items = append(items, ask(helps[tick].act, helps[tick].request))
		}
	}
	if f.Has("city_marks", "premises") {
		items = append(items, ask("provide-facility", "facility"))
	}
	if f.Has("city_marks", "uniform") || f.Has("city_marks", "insignia") || f.Has("city_marks", "vehicle") {
		items = append(items, ask("lend-equipment", "equipment"))
	}
	if f["powers"] == yes {
		items = append(items, ask("act-as-immigration-officer", "joint-operation"))
	}
	return append(items, ask("deconflict", "deconfliction"))
}

func jointFacts(f Form) comity.Facts {
	facts := comity.Facts{"document.detainer": "none", "document.detainer_shows": "none"}
	set := func(fact, value string) {
		if value != "" {
			facts[fact] = value
		}
	}
	by := f["by"]
	if by == "local-agencies" {
		by = "state-or-local-agency"
	}
	set("request.by", by)
	set("request.purpose", f["purpose"])
	set("request.exigent", trueFalse(f["danger"]))
	set("place.kind", f["setting"])
	set("agreement.model", f["model"])
	if f["model"] != "none" && f["model"] != "" {
		set("agreement.officer_certified", trueFalse(f["certified"]))
		set("agreement.authorized_on", f["authorized_on"])
		set("agreement.ice_supervised", trueFalse(f["supervised"]))
	}
	paperFacts(f, set)
	return facts
}
