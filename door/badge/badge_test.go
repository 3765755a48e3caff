package badge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
)

const (
	testAgency  = "IL9999902"
	testAddress = "https://city.example/door/IL9999902"
	testList    = testAddress + "/status"
)

var testNow = time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)

// testIssuer is an agency with a key of this run.
func testIssuer(t testing.TB) Issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Issuer{Agency: testAgency, Address: testAddress, Key: key}
}

func testBadge() Badge {
	return Badge{Agency: testAgency, Title: "Water meter technician (sample)", Picture: []byte{0xff, 0xd8, 1, 2}, Issued: testNow, Expires: testNow.Add(8 * time.Hour), Handle: []byte("12345678")}
}

func metadata(t testing.TB, i Issuer) string {
	t.Helper()
	key, err := Public(&i.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	m := Metadata{Issuer: i.Address, Name: "Springfield Water (sample)", Agency: i.Agency}
	m.Keys.Keys = []JWK{key}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func verifier(i Issuer, list string) Verifier {
	return Verifier{Now: testNow, Skew: clockSkew, Type: Type, Status: func(string) string { return list }, Keys: func(issuer, kid string) *ecdsa.PublicKey {
		if (issuer == i.Address || issuer == i.Agency) && kid == i.KeyID() {
			return &i.Key.PublicKey
		}
		return nil
	}}
}

func issued(t testing.TB, i Issuer, place int) string {
	t.Helper()
	text, err := i.SDJWT(testBadge(), Status{place, testList})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func listed(t testing.TB, i Issuer, at time.Time, revoked ...int) string {
	t.Helper()
	list, err := i.Status(testList, revoked, at)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCredentialSaysWhatWasIssued(t *testing.T) {
	i := testIssuer(t)
	text := issued(t, i, 77)
	found, err := verifier(i, listed(t, i, testNow, 76, 78)).SDJWT(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := found.Badge()
	if err != nil || b.Title != testBadge().Title || string(b.Picture) != string(testBadge().Picture) || b.Agency != testAgency || found.Bound {
		t.Fatalf("%+v, %v", b, err)
	}
	parts := strings.Split(text, "~")
	kept := parts[0] + "~" + parts[1] + "~" // without the picture
	if found, err = verifier(i, listed(t, i, testNow)).SDJWT(kept); err != nil {
		t.Fatal(err)
	}
	if b, err = found.Badge(); err != nil || len(b.Picture) != 0 || b.Title == "" {
		t.Fatalf("%+v, %v", b, err)
	}
	if n := len(found.Claims); n != 7 {
		t.Errorf("%d claims: %v", n, found.Claims)
	}
}

func TestRevokedFailsWithinAMinute(t *testing.T) {
	i := testIssuer(t)
	text, old := issued(t, i, 77), listed(t, i, testNow)
	v := verifier(i, listed(t, i, testNow, 77))
	if _, err := v.SDJWT(text); !errors.Is(err, ErrRevoked) {
		t.Errorf("revoked: %v", err)
	}
	for _, c := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {59 * time.Second, nil}, {60 * time.Second, ErrStatus}} {
		v := verifier(i, old)
		v.Now = testNow.Add(c.after)
		if _, err := v.SDJWT(text); !errors.Is(err, c.want) {
			t.Errorf("list of %s before: %v", c.after, err)
		}
	}
	if _, err := verifier(i, "").SDJWT(text); !errors.Is(err, ErrStatus) {
		t.Errorf("no list: %v", err)
	}
	another := testIssuer(t)
	if _, err := verifier(i, listed(t, another, testNow)).SDJWT(text); !errors.Is(err, ErrStatus) {
		t.Errorf("a list that somebody else signed: %v", err)
	}
}

func TestCodeOfAMinute(t *testing.T) {
	i := testIssuer(t)
	text, err := i.Compact(testBadge())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  error
	}{{-21 * time.Second, ErrTime}, {-20 * time.Second, nil}, {0, nil}, {59 * time.Second, nil}, {60 * time.Second, ErrTime}, {24 * time.Hour, ErrTime}} {
		v := verifier(i, "")
		v.Now = testNow.Add(c.after)
		b, err := v.Compact(text)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.after, err)
		}
		if err == nil && (b.Title != testBadge().Title || b.Agency != testAgency || string(b.Handle) != "12345678") {
			t.Errorf("%+v", b)
		}
	}
	if _, err := verifier(testIssuer(t), "").Compact(text); !errors.Is(err, ErrKey) {
		t.Errorf("another's key: %v", err)
	}
}

// The code fits a QR code of version 9 with the longest title, and its
// characters are those that such a code packs best.
func TestCodeFitsAQRCode(t *testing.T) {
	i := testIssuer(t)
	b := testBadge()
	b.Title = strings.Repeat("ñ", longestTitle/2)
	text, err := i.Compact(b)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.L, qr.AlphaNumeric)
	if err != nil {
		t.Fatal(err)
	}
	if version := (code.Bounds().Dx() - 17) / 4; version > 9 {
		t.Errorf("version %d for %d characters", version, len(text))
	}
	if _, err := verifier(i, "").Compact(text); err != nil {
		t.Error(err)
	}
	b.Title += "x"
	if _, err := i.Compact(b); err == nil {
		t.Error("a longer title was signed")
	}
}

func TestAnswers(t *testing.T) {
	i, another := testIssuer(t), testIssuer(t)
	code, err := i.Compact(testBadge())
	if err != nil {
		t.Fatal(err)
	}
	forged, err := another.Compact(testBadge())
	if err != nil {
		t.Fatal(err)
	}
	later := testNow.Add(time.Hour)
	for name, c := range map[string]struct {
		q    Inquiry
		want Finding
	}{
		"code":            {Inquiry{Text: code}, Finding{Answer: Genuine, Title: testBadge().Title}},
		"code an hour on": {Inquiry{Text: code, Now: later.Unix()}, Finding{Answer: Over}},
		"forged":          {Inquiry{Text: forged, Fresh: true}, Finding{Answer: NotOurs}},
		"older keys":      {Inquiry{Text: forged}, Finding{Answer: NoKey}},
		"credential":      {Inquiry{Text: issued(t, i, 1), Status: listed(t, i, testNow)}, Finding{Answer: Genuine, Title: testBadge().Title, Picture: "/9gBAg=="}},
		"lost":            {Inquiry{Text: issued(t, i, 1), Status: listed(t, i, testNow, 1)}, Finding{Answer: Revoked}},
		"no network":      {Inquiry{Text: issued(t, i, 1)}, Finding{Answer: Unchecked}},
		"address":         {Inquiry{Text: "HTTPS://city-example.badges.test/x?y"}, Finding{Answer: Address, Host: "city-example.badges.test"}},
		"user in front":   {Inquiry{Text: "https://city.example@evil.test/"}, Finding{Answer: Address, Host: "evil.test"}},
		"no scheme":       {Inquiry{Text: "www.city.example/x"}, Finding{Answer: Address, Host: "www.city.example"}},
		"another link":    {Inquiry{Text: "tel:+12175550100"}, Finding{Answer: Address}},
		"a word":          {Inquiry{Text: "police", Fresh: true}, Finding{Answer: NotOurs}},
		"nothing":         {Inquiry{Text: " "}, Finding{Answer: Nothing}},
		"no metadata":     {Inquiry{Text: code, Metadata: "{}"}, Finding{Answer: NoKey}},
		"bad metadata":    {Inquiry{Text: code, Metadata: "["}, Finding{Answer: NoKey}},
	} {
		if c.q.Metadata == "" {
			c.q.Metadata = metadata(t, i)
		}
		if c.q.Now == 0 {
			c.q.Now = testNow.Unix()
		}
		if got := c.q.Answer(); got != c.want {
			t.Errorf("%s: %+v, not %+v", name, got, c.want)
		}
	}
}
