package badge

import (
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// A mutant is a credential, list or code in which something is wrong.
type mutant struct {
	group, name, text string

	list    string // status list token that the verifier has
	place   int64  // of a status list, where text is one
	bound   bool   // the verifier wants a key binding
	now     time.Time
	ofToken bool // what is wrong can be seen without the disclosures
}

const (
	ofList = "status list" // group of mutants whose text is a status list token
	ofCode = "code"        // group of mutants whose text is a code of a minute
)

// all are the mutants, the same in every run.
func (f forge) all() []mutant {
	good := f.goodList()
	var out []mutant
	for _, c := range slices.Concat(f.flipped(), f.headers(), f.claims(), f.statuses(), f.disclosures(), f.shapes(), f.signatures(), f.bindings(), f.lists(), f.codes()) {
		if c.list == "" {
			c.list = good
		}
		if c.now.IsZero() {
			c.now = testNow
		}
		out = append(out, c)
	}
	return out
}

func (f forge) verifier(c mutant) Verifier {
	v := verifier(f.issuer, c.list)
	v.Now = c.now
	v.Status = func(address string) string {
		if address != testList {
			return ""
		}
		return c.list
	}
	if c.bound {
		v.Audience, v.Nonce = testAudience, testNonce
	}
	return v
}

func (f forge) check(c mutant) error {
	v := f.verifier(c)
	var err error
	switch c.group {
	case ofList:
		var n byte
		if n, err = v.StatusAt(testAddress, c.text, testList, c.place); err == nil && n != 0 {
			err = ErrRevoked
		}
	case ofCode:
		_, err = v.Compact(c.text)
	default:
		_, err = v.SDJWT(c.text)
	}
	return err
}

// flipped has one bit of one byte changed, at every byte of every part.
func (f forge) flipped() (out []mutant) {
	text := f.bind(f.credential())
	parts := strings.Split(text, "~")
	for n, part := range parts {
		pieces := strings.Split(part, ".")
		for k, piece := range pieces {
			b, err := decode(piece)
			if err != nil {
				panic(err)
			}
			for i := range b {
				changed := slices.Clone(b)
				changed[i] ^= 1 << (i % 8)
				pieces := slices.Clone(pieces)
				pieces[k] = encode(changed)
				parts := slices.Clone(parts)
				parts[n] = strings.Join(pieces, ".")
				out = append(out, mutant{group: "bit", name: fmt.Sprintf("part %d, piece %d, byte %d", n, k, i), text: strings.Join(parts, "~"), bound: true, ofToken: n == 0 || n == len(parts)-1})
			}
		}
	}
	return out
}

func (f forge) headers() (out []mutant) {
	h, p := f.header(), f.payload().String()
	add := func(name, header string) {
		out = append(out, mutant{group: "header", name: name, text: join(f.token(header, p), f.shown()...), ofToken: true})
	}
	for _, alg := range []string{"none", "None", "HS256", "ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA", "es256", "ES256 ", ""} {
		add("alg "+alg, h.with("alg", quoted(alg)).String())
	}
	add("alg missing", h.without("alg").String())
	add("alg a list", h.with("alg", `["ES256"]`).String())
	add("alg null", h.with("alg", `null`).String())
	for _, typ := range []string{"JWT", "jwt", "sd-jwt", "sd+jwt", "vc+sd-jwt", "kb+jwt", "statuslist+jwt", "DC+SD-JWT", "application/dc+sd-jwt", "dc+sd-jwt ", ""} {
		add("typ "+typ, h.with("typ", quoted(typ)).String())
	}
	add("typ missing", h.without("typ").String())
	add("typ a number", h.with("typ", "1").String())
	add("kid missing", h.without("kid").String())
	for _, kid := range []string{KeyID(&f.another.PublicKey), "../../key", "' OR 1=1", "", strings.Repeat("k", 5000)} {
		add("kid "+kid, h.with("kid", quoted(kid)).String())
	}
	add("kid a number", h.with("kid", "1").String())
	add("crit of an unknown name", h.with("crit", `["exp"]`).String())
	add("crit empty", h.with("crit", `[]`).String())
	add("crit with b64", h.with("crit", `["b64"]`).with("b64", "true").String())
	add("b64 false", h.with("b64", "false").String())
	add("b64 true", h.with("b64", "true").String())
	for name, value := range map[string]string{"jwk": f.holderKey().String(), "jku": `"https://evil.example/keys"`, "x5u": `"https://evil.example/cert"`, "x5c": `["MIIB"]`, "x5t": `"AAAA"`, "x5t#S256": `"AAAA"`, "cty": `"JWT"`, "zip": `"DEF"`, "enc": `"A128GCM"`, "nonce": `"a"`, "url": `"https://evil.example"`, "trust_chain": `[]`} {
		add("header has "+name, h.with(name, value).String())
	}
	add("alg twice", h.twice("alg", `"ES256"`).String())
	add("alg twice, none first", append(members{{"alg", `"none"`}}, h...).String())
	add("kid twice", h.twice("kid", `"x"`).String())
	add("typ twice", append(members{{"typ", `"kb+jwt"`}}, h...).String())
	add("alg twice, spelled with an escape", strings.Replace(h.String(), "{", `{"\u0061lg":"none",`, 1))
	add("no object but a list", `[{"alg":"ES256","typ":"dc+sd-jwt"}]`)
	add("no object but a text", `"ES256"`)
	add("null", "null")
	add("empty object", "{}")
	add("a comma too many", strings.Replace(h.String(), "}", ",}", 1))
	add("a comment", strings.Replace(h.String(), "{", "{/*x*/", 1))
	add("two objects", h.String()+h.String())
	add("something after", h.String()+"x")
	add("a byte order mark", "\ufeff"+h.String())
	add("not UTF-8", h.with("x", "\"\xff\"").String())
	add("half a surrogate pair", h.with("kid", `"\ud800"`).String())
	add("a control character", h.with("kid", "\"\x01\"").String())
	add("single quotes", strings.ReplaceAll(h.String(), `"`, "'"))
	add("cut off", strings.TrimSuffix(h.String(), "}"))
	slices.SortFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })

	// What is signed with another key or another algorithm than ES256.
	sign := func(name, header, signature string) {
		text := encode([]byte(header)) + "." + encode([]byte(p))
		out = append(out, mutant{group: "header", name: name, text: join(text+"."+signature, f.shown()...), ofToken: true})
	}
	public, _ := x509.MarshalPKIXPublicKey(&f.key.PublicKey)
	point, _ := f.key.PublicKey.Bytes()
	pem := "-----BEGIN PUBLIC KEY-----\n" + base64.StdEncoding.EncodeToString(public) + "\n-----END PUBLIC KEY-----\n"
	for name, secret := range map[string][]byte{"its DER": public, "its point": point, "its PEM": []byte(pem), "nothing": nil} {
		header := h.with("alg", `"HS256"`).String()
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(encode([]byte(header)) + "." + encode([]byte(p))))
		sign("HS256 with "+name, header, encode(mac.Sum(nil)))
	}
	sign("none, without a signature", h.with("alg", `"none"`).String(), "")
	sign("ES256, without a signature", h.String(), "")
	forged := tokenBy(f.holder, h.with("jwk", f.holderKey().String()).String(), p)
	out = append(out, mutant{group: "header", name: "signed with the key that it brings", text: join(forged, f.shown()...), ofToken: true})
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

func (f forge) claims() (out []mutant) {
	h, p := f.header().String(), f.payload()
	add := func(name, payload string) {
		out = append(out, mutant{group: "claims", name: name, text: join(f.token(h, payload), f.shown()...), ofToken: true})
	}
	for _, iss := range []string{`"https://evil.example"`, quoted(testAddress + "/"), quoted(strings.ToUpper(testAddress)), `""`, `null`, `1`, `[` + quoted(testAddress) + `]`, `{}`} {
		add("iss "+iss, p.with("iss", iss).String())
	}
	add("iss missing", p.without("iss").String())
	for _, vct := range []string{`"urn:comity:badge:2"`, `"URN:COMITY:BADGE:1"`, `"urn:comity:badge:1 "`, `"urn:comity:badge:10"`, `""`, `null`, `1`, `["urn:comity:badge:1"]`} {
		add("vct "+vct, p.with("vct", vct).String())
	}
	add("vct missing", p.without("vct").String())
	for _, name := range []string{"exp", "iat", "nbf"} {
		for _, value := range []string{`"` + seconds(testNow) + `"`, `"soon"`, `1.5`, seconds(testNow) + ".5", seconds(testNow) + ".0", `1e400`, `1e10`, `-1`, `-0`, `null`, `true`, `[]`, `{}`, `9007199254740993`, `9223372036854775808`, `18446744073709551616`, `0x10`, `01`} {
			add(name+" "+value, p.with(name, value).String())
		}
	}
	add("exp missing", p.without("exp").String())
	for name, at := range map[string]time.Duration{"exp a year ago": -365 * 24 * time.Hour, "exp a minute ago": -time.Minute, "exp before iat": -30 * time.Second, "exp at iat": 0} {
		add(name, p.with("exp", seconds(testNow.Add(at))).String())
	}
	for name, after := range map[string]time.Duration{"a second beyond the skew": clockSkew + time.Second, "in a year": 365 * 24 * time.Hour} {
		add("iat "+name, p.with("iat", seconds(testNow.Add(after))).String())
		add("nbf "+name, p.with("nbf", seconds(testNow.Add(after))).String())
	}
	for _, name := range []string{"iss", "vct", "exp", "_sd", "_sd_alg", "cnf", "status", "agency"} {
		var value string
		for _, x := range p {
			if x.name == name {
				value = x.value
			}
		}
		add(name+" twice", p.twice(name, value).String())
	}
	add("exp twice, spelled with an escape", p.twice("x", "1").with(`x`, "1").String()[:len(p.String())-1]+`,"e\u0078p":`+seconds(testNow.Add(time.Hour))+`}`)
	add("exp twice, the earlier one past", append(members{{"exp", "1"}}, p...).String())
	add("a name twice in an object within", p.with("x", `{"a":1,"a":2}`).String())
	add("a name twice in an object of a list", p.with("x", `[{"a":1,"a":2}]`).String())
	digest := quoted(digestOf("decoy"))
	for _, sd := range []string{`{}`, `"` + digestOf("decoy") + `"`, `null`, `1`, `[1]`, `[null]`, `[{}]`, `[[]]`, `[""]`, `["short"]`, `["` + digestOf("decoy") + `="]`, `["` + digestOf("decoy")[:42] + `"]`, `["` + strings.Repeat("A", 86) + `"]`, `[` + digest + `,` + digest + `]`} {
		add("_sd "+sd, p.with("_sd", sd).String())
	}
	add("_sd within, a text", p.with("x", `{"_sd":"a"}`).String())
	add("_sd of 300 digests", p.with("_sd", "["+strings.TrimSuffix(strings.Repeat(digest+",", 300), ",")+"]").String())
	add("a digest in two objects", p.with("x", `{"_sd":`+digestList("decoy")+`}`).String())
	add("a digest in an object and a list", p.with("x", `[{"...":`+digest+`}]`).String())
	for _, alg := range []string{`"sha-512"`, `"SHA-256"`, `"sha-384"`, `"sha3-256"`, `"md5"`, `""`, `null`, `1`, `["sha-256"]`} {
		add("_sd_alg "+alg, p.with("_sd_alg", alg).String())
	}
	add("_sd_alg within", p.with("x", `{"_sd_alg":"sha-256"}`).String())
	add("... as a claim", p.with("...", digest).String())
	add("... in an object", p.with("x", `{"...":`+digest+`}`).String())
	add("... with company", p.with("x", `[{"...":`+digest+`,"a":1}]`).String())
	for _, value := range []string{`1`, `null`, `[]`, `""`, `"x"`} {
		add("... "+value, p.with("x", `[{"...":`+value+`}]`).String())
	}
	for _, depth := range []int{deepest + 2, 1000, 20000} {
		add(fmt.Sprintf("%d lists inside each other", depth), p.with("x", strings.Repeat("[", depth)+strings.Repeat("]", depth)).String())
		add(fmt.Sprintf("%d objects inside each other", depth), p.with("x", strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth)).String())
	}
	for name, payload := range map[string]string{"a list": "[" + p.String() + "]", "a text": `"x"`, "empty": "", "null": "null", "a number": "1", "cut off": p.String()[:len(p.String())-1], "two objects": p.String() + p.String(), "a byte order mark": "\ufeff" + p.String(), "not UTF-8": p.with("x", "\"\xff\"").String(), "half a surrogate pair": p.with("x", `"\udc00"`).String(), "a name of half a pair": p.with("x", `{"\ud800":1}`).String(), "NaN": p.with("x", "NaN").String(), "a comment": strings.Replace(p.String(), "{", "{//\n", 1), "UTF-16": "{\x00}\x00"} {
		add("payload "+name, payload)
	}
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

func (f forge) statuses() (out []mutant) {
	h, p := f.header().String(), f.payload()
	add := func(name, value string) {
		out = append(out, mutant{group: "status", name: name, text: join(f.token(h, p.with("status", value).String()), f.shown()...)})
	}
	for _, place := range []string{"-1", "-0", "1.0", "1e2", `"77"`, "null", "true", "[]", fmt.Sprint(Statuses), "4294967296", "9007199254740991", "9223372036854775807", "9223372036854775808", "1e400"} {
		add("place "+place, status(place, testList))
	}
	for _, address := range []string{"https://evil.example/status", testList + "/", testList + "?x", "", "file:///etc/passwd", "javascript:alert(1)"} {
		add("address "+address, status("77", address))
	}
	for _, value := range []string{`"x"`, `null`, `1`, `[]`, `{}`, `{"status_list":null}`, `{"status_list":[]}`, `{"status_list":{}}`, `{"status_list":{"idx":77}}`, `{"status_list":{"uri":` + quoted(testList) + `}}`, `{"status_list":{"idx":77,"uri":1}}`, `{"status_list":{"idx":77,"uri":` + quoted(testList) + `,"x":1}}`, `{"other":{}}`, status("77", testList)[:len(status("77", testList))-1] + `,"other":{}}`} {
		add("status "+value, value)
	}
	out = append(out, mutant{group: "status", name: "status missing", text: join(f.token(h, p.without("status").String()), f.shown()...)})
	for name, claim := range map[string]string{"the whole": `"status",` + status("77", testList), "a part": `"status_list",{"idx":77,"uri":` + quoted(testList) + `}`} {
		d := disclose(`["salt-of-128-bits-and-more",` + claim + `]`)
		payload := p.without("status").with("_sd", digestList(append(f.shown()[:2], d)...))
		if name == "a part" {
			payload = p.with("status", `{"_sd":`+digestList(d)+`}`)
		}
		out = append(out, mutant{group: "status", name: name + " of status is disclosed", text: join(f.token(h, payload.String()), append(f.shown(), d)...)})
	}
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

func (f forge) signatures() (out []mutant) {
	text := f.token(f.header().String(), f.payload().String())
	signed := text[:strings.LastIndex(text, ".")]
	add := func(name string, signature []byte) {
		out = append(out, mutant{group: "signature", name: name, text: join(signed+"."+encode(signature), f.shown()...), ofToken: true})
	}
	sum := sha256.Sum256([]byte(signed))
	r, s := halves(f.key, sum[:])
	n, zero := elliptic.P256().Params().N, new(big.Int)
	most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for name, pair := range map[string][2]*big.Int{
		"both zero": {zero, zero}, "r zero": {zero, s}, "s zero": {r, zero}, "r the order": {n, s}, "s the order": {r, n},
		"both the order": {n, n}, "r one": {big.NewInt(1), s}, "s one": {r, big.NewInt(1)}, "both one": {big.NewInt(1), big.NewInt(1)},
		"r negative": {new(big.Int).Sub(n, r), s}, "both negative": {new(big.Int).Sub(n, r), new(big.Int).Sub(n, s)},
		"halves changed about": {s, r}, "r twice": {r, r}, "the most": {most, most}, "r the order less one": {new(big.Int).Sub(n, big.NewInt(1)), s},
	} {
		add(name, raw(pair[0], pair[1]))
	}
	der, _ := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	good := raw(r, s)
	add("DER", der)
	add("a byte short", good[:63])
	add("a byte long", append(slices.Clone(good), 0))
	add("a zero before", append([]byte{0}, good...))
	add("twice", append(slices.Clone(good), good...))
	add("one half", good[:half])
	add("r alone, s empty", append(slices.Clone(good[:half]), make([]byte, half)...))
	add("another's", signWith(f.another, signed))
	add("over the payload alone", signWith(f.key, signed[strings.Index(signed, ".")+1:]))
	add("over a line end more", signWith(f.key, signed+"\n"))
	add("over the credential whole", signWith(f.key, f.credential()))
	wide := sha512.Sum384([]byte(signed))
	add("over SHA-384", raw(halves(f.key, wide[:32])))
	reversed := slices.Clone(good)
	slices.Reverse(reversed)
	add("turned about", reversed)
	spelled := func(name, signature string) {
		out = append(out, mutant{group: "signature", name: name, text: join(signed+"."+signature, f.shown()...), ofToken: true})
	}
	e := encode(good)
	spelled("padded", e+"==")
	spelled("one more character", e+"A")
	spelled("a line end", e[:40]+"\n"+e[40:])
	spelled("a space", e+" ")
	spelled("standard alphabet", base64.RawStdEncoding.EncodeToString([]byte{0xfb, 0xff})+e[3:])
	spelled("loose last bits", e[:len(e)-1]+loosened(e[len(e)-1]))
	spelled("hexadecimal", fmt.Sprintf("%x", good))
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

// loosened is a last character of base64url that decodes to the same bytes.
func loosened(last byte) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(letters[strings.IndexByte(letters, last)|1])
}
