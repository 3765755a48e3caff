// Package door answers "who is this?" for people at their own door: the words
// of a call-back check and the page that tells how to know an agency's own
// staff. It speaks about that agency's staff only. It never says whether
// anybody else is there, and it keeps nothing but a count a day.
package door

import (
	"fmt"
	"time"

	"comity"
)

// An Answer is what the dispatcher answered: yes, no, or neither. There is no
// default, and an empty answer is an error.
type Answer string

const (
	Yes           Answer = "yes"
	No            Answer = "no"
	CannotConfirm Answer = "cannot-confirm"
)

// Answers lists every answer in the order in which a form shows them.
var Answers = [...]Answer{CannotConfirm, No, Yes}

// ParseAnswer reads an answer; anything but one of the three is a Problem.
func ParseAnswer(s string) (Answer, error) {
	for _, a := range Answers {
		if s == string(a) {
			return a, nil
		}
	}
	return "", &comity.Problem{
		Code:    "no-answer",
		Message: "the dispatcher's answer is missing",
		Hint:    "choose yes, no or cannot-confirm; when in doubt choose cannot-confirm",
		Where:   "answer",
	}
}

// A Script is what the clerk reads aloud, in this order.
type Script struct {
	First  string   `json:"first"`  // the first action, whatever the answer
	Answer string   `json:"answer"` // the answer in words
	Beside string   `json:"beside"` // what is always said with it: no answer stands alone
	Others string   `json:"others"` // about everybody else, the same for every answer
	Asked  string   `json:"asked"`  // all that is said to whoever asks about federal officers
	Steps  []string `json:"steps"`  // what the caller may do now
}

// Lines returns the whole script in the order of reading.
func (s Script) Lines() []string {
	return append([]string{s.First, s.Answer, s.Beside, s.Others}, s.Steps...)
}

// Read returns the words for an answer in lang, English for every language but
// Spanish. Only First, Others and Steps can be read before the answer is known.
func Read(lang string, a Answer) (Script, error) {
	if _, err := ParseAnswer(string(a)); err != nil {
		return Script{}, err
	}
	if lang == "es" {
		return spanish(a), nil
	}
	return english(a), nil
}

// Ask is what the clerk asks the dispatcher. The dispatcher names nobody.
func Ask(lang string) string {
	if lang == "es" {
		return "Pregunte al despachador: ¿está uno de los nuestros en una visita nuestra en ese lugar ahora? Acepte solo sí, no o no puedo decirlo. No pida nombres y no anote la dirección."
	}
	return "Ask the dispatcher: is one of ours on a visit of ours at that place now? Take only yes, no or cannot say. Ask for no names and write no address down."
}

func english(a Answer) Script {
	s := Script{
		Asked:  "We cannot tell you more.",
		First:  "You may keep the door closed while you check. A judge's warrant or an emergency is different.",
		Others: "We can speak only about our own staff. We do not say whether any other agency, local or federal, is there or plans to come.",
		Steps: []string{
			"Speak through the closed door. You may ask for a supervisor, or for an officer in uniform.",
			"If they have a paper, ask them to put it under the door or hold it against the window.",
			"Do not push, block or confront anyone.",
			"If you feel unsafe, hang up and call 911.",
		},
	}
	switch a {
	case Yes:
		s.Answer = "Yes. One of ours is there on a visit of ours."
		s.Beside = "That alone does not mean that you must open the door."
	case No:
		s.Answer = "We have no visit of ours on record for this."
		s.Asked = "This is not a city visit. We cannot tell you more."
		s.Beside = "That does not mean the person is false. Officers of another agency may be genuine. Keep the door closed, and call 911 if you feel unsafe."
	case CannotConfirm:
		s.Answer = "We cannot confirm it now. This is neither a yes nor a no."
		s.Beside = "That does not mean the person is false. Officers may be genuine. Keep the door closed, and call 911 if you feel unsafe."
	}
	return s
}

func spanish(a Answer) Script {
	s := Script{
		Asked:  "No podemos decirle más.",
		First:  "Puede dejar la puerta cerrada mientras comprueba. Una orden de un juez o una emergencia es distinto.",
		Others: "Solo podemos hablar de nuestro propio personal. No decimos si otra agencia, local o federal, está allí o piensa ir.",
		Steps: []string{
			"Hable a través de la puerta cerrada. Puede pedir un supervisor o un agente en uniforme.",
			"Si tienen un papel, pida que lo pasen por debajo de la puerta o lo muestren en la ventana.",
			"No empuje, no bloquee y no se enfrente a nadie.",
			"Si se siente en peligro, cuelgue y llame al 911.",
		},
	}
	switch a {
	case Yes:
		s.Answer = "Sí. Uno de los nuestros está allí en una visita nuestra."
		s.Beside = "Eso solo no significa que usted deba abrir la puerta."
	case No:
		s.Answer = "No tenemos registrada ninguna visita nuestra para esto."
		s.Asked = "Esta no es una visita de la ciudad. No podemos decirle más."
		s.Beside = "Eso no significa que la persona sea falsa. Los agentes de otra agencia pueden ser auténticos. Deje la puerta cerrada y llame al 911 si se siente en peligro."
	case CannotConfirm:
		s.Answer = "No podemos confirmarlo ahora. Esto no es ni un sí ni un no."
		s.Beside = "Eso no significa que la persona sea falsa. Los agentes pueden ser auténticos. Deje la puerta cerrada y llame al 911 si se siente en peligro."
	}
	return s
}

// A DayTotal is all that is kept of call-back checks: how many had one answer
// on one day. It has no room for who called, from where, or about whom.
type DayTotal struct {
	Agency string `json:"agency"` // ORI
	Day    string `json:"day"`    // 2006-01-02, where the agency is
	Answer Answer `json:"answer"`
	Count  int    `json:"count"`
}

// One is the day total of a single check, to be added to what is kept.
func One(agency string, now time.Time, a Answer) (DayTotal, error) {
	if _, err := ParseAnswer(string(a)); err != nil {
		return DayTotal{}, err
	}
	if agency == "" {
		return DayTotal{}, fmt.Errorf("count a door check: %w", &comity.Problem{Code: "no-agency", Message: "the check names no agency", Where: "agency"})
	}
	return DayTotal{Agency: agency, Day: now.Format(time.DateOnly), Answer: a, Count: 1}, nil
}
