package desk

import (
	"slices"
	"strings"
	"testing"
)

func flagged(id, number string, more ...string) Request {
	return cook(id, "shield", append([]string{"flag", shieldSet, "part", "victim", "incident", number}, more...)...)
}

// A contact with a victim or a witness and a request of a federal agency never
// stand together: not under one number in either order and however it is
// written, not by pointing, not by a correction, not in a search or an export
// (H20, K25).
func TestHarm_H20_a_shielded_contact_joins_no_federal_request(t *testing.T) {
	d, s := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, flagged("sh-1", "R-2026 77"))
	federal := map[string][]string{
		"assistance":      {"asked", "perimeter", "by", "ice", "purpose", "civil-immigration", "danger", "no", "setting", "street", "paper", "none", "called_back", "yes", "incident", ""},
		"informal":        {"asked", "perimeter", "how", "telephone", "by", "ice", "purpose", "civil-immigration", "paper", "none", "incident", ""},
		"database-access": {"what", "account-opened", "system", "jail", "by", "ice", "users", "program", "purpose", "audit", "basis", "none", "incident", ""},
		"equipment":       {"what", "used", "type", "drone", "count", "1", "for", "ice", "purpose", "mixed", "reason", "crowd", "approved", "not", "incident", ""},
	}
	for kind, form := range federal {
		for _, number := range []string{"R-2026 77", "r202677", "R/2026/77"} {
			form[len(form)-1] = number
			if _, err := d.Handle(t.Context(), cook("x-"+kind, kind, form...)); code(err) != "shielded" {
				t.Errorf("%s under %q: %v", kind, number, err)
			}
		}
		form[len(form)-1] = "OTHER-1"
		pointing := cook("p-"+kind, kind, form...)
		pointing.Ref = "sh-1"
		if _, err := d.Handle(t.Context(), pointing); code(err) != "shielded" {
			t.Errorf("%s points to it: %v", kind, err)
		}
		handle(t, d, cook("ok-"+kind, kind, form...))
		if _, err := d.Correct(t.Context(), "ok-"+kind, Correction{ID: "c-" + kind, Agency: "IL0160000", Field: "incident", Value: "R2026-77", Why: "x"}); code(err) != "shielded" {
			t.Errorf("%s is corrected to it: %v", kind, err)
		}
	}
	held := texas().but("tx", "booking", "R-2026-77")
	held.Agency, held.In = "IL0160000", "us-il-cook"
	if _, err := d.Handle(t.Context(), held); code(err) != "shielded" {
		t.Errorf("a detainer with it as a booking number: %v", err)
	}
	if _, err := d.Handle(t.Context(), flagged("sh-2", "other 1")); code(err) != "shield-joined" {
		t.Errorf("a flag on a number of a request: %v", err)
	}
	own := emergency("call-1", "incident", "R-2026 77")
	own.Agency = "IL0160000"
	handle(t, d, own) // the agency's own call
	pointing := flagged("sh-3", "R-9")
	pointing.Ref = "ok-informal"
	if _, err := d.Handle(t.Context(), pointing); code(err) != "shielded" {
		t.Errorf("a shield that points: %v", err)
	}
	for _, text := range []string{"R-2026 77", ""} {
		found, err := d.Find(t.Context(), "IL0160000", text, 50)
		if err != nil || slices.ContainsFunc(found, func(c Card) bool { return c.Kind == "shield" }) {
			t.Errorf("a search for %q finds it: %v", text, err)
		}
	}
	k, _ := KindOf("shield")
	if k.Record.Release != 0 || slices.Contains(k.Columns(), "incident") {
		t.Error("it leaves with an export")
	}
	for _, e := range s.Kept {
		if e.Kind == "shield" && e.Ref != "" || e.Ref == "sh-1" {
			t.Errorf("%s is joined to %s", e.ID, e.Ref)
		}
	}
}

// A flag that was set by mistake is lifted by a supervisor, with the reason.
func TestShieldIsLifted(t *testing.T) {
	d, _ := at(t, "2026-11-21T09:10:00-06:00")
	handle(t, d, flagged("sh-1", "R-1"))
	if _, err := d.Handle(t.Context(), cook("l0", "shield", "flag", shieldLifted, "part", "victim", "incident", "R-1")); code(err) != "missing-field" {
		t.Errorf("lifted by nobody: %v", err)
	}
	handle(t, d, cook("l1", "shield", "flag", shieldLifted, "part", "victim", "incident", "R 1", "rank", "supervisor", "why", "another number was meant"))
	handle(t, d, perimeterByWord("w1", "incident", "R-1"))
	if _, err := d.Handle(t.Context(), flagged("sh-2", "R-1")); code(err) != "shield-joined" {
		t.Errorf("set again over a request: %v", err)
	}
}

// What may stand beside a shield is nothing that a federal agency asks for.
func TestBesidesAreNotFederal(t *testing.T) {
	for _, name := range besides {
		k, ok := KindOf(name)
		if !ok {
			t.Errorf("%s is no kind", name)
			continue
		}
		for _, f := range k.Fields {
			if (f.Name == "by" || f.Name == "asked_by") && slices.Contains(f.Values, "ice") {
				t.Errorf("%s asks which federal agency wants something", name)
			}
		}
		if strings.Contains(name, "detainer") {
			t.Error(name)
		}
	}
}
