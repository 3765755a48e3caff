package desk

// A Defect is something wrong with a paper. Its words stand in the catalogues
// of the pages under its code.
type Defect struct {
	Code  string `json:"code"`
	Field string `json:"field"` // where on the form it is seen
	Stops bool   `json:"stops"` // the paper cannot be used as it came; else it is to be noted
}

// detainerDefects names what is wrong with a detainer, in the order of the form.
func detainerDefects(f Form) []Defect {
	var found []Defect
	for _, rule := range defectRules {
		if rule.found(f) {
			found = append(found, Defect{rule.code, rule.field, rule.stops})
		}
	}
	return found
}

var defectRules = []struct {
	code, field string
	stops       bool
	found       func(Form) bool
}{
	{"no-paper", "form", true, func(f Form) bool { return f["form"] == "no-paper" }},
	{"wrong-form", "form", true, func(f Form) bool { return f["form"] == "other-paper" }},
	{"older-form", "form", false, func(f Form) bool {
		return f["form"] == "i-247d" || f["form"] == "i-247-older" || f["form"] == "i-247n"
	}},
	{"notice-only", "form", true, func(f Form) bool { return f["form"] == "i-247n" }},
	{lateDefect, "received_at", false, cameLate},
	{"not-addressed", "addressed", true, func(f Form) bool { return f["addressed"] == no }},
	{"no-box", "box", true, func(f Form) bool { return f["box"] == "none" }},
	{"both-boxes", "box", true, func(f Form) bool { return f["box"] == "both" }},
	{"box-2", "box", false, func(f Form) bool { return f["box"] == "box-2" }},
	{"no-cause", "cause", true, func(f Form) bool {
		return f["cause"] == "" && asksHold(f) && f["box"] != "box-2"
	}},
	{"cause-with-box-2", "cause", false, func(f Form) bool { return f["cause"] != "" && f["box"] == "box-2" }},
	{"not-signed", "signed", true, func(f Form) bool { return f["signed"] == no }},
	{"not-dated", "dated", true, func(f Form) bool { return f["dated"] == no }},
	{"not-served", "served", true, func(f Form) bool { return f["served"] == no }},
	{"no-warrant", "attached", false, func(f Form) bool { return f["attached"] == "none" && asksHold(f) }},
	{"warrant-not-signed", "attached_signed", true, func(f Form) bool { return f["attached_signed"] == no }},
	{"administrative-called-judicial", "court_signed", true, administrativeCalledJudicial},
	{"court-paper-not-signed", "court_signed", true, func(f Form) bool {
		return f["court"] != "none" && f["court"] != cannotTell && f["court"] != "" && f["court_signed"] == "none"
	}},
}

// asksHold reports whether the paper is a form that can ask to keep a person.
func asksHold(f Form) bool {
	return f["form"] == "i-247a" || f["form"] == "i-247d" || f["form"] == "i-247-older"
}

// cameLate reports a paper that came after the person would have gone free.
func cameLate(f Form) bool {
	received, due := readRecorded(f["received_at"]), readRecorded(f["release_at"])
	return !received.IsZero() && !due.IsZero() && received.After(due)
}

const lateDefect = "came-late"
