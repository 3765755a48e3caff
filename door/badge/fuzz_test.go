package badge

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// reasoned wants a refusal for a reason that callers know.
func reasoned(t *testing.T, err error) {
	t.Helper()
	if !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
		t.Errorf("refused without a reason that callers know: %v", err)
	}
}

// some are each fifth of the mutants of these groups: all of them run as tests.
func (f forge) some(groups ...string) (out []mutant) {
	for i, c := range f.all() {
		if i%5 == 0 && slices.Contains(groups, c.group) {
			out = append(out, c)
		}
	}
	return out
}

// ofCredentials are the groups of mutants that are SD-JWTs.
var ofCredentials = [...]string{"header", "claims", "status", "disclosure", "shape", "signature", "binding"}

// signedOf is what the signature of a token is over: nobody but its issuer can
// make another, but the signature itself has a twin.
func signedOf(text string) string {
	token, _, _ := strings.Cut(text, "~")
	return token[:max(0, strings.LastIndexByte(token, '.'))]
}

// Nothing is taken whose token the issuer did not sign.
func FuzzSDJWT(f *testing.F) {
	forge := newForge(f)
	good := forge.goodList()
	signed := map[string]bool{}
	for _, c := range append(forge.some(ofCredentials[:]...), mutant{text: forge.credential()}, mutant{text: forge.bind(forge.credential())}) {
		f.Add(c.text)
		signed[signedOf(c.text)] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, bound := range []bool{false, true} {
			err := forge.check(mutant{text: text, list: good, now: testNow, bound: bound})
			if err != nil {
				reasoned(t, err)
			} else if !signed[signedOf(text)] {
				t.Errorf("taken, and not signed: %q", text)
			}
		}
	})
}

// What the issuer signed, whatever it is, is refused or read without digests and
// with the claims that a badge must have.
func FuzzSigned(f *testing.F) {
	forge := newForge(f)
	good := forge.goodList()
	add := func(text string) {
		token, rest, _ := strings.Cut(text, "~")
		parts := append(strings.Split(token, "."), "", "")
		header, _ := decode(parts[0])
		payload, _ := decode(parts[1])
		disclosure, _, _ := strings.Cut(rest, "~")
		contents, _ := decode(disclosure)
		f.Add(string(header), string(payload), string(contents))
	}
	add(forge.credential())
	for _, c := range forge.some("header", "claims", "status", "disclosure") {
		add(c.text)
	}
	f.Fuzz(func(t *testing.T, header, payload, contents string) {
		text := join(forge.token(header, payload))
		if contents != "" {
			text += disclose(contents) + "~"
		}
		v := forge.verifier(mutant{list: good, now: testNow})
		found, err := v.SDJWT(text)
		if err != nil {
			reasoned(t, err)
			return
		}
		if found.Issuer != testAddress || found.Claims["vct"] != Type || found.Claims["exp"] == nil || hides(found.Claims) {
			t.Errorf("taken with %v", found.Claims)
		}
		if !json.Valid([]byte(header)) || !json.Valid([]byte(payload)) || contents != "" && !json.Valid([]byte(contents)) {
			t.Error("taken, and not JSON")
		}
	})
}

// Of a code there is one spelling: nothing else is taken for it.
func FuzzCompact(f *testing.F) {
	forge := newForge(f)
	good := forge.goodCode()
	f.Add(good, []byte{}, []byte{})
	f.Add("", forge.codeHeader().bytes(), codePayload().bytes())
	for _, c := range forge.some(ofCode) {
		data, err := decode45(strings.TrimPrefix(c.text, Prefix))
		var m sign1
		if err == nil && exactly(data, &m, signTag) == nil {
			f.Add(c.text, m.Protected, m.Payload)
		} else {
			f.Add(c.text, []byte{}, []byte{})
		}
	}
	f.Fuzz(func(t *testing.T, text string, header, payload []byte) {
		v := forge.verifier(mutant{now: testNow})
		if _, err := v.Compact(text); err != nil {
			reasoned(t, err)
		} else if text != good {
			t.Errorf("taken: %q", text)
		}
		if len(header) > 200 || len(payload) > 200 {
			return
		}
		b, err := v.Compact(Prefix + encode45(forge.code(header, payload)))
		if err != nil {
			reasoned(t, err)
			return
		}
		spelled := codePayload().with(0, tstr(b.Agency)).with(1, tstr(b.Title)).with(2, number(b.Expires.Unix())).with(3, number(b.Issued.Unix())).with(4, bstr(b.Handle))
		if !bytes.Equal(header, forge.codeHeader().bytes()) || !bytes.Equal(payload, spelled.bytes()) {
			t.Errorf("another spelling was taken: %x %x", header, payload)
		}
	})
}

// A place is read as whoever unpacks the list by the book reads it, or not at all.
func FuzzStatus(f *testing.F) {
	forge := newForge(f)
	for _, bits := range []int{1, 2, 4, 8} {
		f.Add("", packed(bits, 64, map[int]byte{5: 1}), bits, int64(5))
	}
	signed := map[string]bool{}
	for _, c := range append(forge.some(ofList), mutant{text: forge.goodList()}) {
		f.Add(c.text, []byte{}, 1, c.place)
		signed[signedOf(c.text)] = true
	}
	f.Fuzz(func(t *testing.T, text string, lst []byte, bits int, place int64) {
		v := forge.verifier(mutant{now: testNow})
		if _, err := v.StatusAt(testAddress, text, testList, place); err != nil {
			reasoned(t, err)
		} else if !signed[signedOf(text)] {
			t.Errorf("taken: %q", text)
		}
		got, err := v.StatusAt(testAddress, forge.token(forge.listHeader().String(), listPayload(bits, encode(lst)).String()), testList, place)
		if err != nil {
			reasoned(t, err)
			return
		}
		z, err := zlib.NewReader(bytes.NewReader(lst))
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		var want byte
		for i := range int64(bits) { // bit by bit
			at := place*int64(bits) + i
			want |= all[at/8] >> (at % 8) & 1 << i
		}
		if got != want {
			t.Errorf("place %d of %d bits is %d, not %d", place, bits, got, want)
		}
	})
}

// Whatever is scanned gets an answer, and "genuine" only what the issuer signed.
func FuzzInquiry(f *testing.F) {
	forge := newForge(f)
	good, list, published := forge.goodCode(), forge.goodList(), metadata(f, forge.issuer)
	signed := map[string]bool{}
	texts := []string{forge.credential(), good, "HTTPS://city.example@evil.test/", "www.evil.test", "tel:911", "javascript:alert(1)", "//evil.test", "\\evil.test", " "}
	for _, c := range forge.some("shape", "disclosure", ofCode) {
		texts = append(texts, c.text)
	}
	for _, text := range texts {
		f.Add(text)
		signed[signedOf(text)] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := Inquiry{Text: text, Metadata: published, Fresh: true, Status: list, Now: testNow.Unix()}.Answer()
		if !slices.Contains(Answers[:], found.Answer) {
			t.Errorf("answer %q", found.Answer)
		}
		scanned := strings.TrimSpace(text)
		if found.Answer == Genuine && scanned != good && !signed[signedOf(scanned)] {
			t.Errorf("genuine: %q", text)
		}
		if found.Answer != Genuine && found.Title+found.Picture != "" {
			t.Errorf("a title is shown for %s", found.Answer)
		}
	})
}

// Of bytes there is one spelling in base45.
func FuzzBase45(f *testing.F) {
	forge := newForge(f)
	for _, c := range forge.some(ofCode) {
		f.Add(strings.TrimPrefix(c.text, Prefix), []byte(c.name))
	}
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		if out, err := decode45(text); err != nil {
			reasoned(t, err)
		} else if encode45(out) != text {
			t.Errorf("%q is %x, which is written %q", text, out, encode45(out))
		}
		if out, err := decode45(encode45(data)); err != nil || !bytes.Equal(out, data) {
			t.Errorf("%x comes back as %x, %v", data, out, err)
		}
	})
}
