package papers

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/papers/paperstest"
)

// bare reads without any program, as on a machine that has none.
func bare() *Reader { return &Reader{busy: make(chan struct{}, 1)} }

func proposed(r *Reading) map[string]string {
	out := map[string]string{}
	for _, p := range r.Proposals {
		out[p.Field] = p.Value
	}
	return out
}

// A PDF with form fields is read whole without any program beside it.
func TestFormFieldsNeedNoProgram(t *testing.T) {
	for n := range 4 {
		paper := samples(n)[0]
		got, err := bare().Read(t.Context(), "Sample County Sheriff", paperstest.PDF(true, paper))
		if err != nil {
			t.Fatal(err)
		}
		values := proposed(got)
		for _, field := range []string{"form", "edition", "by", "cause", "box", "served"} {
			if values[field] != paper.Truth[field] {
				t.Errorf("copy %d: %s is %q, want %q", n, field, values[field], paper.Truth[field])
			}
		}
		if values["office"] != "ICE Enforcement and Removal Operations, Sample Field Office" {
			t.Errorf("the office is %q", values["office"])
		}
		if values["signed"] != "" {
			t.Errorf("a drawn signature is %q without a picture of the page", values["signed"])
		}
		if !slices.Contains(got.Notes, NoteNoPicture) {
			t.Errorf("the notes are %v", got.Notes)
		}
	}
}

func TestTheLineOfAFaxMachine(t *testing.T) {
	for line, want := range map[string]string{
		"NOV-18-2026 11:20 FROM: SAMPLE OFFICE TO: JAIL P. 001/002": "2026-11-18T11:20", "11/18/2026 11:20 PM SAMPLE": "2026-11-18T23:20",
		"2026-11-18 09:05 SAMPLE": "2026-11-18T09:05", "SAMPLE OFFICE 555-0100": "", "13/45/2026 11:20": "",
	} {
		f := paperstest.Usual()
		f.Fax = line
		got, err := bare().Read(t.Context(), "", paperstest.PDF(false, paperstest.Detainer(f)))
		if err != nil {
			t.Fatal(err)
		}
		if v := proposed(got)["received_at"]; v != want {
			t.Errorf("%s: %q, want %q", line, v, want)
		}
	}
}

func TestTheAgencysOwnName(t *testing.T) {
	f := paperstest.Usual()
	f.To = "Example County Sheriff, Jail Records"
	for own, want := range map[string]string{"Example County Sheriff's Office": "yes", "Other County Sheriff's Office": "", "": ""} {
		got, err := bare().Read(t.Context(), own, paperstest.PDF(false, paperstest.Detainer(f)))
		if err != nil {
			t.Fatal(err)
		}
		if v := proposed(got)["addressed"]; v != want {
			t.Errorf("%q: %q", own, v)
		}
	}
}

// Nothing that the contracts forbid comes out: not in the words, not in what is
// proposed, not in a problem, whichever way the paper came.
func TestHarm_H01_nothing_forbidden_is_read(t *testing.T) {
	f := paperstest.Usual()
	for _, p := range []paperstest.Paper{
		paperstest.Detainer(f), paperstest.DetainerOther("i-247d", f), paperstest.DetainerOther("i-247n", f),
		paperstest.Immigration("i-200", f), paperstest.Immigration("i-203", f), paperstest.Immigration("i-205", f),
	} {
		sheets := textSheets(t, p)
		before := sheets[0].text(sheets[0].whole())
		b := &bundle{reader: bare(), ctx: t.Context(), notes: map[Note]bool{}, sheets: sheets}
		b.judge()
		after := sheets[0].text(sheets[0].whole())
		for _, canary := range paperstest.Canaries() {
			if strings.Contains(after, canary) {
				t.Errorf("%s: %q is still there: %s", p.Kind, canary, after)
			}
		}
		if !strings.Contains(before, "CANARY") || len(after) < len(before)/2 {
			t.Errorf("%s: %d letters before, %d after", p.Kind, len(before), len(after))
		}
		got, err := bare().Read(t.Context(), "", paperstest.PDF(true, p))
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range paperstest.Canaries() {
			if bytes.Contains(data, []byte(canary)) {
				t.Errorf("%s: %q is in the reading: %s", p.Kind, canary, data)
			}
		}
	}
}

// The same of scans that were read badly.
func TestHarm_H01_nothing_forbidden_is_read_off_scans(t *testing.T) {
	for name := range scanned(t) {
		s := scannedSheet(t, name)
		b := &bundle{reader: bare(), ctx: t.Context(), notes: map[Note]bool{}, sheets: []*sheet{s}}
		b.judge()
		data, err := json.Marshal(b.propose("Sample County Sheriff"))
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range paperstest.Canaries() {
			if bytes.Contains(data, []byte(canary)) {
				t.Errorf("%s: %q is proposed: %s", name, canary, data)
			}
		}
	}
}

// What is proposed is one of the choices of the form, or an office, or an hour.
func TestProposalsAreClosed(t *testing.T) {
	fields := []string{"form", "edition", "by", "office", "addressed", "received_at", "cause", "box", "signed", "dated", "served", "attached", "attached_signed", "court", "court_signed"}
	for name := range scanned(t) {
		s := scannedSheet(t, name)
		b := &bundle{reader: bare(), ctx: t.Context(), notes: map[Note]bool{}, sheets: []*sheet{s}}
		b.judge()
		for _, p := range b.propose("") {
			if !slices.Contains(fields, p.Field) || p.Confidence < 0 || p.Confidence > 1 || p.Page > 0 && (p.Box.X1 <= p.Box.X0 || p.Box.Y1 <= p.Box.Y0) {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

func TestPapersThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		files [][]byte
		code  string
	}{
		"none": {nil, "no-paper"}, "empty": {[][]byte{{}}, "empty-paper"}, "text": {[][]byte{[]byte("hello")}, "bad-paper"},
		"half a PDF":    {[][]byte{[]byte("%PDF-1.5\n1 0 obj")}, "bad-paper"},
		"too many":      {slices.Repeat([][]byte{[]byte("x")}, MaxFiles+1), "too-large"},
		"too large":     {[][]byte{make([]byte, MaxBytes+1)}, "too-large"},
		"a dot":         {[][]byte{paperstest.PNG(image.NewGray(image.Rect(0, 0, 10, 10)))}, "bad-paper"},
		"a cut picture": {[][]byte{paperstest.PNG(image.NewGray(image.Rect(0, 0, 300, 400)))[:60]}, "bad-paper"},
	} {
		_, err := bare().Read(t.Context(), "", c.files...)
		var p *comity.Problem
		if !errors.As(err, &p) || p.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	blank, err := bare().Read(t.Context(), "", paperstest.PNG(image.NewGray(image.Rect(0, 0, 850, 1100))))
	if err != nil || blank.Kind != Unknown || !slices.Contains(blank.Notes, NoteNoScanner) {
		t.Errorf("a scan without a scanner: %+v, %v", blank, err)
	}
}

func TestOnlyTwoAtOnce(t *testing.T) {
	r := bare()
	r.busy <- struct{}{}
	_, err := r.Read(t.Context(), "", []byte("%PDF-"))
	var p *comity.Problem
	if !errors.As(err, &p) || p.Code != "busy" {
		t.Errorf("%v", err)
	}
}

// The real papers of the research: one form, twelve agreements.
func TestSharedPapers(t *testing.T) {
	if *shared == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(*shared, "data/moa/*.pdf"))
	if err != nil || len(files) != 12 {
		t.Fatalf("%d agreements, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bare().Read(t.Context(), "", data)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		for i, p := range got.Pages {
			if p.Judicial() || p.Read == "text" && p.Kind != Agreement {
				t.Errorf("%s, page %d: %s", filepath.Base(file), i+1, p.Kind)
			}
		}
	}
	data, err := os.ReadFile(filepath.Join(*shared, "data/forms/I-200_2016-09_sample.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := bare().Read(t.Context(), "", data)
	if err != nil || got.Kind != I200 || got.Pages[0].Edition != "2016-09" || got.Pages[0].Confidence < 0.9 {
		t.Errorf("the sample I-200: %+v, %v", got, err)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(paperstest.PDF(true, paperstest.Detainer(paperstest.Usual())))
	f.Add(paperstest.PDF(false, paperstest.Letter("A letter.")))
	f.Add([]byte("%PDF-1.5\ntrailer << /Root 1 0 R >>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheets, _, err := readPDF(data)
		var p *comity.Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("%v is no problem in words", err)
		}
		for _, s := range sheets {
			s.page = s.classify()
			s.redact()
		}
	})
}

func FuzzDrawing(f *testing.F) {
	f.Add([]byte("BT /R 12 Tf 10 20 Td (a \\(b\\) \\101) Tj [(c) -200 <64>] TJ ET q 1 0 0 1 0 0 cm Q BI /W 1 ID x EI"))
	f.Add([]byte("<< /A [ 1 2 ] >> % comment\n( ((nested)) ) '"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := scanner{data: data}
		for range len(data) + 1 {
			if _, ok := in.next(); !ok {
				return
			}
		}
		t.Fatal("the drawing has more words than letters")
	})
}

func FuzzTSV(f *testing.F) {
	f.Add([]byte("5\t1\t1\t1\t1\t1\t10\t20\t30\t40\t96.5\tForm\n"), 1700, 2200)
	f.Fuzz(func(t *testing.T, data []byte, w, h int) {
		words, err := readTSV(data, w, h)
		if err != nil {
			return
		}
		s := &sheet{height: 1294, words: words, read: "scan"}
		if s.classify().Judicial() && len(words) < 8 {
			t.Error("a court's paper of a few words")
		}
		s.redact()
	})
}
