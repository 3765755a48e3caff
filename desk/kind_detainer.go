package desk

import (
	"strings"

	"comity"
	"comity/record"
)

// detainer is the intake of a federal detainer: form I-247A and what came
// before it. It asks which paper came and what stands on it, never what the
// paper says about the person.
var detainer = Kind{
	Name:    "detainer",
	Acts:    []string{"hold-on-detainer", "notify-release", "transfer-custody", "jail-interview-access", "notify-person"},
	Record:  record.Kind{Name: "detainer", Commitments: 64, Release: record.Monthly, Series: "custody"},
	Fields:  detainerFields,
	asks:    detainerItems,
	defects: detainerDefects,
}

// Answers to a question about a paper. Not knowing is an answer.
const (
	yes        = "yes"
	no         = "no"
	cannotTell = "cannot-tell"
)

var yesNo = []string{yes, no, cannotTell}

var detainerFields = []Field{
	{Name: "booking", Also: "booking_number", Type: Text, Required: true, Personal: true, Key: "b", Group: "person"},
	{Name: "name", Type: Text, Required: true, Personal: true, Key: "n", Group: "person"},
	{Name: "pointer", Type: Text, Personal: true, Group: "person"},
	{Name: "paper_digest", Type: Digest, Personal: true, Carried: true}, // all that stays of a scan

	{Name: "form", Type: Choice, Required: true, Key: "f", Group: "paper",
		Values: []string{"i-247a", "i-247d", "i-247n", "i-247-older", "other-paper", "no-paper", cannotTell}},
	{Name: "edition", Type: Choice, Group: "paper",
		Values: []string{"before-2013-03", "2013-03", "2015", "2017-02", "2025-05", "other", cannotTell}},
	{Name: "by", Type: Choice, Required: true, Group: "paper", Values: []string{"ice", "cbp", "other-federal-agency", cannotTell}},
	{Name: "office", Type: Text, Group: "paper"},
	{Name: "received_at", Type: Instant, Required: true, Key: "r", Group: "paper"},
	{Name: "addressed", Type: Choice, Required: true, Group: "paper", Values: yesNo},
	{Name: "box", Type: Choice, Required: true, Key: "x", Group: "paper",
		Values: []string{"box-1", "box-2", "both", "none", cannotTell}, When: "form=i-247a|cannot-tell"},
	{Name: "cause", Type: Ticks, Key: "c", Group: "paper",
		Values: []string{"final-order", "proceedings", "biometric", "statements"}},
	{Name: "affidavit", Type: Choice, Group: "paper", Values: yesNo},
	{Name: "signed", Type: Choice, Required: true, Key: "s", Group: "paper", Values: yesNo},
	{Name: "dated", Type: Choice, Required: true, Group: "paper", Values: yesNo},
	{Name: "served", Type: Choice, Required: true, Key: "v", Group: "paper", Values: yesNo},

	{Name: "attached", Type: Choice, Required: true, Key: "a", Group: "attached",
		Values: []string{"none", "i-200", "i-205", "other-ice-form", "ncic-civil-hit", cannotTell}},
	{Name: "attached_signed", Type: Choice, Required: true, Group: "attached", Values: yesNo, When: "attached=i-200|i-205|other-ice-form"},
	{Name: "court", Type: Choice, Required: true, Key: "j", Group: "attached",
		Values: []string{"none", "arrest-warrant", "search-warrant", "court-order", "probable-cause-finding", "subpoena", "prisoner-writ", cannotTell}},
	{Name: "court_signed", Type: Choice, Group: "attached",
		Values: []string{"none", "immigration-officer", "immigration-judge", "federal-magistrate", "federal-judge", "state-judge", "court-clerk", cannotTell},
		When:   "court=arrest-warrant|search-warrant|court-order|probable-cause-finding|subpoena|prisoner-writ"},
	{Name: "court_charge", Type: Choice, Group: "attached",
		Values: []string{"none", "civil", "federal-immigration-crime", "federal-felony", "other-federal-crime", "state-crime", cannotTell},
		When:   "court=arrest-warrant|search-warrant|court-order|probable-cause-finding|subpoena|prisoner-writ"},

	{Name: "asked", Type: Ticks, Group: "custody", Values: []string{"transfer", "interview"}},
	{Name: "custody", Type: Choice, Required: true, Group: "custody",
		Values: []string{"stopped", "arrested", "jailed", "serving-sentence", "federal-criminal", "federal-immigration", cannotTell}},
	{Name: "other_reason", Type: Choice, Required: true, Key: "o", Group: "custody", Values: yesNo},
	{Name: "release_at", Type: Instant, Need: "other_reason=no", Key: "t", Group: "custody"},

	contradicts,
	shown,
}

// What speaks against holding the person at all. It is used and never written
// down (H31).
var (
	contradicts = Field{Name: "contradicts", Type: Choice, Never: true, Required: true, Key: "k", Group: "own", Values: yesNo}
	shown       = Field{Name: "shown", Type: Choice, Never: true, Required: true, Key: "w", Group: "own",
		Values: []string{"none", "us-citizen-document", "lawful-status-document", "qualifying-state-license", "other-id"}}
)

// detainerItems is what the form asks of the jail: each thing has its own answer.
func detainerItems(f Form) []Item {
	facts := detainerFacts(f)
	var items []Item
	ask := func(act string, more comity.Facts) {
		items = append(items, Item{Act: act, Facts: with(facts, more)})
	}
	if f["form"] != "i-247n" {
		ask("hold-on-detainer", comity.Facts{"request.kind": "detainer"})
	}
	ask("notify-release", comity.Facts{"request.kind": "release-notice", "info.kind": "release-date"})
	if f.Has("asked", "transfer") || f["box"] == "box-2" {
		ask("transfer-custody", comity.Facts{"request.kind": "transfer"})
	}
	if f.Has("asked", "interview") {
		ask("jail-interview-access", comity.Facts{"request.kind": "interview"})
	}
	ask("notify-person", comity.Facts{"request.kind": "detainer", "event.kind": "detainer-received", "notice.to": "person"})
	return items
}

func with(facts, more comity.Facts) comity.Facts {
	out := comity.Facts{}
	for k, v := range facts {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// detainerFacts turns what was read off the papers into the words of the law.
// What nobody could tell stays unknown.
func detainerFacts(f Form) comity.Facts {
	facts := comity.Facts{"request.purpose": "civil-immigration"}
	set := func(fact, value string) {
		if value != "" && value != cannotTell {
			facts[fact] = value
		}
	}
	set("request.by", f["by"])
	set("request.received_at", f["received_at"])
	set("document.detainer", detainerForm(f))
	if facts["document.detainer"] == "none" {
		facts["document.detainer_shows"] = "none"
	} else {
		set("document.detainer_shows", detainerShows(f))
	}
	set("document.served_on_person", trueFalse(f["served"]))
	set("person.custody", f["custody"])
	set("person.release_due", falseTrue(f["other_reason"]))
	set("person.release_due_at", f["release_at"])
	set("person.record_contradicts", trueFalse(f["contradicts"]))
	set("person.citizenship_proof", f["shown"])
	attachedFacts(f, set)
	return facts
}

func trueFalse(answer string) string {
	return map[string]string{yes: "true", no: "false"}[answer]
}

func falseTrue(answer string) string {
	return map[string]string{yes: "false", no: "true"}[answer]
}

func detainerForm(f Form) string {
	switch f["form"] {
	case "i-247a":
		if f["box"] == "box-2" {
			return "i-247a-return"
		}
		return "i-247a"
	case "i-247d", "i-247n":
		return f["form"]
	case "i-247-older":
		return "older-form"
	case "other-paper", "no-paper":
		return "none"
	}
	return ""
}

// detainerShows says what the form shows. A form that is not whole shows
// nothing, whatever is ticked on it; only an affidavit makes up for that.
func detainerShows(f Form) string {
	incomplete := f["signed"] == no || f["dated"] == no || f["box"] == "both" || f["box"] == "none"
	unsure := f["signed"] == cannotTell || f["dated"] == cannotTell || f["box"] == cannotTell
	switch {
	case f["affidavit"] == yes:
		return "probable-cause-by-attachment"
	case incomplete:
		return "incomplete"
	case f["box"] == "box-2":
		return "none" // box 2 says that the person was lent, it claims no cause
	case f["cause"] == "":
		return "no-probable-cause"
	case unsure:
		return ""
	}
	return "probable-cause"
}

// attachedFacts sorts the attached papers by who signed them, not by what they
// call themselves: an immigration officer's or immigration judge's paper is
// never a court's (L3).
func attachedFacts(f Form, set func(fact, value string)) {
	attached := f["attached"]
	if f["attached_signed"] == no && strings.HasPrefix(attached, "i-20") {
		attached = "unsigned-form"
	}
	if !ofCourt(f) {
		if attached == "none" && administrativeCalledJudicial(f) {
			attached = "other-ice-form"
		}
		set("document.admin_warrant", attached)
		set("document.judicial", "none")
		set("document.signed_by", paperSigner(attached, f))
		set("document.charge", "civil")
		if attached == "none" {
			set("document.charge", "none")
		}
		return
	}
	set("document.admin_warrant", attached)
	set("document.judicial", f["court"])
	set("document.signed_by", f["court_signed"])
	set("document.charge", f["court_charge"])
}

// ofCourt reports whether the paper called a court's may be one. While nobody
// can tell, it may.
func ofCourt(f Form) bool {
	return f["court"] != "none" && f["court"] != "" && !administrativeCalledJudicial(f)
}

func administrativeCalledJudicial(f Form) bool {
	return f["court"] != "none" && (f["court_signed"] == "immigration-officer" || f["court_signed"] == "immigration-judge")
}

func paperSigner(attached string, f Form) string {
	switch {
	case f["court_signed"] == "immigration-judge":
		return "immigration-judge"
	case attached == "none" && f["signed"] == no, attached == "unsigned-form":
		return "none"
	case attached == "none" && f["form"] == "no-paper":
		return "none"
	case f["signed"] == cannotTell && attached == "none":
		return ""
	}
	return "immigration-officer"
}
