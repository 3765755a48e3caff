package badge

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// disclosures are wrong though what the issuer signed fits them, or would be
// right but for what the issuer signed.
func (f forge) disclosures() (out []mutant) {
	h, p, shown := f.header().String(), f.payload(), f.shown()
	add := func(name, text string) { out = append(out, mutant{group: "disclosure", name: name, text: text}) }
	signed := f.token(h, p.String())
	// of: the issuer signed the digest of this disclosure.
	of := func(name, d string) {
		add(name, join(f.token(h, p.with("_sd", digestList(shown[0], shown[1], d)).String()), append(slices.Clone(shown), d)...))
	}
	inList := func(name, d string) {
		add(name, join(f.token(h, p.with("services", `[{"...":`+quoted(digestOf(d))+`}]`).String()), shown[0], shown[1], d))
	}
	salt := `"8r_4Dy6kUsxHc2bUmCz8Ag"`
	for _, name := range []string{"_sd", "...", "_sd_alg", "iss", "vct", "exp", "iat", "nbf", "cnf", "status", "agency", "services", "title"} {
		of("of the name "+name, disclose("["+salt+","+quoted(name)+`,1]`))
	}
	for _, contents := range []string{`[]`, `[` + salt + `]`, `[` + salt + `,"a"]`, `[` + salt + `,"a",1,2]`, `{"a":1}`, `"a"`, `null`, `1`, ``, `[` + salt + `,1,1]`, `[` + salt + `,null,1]`, `[` + salt + `,["a"],1]`, `["","a",1]`, `[1,"a",1]`, `[null,"a",1]`, `[[],"a",1]`,
		`[` + salt + `,"a",1`, `[` + salt + `,"a",1]]`, `[` + salt + `,"a",1] x`, `[` + salt + `,"a",]`, `[` + salt + `,"a",01]`, `[` + salt + `,"a",'b']`, "[" + salt + ",\"a\",\"\xff\"]", `[` + salt + `,"a","\ud800"]`, `[` + salt + `,"a",{"b":1,"b":2}]`, "\ufeff[" + salt + `,"a",1]`, `[` + salt + `,"a",{"_sd":["x"]}]`, `[` + salt + `,"a",{"_sd":1}]`, `[` + salt + `,"a",{"_sd_alg":"sha-256"}]`, `[` + salt + `,"a",{"...":"x"}]`, `[` + salt + `,"a",[{"...":1}]]`} {
		of("that says "+contents, disclose(contents))
	}
	for _, contents := range []string{`[` + salt + `]`, `[` + salt + `,"a",1]`, `[` + salt + `,"a","b","c"]`, `[1,"a"]`, `["","a"]`, `{}`, `[` + salt + `,{"...":"x"}]`, `[` + salt + `,{"_sd":[1]}]`} {
		inList("in a list that says "+contents, disclose(contents))
	}
	good := disclose(`[` + salt + `,"a","??>"]`)
	of("padded", base64.URLEncoding.EncodeToString([]byte(`[`+salt+`,"a",1]`)))
	of("in the standard alphabet", base64.RawStdEncoding.EncodeToString([]byte(`[`+salt+`,"a","??>"]`)))
	of("with a line end", good[:20]+"\n"+good[20:])
	of("with a carriage return", good[:20]+"\r\n"+good[20:])
	of("with a space", good[:20]+" "+good[20:])
	loose := disclose(`[` + salt + `,"a",1]`)
	for _, d := range []string{loose, disclose(`[` + salt + `,"a",11]`), disclose(`[` + salt + `,"a",111]`)} {
		if len(d)%4 != 0 {
			of("with loose last bits, "+fmt.Sprint(len(d)%4), d[:len(d)-1]+loosened(d[len(d)-1]))
			add("with loose last bits that the issuer did not write, "+fmt.Sprint(len(d)%4), join(f.token(h, p.with("_sd", digestList(d)).String()), shown[2], d[:len(d)-1]+loosened(d[len(d)-1])))
		}
	}
	of("not encoded", `[`+salt+`,"a",1]`)
	of("encoded twice", encode([]byte(good)))
	for i, d := range shown {
		add(fmt.Sprintf("%d twice", i), join(signed, append(slices.Clone(shown), d)...))
	}
	add("that nobody signed", join(signed, append(slices.Clone(shown), disclose(`["x","rank","captain"]`))...))
	add("that nobody signed, alone", join(signed, disclose(`["x","title","captain"]`)))
	add("that nobody signed, of a list", join(signed, append(slices.Clone(shown), disclose(`["x","captain"]`))...))
	add("with another salt", join(signed, disclose(`["3GLC42sKQveCfGfryNRN9w","title","Water meter technician (sample)"]`)))
	add("with a space more", join(signed, disclose(`["2GLC42sKQveCfGfryNRN9w", "title","Water meter technician (sample)"]`)))
	add("that is empty", join(signed, append(slices.Clone(shown), "")...))
	add("that is a token", join(signed, append(slices.Clone(shown), signed)...))
	one, two := disclose(`[`+salt+`,"a",1]`), disclose(`["another-salt-of-its-own","a",2]`)
	add("two of one name", join(f.token(h, p.with("_sd", digestList(one, two)).String()), shown[2], one, two))
	add("of a list for a claim", join(f.token(h, p.with("_sd", digestList(shown[2])).without("services").String()), shown[2]))
	add("of a claim for a list", join(f.token(h, p.with("services", `[{"...":`+quoted(digestOf(shown[0]))+`}]`).with("_sd", "[]").String()), shown[0]))
	add("at two places", join(f.token(h, p.with("x", `{"_sd":`+digestList(shown[0])+`}`).String()), shown...))
	within := disclose(`[` + salt + `,"a",{"_sd":` + digestList(shown[0]) + `}]`)
	add("at two places, one in another", join(f.token(h, p.with("_sd", digestList(shown[0], within)).String()), shown[2], shown[0], within))
	add("within another that is not shown", join(f.token(h, p.with("_sd", digestList(within)).String()), shown[2], shown[0]))
	same := disclose(`[` + salt + `,"a",{"_sd":["` + digestOf("x") + `","` + digestOf("x") + `"]}]`)
	add("with a digest twice", join(f.token(h, p.with("_sd", digestList(same)).String()), shown[2], same))
	shadow := disclose(`[` + salt + `,"a",{"b":1,"_sd":` + digestList(disclose(`["s","b",2]`)) + `}]`)
	add("that shadows a claim within another", join(f.token(h, p.with("_sd", digestList(shadow)).String()), shown[2], shadow, disclose(`["s","b",2]`)))
	bound := disclose(`[` + salt + `,"jwk",` + f.holderKey().String() + `]`)
	add("of the holder's key", join(f.token(h, p.with("cnf", `{"_sd":`+digestList(bound)+`}`).String()), append(slices.Clone(shown), bound)...))
	// Each within the next, deeper than anybody needs.
	chain, last := []string{}, `[`+salt+`,"a",1]`
	for range deepest + 2 {
		d := disclose(last)
		chain = append(chain, d)
		last = `[` + salt + `,"a",{"_sd":` + digestList(d) + `}]`
	}
	top := disclose(last)
	add("each within the next, too deep", join(f.token(h, p.with("_sd", digestList(top)).String()), append(append(chain, shown[2]), top)...))
	many, names := []string{}, []string{}
	for i := range 300 {
		d := disclose(fmt.Sprintf(`["salt-%d","c%d",1]`, i, i))
		many, names = append(many, d), append(names, d)
	}
	add("300 of them", join(f.token(h, p.with("_sd", digestList(names...)).String()), append(many, shown[2])...))
	sum := sha512.Sum512([]byte(one))
	add("under SHA-512", join(f.token(h, p.with("_sd_alg", `"sha-512"`).with("services", "[]").with("_sd", `["`+encode(sum[:])+`"]`).String()), one))
	return out
}

// shapes are wrong as a whole.
func (f forge) shapes() (out []mutant) {
	text := f.credential()
	parts := strings.Split(text, "~")
	token := strings.Split(parts[0], ".")
	add := func(name, text string) { out = append(out, mutant{group: "shape", name: name, text: text}) }
	add("nothing", "")
	add("~", "~")
	add("~~", "~~")
	add("..~", "..~")
	add("the last ~ missing", strings.TrimSuffix(text, "~"))
	add("the token alone", parts[0])
	add("one ~ too many", text+"~")
	add("a ~ before", "~"+text)
	add("~ for .", strings.ReplaceAll(text, ".", "~"))
	add("two ~ in the middle", strings.Replace(text, "~", "~~", 1))
	add("another separator", strings.ReplaceAll(text, "~", "\u02dc"))
	add("separators in percent", strings.ReplaceAll(text, "~", "%7E"))
	for name, around := range map[string][2]string{"a space before": {" ", ""}, "a space after": {"", " "}, "a line end after": {"", "\n"}, "a line end before": {"\n", ""}, "a zero after": {"", "\x00"}, "a byte order mark": {"\ufeff", ""}, "quotes": {`"`, `"`}, "Bearer": {"Bearer ", ""}, "an address before": {"https://city.example/#", ""}, "openid4vp": {"openid4vp://?vp_token=", ""}, "a code's prefix": {Prefix, ""}} {
		add(name, around[0]+text+around[1])
	}
	add("twice", text+text)
	add("two tokens", parts[0]+"~"+text)
	add("a piece too few", token[0]+"."+token[1]+"~"+strings.Join(parts[1:], "~"))
	add("a piece too many", parts[0]+".AA~"+strings.Join(parts[1:], "~"))
	add("five pieces", token[0]+"."+token[1]+".."+token[2]+".~")
	add("payload detached", token[0]+".."+token[2]+"~")
	add("header missing", "."+token[1]+"."+token[2]+"~")
	add("upper case", strings.ToUpper(text))
	for i := range 3 {
		padded, spaced := slices.Clone(token), slices.Clone(token)
		padded[i] += "="
		spaced[i] = spaced[i][:5] + "\n" + spaced[i][5:]
		add(fmt.Sprintf("piece %d padded", i), strings.Join(padded, ".")+"~"+strings.Join(parts[1:], "~"))
		add(fmt.Sprintf("piece %d with a line end", i), strings.Join(spaced, ".")+"~"+strings.Join(parts[1:], "~"))
	}
	add("JSON serialization", fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q,"header":{"disclosures":[]}}`, token[0], token[1], token[2]))
	add("too long", parts[0]+"~"+strings.Repeat("A", longest)+"~")
	add("many separators", parts[0]+strings.Repeat("~", 5000))
	add("an address", "https://city.example/door/IL9999902")
	add("a status list", f.goodList()+"~")
	add("a key binding", f.bind(text)[len(text):]+"~")
	add("a key binding that nobody asked for", f.bind(text))
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

// bindings are those of a valid credential that was presented wrongly.
func (f forge) bindings() (out []mutant) {
	text := f.credential()
	add := func(name, whole string) {
		out = append(out, mutant{group: "binding", name: name, text: whole, bound: true, ofToken: true})
	}
	with := func(name string, header, payload members) {
		add(name, text+tokenBy(f.holder, header.String(), payload.String()))
	}
	h, p := bindingHeader(), bindingPayload(text)
	add("missing", text)
	add("the last ~ after it", f.bind(text)+"~")
	add("twice", f.bind(text)+"~"+f.bind(text)[len(text):])
	add("signed by the issuer", text+tokenBy(f.key, h.String(), p.String()))
	add("signed by another", text+tokenBy(f.another, h.String(), p.String()))
	add("without a signature", text+encode([]byte(h.String()))+"."+encode([]byte(p.String()))+".")
	for _, alg := range []string{"none", "HS256", "ES384", "EdDSA", "RS256"} {
		with("alg "+alg, h.with("alg", quoted(alg)), p)
	}
	for _, typ := range []string{"JWT", "KB+JWT", "dc+sd-jwt", "application/kb+jwt", ""} {
		with("typ "+typ, h.with("typ", quoted(typ)), p)
	}
	with("typ missing", h.without("typ"), p)
	with("a kid", h.with("kid", quoted(KeyID(&f.key.PublicKey))), p)
	with("a key in its header", h.with("jwk", f.holderKey().String()), p)
	with("crit", h.with("crit", `["exp"]`), p)
	for _, name := range []string{"iat", "aud", "nonce", "sd_hash"} {
		with(name+" missing", h, p.without(name))
		for _, value := range []string{"null", "1", `""`, `[]`, `"x"`} {
			with(name+" "+value, h, p.with(name, value))
		}
		for _, x := range p {
			if x.name == name {
				with(name+" in a list", h, p.with(name, "["+x.value+"]"))
				with(name+" twice", h, p.twice(name, x.value))
			}
		}
	}
	with("nonce of another case", h, p.with("nonce", quoted(strings.ToUpper(testNonce))))
	with("nonce with a space", h, p.with("nonce", quoted(testNonce+" ")))
	with("aud with a slash", h, p.with("aud", quoted(testAudience+"/")))
	with("aud of two", h, p.with("aud", `[`+quoted(testAudience)+`,"https://evil.example"]`))
	for name, at := range map[string]time.Duration{"iat ten minutes ago": -10 * time.Minute, "iat a year ago": -365 * 24 * time.Hour, "iat in two minutes": 2 * time.Minute} {
		with(name, h, p.with("iat", seconds(testNow.Add(at))))
	}
	with("iat with a fraction", h, p.with("iat", seconds(testNow)+".5"))
	with("exp past", h, p.with("exp", seconds(testNow.Add(-time.Hour))))
	with("nbf to come", h, p.with("nbf", seconds(testNow.Add(time.Hour))))
	with("a claim more", h, p.with("scope", `"all"`))
	token := strings.SplitN(text, "~", 2)[0]
	shown := f.shown()
	with("sd_hash of the token alone", h, bindingPayload(token))
	with("sd_hash without the last ~", h, bindingPayload(strings.TrimSuffix(text, "~")))
	wide := sha512.Sum512([]byte(text))
	with("sd_hash of SHA-512", h, p.with("sd_hash", quoted(encode(wide[:]))))
	with("sd_hash padded", h, p.with("sd_hash", quoted(digestOf(text)+"=")))
	bound := f.bind(text)[len(text):]
	for i := range shown {
		add(fmt.Sprintf("disclosure %d taken away", i), join(token, slices.Delete(slices.Clone(shown), i, i+1)...)+bound)
	}
	add("every disclosure taken away", token+"~"+bound)
	add("disclosures in another order", join(token, shown[1], shown[0], shown[2])+bound)
	few := join(token, shown[0])
	add("disclosures added", text+f.bind(few)[len(few):])
	add("of another credential", join(f.token(f.header().String(), f.payload().with("agency", `"IL9999903"`).String()), shown...)+bound)
	cnf := func(name, value string) {
		other := join(f.token(f.header().String(), f.payload().with("cnf", value).String()), shown...)
		out = append(out, mutant{group: "binding", name: "cnf " + name, text: f.bind(other), bound: true, ofToken: true})
	}
	k := f.holderKey()
	jwk := func(name string, key members) { cnf(name, `{"jwk":`+key.String()+`}`) }
	none := join(f.token(f.header().String(), f.payload().without("cnf").String()), shown...)
	out = append(out, mutant{group: "binding", name: "cnf missing", text: f.bind(none), bound: true, ofToken: true})
	for _, value := range []string{`null`, `"x"`, `[]`, `{}`, `{"jwk":null}`, `{"jwk":[]}`, `{"kid":"x"}`, `{"jkt":"x"}`, `{"jwk":` + k.String() + `,"kid":"x"}`} {
		cnf(value, value)
	}
	jwk("with a private part", k.with("d", quoted(encode(bytes.Repeat([]byte{1}, half)))))
	jwk("with a private part of null", k.with("d", "null"))
	jwk("of another curve's name", k.with("crv", `"P-384"`))
	jwk("of secp256k1", k.with("crv", `"secp256k1"`))
	jwk("of OKP", k.with("kty", `"OKP"`))
	jwk("that is for encryption", k.with("use", `"enc"`))
	jwk("of another algorithm", k.with("alg", `"ES384"`))
	jwk("with a certificate", k.with("x5c", `["MIIB"]`))
	jwk("for other operations", k.with("key_ops", `["encrypt"]`))
	jwk("without y", k.without("y"))
	jwk("of zeros", k.with("x", quoted(encode(make([]byte, half)))).with("y", quoted(encode(make([]byte, half)))))
	jwk("of a point on no curve", k.with("y", quoted(encode(bytes.Repeat([]byte{1}, half)))))
	jwk("of the field's size", k.with("x", quoted(encode(elliptic.P256().Params().P.Bytes()))))
	for _, x := range k[2:] {
		b, _ := decode(strings.Trim(x.value, `"`))
		jwk(x.name+" with a zero before", k.with(x.name, quoted(encode(append([]byte{0}, b...)))))
		jwk(x.name+" a byte short", k.with(x.name, quoted(encode(b[1:]))))
		jwk(x.name+" padded", k.with(x.name, quoted(base64.URLEncoding.EncodeToString(b))))
	}
	slices.SortStableFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

// packed is a status list of so many places, all valid but some.
func packed(bits, places int, set map[int]byte) []byte {
	list := make([]byte, places*bits/8)
	for n, value := range set {
		list[n*bits/8] |= value << (n * bits % 8)
	}
	return squeezed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, list)
}

func squeezed(by func(io.Writer) io.WriteCloser, data []byte) []byte {
	var out bytes.Buffer
	w := by(&out)
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func (f forge) goodList() string {
	return f.token(f.listHeader().String(), listPayload(1, encode(packed(1, 1024, map[int]byte{3: 1}))).String())
}

// lists are status list tokens that must not say that a badge is valid.
func (f forge) lists() (out []mutant) {
	good := f.goodList()
	h, p := f.listHeader(), listPayload(1, encode(packed(1, 1024, nil)))
	ofToken := false // what a list says cannot be seen in its token
	at := func(name, text string, place int64) {
		out = append(out, mutant{group: ofList, name: name, text: text, place: place, ofToken: ofToken})
	}
	add := func(name string, header, payload members) {
		at(name, f.token(header.String(), payload.String()), testPlace)
	}
	at("revoked", good, 3)
	at("one past the end", good, 1024)
	at("far past the end", good, 1<<53)
	at("of a negative place", good, -1)
	ofToken = true
	at("signed by another", tokenBy(f.another, h.String(), p.String()), testPlace)
	at("signed by the holder", tokenBy(f.holder, h.String(), p.String()), testPlace)
	at("without a signature", encode([]byte(h.String()))+"."+encode([]byte(p.String()))+".", testPlace)
	at("with a ~", good+"~", testPlace)
	at("a line end after", good+"\n", testPlace)
	at("nothing", "", testPlace)
	for _, typ := range []string{"JWT", "dc+sd-jwt", "statuslist+cwt", "STATUSLIST+JWT", "kb+jwt", "application/statuslist+jwt"} {
		add("typ "+typ, h.with("typ", quoted(typ)), p)
	}
	add("typ missing", h.without("typ"), p)
	for _, alg := range []string{"none", "HS256", "ES384"} {
		add("alg "+alg, h.with("alg", quoted(alg)), p)
	}
	add("kid of another", h.with("kid", quoted(KeyID(&f.another.PublicKey))), p)
	add("crit", h.with("crit", `["exp"]`), p)
	for _, sub := range []string{quoted(testList + "/"), `"https://evil.example"`, "null", "1", `""`} {
		add("sub "+sub, h, p.with("sub", sub))
	}
	for _, name := range []string{"sub", "iat", "exp", "status_list"} {
		add(name+" missing", h, p.without(name))
	}
	add("exp past", h, p.with("exp", seconds(testNow.Add(-time.Hour))))
	add("exp before iat", h, p.with("exp", seconds(testNow.Add(-time.Second))))
	add("iat to come", h, p.with("iat", seconds(testNow.Add(time.Hour))))
	for _, name := range []string{"iat", "exp", "ttl"} {
		for _, value := range []string{"null", `"1"`, "-1", "1.5", "1e400", "true"} {
			add(name+" "+value, h, p.with(name, value))
		}
	}
	add("ttl 0", h, p.with("ttl", "0"))
	add("sub twice", h, p.twice("sub", quoted(testList)))
	add("status_list twice", h, p.twice("status_list", "{}"))
	ofToken = false
	lst := encode(packed(1, 1024, nil))
	for _, value := range []string{"null", "[]", "{}", `"x"`, `{"bits":1}`, `{"lst":"` + lst + `"}`, `{"bits":1,"lst":null}`, `{"bits":1,"lst":[]}`, `{"bits":1,"lst":""}`, `{"bits":1,"lst":"` + lst + `","lst":"` + lst + `"}`} {
		add("status_list "+value, h, p.with("status_list", value))
	}
	for _, bits := range []string{"0", "3", "5", "7", "16", "-1", "1.0", `"1"`, "null", "true", "1e0"} {
		add("bits "+bits, h, p.with("status_list", `{"bits":`+bits+`,"lst":"`+lst+`"}`))
	}
	of := func(name string, lst []byte) { add(name, h, listPayload(1, encode(lst))) }
	zeros := make([]byte, 128)
	whole := packed(1, 1024, nil)
	of("not packed", zeros)
	of("packed without a frame", squeezed(func(w io.Writer) io.WriteCloser { d, _ := flate.NewWriter(w, 9); return d }, zeros))
	of("packed by gzip", squeezed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, zeros))
	of("packed twice", squeezed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, whole))
	of("packed with a dictionary", squeezed(func(w io.Writer) io.WriteCloser { d, _ := zlib.NewWriterLevelDict(w, 9, zeros); return d }, zeros))
	of("cut off", whole[:len(whole)-5])
	of("cut in its sum", whole[:len(whole)-1])
	of("with a wrong sum", append(slices.Clone(whole[:len(whole)-1]), whole[len(whole)-1]^1))
	of("with something after", append(slices.Clone(whole), 0))
	of("too short for the place", packed(1, 64, nil))
	of("empty", packed(1, 0, nil))
	add("in the standard alphabet", h, listPayload(1, base64.StdEncoding.EncodeToString(whole)))
	for _, bits := range []int{2, 4, 8} {
		for value := byte(1); value < 4; value++ {
			add(fmt.Sprintf("%d of %d bits", value, bits), h, listPayload(bits, encode(packed(bits, 1024, map[int]byte{testPlace: value}))))
		}
	}
	ofToken = true
	parts := strings.Split(good, ".")
	for k, part := range parts {
		b, _ := decode(part)
		for i := range b {
			changed := slices.Clone(b)
			changed[i] ^= 1 << (i % 8)
			pieces := slices.Clone(parts)
			pieces[k] = encode(changed)
			at(fmt.Sprintf("bit: piece %d, byte %d", k, i), strings.Join(pieces, "."), testPlace)
		}
	}
	return out
}

// bombs are lists that unpack to far more than they should.
func (f forge) bombs() (out []mutant) {
	for _, chunks := range []int{40, 256} {
		lst := encode(bomb(chunks))
		out = append(out, mutant{group: ofList, name: fmt.Sprintf("%d MiB in %d kB", chunks*chunkBytes>>20, len(lst)>>10), text: f.token(f.listHeader().String(), listPayload(1, lst).String()), list: f.goodList(), place: testPlace, now: testNow})
	}
	return out
}

const chunkBytes = 4 << 20

// bomb is a valid zlib stream of so many times 4 MiB of zeros. After the first,
// every chunk is packed into the same bytes.
func bomb(chunks int) []byte {
	var out bytes.Buffer
	z, err := zlib.NewWriterLevel(&out, zlib.BestSpeed)
	if err != nil {
		panic(err)
	}
	zeros := make([]byte, chunkBytes)
	write := func() []byte {
		from := out.Len()
		if _, err := z.Write(zeros); err != nil {
			panic(err)
		}
		if err := z.Flush(); err != nil {
			panic(err)
		}
		return slices.Clone(out.Bytes()[from:])
	}
	first, again := write(), write()
	last := []byte{1, 0, 0, 0xff, 0xff} // an empty block
	const modulus = 65521               // of Adler-32
	sum := uint32(chunks*chunkBytes%modulus)<<16 | 1
	return binary.BigEndian.AppendUint32(slices.Concat(first, bytes.Repeat(again, chunks-1), last), sum)
}
