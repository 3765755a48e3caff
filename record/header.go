package record

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	headerVersion = 1
	saltSize      = 32
)

// Version byte of a leaf.
const leafVersion = 1

// A Leaf is what the public log holds of an entry: a version byte and the
// salted hash of its header.
type Leaf [1 + sha256.Size]byte

// Name is the hexadecimal hash under which the header is served.
func (l Leaf) Name() string { return hex.EncodeToString(l[1:]) }

// Hash is the leaf's hash in the tree (RFC 6962).
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l[:]) }

// A Salted header is what is served once the release rule allows it: the salt
// lets anyone see that a leaf of the log is this header.
type Salted struct {
	Header Header `json:"header"`
	Salt   []byte `json:"salt"`
}

// newSalted makes the header of a draft with a fresh salt.
func newSalted(d *Draft, commitments []string) Salted {
	s := Salted{
		Header: Header{
			Version: headerVersion, Agency: d.Agency, Kind: d.Kind, Law: d.Law,
			Month: month(d.At), Commitments: slices.Sorted(slices.Values(commitments)),
		},
		Salt: make([]byte, saltSize),
	}
	rand.Read(s.Salt)
	return s
}

func month(t time.Time) string { return t.Format("2006-01") }

// Leaf is the salted hash of the header. The header enters as its [Stub], so
// that a receipt need not carry every commitment.
func (s Salted) Leaf() Leaf { return s.Header.Stub().leaf(s.Salt) }

// Marshal writes the canonical form that [ParseSalted] takes.
func (s Salted) Marshal() []byte {
	h := s.Header
	out := make([]byte, 0, 512+46*len(h.Commitments))
	out = append(append(out, `{"header":{"agency":`...), canonical(h.Agency)...)
	out = appendCommitments(append(out, `,"commitments":`...), h.Commitments)
	for _, field := range []struct {
		key   string
		value any
	}{{`,"kind":`, h.Kind}, {`,"law":`, h.Law}, {`,"month":`, h.Month}, {`,"version":`, h.Version}} {
		out = append(append(out, field.key...), canonical(field.value)...)
	}
	out = append(append(out, `},"salt":`...), canonical(base64.StdEncoding.EncodeToString(s.Salt))...)
	return append(out, '}')
}

// appendCommitments writes the list, which is nearly all of a header, straight
// away where none of it needs an escape.
func appendCommitments(out []byte, list []string) []byte {
	before := len(out)
	out = append(out, '[')
	for i, c := range list {
		if !isBase64URL(c) {
			return append(out[:before], canonical(list)...)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), c...), '"')
	}
	if list == nil {
		return append(out[:before], "null"...)
	}
	return append(out, ']')
}

func isBase64URL(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// The form of a served header, as it is read. In canonical form the keys are
// sorted; so are the fields of these types.
type saltedJSON struct {
	Header headerJSON `json:"header"`
	Salt   string     `json:"salt"`
}

type headerJSON struct {
	Agency      string   `json:"agency"`
	Commitments []string `json:"commitments"`
	Kind        string   `json:"kind"`
	Law         string   `json:"law"`
	Month       string   `json:"month"`
	Version     int      `json:"version"`
}

// ParseSalted reads a served header and checks that it is the one of that
// leaf. name is the hexadecimal hash it was asked for by.
func ParseSalted(name string, data []byte) (Salted, error) {
	bad := func(why string) (Salted, error) {
		return Salted{}, problem("bad-header", "header "+name, "the header is refused: %s", why)
	}
	if len(data) > 1<<20 {
		return bad("it is longer than a header can be")
	}
	var in saltedJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return bad("it is not in the form of a header")
	}
	salt, err := base64.StdEncoding.Strict().DecodeString(in.Salt)
	if err != nil || len(salt) != saltSize {
		return bad("its salt is not 32 bytes in base64")
	}
	h := in.Header
	s := Salted{Header: Header{h.Version, h.Agency, h.Kind, h.Month, h.Law, h.Commitments}, Salt: salt}
	if why := s.Header.wrong(); why != "" {
		return bad(why)
	}
	if !bytes.Equal(bytes.TrimSuffix(data, []byte("\n")), s.Marshal()) {
		return bad("it is not in canonical form (sorted keys, no spaces)")
	}
	if s.Leaf().Name() != name {
		return bad("it does not hash to the leaf")
	}
	return s, nil
}

var (
	monthForm  = regexp.MustCompile(`^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$`)
	digestForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// wrong says what no header of ours can hold, or nothing.
func (h Header) wrong() string {
	switch {
	case h.Version != headerVersion:
		return "its version is not known"
	case !agencyForm.MatchString(h.Agency), !kindForm.MatchString(h.Kind), !monthForm.MatchString(h.Month), !lawForm.MatchString(h.Law):
		return "its agency, kind, month or law is not in the right form"
	case len(h.Commitments) == 0 || !slices.IsSorted(h.Commitments):
		return "its commitments are missing or not sorted"
	}
	for _, c := range h.Commitments {
		if !digestForm.MatchString(c) {
			return "a commitment is not a SHA-256 in base64url"
		}
	}
	return ""
}

// A Stub is a header with its list of commitments folded into the root of a
// small Merkle tree, so that one field can be shown with a short proof.
type Stub struct {
	Agency      string    `json:"agency"`
	Commitments tlog.Hash `json:"commitments"`
	Count       int64     `json:"count"`
	Kind        string    `json:"kind"`
	Law         string    `json:"law"`
	Month       string    `json:"month"`
	Version     int       `json:"version"`
}

// Stub folds the header.
func (h Header) Stub() Stub {
	return Stub{h.Agency, commitmentRoot(h.Commitments), int64(len(h.Commitments)), h.Kind, h.Law, h.Month, h.Version}
}

func (s Stub) leaf(salt []byte) Leaf {
	hash := sha256.New()
	hash.Write(salt)
	hash.Write(canonical(s))
	leaf := Leaf{leafVersion}
	hash.Sum(leaf[:1])
	return leaf
}

// canonical is JSON as the record hashes it: keys sorted (the order of the
// struct), no spaces, nothing escaped that need not be.
func canonical(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only called with types of this package that always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// bytes of a draft that must be the same when a caller sends it again. The
// order of its fields says nothing.
func (d *Draft) bytes() []byte {
	same := *d
	same.Fields = slices.Clone(d.Fields)
	slices.SortFunc(same.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return same.bytesInOrder()
}

func (d *Draft) bytesInOrder() []byte {
	same := *d
	same.At, same.Ended = utc(d.At), utc(d.Ended)
	return canonical(same)
}

func utc(t time.Time) time.Time { return t.Truncate(time.Second).UTC() }
