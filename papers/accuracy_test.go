package papers

import (
	"context"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"testing"

	"comity/papers/paperstest"
)

// ./test sets -ocr where tesseract and pdftoppm are installed, and names these
// tests as not run where they are not. With -accuracy every look of every paper
// is read; docs/papers.md has the figures.
var (
	withOCR  = flag.Bool("ocr", false, "run the tests that need tesseract and pdftoppm")
	shared   = flag.String("shared", "", "folder of the research, for the real papers")
	accuracy = flag.Int("accuracy", 0, "read so many copies of every paper in every look and count")
)

// samples are the papers that tests read, each filled in as copy n.
func samples(n int) []paperstest.Paper {
	f := paperstest.Usual()
	sets := [][]string{{"biometric", "statements"}, {"final-order"}, {"proceedings", "statements"}, {"biometric"}}
	f.Causes = sets[n%len(sets)]
	f.Signed, f.Served = n%3 != 2, n%2 == 0
	if n%4 == 3 {
		f.Causes, f.Box2 = nil, true
	}
	other := f
	other.Box2 = false
	if other.Causes == nil {
		other.Causes = []string{"final-order"}
	}
	out := []paperstest.Paper{
		paperstest.Detainer(f), paperstest.DetainerOther("i-247d", other), paperstest.DetainerOther("i-247n", other),
		paperstest.Immigration("i-200", f), paperstest.Immigration("i-203", f), paperstest.Immigration("i-205", f), paperstest.Immigration("subpoena", f),
		paperstest.CourtPaper("arrest-warrant", true, f), paperstest.CourtPaper("search-warrant", true, f), paperstest.CourtPaper("subpoena", true, f),
		paperstest.CourtPaper("arrest-warrant", false, f), paperstest.CourtPaper("search-warrant", false, f),
		paperstest.AgreementPage(f), paperstest.Letter("Please find with this letter the warrant that we spoke of. The judge has been told."),
	}
	return out
}

// tally counts, for one kind of paper or one field, what was right, wrong, and
// left to the person.
type tally struct{ right, wrong, open int }

// TestScannedAccuracy reads scans of every paper in every look.
func TestScannedAccuracy(t *testing.T) {
	if *accuracy == 0 {
		return
	}
	r := needPrograms(t)
	kinds, fields := map[string]*tally{}, map[string]*tally{}
	count := func(m map[string]*tally, key string) *tally {
		if m[key] == nil {
			m[key] = &tally{}
		}
		return m[key]
	}
	judicial := 0
	for _, look := range paperstest.Looks {
		for n := range *accuracy {
			for i, p := range samples(n) {
				got, err := r.Read(context.Background(), "Sample County Sheriff", paperstest.JPEG(p.Picture(look, uint64(100*n+i)), 75))
				if err != nil {
					t.Fatal(err)
				}
				k := count(kinds, p.Kind+" "+look)
				switch string(got.Kind) {
				case p.Kind:
					k.right++
				case string(Unknown), string(immigrationAny):
					k.open++
				default:
					k.wrong++
					t.Logf("%s %s copy %d was taken for %s", p.Kind, look, n, got.Kind)
				}
				if got.Pages[0].Judicial() && !p.Judicial {
					judicial++
				}
				for field, want := range p.Truth {
					f := count(fields, field+" "+look)
					value := ""
					for _, one := range got.Proposals {
						if one.Field == field {
							value = one.Value
						}
					}
					switch value {
					case want:
						f.right++
					case "":
						f.open++
					default:
						f.wrong++
						t.Logf("%s %s copy %d: %s is %q, not %q", p.Kind, look, n, field, value, want)
					}
				}
			}
		}
	}
	t.Logf("administrative taken for judicial: %d", judicial)
	t.Log("\n" + table("kind", kinds) + "\n" + table("field", fields))
	if judicial > 0 {
		t.Error("an administrative paper was taken for a court's")
	}
}

// table writes right/wrong/open by look.
func table(heading string, m map[string]*tally) string {
	var rows []string
	for key := range m {
		row := key[:strings.LastIndex(key, " ")]
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n|---|%s\n", heading, strings.Join(paperstest.Looks, " | "), strings.Repeat("---|", len(paperstest.Looks)))
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s |", row)
		for _, look := range paperstest.Looks {
			if x := m[row+" "+look]; x != nil {
				fmt.Fprintf(&b, " %d/%d/%d |", x.right, x.wrong, x.open)
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func needPrograms(t *testing.T) *Reader {
	t.Helper()
	r := NewReader()
	if r.Draw == "" || r.Scan == "" {
		t.Fatal("tesseract and pdftoppm are needed: run ./test -install")
	}
	return r
}

// A fax of a detainer and its warrant, by the programs themselves: read, and
// with nothing forbidden on a picture that is shown.
func TestScannedFax(t *testing.T) {
	if !*withOCR {
		return
	}
	r, f := needPrograms(t), paperstest.Usual()
	bundle := paperstest.ScanPDF(paperstest.Detainer(f).Picture("faxed", 3), paperstest.Immigration("i-200", f).Picture("skewed", 4))
	got, err := r.Read(context.Background(), "", bundle)
	if err != nil {
		t.Fatal(err)
	}
	values := proposed(got)
	for field, want := range map[string]string{"form": "i-247a", "by": "ice", "box": "box-1", "signed": "yes", "served": "yes", "attached": "i-200", "attached_signed": "yes", "court": "none"} {
		if values[field] != want {
			t.Errorf("%s is %q, want %q", field, values[field], want)
		}
	}
	words, err := r.scan(context.Background(), together(got.Proposals))
	if err != nil {
		t.Fatal(err)
	}
	shown := (&sheet{words: words}).text(Box{-10, -10, 1e6, 1e6})
	if !strings.Contains(shown, "I-247A") {
		t.Errorf("the pictures cannot be read: %s", shown)
	}
	for _, canary := range paperstest.Canaries() {
		if strings.Contains(shown, canary) {
			t.Errorf("a picture shows %q: %s", canary, shown)
		}
	}
}

// together lays the pictures of all places on one page.
func together(list []Proposal) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, pageWidth, 3*pageWidth))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	y := 20
	for _, p := range list {
		if p.Crop != nil {
			draw.Draw(out, p.Crop.Rect.Add(image.Pt(20, y)), p.Crop, image.Point{}, draw.Src)
			y += p.Crop.Rect.Dy() + 30
		}
	}
	return out
}

// The form is signed or it is not, also where a name is typed beside it; and a
// court's warrant is one only because its picture says so.
func TestScannedSignatures(t *testing.T) {
	if !*withOCR {
		return
	}
	r, f := needPrograms(t), paperstest.Usual()
	f.Signed = false
	for _, c := range []struct {
		paper       paperstest.Paper
		field, want string
	}{
		{paperstest.Detainer(f), "signed", "no"}, {paperstest.Immigration("i-200", f), "attached_signed", "no"},
		{paperstest.CourtPaper("arrest-warrant", true, f), "court_signed", "none"}, {paperstest.CourtPaper("search-warrant", true, paperstest.Usual()), "court_signed", "federal-magistrate"},
	} {
		got, err := r.Read(context.Background(), "", paperstest.PDF(false, c.paper))
		if err != nil {
			t.Fatal(err)
		}
		if v := proposed(got)[c.field]; v != c.want {
			t.Errorf("%s: %s is %q, want %q", c.paper.Kind, c.field, v, c.want)
		}
	}
}
