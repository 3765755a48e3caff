package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// A Disclosure is one field with its salt, in the form of SD-JWT (RFC 9901):
// base64url of the JSON array [salt, name, value]. Whoever holds it can show
// that field alone; whoever holds only its digest learns nothing, because the
// salt has 256 bits.
type Disclosure string

const saltSize = 32

// NewDisclosure commits to a field under a fresh salt.
func NewDisclosure(name, value string) Disclosure {
	var salt [saltSize]byte
	rand.Read(salt[:])
	return newDisclosure(salt[:], name, value)
}

func newDisclosure(salt []byte, name, value string) Disclosure {
	b := make([]byte, 0, 64+len(name)+len(value)+len(value)/8)
	b = append(b, `["`...)
	b = base64.RawURLEncoding.AppendEncode(b, salt)
	b = appendString(append(b, `",`...), name)
	b = append(appendString(append(b, ','), value), ']')
	return Disclosure(base64.RawURLEncoding.EncodeToString(b))
}

// appendString writes a JSON string. Most have nothing to escape and need no
// encoder.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendEscaped(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendEscaped(b []byte, s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// Digest is what is published: base64url of the SHA-256 of the disclosure.
func (d Disclosure) Digest() string {
	sum := sha256.Sum256([]byte(d))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Decoys are digests that commit to nothing and cannot be told from those that
// do.
func Decoys(n int) []string {
	random := make([]byte, n*sha256.Size)
	rand.Read(random)
	out := make([]string, n)
	for i := range out {
		out[i] = base64.RawURLEncoding.EncodeToString(random[i*sha256.Size:][:sha256.Size])
	}
	return out
}

// MarshalDisclosures writes the JSON array of a list.
func MarshalDisclosures(list []Disclosure) []byte {
	n := 2
	for _, d := range list {
		n += len(d) + 3
	}
	out := append(make([]byte, 0, n), '[')
	for i, d := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, string(d))
	}
	return append(out, ']')
}

// Field opens a disclosure. It takes only the exact form that
// [NewDisclosure] writes: a disclosure that can be spelled in two ways has two
// digests, and one of them would be refused as a forgery.
func (d Disclosure) Field() (name, value string, err error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(string(d))
	if err != nil {
		return "", "", fmt.Errorf("disclosure: %w", err)
	}
	var parts []string
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != 3 {
		return "", "", errors.New("disclosure: not an array of salt, name and value")
	}
	salt, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil || len(salt) != saltSize {
		return "", "", fmt.Errorf("disclosure: the salt is not %d bytes in base64url", saltSize)
	}
	if newDisclosure(salt, parts[1], parts[2]) != d {
		return "", "", errors.New("disclosure: not in the one form that has this digest")
	}
	return parts[1], parts[2], nil
}
