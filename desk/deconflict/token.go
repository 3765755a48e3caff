// Package deconflict lets two agencies learn that their planned operations
// overlap, and nothing else of each other's plans.
//
// Each pair of agencies shares a key. Who plans something sends tokens: a keyed
// digest of each cell, time slot and kind of operation that would matter,
// always the same number of them, in random order. Who is asked compares them
// with tokens of its own plans and answers with yes or no and the number of its
// watch desk. Neither keeps the other's tokens. What a server and a member of
// the circle can learn all the same stands in docs/threats.md.
//
// The package is pure: plans, record and the way to a peer are reached through
// the interfaces of [Office].
package deconflict

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"comity"
)

// A Key is what two agencies share. Each pair has its own.
type Key [32]byte

// ParseKey reads a key file: 32 bytes in base64.
func ParseKey(text string) (Key, error) {
	var k Key
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != len(k) {
		return k, &comity.Problem{Code: "bad-key", Message: "this is not a key of two agencies", Hint: "a key is 32 bytes in base64, as comity deconflict key writes it", Where: "key"}
	}
	copy(k[:], b)
	return k, nil
}

// String is the key as its file holds it.
func (k Key) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// derive is a key for one use.
func (k Key) derive(use string) []byte {
	m := hmac.New(sha256.New, k[:])
	m.Write([]byte("comity deconfliction/1\x00" + use))
	return m.Sum(nil)
}

// A Token stands for one cell, slot and kind in one question.
type Token [16]byte

// TokenCount is how many tokens every question carries, whatever the plan.
const TokenCount = 1024

// Tokens are the tokens of a question: those of the cover and others that
// match nothing, in an order that tells nothing. The same question gives the
// same tokens, so that it can be sent again.
func (k Key) Tokens(query string, c Cover) ([]Token, error) {
	if n := c.size(); n > TokenCount {
		return nil, &comity.Problem{Code: "plan-too-wide", Message: fmt.Sprintf("the plan covers %d cells and hours together; a question has room for %d", n, TokenCount), Hint: "split it into several plans", Where: "cells"}
	}
	secret := k.derive("tokens\x00" + query)
	out := make([]Token, 0, TokenCount)
	for name := range c.names() {
		out = append(out, token(secret, "is\x00"+name))
	}
	for i := 0; len(out) < TokenCount; i++ {
		out = append(out, token(secret, fmt.Sprintf("none\x00%d", i)))
	}
	slices.SortFunc(out, func(a, b Token) int { return bytes.Compare(a[:], b[:]) })
	return out, nil
}

// Overlaps reports whether a question's tokens meet the cover of a plan.
func (k Key) Overlaps(query string, tokens []Token, own Cover) bool {
	asked := make(map[Token]bool, len(tokens))
	for _, t := range tokens {
		asked[t] = true
	}
	secret := k.derive("tokens\x00" + query)
	met := false
	for name := range own.names() {
		met = asked[token(secret, "is\x00"+name)] || met // no early end: the time tells nothing of where
	}
	return met
}

// digest stands for a question's tokens where a server remembers that it was
// asked: without the key it says nothing.
func (k Key) digest(query string, tokens []Token) string {
	m := hmac.New(sha256.New, k.derive("digest\x00"+query))
	for _, t := range tokens {
		m.Write(t[:])
	}
	return hex.EncodeToString(m.Sum(nil))
}

func token(secret []byte, name string) (t Token) {
	m := hmac.New(sha256.New, secret)
	m.Write(binary.BigEndian.AppendUint32(nil, uint32(len(name))))
	m.Write([]byte(name))
	copy(t[:], m.Sum(nil))
	return t
}
