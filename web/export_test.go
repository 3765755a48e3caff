package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity/oversight"
)

func TestRecordFiles(t *testing.T) {
	h := testSite(t)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	page := get("/record").Body.String()
	for _, f := range recordFiles() {
		w := get("/record/" + f.Name)
		if w.Code != http.StatusOK || w.Body.Len() == 0 || w.Header().Get("Content-Type") != f.kind {
			t.Errorf("%s: %d, %s, %d bytes", f.Name, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if !strings.Contains(page, `href="/record/`+f.Name+`"`) {
			t.Errorf("the page does not link %s", f.Name)
		}
	}
	n, err := oversight.CountEntries(oversight.ReadEntries(get("/record/entries.jsonl").Body))
	if err != nil || n != 60 {
		t.Errorf("%d entries came back, %v", n, err)
	}
	if got := strings.Count(get("/record/entries.csv").Body.String(), "\n"); got != 61 {
		t.Errorf("%d lines of CSV", got)
	}
	if w := get("/record/entries.xls"); w.Code != http.StatusNotFound {
		t.Errorf("a file that does not exist: %d", w.Code)
	}
}

// A part of the record must not pass for the whole.
func TestABrokenExportIsBrokenOff(t *testing.T) {
	c := testConfig(t)
	c.Record = &halfRecord{}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the export ended as if it were whole")
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/record/entries.csv", nil))
}

// halfRecord loses its disk after the first page.
type halfRecord struct{ sampleRecord }

func (h *halfRecord) PublicHeaders(ctx context.Context, after int64, limit int) ([]oversight.PublicEntry, error) {
	if after >= 0 {
		return nil, errors.New("disk is gone")
	}
	first, err := h.sampleRecord.PublicHeaders(ctx, after, limit)
	for len(first) < limit {
		e := first[len(first)-1]
		e.Index++
		first = append(first, e)
	}
	return first, err
}

func TestDatasheetIsReadInTheBrowser(t *testing.T) {
	w := httptest.NewRecorder()
	testSite(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/record/datasheet.md", nil))
	if w.Header().Get("Content-Disposition") != "" || !bytes.Contains(w.Body.Bytes(), []byte("headers in this export: 60;")) {
		t.Errorf("%v\n%s", w.Header(), w.Body)
	}
}
