package papers

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity/papers/paperstest"
)

var update = flag.Bool("update", false, "scan the sample papers anew (needs tesseract)")

const scans = "testdata/scans"

// scanned are the sample papers as tesseract read them off faxes and poor
// copies, kept so that sorting them is tested everywhere.
func scanned(t *testing.T) map[string]paperstest.Paper {
	t.Helper()
	out := map[string]paperstest.Paper{}
	for i, p := range samples(0) {
		for _, look := range []string{"faxed", "noisy"} {
			name := fmt.Sprintf("%02d-%s-%s.tsv", i, p.Kind, look)
			out[name] = p
			if *update {
				picture := normal(p.Picture(look, uint64(i)))
				data, err := run(context.Background(), pgm(picture), mostWords, needPrograms(t).Scan, "stdin", "stdout", "-l", "eng", "--psm", "3", "--dpi", "200", "tsv")
				if err != nil {
					t.Fatal(err)
				}
				var words strings.Builder
				for line := range strings.Lines(string(data)) {
					if strings.HasPrefix(line, "5\t") {
						words.WriteString(line)
					}
				}
				if err := os.WriteFile(filepath.Join(scans, name), []byte(words.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return out
}

func scannedSheet(t testing.TB, name string) *sheet {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(scans, name))
	if err != nil {
		t.Fatal(err)
	}
	words, err := readTSV(data, 1700, 2199)
	if err != nil {
		t.Fatal(err)
	}
	return &sheet{height: 1294, words: words, read: "scan"}
}

// Row L3: of every paper of an immigration agency, faxed and badly copied, none
// is taken for a court's; and each court's paper is found or left to a person.
func TestNoAdministrativePaperIsACourts(t *testing.T) {
	administrative, courts, right := 0, 0, 0
	for name, p := range scanned(t) {
		got := scannedSheet(t, name).classify()
		if p.Judicial {
			courts++
			if got.Kind != Unknown && (string(got.Kind) != p.Kind || got.Kind != Subpoena && !got.Judicial()) {
				t.Errorf("%s was taken for %s of %s", name, got.Kind, got.Issuer)
			}
		} else {
			administrative++
			if got.Judicial() {
				t.Errorf("%s was taken for a court's %s", name, got.Kind)
			}
		}
		if string(got.Kind) == p.Kind {
			right++
		}
	}
	if administrative < 18 || courts < 10 {
		t.Errorf("%d administrative papers, %d of courts", administrative, courts)
	}
	if right < 24 {
		t.Errorf("only %d of %d were recognised", right, administrative+courts)
	}
	t.Logf("%d of %d recognised, %d administrative", right, administrative+courts, administrative)
}

// textSheets are the pages of a PDF without any program.
func textSheets(t testing.TB, papers ...paperstest.Paper) []*sheet {
	t.Helper()
	sheets, _, err := readPDF(paperstest.PDF(false, papers...))
	if err != nil {
		t.Fatal(err)
	}
	return sheets
}

// What somebody types, stamps or staples on to a form does not make it a
// court's paper.
func TestWhatIsAddedChangesNothing(t *testing.T) {
	f := paperstest.Usual()
	for _, stamp := range []string{
		"UNITED STATES DISTRICT COURT Case No. 26-CR-1", "ARREST WARRANT signed by a judge", "SO ORDERED, United States Magistrate Judge",
		"SUPERIOR COURT OF SAMPLE COUNTY, CASE NO. 1, SEARCH WARRANT, Judge's signature", "AO 442 (Rev. 11/11) Arrest Warrant",
	} {
		f.Stamp = stamp
		for _, kind := range []string{"i-200", "i-203", "i-205", "subpoena"} {
			if got := textSheets(t, paperstest.Immigration(kind, f))[0].classify(); got.Judicial() || got.Issuer == Court {
				t.Errorf("%s with %q was taken for %s of %s", kind, stamp, got.Kind, got.Issuer)
			}
		}
		if got := textSheets(t, paperstest.Detainer(f))[0].classify(); got.Judicial() {
			t.Errorf("a detainer with %q was taken for %s", stamp, got.Kind)
		}
	}
}

func TestStapledPagesAreJudgedAlone(t *testing.T) {
	f := paperstest.Usual()
	r := &Reader{busy: make(chan struct{}, 1)}
	for _, c := range []struct {
		name   string
		papers []paperstest.Paper
		want   []Kind
	}{
		{"a detainer with its warrant", []paperstest.Paper{paperstest.Detainer(f), paperstest.Immigration("i-200", f)}, []Kind{I247A, I200}},
		{"a court's warrant before a detainer", []paperstest.Paper{paperstest.CourtPaper("arrest-warrant", true, f), paperstest.Detainer(f)}, []Kind{Unknown, I247A}},
		{"a letter between", []paperstest.Paper{paperstest.Immigration("i-205", f), paperstest.Letter("A judge signed the warrant. Superior Court."), paperstest.Immigration("i-203", f)}, []Kind{I205, Unknown, I203}},
		{"pages of an agreement", []paperstest.Paper{paperstest.AgreementPage(f), paperstest.Letter("II. Training. The LEA shall nominate officers."), paperstest.Immigration("i-200", f)}, []Kind{Agreement, Agreement, I200}},
	} {
		got, err := r.Read(t.Context(), "", paperstest.PDF(false, c.papers...))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got.Pages {
			if p.Kind != c.want[i] || p.Judicial() {
				t.Errorf("%s: page %d is %s", c.name, i+1, p.Kind)
			}
		}
		for _, p := range got.Proposals {
			if p.Field == "court" && p.Value != "none" {
				t.Errorf("%s: a court's %s is proposed", c.name, p.Value)
			}
		}
	}
}

// A page that says it is a court's by its text alone is not believed: text can
// lie under a picture.
func TestTextAloneIsNoCourtsPaper(t *testing.T) {
	r := &Reader{busy: make(chan struct{}, 1)}
	got, err := r.Read(t.Context(), "", paperstest.PDF(false, paperstest.CourtPaper("search-warrant", true, paperstest.Usual())))
	if err != nil {
		t.Fatal(err)
	}
	if got.Pages[0].Kind != Unknown || len(got.Notes) == 0 || got.Notes[len(got.Notes)-1] != NoteUnchecked {
		t.Errorf("%+v, notes %v", got.Pages[0], got.Notes)
	}
	if s := textSheets(t, paperstest.CourtPaper("search-warrant", true, paperstest.Usual()))[0].classify(); !s.Judicial() {
		t.Errorf("its text alone would be %s", s.Kind) // else this test could not fail
	}
}

// judicialWords are what a court's paper says; noise throws them in anywhere.
var judicialWords = strings.Fields("WARRANT judge magistrate court Case No. SEARCH ARREST signed Clerk UNITED STATES DISTRICT COURT Judge's signature commanded Superior")

// garble swaps letters as a bad scan does, drops words and throws others in.
func garble(s *sheet, r *rand.Rand, share float64) *sheet {
	out := &sheet{height: s.height, read: "scan"}
	for _, w := range s.words {
		if r.Float64() < share/2 {
			continue
		}
		letters := []rune(w.Text)
		for i := range letters {
			if r.Float64() < share {
				letters[i] = rune('a' + r.IntN(26))
			}
		}
		w.Text, w.Sure = string(letters), 0.9
		out.words = append(out.words, w)
		if r.IntN(25) == 0 {
			x := w
			x.Text = judicialWords[r.IntN(len(judicialWords))]
			out.words = append(out.words, x)
		}
	}
	return out
}

// However a paper of an agency is garbled, and whatever is thrown in, it is not
// a court's.
func TestNoiseMakesNoCourtsPaper(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var sheets []*sheet
	for n := range 2 {
		for _, p := range samples(n) {
			if !p.Judicial {
				sheets = append(sheets, textSheets(t, p)...)
			}
		}
	}
	for range 10 {
		for i, s := range sheets {
			g := garble(s, r, r.Float64()*0.25)
			if got := g.classify(); got.Judicial() {
				t.Errorf("sample %d became a court's %s: %s", i, got.Kind, g.text(g.whole()))
			}
		}
	}
}

func FuzzNoiseMakesNoCourtsPaper(f *testing.F) {
	f.Add(uint64(1), uint8(20), "UNITED STATES DISTRICT COURT")
	f.Add(uint64(7), uint8(60), "Judge's signature Case No. 1 ARREST WARRANT")
	var sheets []*sheet
	for _, p := range samples(0) {
		if !p.Judicial {
			sheets = append(sheets, textSheets(f, p)...)
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, share uint8, stamp string) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := garble(sheets[seed%uint64(len(sheets))], r, float64(share%64)/255)
		for i, w := range strings.Fields(stamp) {
			s.words = append(s.words, word{w, Box{100 + 60*float64(i%12), 40 + 20*float64(i/12), 150 + 60*float64(i%12), 55 + 20*float64(i/12)}, 1})
		}
		if got := s.classify(); got.Judicial() {
			t.Errorf("taken for a court's %s", got.Kind)
		}
	})
}

func TestEditions(t *testing.T) {
	for text, want := range map[string]string{
		"DHS Form I-247A (02/17) Page 1 of 3": "2017-02", "Form I-200 (Rev. 09/16)": "2016-09", "ICE Form I-205 (8/07)": "2007-08", "Form I-203": "", "(13/17)": "", "(1/2)": "",
	} {
		if got := edition(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
