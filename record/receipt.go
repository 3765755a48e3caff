package record

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Receipt proves one entry to whoever holds it. It is given at once as a
// promise, signed by the log, that the entry will be published; it is
// completed with index, proof and checkpoint after the next beat. It stays
// under 2 kB until fields are shown with it.
type Receipt struct {
	Format      string  `json:"comity"` // receiptFormat
	Log         string  `json:"log"`    // origin
	ID          string  `json:"id"`
	Stored      string  `json:"stored"`       // RFC 3339, UTC
	PublishedBy string  `json:"published_by"` // RFC 3339, UTC
	Header      Stub    `json:"header"`
	Salt        []byte  `json:"salt"`
	Promise     string  `json:"promise"` // signature line over the text that the fields above make
	Index       *int64  `json:"index,omitempty"`
	Proof       []byte  `json:"proof,omitempty"` // hashes from leaf to root, 32 bytes each
	Checkpoint  string  `json:"checkpoint,omitempty"`
	Shown       []Shown `json:"shown,omitempty"`
}

// A Shown field is one sealed value that the receipt's holder may read, with
// proof that the header commits to it.
type Shown struct {
	Field string `json:"field"` // SD-JWT disclosure
	Place int64  `json:"place"`
	Proof []byte `json:"proof"`
}

const (
	receiptFormat = "receipt/1"
	promiseLine   = "comity promise/1"
	maxReceipt    = 1 << 20
)

// promise returns the receipt that a caller gets as soon as the entry is
// durable, and its leaf. It can be signed before: a promise about an entry that never became
// durable is never given out.
func (s *Signer) promise(id string, header Stub, salt []byte, stored, by time.Time) (Receipt, Leaf, error) {
	r := Receipt{
		Format: receiptFormat, Log: s.key.Origin(), ID: id,
		Stored: utc(stored).Format(time.RFC3339), PublishedBy: utc(by).Format(time.RFC3339),
		Header: header, Salt: salt,
	}
	leaf := r.Leaf()
	signed, err := s.sign(r.promiseText(leaf), time.Time{})
	if err != nil {
		return Receipt{}, Leaf{}, err
	}
	_, sig, _ := bytes.Cut(signed, []byte("\n\n"))
	r.Promise = strings.TrimSuffix(string(sig), "\n")
	return r, leaf, nil
}

// promiseText is what the log signs. Its first line keeps it apart from
// checkpoints, which begin with the origin.
func (r *Receipt) promiseText(leaf Leaf) string {
	return fmt.Sprintf("%s\nlog %s\nentry %s\nleaf %s\nmonth %s\nstored %s\npublished by %s\n",
		promiseLine, r.Log, r.ID, leaf.Name(), r.Header.Month, r.Stored, r.PublishedBy)
}

// Leaf is the leaf that the log must hold.
func (r *Receipt) Leaf() Leaf { return r.Header.leaf(r.Salt) }

// Complete reports whether the receipt carries a proof and not only a promise.
func (r *Receipt) Complete() bool { return r.Index != nil }

// Marshal writes the receipt as its one file.
func (r *Receipt) Marshal() []byte { return append(canonical(r), '\n') }

// show adds one field and its proof. list is the header's full list.
func (r *Receipt) show(disclosure string, list *commitmentTree) error {
	place, proof, ok := list.prove(digestOf(disclosure))
	if !ok {
		return problem("no-field", "shown", "the entry does not commit to that field")
	}
	r.Shown = append(r.Shown, Shown{Field: disclosure, Place: place, Proof: tileBytes(proof)})
	return nil
}

// Show returns the receipt with these disclosures added. header is the full
// header of the entry.
func (r Receipt) Show(header Header, disclosures []string) (Receipt, error) {
	r.Shown = nil
	list := newCommitmentTree(header.Commitments)
	for _, d := range disclosures {
		if err := r.show(d, list); err != nil {
			return Receipt{}, err
		}
	}
	return r, nil
}

const (
	smallReceipt = 2000                          // bytes that cosigners' lines may fill
	stampedLen   = 4 + 8 + ed25519.SignatureSize // bytes in a timestamped Ed25519 line
)

// complete adds what a published checkpoint proves. Of its lines the receipt
// carries the log's, and as many of the cosigners' as keep it small: an
// ML-DSA-44 line has 3.3 kB and is left out. Where there are cosigners, the
// log's stamped signature stands alone; its plain one says nothing more.
func (r Receipt) complete(index int64, proof tlog.RecordProof, checkpoint []byte) Receipt {
	r.Index, r.Proof = &index, tileBytes(proof)
	text := noteText(checkpoint) + "\n"
	var plain, stamp string
	var others []string
	for line := range strings.Lines(string(checkpoint[len(text):])) {
		name, sig, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "— ")), " ")
		switch n := decodedLen(sig); {
		case n != stampedLen && n != 4+ed25519.SignatureSize:
		case name != r.Log:
			others = append(others, line)
		case n == stampedLen:
			stamp = line
		default:
			plain = line
		}
	}
	r.Checkpoint = text + plain + stamp
	bare := r
	bare.Checkpoint = text + stamp
	for _, line := range others {
		more := bare
		more.Checkpoint += line
		if len(more.Marshal()) < smallReceipt {
			r, bare = more, more
		}
	}
	return r
}

func decodedLen(s string) int { return base64.StdEncoding.DecodedLen(len(s)) - strings.Count(s, "=") }

// ParseReceipt reads a receipt. It checks the form only; [Key.Receipt] checks
// what it says.
func ParseReceipt(data []byte) (Receipt, error) {
	bad := func(why string) (Receipt, error) {
		return Receipt{}, problem("bad-receipt", "receipt", "this is not a receipt of the record: %s", why)
	}
	if len(data) > maxReceipt {
		return bad("it is too long")
	}
	var r Receipt
	if err := json.Unmarshal(data, &r); err != nil {
		return bad("it is not in the form of one")
	}
	if !sameJSON(data, r.Marshal()) {
		return bad("a key or a value is not spelled as a receipt spells it")
	}
	if r.Format != receiptFormat {
		return bad("its format is not " + receiptFormat)
	}
	if len(r.Salt) != saltSize || len(r.Proof)%tlog.HashSize != 0 || !idForm.MatchString(r.ID) {
		return bad("its id, salt or proof has a wrong length")
	}
	if strings.ContainsRune(r.Promise, '\n') {
		return bad("its promise carries more than one signature")
	}
	for _, s := range []string{r.Stored, r.PublishedBy} {
		if t, err := time.Parse(time.RFC3339, s); err != nil || t.UTC().Format(time.RFC3339) != s {
			return bad("its times are not in UTC as 2006-01-02T15:04:05Z")
		}
	}
	if r.Complete() != (r.Checkpoint != "") || (r.Complete() && *r.Index < 0) {
		return bad("index and checkpoint belong together")
	}
	return r, nil
}

// sameJSON compares two texts but for spaces, order of keys and escapes.
// Reading alone would take Id for id and two spellings of one base64 value.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// Proved is what a receipt proves.
type Proved struct {
	Receipt    Receipt
	Checkpoint Checkpoint // zero while there is only a promise
	Fields     []Field    // the fields shown, in the order of the receipt
	Late       time.Duration
}

// Receipt checks a receipt offline against the log's key.
func (k Key) Receipt(data []byte) (Proved, error) {
	r, err := ParseReceipt(data)
	if err != nil {
		return Proved{}, err
	}
	p := Proved{Receipt: r}
	if err := k.checkPromise(&r); err != nil {
		return Proved{}, err
	}
	if r.Complete() {
		if p.Checkpoint, err = k.checkIncluded(&r); err != nil {
			return Proved{}, err
		}
	}
	if p.Fields, err = r.checkShown(); err != nil {
		return Proved{}, err
	}
	p.Late = p.writtenLate()
	return p, nil
}

func (k Key) checkPromise(r *Receipt) error {
	if r.Log != k.Origin() {
		return problem("bad-proof", "receipt", "the receipt is of the log %q, the key is of %q", r.Log, k.Origin())
	}
	text := r.promiseText(r.Leaf())
	o, err := k.open([]byte(text + "\n" + r.Promise + "\n"))
	if err != nil || !o.plain || o.text != text {
		return problem("bad-proof", "promise", "the promise is refused: id, header, salt or a time was changed, or %s did not sign it", k.Origin())
	}
	return nil
}

func (k Key) checkIncluded(r *Receipt) (Checkpoint, error) {
	o, err := k.open([]byte(r.Checkpoint))
	for _, line := range o.other {
		if decodedLen(line.Base64) != stampedLen {
			err = errors.New("one of its lines is neither the log's nor a cosigner's")
		}
	}
	c, err := k.checkpoint(o, err)
	if err != nil {
		return Checkpoint{}, err
	}
	proof, err := parseTile(r.Proof, len(r.Proof)/tlog.HashSize)
	if err != nil {
		return Checkpoint{}, problem("bad-receipt", "proof", "the proof is refused: %v", err)
	}
	if *r.Index >= c.Size || tlog.CheckRecord(proof, c.Size, c.Root, *r.Index, r.Leaf().Hash()) != nil {
		return Checkpoint{}, problem("bad-proof", "proof", "the proof is refused: it does not lead from entry %d to the root of the checkpoint", *r.Index)
	}
	return c, nil
}

func (r *Receipt) checkShown() ([]Field, error) {
	var out []Field
	for i, s := range r.Shown {
		where := fmt.Sprintf("shown[%d]", i)
		name, value, ok := openDisclosure(s.Field)
		if !ok {
			return nil, problem("bad-receipt", where, "the shown field is not a salted name and value")
		}
		proof, err := parseTile(s.Proof, len(s.Proof)/tlog.HashSize)
		if err != nil || s.Place < 0 || s.Place >= r.Header.Count ||
			tlog.CheckRecord(proof, r.Header.Count, r.Header.Commitments, s.Place, tlog.RecordHash([]byte(digestOf(s.Field)))) != nil {
			return nil, problem("bad-proof", where, "the shown field is refused: the header does not commit to it")
		}
		out = append(out, Field{Name: name, Value: value})
	}
	return out, nil
}

// writtenLate compares the hour the entry names, where it is shown, or else
// its month, with the signed hour of writing.
func (p *Proved) writtenLate() time.Duration {
	stored, err := time.Parse(time.RFC3339, p.Receipt.Stored)
	if err != nil {
		return 0
	}
	for _, f := range p.Fields {
		if at, err := time.Parse(time.RFC3339, f.Value); f.Name == fieldAt && err == nil {
			return late(at, stored)
		}
	}
	// Only the month is known: count from the last moment that some zone of
	// the country still called by that month.
	start, err := time.Parse("2006-01", p.Receipt.Header.Month)
	if err != nil {
		return 0
	}
	return late(start.AddDate(0, 1, 0).Add(zoneSlack), stored)
}

// digestOf and openDisclosure read SD-JWT disclosures as package seal writes
// them; the same level may not import it, and a test in store holds the two
// together.
func digestOf(disclosure string) string {
	sum := sha256.Sum256([]byte(disclosure))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func openDisclosure(d string) (name, value string, ok bool) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(d)
	if err != nil {
		return "", "", false
	}
	var parts []string
	if json.Unmarshal(text, &parts) != nil || len(parts) != 3 {
		return "", "", false
	}
	return parts[1], parts[2], true
}
