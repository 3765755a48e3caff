package main

import (
	"testing"
	"time"

	"comity/data"
	"comity/law"
)

// The analysis commands for one place, each asked of a fresh book, as a command
// line does: nothing is left from earlier questions.

func freshBook(b *testing.B) *law.Book {
	b.Helper()
	book, err := law.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	// the day on which the packs were added, or nothing would be known
	book.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return book
}

const (
	day   = "2026-11-20"
	claim = "never permitted hold-on-detainer for county-jail unless document.signed_by = federal-judge|federal-magistrate|state-judge"
	wish  = "federal permits, state prohibits"
)

func BenchmarkAnalysis(b *testing.B) {
	prove := func(b *testing.B, book *law.Book, text string) {
		c, err := book.ReadClaim(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := book.Prove(c, "us-il", day); err != nil {
			b.Fatal(err)
		}
	}
	for _, part := range []struct {
		name string
		do   func(b *testing.B, book *law.Book)
	}{
		{"prove", func(b *testing.B, book *law.Book) { prove(b, book, claim) }},
		{"refute", func(b *testing.B, book *law.Book) {
			prove(b, book, "always prohibited hold-on-detainer for county-jail")
		}},
		{"prove-every-actor", func(b *testing.B, book *law.Book) { prove(b, book, "always prohibited hold-on-detainer") }},
		{"example-one-act", func(b *testing.B, book *law.Book) { example(b, book, wish+" hold-on-detainer") }},
		{"example-every-act", func(b *testing.B, book *law.Book) { example(b, book, wish) }},
		{"gaps", func(b *testing.B, book *law.Book) {
			cells := 0
			for _, c := range book.Table("us-il", day) {
				if c.HasGap() || c.Is == law.CellOpen {
					cells++
				}
			}
			if cells == 0 {
				b.Fatal("no gap at all")
			}
		}},
		{"diff-one-year", func(b *testing.B, book *law.Book) { compare(b, book, "2025-11-20") }},
		{"diff-2021", func(b *testing.B, book *law.Book) { compare(b, book, "2021-08-01") }},
	} {
		b.Run(part.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				book := freshBook(b)
				b.StartTimer()
				part.do(b, book)
			}
		})
	}
}

func example(b *testing.B, book *law.Book, text string) {
	w, err := book.ReadWish(text)
	if err != nil {
		b.Fatal(err)
	}
	if found, err := book.Examples(w, "us-il", day); err != nil || len(found) == 0 {
		b.Fatal(len(found), err)
	}
}

func compare(b *testing.B, book *law.Book, before string) {
	changes, err := law.Diff(book, before, book, day, "us-il")
	if err != nil || len(changes) == 0 {
		b.Fatal(len(changes), err)
	}
	b.ReportMetric(float64(len(changes)), "changes")
}
