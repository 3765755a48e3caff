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
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode([3]string{base64.RawURLEncoding.EncodeToString(salt), name, value}); err != nil {
		panic(err) // three strings always encode
	}
	return Disclosure(base64.RawURLEncoding.EncodeToString(bytes.TrimRight(b.Bytes(), "\n")))
}

// Digest is what is published: base64url of the SHA-256 of the disclosure.
func (d Disclosure) Digest() string {
	sum := sha256.Sum256([]byte(d))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Decoy is a digest that commits to nothing and cannot be told from one that
// does.
func Decoy() string {
	var b [sha256.Size]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
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
