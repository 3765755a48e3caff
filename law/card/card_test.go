package card

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/law"
)

func book(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Load(os.DirFS("../../data"))
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC) }
	return b
}

// Whatever is asked, the sheet names only what the decision names, and says
// nothing of a boundary where it is protected.
func TestSheetIsThatOfTheDecision(t *testing.T) {
	b, r := book(t), rand.New(rand.NewPCG(11, 6))
	v := b.Vocabulary()
	protected, carried := 0, 0
	for range 400 {
		q := comity.Question{In: []string{"us-il-chicago", "us-tx-travis", "us-wy", "us-ca-los-angeles"}[r.IntN(4)], On: "2026-11-20", Known: "2026-11-21",
			Closed: r.IntN(2) == 0, Actor: v.Actors[r.IntN(len(v.Actors))].Name, Act: v.Acts[r.IntN(len(v.Acts))].Name}
		d, err := b.Decide(q)
		if err != nil {
			continue
		}
		reader := Reader{b, q, d}
		s := reader.Sheet(mustJSON(t, d))
		if s.Protected {
			protected++
			if len(s.Missing)+len(s.Change)+len(s.Assumed)+len(s.Nearest) > 0 {
				t.Errorf("%+v: %v %v %v %v", q, s.Missing, s.Change, s.Assumed, s.Nearest)
			}
		}
		if s.Carrier != "" {
			carried++
			if !slices.Contains(d.Rules, s.Carrier) {
				t.Errorf("%s carries nothing of %v", s.Carrier, d.Rules)
			}
		}
		for _, rule := range s.Rules {
			if (rule.How == "carries") != slices.Contains(d.Rules, rule.ID) {
				t.Errorf("%s is %s", rule.ID, rule.How)
			}
		}
	}
	if protected == 0 || carried == 0 {
		t.Errorf("%d protected, %d carried", protected, carried)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRefs(t *testing.T) {
	b := book(t)
	q := comity.Question{In: "us-il-chicago", On: "2026-11-20", Known: "2026-11-21", Actor: "municipal-police", Act: "hold-on-detainer", Closed: true}
	d, err := b.Decide(q)
	if err != nil {
		t.Fatal(err)
	}
	got := Reader{b, q, d}.Refs(append(slices.Clone(d.Rules), "no/such#rule", d.Rules[0]))
	if len(got) != len(slices.Compact(slices.Clone(got))) || !slices.Contains(got, "no/such#rule") || !strings.Contains(strings.Join(got, " "), "ILCS") {
		t.Errorf("%q of %q", got, d.Rules)
	}
}

func TestZone(t *testing.T) {
	b := book(t)
	for place, want := range map[string]string{"us-il-chicago": "America/Chicago", "us-il": "America/Chicago", "us-wy": "America/Denver", "nowhere": ""} {
		p, _ := b.Place(place)
		if got := Zone(b.Places(), p); got != want {
			t.Errorf("%s: %q, want %q", place, got, want)
		}
	}
}
