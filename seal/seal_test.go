package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The vectors of RFC 3394, section 4.
func TestWrapVectors(t *testing.T) {
	for _, v := range []struct{ name, kek, key, want string }{
		{"128 under 128", "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
			"1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
		{"128 under 192", "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
			"96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"},
		{"128 under 256", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF",
			"64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
		{"192 under 192", "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF0001020304050607",
			"031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"},
		{"192 under 256", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF0001020304050607",
			"A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"},
		{"256 under 256", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
			"00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
			"28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"},
	} {
		t.Run(v.name, func(t *testing.T) {
			kek, key, want := unhex(t, v.kek), unhex(t, v.key), unhex(t, v.want)
			got, err := wrap(kek, key)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("wrap = %X, %v; want %X", got, err, want)
			}
			back, err := unwrap(kek, got)
			if err != nil || !bytes.Equal(back, key) {
				t.Fatalf("unwrap = %X, %v; want %X", back, err, key)
			}
		})
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBoxRefusesEveryFlippedBit(t *testing.T) {
	kek := NewKey()
	box, err := Seal(kek, "entry-1/personal", []byte("a name"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := box.Open(kek, "entry-1/personal"); err != nil || string(got) != "a name" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if _, err := box.Open(kek, "entry-2/personal"); !errors.Is(err, ErrSealed) {
		t.Errorf("opened under the context of another entry: %v", err)
	}
	if _, err := box.Open(NewKey(), "entry-1/personal"); !errors.Is(err, ErrSealed) {
		t.Errorf("opened under another key: %v", err)
	}
	for _, part := range [][]byte{box.Key, box.Text} {
		for bit := range len(part) * 8 {
			part[bit/8] ^= 1 << (bit % 8)
			if _, err := box.Open(kek, "entry-1/personal"); !errors.Is(err, ErrSealed) {
				t.Fatalf("opened with bit %d flipped: %v", bit, err)
			}
			part[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func TestBoxesOfOneTextDiffer(t *testing.T) {
	kek := NewKey()
	a, errA := Seal(kek, "c", []byte("same"))
	b, errB := Seal(kek, "c", []byte("same"))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if bytes.Equal(a.Text, b.Text) || bytes.Equal(a.Key, b.Key) {
		t.Error("two boxes of one text are alike: the key was used twice")
	}
}

func TestRootKeepsDaysApart(t *testing.T) {
	root, err := NewRoot()
	if err != nil {
		t.Fatal(err)
	}
	kek, sealed, err := root.NewDay("IL0160000", "2026-03-03")
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRoot(root.Secret() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.OpenDay("IL0160000", "2026-03-03", sealed); err != nil || got != kek {
		t.Errorf("OpenDay after reading the key file: %v", err)
	}
	for _, other := range [][2]string{{"IL0160000", "2026-03-04"}, {"IL0160001", "2026-03-03"}} {
		if _, err := root.OpenDay(other[0], other[1], sealed); !errors.Is(err, ErrSealed) {
			t.Errorf("the key of one agency and day opened as that of %v: %v", other, err)
		}
	}
	stranger, err := NewRoot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.OpenDay("IL0160000", "2026-03-03", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("another root opened the key: %v", err)
	}
	a, errA := root.Derive("one")
	b, errB := root.Derive("two")
	c, errC := again.Derive("one")
	if errA != nil || errB != nil || errC != nil || a == b || a != c {
		t.Error("derived keys must differ by purpose and be the same for the same root")
	}
}

func TestParseRootRefuses(t *testing.T) {
	for _, text := range []string{"", "x", rootPrefix, rootPrefix + "!!", rootPrefix + "AAAA"} {
		if _, err := ParseRoot(text); err == nil {
			t.Errorf("ParseRoot(%q) took it", text)
		}
	}
}

// The example disclosure of RFC 9901, section 4.2.1, has another salt length;
// the digest is the same construction: SHA-256 over the base64url text.
func TestDigestIsThatOfSDJWT(t *testing.T) {
	d := Disclosure("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
	if got, want := d.Digest(), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"; got != want {
		t.Errorf("Digest = %s, want %s", got, want)
	}
}

func TestDisclosure(t *testing.T) {
	for _, f := range [][2]string{{"box", "final-order"}, {"name", "José <Núñez> & \"hijo\"\u2028\n"}, {"empty", ""}} {
		d := NewDisclosure(f[0], f[1])
		name, value, err := d.Field()
		if err != nil || name != f[0] || value != f[1] {
			t.Errorf("Field = %q, %q, %v; want %q", name, value, err, f)
		}
		if d.Digest() == NewDisclosure(f[0], f[1]).Digest() {
			t.Errorf("%q has the same digest twice: the salt is not fresh", f)
		}
		if len(d.Digest()) != len(Decoys(1)[0]) {
			t.Error("a decoy can be told by its length")
		}
	}
}

func FuzzDisclosure(f *testing.F) {
	f.Add(string(NewDisclosure("box", "final-order")))
	f.Add("WyJhIiwiYiIsImMiXQ")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		name, value, err := Disclosure(text).Field()
		if err != nil {
			return
		}
		if strings.Contains(text, "=") {
			t.Error("took padded base64")
		}
		if n, v, err := NewDisclosure(name, value).Field(); err != nil || n != name || v != value {
			t.Errorf("%q, %q does not survive a round trip: %q, %q, %v", name, value, n, v, err)
		}
	})
}

// What is committed to is JSON as an encoder writes it, whether or not
// something in it needs an escape.
func FuzzDisclosureIsJSON(f *testing.F) {
	for _, s := range []string{"", "box", "a \"b\" \\ c", "José <Núñez> & \u2028\n", "\x7f\x00", "\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		salt := bytes.Repeat([]byte{7}, saltSize)
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode([3]string{base64.RawURLEncoding.EncodeToString(salt), name, value}); err != nil {
			t.Fatal(err)
		}
		got, err := base64.RawURLEncoding.DecodeString(string(newDisclosure(salt, name, value)))
		if err != nil || string(got)+"\n" != want.String() {
			t.Errorf("%q, %v; want %q", got, err, want.String())
		}
		list := []Disclosure{newDisclosure(salt, name, value), Disclosure(value)}
		var read []Disclosure
		if err := json.Unmarshal(MarshalDisclosures(list), &read); err != nil || utf8.ValidString(value) && !slices.Equal(read, list) {
			t.Errorf("read %q, %v; want %q", read, err, list)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	kek, data := NewKey(), bytes.Repeat([]byte("x"), 1024)
	for b.Loop() {
		if _, err := Seal(kek, "entry/case", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommit16Fields(b *testing.B) {
	for b.Loop() {
		for range 16 {
			NewDisclosure("document.judicial", "criminal-warrant").Digest()
		}
	}
}
