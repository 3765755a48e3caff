package desk

import (
	"comity"
	"comity/record"
)

// informal is what a federal officer asks by word, in the hallway or on the
// telephone, mostly with no paper at all. Five questions and it is written
// down; each thing asked has its own answer, as it has on the long forms.
//
// It may tell of a person in custody or of a scene, and the rules of both keep
// its headers back: of these entries only totals are public.
var informal = Kind{
	Name: "informal",
	Acts: []string{"hold-on-detainer", "notify-release", "transfer-custody", "jail-interview-access", "share-personal-info",
		"share-immigration-status", "scene-support", "transport", "provide-facility", "grant-database-access", "lend-equipment",
		"joint-operation", "ordinary-policing"},
	Record: record.Kind{Name: "informal", Commitments: 64, Release: record.Totals, Series: "assistance"},
	Fields: []Field{
		{Name: "asked", Type: Ticks, Required: true, Key: "a", Group: "what", Values: informalTicks},
		{Name: "how", Type: Choice, Required: true, Key: "h", Group: "who", Values: []string{"in-person", "telephone", "radio", "message"}},
		{Name: "by", Type: Choice, Required: true, Key: "b", Group: "who", Values: []string{"ice", "cbp", "other-federal-agency", "military", cannotTell}},
		{Name: "purpose", Type: Choice, Required: true, Key: "p", Group: "why", Values: purposes},
		{Name: "paper", Type: Choice, Required: true, Key: "r", Group: "why",
			Values: []string{"none", "detainer", "i-200", "i-205", "other-ice-form", "ncic-civil-hit", "court-paper", cannotTell}},

		{Name: "called_back", Type: Choice, Key: "k", Group: "more", Values: []string{yes, no, "not-yet"}},
		{Name: "danger", Type: Choice, Group: "more", Values: yesNo},
		{Name: "setting", Type: Choice, Group: "more", Values: settings},
		{Name: "booking", Type: Text, Personal: true, Group: "more"},
		{Name: "incident", Type: Text, Personal: true, Group: "more"},
	},
	asks: informalItems,
}

var purposes = []string{"civil-immigration", "criminal-immigration", "mixed", "other-crime", "public-safety", "other", cannotTell}

// settings are the values of the fact place.kind.
var settings = []string{"street", "vehicle", "home", "business", "farm", "courthouse", "school", "hospital", "place-of-worship", "jail", "government-building", "lot-or-garage"}

var informalTicks = []string{"hold", "release-date", "transfer", "interview", "information", "status",
	"perimeter", "transport", "facility", "database", "equipment", "joint-operation"}

// A mentioned thing is what the law is asked where somebody asks for it by word.
type mentioned struct {
	act   string
	facts comity.Facts
	scene bool // ordinary policing is answered beside it
}

// mentions maps a tick to it.
func mentions(tick string) mentioned {
	switch tick {
	case "hold":
		return mentioned{act: "hold-on-detainer", facts: comity.Facts{"request.kind": "detainer"}}
	case "release-date":
		return mentioned{act: "notify-release", facts: comity.Facts{"request.kind": "release-notice", "info.kind": "release-date"}}
	case "transfer":
		return mentioned{act: "transfer-custody", facts: comity.Facts{"request.kind": "transfer"}}
	case "interview":
		return mentioned{act: "jail-interview-access", facts: comity.Facts{"request.kind": "interview"}}
	case "information":
		return mentioned{act: "share-personal-info", facts: comity.Facts{"request.kind": "information"}}
	case "status":
		return mentioned{act: "share-immigration-status", facts: comity.Facts{"request.kind": "information", "info.kind": "immigration-status"}}
	}
	help := helps[tick]
	return mentioned{act: help.act, facts: comity.Facts{"request.kind": help.request}, scene: true}
}

func informalItems(f Form) []Item {
	facts := informalFacts(f)
	var items []Item
	scene := false
	for _, tick := range informalTicks {
		if f.Has("asked", tick) {
			m := mentions(tick)
			items = append(items, Item{Act: m.act, Facts: with(facts, m.facts)})
			scene = scene || m.scene
		}
	}
	if scene && len(items) < mostItems {
		items = append(items, Item{Act: "ordinary-policing", Facts: facts})
	}
	return items
}

func informalFacts(f Form) comity.Facts {
	facts := comity.Facts{}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("request.by", f["by"])
	set("request.purpose", f["purpose"])
	set("request.exigent", trueFalse(f["danger"]))
	set("place.kind", f["setting"])
	switch f["paper"] {
	case "detainer", "court-paper", cannotTell, "":
		// Which one it is was not read: the long form asks. What it says stays open.
	default:
		set("document.detainer", "none")
		set("document.detainer_shows", "none")
		paperFacts(f, set)
	}
	return facts
}

// Unconfirmed reports whether nobody called back whoever asks.
func Unconfirmed(card Card) bool { return unconfirmed(card.Kind, card.Form) }

// unconfirmed reports whether nobody called the requester back. Where the form
// leaves the question open, nobody did: a voice on the telephone is not yet an
// agency.
func unconfirmed(kind string, f Form) bool {
	switch f["called_back"] {
	case no, "not-yet":
		return true
	case "":
		return kind == informal.Name
	}
	return false
}
