package badge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// A forge writes credentials of the shape that an issuer writes and of shapes
// that none does. All it makes is the same in every run: its keys are fixed and
// its signatures are those of RFC 6979.
type forge struct {
	key, holder, another *ecdsa.PrivateKey
	issuer               Issuer
}

func newForge(t testing.TB) forge {
	t.Helper()
	f := forge{fixedKey(t, 1), fixedKey(t, 2), fixedKey(t, 3), Issuer{}}
	f.issuer = Issuer{Agency: testAgency, Address: testAddress, Key: f.key}
	return f
}

func fixedKey(t testing.TB, n byte) *ecdsa.PrivateKey {
	t.Helper()
	scalar := sha256.Sum256([]byte{n})
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// halves signs a digest and gives r and s.
func halves(key *ecdsa.PrivateKey, digest []byte) (r, s *big.Int) {
	der, err := key.Sign(nil, digest, crypto.SHA256)
	var pair struct{ R, S *big.Int }
	if err == nil {
		_, err = asn1.Unmarshal(der, &pair)
	}
	if err != nil {
		panic(err)
	}
	return pair.R, lower(pair.S)
}

func raw(r, s *big.Int) []byte {
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	s.FillBytes(out[half:])
	return out
}

func signWith(key *ecdsa.PrivateKey, text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return raw(halves(key, sum[:]))
}

// token signs header and payload as they are written.
func (f forge) token(header, payload string) string { return tokenBy(f.key, header, payload) }

func tokenBy(key *ecdsa.PrivateKey, header, payload string) string {
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	return text + "." + encode(signWith(key, text))
}

// A member is one of an object, its value as it is written.
type member struct{ name, value string }

type members []member

func (m members) String() string {
	var out []string
	for _, x := range m {
		out = append(out, fmt.Sprintf("%q:%s", x.name, x.value))
	}
	return "{" + strings.Join(out, ",") + "}"
}

// with gives a member another value; without an old one it stands last.
func (m members) with(name, value string) members {
	out := append(members{}, m...)
	for i := range out {
		if out[i].name == name {
			out[i].value = value
			return out
		}
	}
	return append(out, member{name, value})
}

func (m members) without(name string) members {
	var out members
	for _, x := range m {
		if x.name != name {
			out = append(out, x)
		}
	}
	return out
}

func (m members) twice(name, value string) members {
	return append(append(members{}, m...), member{name, value})
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func digestOf(disclosure string) string {
	sum := sha256.Sum256([]byte(disclosure))
	return encode(sum[:])
}

func digestList(disclosures ...string) string {
	var out []string
	for _, d := range disclosures {
		out = append(out, quoted(digestOf(d)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func disclose(contents string) string { return encode([]byte(contents)) }

const (
	testPlace    = 77
	testAudience = "https://resident.example"
	testNonce    = "n-0S6_WzA2Mj"
)

func (f forge) header() members {
	return members{{"alg", `"ES256"`}, {"typ", `"dc+sd-jwt"`}, {"kid", quoted(KeyID(&f.key.PublicKey))}}
}

// shown are the disclosures of the forge's credential.
func (f forge) shown() []string {
	return []string{disclose(`["2GLC42sKQveCfGfryNRN9w","title","Water meter technician (sample)"]`), disclose(`["eluV5Og3gSNII8EYnsxA_A","picture","data:image/jpeg;base64,/9gBAg=="]`), disclose(`["6Ij7tM-a5iVPGboS5tmvVA","water"]`)}
}

func (f forge) payload() members {
	d := f.shown()
	return members{
		{"iss", quoted(testAddress)}, {"vct", quoted(Type)}, {"iat", seconds(testNow)}, {"exp", seconds(testNow.Add(8 * time.Hour))},
		{"agency", quoted(testAgency)}, {"_sd", digestList(d[0], d[1], "decoy")}, {"_sd_alg", `"sha-256"`},
		{"services", `[{"...":` + quoted(digestOf(d[2])) + `},"repair"]`}, {"cnf", `{"jwk":` + f.holderKey().String() + `}`},
		{"status", status(fmt.Sprint(testPlace), testList)},
	}
}

func (f forge) holderKey() members {
	x, y, err := coordinates(&f.holder.PublicKey)
	if err != nil {
		panic(err)
	}
	return members{{"kty", `"EC"`}, {"crv", `"P-256"`}, {"x", quoted(encode(x))}, {"y", quoted(encode(y))}}
}

func status(place, address string) string {
	return `{"status_list":{"idx":` + place + `,"uri":` + quoted(address) + `}}`
}

func seconds(at time.Time) string { return fmt.Sprint(at.Unix()) }

func join(token string, disclosures ...string) string {
	return strings.Join(append([]string{token}, disclosures...), "~") + "~"
}

// credential is the valid one that the others are made from.
func (f forge) credential() string {
	return join(f.token(f.header().String(), f.payload().String()), f.shown()...)
}

func bindingHeader() members { return members{{"alg", `"ES256"`}, {"typ", `"kb+jwt"`}} }

func bindingPayload(presented string) members {
	return members{{"iat", seconds(testNow)}, {"aud", quoted(testAudience)}, {"nonce", quoted(testNonce)}, {"sd_hash", quoted(digestOf(presented))}}
}

// bind adds the holder's key binding.
func (f forge) bind(presented string) string {
	return presented + tokenBy(f.holder, bindingHeader().String(), bindingPayload(presented).String())
}

func (f forge) listHeader() members { return f.header().with("typ", `"statuslist+jwt"`) }

func listPayload(bits int, lst string) members {
	return members{{"sub", quoted(testList)}, {"iat", seconds(testNow)}, {"exp", seconds(testNow.Add(statusLife))}, {"ttl", "30"}, {"status_list", fmt.Sprintf(`{"bits":%d,"lst":%q}`, bits, lst)}}
}
