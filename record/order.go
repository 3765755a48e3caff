package record

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"comity"
)

// An Order is what an authority ordered to be destroyed.
type Order struct {
	Entry     string // id of the entry
	Authority string // who ordered it and by what paper: "Circuit Court of Cook County, order 26-EX-104 of 3 March 2026". It stays, so it names no person
	By        By     // sort of authority; empty is a court
	Chain     bool   // every entry of its chain, not it alone
	Header    bool   // the public header is withdrawn too
}

// By is the sort of authority that orders a destruction: all that the public
// learns of it.
type By string

const (
	ByCourt       By = "court"
	ByStatute     By = "statute"  // a law that expunges by itself, or on a person's demand
	ByAgency      By = "agency"   // its own decision, where a law lets it
	BySchedule    By = "schedule" // the retention schedule in force
	maxAuthority     = 500        // bytes
	erasureLine      = "comity erasure/1"
	withdrawnLine    = "comity withdrawn/1"
)

// Authorities are those that a person may name. A schedule is carried out by
// the record itself.
func Authorities() []By { return []By{ByCourt, ByStatute, ByAgency} }

// Check says what is wrong with an order before anything is destroyed.
func (o Order) Check() error {
	if err := CheckAuthority("an erasure", o.Authority); err != nil {
		return err
	}
	if !slices.Contains(append(Authorities(), BySchedule), o.By) {
		return &comity.Problem{Code: "bad-order", Where: "by", Message: fmt.Sprintf("%q is no sort of authority", o.By), Hint: "court, statute or agency"}
	}
	return nil
}

// CheckAuthority says what is wrong with the name of an authority.
func CheckAuthority(what, authority string) error {
	switch {
	case strings.TrimSpace(authority) == "":
		return &comity.Problem{Code: "no-authority", Where: "authority", Message: what + " must name its authority",
			Hint: "name who orders it and by what paper, and no person, e.g. Circuit Court of Cook County, order 26-EX-104 of 3 March 2026"}
	case len(authority) > maxAuthority:
		return problem("bad-order", "authority", "the authority is named in at most %d bytes", maxAuthority)
	}
	return nil
}

// A Hold is a litigation hold in force. It keeps the whole chain of its entry.
type Hold struct {
	ID        string // of the hold entry
	Entry     string // id of the entry that it was set on
	Authority string
	Since     time.Time
}

// A HoldOrder sets a litigation hold, or lifts one.
type HoldOrder struct {
	ID        string // of the entry that this will be
	Authority string // who orders it and by what paper
	Role      string // of whoever writes it, never a name
}

// An Erased is what the log says, signed, of an erasure that it carried out.
// The ledger of erasures is made of these: it lies outside the database, so
// that a restored backup can be told what must not come back.
type Erased struct {
	Log       string
	Entry     string    // permanent id of the erased entry
	By        By        //
	At        time.Time // to the second
	Header    bool      // its header was withdrawn
	Authority string    // sealed text
}

// Erased signs one line of the ledger.
func (s *Signer) Erased(e Erased) ([]byte, error) {
	header := "kept"
	if e.Header {
		header = "withdrawn"
	}
	return s.sign(fmt.Sprintf("%s\nlog %s\nentry %s\nby %s\nat %s\nheader %s\nauthority %s\n",
		erasureLine, s.key.Origin(), e.Entry, e.By, utc(e.At).Format(time.RFC3339), header, e.Authority), time.Time{})
}

var erasedForm = regexp.MustCompile(`^` + erasureLine + `\nlog (\S+)\nentry ([0-9A-Z]{26})\nby ([a-z]+)\nat (\S+)\nheader (kept|withdrawn)\nauthority (\S+)\n$`)

// Erased opens one line of the ledger.
func (k Key) Erased(signed []byte) (Erased, error) {
	m, err := k.statement(signed, erasedForm)
	if err != nil {
		return Erased{}, problem("bad-ledger", "erasures", "a line of the ledger of erasures is refused: %v", err)
	}
	at, err := time.Parse(time.RFC3339, m[4])
	if err != nil {
		return Erased{}, problem("bad-ledger", "erasures", "a line of the ledger of erasures has no time")
	}
	return Erased{Log: m[1], Entry: m[2], By: By(m[3]), At: at, Header: m[5] == "withdrawn", Authority: m[6]}, nil
}

// A Withdrawn stands at /log/header/HASH in place of a header that an order
// took away: the leaf stays, so that every proof holds, and says nothing more.
type Withdrawn struct {
	Log   string
	Leaf  string // hexadecimal, as in the address
	By    By
	Month string // in which it was withdrawn
}

// Withdrawn signs what is served in place of a header.
func (s *Signer) Withdrawn(leaf Leaf, by By, at time.Time) ([]byte, error) {
	return s.sign(fmt.Sprintf("%s\nlog %s\nleaf %s\nby %s\nmonth %s\n", withdrawnLine, s.key.Origin(), leaf.Name(), by, month(at.UTC())), time.Time{})
}

var withdrawnForm = regexp.MustCompile(`^` + withdrawnLine + `\nlog (\S+)\nleaf ([0-9a-f]{64})\nby ([a-z]+)\nmonth ([0-9]{4}-[0-9]{2})\n$`)

// IsWithdrawn reports whether what is served at /log/header/HASH is no header
// but the note that says it was withdrawn.
func IsWithdrawn(data []byte) bool { return strings.HasPrefix(string(data), withdrawnLine+"\n") }

// Withdrawn checks the note that stands in place of the header of that name.
func (k Key) Withdrawn(name string, signed []byte) (Withdrawn, error) {
	m, err := k.statement(signed, withdrawnForm)
	if err == nil && m[2] != name {
		err = errors.New("it is about another header")
	}
	if err != nil {
		return Withdrawn{}, problem("bad-proof", "header "+name, "the note in place of the header is refused: %v", err)
	}
	return Withdrawn{Log: m[1], Leaf: m[2], By: By(m[3]), Month: m[4]}, nil
}

// statement opens a note that this log alone signed, of one exact form.
func (k Key) statement(signed []byte, form *regexp.Regexp) ([]string, error) {
	o, err := k.open(signed)
	if err != nil {
		return nil, err
	}
	m := form.FindStringSubmatch(o.text)
	switch {
	case !o.plain || len(o.other) > 0:
		return nil, errors.New("it does not bear the one signature of the log")
	case m == nil:
		return nil, errors.New("it is not in its one right form")
	case m[1] != k.Origin():
		return nil, errors.New("it is of another log")
	}
	return m, nil
}
