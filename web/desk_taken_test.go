package web

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"comity/access"
)

// "Somebody used our name", answered "not ours", leads to the form of an event
// with the minute filled in and nothing of whoever told us; an address fills in
// no words.
func TestNameUsedLeadsToAnEntry(t *testing.T) {
	h := newHall(t, "worker")
	o := newOfficeWith(t, func(c *Config) { c.Door, c.Counts = h, h })
	o.badges.sessions["wc"] = Account{ID: "wc", Agency: "TX2270000", Role: string(access.WatchCommander), By: access.ByPasskey}
	c := &clerkAt{office: o, t: t, cookie: "wc"}
	for lang, says := range map[string]string{"": "number of the entry, if somebody recorded", "/es": "número de la anotación"} {
		page := c.get(lang + "/desk/visits").Body.String()
		links := regexp.MustCompile(`href="([^"]*taken-for-ice\?[^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(links) != 1 { // the open claim and others lead nowhere
			t.Fatalf("%d links", len(links))
		}
		address := html.UnescapeString(links[0][1])
		if address != lang+"/desk/taken-for-ice?happened_at=2026-11-21T09%3A00&side=resident" {
			t.Errorf("the address %s", address)
		}
		form := c.get(address).Body.String()
		if !regexp.MustCompile(`value="resident"[^>]* checked`).MatchString(form) || !strings.Contains(form, `value="2026-11-21T09:00"`) || !strings.Contains(strings.ToLower(form), says) {
			t.Errorf("the form is not filled in: %.3000s", form)
		}
		if !strings.Contains(form, `name="tied_to"`) {
			t.Error("the form does not ask what it was tied to")
		}
	}
	if form := c.get("/desk/complaint?why=canary&about=force&from=nobody").Body.String(); strings.Contains(form, "canary") || !regexp.MustCompile(`value="force"[^>]* (checked|selected)`).MatchString(form) {
		t.Error("an address fills words in, or no choice")
	}
}
