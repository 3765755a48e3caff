// Package seal keeps personal data so that one value can be shown with proof
// and any value can be destroyed for good.
//
// Every field is committed to with its own salt (disclose.go); what the fields
// say is encrypted under a key of its own (this file); that key is wrapped by
// the key of its agency and day (wrap.go), and that one by the root key, which
// lies apart from the data (root.go). To destroy an entry is to destroy its
// wrapped keys and its box: no digest that was published reveals anything then.
//
// All algorithms are in the FIPS 140 set: SHA-256, AES-256-GCM, AES key wrap,
// HPKE with P-256.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/fips140"
	"crypto/rand"
	"errors"
	"fmt"
)

// A Key is a 256-bit symmetric key.
type Key [32]byte

// NewKey draws a fresh key.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails; the program ends if the system has no randomness
	return k
}

// A Box is sealed data: its own key, wrapped, and the text encrypted under it.
// Without Key, Text is noise.
type Box struct {
	Key  []byte
	Text []byte
}

// Seal encrypts data under a fresh key and wraps that key with kek. The box
// opens only under the same context, so that a box moved to another entry is
// refused.
func Seal(kek Key, context string, data []byte) (Box, error) {
	key := NewKey()
	defer clear(key[:])
	aead, err := newGCM(key)
	if err != nil {
		return Box{}, err
	}
	wrapped, err := Wrap(kek, key)
	if err != nil {
		return Box{}, err
	}
	return Box{Key: wrapped, Text: aead.Seal(nil, nil, data, []byte(context))}, nil
}

// ErrSealed is returned where a box does not open: another key, another
// context, or changed bytes.
var ErrSealed = errors.New("the sealed text does not open under this key")

// Open decrypts a box.
func (b Box) Open(kek Key, context string) ([]byte, error) {
	key, err := Unwrap(kek, b.Key)
	if err != nil {
		return nil, err
	}
	defer clear(key[:])
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	data, err := aead.Open(nil, nil, b.Text, []byte(context))
	if err != nil {
		return b.openOlder(key, context)
	}
	return data, nil
}

// openOlder opens boxes of before, in which the nonce stood still: their key
// encrypts that one text and no other. FIPS 140 wants a drawn nonce all the same.
func (b Box) openOlder(key Key, context string) ([]byte, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, ErrSealed
	}
	if fips140.Enforced() {
		return nil, ErrSealed
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, ErrSealed
	}
	data, err := aead.Open(nil, make([]byte, aead.NonceSize()), b.Text, []byte(context))
	if err != nil {
		return nil, ErrSealed
	}
	return data, nil
}

func newGCM(key Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead, nil
}
