package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"comity/access"
)

// openStaffRoutes are the addresses below /desk that somebody reaches who has not signed
// in yet: they are how one does.
var openStaffRoutes = []string{"GET /desk/enter", "POST /desk/leave", "GET /desk/enter/oidc", "GET /desk/enter/back", "POST /desk/enter/begin", "POST /desk/enter/finish",
	"GET /desk/scene/manifest.json", "GET /desk/scene/worker.js"} // files without a case in them

// Every staff address names its action, and the action exists.
func TestEveryStaffRouteNamesAnAction(t *testing.T) {
	s := &site{}
	staff := 0
	for _, r := range s.routes() {
		below := strings.Contains(r.pattern, " /desk")
		switch {
		case r.staff != nil && r.serve != nil:
			t.Errorf("%s is for staff and for anybody", r.pattern)
		case r.staff != nil && !slices.Contains(access.Actions(), r.may):
			t.Errorf("%s names no action (%q)", r.pattern, r.may)
		case below && r.staff == nil && !slices.Contains(openStaffRoutes, r.pattern):
			t.Errorf("%s is open to anybody", r.pattern)
		case !below && r.staff == nil && r.may != "":
			t.Errorf("%s names an action that nobody asks for", r.pattern)
		}
		if r.staff != nil {
			staff++
		}
	}
	if staff < 20 {
		t.Errorf("only %d staff routes were found", staff)
	}
}

// Every operation with a token names its action, and no name is left over.
func TestEveryOperationNamesAnAction(t *testing.T) {
	o := newOffice(t)
	var api struct {
		Paths map[string]map[string]struct {
			ID       string `json:"operationId"`
			Security []any  `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(o.call("GET", "/api/openapi.json", "", "").Body.Bytes(), &api); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for path, methods := range api.Paths {
		for method, op := range methods {
			do, named := apiActions[op.ID]
			if (len(op.Security) > 0) != named || named && !slices.Contains(access.Actions(), do) {
				t.Errorf("%s %s (%s): action %q", method, path, op.ID, do)
			}
			seen[op.ID] = true
		}
	}
	for id := range apiActions {
		if !seen[id] {
			t.Errorf("apiActions names the operation %q, which is not there", id)
		}
	}
}

// Roles reach what the policies say: IT and trainers no case, dispatch no
// sealed field, a program's role no page.
func TestRolesOnThePages(t *testing.T) {
	o, _, _ := newCourt(t)
	for role, want := range map[access.Role][2]int{
		access.Clerk: {200, 200}, access.WatchCommander: {200, 200}, access.Commander: {200, 200}, access.Dispatcher: {200, 200},
		access.Administrator: {403, 403}, access.Trainer: {403, 403}, access.Integrator: {403, 403}, access.Gateway: {403, 403}, access.Auditor: {200, 403}, "ice": {403, 403},
	} {
		name := "as-" + string(role)
		o.badges.sessions[name] = Account{ID: name, Agency: "TX2270000", Role: string(role), By: access.ByPasskey}
		c := &clerkAt{office: o, t: t, cookie: name}
		page, form := c.get("/desk/entries/jail-1"), c.get("/desk/detainers/new")
		if page.Code != want[0] || form.Code != want[1] {
			t.Errorf("%s: case %d, form %d, want %v", role, page.Code, form.Code, want)
		}
		if strings.Contains(page.Body.String(), "Canary") != (want[0] == 200 && role != access.Dispatcher && role != access.Auditor) {
			t.Errorf("%s: what is sealed is shown to the wrong people", role)
		}
		o.badges.tokens[name] = o.badges.sessions[name]
		program := o.call("GET", "/api/v1/entries/jail-1", name, "")
		if ok := program.Code == http.StatusOK; ok != (want[0] == 200 || role == access.Integrator) {
			t.Errorf("%s by token: %d", role, program.Code)
		}
	}
	o.badges.sessions["over"] = Account{ID: "over", Agency: "TX2270000", Role: RoleClerk, Ended: true}
	if w := (&clerkAt{office: o, t: t, cookie: "over"}).get("/desk"); w.Code != http.StatusForbidden {
		t.Errorf("an account that ended: %d", w.Code)
	}
}
