package badge

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	statusType = "statuslist+jwt"

	// Statuses is how many places an agency's list has. Places are drawn at
	// random, so that a place says nothing about whom it is of.
	Statuses = 1 << 17

	// A list is good for 40 seconds: with a clock 20 seconds slow, a badge that
	// was lost still fails within a minute.
	statusLife = 40 * time.Second
	statusTTL  = 20 * time.Second

	largestList = 1 << 20 // bytes, unpacked
)

type statusClaims struct {
	Sub  string     `json:"sub"`
	Iat  int64      `json:"iat"`
	Exp  int64      `json:"exp"`
	TTL  int64      `json:"ttl"`
	List statusList `json:"status_list"`
}

type statusList struct {
	Bits int    `json:"bits"`
	List string `json:"lst"`
}

// Status signs the list at an address: which places are revoked now.
func (i Issuer) Status(address string, revoked []int, now time.Time) (string, error) {
	list := make([]byte, Statuses/8)
	for _, n := range revoked {
		if n < 0 || n >= Statuses {
			return "", fmt.Errorf("place %d is not on the status list", n)
		}
		list[n/8] |= 1 << (n % 8)
	}
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, err := z.Write(list)
	if err = errors.Join(err, z.Close()); err != nil {
		return "", fmt.Errorf("pack the status list: %w", err)
	}
	return signJWS(i.Key, statusType, i.KeyID(), statusClaims{
		address, now.Unix(), now.Add(statusLife).Unix(), int64(statusTTL / time.Second), statusList{1, encode(out.Bytes())},
	})
}

// status refuses a credential that was revoked, and one of which that cannot be
// told now.
func (v Verifier) status(issuer string, claims map[string]any) error {
	value, there := claims["status"]
	if !there {
		if v.Type != "" {
			return fmt.Errorf("%w: it names no list", ErrStatus)
		}
		return nil
	}
	status, _ := value.(map[string]any)
	list, _ := status["status_list"].(map[string]any)
	address, named := list["uri"].(string)
	place, ok := count(list["idx"])
	if !named || !ok || len(status) != 1 || len(list) != 2 {
		return fmt.Errorf("%w: status is no place on a list", ErrForm)
	}
	token := ""
	if v.Status != nil {
		token = v.Status(address)
	}
	if token == "" {
		return fmt.Errorf("%w: the list is not here", ErrStatus)
	}
	now, err := v.StatusAt(issuer, token, address, place)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrStatus, err)
	case now != 0:
		return ErrRevoked
	}
	return nil
}

// StatusAt reads one place of a status list token (Token Status List, section
// 8.3): 0 is valid.
func (v Verifier) StatusAt(issuer, token, address string, place int64) (byte, error) {
	t, err := parseJWS(token)
	if err != nil {
		return 0, err
	}
	if t.typ != statusType {
		return 0, fmt.Errorf("%w: typ %.30q", ErrType, t.typ)
	}
	if err := t.verify(v.key(issuer, t.kid)); err != nil {
		return 0, err
	}
	if sub, _ := t.payload["sub"].(string); sub != address {
		return 0, fmt.Errorf("%w: the list of another address", ErrForm)
	}
	iat, made, err := moment(t.payload, "iat")
	if err != nil || !made {
		return 0, fmt.Errorf("%w: the list has no time", ErrForm)
	}
	exp, ends, err := moment(t.payload, "exp")
	if err != nil || !ends && v.Type != "" {
		return 0, fmt.Errorf("%w: the list has no end", ErrForm)
	}
	if !ends {
		exp = v.Now.Add(time.Second)
	}
	if ends && !iat.Before(exp) {
		return 0, fmt.Errorf("%w: the list ends before it begins", ErrForm)
	}
	if !v.in(iat, exp) {
		return 0, ErrTime
	}
	if ttl, there := t.payload["ttl"]; there {
		if n, ok := count(ttl); !ok || n == 0 {
			return 0, fmt.Errorf("%w: ttl is no number of seconds", ErrForm)
		}
	}
	list, _ := t.payload["status_list"].(map[string]any)
	return readStatus(list, place)
}

// readStatus finds a place in a packed list: the first stands in the lowest bits.
func readStatus(list map[string]any, place int64) (byte, error) {
	bits, ok := count(list["bits"])
	packed, there := list["lst"].(string)
	if !ok || !there || bits != 1 && bits != 2 && bits != 4 && bits != 8 {
		return 0, fmt.Errorf("%w: no status list", ErrForm)
	}
	data, err := decode(packed)
	if err != nil {
		return 0, err
	}
	from := bytes.NewReader(data)
	z, err := zlib.NewReader(from)
	if err != nil {
		return 0, fmt.Errorf("%w: the list cannot be unpacked", ErrForm)
	}
	all, err := io.ReadAll(io.LimitReader(z, largestList+1))
	if err != nil || len(all) > largestList || from.Len() > 0 {
		return 0, fmt.Errorf("%w: the list cannot be unpacked", ErrForm)
	}
	each := 8 / bits
	if place < 0 || place/each >= int64(len(all)) {
		return 0, fmt.Errorf("%w: place %d is not on the list", ErrForm, place)
	}
	return all[place/each] >> (place % each * bits) & (1<<bits - 1), nil
}
