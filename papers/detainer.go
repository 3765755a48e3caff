package papers

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

func isDetainer(k Kind) bool { return k == I247A || k == I247D || k == I247N || k == I247 }

// propose reads off the papers what the detainer form of the desk asks. The
// first page of a detainer, what is attached, what a court signed.
func (b *bundle) propose(addressee string) []Proposal {
	var out proposals
	for i, s := range b.sheets {
		if isDetainer(s.page.Kind) && (s.page.Confidence > 0.9 || len(s.causes()) > 0 || !b.better(i)) {
			out.detainer(s, i+1, addressee)
			break
		}
	}
	out.attached(b.sheets)
	out.court(b.sheets)
	return out
}

// better reports a later page that is a detainer's first one more clearly.
func (b *bundle) better(i int) bool {
	return slices.ContainsFunc(b.sheets[i+1:], func(s *sheet) bool { return isDetainer(s.page.Kind) && len(s.causes()) > 0 })
}

type proposals []Proposal

// add notes what a field may be, with the place and its picture.
func (p *proposals) add(s *sheet, page int, field, value string, sure float64, box Box) {
	box = Box{max(box.X0, 0), max(box.Y0, 0), min(box.X1, 1000), min(box.Y1, s.height)}
	*p = append(*p, Proposal{Field: field, Value: value, Confidence: hundredth(sure * (0.5 + 0.5*s.sure())), Page: page, Box: box, Crop: s.crop(box)})
}

func hundredth(f float64) float64 { return float64(int(f*100+0.5)) / 100 }

func (p *proposals) detainer(s *sheet, page int, addressee string) {
	where := s.numberPlace()
	p.add(s, page, "form", string(s.page.Kind), s.page.Confidence, where)
	if e := deskEdition(s.page.Edition); e != "" {
		p.add(s, page, "edition", e, 0.9*s.page.Confidence, where)
	}
	p.issuer(s, page)
	p.addressed(s, page, addressee)
	p.received(s, page)
	p.boxes(s, page)
	p.signature(s, page, "signed", []string{"signature of immigration officer"})
	p.dated(s, page)
	p.served(s, page)
}

// numberPlace is where the form's number stands, else its title.
func (s *sheet) numberPlace() Box {
	for _, phrase := range []string{"dhs form i-247", "form i-247", "form i-200", "form i-205"} {
		for _, f := range s.find(phrase) {
			if f.box.Y0 > 0.8*s.height || f.box.Y1 < 0.13*s.height {
				return f.box.grown(10, 8).with(Box{f.box.X0, f.box.Y0, f.box.X1 + 140, f.box.Y1})
			}
		}
	}
	for _, phrase := range []string{"immigration detainer", "request for voluntary notification"} {
		if found := s.find(phrase); len(found) > 0 {
			return found[0].box.grown(60, 10)
		}
	}
	return Box{0, 0, 1000, 0.1 * s.height}
}

// deskEdition is the edition as the desk's form lists it.
func deskEdition(printed string) string {
	switch {
	case printed == "":
		return ""
	case printed == "2017-02", printed == "2025-05", printed == "2013-03":
		return printed
	case printed < "2013-03":
		return "before-2013-03"
	case strings.HasPrefix(printed, "2015"):
		return "2015"
	}
	return "other"
}

var (
	ofICE    = regexp.MustCompile(`(?i)\b(ICE|ERO)\b|immigration\s+and\s+customs|enforcement\s+and\s+removal`)
	ofCBP    = regexp.MustCompile(`(?i)\bCBP\b|customs\s+and\s+border|border\s+patrol|\bUSBP\b`)
	anOffice = regexp.MustCompile(`(?i)office|\bERO\b|\bICE\b|\bCBP\b|enforcement|patrol|sector|station|detention|homeland|resident agent|\bLESC\b`)
)

// issuer reads FROM: the office, and so whose it is.
func (p *proposals) issuer(s *sheet, page int) {
	area, ok := s.column("from:")
	if !ok {
		p.add(s, page, "by", "", 0, Box{0, 0, 1000, 0.22 * s.height})
		return
	}
	text := s.text(area)
	switch {
	case ofICE.MatchString(text) && !ofCBP.MatchString(text):
		p.add(s, page, "by", "ice", 0.85, area)
	case ofCBP.MatchString(text) && !ofICE.MatchString(text):
		p.add(s, page, "by", "cbp", 0.85, area)
	default:
		p.add(s, page, "by", "", 0, area)
	}
	if line, box := s.office(area); line != "" {
		p.add(s, page, "office", line, 0.7, box.grown(6, 5))
	}
}

// office is what an area says of an office: the line that names one, and the
// next where it runs on. Words with figures are left out.
func (s *sheet) office(area Box) (string, Box) {
	var names []string
	box, last := Box{}, 0.0
	for _, line := range s.rows(area) {
		text, where := plainWords(line)
		switch {
		case len(names) == 0 && anOffice.MatchString(text) && !strings.Contains(text, "Address"):
			names, box = append(names, text), where
		case len(names) == 1 && text != "" && len(text) < 40 && where.Y0-last < 0.9*where.height():
			names, box = append(names, text), box.with(where)
		case len(names) > 0:
			return joinedOffice(names, box)
		}
		last = where.Y1
	}
	return joinedOffice(names, box)
}

func joinedOffice(names []string, box Box) (string, Box) {
	text := strings.Trim(strings.Join(names, " "), " ,.;:-_|")
	if len(text) > 120 {
		return "", Box{}
	}
	return text, box
}

// rows are the words of an area, line by line.
func (s *sheet) rows(area Box) [][]word {
	var out [][]word
	for _, w := range s.words {
		if !area.centres(w.Box) {
			continue
		}
		n := len(out)
		if n > 0 && w.Box.middle()-out[n-1][0].Box.middle() < 0.8*out[n-1][0].Box.height() && w.Box.X0 > out[n-1][0].Box.X0 {
			out[n-1] = append(out[n-1], w)
			continue
		}
		out = append(out, []word{w})
	}
	return out
}

// plainWords are those of a line that have no figures in them.
func plainWords(line []word) (string, Box) {
	var texts []string
	box := line[0].Box
	for _, w := range line {
		if !strings.ContainsAny(w.Text, "0123456789@") {
			texts = append(texts, w.Text)
			box = box.with(w.Box)
		}
	}
	return strings.Join(texts, " "), box
}

// column is what stands under TO: or FROM:, down to the next part of the form.
func (s *sheet) column(label string) (Box, bool) {
	for _, f := range s.label(label) {
		if f.box.middle() > 0.45*s.height || f.box.middle() < 0.06*s.height { // a fax machine prints the words too
			continue
		}
		area := Box{f.box.X0 - 8, f.box.Y0 - 6, 1000, f.box.Y1 + 0.1*s.height}
		for _, other := range append(s.label("from:"), s.label("to:")...) {
			if other.box.X0 > f.box.X1 && other.box.X0 < area.X1 && other.box.middle() > area.Y0 && other.box.middle() < area.Y1 {
				area.X1 = other.box.X0 - 4
			}
		}
		for _, next := range []string{"name of alien", "name of subject", "date of birth", "dhs has determined", "dhs suspects"} {
			for _, n := range s.find(next) {
				if n.box.Y0 > f.box.Y1 && n.box.Y0 < area.Y1 {
					area.Y1 = n.box.Y0 - 2
				}
			}
		}
		if s.nameLine > f.box.Y1 && s.nameLine < area.Y1 {
			area.Y1 = s.nameLine
		}
		return area, true
	}
	return Box{}, false
}

// ordinary words of an agency's name do not tell it from another.
var ordinary = strings.Fields("county city town of the sheriff sheriffs office police department jail detention center sample and")

// addressed looks for the agency's own name under TO.
func (p *proposals) addressed(s *sheet, page int, addressee string) {
	area, ok := s.column("to:")
	if !ok {
		return
	}
	text := fold(s.text(area))
	own, met := 0, 0
	for _, w := range strings.Fields(strings.ToLower(strings.NewReplacer("'", "", "’", "", ",", " ", ".", " ").Replace(addressee))) {
		if slices.Contains(ordinary, w) || len(w) < 3 {
			continue
		}
		own++
		if strings.Contains(text, fold(w)) {
			met++
		}
	}
	if own > 0 && met == own {
		p.add(s, page, "addressed", "yes", 0.8, area)
		return
	}
	p.add(s, page, "addressed", "", 0, area)
}

var faxTime = regexp.MustCompile(`(?i)\b(\d{1,2}|\d{4}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[-/ .](\d{1,2})[-/ ,.]+(\d{2,4})\D{0,6}\s(\d{1,2}):(\d{2})(?::\d{2})?\s*([ap]\.?m)?`)

// received reads the line that a fax machine prints over a page.
func (p *proposals) received(s *sheet, page int) {
	top := s.band(0, 0.05)
	text := s.text(top)
	m := faxTime.FindStringSubmatch(text)
	if m == nil {
		return
	}
	at, ok := instant(m[1:])
	if !ok {
		return
	}
	box := Box{1000, s.height, 0, 0}
	for _, w := range s.words {
		if top.centres(w.Box) {
			box = box.with(w.Box)
		}
	}
	p.add(s, page, "received_at", at, 0.75, box.grown(6, 5))
}

// instant reads month, day, year, hour, minute, am or pm; or the year first.
func instant(m []string) (string, bool) {
	text := strings.ToLower(strings.Join(m[:3], "-")) + " " + m[3] + ":" + m[4] + strings.ToLower(strings.ReplaceAll(m[5], ".", ""))
	for _, layout := range []string{"1-2-2006 3:04pm", "1-2-06 3:04pm", "1-2-2006 15:04", "1-2-06 15:04", "Jan-2-2006 15:04", "Jan-2-2006 3:04pm", "Jan-2-06 15:04", "2006-1-2 15:04", "2006-1-2 3:04pm"} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at.Format("2006-01-02T15:04"), true
		}
	}
	return "", false
}

// A cause is one of the reasons that the form lists, and how it begins.
var causePhrases = []struct{ value, phrase string }{
	{"final-order", "final order of removal against"},
	{"proceedings", "pendency of ongoing removal proceedings"},
	{"biometric", "biometric confirmation of the"},
	{"statements", "statements made by the"},
}

// causes finds the lines of box 1, each by the word before which its square stands.
func (s *sheet) causes() map[string]place {
	out := map[string]place{}
	for _, c := range causePhrases {
		if found := s.find(c.phrase); len(found) > 0 {
			out[c.value] = s.lineStart(found[0])
		}
	}
	return out
}

// lineStart takes in an article that stands before a phrase.
func (s *sheet) lineStart(p place) place {
	if p.first > 0 {
		before, w := s.words[p.first-1], s.words[p.first]
		if t := strings.ToLower(before.Text); (t == "a" || t == "the") && before.Box.X1 <= w.Box.X0 && w.Box.X0-before.Box.X1 < 1.2*w.Box.height() {
			p.first--
			p.box = p.box.with(before.Box)
		}
	}
	return p
}

// boxes reads which reasons are ticked, and so which box.
func (p *proposals) boxes(s *sheet, page int) {
	var ticked []string
	area, sure, all := Box{}, 1.0, true
	causes := s.causes()
	one := false
	for _, c := range causePhrases {
		line, ok := causes[c.value]
		if !ok {
			all = false
			continue
		}
		t := s.tickBefore(line)
		if area == (Box{}) {
			area = line.box
		}
		area = area.with(line.box).with(t.box)
		if !t.known {
			all = false
			continue
		}
		sure = min(sure, t.sure)
		if t.on {
			one = true
			ticked = append(ticked, c.value)
		}
	}
	if area == (Box{}) {
		return
	}
	area = area.grown(8, 6)
	switch {
	case !all: // a list that may lack one is worse than none
		p.add(s, page, "cause", "", 0, area)
	case len(ticked) > 0:
		slices.Sort(ticked)
		p.add(s, page, "cause", strings.Join(ticked, " "), sure, area)
	default:
		p.add(s, page, "cause", "none", sure, area)
	}
	if s.page.Kind == I247A {
		p.oneOrTwo(s, page, one, all, sure, area)
	}
}

func (p *proposals) oneOrTwo(s *sheet, page int, one, all bool, sure float64, area Box) {
	found := s.find("upon completion of the proceeding or investigation")
	if len(found) == 0 {
		p.add(s, page, "box", "", 0, area)
		return
	}
	two := s.tickBefore(found[0])
	place := two.box.with(found[0].box).grown(8, 8)
	sure = min(sure, two.sure)
	switch {
	case one && two.known && two.on:
		p.add(s, page, "box", "both", sure, area.with(place))
	case one && two.known:
		p.add(s, page, "box", "box-1", sure, area.with(place))
	case all && two.known && two.on:
		p.add(s, page, "box", "box-2", sure, place)
	case all && two.known:
		p.add(s, page, "box", "none", sure, area.with(place))
	default:
		p.add(s, page, "box", "", 0, area.with(place))
	}
}

// signature looks for ink over the line that names whose signature it is.
func (p *proposals) signature(s *sheet, page int, field string, captions []string) {
	for _, caption := range captions {
		c, ok := s.closest(caption)
		if !ok {
			continue
		}
		over := s.over(c)
		ink, sure := s.writing(over)
		value := "no"
		if ink {
			value = "yes"
		}
		if s.pixels == nil && len(s.signed) == 0 && !ink {
			value, sure = "", 0 // a drawn signature is no text: without a picture nobody can tell
		}
		p.add(s, page, field, value, sure, over.with(c).grown(6, 4))
		return
	}
	p.add(s, page, field, "", 0, Box{0, 0.6 * s.height, 1000, s.height})
}

// closest is the best match of a phrase: captions of one form differ by a word.
func (s *sheet) closest(phrase string) (Box, bool) {
	found := s.find(phrase)
	if len(found) == 0 {
		return Box{}, false
	}
	best := slices.MinFunc(found, func(a, b place) int { return a.errors - b.errors })
	return best.box, true
}

// over is the place above a caption where a signature stands, down from the
// nearest words above.
func (s *sheet) over(c Box) Box {
	h := max(c.height(), 10)
	area := Box{c.X0 - 0.15*c.width(), c.Y0 - 3.6*h, c.X1 + 0.15*c.width(), c.Y0 - 0.25*h}
	for _, w := range s.words {
		if w.Box.X1 > area.X0 && w.Box.X0 < area.X1 && w.Box.Y1 < area.Y1-1.6*h && w.Box.Y1 > area.Y0 && w.Sure > 0.8 && len(w.Text) > 3 {
			area.Y0 = w.Box.Y1 + 1
		}
	}
	return area
}

// dated reads the date at the top; the one in the body is another.
func (p *proposals) dated(s *sheet, page int) {
	for _, f := range s.label("date:") {
		if f.box.middle() > 0.25*s.height || s.text(Box{f.box.X1, f.box.Y0 - 4, f.box.X1 + 60, f.box.Y1 + 4}) == "of" {
			continue
		}
		h := max(f.box.height(), 10)
		behind := Box{f.box.X1 + 4, f.box.Y0 - 0.7*h, min(f.box.X1+260, 985), f.box.Y1 + 0.3*h}
		ink, sure := s.writing(behind)
		value := "no"
		if ink || dateLike.MatchString(s.text(behind)) {
			value = "yes"
		}
		p.add(s, page, "dated", value, sure, behind.with(f.box).grown(4, 4))
		return
	}
	p.add(s, page, "dated", "", 0, Box{0, 0, 1000, 0.25 * s.height})
}

// served reads the part that the holding agency fills in.
func (p *proposals) served(s *sheet, page int) {
	found := s.find("this form was served upon the")
	if len(found) == 0 {
		return
	}
	c := found[0]
	h := max(c.box.height(), 10)
	area := Box{c.box.X0, c.box.Y0 - 0.8*h, 1000, c.box.Y1 + 2.4*h}
	value, sure := "no", 0.7
	for _, how := range []string{"in person", "by inmate mail", "other (please specify)"} {
		for _, f := range s.find(how) {
			if f.box.Y0 < c.box.Y0-h || f.box.Y0 > c.box.Y1+4*h {
				continue
			}
			if t := s.tickBefore(f); t.known && t.on {
				value, sure = "yes", t.sure
			}
		}
	}
	if on := s.find("following manner"); value == "no" && len(on) > 0 && on[0].box.X0 > c.box.X1 {
		day := Box{c.box.X1 + 30, c.box.Y0 - 0.6*h, on[0].box.X0 - 40, c.box.Y1 + 0.2*h}
		if day.width() > 30 && dateLike.MatchString(s.text(day)) {
			value, sure = "yes", 0.6
		}
	}
	p.add(s, page, "served", value, sure, area)
}

// attached says which immigration form lies with the detainer and whether it is
// signed.
func (p *proposals) attached(sheets []*sheet) {
	known := len(sheets) > 0
	for i, s := range sheets {
		if s.page.Kind == Unknown {
			known = false
		}
		value := ""
		switch {
		case s.page.Kind == I200 || s.page.Kind == I205:
			value = string(s.page.Kind)
		case s.page.Kind == I203, s.page.Kind == Subpoena && s.page.Issuer == ImmigrationAgency:
			value = "other-ice-form"
		}
		if value == "" {
			continue
		}
		p.add(s, i+1, "attached", value, s.page.Confidence, s.numberPlace())
		p.signature(s, i+1, "attached_signed", []string{"signature of authorized immigration officer", "signature of immigration officer", "signature of"})
		return
	}
	if known && slices.ContainsFunc(sheets, func(s *sheet) bool { return isDetainer(s.page.Kind) }) {
		*p = append(*p, Proposal{Field: "attached", Value: "none", Confidence: 0.6})
	}
}

// signers are titles printed under a court's signature, the most particular first.
var signers = []struct{ phrase, value string }{
	{"united states magistrate judge", "federal-magistrate"}, {"us magistrate judge", "federal-magistrate"},
	{"united states district judge", "federal-judge"}, {"us district judge", "federal-judge"},
	{"deputy clerk", "court-clerk"}, {"clerk of court", "court-clerk"}, {"clerk of the court", "court-clerk"},
	{"superior court judge", "state-judge"}, {"circuit judge", "state-judge"}, {"judge of the", "state-judge"},
}

// court says which court's paper lies with it and who signed. Nothing of an
// agency comes here.
func (p *proposals) court(sheets []*sheet) {
	known := len(sheets) > 0
	for i, s := range sheets {
		if s.page.Kind == Unknown {
			known = false
		}
		if !s.page.Judicial() {
			continue
		}
		title := map[Kind]string{ArrestWarrant: "warrant", SearchWarrant: "warrant", Subpoena: "subpoena"}[s.page.Kind]
		where := Box{0, 0, 1000, 0.2 * s.height}
		for _, f := range s.find(title) {
			where = where.with(f.box)
			break
		}
		p.add(s, i+1, "court", string(s.page.Kind), s.page.Confidence, where)
		p.courtSigned(s, i+1)
		return
	}
	if known {
		*p = append(*p, Proposal{Field: "court", Value: "none", Confidence: 0.6})
	}
}

func (p *proposals) courtSigned(s *sheet, page int) {
	caption := Box{}
	for _, m := range []string{"judges signature", "issuing officers signature", "signature of judge", "signature of clerk", "magistrate judge", "clerk of court", "judge of the"} {
		if found := s.find(m); len(found) > 0 && found[len(found)-1].box.Y0 > 0.4*s.height {
			caption = found[len(found)-1].box
			break
		}
	}
	if caption == (Box{}) {
		p.add(s, page, "court_signed", "", 0, s.band(0.6, 1))
		return
	}
	over := s.over(caption)
	ink, sure := s.writing(over)
	area := over.with(caption).with(Box{caption.X0, caption.Y1, caption.X1 + 150, caption.Y1 + 0.07*s.height}).grown(6, 4)
	if !ink {
		p.add(s, page, "court_signed", "none", sure, area)
		return
	}
	for _, sg := range signers {
		if s.says(sg.phrase, s.band(0.45, 1.01)) {
			p.add(s, page, "court_signed", sg.value, 0.7*sure, area)
			return
		}
	}
	p.add(s, page, "court_signed", "", 0, area)
}
