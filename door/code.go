package door

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"comity"

	"golang.org/x/text/unicode/norm"
)

// A Channel is how a resident gives us a code.
type Channel string

const (
	Screen    Channel = "screen"    // typed on a page: letters and digits
	Telephone Channel = "telephone" // said or keyed on any telephone: digits only
)

// Channels lists both.
var Channels = [...]Channel{Screen, Telephone}

// A Code selects a visit by its group and proves it by its secret. It is made
// once, stands in the resident's letter, and is kept nowhere in the clear.
type Code struct {
	Channel       Channel
	Group, Secret string
}

// letters leave out I, L, O and U, which are misread; what is typed in their
// place is read as what it looks like (Crockford's base 32).
const (
	letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	digits  = "0123456789"
)

// shape is how a code of a channel is built.
type shape struct {
	alphabet      string
	group, secret int // characters
}

func (ch Channel) shape() shape {
	if ch == Telephone {
		return shape{digits, 4, 4}
	}
	return shape{letters, 2, 4}
}

// Groups and Secrets are how many of each a code of the channel can have.
func (ch Channel) Groups() int  { s := ch.shape(); return power(len(s.alphabet), s.group) }
func (ch Channel) Secrets() int { s := ch.shape(); return power(len(s.alphabet), s.secret) }

func power(base, n int) int {
	out := 1
	for range n {
		out *= base
	}
	return out
}

// NewCode draws a code; random is crypto/rand.Reader outside tests.
func NewCode(ch Channel, random io.Reader) (Code, error) {
	s := ch.shape()
	text, err := draw(random, s.alphabet, s.group+s.secret)
	if err != nil {
		return Code{}, err
	}
	return Code{ch, text[:s.group], text[s.group:]}, nil
}

// draw takes n characters of the alphabet, each as likely as any other.
func draw(random io.Reader, alphabet string, n int) (string, error) {
	out := make([]byte, 0, n)
	fair := 256 - 256%len(alphabet)
	for one := make([]byte, 1); len(out) < n; {
		if _, err := io.ReadFull(random, one); err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		if int(one[0]) < fair {
			out = append(out, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return string(out), nil
}

// ParseCode reads a code as people type it: in any case, with spaces or dashes,
// in any script's digits.
func ParseCode(ch Channel, typed string) (Code, error) {
	s := ch.shape()
	text := strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(plain(typed))
	for _, c := range text {
		if !strings.ContainsRune(s.alphabet, c) {
			text = ""
			break
		}
	}
	if len(text) != s.group+s.secret {
		return Code{}, &comity.Problem{
			Code: "bad-code", Where: "code",
			Message: fmt.Sprintf("a code has %d characters", s.group+s.secret),
			Hint:    "type it as it stands in the letter",
		}
	}
	return Code{ch, text[:s.group], text[s.group:]}, nil
}

// String is the code as letters print it.
func (c Code) String() string { return c.Group + "-" + c.Secret }

func (c Code) text() string { return string(c.Channel) + ":" + c.Group + c.Secret }

// plain folds what a keyboard or a voice may add: case, width, spaces, dashes,
// and digits of other scripts.
func plain(s string) string {
	var b strings.Builder
	for _, c := range strings.ToUpper(norm.NFKC.String(s)) {
		switch {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '/' || c == '⁄':
			b.WriteRune(c)
		case c >= '٠' && c <= '٩': // Arabic
			b.WriteRune('0' + c - '٠')
		case c >= '۰' && c <= '۹': // Persian, Urdu
			b.WriteRune('0' + c - '۰')
		case c == ' ' || c == '-' || c == '–' || c == '.' || c == '#' || c == '\t':
		default:
			b.WriteRune('?') // of no alphabet: refused where it is read
		}
	}
	return b.String()
}

// A House is a house number: not an address, and of no street.
type House string

var houseForm = regexp.MustCompile(`^0*([1-9][0-9]{0,5})([A-Z]?)(1[/⁄]2)?$`)

// ParseHouse reads a house number as people type it: 412, 412 B, 412½.
func ParseHouse(typed string) (House, error) {
	m := houseForm.FindStringSubmatch(plain(typed))
	if m == nil {
		return "", &comity.Problem{
			Code: "bad-house", Where: "house",
			Message: "that is not a house number",
			Hint:    "type the number of the house only, without the street",
		}
	}
	half := ""
	if m[3] != "" {
		half = "+"
	}
	return House(m[1] + m[2] + half), nil
}

// Number is the house number as a telephone keypad can give it.
func (h House) Number() House {
	return House(strings.TrimRight(string(h), "ABCDEFGHIJKLMNOPQRSTUVWXYZ+"))
}
