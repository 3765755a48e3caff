package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"comity/store"
)

// A keyDesk is a browser whose device makes and uses passkeys without a person:
// Chromium's own virtual authenticator.
type keyDesk struct {
	*releaseTest
	t      *testing.T
	ctx    context.Context
	device webauthn.AuthenticatorID
	base   string
}

func newKeyDesk(t *testing.T) *keyDesk {
	t.Helper()
	d := &keyDesk{releaseTest: newReleaseTest(t), t: t, ctx: browser(t)}
	d.base = strings.Replace(d.site.url, "127.0.0.1", "localhost", 1) // what passkeys are bound to
	d.clock.set(time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC))
	d.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		d.device, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}).Do(ctx)
		return err
	}))
	return d
}

func (d *keyDesk) run(actions ...chromedp.Action) {
	d.t.Helper()
	if err := chromedp.Run(d.ctx, actions...); err != nil {
		var page string
		after, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), 5*time.Second)
		defer cancel()
		_ = chromedp.Run(after, chromedp.Text("body", &page, chromedp.ByQuery)) // the error says that something is wrong
		d.t.Fatalf("%v; the page says: %.900s", err, page)
	}
}

func (d *keyDesk) text(selector string) (out string) {
	d.t.Helper()
	d.run(chromedp.Text(selector, &out, chromedp.ByQuery))
	return out
}

// enterBy uses a one-time link.
func (d *keyDesk) enterBy(a store.Account, reason string) {
	d.t.Helper()
	link, err := d.store.NewLinkFor(d.t.Context(), a, reason, time.Hour)
	if err != nil {
		d.t.Fatal(err)
	}
	d.run(chromedp.Navigate(d.base+"/desk/enter?token="+link), chromedp.WaitVisible("nav.desk-bar", chromedp.ByQuery))
}

// addKey adds a passkey on the page of one's own access.
func (d *keyDesk) addKey(label string) {
	d.t.Helper()
	d.run(chromedp.Navigate(d.base+"/desk/me"), chromedp.SendKeys("#key-label", label, chromedp.ByQuery), press("[data-new]"),
		chromedp.WaitVisible(`//li/strong[text()="`+label+`"]`))
}

const useKey = "[data-passkey]"

// press is a person with a keyboard: what a page still moves about is hit too.
func press(selector string) chromedp.Action {
	return chromedp.Tasks{chromedp.Focus(selector, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter)}
}

func (d *keyDesk) signIn() {
	d.t.Helper()
	d.run(chromedp.Navigate(d.base+"/desk/enter"), press(useKey), chromedp.WaitVisible("nav.desk-bar", chromedp.ByQuery))
}

func (d *keyDesk) signInFails() {
	d.t.Helper()
	d.run(chromedp.Navigate(d.base+"/desk/enter"), press(useKey), chromedp.WaitVisible("[data-passkey-failed]", chromedp.ByQuery),
		chromedp.Navigate(d.base+"/desk"), chromedp.WaitNotPresent("nav.desk-bar", chromedp.ByQuery))
}

func (d *keyDesk) leave() {
	d.t.Helper()
	d.run(press("nav.desk-bar form button"), chromedp.WaitNotPresent("nav.desk-bar", chromedp.ByQuery), chromedp.WaitVisible(useKey, chromedp.ByQuery))
}

func (d *keyDesk) events(what string) (n int) {
	d.t.Helper()
	list, err := d.store.Events(d.t.Context(), testAgency, 200)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range list {
		if e.What == what {
			n++
		}
	}
	return n
}

// A passkey in Chromium, from the first link to the lost device: registered,
// used, locked with what was typed, lost, replaced, copied.
func TestPasskeysInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	d := newKeyDesk(t)
	a, err := d.store.AddAccount(t.Context(), store.Account{Agency: testAgency, Role: "clerk", Roles: "clerk supervisor", Name: "sample post 4", Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	d.enterBy(a, store.LinkNew)
	d.addKey("desk 2")
	d.leave()
	d.signIn()
	if keys, err := d.store.Passkeys(t.Context(), a.ID); err != nil || len(keys) != 1 || keys[0].Label != "desk 2" {
		t.Fatalf("keys: %+v, %v", keys, err)
	}

	// Locked over a half-written form: nothing typed is lost, nothing is sent before.
	d.run(chromedp.Navigate(d.base+"/desk/detainers/new"), chromedp.SendKeys(`[name="booking"]`, "B-77-typed", chromedp.ByQuery))
	d.clock.set(d.clock.Now().Add(31 * time.Minute))
	d.run(press(`form.desk-form button.first`), chromedp.WaitVisible("#kept", chromedp.ByQuery))
	if says := d.text("main"); !strings.Contains(says, "What you typed is kept") || strings.Contains(says, "B-77-typed") {
		t.Errorf("the locked page: %s", says)
	}
	var typed string
	d.run(press(useKey), chromedp.WaitVisible("form.desk-form", chromedp.ByQuery), chromedp.Value(`[name="booking"]`, &typed, chromedp.ByQuery))
	if typed != "B-77-typed" {
		t.Errorf("after unlocking the form holds %q", typed)
	}
	d.clock.set(d.clock.Now().Add(31 * time.Minute))
	d.run(chromedp.Navigate(d.base+"/desk"), chromedp.WaitVisible(useKey, chromedp.ByQuery))
	if says := d.text("h1"); says != "Locked" {
		t.Errorf("an idle desk: %s", says)
	}
	d.run(press(useKey), chromedp.WaitVisible("nav.desk-bar", chromedp.ByQuery))
	d.clock.set(d.clock.Now().Add(13 * time.Hour))
	d.run(chromedp.Navigate(d.base+"/desk"), chromedp.WaitNotPresent("nav.desk-bar", chromedp.ByQuery))
	if says := d.text("main"); strings.Contains(says, "Locked") {
		t.Errorf("after 13 hours: %s", says)
	}

	// The counter of a copied key goes back: refused, and told.
	d.signIn()
	d.leave()
	if d.events("copied-key") != 0 {
		t.Error("a key was called copied that was not")
	}
	d.run(chromedp.ActionFunc(d.copyKey))
	d.signInFails()
	if d.events("copied-key") != 1 {
		t.Errorf("a copied key was told %d times", d.events("copied-key"))
	}

	// The device is lost: a link with its reason, the old key taken away, a new one.
	d.run(webauthn.ClearCredentials(d.device))
	d.signInFails()
	d.enterBy(a, store.LinkLost)
	d.run(chromedp.Navigate(d.base+"/desk/me"), chromedp.Click(`//li[strong="desk 2"]//button`), chromedp.WaitNotPresent(`//li/strong[text()="desk 2"]`))
	d.addKey("desk 3")
	d.leave()
	d.signIn()
	keys, err := d.store.Passkeys(t.Context(), a.ID)
	if err != nil || len(keys) != 1 || keys[0].Label != "desk 3" {
		t.Fatalf("keys: %+v, %v", keys, err)
	}
	d.run(chromedp.Navigate(d.base+"/desk/me"), chromedp.Click(`//button[@value="supervisor"]`), chromedp.WaitVisible(`//li/strong[text()="supervisor"]`))

	// Ended: the key that was good a moment ago opens nothing.
	if err := d.store.EndAccount(t.Context(), testAgency, a.ID, store.EndLeft, ""); err != nil {
		t.Fatal(err)
	}
	d.signInFails()
}

// copyKey puts the key into the device again with its counter of an hour ago.
func (d *keyDesk) copyKey(ctx context.Context) error {
	list, err := webauthn.GetCredentials(d.device).Do(ctx)
	if err != nil {
		return err
	}
	copied := *list[0]
	copied.SignCount = 0
	if err := webauthn.ClearCredentials(d.device).Do(ctx); err != nil {
		return err
	}
	return webauthn.AddCredential(d.device, &copied).Do(ctx)
}
