package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"comity/record"
)

// A recordKeeper stands for the store.
type recordKeeper struct {
	told     []string
	free     bool // no hold is in force
	receipts func(id string) ([]byte, error)
}

func (k *recordKeeper) Hold(_ context.Context, id string, o record.HoldOrder) (record.Appended, error) {
	if err := record.CheckAuthority("a hold", o.Authority); err != nil {
		return record.Appended{}, err
	}
	k.told = append(k.told, "hold "+id+" "+o.Role)
	return record.Appended{ID: o.ID}, nil
}

func (k *recordKeeper) LiftHold(_ context.Context, hold string, o record.HoldOrder) (record.Appended, error) {
	k.told = append(k.told, "lift "+hold)
	return record.Appended{ID: o.ID}, nil
}

func (k *recordKeeper) Holds(context.Context, string) ([]record.Hold, error) {
	if k.free {
		return nil, nil
	}
	return []record.Hold{{ID: "hold-1", Entry: "jail-1", Authority: "N.D. Ill., 26-cv-1"}}, nil
}

func (k *recordKeeper) Expunge(_ context.Context, o record.Order) ([]record.Appended, error) {
	k.told = append(k.told, "expunge "+o.Entry+" "+string(o.By))
	return []record.Appended{{ID: "erasure.1"}}, o.Check()
}

func (k *recordKeeper) Disclose(_ context.Context, id string, names ...string) ([]byte, error) {
	if k.receipts != nil {
		return k.receipts(id)
	}
	return []byte(`{"shown":"` + id + " " + strings.Join(names, " ") + `"}`), nil
}

// views remembers what was looked at.
type views struct{ seen []string }

func (v *views) Viewed(_ context.Context, account, role, how string, ids ...string) error {
	for _, id := range ids {
		v.seen = append(v.seen, role+" "+how+" "+id)
	}
	return nil
}

func newCourt(t *testing.T) (*office, *recordKeeper, *views) {
	t.Helper()
	k, v := &recordKeeper{}, &views{}
	o := newOfficeWith(t, func(c *Config) { c.Desk.Keeper, c.Viewings = k, v })
	for name, role := range map[string]string{"counsel": RoleCounsel, "board": RoleBoard, "clerk-2": RoleClerk} {
		o.badges.tokens[name] = Account{ID: "account-" + name, Agency: "TX2270000", Role: role}
	}
	o.badges.links["board"] = Account{ID: "account-board", Agency: "TX2270000", Role: RoleBoard}
	if w := o.call("POST", "/api/v1/requests", "tx", jailRequest); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if _, err := o.shelf.Append(t.Context(), record.Draft{ID: "hold-1", Agency: "TX2270000", Kind: "hold", Ref: "jail-1", At: staffNow}); err != nil {
		t.Fatal(err)
	}
	return o, k, v
}

func TestAPIOrders(t *testing.T) {
	o, k, _ := newCourt(t)
	for _, c := range []struct {
		token, path, body string
		want              int
	}{
		{"tx", "/api/v1/entries/jail-1/holds", `{"id":"h","authority":"x"}`, http.StatusForbidden},
		{"audit", "/api/v1/entries/jail-1/erasures", `{"authority":"x","by":"court"}`, http.StatusForbidden},
		{"il", "/api/v1/entries/jail-1/holds", `{"id":"h","authority":"x"}`, http.StatusForbidden},
		{"counsel", "/api/v1/entries/nowhere/holds", `{"id":"h","authority":"x"}`, http.StatusNotFound},
		{"counsel", "/api/v1/entries/jail-1/holds", `{"id":"h","authority":"x"}`, http.StatusCreated},
		{"counsel", "/api/v1/entries/jail-1/holds", `{"id":"l","authority":"x","lifts":"hold-1"}`, http.StatusCreated},
		{"counsel", "/api/v1/entries/jail-1/holds", `{"id":"l","authority":"x","lifts":"hold-9"}`, http.StatusNotFound},
		{"counsel", "/api/v1/entries/jail-1/erasures", `{"authority":"order","by":"court","chain":true}`, http.StatusCreated},
		{"counsel", "/api/v1/entries/jail-1/erasures", `{"authority":"order","by":"schedule"}`, http.StatusBadRequest},
		{"counsel", "/api/v1/entries/jail-1/erasures", `{"authority":" ","by":"court"}`, http.StatusBadRequest},
		{"counsel", "/api/v1/entries/jail-1/erasures", `{"authority":"order","entry":"other"}`, http.StatusBadRequest},
	} {
		if w := o.call("POST", c.path, c.token, c.body); w.Code != c.want {
			t.Errorf("%s %s %s: %d %s", c.token, c.path, c.body, w.Code, w.Body)
		}
	}
	if want := []string{"hold jail-1 counsel", "lift hold-1", "expunge jail-1 court", "expunge jail-1 court"}; !slices.Equal(k.told, want) {
		t.Errorf("the keeper was told %q", k.told)
	}
	if w := o.call("GET", "/api/v1/entries/jail-1/holds", "audit", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "26-cv-1") {
		t.Errorf("the holds: %d %s", w.Code, w.Body)
	}
}

// O2: a board member asks, counsel grants, the board opens; every step is an
// entry, and without all of it the field stays sealed.
func TestAPIDisclosure(t *testing.T) {
	o, _, v := newCourt(t)
	call := func(token, method, path, body string, want int) string {
		t.Helper()
		w := o.call(method, path, token, body)
		if w.Code != want {
			t.Errorf("%s %s %s: %d %s", token, method, path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	if got := call("board", "GET", "/api/v1/entries/jail-1", "", http.StatusOK); strings.Contains(got, "Canary") {
		t.Error("the board reads a sealed field")
	}
	call("board", "POST", "/api/v1/entries/jail-1/disclosures", `{"id":"ask","fields":["name"]}`, http.StatusBadRequest)
	call("board", "POST", "/api/v1/entries/jail-1/disclosures", `{"id":"ask","fields":["name"],"reason":"complaint 12"}`, http.StatusCreated)
	call("board", "GET", "/api/v1/disclosures/ask?as=look-1", "", http.StatusForbidden)
	call("board", "POST", "/api/v1/disclosures/ask/answers", `{"id":"yes","grant":true,"reason":"x"}`, http.StatusForbidden)
	call("clerk-2", "POST", "/api/v1/disclosures/ask/answers", `{"id":"yes","grant":true,"reason":"x"}`, http.StatusForbidden)
	call("counsel", "POST", "/api/v1/disclosures/ask/answers", `{"id":"yes","grant":true,"reason":"in the review"}`, http.StatusCreated)
	call("audit", "GET", "/api/v1/disclosures/ask?as=look-2", "", http.StatusForbidden)
	if got := call("board", "GET", "/api/v1/disclosures/ask?as=look-3", "", http.StatusOK); !strings.Contains(got, "jail-1 form.name") {
		t.Errorf("opened: %s", got)
	}
	var steps []string
	for _, e := range o.shelf.Kept {
		if e.Kind == "look" {
			steps = append(steps, e.ID)
		}
	}
	if want := []string{"ask", "yes", "look-3"}; !slices.Equal(steps, want) {
		t.Errorf("the trace: %v", steps)
	}
	if len(v.seen) != 0 {
		t.Errorf("the board is said to have seen %v", v.seen)
	}
}

// H24: what is sealed is shown to nobody who is not remembered.
func TestHarm_H24_every_view_of_a_sealed_field_is_kept(t *testing.T) {
	o, _, v := newCourt(t)
	if w := o.call("GET", "/api/v1/entries/jail-1", "tx", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Canary") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	clerk := o.signIn(t, "clerk")
	for path, how := range map[string]string{"/desk": "list", "/desk/entries/jail-1": "page", "/desk/entries/jail-1/notice?in=en": "notice"} {
		v.seen = nil
		w := clerk.get(path)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Canary") || !slices.Contains(v.seen, "clerk "+how+" jail-1") {
			t.Errorf("%s: %d, seen %v", path, w.Code, v.seen)
		}
	}
	v.seen = nil
	board := o.signIn(t, "board")
	if body := board.get("/desk/entries/jail-1").Body.String(); strings.Contains(body, "Canary") || len(v.seen) != 0 {
		t.Errorf("the board sees a sealed field, or is said to: %v", v.seen)
	}
}

// H27: a contest and its answer stand beside the entry on the page, in the API
// and in the export.
func TestHarm_H27_a_contest_stands_in_every_view(t *testing.T) {
	o, _, _ := newCourt(t)
	c := o.signIn(t, "clerk")
	post := func(path string, form url.Values) {
		t.Helper()
		if w := c.post(path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if body := c.get("/desk/contest?of=jail-1").Body.String(); !strings.Contains(body, `value="jail-1"`) {
		t.Error("the form does not name the entry")
	}
	post("/desk/contest", url.Values{"id": {"c-1"}, "ref": {"jail-1"}, "who": {"federal-agency"}, "of": {"outside-claim"}, "about": {"release"}, "why": {"Words of a contest"}})
	csv := c.get("/desk/export/detainer.csv").Body.String()
	if !strings.Contains(csv, ",contested,") || strings.Contains(csv, "Words of") {
		t.Errorf("export: %s", csv)
	}
	post("/desk/rebuttal", url.Values{"id": {"r-1"}, "ref": {"c-1"}, "outcome": {"stands"}, "why": {"Words of an answer"}})
	for _, prefix := range []string{"", "/es"} {
		body := c.get(prefix + "/desk/entries/jail-1").Body.String()
		if !strings.Contains(body, "Words of a contest") || !strings.Contains(body, "Words of an answer") || !strings.Contains(body, "26-cv-1") || !strings.Contains(body, map[string]string{"": "Litigation hold set", "/es": "por litigio impuesta"}[prefix]) {
			t.Errorf("%s: the page lacks the contest, its answer or the hold", prefix)
		}
	}
	if csv := c.get("/desk/export/detainer.csv").Body.String(); !strings.Contains(csv, ",answered,") {
		t.Errorf("export: %s", csv)
	}
	one := o.call("GET", "/api/v1/entries/jail-1", "tx", "").Body.String()
	if !strings.Contains(one, "Words of a contest") || !strings.Contains(one, "Words of an answer") {
		t.Errorf("API: %s", one)
	}
	for _, path := range []string{"/api/v1/entries", "/api/v1/entries/jail-1"} {
		body := o.call("GET", path, "audit", "").Body.String()
		if !strings.Contains(body, `"who":"federal-agency"`) || !strings.Contains(body, `"outcome":"stands"`) || strings.Contains(body, "Words of") {
			t.Errorf("%s as an auditor: %s", path, body)
		}
	}
}
