package badge

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	algorithm   = "ES256"
	half        = 32 // bytes of each half of a signature
	longest     = 256 << 10
	deepest     = 16      // objects and lists inside each other
	latestCount = 1 << 53 // seconds; beyond, numbers of JSON are not exact
)

// A jws is a JSON Web Signature (RFC 7515) in its compact form.
type jws struct {
	typ, kid  string
	payload   map[string]any
	signed    string
	signature []byte
}

// parseJWS reads one. Of a header it takes alg, typ and kid; whatever else may
// stand there (a key, a certificate, an extension) is refused, not passed over.
func parseJWS(text string) (jws, error) {
	parts := strings.Split(text, ".")
	if len(text) > longest || len(parts) != 3 {
		return jws{}, fmt.Errorf("%w: a signature has three parts", ErrForm)
	}
	head, err := encodedObject(parts[0])
	if err != nil {
		return jws{}, fmt.Errorf("header: %w", err)
	}
	out := jws{signed: parts[0] + "." + parts[1]}
	for name, value := range head {
		s, ok := value.(string)
		switch {
		case !ok:
			return jws{}, fmt.Errorf("%w: header %.20q is no text", ErrForm, name)
		case name == "alg" && s != algorithm:
			return jws{}, fmt.Errorf("%w: algorithm %.20q", ErrForm, s)
		case name == "typ":
			out.typ = s
		case name == "kid":
			out.kid = s
		case name != "alg":
			return jws{}, fmt.Errorf("%w: header %.20q", ErrForm, name)
		}
	}
	if head["alg"] == nil {
		return jws{}, fmt.Errorf("%w: no algorithm", ErrForm)
	}
	if out.payload, err = encodedObject(parts[1]); err != nil {
		return jws{}, fmt.Errorf("payload: %w", err)
	}
	if out.signature, err = decode(parts[2]); err != nil || len(out.signature) != 2*half {
		return jws{}, fmt.Errorf("%w: a signature has 64 bytes", ErrForm)
	}
	return out, nil
}

func (j jws) verify(key *ecdsa.PublicKey) error { return verify(key, []byte(j.signed), j.signature) }

func verify(key *ecdsa.PublicKey, signed, signature []byte) error {
	if key == nil {
		return ErrKey
	}
	sum := sha256.Sum256(signed)
	r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
	if !ecdsa.Verify(key, sum[:], r, s) {
		return ErrSignature
	}
	return nil
}

func sign(key *ecdsa.PrivateKey, text []byte) ([]byte, error) {
	sum := sha256.Sum256(text)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign a badge: %w", err)
	}
	s = lower(s)
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	s.FillBytes(out[half:])
	return out, nil
}

// lower is s or its twin, whichever is the smaller: both verify, and a code of
// a minute has one spelling.
func lower(s *big.Int) *big.Int {
	if twin := new(big.Int).Sub(elliptic.P256().Params().N, s); twin.Cmp(s) < 0 {
		return twin
	}
	return s
}

// signJWS writes header and payload, each in one spelling.
func signJWS(key *ecdsa.PrivateKey, typ, kid string, payload any) (string, error) {
	head, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid"`
	}{algorithm, typ, kid})
	if err != nil {
		return "", fmt.Errorf("write a header: %w", err)
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return "", fmt.Errorf("write a payload: %w", err)
	}
	text := encode(head) + "." + encode(body)
	signature, err := sign(key, []byte(text))
	if err != nil {
		return "", err
	}
	return text + "." + encode(signature), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// decode reads base64url without padding, line ends or loose last bits.
func decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // which the decoder passes over
		return nil, fmt.Errorf("%w: a line end in base64url", ErrForm)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: base64url", ErrForm)
	}
	return b, nil
}

func encodedObject(s string) (map[string]any, error) {
	b, err := decode(s)
	if err != nil {
		return nil, err
	}
	value, err := readJSON(b)
	if err != nil {
		return nil, err
	}
	out, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: no JSON object", ErrForm)
	}
	return out, nil
}

// readJSON reads one value as I-JSON has it (RFC 7493): UTF-8, no name twice in
// an object, nothing after the value. Numbers stay as they are written.
func readJSON(text []byte) (any, error) {
	bad := fmt.Errorf("%w: JSON", ErrForm)
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, bad
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, bad
	}
	return value, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("%w: more than %d levels", ErrForm, deepest)
	}
	t, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: JSON", ErrForm)
	}
	switch x := t.(type) {
	case json.Delim:
		if x == '{' {
			return readMembers(d, depth)
		}
		list := []any{}
		for d.More() {
			value, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := d.Token()
		return list, err
	case string:
		return x, whole(x)
	}
	return t, nil
}

func readMembers(d *json.Decoder, depth int) (any, error) {
	out := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: JSON", ErrForm)
		}
		name := t.(string) // json.Valid has seen to it
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%w: %.20q stands twice in an object", ErrForm, name)
		}
		if err := whole(name); err != nil {
			return nil, err
		}
		if out[name], err = readValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return out, err
}

// whole refuses half of a surrogate pair, which the decoder replaces.
func whole(s string) error {
	if strings.ContainsRune(s, utf8.RuneError) {
		return fmt.Errorf("%w: a character that is none", ErrForm)
	}
	return nil
}

// count is a whole number of at least 0 that JSON carries exactly.
func count(value any) (int64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil && i >= 0 && i < latestCount && n.String()[0] != '-'
}

// moment reads a time in seconds; there is false where the claim is missing.
func moment(claims map[string]any, name string) (at time.Time, there bool, err error) {
	value, there := claims[name]
	if !there {
		return time.Time{}, false, nil
	}
	n, ok := count(value)
	if !ok {
		return time.Time{}, true, fmt.Errorf("%w: %s is no time in seconds", ErrForm, name)
	}
	return time.Unix(n, 0), true, nil
}
