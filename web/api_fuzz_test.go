package web

import (
	"encoding/json"
	"testing"
)

// Whatever is sent: one clear problem or a durable entry, never a fault of
// ours, and nothing half-written.
func FuzzAPIRequest(f *testing.F) {
	for _, seed := range []string{jailRequest, `{}`, `[]`, `{"id":"x","agency":"TX2270000","kind":"detainer","in":"us","items":[{"act":"hold-on-detainer","facts":{"clock.hours_past_release":"-1"}}]}`,
		`{"id":"x","agency":"TX2270000","kind":"misidentification","in":"us-tx","fields":{"delay_minutes":"99999999999"}}`, `{"id":"\u0000"}`,
		`{"id":"y","agency":"TX2270000","kind":"detainer","in":"us-tx-travis","at":"0000-01-01T00:00:00Z","actor":"county-jail","items":[{"act":"notify-person","facts":null}]}`} {
		f.Add(seed)
	}
	o := newOffice(f)
	f.Fuzz(func(t *testing.T, body string) {
		before := len(o.shelf.Kept)
		w := o.call("POST", "/api/v1/requests", "tx", body)
		switch {
		case w.Code == 201 && len(o.shelf.Kept) == before+1, w.Code == 200 && len(o.shelf.Kept) == before:
		case w.Code >= 400 && w.Code < 500 && len(o.shelf.Kept) == before:
			var p apiProblem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code == "" || p.Title == "" {
				t.Errorf("no clear problem: %s", w.Body)
			}
		default:
			t.Errorf("%d with %d new entries: %s", w.Code, len(o.shelf.Kept)-before, w.Body)
		}
	})
}

func FuzzAPIDecide(f *testing.F) {
	for _, seed := range []string{`{"in":"us-il","on":"2026-11-21","actor":"county-jail","act":"notify-person","facts":{}}`, `[]`, `[{}]`, `[1,"x",null]`, `{"in":`, "[{\"id\":\"a\nb\"}]", ` `} {
		f.Add(seed)
	}
	o := newOffice(f)
	f.Fuzz(func(t *testing.T, body string) {
		w := o.call("POST", "/api/v1/decide", "", body)
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
