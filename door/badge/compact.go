package badge

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Prefix begins every code of a minute: what it is, and which form of it. There
// is no address in it.
const Prefix = "COMITY1:"

const (
	// A code lives 40 seconds. With a clock 20 seconds slow it still fails
	// within a minute after the card was revoked or the shift ended.
	codeLife  = 40 * time.Second
	clockSkew = 20 * time.Second

	// HandleBytes is the length of what lets the agency alone tell whose code it is.
	HandleBytes = 8

	longestTitle = 60  // bytes
	longestCode  = 335 // characters: a QR code of version 9, level L
	signTag      = 18  // COSE_Sign1 (RFC 9052)
	es256        = -7
)

// A code is a CWT (RFC 8392) of four claims, in the one spelling that the core
// deterministic encoding (RFC 8949) has for it.
type code struct {
	Issuer  string `cbor:"1,keyasint"`
	Title   string `cbor:"2,keyasint"`
	Expires int64  `cbor:"4,keyasint"`
	Issued  int64  `cbor:"6,keyasint"`
	Handle  []byte `cbor:"7,keyasint"`
}

type codeHeader struct {
	Alg int64  `cbor:"1,keyasint"`
	Kid []byte `cbor:"4,keyasint"`
}

type sign1 struct {
	_         struct{} `cbor:",toarray"`
	Protected []byte
	Open      map[int64]any
	Payload   []byte
	Signature []byte
}

// Compact signs the code of this minute: what a QR code on a telephone shows.
// The badge's title and handle count; it ends in 40 seconds.
func (i Issuer) Compact(b Badge) (string, error) {
	if len(b.Title) > longestTitle || len(b.Handle) != HandleBytes {
		return "", fmt.Errorf("a code has a title of at most %d bytes and a handle of %d", longestTitle, HandleBytes)
	}
	kid, err := decode(i.KeyID())
	if err != nil {
		return "", err
	}
	var message sign1
	if message.Protected, err = deterministic(codeHeader{es256, kid}); err != nil {
		return "", err
	}
	if message.Payload, err = deterministic(code{i.Agency, b.Title, b.Issued.Add(codeLife).Unix(), b.Issued.Unix(), b.Handle}); err != nil {
		return "", err
	}
	text, err := message.signed()
	if err != nil {
		return "", err
	}
	if message.Signature, err = sign(i.Key, text); err != nil {
		return "", err
	}
	message.Open = map[int64]any{}
	out, err := deterministic(cbor.Tag{Number: signTag, Content: message})
	return Prefix + encode45(out), err
}

// signed is what the signature is over: Sig_structure of RFC 9052, section 4.4.
func (m sign1) signed() ([]byte, error) {
	return deterministic([]any{"Signature1", m.Protected, []byte{}, m.Payload})
}

// Compact checks the code of a minute. The skew of the verifier does not count:
// a code has one of its own.
func (v Verifier) Compact(text string) (Badge, error) {
	body, is := strings.CutPrefix(text, Prefix)
	if !is || len(text) > longestCode {
		return Badge{}, fmt.Errorf("%w: no code of a badge", ErrForm)
	}
	data, err := decode45(body)
	if err != nil {
		return Badge{}, err
	}
	var message sign1
	if err := exactly(data, &message, signTag); err != nil {
		return Badge{}, err
	}
	var head codeHeader
	var c code
	if err := exactly(message.Protected, &head, 0); err != nil {
		return Badge{}, err
	}
	if err := exactly(message.Payload, &c, 0); err != nil {
		return Badge{}, err
	}
	if head.Alg != es256 || len(head.Kid) != keyIDBytes || message.Open == nil || len(message.Open) > 0 || len(message.Signature) != 2*half || len(c.Handle) != HandleBytes || len(c.Title) > longestTitle {
		return Badge{}, fmt.Errorf("%w: no code of a badge", ErrForm)
	}
	if s := new(big.Int).SetBytes(message.Signature[half:]); lower(s) != s {
		return Badge{}, fmt.Errorf("%w: the other spelling of a signature", ErrForm)
	}
	signed, err := message.signed()
	if err != nil {
		return Badge{}, err
	}
	if err := verify(v.key(c.Issuer, encode(head.Kid)), signed, message.Signature); err != nil {
		return Badge{}, err
	}
	b := Badge{Agency: c.Issuer, Title: c.Title, Issued: time.Unix(c.Issued, 0), Expires: time.Unix(c.Expires, 0), Handle: c.Handle}
	v.Skew = clockSkew
	if b.Expires.Sub(b.Issued) != codeLife || !v.in(b.Issued, b.Expires) {
		return Badge{}, ErrTime
	}
	return b, nil
}

// exactly reads CBOR into a value and refuses every spelling but the one that
// the value is written in again. A tag of 0 is none.
func exactly(data []byte, into any, tag uint64) error {
	bad := fmt.Errorf("%w: CBOR", ErrForm)
	mode, err := cbor.DecOptions{IndefLength: cbor.IndefLengthForbidden, DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 4, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, UTF8: cbor.UTF8RejectInvalid}.DecMode()
	if err != nil {
		return fmt.Errorf("read CBOR: %w", err)
	}
	var again any = into
	if tag == 0 {
		err = mode.Unmarshal(data, into)
	} else {
		var raw cbor.RawTag
		if err = mode.Unmarshal(data, &raw); err == nil {
			err = mode.Unmarshal(raw.Content, into)
		}
		again = cbor.Tag{Number: tag, Content: into}
	}
	if err != nil {
		return bad
	}
	spelled, err := deterministic(again)
	if err != nil || !bytes.Equal(spelled, data) {
		return bad
	}
	return nil
}

func deterministic(value any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	out, err := mode.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	return out, nil
}
