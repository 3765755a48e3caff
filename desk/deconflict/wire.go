package deconflict

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"comity"
)

// A Contact is whom the other side calls when plans overlap: a desk, not a
// person.
type Contact struct {
	Desk  string `json:"desk"`
	Phone string `json:"phone"`
}

// A message is a question or an answer on its way. Only who holds the key of
// the pair can write one that opens, so opening it proves who sent it; from,
// to, query and instant are bound to what it holds.
type message struct {
	Version int    `json:"v"`
	From    string `json:"from"` // ORI
	To      string `json:"to"`
	Query   string `json:"query"`
	At      string `json:"at"`
	Box     []byte `json:"box"`
}

// What a box holds has one length for every question and one for every answer.
const (
	questionLength = TokenCount*len(Token{}) + contactLength
	contactLength  = 256
	answerLength   = contactLength + 64
)

// mostBytes is the longest message that is read.
const mostBytes = 64 << 10

// A reply is what an answer says.
type reply struct {
	Overlap bool    `json:"overlap"`
	Stopped bool    `json:"stopped"`
	Contact Contact `json:"contact"` // filled in both cases, so that it tells nothing
}

// MessageLimit is how long a message may be.
const MessageLimit = mostBytes

func sealMessage(k Key, use string, m message, plain []byte) ([]byte, error) {
	aead, err := box(k, use)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal a message: %w", err)
	}
	m.Version = 1
	m.Box = aead.Seal(nonce, nonce, plain, m.bound())
	return json.Marshal(m)
}

func openMessage(k Key, use string, m message) ([]byte, error) {
	aead, err := box(k, use)
	if err != nil {
		return nil, err
	}
	if len(m.Box) < aead.NonceSize() {
		return nil, notFromPeer()
	}
	plain, err := aead.Open(nil, m.Box[:aead.NonceSize()], m.Box[aead.NonceSize():], m.bound())
	if err != nil {
		return nil, notFromPeer()
	}
	return plain, nil
}

func (m message) bound() []byte {
	return fmt.Appendf(nil, "%q %q %q %q", m.From, m.To, m.Query, m.At)
}

func box(k Key, use string) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.derive(use))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// readMessage reads what came over the wire, which may be anything.
func readMessage(data []byte) (message, error) {
	var m message
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if len(data) > mostBytes || d.Decode(&m) != nil || m.Version != 1 || !queryForm.MatchString(m.Query) {
		return m, &comity.Problem{Code: "bad-message", Message: "this is not a question or answer of deconfliction", Hint: "see docs/deconfliction.md", Where: "message"}
	}
	return m, nil
}

// question packs tokens and the asker's contact to their fixed length.
func question(tokens []Token, c Contact) ([]byte, error) {
	out := make([]byte, 0, questionLength)
	for _, t := range tokens {
		out = append(out, t[:]...)
	}
	return padJSON(out, c, contactLength)
}

func readQuestion(plain []byte) ([]Token, Contact, error) {
	var c Contact
	size := len(Token{})
	if len(plain) != questionLength || json.Unmarshal(bytes.TrimRight(plain[TokenCount*size:], "\x00"), &c) != nil {
		return nil, c, notFromPeer()
	}
	tokens := make([]Token, TokenCount)
	for i := range tokens {
		copy(tokens[i][:], plain[i*size:])
	}
	return tokens, c, nil
}

func (r reply) pack() ([]byte, error) { return padJSON(nil, r, answerLength) }

func readReply(plain []byte) (reply, error) {
	var r reply
	if len(plain) != answerLength || json.Unmarshal(bytes.TrimRight(plain, "\x00"), &r) != nil {
		return r, notFromPeer()
	}
	return r, nil
}

func padJSON(to []byte, v any, length int) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if len(b) > length {
		return nil, &comity.Problem{Code: "bad-contact", Message: "the name and number of the watch desk are too long", Hint: "keep both together below 120 letters", Where: "watch_desk"}
	}
	return append(to, append(b, make([]byte, length-len(b))...)...), nil
}

// notFromPeer says the same whatever was wrong: who does not hold the key
// learns nothing.
func notFromPeer() error {
	return &comity.Problem{Code: "unknown-peer", Message: "this server shares no key with who asks", Hint: "check that both sides have the same key file and each other's ORI", Where: "message"}
}

// skew is how far two clocks may stand apart.
const skew = 10 * time.Minute

func fresh(at string, now time.Time) bool {
	t, err := time.Parse(time.RFC3339, at)
	return err == nil && now.Sub(t).Abs() <= skew
}
