package web

import (
	"context"
	"net/http"
	"time"

	"comity/desk"
	"comity/web/webhook"
)

// Webhooks is what an agency's other systems are told, and what of it did not
// arrive.
type Webhooks interface {
	// Addresses of an agency.
	Addresses(agency string) []webhook.Address
	// Counts are its messages by address and state.
	Counts(ctx context.Context, agency string) (map[string]map[string]int, error)
	// Undelivered lists its messages that have not arrived, dead ones first.
	Undelivered(ctx context.Context, agency string, most int) ([]webhook.Message, error)
	// Resend puts a dead message back into the queue.
	Resend(ctx context.Context, agency, id string) error
	// Test queues a message that tells of no entry.
	Test(ctx context.Context, a webhook.Address) error
}

const undeliveredAtOnce = 100

// A webhooksView is the administrator's page of the addresses that are told.
type webhooksView struct {
	deskPage
	Addresses []webhookLine
	Messages  []messageLine
	More      bool
	Done      string // resent, tested, or empty
}

func (webhooksView) template() string { return "desk_webhooks" }

type webhookLine struct {
	Name, Host, Kinds        string
	Waiting, Delivered, Dead int
}

type messageLine struct {
	ID, Entry, Name, State, Why, At, Due string
	Tries                                int
	Dead                                 bool
}

func (s *site) webhooks(w http.ResponseWriter, r *http.Request, who Account) error {
	v := webhooksView{deskPage: s.deskPage(who, "webhooks")}
	if done := r.URL.Query().Get("done"); done == "resent" || done == "tested" {
		v.Done = done
	}
	if s.Webhooks == nil {
		return s.show(w, r, v)
	}
	l := s.langOf(r)
	counts, err := s.Webhooks.Counts(r.Context(), who.Agency)
	if err != nil {
		return err
	}
	for _, a := range s.Webhooks.Addresses(who.Agency) {
		var kinds []string
		for _, k := range a.Kinds {
			kinds = append(kinds, l.say("desk.kind."+k))
		}
		n := counts[a.Name]
		v.Addresses = append(v.Addresses, webhookLine{a.Name, a.Host(), l.list(kinds), n[webhook.Waiting], n[webhook.Delivered], n[webhook.Dead]})
	}
	list, err := s.Webhooks.Undelivered(r.Context(), who.Agency, undeliveredAtOnce)
	if err != nil {
		return err
	}
	v.More = len(list) == undeliveredAtOnce
	for _, m := range list {
		v.Messages = append(v.Messages, s.messageLine(l, v.Home.Place, m))
	}
	return s.show(w, r, v)
}

func (s *site) messageLine(l *lang, place string, m webhook.Message) messageLine {
	line := messageLine{ID: m.ID, Entry: m.Entry, Name: m.Name, State: l.say("webhooks.state." + m.State), Tries: m.Tries, Dead: m.State == webhook.Dead}
	local := func(t time.Time) string { return s.when(l, t.In(s.zone(place))) }
	line.At = local(m.At)
	if m.Why != "" {
		line.Why = l.say("webhooks.why." + m.Why)
	}
	if !line.Dead {
		line.Due = local(m.Due)
	}
	return line
}

// changeWebhooks sends a dead message again, or a test to an address.
func (s *site) changeWebhooks(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	if s.Webhooks == nil {
		return s.missing(r, "no-page")
	}
	done := "resent"
	if name := r.PostFormValue("test"); name != "" {
		done = "tested"
		if err := s.testWebhook(r, who, name); err != nil {
			return err
		}
	} else if err := s.Webhooks.Resend(r.Context(), who.Agency, r.PostFormValue("resend")); err != nil && !desk.IsNotFound(err) { // somebody did it first
		return err
	}
	http.Redirect(w, r, s.langOf(r).link("/desk/webhooks")+"?done="+done, http.StatusSeeOther)
	return nil
}

func (s *site) testWebhook(r *http.Request, who Account, name string) error {
	for _, a := range s.Webhooks.Addresses(who.Agency) {
		if a.Name == name {
			return s.Webhooks.Test(r.Context(), a)
		}
	}
	return s.missing(r, "no-page")
}
