package badge

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Issuer is an agency that gives badges to its own.
type Issuer struct {
	Agency  string // ORI
	Address string // of the agency's page at the door: its iss
	Key     *ecdsa.PrivateKey
}

// KeyID is the key's thumbprint (RFC 7638), its first eight bytes.
func (i Issuer) KeyID() string { return KeyID(&i.Key.PublicKey) }

const keyIDBytes = 8

// KeyID names a key: the first eight bytes of its thumbprint (RFC 7638).
func KeyID(key *ecdsa.PublicKey) string {
	x, y, err := coordinates(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + encode(x) + `","y":"` + encode(y) + `"}`))
	return encode(sum[:keyIDBytes])
}

// A Status is a place on a status list.
type Status struct {
	Place   int    `json:"idx"`
	Address string `json:"uri"`
}

type badgeClaims struct {
	Iss     string   `json:"iss"`
	Vct     string   `json:"vct"`
	Iat     int64    `json:"iat"`
	Exp     int64    `json:"exp"`
	Agency  string   `json:"agency"`
	Digests []string `json:"_sd"`
	Alg     string   `json:"_sd_alg"`
	Status  struct {
		List Status `json:"status_list"`
	} `json:"status"`
}

const (
	titleClaim   = "title"
	pictureClaim = "picture"
	pictureKind  = "data:image/jpeg;base64,"
	digestsEach  = 4 // with those that stand for nothing
)

// SDJWT signs a badge as an SD-JWT VC: title and picture may be shown or kept
// back by whoever holds it, and nobody sees which of them there are.
func (i Issuer) SDJWT(b Badge, at Status) (string, error) {
	texts := []string{}
	show := func(name, value string) error {
		if value == "" {
			return nil
		}
		text, err := json.Marshal([]string{rand.Text(), name, value})
		texts = append(texts, encode(text))
		return err
	}
	picture := ""
	if len(b.Picture) > 0 {
		picture = pictureKind + base64.StdEncoding.EncodeToString(b.Picture)
	}
	if err := errors.Join(show(titleClaim, b.Title), show(pictureClaim, picture)); err != nil {
		return "", fmt.Errorf("write a disclosure: %w", err)
	}
	digests := []string{}
	for n := range digestsEach {
		of := rand.Text() // of nothing
		if n < len(texts) {
			of = texts[n]
		}
		sum := sha256.Sum256([]byte(of))
		digests = append(digests, encode(sum[:]))
	}
	slices.Sort(digests)
	claims := badgeClaims{Iss: i.Address, Vct: Type, Iat: b.Issued.Unix(), Exp: b.Expires.Unix(), Agency: b.Agency, Digests: digests, Alg: "sha-256"}
	claims.Status.List = at
	token, err := signJWS(i.Key, vcType, i.KeyID(), claims)
	if err != nil {
		return "", err
	}
	return strings.Join(append([]string{token}, texts...), "~") + "~", nil
}

// Badge reads a credential that was found good as a badge.
func (v Verified) Badge() (Badge, error) {
	agency, ok := v.Claims["agency"].(string)
	if !ok {
		return Badge{}, fmt.Errorf("%w: no agency", ErrForm)
	}
	b := Badge{Agency: agency}
	b.Title, _ = v.Claims[titleClaim].(string)
	b.Issued, _, _ = moment(v.Claims, "iat")
	b.Expires, _, _ = moment(v.Claims, "exp")
	if text, there := v.Claims[pictureClaim].(string); there {
		data, is := strings.CutPrefix(text, pictureKind)
		picture, err := base64.StdEncoding.Strict().DecodeString(data)
		if !is || err != nil {
			return Badge{}, fmt.Errorf("%w: a picture that is none", ErrForm)
		}
		b.Picture = picture
	}
	return b, nil
}

// Metadata is what an issuer publishes, as SD-JWT VC has it, with the agency's
// name and ORI beside.
type Metadata struct {
	Issuer string `json:"issuer"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
	Keys   struct {
		Keys []JWK `json:"keys"`
	} `json:"jwks"`
}

// A JWK is a public key of P-256 (RFC 7517).
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
	Kid string `json:"kid"`
	Alg string `json:"alg"`
	Use string `json:"use"`
}

// Public writes a key.
func Public(key *ecdsa.PublicKey) (JWK, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return JWK{}, fmt.Errorf("write a public key: %w", err)
	}
	return JWK{"EC", "P-256", encode(x), encode(y), KeyID(key), algorithm, "sig"}, nil
}

// ReadMetadata reads what an issuer published.
func ReadMetadata(text string) (Metadata, error) {
	var m Metadata
	if _, err := readJSON([]byte(text)); err != nil {
		return m, err
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("%w: JSON", ErrForm)
	}
	return m, nil
}

// Key gives the issuer's own key of that name, or nil. A code of a minute names
// the issuer by its ORI.
func (m Metadata) Key(issuer, kid string) *ecdsa.PublicKey {
	if issuer != m.Issuer && issuer != m.Agency {
		return nil
	}
	for _, k := range m.Keys.Keys {
		if kid != "" && k.Kid == kid {
			key, err := publicKey(map[string]any{"kty": k.Kty, "crv": k.Crv, "x": k.X, "y": k.Y})
			if err != nil || KeyID(key) != kid {
				return nil
			}
			return key
		}
	}
	return nil
}

// Handle is what the code of a minute carries in a card's place: only the agency,
// which has the secret, can tell whose it is, and the next one is another.
func Handle(secret []byte, card string, at time.Time) []byte {
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "%d %s", at.Unix(), card)
	return h.Sum(nil)[:HandleBytes]
}

// Period is the name of the time for which an agency signs with one key, and
// of those beside it whose keys it publishes too: a page that was opened before
// a change knows both.
func Period(at time.Time) (now string, beside [2]string) {
	year := at.UTC().Year()
	return fmt.Sprint(year), [2]string{fmt.Sprint(year - 1), fmt.Sprint(year + 1)}
}
