package door

import (
	"crypto/rand"
	"strings"
	"testing"
)

func TestParseCode(t *testing.T) {
	for typed, want := range map[string]string{
		"AB-C123": "AB-C123", "abc123": "AB-C123", " a b - c 1 2 3 ": "AB-C123", "ab–c123": "AB-C123", "ABCi2O": "AB-C120", "ABCl23": "AB-C123",
		"ＡＢＣ１２３": "AB-C123", "٤٧K٣٢١": "47-K321", "ABC12": "", "ABC1234": "", "ABCU23": "", "": "", "ABC12?": "", "ABC12é": "",
	} {
		c, err := ParseCode(Screen, typed)
		if want == "" && err == nil || want != "" && (err != nil || c.String() != want) {
			t.Errorf("%q: %s, %v", typed, c, err)
		}
	}
	for typed, want := range map[string]string{"1234 5678": "1234-5678", "٠١٢٣٤٥٦٧": "0123-4567", "1234567": "", "1234567A": ""} {
		c, err := ParseCode(Telephone, typed)
		if want == "" && err == nil || want != "" && (err != nil || c.String() != want) {
			t.Errorf("%q: %s, %v", typed, c, err)
		}
	}
}

func TestParseHouse(t *testing.T) {
	for typed, want := range map[string]House{
		"412": "412", " 412 ": "412", "#412": "412", "0412": "412", "412b": "412B", "412 B": "412B", "412-B": "412B", "412½": "412+", "412 1/2": "412+", "٤١٢": "412", "４１２": "412",
		"": "", "0": "", "main st": "", "412 Main": "", "12345678": "", "412BB": "", "-": "",
	} {
		h, err := ParseHouse(typed)
		if h != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", typed, h, err)
		}
	}
	if House("412B").Number() != "412" || House("412+").Number() != "412" {
		t.Error("a keypad has no letters")
	}
}

func TestParseMessage(t *testing.T) {
	for typed, want := range map[string]string{
		"AB-C123 412": "AB-C123 412", "abc123 412": "AB-C123 412", "ab c123 412 b": "AB-C123 412B", "AB C1 23\n0412": "AB-C123 412", "AB-C123, 412½": "AB-C123 412+", "AB-C123، ٤١٢": "AB-C123 412",
		"  AB-C123   412-B ": "AB-C123 412B", "ABC 123 412 1/2": "AB-C123 412+", "412 ABC 7": "41-2ABC 7",
		"": "bad-message", "AB-C123": "bad-message", "AB-C12 3412": "bad-message", "412 AB-C123": "bad-message", "Code AB-C123 house 412": "bad-message", "AB-C12 412 Main": "bad-message",
		"AB-C123 Main": "bad-house", "AB-C123 412 Main St": "bad-house", "ABCU23 412": "bad-code", "ABC?23 412": "bad-code", "STOP": "bad-message",
		"AB-C123 " + strings.Repeat(" ", 100) + "412": "bad-message",
	} {
		c, h, err := ParseMessage(typed)
		got := c.String() + " " + string(h)
		if err != nil {
			got = codes(err)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

// Every character of a code is as likely as any other, within five sigma.
func TestCodesAreFair(t *testing.T) {
	const n = 20_000
	for _, ch := range Channels {
		s := ch.shape()
		counts := map[rune]int{}
		for range n {
			c, err := NewCode(ch, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseCode(ch, c.String()); err != nil || again != c {
				t.Fatalf("%s is read back as %s, %v", c, again, err)
			}
			for _, r := range c.Group + c.Secret {
				counts[r]++
			}
		}
		want := float64(n*(s.group+s.secret)) / float64(len(s.alphabet))
		for _, r := range s.alphabet {
			if d := float64(counts[r]) - want; d*d > 25*want {
				t.Errorf("%s: %c came %d times, expected %.0f", ch, r, counts[r], want)
			}
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"AB-C123", "1234 5678", "½", "٤٧K٣٢١", "\xff\x00", strings.Repeat("A", 300), "AB-C123 412 1/2", "ab c123, 412b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, ch := range Channels {
			if c, err := ParseCode(ch, s); err == nil {
				if again, err := ParseCode(ch, c.String()); err != nil || again != c {
					t.Errorf("%q: %s is read again as %s, %v", s, c, again, err)
				}
			}
		}
		if h, err := ParseHouse(s); err == nil {
			if again, err := ParseHouse(strings.Replace(string(h), "+", " 1/2", 1)); err != nil || again != h {
				t.Errorf("%q: %q is read again as %q, %v", s, h, again, err)
			}
		}
		if c, h, err := ParseMessage(s); err == nil {
			if cc, hh, err := ParseMessage(c.String() + " " + strings.Replace(string(h), "+", " 1/2", 1)); err != nil || cc != c || hh != h {
				t.Errorf("%q: %s %q is read again as %s %q, %v", s, c, h, cc, hh, err)
			}
		}
		if v, err := ParseVehicle(s, s); err == nil {
			if again, err := ParseVehicle(v.Fleet, v.Tail); err != nil || again != v {
				t.Errorf("%q: %v is read again as %v, %v", s, v, again, err)
			}
		}
	})
}
