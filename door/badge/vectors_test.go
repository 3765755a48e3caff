package badge

import (
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A signedVector is a credential that another published, with what a verifier
// must read in it. testdata/README.md says whose they are.
type signedVector struct {
	Section, What, Text, Type, Kid, Audience, Nonce string
	Key                                             map[string]any
	Claims                                          any
}

func readVectors(t testing.TB, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func vectorKey(t testing.TB, jwk map[string]any) *ecdsa.PublicKey {
	t.Helper()
	delete(jwk, "kid")
	key, err := publicKey(jwk)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// plain is a value as it comes back from JSON, so that two may be compared.
func plain(t testing.TB, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	var out any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// vectorVerifier stands at the moment when the holder made the key binding.
func vectorVerifier(t testing.TB, v signedVector) Verifier {
	t.Helper()
	at := time.Unix(1683000000, 0)
	if v.Nonce != "" {
		token, err := parseJWS(v.Text[strings.LastIndex(v.Text, "~")+1:])
		if err != nil {
			t.Fatal(err)
		}
		if at, _, err = moment(token.payload, "iat"); err != nil {
			t.Fatal(err)
		}
	}
	key := vectorKey(t, v.Key)
	return Verifier{Now: at, Audience: v.Audience, Nonce: v.Nonce, Keys: func(_, kid string) *ecdsa.PublicKey {
		if kid != v.Kid {
			return nil
		}
		return key
	}}
}

func TestVectorsOfRFC9901(t *testing.T) {
	var vectors, drafted []signedVector
	readVectors(t, "rfc9901/signed.json", &vectors)
	readVectors(t, "sd-jwt-vc/signed.json", &drafted)
	vectors = append(vectors, drafted...)
	if len(vectors) != 12 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, c := range vectors {
		v := vectorVerifier(t, c)
		found, err := v.SDJWT(c.Text)
		if err != nil {
			t.Errorf("%s, %s: %v", c.Section, c.What, err)
			continue
		}
		if got := plain(t, found.Claims); !reflect.DeepEqual(got, c.Claims) {
			t.Errorf("%s, %s:\n%v\nnot\n%v", c.Section, c.What, got, c.Claims)
		}
		if found.Bound != (c.Nonce != "") {
			t.Errorf("%s, %s: bound %t", c.Section, c.What, found.Bound)
		}
		for name, spoilt := range map[string]Verifier{
			"long after": {Now: time.Unix(1883000000, 0), Keys: v.Keys, Audience: v.Audience, Nonce: v.Nonce},
			"no key":     {Now: v.Now, Audience: v.Audience, Nonce: v.Nonce},
			"bound":      {Now: v.Now, Keys: v.Keys, Audience: v.Audience + "x", Nonce: v.Nonce},
		} {
			if name == "long after" && c.Section == "A.4" && c.Nonce == "" {
				continue // it has no end
			}
			if _, err := spoilt.SDJWT(c.Text); err == nil {
				t.Errorf("%s, %s: taken though %s", c.Section, c.What, name)
			}
		}
	}
}

// What a badge must have and these have not: a kid that the verifier knows, a
// place on a status list, this project's type.
func TestVectorsAreNoBadges(t *testing.T) {
	var vectors []signedVector
	readVectors(t, "rfc9901/signed.json", &vectors)
	for _, c := range vectors {
		for typ, want := range map[string]error{Type: ErrType, c.Type: ErrStatus} {
			if typ == "" {
				continue
			}
			v := vectorVerifier(t, c)
			v.Type = typ
			if _, err := v.SDJWT(c.Text); !errors.Is(err, want) {
				t.Errorf("%s, %s as %s: %v", c.Section, c.What, typ, err)
			}
		}
	}
}

// Forms that these documents show and this verifier refuses on purpose.
func TestVectorsRefusedOnPurpose(t *testing.T) {
	var vectors []signedVector
	readVectors(t, "rfc9901/signed.json", &vectors)
	v := vectorVerifier(t, vectors[0])
	parts := strings.Split(vectors[0].Text, "~")
	of := strings.Split(parts[0], ".")
	disclosed, _ := json.Marshal(parts[1 : len(parts)-1])
	for why, text := range map[string]string{
		"JWS JSON serialization, flattened (RFC 9901, section 8)": `{"payload":"` + of[1] + `","protected":"` + of[0] + `","signature":"` + of[2] + `","header":{"disclosures":` + string(disclosed) + `}}`,
		"JWS JSON serialization, general (RFC 9901, section 8)":   `{"payload":"` + of[1] + `","signatures":[{"header":{"disclosures":` + string(disclosed) + `},"protected":"` + of[0] + `","signature":"` + of[2] + `"}]}`,
		"an issuer's token alone, without ~":                      parts[0],
	} {
		if _, err := v.SDJWT(text); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestVectorsOfRFC9901ThatItDoesNotSign(t *testing.T) {
	var vectors []struct {
		Section, What string
		Payload       json.RawMessage
		Disclosures   []string
		Claims        any
	}
	readVectors(t, "rfc9901/unsigned.json", &vectors)
	f := newForge(t)
	if len(vectors) != 4 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, c := range vectors {
		text := f.token(`{"alg":"ES256","typ":"example+sd-jwt"}`, string(c.Payload)) + "~" + strings.Join(c.Disclosures, "~") + "~"
		v := Verifier{Now: time.Unix(1683000000, 0), Keys: func(string, string) *ecdsa.PublicKey { return &f.key.PublicKey }}
		found, err := v.SDJWT(text)
		if err != nil {
			t.Errorf("%s, %s: %v", c.Section, c.What, err)
		} else if got := plain(t, found.Claims); !reflect.DeepEqual(got, c.Claims) {
			t.Errorf("%s, %s: %v, not %v", c.Section, c.What, got, c.Claims)
		}
	}
}

func TestVectorsOfStatusLists(t *testing.T) {
	var vectors struct {
		Token struct {
			Key            map[string]any
			Kid, Text, URI string
			Statuses       []byte `json:"-"`
		}
		Lists []struct {
			What, Lst string
			Bits      int
			Entries   int64
			All       []int
			Statuses  [][2]int64
		}
	}
	readVectors(t, "status-list/vectors.json", &vectors)
	count := 0
	for _, l := range vectors.Lists {
		list := map[string]any{"bits": json.Number([]byte{byte('0' + l.Bits)}), "lst": l.Lst}
		want := map[int64]int64{}
		for i, n := range l.All {
			want[int64(i)] = int64(n)
		}
		for _, pair := range l.Statuses {
			want[pair[0]] = pair[1]
		}
		for i, n := range want {
			if got, err := readStatus(list, i); err != nil || int64(got) != n {
				t.Errorf("%s: place %d: %d, %v, not %d", l.What, i, got, err, n)
			}
			count++
		}
		end := max(l.Entries, int64(len(l.All)))
		if _, err := readStatus(list, end); !errors.Is(err, ErrForm) {
			t.Errorf("%s: place %d, one past the end: %v", l.What, end, err)
		}
		if l.Entries == 0 {
			continue
		}
		for i := int64(1); i < l.Entries; i += l.Entries / 16 { // what is not named is valid
			if got, err := readStatus(list, i); err != nil || int64(got) != want[i] {
				t.Errorf("%s: place %d: %d, %v", l.What, i, got, err)
			}
		}
	}
	if count != 16+12+11+11+15+256 {
		t.Errorf("%d places were compared", count)
	}
	key := vectorKey(t, vectors.Token.Key)
	v := Verifier{Now: time.Unix(1686920170, 0), Keys: func(_, kid string) *ecdsa.PublicKey {
		if kid != vectors.Token.Kid {
			return nil
		}
		return key
	}}
	for i, want := range vectors.Lists[0].All {
		if got, err := v.StatusAt("https://example.com", vectors.Token.Text, vectors.Token.URI, int64(i)); err != nil || int(got) != want {
			t.Errorf("signed token, place %d: %d, %v", i, got, err)
		}
	}
	if _, err := v.StatusAt("https://example.com", vectors.Token.Text, vectors.Token.URI+"0", 0); !errors.Is(err, ErrForm) {
		t.Errorf("signed token at another address: %v", err)
	}
}

// The messages of the COSE working group: their signatures come out as they
// should, and none of them is a code of a badge.
func TestVectorsOfCOSE(t *testing.T) {
	var vectors struct {
		Key      map[string]any
		Payload  string
		Messages []struct {
			Name, What, CBOR string
			Signs            bool
		}
	}
	readVectors(t, "cose/sign1.json", &vectors)
	key := vectorKey(t, vectors.Key)
	// Refused on purpose, though the working group has them pass: an unprotected
	// algorithm, external data, no tag.
	signs := 0
	for _, c := range vectors.Messages {
		data, err := hex.DecodeString(c.CBOR)
		if err != nil {
			t.Fatal(err)
		}
		good := verifySign1(key, data) == nil
		if good != c.Signs {
			t.Errorf("%s, %s: signature good %t", c.Name, c.What, good)
		}
		if good {
			signs++
		}
		v := Verifier{Now: testNow, Keys: func(string, string) *ecdsa.PublicKey { return key }}
		if _, err := v.Compact(Prefix + encode45(data)); !errors.Is(err, ErrForm) {
			t.Errorf("%s as a code: %v", c.Name, err)
		}
	}
	if signs != 2 || len(vectors.Messages) != 12 {
		t.Errorf("%d of %d messages are signed as this project signs", signs, len(vectors.Messages))
	}
}

// verifySign1 checks a message of COSE as Compact does, whatever it says.
func verifySign1(key *ecdsa.PublicKey, data []byte) error {
	var loose struct {
		_         struct{} `cbor:",toarray"`
		Protected []byte
		Open      struct {
			Kid []byte `cbor:"4,keyasint"`
		}
		Payload   []byte
		Signature []byte
	}
	if err := exactly(data, &loose, signTag); err != nil {
		return err
	}
	signed, err := sign1{Protected: loose.Protected, Payload: loose.Payload}.signed()
	if err != nil || len(loose.Signature) != 2*half {
		return ErrForm
	}
	return verify(key, signed, loose.Signature)
}

func TestVectorsOfBase45(t *testing.T) {
	var vectors struct{ Encode, Decode [][2]string }
	readVectors(t, "rfc9285/base45.json", &vectors)
	if len(vectors.Encode) != 3 || len(vectors.Decode) != 1 {
		t.Fatal("vectors are missing")
	}
	for _, c := range vectors.Decode {
		vectors.Encode = append(vectors.Encode, [2]string{c[1], c[0]})
	}
	for _, c := range vectors.Encode {
		if got := encode45([]byte(c[0])); got != c[1] {
			t.Errorf("%q is written %q, not %q", c[0], got, c[1])
		}
		if got, err := decode45(c[1]); err != nil || string(got) != c[0] {
			t.Errorf("%q is read %q, %v", c[1], got, err)
		}
	}
}
