package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"comity/desk"
	"comity/oversight"
)

// sampleFigures are figures as a record with enough entries gives them.
type sampleFigures struct{ counting bool }

func (s sampleFigures) Figures(context.Context) ([]oversight.Figure, bool, error) {
	if s.counting {
		return nil, false, nil
	}
	return []oversight.Figure{
		{Agency: "IL0160000", Month: "2026-09", Kind: "act", Field: "override", Answer: "yes", Count: 12, Of: 60},
		{Agency: "IL0160000", Month: "2026-09", Kind: "misidentification", Field: "staff_minutes", Count: 340, Of: 14},
		{Agency: "IL0160000", Month: "2026-09", Kind: "unattributed", Field: "asked_who", Answer: "asked-and-refused", Count: 11, Of: 25},
	}, true, nil
}

// kindForms is one form of each kind, as its page sends it.
func kindForms() map[string]url.Values {
	return map[string]url.Values{
		"/desk/informal": {"id": {"word-1"}, "asked": {"perimeter", "status"}, "how": {"telephone"}, "by": {"ice"}, "purpose": {"civil-immigration"}, "paper": {"none"}, "setting": {"school"}},
		"/desk/unattributed": {"id": {"taken-1"}, "told_by": {"emergency-call"}, "setting": {"courthouse"}, "faces": {"all-covered"}, "marking": {"none"}, "badge": {"not-shown"},
			"asked_who": {"asked-and-refused"}, "vehicle_marking": {"unmarked"}, "incident": {"CAD-1"}},
		"/desk/attribution": {"id": {"call-1"}, "ref": {"taken-1"}, "result": {"called-no-answer"}},
		"/desk/database": {"id": {"db-1"}, "what": {"account-opened"}, "system": {"jail"}, "by": {"ice"}, "users": {"federal-officer"}, "account": {"A-17"}, "purpose": {"none-given"},
			"basis": {"agreement"}, "basis_until": {"2026-10-01"}},
		"/desk/flow":              {"id": {"flow-1"}, "flow": {"booking-prints"}, "count": {"31"}, "through": {"state-bureau"}, "can_stop": {"no"}, "rule": {"28-usc-534"}},
		"/desk/equipment":         {"id": {"eq-1"}, "what": {"used"}, "type": {"drone"}, "count": {"1"}, "for": {"ice"}, "purpose": {"mixed"}, "reason": {"search"}, "approved": {"not"}},
		"/desk/complaint":         {"id": {"wrong-1"}, "about": {"force"}, "against": {"federal-agency"}, "from": {"without-name"}, "why": {"words"}},
		"/desk/complaint-outcome": {"id": {"end-1"}, "ref": {"wrong-1"}, "outcome": {"sent-to-another-body"}, "decided_by": {"supervisor"}},
	}
}

func (c *clerkAt) writeKinds(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		form := kindForms()[path]
		form.Set("step", "2")
		if w := c.post(path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, w.Code, regexp.MustCompile(`(?s)<div class="note" role="alert">.*?</div>`).FindString(w.Body.String()))
		}
	}
}

var everyKind = []string{"/desk/informal", "/desk/unattributed", "/desk/attribution", "/desk/database", "/desk/flow", "/desk/equipment", "/desk/complaint"}

// Every kind has its page, its form is recorded, its entry is shown in both
// languages, and what stays open stands on the desk with the way to go on.
func TestKindsThroughThePages(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.writeKinds(t, everyKind...)
	home := c.get("/desk").Body.String()
	for _, want := range []string{"Ask whose detention it is", "Next call to the field office", "/desk/attribution?of=taken-1", "/desk/complaint-outcome?of=wrong-1"} {
		if !strings.Contains(home, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
	for _, write := range deskWrites() {
		if !strings.Contains(home, `href="`+write.Path+`" accesskey="`+write.Key+`"`) {
			t.Errorf("the desk does not lead to %s", write.Path)
		}
	}
	c.writeKinds(t, "/desk/complaint-outcome")
	if home := c.get("/desk").Body.String(); strings.Contains(home, "/desk/complaint-outcome?of=") {
		t.Error("the complaint stays on the desk after its outcome")
	}
	var paths []string
	for path, form := range kindForms() {
		paths = append(paths, path, path+"?of=taken-1", "/desk/entries/"+form.Get("id"))
	}
	for _, r := range oversight.Registers() {
		paths = append(paths, "/desk/figures?register="+r.Name, "/desk/figures?register="+r.Name+"&setting=courthouse")
	}
	for _, prefix := range []string{"", "/es"} {
		for _, path := range paths {
			w := c.get(prefix + path)
			if w.Code != http.StatusOK || regexp.MustCompile(`>[^<]*\b(desk|record)(-figures)?\.[a-z-]+\.[a-z]`).MatchString(w.Body.String()) {
				t.Errorf("%s%s: %d", prefix, path, w.Code)
			}
		}
	}
	if body := c.get("/desk/entries/flow-1").Body.String(); !strings.Contains(body, "28 U.S.C. 534(a)(4)") || strings.Contains(body, "/acts") {
		t.Error("what went by itself does not name the rule, or asks what was done")
	}
	if body := c.get("/desk/figures?register=access-ended").Body.String(); !strings.Contains(body, "/desk/entries/db-1") {
		t.Error("an account whose basis ended is not listed")
	}
}

// Page, CSV and API count the same, whatever setting is chosen (R6).
func TestSettingsCountTheSameEverywhere(t *testing.T) {
	o := newOffice(t)
	c := o.signIn(t, "clerk")
	c.writeKinds(t, everyKind...)
	for _, register := range oversight.Registers() {
		for _, setting := range append([]string{""}, settings()...) {
			query := "?register=" + register.Name + "&setting=" + setting
			var api oversight.Table
			if w := o.call("GET", "/api/v1/registers/"+register.Name+"?setting="+setting, "tx", ""); json.Unmarshal(w.Body.Bytes(), &api) != nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			rows, err := csv.NewReader(c.get("/desk/figures.csv" + query).Body).ReadAll()
			if err != nil || fmt.Sprint(rows[1:]) != fmt.Sprint(api.Rows) || !slices.Equal(rows[0], api.Columns) {
				t.Errorf("%s: CSV %v, API %v, %v", query, rows, api.Rows, err)
			}
			page := c.get("/desk/figures" + query).Body.String()
			if got := strings.Count(page, "<tr>") - 1; got != len(api.Rows) && len(api.Rows) > 0 {
				t.Errorf("%s: %d rows on the page, %d from the API", query, got, len(api.Rows))
			}
		}
	}
	if w := o.call("GET", "/api/v1/registers/settings?setting=court", "tx", ""); w.Code != http.StatusBadRequest {
		t.Errorf("an unknown setting: %d", w.Code)
	}
	if w := o.call("GET", "/api/v1/registers/settings", "il", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"rows":[]`) {
		t.Errorf("another agency's entries: %d %s", w.Code, w.Body)
	}
}

func TestRecordShowsFigures(t *testing.T) {
	h := testSite(t)
	for prefix, want := range map[string][]string{"": {"by a supervisor", "20 %", "340", "Asked, and refused"}, "/es": {"un supervisor", "20 %", "Se preguntó y se negaron"}} {
		page := get(h, prefix+"/record").Body.String()
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s/record lacks %q", prefix, w)
			}
		}
	}
	c := testConfig(t)
	c.Figures = sampleFigures{counting: true}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if w := get(h, "/record"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "being counted") {
		t.Errorf("while they are counted: %d", w.Code)
	}
	if w := get(h, "/record/figures.csv"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("the file while they are counted: %d", w.Code)
	}
}

// Every kind that staff write is known by name on the public pages.
func TestEveryKindHasItsNames(t *testing.T) {
	book := testBook(t)
	langs, err := loadLangs(book)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range langs {
		for _, k := range desk.RecordKinds() {
			if !l.known("record-kind."+k.Name) || !l.known("desk.kind."+k.Name) {
				t.Errorf("%s: the kind %s has no name", l.tag, k.Name)
			}
		}
	}
}
