package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a message.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// keyPrefix is how the secret of an address begins.
const keyPrefix = "whsec_"

// A Key signs messages to one address.
type Key []byte

// ParseKey reads whsec_ and the key in base64, of 24 to 64 bytes.
func ParseKey(s string) (Key, error) {
	text, ok := strings.CutPrefix(strings.TrimSpace(s), keyPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("a secret is " + keyPrefix + " and 24 to 64 bytes in base64")
	}
	return key, nil
}

func (k Key) String() string { return keyPrefix + base64.StdEncoding.EncodeToString(k) }

// Sign signs a message as version 1 of Standard Webhooks does.
func (k Key) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signAll signs with every key: while a secret is changed, old and new are both
// good.
func signAll(keys []Key, h http.Header, id string, at time.Time, body []byte) {
	var list []string
	for _, k := range keys {
		list = append(list, k.Sign(id, at, body))
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(headerSignature, strings.Join(list, " "))
}
