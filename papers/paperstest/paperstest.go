// Package paperstest makes sample papers for tests: forms of the immigration
// agencies, warrants of courts, an agreement, as clean pages, askew, faxed,
// noisy, ticked by hand, as pictures and as PDF. Every name and number on them
// is invented. The wording follows what docs/papers.md says was seen of each
// form; nothing here is a form to use.
package paperstest

import (
	"strings"
)

// A Paper is one page as it is laid out, in thousandths of its width.
type Paper struct {
	Kind     string // as package papers names it
	Judicial bool
	Items    []Item
	Truth    map[string]string // what a reader should find, by field of the desk's form
}

// Height of letter paper.
const Height = 1294.0

// An Item is one thing on the page.
type Item struct {
	What  string // text, rule, box, ink
	X, Y  float64
	Size  float64 // of text and of a box
	Bold  bool
	Text  string
	Width float64 // of a rule or of ink
	On    bool    // of a box
}

// A Fill is what somebody wrote on a form.
type Fill struct {
	To, From, Date                    string
	Subject, File, Event, Name, Birth string
	Country, Sex                      string
	Causes                            []string
	Box2                              bool
	Signed, Served                    bool
	Fax                               string // the line a machine prints above
	NoNumber                          bool   // the foot was cut off
	Edition                           string
	Stamp                             string // what somebody typed across the top
}

// Usual is a form in order. Its personal data are canaries.
func Usual() Fill {
	return Fill{
		To: "Sample County Sheriff, Jail Records", From: "ICE Enforcement and Removal Operations, Sample Field Office", Date: "11/18/2026",
		Subject: "900900901", File: "A987 654 321", Event: "SMP2611000001", Name: "CANARYSON, Canary", Birth: "01/02/1983", Country: "CANARYLAND", Sex: "M",
		Causes: []string{"biometric", "statements"}, Signed: true, Served: true,
	}
}

// Canaries are the words of Usual that nothing may ever show.
func Canaries() []string {
	return []string{"900900901", "987", "654 321", "654321", "SMP2611000001", "CANARY", "Canary", "01/02/1983", "1983-01-02"}
}

type layout struct{ items []Item }

func (l *layout) text(x, y, size float64, text string) {
	l.add(Item{What: "text", X: x, Y: y, Size: size, Text: text})
}
func (l *layout) bold(x, y, size float64, text string) {
	l.add(Item{What: "text", X: x, Y: y, Size: size, Text: text, Bold: true})
}
func (l *layout) rule(x, y, width float64) { l.add(Item{What: "rule", X: x, Y: y, Width: width}) }
func (l *layout) box(x, y float64, on bool) {
	l.add(Item{What: "box", X: x, Y: y, Size: 13, On: on})
}
func (l *layout) ink(x, y, width float64) { l.add(Item{What: "ink", X: x, Y: y, Width: width}) }
func (l *layout) add(i Item)              { l.items = append(l.items, i) }

// wrap writes a paragraph and gives the line below it.
func (l *layout) wrap(x, y, size, width float64, text string) float64 {
	most := int(width / (size * 0.49))
	line := ""
	for _, w := range strings.Fields(text) {
		if len(line)+1+len(w) > most {
			l.text(x, y, size, line)
			y, line = y+size*1.25, ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	l.text(x, y, size, line)
	return y + size*1.25
}

// signature draws a line with its caption below, and ink on it where signed.
func (l *layout) signature(x, y, width float64, caption string, signed bool) {
	if signed {
		l.ink(x+0.15*width, y-6, 0.55*width)
	}
	l.rule(x, y, width)
	l.text(x+10, y+14, 13, caption)
}

// top prints the line of a fax machine and what was typed across the head.
func (l *layout) top(f Fill) {
	if f.Fax != "" {
		l.text(60, 30, 14, f.Fax)
	}
	if f.Stamp != "" {
		l.bold(80, 62, 17, f.Stamp)
	}
}

func (l *layout) foot(f Fill, text string) {
	if !f.NoNumber {
		l.text(90, 1245, 14, text)
	}
}

// person prints the lines about the person.
func (l *layout) person(y float64, label string, f Fill) {
	l.text(80, y, 15, "Name of "+label+": "+f.Name)
	l.text(80, y+28, 15, "Date of Birth: "+f.Birth)
	l.text(360, y+28, 15, "Citizenship: "+f.Country)
	l.text(680, y+28, 15, "Sex: "+f.Sex)
}

func (l *layout) head(title string, f Fill) {
	l.bold(270, 95, 18, "DEPARTMENT OF HOMELAND SECURITY (DHS)")
	l.bold(210, 120, 18, title)
	l.text(80, 155, 15, "Subject ID: "+f.Subject)
	l.text(80, 178, 15, "Event #: "+f.Event)
	l.text(600, 155, 15, "File No: "+f.File)
	l.text(600, 178, 15, "Date: "+f.Date)
	l.text(80, 212, 13, "TO: (Name and Title of Institution - OR Any")
	l.text(80, 228, 13, "Subsequent Law Enforcement Agency)")
	l.wrap(90, 252, 15, 380, f.To)
	l.text(520, 212, 13, "FROM: (DHS Office Address)")
	l.wrap(530, 240, 15, 400, f.From)
}

var causes = []struct{ name, text string }{
	{"final-order", "a final order of removal against the alien;"},
	{"proceedings", "the pendency of ongoing removal proceedings against the alien;"},
	{"biometric", "biometric confirmation of the alien's identity and a records check of federal databases that affirmatively indicate, by themselves or in addition to other reliable information, that the alien either lacks immigration status or notwithstanding such status is removable under U.S. immigration law; and/or"},
	{"statements", "statements made by the alien to an immigration officer and/or other reliable evidence that affirmatively indicate the alien either lacks immigration status or notwithstanding such status is removable under U.S. immigration law."},
}

func (l *layout) causes(y float64, f Fill) float64 {
	for _, c := range causes {
		l.box(92, y-11, has(f.Causes, c.name))
		y = l.wrap(118, y, 14, 800, c.text) + 6
	}
	return y
}

func has(list []string, one string) bool {
	for _, l := range list {
		if l == one {
			return true
		}
	}
	return false
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Detainer lays out an I-247A.
func Detainer(f Fill) Paper {
	l := &layout{}
	l.top(f)
	l.head("IMMIGRATION DETAINER - NOTICE OF ACTION", f)
	l.person(330, "Alien", f)
	y := l.wrap(70, 390, 14.5, 870, "1. DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN. THIS DETERMINATION IS BASED ON (complete box 1 or 2):")
	y = l.causes(y+4, f)
	y = l.wrap(70, y+4, 14.5, 870, "2. DHS TRANSFERRED THE ALIEN TO YOUR CUSTODY FOR A PROCEEDING OR INVESTIGATION (complete box 1 or 2).")
	l.box(92, y-9, f.Box2)
	y = l.wrap(118, y+2, 14, 800, "Upon completion of the proceeding or investigation for which the alien was transferred to your custody, DHS intends to resume custody of the alien to complete processing and/or make an admissibility determination.")
	y = l.wrap(70, y+10, 14.5, 870, "IT IS THEREFORE REQUESTED THAT YOU:")
	y = l.wrap(90, y, 14, 840, "Notify DHS as early as practicable (at least 48 hours, if possible) before the alien is released from your custody. Please notify DHS by calling U.S. Immigration and Customs Enforcement (ICE) or U.S. Customs and Border Protection (CBP) at the number given. If you cannot reach an official at the number provided, please contact the Law Enforcement Support Center.")
	y = l.wrap(90, y+2, 14, 840, "Maintain custody of the alien for a period NOT TO EXCEED 48 HOURS beyond the time when he/she would otherwise have been released from your custody to allow DHS to assume custody. The alien must be served with a copy of this form for the detainer to take effect.")
	y += 50
	l.signature(90, y, 340, "(Name and title of Immigration Officer)", false)
	l.text(110, y-6, 14, "Sample Officer, Deportation Officer")
	l.signature(560, y, 340, "(Signature of Immigration Officer)", f.Signed)
	y = l.wrap(70, y+50, 13.5, 870, "TO BE COMPLETED BY THE LAW ENFORCEMENT AGENCY CURRENTLY HOLDING THE ALIEN WHO IS THE SUBJECT OF THIS NOTICE:")
	on := "____________"
	if f.Served {
		on = "11/18/2026"
	}
	l.text(80, y+8, 13.5, "This form was served upon the alien on "+on+", in the following manner:")
	l.box(92, y+21, f.Served)
	l.text(118, y+32, 13.5, "in person")
	l.box(242, y+21, false)
	l.text(268, y+32, 13.5, "by inmate mail delivery")
	l.box(502, y+21, false)
	l.text(528, y+32, 13.5, "other (please specify):")
	l.signature(560, y+85, 340, "(Signature of Officer)", f.Served)
	edition := f.Edition
	if edition == "" {
		edition = "02/17"
	}
	l.foot(f, "DHS Form I-247A ("+edition+")")
	l.text(840, 1245, 14, "Page 1 of 3")
	p := Paper{Kind: "i-247a", Items: l.items, Truth: truth(f)}
	if edition == "02/17" && !f.NoNumber {
		p.Truth["edition"] = "2017-02"
	}
	return p
}

func truth(f Fill) map[string]string {
	t := map[string]string{"form": "i-247a", "by": "ice", "signed": yesNo(f.Signed), "served": yesNo(f.Served), "dated": yesNo(f.Date != ""), "cause": "none", "box": "none"}
	if len(f.Causes) > 0 {
		t["cause"], t["box"] = strings.Join(f.Causes, " "), "box-1"
	}
	switch {
	case f.Box2 && len(f.Causes) > 0:
		t["box"] = "both"
	case f.Box2:
		t["box"] = "box-2"
	}
	return t
}

// DetainerOther lays out an I-247D or I-247N.
func DetainerOther(kind string, f Fill) Paper {
	l := &layout{}
	l.top(f)
	t := truth(f)
	t["form"] = kind
	delete(t, "box")
	delete(t, "served")
	if kind == "i-247d" {
		l.head("IMMIGRATION DETAINER - REQUEST FOR VOLUNTARY ACTION", f)
		l.person(330, "Subject", f)
		y := l.wrap(70, 390, 14.5, 870, "1. DHS HAS DETERMINED THAT (mark at least one option in subsection A and one option in subsection B, or skip to section 2):")
		y = l.wrap(70, y+4, 14, 870, "A. THE SUBJECT IS AN IMMIGRATION ENFORCEMENT PRIORITY BECAUSE HE/SHE:")
		l.box(92, y-10, true)
		y = l.wrap(118, y, 14, 800, "has been convicted of an offense classified as a felony, other than a state or local offense for which an essential element was the alien's immigration status;")
		y = l.wrap(70, y+8, 14, 870, "B. PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN. THIS DETERMINATION IS BASED ON:")
		y = l.causes(y, f)
		y = l.wrap(70, y+10, 14, 870, "IT IS THEREFORE REQUESTED THAT YOU: Maintain custody of the subject for a period NOT TO EXCEED 48 HOURS beyond the time when he/she would otherwise have been released from your custody to allow DHS to assume custody.")
		l.signature(560, y+60, 340, "(Signature of Immigration Officer)", f.Signed)
		l.foot(f, "DHS Form I-247D (5/15)")
		t["edition"] = "2015"
	} else {
		delete(t, "cause")
		l.head("REQUEST FOR VOLUNTARY NOTIFICATION OF RELEASE OF SUSPECTED PRIORITY ALIEN", f)
		l.person(330, "Subject", f)
		y := l.wrap(70, 390, 14.5, 870, "1. DHS SUSPECTS THAT THE SUBJECT IS A REMOVABLE ALIEN AND THAT THE SUBJECT IS AN IMMIGRATION ENFORCEMENT PRIORITY BECAUSE HE/SHE (mark at least one option below, or skip to section 2):")
		l.box(92, y-10, true)
		y = l.wrap(118, y, 14, 800, "has been convicted of 3 or more misdemeanors, not including minor traffic offenses;")
		y = l.wrap(70, y+10, 14, 870, "IT IS THEREFORE REQUESTED THAT YOU: Provide notice as early as practicable (at least 48 hours, if possible) before the subject is released from your custody to allow DHS an opportunity to determine whether there is probable cause.")
		l.signature(560, y+60, 340, "(Signature of Immigration Officer)", f.Signed)
		l.foot(f, "DHS Form I-247N (5/15)")
		t["edition"] = "2015"
	}
	if f.NoNumber {
		delete(t, "edition")
	}
	return Paper{Kind: kind, Items: l.items, Truth: t}
}
