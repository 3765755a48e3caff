package web

import (
	"comity/desk"
)

// A deskWrite is one form that the desk's first page leads to, with its key.
type deskWrite struct{ Name, Path, Key string }

// deskWrites are the forms that do not stand in the bar.
func deskWrites() []deskWrite {
	return []deskWrite{
		{"informal", "/desk/informal", "i"},
		{"unattributed", "/desk/unattributed", "u"},
		{"database-access", "/desk/database", "b"},
		{"equipment", "/desk/equipment", "e"},
		{"automatic-flow", "/desk/flow", "w"},
		{"complaint", "/desk/complaint", "c"},
		{"figures", "/desk/figures", "g"},
	}
}

// following is the address of the form that goes on with a kind of entry, or
// empty.
func following(kind string) string {
	switch kind {
	case "unattributed":
		return "/desk/attribution"
	case "complaint":
		return "/desk/complaint-outcome"
	}
	return ""
}

// followTitle names an entry that has no person in it. A program may have left
// the field empty.
func (s *site) followTitle(l *lang, c desk.Card) string {
	field := "setting"
	if c.Kind == "complaint" {
		field = "about"
	}
	kind := l.say("desk.kind." + c.Kind)
	if c.Form[field] == "" {
		return kind
	}
	return l.say("desk.followed.taken", "Kind", kind, "Where", l.option("desk."+c.Kind+"."+field, c.Form[field]))
}

// explains says which rule stands behind what went by itself.
func (l *lang) explains(c desk.Card) []string {
	if key := "desk.automatic-flow.rule." + c.Form["rule"] + "-says"; c.Kind == "automatic-flow" && l.known(key) {
		return []string{l.say(key)}
	}
	return nil
}
