package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/oversight"
	"comity/record"
)

// yearsOfRecord has forty years of counts, the oldest first.
type yearsOfRecord struct{ sampleRecord }

func (y *yearsOfRecord) Counts(context.Context) ([]oversight.PublicCount, error) {
	var out []oversight.PublicCount
	for i := range 12 * 40 {
		out = append(out, oversight.PublicCount{Agency: "IL0160000", Kind: "detainer", Period: fmt.Sprintf("%d-%02d", 1997+i/12, 1+i%12), Count: 11})
	}
	return out, nil
}

func TestRecordPageStaysSmall(t *testing.T) {
	c := testConfig(t)
	c.Record = &yearsOfRecord{}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{"/record": "The newest 100 of 480 counts", "/es/record": "Los 100 más recientes de 480 números"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, says) || !strings.Contains(body, "2036") || strings.Contains(body, "2027") || len(body) > 60_000 {
			t.Errorf("%s: %d, %d bytes; it should hold the newest hundred counts and say so", path, w.Code, len(body))
		}
	}
}

// The page names who cosigns, and who is missing.
func TestRecordPageNamesCosigners(t *testing.T) {
	c := testConfig(t)
	c.Cosigners = func() []record.SeenCosigner {
		return []record.SeenCosigner{{Name: "cosigner.auditor.example/w1", At: now}, {Name: "cosigner.paper.example"}}
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"/record":    {"cosigner.auditor.example/w1</code>: signed the last checkpoint on 21 November 2026", "cosigner.paper.example</code>: has not signed the last checkpoint"},
		"/es/record": {"cosigner.auditor.example/w1</code>: firmó el último punto de control", "no ha firmado el último punto de control"},
	} {
		for _, says := range want {
			if body := get(h, path).Body.String(); !strings.Contains(body, says) {
				t.Errorf("%s lacks %q", path, says)
			}
		}
	}
	if body := get(testSite(t), "/record").Body.String(); !strings.Contains(body, "This log asks none.") {
		t.Error("a log without cosigners does not say so")
	}
}
