package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/data"
	"comity/desk"
	"comity/record"
)

// elsewhere are fields that name what is not in this record: a decision, a
// field of another entry.
var elsewhere = []string{"assistance.asked", "act.override"}

// sealedEntries writes one entry of every kind that has something sealed. Each
// sealed value names its entry.
func sealedEntries(t *testing.T, o *office) []string {
	t.Helper()
	ids := []string{"jail-1"}
	for _, k := range desk.Kinds() {
		if k.Name == "correction" {
			continue // its page names the field that it corrects, and there is none here
		}
		id := "look." + k.Name
		at := staffNow.Add(-2 * time.Hour)
		d := record.Draft{ID: id, Agency: "TX2270000", Kind: k.Name, At: at, Law: desk.ReadCard(o.shelf.Kept[0]).Law, Fields: []record.Field{
			{Name: "in", Value: "us-tx-travis"}, {Name: "on", Value: at.Format(time.DateOnly)}, {Name: "at", Value: at.Format(time.RFC3339)}, {Name: "actor", Value: "sheriff"}, {Name: "role", Value: "clerk"},
		}}
		if len(k.Of) == 0 || slices.Contains(k.Of, "detainer") {
			d.Ref = "jail-1"
		} else {
			d.Ref = "look." + k.Of[0]
		}
		sealed := false
		for _, f := range k.Fields {
			if value := sampleOf(f, id); value != "" && !f.Never && !slices.Contains(elsewhere, k.Name+"."+f.Name) {
				d.Fields = append(d.Fields, record.Field{Name: "form." + f.Name, Value: value, Personal: f.Personal})
				sealed = sealed || strings.HasPrefix(value, "CANARY")
			}
		}
		if !sealed {
			continue
		}
		if _, err := o.shelf.Append(t.Context(), d); err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		ids = append(ids, id)
	}
	return ids
}

func sampleOf(f desk.Field, id string) string {
	at := staffNow.Add(-2 * time.Hour)
	switch {
	case f.Personal && (f.Type == desk.Text):
		return "CANARY." + id + "." + f.Name + "."
	case len(f.Values) > 0:
		return f.Values[0]
	case f.Type == desk.Instant:
		return at.Format(time.RFC3339)
	case f.Type == desk.Day:
		return at.Format(time.DateOnly)
	case f.Type == desk.Number:
		return "1"
	}
	return ""
}

var canaryOf = regexp.MustCompile(`CANARY\.([a-z.-]+)\.\w+\.`)

// staffAddresses are every page and file of the desk and every reading of the
// API, as routes.go and the API name them, for each of these entries.
func staffAddresses(t *testing.T, o *office, ids []string) []string {
	t.Helper()
	wild := regexp.MustCompile(`\{(\w+)[.]*\}`)
	var out []string
	add := func(path string) {
		switch {
		case strings.Contains(path, "{id}"):
			for _, id := range ids {
				out = append(out, wild.ReplaceAllStringFunc(strings.Replace(path, "{id}", id, 1), func(string) string { return "detainer" }))
			}
		case strings.Contains(path, "{kind}"):
			for _, k := range desk.Kinds() {
				out = append(out, strings.Replace(path, "{kind}", k.Name, 1), strings.Replace(path, "{kind}", k.Name+".csv", 1))
			}
		case strings.Contains(path, "{"):
			for _, name := range []string{"detainer", "demands", "requests", "settings", "complaints", "1"} {
				out = append(out, wild.ReplaceAllString(path, name))
			}
		default:
			out = append(out, path)
		}
	}
	for _, r := range (&site{}).routes() {
		if method, path, _ := strings.Cut(r.pattern, " "); r.staff != nil && method == http.MethodGet {
			add(path)
		}
	}
	for _, path := range apiReadings(t, o) {
		add(path)
	}
	for _, id := range ids {
		for _, form := range []string{"/desk/contest?of=", "/desk/attribution?of=", "/desk/custody?of=", "/desk/transfer?of=", "/desk/release-call?of=", "/desk/viewings?entry=", "/desk?q="} {
			out = append(out, form+id)
		}
	}
	return out
}

// H24, as a property of every address of the desk and of the API: whatever it
// shows of what is sealed, the look is kept under the entry that it is of; and
// who may not open anything is shown nothing. An address added later is walked
// without a word here.
func TestHarm_H24_no_address_shows_what_is_sealed_unseen(t *testing.T) {
	o, _, v := newCourt(t)
	o.shelf.Kept = slices.DeleteFunc(o.shelf.Kept, func(e record.Entry) bool { return e.Kind == "hold" }) // it says nothing of itself here
	ids := sealedEntries(t, o)
	shown, refused := map[string]bool{}, map[string]bool{}
	readers := 0
	for _, role := range access.Roles() {
		name := "as-" + string(role)
		for _, by := range []string{access.ByPasskey, access.ByToken} {
			who := Account{ID: name, Agency: "TX2270000", Role: string(role), By: by}
			if by == access.ByToken {
				o.badges.tokens[name] = who
			} else {
				o.badges.sessions[name] = who
			}
		}
		opens := slices.Contains([]access.Role{access.Clerk, access.Counsel, access.Integrator}, role)
		if !opens && !slices.Contains([]access.Role{access.Dispatcher, access.Board, access.Administrator, access.Trainer}, role) {
			continue // as one of those
		}
		c := &clerkAt{office: o, t: t, cookie: name}
		for _, path := range staffAddresses(t, o, ids) {
			program := strings.HasPrefix(path, "/api/")
			if role == access.Integrator && !program || role == access.Counsel && !refused[path] {
				continue // a program sees no page; counsel sees what a clerk sees as a clerk does
			}
			v.seen = nil
			var code int
			var body string
			if program {
				w := o.call(http.MethodGet, path, name, "")
				code, body = w.Code, w.Body.String()
			} else {
				w := c.get(path)
				code, body = w.Code, w.Body.String()
			}
			if role == access.Clerk {
				refused[path] = code == http.StatusForbidden
			}
			if code >= 500 {
				t.Errorf("%s as %s: %d", path, role, code)
			}
			for _, m := range canaryOf.FindAllStringSubmatch(body, -1) {
				shown[m[1]] = true
				readers++
				if !slices.ContainsFunc(v.seen, func(s string) bool { return strings.HasPrefix(s, string(role)+" ") && strings.HasSuffix(s, " "+m[1]) }) {
					t.Errorf("%s as %s shows %s, and nobody is said to have looked at %s (%v)", path, role, m[0], m[1], v.seen)
				}
				if !opens {
					t.Errorf("%s as %s shows %s", path, role, m[0])
				}
			}
		}
	}
	for _, id := range ids[1:] {
		if !shown[id] {
			t.Errorf("no address shows what is sealed of %s: this walk does not see it", id)
		}
	}
	t.Logf("%d sealed fields shown, of %d entries", readers, len(shown))
}

// Every address of the desk refuses each role that no policy permits its action
// to, whatever the method; and the most powerful of another agency find nothing
// of this one at any of them.
func TestEveryStaffRouteAsksThePolicies(t *testing.T) {
	o, _, v := newCourt(t)
	ids := sealedEntries(t, o)
	policies, err := access.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	wild := regexp.MustCompile(`\{\w+[.]*\}`)
	denied := 0
	for _, role := range append(access.Roles(), "ice") {
		name := "as-" + string(role)
		who := access.Person{ID: name, Agency: "TX2270000", Role: role, By: access.ByPasskey}
		o.badges.sessions[name] = Account{ID: name, Agency: who.Agency, Role: string(role), By: who.By}
		c := &clerkAt{office: o, t: t, cookie: name}
		for _, r := range (&site{}).routes() {
			if r.staff == nil || policies.Allow(who, r.may, who.Agency) {
				continue
			}
			denied++
			method, path, _ := strings.Cut(r.pattern, " ")
			path = wild.ReplaceAllString(path, "jail-1")
			w := c.post(path, nil)
			if method == http.MethodGet {
				w = c.get(path)
			}
			if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "CANARY") {
				t.Errorf("%s as %s, who may not %s: %d", r.pattern, role, r.may, w.Code)
			}
		}
	}
	if denied < 300 {
		t.Errorf("only %d denials were tried", denied)
	}
	for _, role := range []access.Role{access.Admin, access.Counsel} {
		o.badges.sessions["there"] = Account{ID: "there", Agency: "ILCPD0000", Role: string(role), By: access.ByPasskey}
		o.badges.tokens["there"] = Account{ID: "there", Agency: "ILCPD0000", Role: string(role), By: access.ByToken}
		c := &clerkAt{office: o, t: t, cookie: "there"}
		v.seen = nil
		for _, path := range staffAddresses(t, o, ids) {
			var body string
			if strings.HasPrefix(path, "/api/") {
				body = o.call(http.MethodGet, path, "there", "").Body.String()
			} else {
				body = c.get(path).Body.String()
			}
			if strings.Contains(body, "CANARY") || strings.Contains(body, "Canary") {
				t.Errorf("%s shows another agency what is sealed", path)
			}
		}
		if len(v.seen) != 0 {
			t.Errorf("%s of another agency is said to have looked: %v", role, v.seen)
		}
	}
}

// apiReadings are the addresses that a program with a token reads.
func apiReadings(t *testing.T, o *office) []string {
	t.Helper()
	var api struct {
		Paths map[string]map[string]struct {
			Security []any `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(o.call("GET", "/api/openapi.json", "", "").Body.Bytes(), &api); err != nil {
		t.Fatal(err)
	}
	var out []string
	for path, methods := range api.Paths {
		if get, ok := methods["get"]; ok && len(get.Security) > 0 {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}
