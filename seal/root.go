package seal

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// A Root is the key above all others. It lies in a file of its own, apart from
// the data, and opens the keys of agencies and days.
type Root struct {
	private hpke.PrivateKey
	secret  []byte
}

const rootPrefix = "comity-seal-key-1:"

// NewRoot draws a root key.
func NewRoot() (*Root, error) {
	private, err := kem().GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make seal key: %w", err)
	}
	return newRoot(private)
}

// ParseRoot reads what [Root.Secret] wrote.
func ParseRoot(text string) (*Root, error) {
	data, ok := strings.CutPrefix(strings.TrimSpace(text), rootPrefix)
	if !ok {
		return nil, fmt.Errorf("read seal key: the file does not begin with %q", rootPrefix)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(data)
	if err != nil {
		return nil, errors.New("read seal key: not base64")
	}
	private, err := kem().NewPrivateKey(raw)
	if err != nil {
		return nil, errors.New("read seal key: not a P-256 key")
	}
	return newRoot(private)
}

func newRoot(private hpke.PrivateKey) (*Root, error) {
	secret, err := private.Bytes()
	if err != nil {
		return nil, fmt.Errorf("read seal key: %w", err)
	}
	return &Root{private: private, secret: secret}, nil
}

// Secret is the text for the key file.
func (r *Root) Secret() string {
	return rootPrefix + base64.StdEncoding.EncodeToString(r.secret)
}

// NewDay draws the key of one agency and day and seals it to the root. Day is
// 2006-01-02.
func (r *Root) NewDay(agency, day string) (kek Key, sealed []byte, err error) {
	kek = NewKey()
	sealed, err = hpke.Seal(r.private.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), dayInfo(agency, day), kek[:])
	if err != nil {
		return Key{}, nil, fmt.Errorf("seal day key: %w", err)
	}
	return kek, sealed, nil
}

// OpenDay opens what [Root.NewDay] sealed for the same agency and day.
func (r *Root) OpenDay(agency, day string, sealed []byte) (Key, error) {
	data, err := hpke.Open(r.private, hpke.HKDFSHA256(), hpke.AES256GCM(), dayInfo(agency, day), sealed)
	if err != nil || len(data) != len(Key{}) {
		return Key{}, ErrSealed
	}
	return Key(data), nil
}

// Derive makes a key for another purpose, such as comparing what a caller sent
// twice without keeping it.
func (r *Root) Derive(purpose string) (Key, error) {
	data, err := hkdf.Key(sha256.New, r.secret, nil, "comity/"+purpose, len(Key{}))
	if err != nil {
		return Key{}, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return Key(data), nil
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.P256()) }

func dayInfo(agency, day string) []byte {
	return []byte("comity day key/1\x00" + agency + "\x00" + day)
}
