package desk

import (
	"comity"
	"comity/record"
)

// assistance is a federal officer's request for help. Each kind of help is a
// tick of its own with an answer of its own, and ordinary policing is answered
// always: that somebody asks for help never stops an answer to a 911 call.
var assistance = Kind{
	Name: "assistance",
	Acts: []string{"scene-support", "transport", "provide-facility", "grant-database-access", "lend-equipment",
		"joint-operation", "ordinary-policing"},
	Record: record.Kind{Name: "assistance", Commitments: 64, Release: record.AfterEnd, Series: "assistance"},
	Fields: assistanceFields,
	asks:   assistanceItems,
}

var assistanceFields = []Field{
	{Name: "asked", Type: Ticks, Required: true, Group: "help",
		Values: helpTicks},
	{Name: "by", Type: Choice, Required: true, Group: "who",
		Values: []string{"ice", "cbp", "other-federal-agency", "military", cannotTell}},
	{Name: "called_back", Type: Choice, Required: true, Group: "who", Values: []string{yes, no, "not-yet"}},
	{Name: "signs", Type: Ticks, Group: "who", When: "called_back=no|not-yet",
		Values: []string{"office-knows-nothing", "paper-altered", "markings-false", "asks-for-money"}},
	{Name: "looked_at", Type: Ticks, Group: "who", Values: []string{"credential", "badge", "operation-number", "marked-vehicle"}},
	{Name: "how", Type: Choice, Group: "who", Values: []string{"in-person", "radio", "telephone", "writing"}},
	{Name: "purpose", Type: Choice, Required: true, Group: "why",
		Values: []string{"civil-immigration", "criminal-immigration", "mixed", "other-crime", "public-safety", "other", cannotTell}},
	{Name: "danger", Type: Choice, Required: true, Group: "why", Values: yesNo},
	{Name: "paper", Type: Choice, Required: true, Group: "why",
		Values: []string{"none", "i-200", "i-205", "other-ice-form", "ncic-civil-hit", "arrest-warrant", "search-warrant", "court-order", cannotTell}},
	{Name: "paper_signed", Type: Choice, Group: "why",
		Values: []string{"none", "immigration-officer", "immigration-judge", "federal-magistrate", "federal-judge", "state-judge", "court-clerk", cannotTell},
		When:   "paper=arrest-warrant|search-warrant|court-order"},
	{Name: "paper_charge", Type: Choice, Group: "why",
		Values: []string{"none", "civil", "federal-immigration-crime", "federal-felony", "other-federal-crime", "state-crime", cannotTell},
		When:   "paper=arrest-warrant|search-warrant|court-order"},
	{Name: "setting", Type: Choice, Group: "where",
		Values: []string{"street", "vehicle", "home", "business", "farm", "courthouse", "school", "hospital", "place-of-worship", "jail", "government-building", "lot-or-garage"}},
	{Name: "incident", Type: Text, Personal: true, Group: "where"},
	{Name: "signal", Type: Choice, Values: []string{"none"}, Computed: true}, // answered on a device that could not send it
	{Name: "shown", Type: Text, Computed: true},                              // digest of the card that the device showed
}

var helpTicks = []string{"perimeter", "transport", "facility", "database", "equipment", "personnel", "joint-operation"}

// helps maps a tick to the act the law knows and the kind of request it is.
var helps = map[string]struct{ act, request string }{
	"perimeter":       {"scene-support", "scene-support"},
	"transport":       {"transport", "transport"},
	"facility":        {"provide-facility", "facility"},
	"database":        {"grant-database-access", "database"},
	"equipment":       {"lend-equipment", "equipment"},
	"personnel":       {"lend-equipment", "personnel"}, // "lend equipment, staff or technology"
	"joint-operation": {"joint-operation", "joint-operation"},
}

func assistanceItems(f Form) []Item {
	facts := assistanceFacts(f)
	var items []Item
	for _, tick := range helpTicks {
		if f.Has("asked", tick) {
			help := helps[tick]
			items = append(items, Item{Act: help.act, Facts: with(facts, comity.Facts{"request.kind": help.request})})
		}
	}
	return append(items, Item{Act: "ordinary-policing", Facts: facts})
}

func assistanceFacts(f Form) comity.Facts {
	facts := comity.Facts{"document.detainer": "none", "document.detainer_shows": "none"}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("request.by", f["by"])
	set("request.purpose", f["purpose"])
	set("request.exigent", trueFalse(f["danger"]))
	set("place.kind", f["setting"])
	paperFacts(f, set)
	return facts
}

// paperFacts sorts a paper by who signed it. "No paper" is an answer.
func paperFacts(f Form, set func(fact, value string)) {
	immigration := f["paper_signed"] == "immigration-officer" || f["paper_signed"] == "immigration-judge"
	switch f["paper"] {
	case cannotTell, "":
	case "none":
		set("document.admin_warrant", "none")
		set("document.judicial", "none")
		set("document.signed_by", "none")
		set("document.charge", "none")
	case "i-200", "i-205", "other-ice-form", "ncic-civil-hit":
		set("document.admin_warrant", f["paper"])
		set("document.judicial", "none")
		set("document.signed_by", "immigration-officer")
		set("document.charge", "civil")
	default:
		if immigration {
			set("document.admin_warrant", "other-ice-form")
			set("document.judicial", "none")
			set("document.signed_by", f["paper_signed"])
			set("document.charge", "civil")
			return
		}
		set("document.admin_warrant", "none")
		set("document.judicial", f["paper"])
		set("document.signed_by", f["paper_signed"])
		set("document.charge", f["paper_charge"])
	}
}
