package oversight

import (
	"fmt"
	"strings"
)

// A Certificate is what the custodian of an agency's record would have to say
// of a packet for a court. The form is counsel's to change, and nobody has
// reviewed it: it follows the elements that the rules name, and claims nothing
// that the packet does not show.
type Certificate struct {
	Agency  string // ORI
	Log     string // origin of the record
	Entries int
	Case    string // SHA-256 of case.json, hexadecimal
	Sealed  string // court order under which sealed fields are in it; empty: none are
}

// Text is the form, to be filled in, corrected and signed by a person.
func (c Certificate) Text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("CERTIFICATION BY A CUSTODIAN OF RECORDS")
	line("A form for counsel. Not reviewed by a lawyer. Strike what is not so; sign nothing")
	line("that you do not know. A program made this text; it certifies nothing.")
	line("")
	line("Agency (ORI)       %s", c.Agency)
	line("Record             %s", c.Log)
	line("Entries            %d", c.Entries)
	line("case.json          sha256:%s", c.Case)
	if c.Sealed != "" {
		line("Sealed fields      given under %s", c.Sealed)
	} else {
		line("Sealed fields      none are in it")
	}
	for _, part := range []struct {
		under string
		says  []string
	}{
		{"For a federal court: Fed. R. Evid. 902(11), with 803(6)(A)-(C)", []string{
			"I am the custodian of this record, or another qualified person: ______________________",
			"The entries were made at or near the time of what they tell, by somebody with knowledge\n      of it or from what such a person passed on.",
			"They were kept in the course of a regularly conducted activity of the agency.",
			"Making them was a regular practice of that activity.",
		}},
		{"For a federal court: Fed. R. Evid. 902(13) (an electronic process or system)", []string{
			"The entries were written into an append-only log: each is a leaf of a hash tree whose\n      root the log signs; each receipt in receipts/ proves its entry against such a root.",
			"I checked the packet with: comity verify -key KEY -receipt PACKET.zip   on ____________\n      and it answered: ______________________",
			"The process gives an accurate result, which I know from: ______________________",
		}},
		{"For a court of California: Evid. Code 1560-1561 (where the agency is no party)", []string{
			"I am the authorised custodian of these records, or another qualified witness, and may\n      certify them.",
			"The copy is a true copy of all the records described in the subpoena, or of these: _______",
			"They were prepared by the agency's people in the ordinary course of business, at or near\n      the time of the act, condition or event.",
			"How they were prepared: staff fill in a form; the program decides by the law in force,\n      writes the entry, and only then shows the answer.",
			"The agency has none of these records: ______________________",
		}},
	} {
		line("")
		line("%s", part.under)
		for i, says := range part.says {
			line("  %d.  %s", i+1, says)
		}
	}
	line("")
	line("What it does not say: that what was written is true, or that everything was written.")
	line("")
	line("I declare under penalty of perjury that what I have not struck is true and correct.")
	line("Which law that is under, counsel says: ______________________")
	line("")
	line("Name and office ______________________  Place and day ______________________")
	line("")
	line("Signature ______________________")
	return b.String()
}
