package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
	"comity/law"
)

// withModule is the sample site of a copy that was built with the module.
func withModule(t *testing.T) http.Handler {
	t.Helper()
	c := testConfig(t)
	packed := newPart("x", bytes.Repeat([]byte("module "), 1000)).zipped
	c.Dist = fstest.MapFS{module + ".gz": {Data: packed}, starter: {Data: []byte("// starts it")}}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestDevicePage(t *testing.T) {
	for _, prefix := range []string{"", "/es"} {
		w := get(withModule(t), prefix+"/ask/here")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `data-size="7000"`) || !strings.Contains(w.Body.String(), `value="us-il"`) {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		checkPage(t, w, strings.TrimPrefix(prefix, "/"))
	}
	c := testConfig(t)
	c.Dist = fstest.MapFS{}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	w := get(h, "/ask/here")
	if strings.Contains(w.Body.String(), "<script src=\"/static/device") || !strings.Contains(w.Body.String(), "built without the part") || w.Header().Get("Content-Security-Policy") != policy {
		t.Error("a copy without the module offers it")
	}
	checkPage(t, w, "")
}

// Two pages may run a module, each its own; no other page, file or refusal may.
func TestOnlyTheDevicePageMayRunTheModule(t *testing.T) {
	h := withModule(t)
	if got := get(h, "/ask/here").Header().Get("Content-Security-Policy"); got != modulePolicy || !strings.Contains(got, "script-src 'self' 'wasm-unsafe-eval';") || strings.Contains(got, "'unsafe-eval'") {
		t.Errorf("the page of the module has the policy %q", got)
	}
	others := append(slices.Clone(pages), "/nothing", "/ask/here/none", "/ask/here/words", "/law/bundle/us-il", "/api/openapi.json", "/static/law.wasm", "/desk")
	for _, path := range others {
		if path == "/ask/here" || path == "/verify" {
			continue
		}
		for _, prefix := range []string{"", "/es"} {
			if got := get(h, prefix+path).Header().Get("Content-Security-Policy"); got != policy {
				t.Errorf("%s%s has the policy %q", prefix, path, got)
			}
		}
	}
}

func TestModuleIsSentPacked(t *testing.T) {
	h := withModule(t)
	body := get(h, "/ask/here").Body.String()
	_, address, _ := strings.Cut(body, `data-module="`)
	address, _, _ = strings.Cut(address, `"`)
	ask := func(encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("gzip, br")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Type") != "application/wasm" ||
		!strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", address, w.Code, w.Header())
	}
	if w := ask(""); w.Header().Get("Content-Encoding") != "" || w.Body.Len() != 7000 || w.Header().Get("Content-Length") != "7000" {
		t.Errorf("unpacked: %d bytes, %v", w.Body.Len(), w.Header())
	}
}

func TestLawBundle(t *testing.T) {
	h, book := testSite(t), testBook(t)
	w := get(h, "/law/bundle/us-il")
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	read, err := law.ReadCompiled(w.Body.String())
	if err != nil {
		t.Fatal(err)
	}
	read.Now = func() time.Time { return now }
	for _, c := range cardCases {
		if !strings.HasPrefix(c.q.In, "us-il") {
			continue
		}
		c.q.On = cmp.Or(c.q.On, now.Format(time.DateOnly))
		want, err := book.Decide(c.q)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read.Decide(c.q); err != nil || got.Law != want.Law || got.Verdict != want.Verdict {
			t.Errorf("%s: %s by %s, want %s by %s (%v)", c.name, got.Verdict, got.Law, want.Verdict, want.Law, err)
		}
	}
	again := httptest.NewRequest("GET", "/law/bundle/us-il", nil)
	again.Header.Set("If-None-Match", w.Header().Get("ETag"))
	w = httptest.NewRecorder()
	if h.ServeHTTP(w, again); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("the same law again: %d, %d bytes", w.Code, w.Body.Len())
	}
	for place, want := range map[string]string{"us-il-chicago": "/law/bundle/us-il", "us-il-cook": "/law/bundle/us-il"} {
		if w := get(h, "/law/bundle/"+place); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != want {
			t.Errorf("%s: %d to %s", place, w.Code, w.Header().Get("Location"))
		}
	}
	if w := get(h, "/law/bundle/us-xx"); w.Code != http.StatusNotFound {
		t.Errorf("a place that is not known: %d", w.Code)
	}
}

// A device needs nobody to say its answers: every name of the law has words.
func TestDeviceWords(t *testing.T) {
	h, v := testSite(t), testBook(t).Vocabulary()
	for _, prefix := range []string{"", "/es"} {
		var words hereWords
		if err := json.Unmarshal(get(h, prefix+"/ask/here/words").Body.Bytes(), &words); err != nil {
			t.Fatal(err)
		}
		for _, f := range v.Facts {
			if words.Facts[f.Name].Ask == "" {
				t.Errorf("%s: no question for %s", prefix, f.Name)
			}
		}
		for _, a := range v.Acts {
			if words.Act[a.Name] == "" {
				t.Errorf("%s: no words for %s", prefix, a.Name)
			}
		}
		for _, a := range v.Actors {
			if words.Who[a.Name][0] == "" || len(words.Acts[words.Does[a.Name]]) == 0 {
				t.Errorf("%s: no words or no acts for %s", prefix, a.Name)
			}
		}
		for _, x := range comity.Verdicts {
			if words.Verdicts[string(x)].Word == "" {
				t.Errorf("%s: no word for %s", prefix, x)
			}
		}
		if words.Lengths["h"][0] == words.Lengths["h"][1] || !strings.Contains(words.Lengths["h"][1], "{N}") || len(words.Months) != 12 {
			t.Errorf("%s: %v %v", prefix, words.Lengths["h"], words.Months)
		}
	}
}
