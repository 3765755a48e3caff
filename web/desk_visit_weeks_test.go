package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"comity/access"
	"comity/door"
)

// How doors stayed closed, by week and before and since the first card (D5):
// totals alone, for the agency's own staff.
func TestClosedDoorsByWeek(t *testing.T) {
	h := newHall(t, "worker")
	o := newOfficeWith(t, func(c *Config) { c.Door, c.Counts = h, h })
	at := func(role access.Role) *clerkAt {
		name := "as-" + string(role)
		o.badges.sessions[name] = Account{ID: name, Agency: "TX2270000", Role: string(role), By: access.ByPasskey}
		return &clerkAt{office: o, t: t, cookie: name}
	}
	c := at(access.Clerk)
	// Staff now is a Saturday: four weeks are before the first card, three and a
	// day of it since. Since: 30 done each and 2, 4, 6; before: 8 to 16.
	page := c.get("/desk/visits/weeks").Body.String()
	for _, want := range []string{"when the first card was made", ">102<", ">12<", "12 % (7–19)", ">210<", ">60<", "29 % (23–35)", "not sure who it was"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(page, `<tr><th scope="row">`) != 2+8 {
		t.Errorf("%d rows", strings.Count(page, `<tr><th scope="row">`))
	}
	if es := c.get("/es/desk/visits/weeks").Body.String(); !strings.Contains(es, "Puertas que siguieron cerradas") {
		t.Error("not in Spanish")
	}
	if chosen := c.get("/desk/visits/weeks?since=2020-01-01").Body.String(); !strings.Contains(chosen, "the day that you chose") || !strings.Contains(chosen, ">312<") {
		t.Error("another day is not taken")
	}
	if w := c.get("/desk/visits/weeks?since=soon"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "That is not a day") {
		t.Errorf("no day: %d", w.Code)
	}
	rows, err := csv.NewReader(c.get("/desk/visits/weeks.csv").Body).ReadAll()
	if err != nil || len(rows) != 9 || strings.Join(rows[0], ",") != "week,done,refused-doubt,refused,nobody-home,cancelled,answered,closed,percent,low,high" {
		t.Errorf("%d rows, %v, %v", len(rows), rows[0], err)
	}
	if last := strings.Join(rows[8], ","); !strings.HasSuffix(last, ",30,2,0,7,0,32,2,6.2,1.7,20.1") {
		t.Errorf("the last week: %s", last)
	}
	if w := at(access.FieldWorker).get("/desk/visits/weeks"); w.Code != http.StatusForbidden {
		t.Errorf("whoever is sent: %d", w.Code)
	}
	h.outcomes = nil
	if page := c.get("/desk/visits/weeks").Body.String(); !strings.Contains(page, "No visit has an outcome yet") {
		t.Error("an empty table")
	}
	h.outcomes = []door.DayOutcome{{Day: "2026-03-02", Outcome: "cancelled", Count: 3}}
	if page := c.get("/desk/visits/weeks").Body.String(); !strings.Contains(page, ">–<") {
		t.Error("a rate of nobody is not left out")
	}
}
