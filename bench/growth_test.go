package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/data"
	"comity/law"
)

// Law that does not exist, to see what more of it costs: cities in one state,
// each with a pack of ten rules as long as law has packs for them, under one
// state pack and one federal pack. Loading must grow with what is loaded, and a
// decision must not notice law of other places.

const rulesPerPack = 10

// grownLaw has so many cities and so many rules in all.
func grownLaw(b *testing.B, places, rules int) fstest.MapFS {
	b.Helper()
	words, err := fs.ReadFile(data.FS, "vocabulary.yaml")
	if err != nil {
		b.Fatal(err)
	}
	if rules/rulesPerPack-2 > places {
		b.Fatalf("%d places cannot hold %d rules", places, rules)
	}
	files := fstest.MapFS{"vocabulary.yaml": {Data: words}}
	var table strings.Builder
	table.WriteString("id,name,kind,parents,fips,zone,districts,searched\nus,US,nation,,,America/New_York,other,\nus-il,Illinois,state,us,17,America/Chicago,other,\n")
	for i := range places {
		fmt.Fprintf(&table, "us-il-city%d,City %d,city,us-il,,America/Chicago,other,true\n", i, i)
	}
	files["places/all.csv"] = &fstest.MapFile{Data: []byte(table.String())}
	r := rand.New(rand.NewPCG(6, 28))
	files["law/us/code.yaml"] = grownPack(r, "us/code", "us", "federal")
	files["law/us/il/code.yaml"] = grownPack(r, "us/il/code", "us-il", "state")
	for i := range rules/rulesPerPack - 2 {
		id := fmt.Sprintf("us/il/city%d/code", i)
		files["law/"+id+".yaml"] = grownPack(r, id, fmt.Sprintf("us-il-city%d", i), "city")
	}
	return files
}

func grownPack(r *rand.Rand, id, place, layer string) *fstest.MapFile {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	row := func() string {
		return pick("document.detainer: [i-247a, i-247d]", "document.judicial: arrest-warrant", "request.by: [ice, cbp]", "info.public: false",
			"document.admin_warrant: [i-200, i-205]", "document.served_on_person: true", "request.legal_duty: [court-order, federal-law]",
			"clock.hours_past_release: {lt: 48}", "person.custody: [arrested, jailed]", "document.signed_by: [state-judge, federal-judge]")
	}
	var out strings.Builder
	fmt.Fprintf(&out, "pack: %s\nplace: %s\nlayer: %s\ntitle: A code\ntitle_es: Un código\nadded: \"2026-01-01\"\nas_of: \"2026-01-01\"\nnext_check: \"2027-01-01\"\nreviewed: []\nrules:\n", id, place, layer)
	for i := range rulesPerPack {
		fmt.Fprintf(&out, `  - id: %s#%d
    act: %s
    verdict: %s
    binds: [law-enforcement]
    when:
      any:
        - {%s}
        - {%s}
    unless:
      %s
    from: "20%02d-01-01"
    says: {en: "Section %d says so.", es: "La sección %d lo dice."}
    cite: [{ref: "Code %d", quote: "shall not detain or continue to detain", source: the code, checked: "2026-01-01", grade: B}]
`, id, i, pick("hold-on-detainer", "transfer-custody", "notify-release", "scene-support", "jail-interview-access"), pick("prohibited", "permitted", "required"),
			row(), row(), row(), 10+r.IntN(15), i, i, i)
	}
	return &fstest.MapFile{Data: []byte(out.String())}
}

// BenchmarkGrowth loads and asks. Per-place and per-rule figures compare with
// those of the row before: equal is linear.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []struct{ places, rules int }{
		{200, 500}, {2_000, 500}, {20_000, 500}, // more places
		{20_000, 5_000}, {20_000, 50_000}, // more rules
		{2_000, 5_000}, // both, in step with the first and the last
	} {
		b.Run(fmt.Sprintf("%d-places-%d-rules", size.places, size.rules), func(b *testing.B) {
			files := grownLaw(b, size.places, size.rules)
			var book *law.Book
			b.Run("load", func(b *testing.B) {
				book = nil
				before := heap()
				for b.Loop() {
					var err error
					if book, err = law.Load(files); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1e3, "ms")
				b.ReportMetric(float64(heap()-before)/1e6, "MB")
				runtime.KeepAlive(book)
			})
			b.Run("compiled", func(b *testing.B) {
				text := compiled(b, book, "")
				book = nil
				before := heap()
				for b.Loop() {
					var err error
					if book, err = law.ReadCompiled(text); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1e3, "ms")
				b.ReportMetric(float64(heap()-before)/1e6, "MB")
				b.ReportMetric(float64(len(text))/1e6, "MB-text")
				runtime.KeepAlive(book)
			})
			b.Run("decide", func(b *testing.B) { decideGrown(b, files, questionPlaces(size.places, size.rules)) })
		})
	}
}

// BenchmarkPart reads the compiled law of one state and all that lies in it.
func BenchmarkPart(b *testing.B) {
	whole, err := law.LoadCompiled(data.Law, data.FS)
	if err != nil {
		b.Fatal(err)
	}
	for _, place := range []string{"us-il", "us-ca", "us-wy", "us-il-chicago"} {
		b.Run(place, func(b *testing.B) {
			text := compiled(b, whole, place)
			for b.Loop() {
				if _, err := law.ReadCompiled(text); err != nil {
					b.Fatal(err)
				}
			}
			var packed bytes.Buffer
			z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
			if _, err := io.WriteString(z, text); err != nil || z.Close() != nil {
				b.Fatal(err)
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1e3, "ms")
			b.ReportMetric(float64(len(text))/1e3, "kB")
			b.ReportMetric(float64(packed.Len())/1e3, "kB-gzip")
		})
	}
}

func compiled(b *testing.B, book *law.Book, place string) string {
	b.Helper()
	var out strings.Builder
	if err := book.WriteCompiled(&out, place); err != nil {
		b.Fatal(err)
	}
	return out.String()
}

// decideGrown is the mean of 16,000 questions, after each place was asked once.
func decideGrown(b *testing.B, files fs.FS, places []string) {
	book, err := law.Load(files)
	if err != nil {
		b.Fatal(err)
	}
	const rounds = 1000
	ask := func(place string) {
		d, err := book.Decide(comity.Question{
			In: place, On: "2026-11-20", Known: "2026-11-20", Actor: "county-jail", Act: "hold-on-detainer",
			Facts: comity.Facts{"document.detainer": "i-247a", "document.judicial": "none"}, Closed: true,
		})
		if err != nil || len(d.Layers) == 0 {
			b.Fatal(d, err)
		}
	}
	for _, place := range places {
		ask(place)
	}
	for b.Loop() {
		for range rounds {
			for _, place := range places {
				ask(place)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rounds*len(places)), "ns/question")
}

// questionPlaces are always sixteen, the first and the last with law of their
// own among them, so that every size asks as much.
func questionPlaces(places, rules int) []string {
	with := min(places, rules/rulesPerPack-2)
	out := make([]string, 16)
	for i := range out {
		out[i] = fmt.Sprintf("us-il-city%d", i*(with-1)/15)
	}
	return out
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
