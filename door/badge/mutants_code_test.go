package badge

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"crypto/elliptic"
	"crypto/sha256"

	"github.com/fxamacker/cbor/v2"
)

// The code of this minute, put together from bytes of CBOR.

func bstr(b []byte) []byte  { return append(headOf(2, len(b)), b...) }
func tstr(s string) []byte  { return append(headOf(3, len(s)), s...) }
func number(n int64) []byte { return encoded(n) }

func headOf(major byte, n int) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 256:
		return []byte{major<<5 | 24, byte(n)}
	}
	return []byte{major<<5 | 25, byte(n >> 8), byte(n)}
}

func encoded(value any) []byte {
	out, err := cbor.Marshal(value)
	if err != nil {
		panic(err)
	}
	return out
}

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

// A pair is one of a map.
type pair struct{ key, value []byte }

type pairs []pair

func (p pairs) bytes() []byte {
	out := headOf(5, len(p))
	for _, x := range p {
		out = append(append(out, x.key...), x.value...)
	}
	return out
}

func (p pairs) with(i int, value []byte) pairs {
	out := slices.Clone(p)
	out[i].value = value
	return out
}

func (f forge) codeHeader() pairs {
	kid, err := decode(KeyID(&f.key.PublicKey))
	if err != nil {
		panic(err)
	}
	return pairs{{number(1), number(es256)}, {number(4), bstr(kid)}}
}

func codePayload() pairs {
	return pairs{{number(1), tstr(testAgency)}, {number(2), tstr("Water meter technician (sample)")}, {number(4), number(testNow.Add(codeLife).Unix())}, {number(6), number(testNow.Unix())}, {number(7), bstr([]byte("12345678"))}}
}

// signedOver is what is signed for a header and a payload.
func signedOver(context string, header, external, payload []byte) []byte {
	return cat([]byte{0x84}, tstr(context), bstr(header), bstr(external), bstr(payload))
}

func (f forge) code(header, payload []byte) []byte {
	return cat([]byte{0xd2, 0x84}, bstr(header), []byte{0xa0}, bstr(payload), bstr(signWith(f.key, string(signedOver("Signature1", header, nil, payload)))))
}

func (f forge) goodCode() string {
	return Prefix + encode45(f.code(f.codeHeader().bytes(), codePayload().bytes()))
}

func (f forge) codes() (out []mutant) {
	text := func(name, text string) { out = append(out, mutant{group: ofCode, name: name, text: text}) }
	add := func(name string, message []byte) { text(name, Prefix+encode45(message)) }
	h, p := f.codeHeader(), codePayload()
	header, payload := h.bytes(), p.bytes()
	good := f.code(header, payload)
	signature := good[len(good)-64:]
	signs := func(name string, header, payload []byte) { add(name, f.code(header, payload)) }

	for i := range good {
		changed := slices.Clone(good)
		changed[i] ^= 1 << (i % 8)
		add(fmt.Sprintf("bit: byte %d", i), changed)
	}
	for i := 1; i < len(good); i += 7 {
		add(fmt.Sprintf("cut after %d bytes", i), good[:i])
	}

	// The envelope.
	body := good[1:]
	add("no tag", body)
	for _, tag := range []byte{0xd1, 0xc0, 0xc1} {
		add(fmt.Sprintf("tag %d", tag&31), cat([]byte{tag}, body))
	}
	add("tag of COSE_Sign", cat([]byte{0xd8, 98}, body))
	add("tag in two bytes", cat([]byte{0xd8, 18}, body))
	add("tag in three bytes", cat([]byte{0xd9, 0, 18}, body))
	add("tag twice", cat([]byte{0xd2}, good))
	add("tag of a CWT before", cat([]byte{0xd8, 61}, good))
	add("tag that says CBOR before", cat([]byte{0xd9, 0xd9, 0xf7}, good))
	add("in a list", cat([]byte{0x81}, good))
	add("in a byte string", bstr(good))
	add("something after", append(slices.Clone(good), 0))
	add("twice", cat(good, good))
	list := func(name string, first byte, items ...[]byte) {
		add(name, cat([]byte{0xd2, first}, cat(items...)))
	}
	open, sig := []byte{0xa0}, bstr(signature)
	list("a list without length", 0x9f, bstr(header), open, bstr(payload), sig, []byte{0xff})
	list("a list with its length in two bytes", 0x98, []byte{4}, bstr(header), open, bstr(payload), sig)
	list("three parts", 0x83, bstr(header), open, bstr(payload))
	list("five parts", 0x85, bstr(header), open, bstr(payload), sig, []byte{0xf6})
	list("a map", 0xa2, bstr(header), open, bstr(payload), sig)
	list("payload detached", 0x84, bstr(header), open, []byte{0xf6}, sig)
	list("signature missing", 0x84, bstr(header), open, bstr(payload), []byte{0xf6})
	list("signature empty", 0x84, bstr(header), open, bstr(payload), []byte{0x40})
	list("signature a list", 0x84, bstr(header), open, bstr(payload), []byte{0x80})
	list("signature a text", 0x84, bstr(header), open, bstr(payload), cat([]byte{0x78, 64}, signature))
	list("header a map", 0x84, header, open, bstr(payload), sig)
	list("payload a map", 0x84, bstr(header), open, payload, sig)
	list("open header missing", 0x84, bstr(header), []byte{0xf6}, bstr(payload), sig)
	list("open header a list", 0x84, bstr(header), []byte{0x80}, bstr(payload), sig)
	list("open header a byte string", 0x84, bstr(header), []byte{0x41, 0xa0}, bstr(payload), sig)
	list("open header without length", 0x84, bstr(header), []byte{0xbf, 0xff}, bstr(payload), sig)
	for name, x := range map[string]pairs{"alg": h[:1], "kid": h[1:], "alg and kid": h, "another alg": {{number(1), number(-35)}}, "a text key": {{tstr("x"), number(1)}}, "a content type": {{number(3), number(0)}}, "crit": {{number(2), cat([]byte{0x81}, number(4))}}, "a counter signature": {{number(11), bstr(signature)}}} {
		list("open header with "+name, 0x84, bstr(header), x.bytes(), bstr(payload), sig)
	}
	in := func(name string, chunked, whole []byte, first bool) {
		if first {
			list(name, 0x84, chunked, open, bstr(payload), sig)
			return
		}
		list(name, 0x84, bstr(header), open, chunked, sig)
	}
	chunks := func(b []byte) []byte { return cat([]byte{0x5f}, bstr(b[:5]), bstr(b[5:]), []byte{0xff}) }
	in("header in pieces", chunks(header), nil, true)
	in("payload in pieces", chunks(payload), nil, false)
	list("signature in pieces", 0x84, bstr(header), open, bstr(payload), chunks(signature))
	list("length of the header in two bytes", 0x84, cat([]byte{0x58, byte(len(header))}, header), open, bstr(payload), sig)
	list("length of the payload in three bytes", 0x84, bstr(header), open, cat([]byte{0x59, 0, byte(len(payload))}, payload), sig)
	list("length of the signature in five bytes", 0x84, bstr(header), open, bstr(payload), cat([]byte{0x5a, 0, 0, 0, 64}, signature))
	list("length beyond the end", 0x84, bstr(header), open, cat([]byte{0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, payload), sig)

	// Header and payload, signed as they are.
	for name, x := range map[string]pairs{
		"empty": nil, "no alg": h[1:], "no kid": h[:1], "another order": {h[1], h[0]}, "alg twice": {h[0], h[0], h[1]}, "kid twice": {h[0], h[1], h[1]},
		"alg ES384": h.with(0, number(-35)), "alg HS256": h.with(0, number(5)), "alg EdDSA": h.with(0, number(-8)), "alg in two bytes": h.with(0, []byte{0x38, 6}), "alg a text": h.with(0, tstr("ES256")), "alg a float": h.with(0, []byte{0xf9, 0xc7, 0}), "alg null": h.with(0, []byte{0xf6}), "alg a bignum": h.with(0, []byte{0xc3, 0x41, 6}),
		"kid of another": h.with(1, bstr([]byte("another!"))), "kid short": h.with(1, bstr([]byte("short"))), "kid long": h.with(1, bstr(make([]byte, 16))), "kid empty": h.with(1, bstr(nil)), "kid a text": h.with(1, tstr("12345678")), "kid null": h.with(1, []byte{0xf6}),
		"crit": {h[0], {number(2), cat([]byte{0x81}, number(4))}, h[1]}, "a content type": {h[0], {number(3), number(0)}, h[1]}, "a certificate": {h[0], h[1], {number(33), bstr([]byte("x"))}}, "a text key": {h[0], h[1], {tstr("x"), number(1)}}, "a type": {h[0], h[1], {number(16), tstr("statuslist+cwt")}},
	} {
		signs("header: "+name, x.bytes(), payload)
	}
	signs("header: no bytes", nil, payload)
	signs("header: a list", []byte{0x80}, payload)
	signs("header: without length", cat([]byte{0xbf}, header[1:], []byte{0xff}), payload)
	signs("header: something after", append(slices.Clone(header), 0), payload)
	signs("header: its length in two bytes", cat([]byte{0xb8, 2}, header[1:]), payload)
	for name, x := range map[string]pairs{
		"empty": nil, "issuer missing": p[1:], "title missing": slices.Delete(slices.Clone(p), 1, 2), "exp missing": slices.Delete(slices.Clone(p), 2, 3), "iat missing": slices.Delete(slices.Clone(p), 3, 4), "handle missing": p[:4],
		"another order": {p[1], p[0], p[2], p[3], p[4]}, "issuer twice": append(pairs{p[0]}, p...), "exp twice": {p[0], p[1], p[2], p[2], p[3], p[4]}, "a claim more": append(slices.Clone(p), pair{number(8), number(1)}), "a text key": append(slices.Clone(p), pair{tstr("x"), number(1)}), "a key in two bytes": append(pairs{{[]byte{0x18, 1}, p[0].value}}, p[1:]...),
		"issuer of another": p.with(0, tstr("IL9999903")), "issuer empty": p.with(0, tstr("")), "issuer in lower case": p.with(0, tstr(strings.ToLower(testAgency))), "issuer bytes": p.with(0, bstr([]byte(testAgency))), "issuer null": p.with(0, []byte{0xf6}), "issuer in pieces": p.with(0, cat([]byte{0x7f}, tstr("IL9"), tstr("999902"), []byte{0xff})),
		"title too long": p.with(1, tstr(strings.Repeat("x", longestTitle+1))), "title not UTF-8": p.with(1, []byte{0x62, 0xc3, 0x28}), "title bytes": p.with(1, bstr([]byte("x"))), "title null": p.with(1, []byte{0xf6}), "title tagged": p.with(1, cat([]byte{0xd8, 32}, p[1].value)),
		"exp a float": p.with(2, encoded(float64(testNow.Add(codeLife).Unix()))), "exp tagged": p.with(2, cat([]byte{0xc1}, p[2].value)), "exp a text": p.with(2, tstr("2026-11-21T15:00:40Z")), "exp null": p.with(2, []byte{0xf6}), "exp in nine bytes": p.with(2, cat([]byte{0x1b, 0, 0, 0, 0}, p[2].value[1:])), "exp an hour on": p.with(2, number(testNow.Add(time.Hour).Unix())), "exp a second more": p.with(2, number(testNow.Add(codeLife+time.Second).Unix())), "exp a second less": p.with(2, number(testNow.Add(codeLife-time.Second).Unix())), "exp never": p.with(2, number(1<<62)), "exp negative": p.with(2, number(-1)), "exp more than a number": p.with(2, []byte{0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "exp a bignum": p.with(2, cat([]byte{0xc2, 0x44}, p[2].value[1:])),
		"iat to come": p.with(3, number(testNow.Add(21*time.Second).Unix())).with(2, number(testNow.Add(61*time.Second).Unix())), "long past": p.with(3, number(testNow.Add(-time.Hour).Unix())).with(2, number(testNow.Add(-time.Hour+codeLife).Unix())), "iat a float": p.with(3, encoded(float64(testNow.Unix()))),
		"handle short": p.with(4, bstr([]byte("1234567"))), "handle long": p.with(4, bstr([]byte("123456789"))), "handle empty": p.with(4, bstr(nil)), "handle a text": p.with(4, tstr("12345678")), "handle null": p.with(4, []byte{0xf6}), "handle a list": p.with(4, encoded([]int{49, 50, 51, 52, 53, 54, 55, 56})), "handle in pieces": p.with(4, chunks([]byte("12345678"))),
	} {
		signs("payload: "+name, header, x.bytes())
	}
	signs("payload: no bytes", header, nil)
	signs("payload: without length", header, cat([]byte{0xbf}, payload[1:], []byte{0xff}))
	signs("payload: something after", header, append(slices.Clone(payload), 0))
	signs("payload: a badge in JSON", header, []byte(f.payload().String()))
	signs("payload: deep", header, slices.Repeat([]byte{0x81}, 100))

	// The signature.
	to := func(name string, signature []byte) {
		list("signature: "+name, 0x84, bstr(header), open, bstr(payload), bstr(signature))
	}
	over := func(name string, text []byte) { to(name, signWith(f.key, string(text))) }
	over("over another context", signedOver("Signature", header, nil, payload))
	over("over something external", signedOver("Signature1", header, []byte{1}, payload))
	over("over the payload alone", payload)
	over("as a token", []byte(encode(header)+"."+encode(payload)))
	over("over an open header too", cat([]byte{0x85}, tstr("Signature1"), bstr(header), bstr([]byte{0xa0}), bstr(nil), bstr(payload)))
	to("by another", signWith(f.another, string(signedOver("Signature1", header, nil, payload))))
	sum := sha256.Sum256(signedOver("Signature1", header, nil, payload))
	r, s := halves(f.key, sum[:])
	n, zero, one := elliptic.P256().Params().N, new(big.Int), big.NewInt(1)
	for name, x := range map[string][2]*big.Int{"both zero": {zero, zero}, "r zero": {zero, s}, "s zero": {r, zero}, "the order": {n, n}, "one": {one, one}, "changed about": {s, r}, "s of the other sign": {r, new(big.Int).Sub(n, s)}, "r of the other sign": {new(big.Int).Sub(n, r), s}} {
		to(name, raw(x[0], x[1]))
	}
	der, _ := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	to("DER", der)
	to("a byte short", signature[:63])
	to("a byte long", append(slices.Clone(signature), 0))
	to("zeros", make([]byte, 64))

	// The characters.
	code := encode45(good)
	text("no prefix", code)
	text("prefix twice", Prefix+Prefix+code)
	text("prefix in lower case", strings.ToLower(Prefix)+code)
	text("another form", "COMITY2:"+code)
	text("another's", "HC1:"+code)
	text("nothing after the prefix", Prefix)
	text("lower case", Prefix+strings.ToLower(code))
	text("a space before", " "+Prefix+code)
	text("a space after", Prefix+code+" ")
	text("two spaces after", Prefix+code+"  ")
	text("a line end after", Prefix+code+"\n")
	text("a character too few", Prefix+code[:len(code)-1])
	text("a character too many", Prefix+code+"0")
	text("base64", Prefix+encode(good))
	text("hexadecimal", Prefix+strings.ToUpper(fmt.Sprintf("%x", good)))
	text("too long", Prefix+code+strings.Repeat("0", longestCode))
	text("an address", "HTTPS://CITY.EXAMPLE/"+code)
	text("an address after the prefix", Prefix+"HTTPS://CITY.EXAMPLE/")
	for _, group := range []string{":::", "GGX", "::0"[:3], "ZZZ"} { // beyond 65535
		text("a group "+group, Prefix+group+code[3:])
		text("a group "+group+" at the end", Prefix+code+group)
	}
	text("two characters beyond 255", Prefix+code+"::")
	for _, letter := range []string{"a", "_", "=", "~", "#", "\t", "\x00", "é", "\u00a0"} {
		text("a character "+fmt.Sprintf("%q", letter), Prefix+code[:9]+letter+code[10:])
	}
	for i := 0; i < len(code); i += 3 {
		next := letters45[(strings.IndexByte(letters45, code[i])+1)%45]
		text(fmt.Sprintf("character %d the next", i), Prefix+code[:i]+string(next)+code[i+1:])
	}
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}
