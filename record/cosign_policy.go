package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"comity"
)

// A Policy says which cosigners there are and how many of them must have
// signed (c2sp.org/tlog-policy; other programs read the same file).
type Policy struct {
	Logs      []PolicyLog
	Cosigners []PolicyCosigner
	quorum    *quorum // nil: none is needed
}

// A PolicyLog is a log that the policy names.
type PolicyLog struct {
	Key string // verifier key
	URL string // may be empty
}

// A PolicyCosigner is a key and where it is asked.
type PolicyCosigner struct {
	Key Cosigner
	URL string // submission and monitoring prefix; may be empty
}

// A quorum is one key, or so many of its parts.
type quorum struct {
	key   string // ID of a cosigner's key
	need  int
	parts []*quorum
}

// maxPolicy is more than any list of people who watch one log.
const maxPolicy = 1 << 18

// NewPolicy asks for n of these cosigners; keys of one name count as one.
func NewPolicy(list []PolicyCosigner, n int) (Policy, error) {
	p := Policy{Cosigners: list}
	byName := map[string]*quorum{}
	all := &quorum{need: n}
	for i, c := range list {
		if slices.ContainsFunc(list[:i], func(o PolicyCosigner) bool { return o.Key.String() == c.Key.String() }) {
			return Policy{}, problem("bad-policy", "cosigner", "the cosigner key %s+%s is given twice", c.Key.Name(), c.Key.ID())
		}
		one := byName[c.Key.Name()]
		if one == nil {
			one = &quorum{need: 1}
			byName[c.Key.Name()] = one
			all.parts = append(all.parts, one)
		}
		one.parts = append(one.parts, &quorum{key: c.Key.ID()})
	}
	if n < 0 || n > len(all.parts) {
		return Policy{}, problem("bad-policy", "quorum", "the quorum is %d, and there are %d cosigners", n, len(all.parts))
	}
	if n > 0 {
		p.quorum = all
	}
	return p, nil
}

// ParsePolicy reads a policy file: lines of log, witness, group and quorum.
func ParsePolicy(text []byte) (Policy, error) {
	if len(text) > maxPolicy || !utf8.Valid(text) {
		return Policy{}, problem("bad-policy", "policy", "the policy is too long or not text")
	}
	r := policyReader{names: map[string]*quorum{}, used: map[string]bool{}}
	for i, line := range strings.Split(string(text), "\n") {
		if err := r.line(strings.Fields(line)); err != nil {
			return Policy{}, &comity.Problem{Code: "bad-policy", Where: fmt.Sprintf("policy line %d", i+1), Message: err.Error(),
				Hint: "lines are: witness NAME VKEY [URL], group NAME all|any|N NAME…, quorum NAME|none"}
		}
	}
	if !r.said {
		return Policy{}, problem("bad-policy", "policy", "the policy has no line that begins with quorum")
	}
	return r.policy, nil
}

// A policyReader knows what the lines so far have named.
type policyReader struct {
	policy Policy
	names  map[string]*quorum
	used   map[string]bool // as a part of a group
	said   bool            // the quorum
}

func (r *policyReader) line(words []string) error {
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return nil
	}
	switch args := words[1:]; {
	case words[0] == "log" && (len(args) == 1 || len(args) == 2):
		return r.log(args)
	case words[0] == "witness" && (len(args) == 2 || len(args) == 3):
		return r.witness(args)
	case words[0] == "group" && len(args) >= 3:
		return r.group(args[0], args[1], args[2:])
	case words[0] == "quorum" && len(args) == 1 && !r.said:
		r.said = true
		if args[0] == "none" {
			return nil
		}
		if r.policy.quorum = r.names[args[0]]; r.policy.quorum == nil {
			return fmt.Errorf("the quorum %q is not the name of a line before", args[0])
		}
		return nil
	}
	return fmt.Errorf("the line that begins with %.20q cannot be read", words[0])
}

func (r *policyReader) log(args []string) error {
	l := PolicyLog{Key: args[0]}
	if len(args) == 2 {
		l.URL = args[1]
	}
	for _, other := range r.policy.Logs {
		if other.Key == l.Key {
			return fmt.Errorf("the log is listed twice")
		}
	}
	if _, err := logVerifiers(l.Key); err != nil {
		return err
	}
	r.policy.Logs = append(r.policy.Logs, l)
	return nil
}

func (r *policyReader) witness(args []string) error {
	key, err := ParseCosigner(args[1])
	if err != nil {
		return err
	}
	for _, other := range r.policy.Cosigners {
		if other.Key.String() == key.String() {
			return fmt.Errorf("the cosigner key is listed twice")
		}
	}
	w := PolicyCosigner{Key: key.Called(args[0])}
	if len(args) == 3 {
		w.URL = args[2]
	}
	r.policy.Cosigners = append(r.policy.Cosigners, w)
	return r.name(args[0], &quorum{key: key.ID()})
}

func (r *policyReader) group(name, need string, parts []string) error {
	q := &quorum{}
	switch n, err := strconv.Atoi(need); {
	case need == "all":
		q.need = len(parts)
	case need == "any":
		q.need = 1
	case err != nil || n < 1 || n > len(parts) || strconv.Itoa(n) != need:
		return fmt.Errorf("a group of %d cannot need %q", len(parts), need)
	default:
		q.need = n
	}
	for _, part := range parts {
		p := r.names[part]
		if p == nil || r.used[part] {
			return fmt.Errorf("%q is not the name of a line before, or is in a group already", part)
		}
		r.used[part] = true
		q.parts = append(q.parts, p)
	}
	return r.name(name, q)
}

func (r *policyReader) name(name string, q *quorum) error {
	if name == "none" || r.names[name] != nil {
		return fmt.Errorf("the name %q is taken", name)
	}
	r.names[name] = q
	return nil
}

// Keys are the keys of all its cosigners.
func (p Policy) Keys() []Cosigner {
	var out []Cosigner
	for _, c := range p.Cosigners {
		out = append(out, c.Key)
	}
	return out
}

// Satisfied reports whether enough have signed.
func (p Policy) Satisfied(by []Cosignature) bool {
	have := map[string]bool{}
	for _, s := range by {
		have[s.By.ID()] = true
	}
	return p.quorum == nil || p.quorum.satisfied(have)
}

func (q *quorum) satisfied(have map[string]bool) bool {
	if q.key != "" {
		return have[q.key]
	}
	n := 0
	for _, part := range q.parts {
		if part.satisfied(have) {
			n++
		}
	}
	return n >= q.need
}

// Missing are the cosigners none of whose keys signed, each once.
func (p Policy) Missing(by []Cosignature) []Cosigner {
	seen := map[string]bool{}
	for _, s := range by {
		seen[s.By.Name()] = true
	}
	var out []Cosigner
	for _, c := range p.Cosigners {
		if !seen[c.Key.Name()] {
			seen[c.Key.Name()] = true
			out = append(out, c.Key)
		}
	}
	return out
}
