// Package stamp asks for time stamps (RFC 3161) and checks them: an authority
// that nobody here runs signs that some bytes existed at a moment. What leaves
// is a hash of a public checkpoint.
package stamp

import (
	"bytes"
	"crypto"
	"crypto/rand"
	_ "crypto/sha1" // names the certificate in tokens of older authorities
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"comity"
)

// A Stamp is what an authority signed: the bytes existed then.
type Stamp struct {
	At        time.Time
	Authority string // as its certificate names it
}

// otherRoot is the code of a stamp that is whole and of somebody else.
const otherRoot = "proof-other-root"

// A Request asks for a stamp on some bytes.
type Request struct {
	data  []byte
	nonce *big.Int
}

// MaxResponse is the longest answer of an authority that is read.
const MaxResponse = 1 << 16

// NewRequest makes a request on data.
func NewRequest(data []byte) (Request, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return Request{}, fmt.Errorf("make time-stamp request: %w", err)
	}
	return Request{data, nonce}, nil
}

// Marshal writes what is posted to the authority.
func (r Request) Marshal() ([]byte, error) {
	sum := sha256.Sum256(r.data)
	return (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true, Nonce: r.nonce}).Marshal()
}

// Check reads the answer to this request. Whom to trust is for whoever
// verifies it later; here it must only be whole and ours.
func (r Request) Check(response []byte) (Stamp, error) {
	s, token, _, err := open(response, r.data)
	if err != nil {
		return Stamp{}, err
	}
	if token.Nonce == nil || token.Nonce.Cmp(r.nonce) != 0 {
		return Stamp{}, refused("it answers another request")
	}
	return s, nil
}

// Verify checks that one of the roots stands behind a stamp on data.
func Verify(response, data []byte, roots *x509.CertPool) (Stamp, error) {
	s, token, p7, err := open(response, data)
	if err != nil {
		return Stamp{}, err
	}
	between := x509.NewCertPool()
	for _, c := range p7.Certificates {
		between.AddCert(c)
	}
	_, err = p7.GetOnlySigner().Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: token.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &unknown):
		p := refused("none of the given roots stands behind its certificate")
		p.Code = otherRoot
		return Stamp{}, p
	case err != nil:
		return Stamp{}, refused(err.Error())
	}
	return s, nil
}

// Roots reads certificates in PEM.
func Roots(text []byte) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil, &comity.Problem{Code: "bad-root", Where: "stamp-root", Message: "a part of the file is not a certificate"}
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 || len(bytes.TrimSpace(text)) > 0 {
		return nil, &comity.Problem{Code: "bad-root", Where: "stamp-root", Message: "the file does not hold certificates in PEM", Hint: "it is the root certificate that the time-stamp authority publishes, -----BEGIN CERTIFICATE-----"}
	}
	return pool, nil
}

// reading: the reader of PKCS #7 counts the depth it is at in a variable of
// its package.
var reading sync.Mutex

// open checks everything of a response but who stands behind it.
func open(response, data []byte) (s Stamp, token *timestamp.Timestamp, p7 *pkcs7.PKCS7, err error) {
	if len(response) > MaxResponse {
		return s, nil, nil, refused("it is too long")
	}
	reading.Lock()
	defer reading.Unlock()
	defer func() { // the parsers of this format are not ours
		if p := recover(); p != nil {
			s, token, p7, err = Stamp{}, nil, nil, refused("it cannot be read")
		}
	}()
	if token, err = timestamp.ParseResponse(response); err != nil {
		return s, nil, nil, refused("it is not a granted answer with a good signature: " + err.Error())
	}
	sum := sha256.Sum256(data)
	if token.HashAlgorithm != crypto.SHA256 || !bytes.Equal(token.HashedMessage, sum[:]) {
		return s, nil, nil, refused("it stamps other bytes")
	}
	if p7, err = parse(token.RawToken); err != nil {
		return s, nil, nil, err
	}
	signer := p7.GetOnlySigner()
	if err := forStamps(signer, p7); err != nil {
		return s, nil, nil, err
	}
	name := signer.Subject.CommonName
	if name == "" {
		name = signer.Subject.String()
	}
	return Stamp{At: token.Time.UTC(), Authority: name}, token, p7, nil
}

// parse reads the token. One signer, whose certificate is there: without it
// the library leaves the signature unchecked.
func parse(token []byte) (*pkcs7.PKCS7, error) {
	p7, err := pkcs7.Parse(token)
	if err != nil {
		return nil, refused("its signature cannot be read")
	}
	if len(p7.Signers) != 1 || p7.GetOnlySigner() == nil {
		return nil, refused("it does not carry the certificate of its one signer")
	}
	return p7, nil
}

var (
	oidUsage  = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidCertV1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// forStamps checks what RFC 3161 (2.3, 2.4.1) and RFC 5816 want of the
// certificate: it serves time stamps only, and what was signed names it.
func forStamps(c *x509.Certificate, p7 *pkcs7.PKCS7) error {
	critical := false
	for _, e := range c.Extensions {
		critical = critical || e.Critical && e.Id.Equal(oidUsage)
	}
	if !critical || len(c.UnknownExtKeyUsage) > 0 || len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		return refused("its certificate is not one for time stamps alone")
	}
	var v2 struct {
		Certs []struct {
			Algorithm pkix.AlgorithmIdentifier `asn1:"optional"` // SHA-256 if it is not there
			Hash      []byte
			Issuer    asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if p7.UnmarshalSignedAttribute(oidCertV2, &v2) == nil && len(v2.Certs) > 0 {
		return names(v2.Certs[0].Hash, hashOf(v2.Certs[0].Algorithm.Algorithm), c)
	}
	var v1 struct {
		Certs []struct {
			Hash   []byte
			Issuer asn1.RawValue `asn1:"optional"`
		}
		Policies asn1.RawValue `asn1:"optional"`
	}
	if p7.UnmarshalSignedAttribute(oidCertV1, &v1) == nil && len(v1.Certs) > 0 {
		return names(v1.Certs[0].Hash, crypto.SHA1, c)
	}
	return refused("it does not name the certificate it was signed with")
}

func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	switch {
	case len(oid) == 0, oid.Equal(pkcs7.OIDDigestAlgorithmSHA256):
		return crypto.SHA256
	case oid.Equal(pkcs7.OIDDigestAlgorithmSHA384):
		return crypto.SHA384
	case oid.Equal(pkcs7.OIDDigestAlgorithmSHA512):
		return crypto.SHA512
	}
	return 0
}

func names(hash []byte, by crypto.Hash, c *x509.Certificate) error {
	if by.Available() {
		h := by.New()
		h.Write(c.Raw)
		if bytes.Equal(hash, h.Sum(nil)) {
			return nil
		}
	}
	return refused("it was signed for another certificate")
}

func refused(why string) *comity.Problem {
	return &comity.Problem{Code: "bad-proof", Where: "time stamp", Message: "the time stamp is refused: " + why}
}
