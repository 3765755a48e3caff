package seal

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

// Wrap encrypts one key under another as RFC 3394 says (AES key wrap).
func Wrap(kek, key Key) ([]byte, error) {
	return wrap(kek[:], key[:])
}

// Unwrap reverses [Wrap] and refuses with [ErrSealed] what was not wrapped
// under this key or was changed.
func Unwrap(kek Key, wrapped []byte) (Key, error) {
	data, err := unwrap(kek[:], wrapped)
	if err != nil || len(data) != len(Key{}) {
		return Key{}, ErrSealed
	}
	return Key(data), nil
}

const wrapIV = 0xA6A6A6A6A6A6A6A6 // the default initial value, RFC 3394 2.2.3.1

// wrap works on any key of n × 64 bits, as the vectors of the RFC need it.
func wrap(kek, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	if len(data)%8 != 0 || len(data) < 16 {
		return nil, fmt.Errorf("wrap key: %d bytes are not two or more blocks of eight", len(data))
	}
	out := make([]byte, 8+len(data))
	copy(out[8:], data)
	n := len(data) / 8
	var b [aes.BlockSize]byte // A | R[i] of the RFC
	binary.BigEndian.PutUint64(b[:8], wrapIV)
	for step := range 6 * n {
		r := out[8+8*(step%n):][:8]
		copy(b[8:], r)
		block.Encrypt(b[:], b[:])
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(step+1))
		copy(r, b[8:])
	}
	copy(out, b[:8])
	return out, nil
}

func unwrap(kek, wrapped []byte) ([]byte, error) {
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", err)
	}
	if len(wrapped)%8 != 0 || len(wrapped) < 24 {
		return nil, ErrSealed
	}
	out := append([]byte(nil), wrapped[8:]...)
	n := len(out) / 8
	var b [aes.BlockSize]byte
	copy(b[:8], wrapped)
	for step := 6*n - 1; step >= 0; step-- {
		r := out[8*(step%n):][:8]
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(step+1))
		copy(b[8:], r)
		block.Decrypt(b[:], b[:])
		copy(r, b[8:])
	}
	var iv [8]byte
	binary.BigEndian.PutUint64(iv[:], wrapIV)
	if subtle.ConstantTimeCompare(b[:8], iv[:]) != 1 {
		clear(out)
		return nil, ErrSealed
	}
	return out, nil
}
