package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"strings"
	"time"

	"comity"
)

// Evidence keeps files that prove something: pictures, recordings, scans. A
// file is named by the SHA-256 of its bytes and never changes. What must stay
// secret is sealed before it is put here: this package sees bytes only.
//
// A folder and an S3 bucket are kept by the same rules, and the same tests
// (package evidencetest) hold them to it.
type Evidence interface {
	// Put stores everything that r gives and returns only when it is durable.
	// The same bytes put twice are one object. An error of r, or a digest
	// other than want, stores nothing; a zero want takes what comes.
	Put(ctx context.Context, r io.Reader, want Digest) (Object, error)
	// Open reads an object. The last Read returns [ErrDamaged] instead of
	// io.EOF if the bytes are not those that were put, so nothing may be
	// concluded from them before the end.
	Open(ctx context.Context, d Digest) (io.ReadCloser, error)
	// Stat says what is known of an object without reading it.
	Stat(ctx context.Context, d Digest) (Object, error)
	// Lock forbids removal until an instant. It can be made later, never
	// earlier.
	Lock(ctx context.Context, d Digest, until time.Time) error
	// Hold forbids removal until it is lifted (litigation hold).
	Hold(ctx context.Context, d Digest, on bool) error
	// Remove destroys an object, every version of it. Locked or held, it
	// stays, and the error's code is locked or on-hold.
	Remove(ctx context.Context, d Digest) error
	// All lists every object in order of digest.
	All(ctx context.Context) iter.Seq2[Digest, error]
}

// A Digest is the SHA-256 of an object's bytes.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads 64 hexadecimal digits in lower case.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if len(s) != hex.EncodedLen(len(d)) || strings.ToLower(s) != s {
		return d, badDigest()
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return Digest{}, badDigest()
	}
	return d, nil
}

func badDigest() error {
	return problem("bad-digest", "digest", "a digest is 64 hexadecimal digits in lower case", "this is not the digest of an object")
}

// An Object is what is known of stored evidence.
type Object struct {
	Digest Digest
	Size   int64     // bytes
	Until  time.Time // it cannot be removed before; zero: no lock
	Held   bool      // it cannot be removed until the hold is lifted
}

// ErrDamaged is what reading ends with where stored bytes are not those that
// were put.
var ErrDamaged = errors.New("the stored bytes are not those that were put: the object is damaged")

// OpenEvidence opens the store at a place: a folder, or
// s3://BUCKET/PREFIX?endpoint=HOST[:PORT]&region=REGION[&insecure=true] with
// the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, never in the
// address.
func OpenEvidence(ctx context.Context, place string) (Evidence, error) {
	if strings.HasPrefix(place, "s3://") {
		return openBucket(ctx, place)
	}
	return openEvidenceFolder(place)
}

// A Finding is an object that cannot be trusted or read.
type Finding struct {
	Digest Digest
	Err    error // ErrDamaged, or why it could not be read
}

// CheckEvidence reads every object and returns how many there are and those
// whose bytes are not what their name says.
func CheckEvidence(ctx context.Context, e Evidence) (count int, found []Finding, err error) {
	for d, err := range e.All(ctx) {
		if err != nil {
			return count, found, err
		}
		count++
		if err := readThrough(ctx, e, d); err != nil {
			if ctx.Err() != nil {
				return count, found, ctx.Err()
			}
			found = append(found, Finding{d, err})
		}
	}
	return count, found, nil
}

func readThrough(ctx context.Context, e Evidence, d Digest) error {
	r, err := e.Open(ctx, d)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// A checked reader compares what it read with the digest at the end.
type checked struct {
	io.ReadCloser
	sum  hash.Hash
	want Digest
}

func newChecked(r io.ReadCloser, want Digest) io.ReadCloser {
	return &checked{r, sha256.New(), want}
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	if err == io.EOF && Digest(c.sum.Sum(nil)) != c.want {
		err = ErrDamaged
	}
	return n, err
}

// checkWant compares what came with what the caller expected.
func checkWant(got, want Digest) error {
	if want == (Digest{}) || got == want {
		return nil
	}
	return problem("other-digest", "digest", "send the file again; nothing was stored", "the bytes have the digest %s, not the one that was named", got)
}

// refusal says why an object may not be removed now, or nil.
func (o Object) refusal(now time.Time) error {
	switch {
	case o.Held:
		return problem("on-hold", "object "+o.Digest.String(), "ask counsel; the hold must be lifted first", "a litigation hold keeps this object")
	case now.Before(o.Until):
		return problem("locked", "object "+o.Digest.String(), "wait, or ask whoever set the lock why it is there", "the object is locked until %s", o.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// earlier refuses a lock that would end before the one that stands.
func (o Object) earlier(until time.Time) error {
	if until.Before(o.Until) {
		return problem("locked", "object "+o.Digest.String(), "a lock can only be made longer", "the object is locked until %s already", o.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

func noObject(d Digest) *comity.Problem {
	return problem("not-found", "object "+d.String(), "", "there is no such object")
}

func evidenceFault(doing string, err error) error {
	return explain(fmt.Sprintf("evidence: %s", doing), err)
}
