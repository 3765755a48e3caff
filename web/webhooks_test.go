package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/access"
	"comity/web/webhook"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// toldSystems is one address that is told, with a dead message.
type toldSystems struct {
	list   []webhook.Message
	tested []string
}

func (s *toldSystems) Addresses(agency string) []webhook.Address {
	if agency != "TX2270000" {
		return nil
	}
	return []webhook.Address{{Name: "jms", Agency: agency, URL: "https://jms.county.example/hook/SECRET-PATH", Kinds: []string{"detainer", "act"}}}
}

func (s *toldSystems) Counts(context.Context, string) (map[string]map[string]int, error) {
	return map[string]map[string]int{"jms": {webhook.Delivered: 41, webhook.Waiting: 2, webhook.Dead: 1}}, nil
}

func (s *toldSystems) Undelivered(_ context.Context, agency string, _ int) ([]webhook.Message, error) {
	if agency != "TX2270000" {
		return nil, nil
	}
	return s.list, nil
}

func (s *toldSystems) Resend(_ context.Context, agency, id string) error {
	for i, m := range s.list {
		if m.ID == id && agency == "TX2270000" && m.State == webhook.Dead {
			s.list[i].State, s.list[i].Tries, s.list[i].Why = webhook.Waiting, 0, ""
			return nil
		}
	}
	return &comity.Problem{Code: "not-found"}
}

func (s *toldSystems) Test(_ context.Context, a webhook.Address) error {
	s.tested = append(s.tested, a.Name)
	return nil
}

func toldOffice(t testing.TB) (*office, *toldSystems) {
	t.Helper()
	told := &toldSystems{list: []webhook.Message{
		{ID: "msg_1_jms", Name: "jms", Entry: "jail-1", State: webhook.Dead, Why: "refused", Tries: 10, At: staffNow, Due: staffNow},
		{ID: "msg_2_jms", Name: "jms", Entry: "jail-2", State: webhook.Waiting, Why: "timeout", Tries: 2, At: staffNow, Due: staffNow.Add(30 * time.Minute)},
	}}
	o := newOfficeWith(t, func(c *Config) { c.Webhooks = told })
	for name, who := range map[string]Account{
		"it": {ID: "it", Agency: "TX2270000", Role: string(access.Administrator), Name: "IT 1"}, "other-it": {ID: "other", Agency: "ILCPD0000", Role: string(access.Administrator), Name: "IT 2"},
	} {
		o.badges.sessions[name] = who
	}
	return o, told
}

// The administrator sees what did not arrive and sends it again; others see
// nothing of it, and nobody sees the address beyond its server.
func TestWebhooksPage(t *testing.T) {
	o, told := toldOffice(t)
	clerk := o.signIn(t, "clerk")
	it, other := &clerkAt{office: o, t: t, cookie: "it"}, &clerkAt{office: o, t: t, cookie: "other-it"}
	for path, lang := range map[string]string{"/desk/webhooks": "en", "/es/desk/webhooks": "es"} {
		w := it.get(path)
		checkPage(t, w, lang)
		for _, want := range []string{"jms.county.example", "jail-1", "jail-2", "41"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s does not show %s", path, want)
			}
		}
		if strings.Contains(w.Body.String(), "SECRET-PATH") {
			t.Errorf("%s shows the path of an address", path)
		}
	}
	if w := clerk.get("/desk/webhooks"); w.Code != 403 {
		t.Errorf("a clerk: %d", w.Code)
	}
	if body := other.get("/desk/webhooks").Body.String(); strings.Contains(body, "jail-1") || strings.Contains(body, "jms") {
		t.Error("another agency sees the messages")
	}
	if w := other.post("/desk/webhooks", url.Values{"test": {"jms"}}); w.Code != 404 || len(told.tested) > 0 {
		t.Errorf("another agency tests the address: %d", w.Code)
	}
	for range 2 { // the second click finds it sent already
		if w := it.post("/desk/webhooks", url.Values{"resend": {"msg_1_jms"}}); w.Code != 303 || told.list[0].State != webhook.Waiting {
			t.Errorf("send again: %d, %s", w.Code, told.list[0].State)
		}
	}
	if w := it.post("/desk/webhooks", url.Values{"test": {"jms"}}); w.Code != 303 || len(told.tested) != 1 {
		t.Errorf("a test: %d, %v", w.Code, told.tested)
	}
	if w := it.get("/desk/webhooks?done=resent"); !strings.Contains(w.Body.String(), "waits to be sent again") {
		t.Error("the page does not say what was done")
	}
}

// Every code has words, and every kind that may be told has a name.
func TestWebhookWords(t *testing.T) {
	langs, err := loadLangs(testBook(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range langs {
		for _, why := range webhook.Whys() {
			if !l.known("webhooks.why." + why) {
				t.Errorf("%s: no words for %s", l.tag, why)
			}
		}
		for _, kind := range webhook.Kinds() {
			if !l.known("desk.kind." + kind) {
				t.Errorf("%s: kind %s has no name", l.tag, kind)
			}
		}
	}
	bare := newOfficeWith(t, func(c *Config) { c.Webhooks = &toldSystems{} })
	bare.badges.sessions["it"] = Account{ID: "it", Agency: "ILCPD0000", Role: string(access.Administrator)}
	if body := (&clerkAt{office: bare, t: t, cookie: "it"}).get("/desk/webhooks").Body.String(); !strings.Contains(body, "tells no other system") || !strings.Contains(body, "Everything was delivered") {
		t.Error("the empty page does not say so")
	}
}

// The page at two widths in two languages.
func TestWebhooksInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	o, _ := toldOffice(t)
	server := listen(t, o)
	folder := *shots
	if folder == "" {
		folder = t.TempDir()
	}
	cookie := network.SetCookie(sessionCookie, "it").WithURL(server.URL)
	if err := chromedp.Run(ctx, cookie); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{390, 1280} {
		for _, path := range []string{"/desk/webhooks", "/es/desk/webhooks"} {
			checkInBrowser(t, ctx, axe, server.URL+path, width, shotName(folder, path, width))
		}
	}
}
