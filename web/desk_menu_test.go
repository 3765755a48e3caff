package web

import (
	"net/http"
	"testing"

	"comity/access"
)

// Every page that the desk lists for a role opens for it.
func TestDeskMenu(t *testing.T) {
	o := newOffice(t)
	for _, role := range access.Roles() {
		o.badges.links[string(role)] = Account{Agency: "TX2270000", Role: string(role), Name: "Sample " + string(role)}
		who := o.badges.links[string(role)]
		c := &clerkAt{office: o, t: t}
		if who.May(access.SeeTasks) {
			c = o.signIn(t, string(role))
		}
		for _, item := range (deskPage{Who: who}).Menu() {
			if w := c.get(item.Path); c.cookie != "" && w.Code != http.StatusOK {
				t.Errorf("%s: the desk lists %s, which answers %d", role, item.Path, w.Code)
			}
		}
	}
}
