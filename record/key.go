package record

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"comity"
)

// A Key checks what a log signed. Its text is the verifier key of signed
// notes, "origin+hash+base64", as served at /log/key.
type Key struct {
	text  string
	plain note.Verifier
	stamp note.Verifier
}

// A Signer holds a log's secret key.
type Signer struct {
	key     Key
	plain   note.Signer
	private ed25519.PrivateKey
	second  *CosignKey // ML-DSA-44; nil: none
}

// Both kinds of signature come from one Ed25519 key. They cannot be confused:
// the text under a stamp begins with a line that no origin may be.
const (
	algPlain = 0x01 // c2sp.org/signed-note, Ed25519
	algStamp = 0x04 // c2sp.org/tlog-cosignature, timestamped Ed25519

	stampLine = "cosignature/v1"
)

// NewSigner draws a key for a log of that origin and returns its secret text.
func NewSigner(origin string) (secret string, err error) {
	if err := checkOrigin(origin); err != nil {
		return "", err
	}
	secret, _, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", fmt.Errorf("make log key: %w", err)
	}
	return secret, nil
}

func checkOrigin(origin string) error {
	if origin == "" || len(origin) > 100 || strings.ContainsFunc(origin, func(r rune) bool { return r <= ' ' || r > '~' || r == '+' }) ||
		origin == stampLine || strings.HasPrefix(origin, promiseLine) {
		return &comity.Problem{Code: "bad-origin", Where: "origin",
			Message: "the origin names the log for ever and must be 1 to 100 plain characters without spaces or +",
			Hint:    "use the address at which the log will be read, without https://, e.g. record.cook-sheriff.example/log"}
	}
	return nil
}

// ParseSigner reads the secret text of a log key.
func ParseSigner(secret string) (*Signer, error) {
	secret = strings.TrimSpace(secret)
	plain, err := note.NewSigner(secret)
	if err != nil {
		return nil, errors.New("read log key: it is not the secret key of a log")
	}
	parts := strings.SplitN(secret, "+", 5) // PRIVATE+KEY+origin+hash+data
	data, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(data) != 1+ed25519.SeedSize {
		return nil, errors.New("read log key: it is not an Ed25519 key")
	}
	private := ed25519.NewKeyFromSeed(data[1:])
	public, _ := private.Public().(ed25519.PublicKey)
	key, err := newKey(plain.Name(), public)
	if err != nil {
		return nil, err
	}
	return &Signer{key: key, plain: plain, private: private}, nil
}

// Key is the public half.
func (s *Signer) Key() Key { return s.key }

// Second gives the log an ML-DSA-44 key of its own name: every checkpoint
// then bears a line that a quantum computer cannot forge.
func (s *Signer) Second(k CosignKey) error {
	if k.public.Name() != s.key.Origin() || k.mldsa == nil {
		return fmt.Errorf("read second log key: it is not an ML-DSA-44 key named %s", s.key.Origin())
	}
	s.second = &k
	return nil
}

// SecondKey is the public half of the second key, if there is one.
func (s *Signer) SecondKey() (Cosigner, bool) {
	if s.second == nil {
		return Cosigner{}, false
	}
	return s.second.public, true
}

// ParseKey reads a verifier key.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	bad := &comity.Problem{Code: "bad-key", Where: "key", Message: "this is not the public key of a log",
		Hint: "the key is one line, ORIGIN+HASH+BASE64, as served at /log/key"}
	parts := strings.SplitN(text, "+", 3)
	if len(text) > 1000 || len(parts) != 3 || checkOrigin(parts[0]) != nil {
		return Key{}, bad
	}
	data, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != algPlain {
		return Key{}, bad
	}
	key, err := newKey(parts[0], data[1:])
	if err != nil || key.text != text {
		return Key{}, bad
	}
	return key, nil
}

func newKey(origin string, public ed25519.PublicKey) (Key, error) {
	text, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return Key{}, fmt.Errorf("read log key: %w", err)
	}
	plain, err := note.NewVerifier(text)
	if err != nil {
		return Key{}, fmt.Errorf("read log key: %w", err)
	}
	return Key{text: text, plain: plain, stamp: stamper{name: origin, public: public}}, nil
}

func (k Key) String() string { return k.text }

// Origin is the name of the log.
func (k Key) Origin() string { return k.plain.Name() }

// An opened note bears at least one signature of the log.
type opened struct {
	text  string
	at    time.Time // of the stamp; zero: there is none
	plain bool      // the plain signature is there
	other []note.Signature
}

// open checks a signed note.
func (k Key) open(signed []byte) (opened, error) {
	if len(signed) > 1<<16 {
		return opened{}, errors.New("it is too long")
	}
	n, err := note.Open(signed, note.VerifierList(k.plain, k.stamp))
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unknown):
		return opened{}, errors.New("it is not signed by " + k.Origin())
	case err != nil:
		return opened{}, errors.New("its signature is wrong or it was changed")
	}
	o := opened{text: n.Text, other: n.UnverifiedSigs}
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil {
			return opened{}, errors.New("a signature is not in its one right form")
		}
		if s.Hash == k.plain.KeyHash() {
			o.plain = true
		} else {
			o.at = stampTime(raw[4:])
		}
	}
	return o, nil
}

// sign returns text as a signed note; stamped, it also says when.
func (s *Signer) sign(text string, stamp time.Time) ([]byte, error) {
	signers := []note.Signer{s.plain}
	if !stamp.IsZero() {
		signers = append(signers, stamper{s.key.Origin(), s.private.Public().(ed25519.PublicKey), s.private, stamp})
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign for %s: %w", s.key.Origin(), err)
	}
	return signed, nil
}

// A stamper makes and checks timestamped signatures.
type stamper struct {
	name    string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	at      time.Time
}

func (s stamper) Name() string { return s.name }

func (s stamper) algorithm() byte { return algStamp }

func (s stamper) KeyHash() uint32 { return keyHash(s.name, algStamp, s.public) }

func (s stamper) Sign(text []byte) ([]byte, error) {
	sig := ed25519.Sign(s.private, stamped(s.at, text))
	return append(binary.BigEndian.AppendUint64(nil, uint64(s.at.Unix())), sig...), nil
}

func (s stamper) Verify(text, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(s.public, stamped(stampTime(sig), text), sig[8:])
}

func stampTime(sig []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(sig)), 0).UTC()
}

func stamped(at time.Time, text []byte) []byte {
	return append([]byte(stampLine+"\ntime "+strconv.FormatInt(at.Unix(), 10)+"\n"), text...)
}
