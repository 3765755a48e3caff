package web

import (
	"strings"

	"comity/door"
)

// Whom an answer reaches without a page: a clerk reads it out, a telephone
// system says it, an SMS carries it.
const (
	byClerk     = "clerk"
	byTelephone = "telephone"
	bySMS       = "sms"
)

// aloud is the answer in one text.
func (s *site) aloud(l *lang, p doorPage, a door.Answer, v door.Visit, by string) string {
	text := strings.Join(s.spoken(l, p, a, v, by), " ")
	if by != byTelephone {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r == '⁦' || r == '⁩' {
			return -1 // a voice does not know where letters run from right to left
		}
		return r
	}, text)
}

// spoken are the page's own sentences in the caller's language, in the order
// in which they are heard.
func (s *site) spoken(l *lang, p doorPage, a door.Answer, v door.Visit, by string) []string {
	lines := []string{l.say("door.first")}
	add := func(keys ...string) {
		for _, key := range keys {
			lines = append(lines, l.say("door."+key))
		}
	}
	person := func() {
		if p.Home.CallBack != "" {
			lines = append(lines, l.say("door.aloud.person", "Number", p.Home.CallBack))
		}
	}
	switch a {
	case door.Yes:
		lines = append(lines, s.spokenVisit(l, p, v, by)...)
		add("yes-beside", "yes-not")
	case door.No:
		add("no", "no-beside", "no-genuine", "no-why")
	case door.CallUs:
		if by == byClerk { // a person is on the line already: what to do, not to ring
			add("name-cannot", "no-beside", "no-genuine")
			break
		}
		add("call", "call-beside")
		person()
	default:
		add("down", "down-beside")
		if by != byClerk {
			person()
		}
	}
	if by != bySMS {
		add("others")
	}
	add("unsafe")
	return lines
}

// spokenVisit is what a yes says of the visit, in words that a voice can read.
func (s *site) spokenVisit(l *lang, p doorPage, v door.Visit, by string) []string {
	zone := s.Desk.Zone(p.Home.Place, p.ORI)
	now, number, hours := s.Now(), v.Number(s.Now()), window(v, zone)+"."
	if by == byTelephone {
		number = strings.Join(strings.Split(number, ""), " ")
		hours = l.say("door.aloud.window", "From", v.From.In(zone).Format("15:04"), "Until", v.Until.In(zone).Format("15:04"))
	}
	visit := []string{
		l.say("door.yes") + " " + v.Unit + ".", l.say("door.purpose."+string(v.Purpose)) + ".",
		hours, l.say("door.people", "N", v.People),
	}
	if v.Vehicle != "" {
		visit = append(visit, l.say("door.car", "Car", v.Vehicle))
	}
	return []string{
		strings.Join(visit, " "), l.say("door.word") + " " + s.wordIn(l, v) + ".",
		l.say("door.number") + " " + number + ". " + l.say("door.number-at", "Time", now.In(zone).Format("15:04")),
	}
}

// wordIn is the word of the resident's letter, which is the one that the visitor
// says, with the same word in the language that she reads or hears now.
func (s *site) wordIn(l *lang, v door.Visit) string {
	letter := s.tongue(v.Language)
	if letter == nil || letter.tag == l.tag {
		return l.doorWord(v.Word())
	}
	return letter.doorWord(v.Word()) + " (" + l.doorWord(v.Word()) + ")"
}
