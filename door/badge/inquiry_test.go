package badge

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// What a resident scans is trimmed first, so these mutants become valid.
var trimmed = []string{"a space before", "a space after", "two spaces after", "a line end before", "a line end after"}

// No mutant is called genuine, whichever way it came to be refused.
func TestNoMutantIsGenuine(t *testing.T) {
	f := newForge(t)
	published := metadata(t, f.issuer)
	genuine := 0
	for _, c := range append(f.all(), mutant{group: ofCode, name: "good", text: f.goodCode(), now: testNow}, mutant{name: "good", text: f.credential(), list: f.goodList(), now: testNow}) {
		a := f.askedOf(c)
		if c.group == "binding" && c.name == "missing" {
			continue // no binding is wanted here
		}
		q := Inquiry{Text: a.Text, Metadata: published, Fresh: true, Status: a.List, Now: a.Now}
		found := q.Answer()
		if !slices.Contains(Answers[:], found.Answer) {
			t.Errorf("%s: %s: answer %q", c.group, c.name, found.Answer)
		}
		if found.Answer == Genuine && c.name != "good" && (c.group == ofList || !slices.Contains(trimmed, c.name)) {
			t.Errorf("%s: %q is called genuine", c.group, c.name)
		}
		if found.Answer == Genuine {
			genuine++
		}
		if found.Answer != Genuine && found.Title+found.Picture != "" {
			t.Errorf("%s: %q: a title is shown for %s", c.group, c.name, found.Answer)
		}
	}
	if genuine < 2 {
		t.Error("not even the valid ones are genuine")
	}
}

// What is signed as it should be and is yet no badge of this agency.
func TestSignedAndNotGenuine(t *testing.T) {
	f := newForge(t)
	good := metadata(t, f.issuer)
	credential := func(p members, d ...string) string { return join(f.token(f.header().String(), p.String()), d...) }
	picture := func(value string) (string, string) {
		d := disclose(`["salt-of-128-bits-and-more","picture",` + quoted(value) + `]`)
		return credential(f.payload().with("_sd", digestList(d)), d), good
	}
	var m Metadata
	if err := json.Unmarshal([]byte(good), &m); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*JWK)) string {
		m := m
		m.Keys.Keys = slices.Clone(m.Keys.Keys)
		change(&m.Keys.Keys[0])
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	another, err := Public(&f.another.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	text := f.credential()
	type given struct{ text, metadata string }
	of := func(text, metadata string) given { return given{text, metadata} }
	for name, c := range map[string]struct {
		given
		want Answer
	}{
		"as it is":                     {of(text, good), Genuine},
		"agency of another":            {of(credential(f.payload().with("agency", `"IL9999903"`)), good), NotOurs},
		"agency missing":               {of(credential(f.payload().without("agency")), good), NotOurs},
		"agency a number":              {of(credential(f.payload().with("agency", "1")), good), NotOurs},
		"a picture that is a page":     {of(picture("data:text/html;base64,PHNjcmlwdD4=")), NotOurs},
		"a picture that is a drawing":  {of(picture("data:image/svg+xml;base64,PHN2Zy8+")), NotOurs},
		"a picture elsewhere":          {of(picture("https://evil.example/p.jpg")), NotOurs},
		"a picture in loose base64":    {of(picture("data:image/jpeg;base64,/9gBAh==")), NotOurs},
		"another's key under the name": {of(text, changed(func(k *JWK) { k.X, k.Y = another.X, another.Y })), NotOurs},
		"the key under another name":   {of(text, changed(func(k *JWK) { k.Kid = another.Kid })), NotOurs},
		"a key on no curve":            {of(text, changed(func(k *JWK) { k.Y = k.X })), NotOurs},
		"a key of another curve":       {of(text, changed(func(k *JWK) { k.Crv = "P-384" })), NotOurs},
		"metadata of another issuer":   {of(text, strings.ReplaceAll(good, testAddress, "https://evil.example")), NotOurs},
		"metadata of another agency":   {of(text, strings.ReplaceAll(good, testAgency+`"`, `IL9999903"`)), NotOurs},
		"metadata with a name twice":   {of(text, strings.Replace(good, "{", `{"issuer":"x",`, 1)), NoKey},
		"metadata with keys of text":   {of(text, `{"issuer":`+quoted(testAddress)+`,"agency":`+quoted(testAgency)+`,"jwks":"x"}`), NoKey},
		"metadata that is none":        {of(text, "<html>"), NoKey},
		"a code, keys of another":      {of(f.goodCode(), changed(func(k *JWK) { *k = another })), NotOurs},
		"a code, metadata of another":  {of(f.goodCode(), strings.ReplaceAll(good, testAgency+`"`, `IL9999903"`)), NotOurs},
	} {
		q := Inquiry{Text: c.text, Metadata: c.metadata, Fresh: true, Status: f.goodList(), Now: testNow.Unix()}
		if got := q.Answer(); got.Answer != c.want {
			t.Errorf("%s: %s, not %s", name, got.Answer, c.want)
		}
	}
	if _, err := base64.StdEncoding.Strict().DecodeString("/9gBAh=="); err == nil {
		t.Error("this base64 is not loose")
	}
}
