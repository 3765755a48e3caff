package main

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"comity/access"
	"comity/record"
	"comity/store"
)

// ./test sets -browser where Chromium is there, and names what was not run.
var inBrowser = flag.Bool("browser", false, "run the tests that need Chromium")

// Scenario 10 on the pages: counsel is refused by the hold, lifts it, reads what
// goes, and carries the order out; nothing of the person is left in any file,
// and the receipt from before still verifies.
func TestScenarioOneDetainerInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	r, _ := packetCase(t)
	before, err := r.store.Receipt(t.Context(), "quixotic-case")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Hold(t.Context(), "quixotic-case", record.HoldOrder{ID: "hold-1", Authority: "Circuit Court, hold 3"}); err != nil {
		t.Fatal(err)
	}
	account, err := r.store.AddAccount(t.Context(), store.Account{Agency: testAgency, Role: string(access.Counsel), Name: "sample counsel", Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	link, err := r.store.NewLink(t.Context(), account, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	at := r.site.url + "/desk/entries/quixotic-case"
	var held, goes, list string
	err = chromedp.Run(ctx,
		chromedp.Navigate(r.site.url+"/desk/enter?token="+link), chromedp.WaitVisible("nav.desk-bar"),
		chromedp.Navigate(at+"/erase"), chromedp.Text("main", &held),
		chromedp.Navigate(at+"/hold"), chromedp.SendKeys("#lift-0", "Circuit Court, hold 3 lifted"), chromedp.Click(`article.note button`), chromedp.WaitNotPresent("#lift-0"),
		chromedp.Navigate(at+"/erase"), chromedp.SendKeys("#f-authority", "Circuit Court"), chromedp.SendKeys("#f-number", "order 26-EX-104"),
		chromedp.Click(`main form button.first`), chromedp.WaitVisible(`[name="confirmed"]`), chromedp.Text("main", &goes),
		chromedp.Click(`[name="confirmed"]`), chromedp.Click(`main form button.first`), chromedp.WaitNotPresent(`[name="confirmed"]`), chromedp.Text("main", &list))
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[*string]string{&held: "A litigation hold keeps this case", &goes: "Circuit Court, order 26-EX-104", &list: "Hold lifted"} {
		if !strings.Contains(*page, want) {
			t.Errorf("a page lacks %q: %s", want, *page)
		}
	}
	if !strings.Contains(list, "Erased") {
		t.Errorf("the list of orders: %s", list)
	}
	for _, name := range filesWith(t, r.dir, "Quixotic Name", "quixotic-booking") {
		t.Errorf("%s still holds what was erased", name)
	}
	if f := (record.Inquiry{Key: r.store.Key().String(), Receipt: string(before)}).Answer("en"); !f.Good {
		t.Errorf("the receipt from before: %v", f.Problem)
	}
}

// browser starts one Chromium for a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("Chromium is not installed: run ./test -install")
	}
	profile, err := os.MkdirTemp("", "comity-browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	timed, late := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(late)
	return timed
}
