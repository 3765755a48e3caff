package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"comity"
	"comity/law/card"
)

// Told is an answer before it is in the record. A phone without a signal gives
// it from the law that it holds, having first put the request where it survives;
// Handle then records the same request once, with the same answer.
type Told struct {
	Form      Form
	Help      []string // the kinds of help that were asked, in the order of the answers
	Questions []comity.Question
	Decisions []comity.Decision // one for each kind of help, then one for ordinary policing
	Stops     []Stop
	Digest    string // of the decisions as the record will hold them
}

// Tell answers a request without recording it. Only a device that records it as
// soon as it can may call this instead of Handle.
func (d *Desk) Tell(r Request) (Told, error) {
	c, err := d.check(r)
	if err != nil {
		return Told{}, err
	}
	if err := d.decide(c); err != nil {
		return Told{}, err
	}
	out := Told{Form: c.Form, Help: helpAsked(c.Form), Decisions: c.told, Stops: c.stops()}
	var kept []string
	for i := range c.Items {
		out.Questions = append(out.Questions, c.question(i))
		kept = append(kept, encode(c.kept[i]))
	}
	out.Digest = digestOf(kept)
	return out, nil
}

// TellAgain is what was told about an entry of help asked, from the record.
func TellAgain(c Card) Told {
	stops := (&contact{kind: &assistance, Request: Request{Form: c.Form}}).stops()
	return Told{Form: c.Form, Help: helpAsked(c.Form), Questions: c.Questions, Decisions: c.Decisions, Stops: stops, Digest: c.Digest}
}

// helpAsked lists the ticks in the order of their answers.
func helpAsked(f Form) []string {
	var out []string
	for _, tick := range helpTicks {
		if f.Has("asked", tick) {
			out = append(out, tick)
		}
	}
	return out
}

// digestOf names decisions as they are recorded: who has the card can show
// later that it is the one that was followed.
func digestOf(decisions []string) string {
	if len(decisions) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, d := range decisions {
		sum.Write([]byte(d + "\n"))
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// Whom a sergeant has to tell something at a scene.
const (
	ToFederal   = "federal"
	ToCrowd     = "crowd"
	ToCommander = "commander"
)

// A Phrase is a piece of what is said aloud: its words stand in the catalogue
// under scene.say.<To>.<Key>, and the lists fill them.
type Phrase struct {
	To   string   `json:"to"`
	Key  string   `json:"key"`
	Help []string `json:"help"` // kinds of help it is about
	Refs []string `json:"refs"` // the law it rests on, as one says it
}

// Script is what may be said aloud about an answer: to the officer who asks, to
// people who stand there, to the watch commander. It never claims more than the
// rule gives: what is unsettled or was not read is said as "as we read it".
func (t Told) Script(book card.Book) []Phrase {
	var out []Phrase
	say := func(to, key string, help, refs []string) {
		out = append(out, Phrase{to, key, orNone(help), orNone(refs)})
	}
	groups := t.groups(book)
	if t.Form["danger"] == yes && t.policing() != comity.Prohibited {
		say(ToFederal, "danger", nil, nil)
	}
	if slices.Contains(t.Stops, StopIdentity) {
		say(ToFederal, "identity", nil, nil)
	}
	for _, g := range groups {
		say(ToFederal, g.key(), g.help, g.refs)
	}
	say(ToCrowd, t.crowd(groups), nil, nil)
	say(ToCommander, "asked", t.Help, nil)
	for _, g := range groups {
		say(ToCommander, g.key(), g.help, g.refs)
	}
	switch {
	case slices.Contains(t.Stops, StopImpersonation):
		say(ToCommander, "signs", nil, nil)
	case slices.Contains(t.Stops, StopIdentity):
		say(ToCommander, "identity", nil, nil)
	}
	say(ToCommander, "card", nil, nil)
	return out
}

// A helpGroup is kinds of help with the same answer.
type helpGroup struct {
	verdict    comity.Verdict
	unsure     bool
	help, refs []string
}

func (g helpGroup) key() string {
	if g.unsure {
		return string(g.verdict) + "-unsure"
	}
	return string(g.verdict)
}

// groups joins equal answers, so that one sentence says them; bans first.
func (t Told) groups(book card.Book) []helpGroup {
	var out []helpGroup
	for _, verdict := range comity.Verdicts {
		for _, unsure := range []bool{false, true} {
			g := helpGroup{verdict: verdict, unsure: unsure}
			for i, tick := range t.Help {
				if d := t.Decisions[i]; d.Verdict == verdict && doubtful(d) == unsure {
					g.help = append(g.help, tick)
					g.refs = appendNew(g.refs, t.ref(book, i))
				}
			}
			if len(g.help) > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// doubtful says whether a plain verdict must be said with its doubt.
func doubtful(d comity.Decision) bool {
	plain := d.Verdict == comity.Prohibited || d.Verdict == comity.Required || d.Verdict == comity.Permitted
	return plain && (d.Has(comity.Unsettled) || d.Has(comity.Unverified) || d.Has(comity.Conflict))
}

func (t Told) ref(book card.Book, i int) string {
	r := card.Reader{Book: book, Question: t.Questions[i], Decision: t.Decisions[i]}
	if rule, _ := r.Carrier(); rule != nil {
		if cites := r.Cites(rule); len(cites) > 0 {
			return cites[0].Ref
		}
	}
	return ""
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// policing is the answer about ordinary policing, which comes last.
func (t Told) policing() comity.Verdict {
	if len(t.Decisions) <= len(t.Help) {
		return comity.NoRule
	}
	return t.Decisions[len(t.Help)].Verdict
}

// crowd says which sentence is true to people who stand there. Only where
// everything that was asked is declined may one say that we take no part.
func (t Told) crowd(groups []helpGroup) string {
	if t.Form["danger"] == yes {
		return "danger"
	}
	if len(groups) == 0 {
		return "present"
	}
	for _, g := range groups {
		if g.verdict != comity.Prohibited {
			return "present"
		}
	}
	return "apart"
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Phrases lists everything that a script can say, without what fills it.
func Phrases() []Phrase {
	var out []Phrase
	add := func(to string, keys ...string) {
		for _, key := range keys {
			out = append(out, Phrase{To: to, Key: key})
		}
	}
	add(ToFederal, "danger", "identity")
	add(ToCrowd, "apart", "present", "danger")
	add(ToCommander, "asked", "signs", "identity", "card")
	for _, verdict := range comity.Verdicts {
		for _, unsure := range []bool{false, true} {
			g := helpGroup{verdict: verdict, unsure: unsure}
			if d := (comity.Decision{Verdict: verdict, Flags: []comity.Flag{comity.Unverified}}); !unsure || doubtful(d) {
				add(ToFederal, g.key())
				add(ToCommander, g.key())
			}
		}
	}
	return out
}
