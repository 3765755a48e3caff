package record

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"filippo.io/mldsa"
	"golang.org/x/mod/sumdb/note"

	"comity"
)

// A Cosigner is the public key of somebody outside who looks at every
// checkpoint and signs it only if nothing was removed from or changed in what
// it saw before (c2sp.org/tlog-cosignature). One cosigner may have two keys of
// one name: Ed25519, and ML-DSA-44, which a quantum computer does not break.
type Cosigner struct {
	text  string
	label string
	line  cosignVerifier
}

// A Cosignature is what a cosigner said of a checkpoint: that at that time it
// was the largest of its log that it had seen, and grown from all before.
type Cosignature struct {
	By Cosigner
	At time.Time
}

const (
	algQuantum = 0x06 // c2sp.org/tlog-cosignature, ML-DSA-44

	quantumLabel = "subtree/v1\n\x00"
)

// cosignVerifier checks the lines of one key.
type cosignVerifier interface {
	note.Verifier
	algorithm() byte
}

// ParseCosigner reads a cosigner's verifier key, NAME+HASH+BASE64.
func ParseCosigner(text string) (Cosigner, error) {
	text = strings.TrimSpace(text)
	bad := &comity.Problem{Code: "bad-key", Where: "cosigner", Message: "this is not the public key of a cosigner",
		Hint: "the key is one line, NAME+HASH+BASE64, as comity cosign -new-key writes it into the .pub file"}
	parts := strings.SplitN(text, "+", 3)
	if len(text) > 4000 || len(parts) != 3 || checkCosignerName(parts[0]) != nil {
		return Cosigner{}, bad
	}
	data, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(data) == 0 {
		return Cosigner{}, bad
	}
	c, err := newCosigner(parts[0], data[0], data[1:])
	if err != nil || c.text != text {
		return Cosigner{}, bad
	}
	return c, nil
}

func newCosigner(name string, algorithm byte, public []byte) (Cosigner, error) {
	var c Cosigner
	switch {
	case algorithm == algStamp && len(public) == ed25519.PublicKeySize:
		c.line = stamper{name: name, public: public}
	case algorithm == algQuantum && len(public) == mldsa.MLDSA44PublicKeySize:
		key, err := mldsa.NewPublicKey(mldsa.MLDSA44(), public)
		if err != nil {
			return Cosigner{}, err
		}
		c.line = quantum{name: name, public: key}
	default:
		return Cosigner{}, errors.New("neither Ed25519 nor ML-DSA-44")
	}
	c.text = fmt.Sprintf("%s+%08x+%s", name, c.line.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{algorithm}, public...)))
	return c, nil
}

func checkCosignerName(name string) error {
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '+' }) {
		return &comity.Problem{Code: "bad-name", Where: "name", Message: "a cosigner's name must be 1 to 100 plain characters without spaces or +",
			Hint: "use the address at which it will be asked, without https://, e.g. cosigner.auditor.example/w1"}
	}
	return nil
}

func (c Cosigner) String() string { return c.text }

// Name is the name in the key; keys of one name belong to one cosigner.
func (c Cosigner) Name() string { return c.line.Name() }

// ID is the eight hexadecimal digits that tell keys apart.
func (c Cosigner) ID() string { return fmt.Sprintf("%08x", c.line.KeyHash()) }

// Algorithm is Ed25519 or ML-DSA-44.
func (c Cosigner) Algorithm() string {
	if c.line.algorithm() == algQuantum {
		return "ML-DSA-44"
	}
	return "Ed25519"
}

// Called returns the cosigner under the name a reader knows it by, such as
// "the City Auditor".
func (c Cosigner) Called(label string) Cosigner {
	c.label = label
	return c
}

// words name the cosigner in a sentence.
func (c Cosigner) words() string {
	if c.label == "" {
		return "the cosigner " + c.Name()
	}
	return c.label + "'s cosigner (" + c.Name() + ")"
}

// A CosignKey is the secret half of a [Cosigner].
type CosignKey struct {
	public Cosigner
	ed     ed25519.PrivateKey
	mldsa  *mldsa.PrivateKey
}

// NewCosignKey draws a key and returns its secret text. With postQuantum it is
// an ML-DSA-44 key.
func NewCosignKey(name string, postQuantum bool) (secret string, err error) {
	if err := checkCosignerName(name); err != nil {
		return "", err
	}
	seed := make([]byte, ed25519.SeedSize) // ML-DSA has seeds of the same size
	rand.Read(seed)
	algorithm := byte(algStamp)
	if postQuantum {
		algorithm = algQuantum
	}
	k, err := newCosignKey(name, algorithm, seed)
	if err != nil {
		return "", fmt.Errorf("make cosigner key: %w", err)
	}
	return fmt.Sprintf("%s%s+%s+%s", secretPrefix, name, k.public.ID(), base64.StdEncoding.EncodeToString(append([]byte{algorithm}, seed...))), nil
}

const secretPrefix = "PRIVATE+KEY+"

// ParseCosignKeys reads secret keys, one a line, all of one name.
func ParseCosignKeys(text string) ([]CosignKey, error) {
	bad := errors.New("read cosigner key: it is not the secret key of a cosigner")
	var out []CosignKey
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		rest, ok := strings.CutPrefix(line, secretPrefix)
		parts := strings.SplitN(rest, "+", 3)
		if !ok || len(parts) != 3 || checkCosignerName(parts[0]) != nil {
			return nil, bad
		}
		data, err := base64.StdEncoding.Strict().DecodeString(parts[2])
		if err != nil || len(data) != 1+ed25519.SeedSize {
			return nil, bad
		}
		k, err := newCosignKey(parts[0], data[0], data[1:])
		if err != nil || k.public.ID() != parts[1] {
			return nil, bad
		}
		if len(out) > 0 && (out[0].public.Name() != parts[0] || out[0].public.ID() == k.public.ID()) {
			return nil, errors.New("read cosigner key: the keys of one cosigner have one name, and each stands there once")
		}
		out = append(out, k)
	}
	if len(out) == 0 {
		return nil, bad
	}
	return out, nil
}

func newCosignKey(name string, algorithm byte, seed []byte) (CosignKey, error) {
	var k CosignKey
	var public []byte
	switch algorithm {
	case algStamp:
		k.ed = ed25519.NewKeyFromSeed(seed)
		public, _ = k.ed.Public().(ed25519.PublicKey)
	case algQuantum:
		key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed)
		if err != nil {
			return k, err
		}
		k.mldsa, public = key, key.PublicKey().Bytes()
	}
	var err error
	k.public, err = newCosigner(name, algorithm, public)
	return k, err
}

// Public is the public half.
func (k CosignKey) Public() Cosigner { return k.public }

// cosign returns the signature line over the text of a checkpoint.
func (k CosignKey) cosign(text string, at time.Time) (string, error) {
	var signer note.Signer = stamper{k.public.Name(), nil, k.ed, at}
	if k.mldsa != nil {
		signer = quantum{name: k.public.Name(), private: k.mldsa, at: at}
	}
	sig, err := signer.Sign([]byte(text))
	if err != nil {
		return "", fmt.Errorf("cosign: %w", err)
	}
	id := binary.BigEndian.AppendUint32(nil, k.public.line.KeyHash())
	return sigLine(k.public.Name(), base64.StdEncoding.EncodeToString(append(id, sig...))), nil
}

func sigLine(name, base64 string) string { return "— " + name + " " + base64 + "\n" }

// A quantum makes and checks ML-DSA-44 cosignatures.
type quantum struct {
	name    string
	public  *mldsa.PublicKey
	private *mldsa.PrivateKey
	at      time.Time
}

func (q quantum) Name() string    { return q.name }
func (q quantum) algorithm() byte { return algQuantum }

func (q quantum) KeyHash() uint32 { return keyHash(q.name, algQuantum, q.public.Bytes()) }

func (q quantum) Sign(text []byte) ([]byte, error) {
	at := uint64(q.at.Unix())
	message, ok := q.message(text, at)
	if !ok {
		return nil, errors.New("the text is not a checkpoint")
	}
	sig, err := q.private.Sign(nil, message, nil)
	return append(binary.BigEndian.AppendUint64(nil, at), sig...), err
}

func (q quantum) Verify(text, sig []byte) bool {
	if len(sig) != 8+mldsa.MLDSA44SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	message, ok := q.message(text, at)
	return ok && mldsa.Verify(q.public, message, sig[8:], nil) == nil
}

// message is the cosigned_message of the format: of a checkpoint it names
// origin, size and root, and no extension line.
func (q quantum) message(text []byte, at uint64) ([]byte, bool) {
	c, ok := parseCheckpoint(string(text))
	if !ok || len(c.Origin) > math.MaxUint8 || at == 0 || at > math.MaxInt64 {
		return nil, false
	}
	m := append([]byte(quantumLabel), byte(len(q.name)))
	m = append(m, q.name...)
	m = binary.BigEndian.AppendUint64(m, at)
	m = append(m, byte(len(c.Origin)))
	m = append(m, c.Origin...)
	m = binary.BigEndian.AppendUint64(m, 0) // the whole tree: from its first entry
	m = binary.BigEndian.AppendUint64(m, uint64(c.Size))
	return append(m, c.Root[:]...), true
}

func keyHash(name string, algorithm byte, public []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{algorithm})
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Cosigned checks a checkpoint and says which of these cosigners signed it. A
// line under the name and number of one of them that is not its signature
// makes the whole checkpoint bad.
func (k Key) Cosigned(signed []byte, by []Cosigner) (Checkpoint, []Cosignature, error) {
	c, err := k.Checkpoint(signed)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	_, sigs, err := cosignatures(signed, by)
	if err != nil {
		return Checkpoint{}, nil, problem("bad-proof", "checkpoint", "the checkpoint is refused: %v", err)
	}
	return c, sigs, nil
}

// cosignatures finds the lines of these cosigners under a note and returns
// them too as they stand there.
func cosignatures(signed []byte, by []Cosigner) (lines string, sigs []Cosignature, err error) {
	known := map[[2]string]Cosigner{}
	var list []note.Verifier
	for _, c := range by {
		at := [2]string{c.Name(), c.ID()}
		if _, again := known[at]; !again {
			known[at] = c
			list = append(list, c.line)
		}
	}
	n, err := note.Open(signed, note.VerifierList(list...))
	var none *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	switch {
	case errors.As(err, &none):
		return "", nil, nil
	case errors.As(err, &wrong):
		return "", nil, fmt.Errorf("the signature of the cosigner %s is wrong", wrong.Name)
	case err != nil:
		return "", nil, errors.New("it is not a signed note")
	}
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || binary.BigEndian.Uint64(raw[4:]) > math.MaxInt64 {
			return "", nil, fmt.Errorf("the signature of the cosigner %s is not in its one right form", s.Name)
		}
		lines += sigLine(s.Name, s.Base64)
		sigs = append(sigs, Cosignature{By: known[[2]string{s.Name, fmt.Sprintf("%08x", s.Hash)}], At: stampTime(raw[4:])})
	}
	return lines, sigs, nil
}
