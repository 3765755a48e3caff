package desk

import (
	"slices"
	"strings"
	"time"

	"comity"
)

// A Notice is the paper handed to the person: structured text that a page
// prints. It says what came, what the agency means to do, where the law says
// so, and whom to ask. It carries the name only because the person holds it.
type Notice struct {
	Lang     string
	Title    string
	Name     string
	Booking  string
	Day      string // of the request's arrival
	Parts    []NoticePart
	Law      []NoticeLaw // the sections that make the agency tell the person
	Referral Referral
	Service  []NoticeLine // proof of service, filled in by hand
}

// A NoticePart is a heading and its paragraphs.
type NoticePart struct {
	Heading string
	Text    []string
}

// A NoticeLaw is one section, quoted in the language of the law.
type NoticeLaw struct{ Ref, Quote, Grade string }

// A NoticeLine is one line of the proof of service; Value is empty where it is
// written by hand.
type NoticeLine struct{ Label, Value string }

// A Referral is where the person may find a lawyer: the agency's own words.
type Referral struct{ Name, Phone string }

// NoticeLangs lists the languages a notice can be printed in.
var NoticeLangs = []string{"en", "es"}

// Notice writes the notice of a detainer. When is an instant as words, in the
// language and zone of the reader; it is the caller's, who knows how to write dates.
func (d *Desk) Notice(card Card, lang string, referral Referral, when func(time.Time) string) Notice {
	words := noticeEnglish()
	if lang == "es" {
		words = noticeSpanish()
	}
	place, _ := d.Law.Place(card.In)
	zone := d.zone(place, card.Agency, card.At)
	n := Notice{
		Lang: words.lang, Title: words.title, Name: card.Form["name"], Booking: card.Form["booking"], Referral: referral,
	}
	if at, err := time.Parse(time.RFC3339, card.Form["received_at"]); err == nil {
		n.Day = when(at.In(zone))
	}
	hold, _ := card.Decision("hold-on-detainer")
	n.Parts = []NoticePart{
		{words.came, words.whatCame(card, n.Day)},
		{words.intends, words.intention(card, hold)},
		{words.times, noticeTimes(words, d.Alarms(card), hold.Verdict, when)},
		{words.rights, append([]string{strings.ReplaceAll(words.code, "{code}", RemedyCode(card))}, words.mayDo...)},
	}
	n.Law = noticeLaw(card)
	for _, label := range words.service {
		n.Service = append(n.Service, NoticeLine{Label: label})
	}
	return n
}

// RemedyCode is what the person keeps: the entry's permanent id, in groups that
// can be read aloud. Staff find the entry by it without a name (H30).
func RemedyCode(card Card) string {
	var groups []string
	for group := range slices.Chunk([]byte(card.ULID), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// fromCode reads a code as people type it; other text stays as it is.
func fromCode(text string) string {
	code := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, text))
	if len(code) == ulidLength && !strings.ContainsFunc(code, func(r rune) bool { return r > 'Z' || r < '0' }) {
		return code
	}
	return text
}

const ulidLength = 26

// noticeLaw quotes what makes the agency tell the person. Where no section
// says so the notice is given all the same, and quotes nothing.
func noticeLaw(card Card) []NoticeLaw {
	d, ok := card.Decision("notify-person")
	if !ok || d.Verdict != comity.Required {
		return nil
	}
	var out []NoticeLaw
	for _, c := range d.Citations {
		out = append(out, NoticeLaw{c.Ref, c.Quote, string(c.Grade)})
	}
	return out
}

// noticeTimes leaves out the hours of a request that the agency may not follow:
// printed, they would read as if somebody might be kept for them.
func noticeTimes(w noticeWords, alarms []Alarm, hold comity.Verdict, when func(time.Time) string) []string {
	var out []string
	for _, a := range alarms {
		if hold == comity.Prohibited && a.Name != "release" {
			continue
		}
		text := map[string]string{"release": w.release, "form": w.form, "federal": w.federal}[a.Name]
		if text != "" {
			out = append(out, strings.ReplaceAll(text, "{when}", when(a.Due)))
		}
	}
	if len(out) == 0 {
		return []string{w.noTimes}
	}
	return out
}

// noticeWords is the notice in one language.
type noticeWords struct {
	lang, title                               string
	came, intends, times, rights              string
	hold, lent, tell, other                   string
	will, willNot, may, unclear, told, noTell string
	release, form, federal, noTimes           string
	code                                      string // to keep: finds the entry again
	mayDo, service                            []string
}

func (w noticeWords) whatCame(card Card, day string) []string {
	var out []string
	switch {
	case card.Form["box"] == "box-2":
		out = append(out, w.lent)
	case card.Form["form"] == "i-247n":
		out = append(out, w.tell)
	case asksHold(card.Form), len(card.Form) == 0:
		out = append(out, w.hold)
	default:
		out = append(out, w.other)
	}
	from := card.Form["office"]
	if from == "" {
		from = strings.ToUpper(card.Form["by"])
	}
	out[0] = strings.NewReplacer("{from}", from, "{day}", day).Replace(out[0])
	return out
}

// intention says whether the agency means to comply (California wants exactly
// that sentence; elsewhere it does no harm).
func (w noticeWords) intention(card Card, hold comity.Decision) []string {
	var out []string
	switch hold.Verdict {
	case comity.Prohibited:
		out = append(out, w.willNot)
	case comity.Required:
		out = append(out, w.will)
	case comity.Permitted:
		out = append(out, w.may)
	case "":
	default:
		out = append(out, w.unclear)
	}
	if tell, ok := card.Decision("notify-release"); ok {
		switch tell.Verdict {
		case comity.Prohibited:
			out = append(out, w.noTell)
		case comity.Required:
			out = append(out, w.told)
		}
	}
	return out
}
