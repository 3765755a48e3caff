package store

import (
	"testing"

	"comity/door"
)

func TestTellIsKeptReadAndTakenDown(t *testing.T) {
	s, _ := create(t, newClock())
	ctx := t.Context()
	if _, ok, err := s.TellPage(ctx, "IL0160000"); ok || err != nil {
		t.Fatalf("an agency without a page has one: %v", err)
	}
	page := door.Tell{Name: "Sample", ORI: "IL0160000", Place: "us-il", Actor: "sheriff", Uniforms: []door.Text{{EN: "Blue.", ES: "Azul."}}, CheckedOn: "2026-11-21", StaleAfter: 90}
	if err := s.KeepTellPage(ctx, page); err != nil {
		t.Fatal(err)
	}
	page.CheckedOn = "2026-12-01"
	other := page
	other.ORI = "AK0010500"
	for _, p := range []door.Tell{page, other} {
		if err := s.KeepTellPage(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	got, ok, err := s.TellPage(ctx, page.ORI)
	if err != nil || !ok || got.CheckedOn != "2026-12-01" || got.Uniforms[0].ES != "Azul." {
		t.Fatalf("%+v %v %v", got, ok, err)
	}
	if all, err := s.TellPages(ctx); err != nil || len(all) != 2 || all[0].ORI != other.ORI {
		t.Fatalf("%+v %v", all, err)
	}
	if err := s.DropTellPage(ctx, page.ORI); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.TellPage(ctx, page.ORI); ok {
		t.Error("it was taken down and is still there")
	}
}
