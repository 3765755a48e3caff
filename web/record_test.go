package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/oversight"
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
