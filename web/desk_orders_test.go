package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/record"
)

// A drawer stands for counsel's notes, and for the list of who looked.
type drawer struct {
	notes []Note
	seen  []Viewing
}

func (d *drawer) Add(_ context.Context, _ string, n Note) error {
	d.notes = append(d.notes, n)
	return nil
}

func (d *drawer) Of(_ context.Context, agency, entry string) ([]Note, error) {
	return slices.DeleteFunc(slices.Clone(d.notes), func(n Note) bool { return n.Entry != entry }), nil
}

func (d *drawer) All(context.Context, string) ([]Note, error) { return d.notes, nil }

func (d *drawer) Drop(_ context.Context, _, entry, id string) error {
	d.notes = slices.DeleteFunc(d.notes, func(n Note) bool { return n.ID == id && n.Entry == entry })
	return nil
}

func (d *drawer) Looked(_ context.Context, agency, entry string, most int) ([]Viewing, error) {
	return slices.DeleteFunc(slices.Clone(d.seen), func(v Viewing) bool { return entry != "" && v.Entry != entry })[:min(most, len(d.seen))], nil
}

// newBench is a court with a drawer, and somebody of each role at a browser.
func newBench(t *testing.T) (*office, *recordKeeper, *drawer, func(role access.Role) *clerkAt) {
	t.Helper()
	k, d := &recordKeeper{}, &drawer{}
	o := newOfficeWith(t, func(c *Config) { c.Desk.Keeper, c.Viewings, c.Looked, c.Notes = k, &views{}, d, d })
	k.receipts = func(id string) ([]byte, error) { return o.shelf.Receipt(t.Context(), id) }
	if w := o.call("POST", "/api/v1/requests", "tx", jailRequest); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	hold := record.Draft{ID: "hold-1", Agency: "TX2270000", Kind: "hold", Ref: "jail-1", At: staffNow, Fields: []record.Field{{Name: "authority", Value: "N.D. Ill., 26-cv-1"}, {Name: "hold", Value: "set"}}}
	if _, err := o.shelf.Append(t.Context(), hold); err != nil {
		t.Fatal(err)
	}
	return o, k, d, func(role access.Role) *clerkAt {
		name := "as-" + string(role)
		o.badges.sessions[name] = Account{ID: name, Agency: "TX2270000", Role: string(role), Name: "Sample " + string(role), By: access.ByPasskey}
		return &clerkAt{office: o, t: t, cookie: name}
	}
}

// Counsel sets and lifts holds and erases by an order, on pages; a hold refuses
// with words, what goes is shown first, and nobody else comes near.
func TestOrdersOnThePages(t *testing.T) {
	_, k, _, as := newBench(t)
	counsel := as(access.Counsel)
	order := url.Values{"court": {"Circuit Court"}, "number": {"order 26-EX-104"}, "by": {"court"}, "scope": {"chain"}, "header": {"withdrawn"}}
	with := func(f url.Values, pairs ...string) url.Values {
		out := url.Values{}
		for name, v := range f {
			out[name] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	for _, prefix := range []string{"", "/es"} {
		held := map[string]string{"": "A litigation hold keeps this case", "/es": "Una conservación por litigio protege este caso"}[prefix]
		for _, step := range []string{"", "2"} {
			w := counsel.post(prefix+"/desk/entries/jail-1/erase", with(order, "step", step, "confirmed", "yes"))
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), held) || !strings.Contains(w.Body.String(), "26-cv-1") {
				t.Errorf("%s step %q under a hold: %d", prefix, step, w.Code)
			}
		}
	}
	for name, c := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"a hold without authority": {"hold", url.Values{"id": {"h-0"}}, http.StatusUnprocessableEntity},
		"a hold":                   {"hold", url.Values{"id": {"h-1"}, "authority": {"S.D. Tex., 26-cv-7"}}, http.StatusSeeOther},
		"its end":                  {"hold", url.Values{"id": {"l-1"}, "authority": {"S.D. Tex., 26-cv-7"}, "lifts": {"hold-1"}}, http.StatusSeeOther},
	} {
		if w := counsel.post("/desk/entries/jail-1/"+c.path, c.form); w.Code != c.want {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	k.free = true
	if w := counsel.post("/desk/entries/jail-1/erase", with(order, "number", "")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="Circuit Court"`) {
		t.Errorf("an order without a number: %d, or what was typed is lost", w.Code)
	}
	preview := counsel.post("/desk/entries/jail-1/erase", order)
	for _, want := range []string{"Circuit Court, order 26-EX-104", "2 of its fields are sealed", "A signed note says so", `name="step" value="2"`} {
		if !strings.Contains(preview.Body.String(), want) {
			t.Errorf("what goes lacks %q", want)
		}
	}
	if w := counsel.post("/desk/entries/jail-1/erase", with(order, "step", "2")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("not confirmed: %d", w.Code)
	}
	if slices.ContainsFunc(k.told, func(s string) bool { return strings.HasPrefix(s, "expunge") }) {
		t.Errorf("something was erased before it was confirmed: %v", k.told)
	}
	if w := counsel.post("/desk/entries/jail-1/erase", with(order, "step", "2", "confirmed", "yes")); w.Code != http.StatusSeeOther {
		t.Errorf("confirmed: %d %s", w.Code, w.Body)
	}
	if want := []string{"hold jail-1 counsel", "lift hold-1", "expunge jail-1 court"}; !sameSet(k.told, want) {
		t.Errorf("the keeper was told %q", k.told)
	}
	for _, role := range []access.Role{access.Clerk, access.Supervisor, access.Commander, access.Auditor, access.Board, access.Administrator} {
		for _, path := range []string{"hold", "erase", "notes"} {
			if w := as(role).get("/desk/entries/jail-1/" + path); w.Code != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", role, path, w.Code)
			}
		}
	}
	list := as(access.Auditor).get("/desk/orders").Body.String()
	if !strings.Contains(list, "N.D. Ill., 26-cv-1") || strings.Contains(list, "/hold\"") || strings.Contains(list, "Canary") {
		t.Error("an auditor does not see the holds, or is offered to lift one")
	}
	if w := counsel.get("/desk/entries/none/erase"); w.Code != http.StatusNotFound {
		t.Errorf("of no entry: %d", w.Code)
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// O2, H7: an auditor asks on the page, a second person grants, the auditor
// opens it once on the page and once as a file; each is an entry.
func TestLookOnThePages(t *testing.T) {
	o, _, d, as := newBench(t)
	auditor, supervisor := as(access.Auditor), as(access.Supervisor)
	form := auditor.get("/desk/entries/jail-1/look").Body.String()
	if !strings.Contains(form, `value="name"`) || strings.Contains(form, "Canary") {
		t.Error("the form does not offer the fields by name, or tells what they say")
	}
	ask := url.Values{"id": {"ask-1"}, "fields": {"name"}}
	if w := auditor.post("/desk/entries/jail-1/look", ask); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="name" checked`) {
		t.Errorf("without a reason: %d", w.Code)
	}
	ask.Set("reason", "Canary complaint 12")
	if w := auditor.post("/desk/entries/jail-1/look", ask); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/looks/ask-1" {
		t.Fatalf("asking: %d %s", w.Code, w.Body)
	}
	if body := as(access.Board).get("/desk/looks/ask-1").Body.String(); strings.Contains(body, "Canary") || !strings.Contains(body, "Waits for a second person") {
		t.Error("the reason is shown to somebody who does not decide")
	}
	if body := auditor.get("/desk/looks/ask-1").Body.String(); strings.Contains(body, "ask-1/answer") || strings.Contains(body, "ask-1/open") {
		t.Error("whoever asks may answer, or open before it is granted")
	}
	open := func(id, as string) *url.Values { return &url.Values{"id": {id}, "as": {as}} }
	if w := auditor.post("/desk/looks/ask-1/open", *open("o-0", "page")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("opened before it was granted: %d", w.Code)
	}
	for name, c := range map[string]struct {
		by   *clerkAt
		form url.Values
		want int
	}{
		"nothing chosen":       {supervisor, url.Values{"id": {"a-0"}, "reason": {"x"}}, http.StatusUnprocessableEntity},
		"no reason":            {supervisor, url.Values{"id": {"a-1"}, "answer": {"granted"}}, http.StatusUnprocessableEntity},
		"a clerk":              {as(access.Clerk), url.Values{"id": {"a-2"}, "answer": {"granted"}, "reason": {"x"}}, http.StatusForbidden},
		"another of that role": {as(access.Auditor), url.Values{"id": {"a-3"}, "answer": {"granted"}, "reason": {"x"}}, http.StatusForbidden},
	} {
		if w := c.by.post("/desk/looks/ask-1/answer", c.form); w.Code != c.want {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if body := supervisor.get("/desk/looks/ask-1").Body.String(); !strings.Contains(body, "Canary complaint 12") || !strings.Contains(body, "ask-1/answer") {
		t.Error("whoever decides does not read the reason")
	}
	if w := supervisor.post("/desk/looks/ask-1/answer", url.Values{"id": {"a-4"}, "answer": {"granted"}, "reason": {"within the review"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("granting: %d %s", w.Code, w.Body)
	}
	if w := auditor.post("/desk/looks/ask-1/open", *open("o-1", "page")); w.Code != http.StatusOK {
		t.Errorf("on the page: %d %s", w.Code, w.Body)
	}
	if w := auditor.post("/desk/looks/ask-1/open", *open("o-2", "file")); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "receipt.json") {
		t.Errorf("as a file: %d", w.Code)
	}
	var trace []string
	for _, e := range o.shelf.Kept {
		if e.Kind == "look" {
			trace = append(trace, e.ID)
		}
	}
	if want := []string{"ask-1", "a-4", "o-1", "o-2"}; !slices.Equal(trace, want) {
		t.Errorf("the trace is %v", trace)
	}
	for _, path := range []string{"/desk/orders", "/desk/looks/ask-1", "/es/desk/looks/ask-1"} {
		if w := auditor.get(path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Canary Person") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	d.seen = []Viewing{{"jail-1", "account-7", "clerk", "notice", staffNow}, {"other", "account-8", "supervisor", "by-hand", staffNow}}
	list := auditor.get("/desk/viewings").Body.String()
	if !strings.Contains(list, "Printed the notice") || !strings.Contains(list, "account-8") || !strings.Contains(list, "by-hand") {
		t.Error("the list of who looked lacks somebody")
	}
	if one := auditor.get("/desk/viewings?entry=jail-1").Body.String(); !strings.Contains(one, "account-7") || strings.Contains(one, "account-8") {
		t.Error("the list of one entry shows another's")
	}
	for range viewingsAtOnce {
		d.seen = append(d.seen, d.seen[0])
	}
	if body := auditor.get("/desk/viewings").Body.String(); !strings.Contains(body, "latest 500") {
		t.Error("a long list does not say that it is cut")
	}
	if w := supervisor.get("/desk/viewings"); w.Code != http.StatusForbidden {
		t.Errorf("a supervisor reads who looked: %d", w.Code)
	}
}

// K28: counsel's answer is a dated note with author and end, and nothing of it
// is in the record, in an export or in what others see.
func TestCounselNotesOnThePages(t *testing.T) {
	o, _, d, as := newBench(t)
	counsel := as(access.Counsel)
	entries := len(o.shelf.Kept)
	note := url.Values{"id": {"n-1"}, "text": {"Privileged Canary advice\nin two lines"}, "until": {"2027-03-01"}}
	for name, bad := range map[string][2]string{"no end": {"until", ""}, "an end that is over": {"until", "2026-11-20"}, "no words": {"text", "  "}, "too many": {"text", strings.Repeat("x", longestNote+1)}} {
		form := url.Values{"id": {"n-0"}, "text": note["text"], "until": note["until"]}
		form.Set(bad[0], bad[1])
		if w := counsel.post("/desk/entries/jail-1/notes", form); w.Code != http.StatusUnprocessableEntity || len(d.notes) != 0 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := counsel.post("/desk/entries/jail-1/notes", note); w.Code != http.StatusSeeOther || len(d.notes) != 1 || d.notes[0].Author != "Sample counsel" {
		t.Fatalf("a note: %d, %+v", w.Code, d.notes)
	}
	d.notes = append(d.notes, Note{ID: "n-2", Entry: "jail-1", Author: "Sample counsel", Text: "Old advice", Written: staffNow.AddDate(-1, 0, 0), Expires: staffNow.Add(-time.Hour)})
	for _, path := range []string{"/desk/notes", "/desk/entries/jail-1/notes", "/es/desk/notes"} {
		body := counsel.get(path).Body.String()
		for _, want := range []string{"Privileged Canary advice", "Sample counsel", map[bool]string{true: "venció el", false: "ran out on"}[strings.HasPrefix(path, "/es")]} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
	for _, role := range access.Roles() {
		c := as(role)
		for _, path := range []string{"/desk", "/desk/orders", "/desk/entries/jail-1", "/desk/export/detainer.csv", "/desk/viewings", "/desk/notes", "/desk/entries/jail-1/notes"} {
			if mine := strings.HasSuffix(path, "notes") && (role == access.Counsel || role == access.Admin); !mine && strings.Contains(c.get(path).Body.String(), "Privileged") {
				t.Errorf("%s reads counsel's note at %s", role, path)
			}
		}
	}
	for _, path := range []string{"/api/v1/entries", "/api/v1/entries/jail-1", "/record", "/feeds/entries.atom"} {
		if strings.Contains(o.call("GET", path, "tx", "").Body.String(), "Privileged") {
			t.Errorf("%s shows counsel's note", path)
		}
	}
	if kept := fmt.Sprint(o.shelf.Kept); strings.Contains(kept, "Privileged") || len(o.shelf.Kept) != entries {
		t.Error("a note reached the record")
	}
	if w := counsel.post("/desk/entries/jail-1/notes", url.Values{"drop": {"n-1"}}); w.Code != http.StatusSeeOther || len(d.notes) != 1 {
		t.Errorf("destroying a note: %d, %d left", w.Code, len(d.notes))
	}
}

// A copy that keeps neither notes nor viewings says so.
func TestOrdersWithoutNotesOrViewings(t *testing.T) {
	o, _, _ := newCourt(t)
	o.badges.sessions["c"] = Account{ID: "c", Agency: "TX2270000", Role: RoleCounsel, By: access.ByPasskey}
	c := &clerkAt{office: o, t: t, cookie: "c"}
	for path, want := range map[string]string{"/desk/notes": "This copy keeps no notes", "/desk/entries/jail-1/notes": "This copy keeps no notes", "/desk/viewings": "does not keep who looked"} {
		if w := c.get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
