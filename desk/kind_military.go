package desk

import (
	"comity"
	"comity/record"
)

// militarySupport is support asked of, or offered by, armed forces or a Guard
// (L16, L17). Who they serve under decides what they may do, so the question is
// put for them, in the status that was shown.
var militarySupport = Kind{
	Name:   "military-support",
	Acts:   []string{"military-support", "act-as-immigration-officer"},
	Record: record.Kind{Name: "military-support", Commitments: 48, Release: record.Totals, Series: "assistance"},
	Fields: append([]Field{
		{Name: "duty", Type: Choice, Required: true, Key: "d", Group: "who", Values: Duties},
		{Name: "ordered_by", Type: Choice, Required: true, Key: "o", Group: "who", Values: []string{"president", "defense-secretary", "governor", "adjutant-general", "court", "nobody-shown", cannotTell}},
		{Name: "authority", Type: Choice, Key: "a", Group: "who", Values: []string{"express-act-of-congress", "constitution", "federal-agency-request", "guard-call-up-claim", "none", cannotTell}},
		{Name: "asked_by", Type: Choice, Required: true, Key: "b", Group: "who", Values: []string{"ice", "cbp", "other-federal-agency", "this-agency", "state-agency", "military"}},
		{Name: "support", Type: Choice, Required: true, Key: "s", Group: "what", Values: SupportTypes},
		{Name: "purpose", Type: Choice, Required: true, Key: "p", Group: "what", Values: purposes},
		{Name: "powers", Type: Choice, Key: "w", Group: "what", Values: []string{"none", "tfm", "other-287g", cannotTell}},
		{Name: "lent", Type: Ticks, Group: "lent", Values: []string{"vehicles", "aircraft", "drones", "rooms-or-land", "equipment", "people", "nothing"}},
		{Name: "pieces", Type: Number, Group: "lent"},
		{Name: "owner", Type: Choice, Required: true, Group: "lent", Values: caretakers},
	}, dueFields("", "")...),
	asks:  militaryItems,
	as:    militaryActor,
	check: needsZone,
}

// Duties are the statuses in which forces serve. The Guard of a state that is
// not the National Guard is in no pack.
var Duties = []string{"title-10", "title-32", "state-active-duty", "state-guard", cannotTell}

// SupportTypes are the sorts of support that are told apart.
var SupportTypes = []string{"base-access", "lend-equipment", "operate-equipment", "logistics", "observe-or-inspect", "traffic-or-perimeter", "crowd-control", "arrest", "search", "vetting"}

func militaryActor(f Form) string { return DutyActor(f["duty"]) }

// DutyActor is the actor of the law in a status, empty where the law read here
// knows none.
func DutyActor(duty string) string {
	return map[string]string{"title-10": "title-10-military", "title-32": "title-32-guard", "state-active-duty": "state-active-duty-guard"}[duty]
}

// SupportActivity is what the law calls a sort of support, empty where it was
// not read: then there is a gap, and no answer.
func SupportActivity(support string) string {
	switch support {
	case "base-access", "lend-equipment":
		return "lend-equipment"
	case "logistics", "vetting":
		return ""
	}
	return support
}

func militaryItems(f Form) []Item {
	if DutyActor(f["duty"]) == "" {
		return nil
	}
	facts := comity.Facts{}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("request.purpose", f["purpose"])
	set("military.authority", f["authority"])
	if by := f["asked_by"]; by != "this-agency" && by != "state-agency" {
		set("request.by", by)
	}
	var items []Item
	if activity := SupportActivity(f["support"]); activity != "" {
		items = append(items, Item{Act: "military-support", Facts: with(facts, comity.Facts{"military.activity": activity})})
	}
	if f["powers"] == "tfm" {
		items = append(items, Item{Act: "act-as-immigration-officer", Facts: with(facts, comity.Facts{"agreement.model": "tfm"})})
	}
	return items
}

// militaryStep is what came of it.
var militaryStep = Kind{
	Name:    "military-step",
	Record:  record.Kind{Name: "military-step", Commitments: 24, Release: record.Totals, Series: "assistance"},
	Follows: true,
	Of:      []string{"military-support"},
	Fields: append([]Field{
		{Name: "result", Type: Choice, Required: true, Key: "r", Group: "what", Values: []string{"to-counsel", "agreed", "given", extended, "returned", "declined"}},
		{Name: "approved_by", Type: Choice, Need: "result=agreed|given", When: "result=agreed|given", Group: "what", Values: []string{"commander", "watch-commander", "governing-body", "counsel"}},
		{Name: "pieces", Type: Number, Need: "result=returned", When: "result=given|returned", Group: "what"},
		{Name: "why", Type: Text, Personal: true, Most: longestWords, Group: "what"},
	}, dueFields("result="+extended, "result="+extended)...),
}
