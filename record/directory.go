package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"comity"
)

// This file and directory_look.go are what a directory of many logs does: it
// looks at the checkpoint of each, again and again, and writes down what it
// saw. Pure, so that every answer can be tested; package store gives it a
// network and a memory.

// A Listed log is one that a directory watches.
type Listed struct {
	Key    Key           // verifier key; its name is the origin
	URL    string        // where the log is read, as /log serves it
	Agency string        // ORI of whoever keeps the log
	Beat   time.Duration // how often the log promises a checkpoint
	Policy Policy        // its cosigners, and how many must have signed
}

const (
	maxDirectory = 64 << 20 // bytes: room for a hundred thousand logs
	plainBeat    = time.Minute
	longestBeat  = 24 * time.Hour
)

// ParseDirectory reads the list of a directory: one block a log. A block
// begins with its log line and goes on as a policy file does
// (c2sp.org/tlog-policy), with two lines more:
//
//	log VKEY URL
//	agency ORI
//	beat 60s                    (may be left out)
//	witness NAME VKEY [URL]     (as many as there are)
//	group NAME all|any|N NAME…
//	quorum NAME|none            (left out: nobody must have signed)
func ParseDirectory(text []byte) ([]Listed, error) {
	if len(text) > maxDirectory || !utf8.Valid(text) {
		return nil, problem("bad-list", "list", "the list of logs is too long or not text")
	}
	var out []Listed
	var block *listedReader
	origins := map[string]bool{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		var err error
		if words[0] == "log" {
			if out, err = block.end(out); err == nil {
				block, err = newListed(words[1:], origins)
			}
		} else if block == nil {
			err = fmt.Errorf("the line that begins with %.20q stands before the first log", words[0])
		} else {
			err = block.line(words)
		}
		if err != nil {
			return nil, badList(n, err)
		}
	}
	out, err := block.end(out)
	if err != nil {
		return nil, badList(n, err)
	}
	if len(out) == 0 {
		return nil, badList(n, fmt.Errorf("the list names no log"))
	}
	return out, nil
}

func badList(line int, err error) *comity.Problem {
	return &comity.Problem{Code: "bad-list", Where: fmt.Sprintf("list line %d", line), Message: err.Error(),
		Hint: "a block is: log VKEY URL, agency ORI, beat 60s, witness NAME VKEY [URL], group NAME all|any|N NAME…, quorum NAME|none"}
}

// A listedReader reads one block.
type listedReader struct {
	log    Listed
	policy policyReader
	beat   bool
}

func newListed(args []string, origins map[string]bool) (*listedReader, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("a log has a key and an address: log VKEY URL")
	}
	key, err := ParseKey(args[0])
	if err != nil {
		return nil, fmt.Errorf("this is not the public key of a log: %.60q", args[0])
	}
	if origins[key.Origin()] {
		return nil, fmt.Errorf("the log %s is listed twice", key.Origin())
	}
	origins[key.Origin()] = true
	if !isSite(args[1]) {
		return nil, fmt.Errorf("%.60q is not an address such as https://record.example/log", args[1])
	}
	return &listedReader{
		log:    Listed{Key: key, URL: strings.TrimSuffix(args[1], "/"), Beat: plainBeat},
		policy: policyReader{names: map[string]*quorum{}, used: map[string]bool{}},
	}, nil
}

func isSite(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func (r *listedReader) line(words []string) error {
	switch args := words[1:]; {
	case words[0] == "agency" && len(args) == 1 && r.log.Agency == "":
		if CheckAgency(args[0]) != nil {
			return fmt.Errorf("%.40q is not the ORI of an agency", args[0])
		}
		r.log.Agency = args[0]
		return nil
	case words[0] == "beat" && len(args) == 1 && !r.beat:
		beat, err := time.ParseDuration(args[0])
		if err != nil || beat < time.Second || beat > longestBeat {
			return fmt.Errorf("the beat must be between 1s and 24h")
		}
		r.log.Beat, r.beat = beat, true
		return nil
	case words[0] == "witness" && len(args) == 3 && !isSite(args[2]):
		return fmt.Errorf("%.60q is not an address such as https://cosigner.example", args[2])
	}
	return r.policy.line(words)
}

// end adds the block that is complete; before the first there is none.
func (r *listedReader) end(list []Listed) ([]Listed, error) {
	if r == nil {
		return list, nil
	}
	if r.log.Agency == "" {
		return nil, fmt.Errorf("the log %s has no line agency ORI", r.log.Key.Origin())
	}
	r.log.Policy = r.policy.policy
	return append(list, r.log), nil
}

// A Watched log is what a directory knows of one: what it saw last, how the
// log stands, and the proofs against it, which stay.
type Watched struct {
	Origin string `json:"origin"`
	Key    string `json:"key"`
	Agency string `json:"agency"`
	URL    string `json:"url"`
	Beat   int64  `json:"beat_seconds"`
	Struck bool   `json:"struck,omitempty"` // it stands on the list no more

	Size  int64     `json:"size"`            // of the largest checkpoint that grew from all before
	Root  string    `json:"root,omitempty"`  //
	Note  string    `json:"note,omitempty"`  // that checkpoint as the log signed it, with its cosigners' lines
	Shown int64     `json:"shown"`           // entries in what the log showed last; less than Size while it is short
	At    time.Time `json:"signed,omitzero"` // when the log signed what it showed last, by its own clock

	First   time.Time `json:"first,omitzero"`   // when the directory first saw the log
	Looked  time.Time `json:"looked,omitzero"`  // when it last tried
	Reached time.Time `json:"reached,omitzero"` // when it last got a checkpoint that the log signed

	Faults  []Fault        `json:"faults"`          // what is wrong now, the gravest first; empty: nothing
	Why     string         `json:"why,omitempty"`   // of unreachable and refused, in words
	Signers []SeenCosigner `json:"cosigners"`       // all of the list, in its order
	Need    bool           `json:"need"`            // a quorum is asked for
	Proofs  []Proof        `json:"proofs"`          // forks and shrinkages ever seen, oldest first
	Entry   string         `json:"entry,omitempty"` // id of the last entry in the directory's own log
	Wrote   time.Time      `json:"wrote,omitzero"`  // when that was written
}

// ID is the hexadecimal hash under which a directory shows the log: of its key,
// because a log under another key is another log.
func (w Watched) ID() string {
	sum := sha256.Sum256([]byte(w.Key))
	return hex.EncodeToString(sum[:])
}

// A SeenCosigner is one of the cosigners of a watched log.
type SeenCosigner struct {
	Label string    `json:"label"`       // as the list calls it
	Name  string    `json:"name"`        // in its key
	At    time.Time `json:"at,omitzero"` // of its line under what the log showed last; zero: it has not signed it
}

// A Fault is one thing that is wrong with a log.
type Fault string

// Faults, the gravest first. Late and unreachable are kept apart: a log that
// shows an old checkpoint says itself that it stands still; of one that does
// not answer nobody here knows.
const (
	Forked      Fault = "forked"      // it signed two histories; no later checkpoint takes that back
	Shrunk      Fault = "shrunk"      // it signed fewer entries than before, as after a restored backup
	Refused     Fault = "refused"     // what it shows is not signed, or its files do not add up
	Unreachable Fault = "unreachable" // it does not answer
	Late        Fault = "late"        // the newest checkpoint that it shows is older than its beat
	Ahead       Fault = "ahead"       // its checkpoint is dated later than the directory's clock
	Uncosigned  Fault = "uncosigned"  // fewer cosigners signed than the list asks for
)

// AllFaults lists them in that order.
func AllFaults() []Fault {
	return []Fault{Forked, Shrunk, Refused, Unreachable, Late, Ahead, Uncosigned}
}

// Has reports whether that is wrong with the log now.
func (w Watched) Has(f Fault) bool { return slices.Contains(w.Faults, f) }

// Missing are the cosigners that have not signed what was shown last.
func (w Watched) Missing() []SeenCosigner {
	return slices.DeleteFunc(slices.Clone(w.Signers), func(s SeenCosigner) bool { return !s.At.IsZero() })
}

// A Proof is two checkpoints that the log signed and that cannot both be true.
// Anyone can check it with the log's key alone.
type Proof struct {
	What  Fault     `json:"what"` // forked or shrunk
	Found time.Time `json:"found"`
	From  string    `json:"from"` // SHA-256 of the note that came first, or is smaller
	To    string    `json:"to"`   // of the other
	Sizes [2]int64  `json:"sizes"`
	// Of a fork at two sizes: the root that the first entries have in the
	// larger one, and the path that leads from it there.
	Root string   `json:"root,omitempty"`
	Path []string `json:"path,omitempty"`
	// Who kept the second checkpoint, where it was not the log itself that
	// showed it.
	Keeper string    `json:"keeper,omitempty"`
	Over   time.Time `json:"over,omitzero"` // when a shrunk log had grown back to what it was
}

// Sentence tells a reader how the log stands, in plain English.
func (w Watched) Sentence() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): ", w.Origin, w.Agency)
	switch {
	case w.Struck:
		b.WriteString("no longer on the list; ")
	case w.Note == "" && len(w.Faults) == 0:
		b.WriteString("nothing was seen of it yet; ")
	}
	if w.Note != "" {
		fmt.Fprintf(&b, "%s, last checkpoint of %s; ", entries(w.Size), day(w.At))
	}
	for _, f := range w.Faults {
		b.WriteString(w.faultWords(f) + "; ")
	}
	if len(w.Faults) == 0 && w.Note != "" && !w.Struck {
		b.WriteString("in time, with nothing wrong; ")
	}
	for _, c := range w.Missing() {
		if w.Note != "" {
			fmt.Fprintf(&b, "%s has not cosigned; ", c.Label)
		}
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func (w Watched) faultWords(f Fault) string {
	switch f {
	case Forked:
		return "FORKED: it signed two histories"
	case Shrunk:
		return fmt.Sprintf("ENTRIES MISSING: it shows %d", w.Shown)
	case Refused:
		return "not proved: " + w.Why
	case Unreachable:
		return "no answer: " + w.Why
	case Late:
		return "late: its newest checkpoint is older than its beat"
	case Ahead:
		return "its checkpoint is dated later than the clock here"
	case Uncosigned:
		return "too few cosigners signed"
	}
	return string(f)
}
