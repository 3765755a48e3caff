package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity/desk"
)

// paperclip makes packets that say who asked for what.
type paperclip struct{ asked []PacketOrder }

func (p *paperclip) Packet(_ context.Context, o PacketOrder) ([]byte, error) {
	if o.ID != "desk-1" || o.Agency != "TX2270000" {
		return nil, desk.NoCase(o.ID)
	}
	p.asked = append(p.asked, o)
	return []byte("PK packet"), nil
}

func packetOffice(t *testing.T) (*office, *paperclip) {
	t.Helper()
	o, clip := newOffice(t), &paperclip{}
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	now := book.Now
	o.Handler, err = New(Config{Law: book, Now: now, Accounts: o.badges, Counts: o.badges, Homes: o.badges, Packets: clip,
		Desk: &desk.Desk{Law: book, Record: o.shelf, Now: now}})
	if err != nil {
		t.Fatal(err)
	}
	return o, clip
}

// The desk makes the packet of its own case; an auditor cannot give out what is
// sealed, and nobody without a session gets one.
func TestDeskMakesPackets(t *testing.T) {
	o, clip := packetOffice(t)
	c := o.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	page := c.get("/desk/entries/desk-1/receipt").Body.String()
	if !strings.Contains(page, `action="/desk/entries/desk-1/packet"`) || !strings.Contains(page, `name="authority"`) {
		t.Error("the receipt offers no packet")
	}
	w := c.post("/desk/entries/desk-1/packet", url.Values{})
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/zip" || w.Header().Get("Cache-Control") != "no-store" || w.Body.String() != "PK packet" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	c.post("/desk/entries/desk-1/packet", url.Values{"authority": {"Court, order 9"}})
	if len(clip.asked) != 2 || clip.asked[0].Authority != "" || clip.asked[1].Authority != "Court, order 9" || clip.asked[1].Role != RoleClerk {
		t.Errorf("asked for %+v", clip.asked)
	}
	if w := c.post("/desk/entries/none/packet", nil); w.Code != http.StatusNotFound {
		t.Errorf("a case that is none: %d", w.Code)
	}
	if w := (&clerkAt{office: o, t: t}).post("/desk/entries/desk-1/packet", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("without a session: %d", w.Code)
	}
	for _, x := range []struct {
		token, id, body string
		status          int
	}{
		{"tx", "desk-1", `{}`, 200}, {"tx", "desk-1", `{"authority":"Court, order 9"}`, 200}, {"audit", "desk-1", `{}`, 200},
		{"audit", "desk-1", `{"authority":"Court, order 9"}`, 403}, {"il", "desk-1", `{}`, 404}, {"", "desk-1", `{}`, 401}, {"tx", "none", `{}`, 404},
	} {
		if w := o.call("POST", "/api/v1/packets/"+x.id, x.token, x.body); w.Code != x.status {
			t.Errorf("%+v: %d %s", x, w.Code, w.Body)
		}
	}
	if n := len(clip.asked); n != 5 {
		t.Errorf("%d packets were made, want 5", n)
	}
	plain := newOffice(t) // a copy that makes none
	c = plain.signIn(t, "clerk")
	c.post("/desk/detainers/new", texasForm())
	if strings.Contains(c.get("/desk/entries/desk-1/receipt").Body.String(), "/packet") || c.post("/desk/entries/desk-1/packet", nil).Code != http.StatusNotFound {
		t.Error("a copy without packets offers one")
	}
}
