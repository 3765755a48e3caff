package main

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"comity/access"
	"comity/record"
	"comity/store"
)

// ./test sets -browser where Chromium is there, and names what was not run.
var inBrowser = flag.Bool("browser", false, "run the tests that need Chromium")

// Scenario 10 on the pages: a county of 900 with one detainer. Counsel is refused
// by the hold, lifts it, reads what goes, and carries the order out; nothing of
// the person is left in any file. An outsider reads the record and the export of
// it, and checks the receipt from before with the network cut. Last week's backup
// brings nothing back, and nothing is signed on top of it.
func TestScenarioOneDetainerInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	r, _ := packetCase(t)
	r.clock.set(r.clock.Now().AddDate(0, 0, 1))
	const county, id = smallAgency, "quixotic-june"
	r.detainer(t, id, county, r.clock.Now().Add(-time.Hour), 0)
	r.publish(t)
	before, err := r.store.Receipt(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	lastWeek := backUp(t, r)
	r.clock.set(r.clock.Now().AddDate(0, 0, 7))
	if _, err := r.store.Hold(t.Context(), id, record.HoldOrder{ID: "hold-1", Authority: "Circuit Court, hold 3"}); err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	r.counselErases(t, ctx, county, id)
	r.publish(t)
	for _, name := range filesWith(t, r.dir, "Quixotic Name", "quixotic-booking") {
		t.Errorf("%s still holds what was erased", name)
	}
	key := r.store.Key().String()
	r.clock.set(time.Date(2027, 2, 3, 13, 0, 0, 0, time.UTC)) // the month is long over
	r.publish(t)
	r.outsiderReads(t, ctx, county)
	verifiesOffline(t, ctx, r.site.url, record.Inquiry{Key: key, Receipt: string(before)})
	r.restoreLastWeek(t, lastWeek, id, before)
}

func (r *releaseTest) publish(t *testing.T) {
	t.Helper()
	if _, err := r.store.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (r *releaseTest) counselErases(t *testing.T, ctx context.Context, agency, id string) {
	t.Helper()
	account, err := r.store.AddAccount(t.Context(), store.Account{Agency: agency, Role: string(access.Counsel), Name: "sample counsel", Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	link, err := r.store.NewLink(t.Context(), account, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	at := r.site.url + "/desk/entries/" + id
	var held, goes, list string
	err = chromedp.Run(ctx,
		chromedp.Navigate(r.site.url+"/desk/enter?token="+link), chromedp.WaitVisible("nav.desk-bar"),
		chromedp.Navigate(at+"/erase"), chromedp.Text("main", &held),
		chromedp.Navigate(at+"/hold"), chromedp.SendKeys("#lift-0", "Circuit Court, hold 3 lifted"), chromedp.Click(`article.note button`), chromedp.WaitNotPresent("#lift-0"),
		chromedp.Navigate(at+"/erase"), chromedp.SendKeys("#f-authority", "Circuit Court"), chromedp.SendKeys("#f-number", "order 26-EX-104"),
		chromedp.Click(`main form button.first`), chromedp.WaitVisible(`[name="confirmed"]`), chromedp.Text("main", &goes),
		chromedp.Click(`[name="confirmed"]`), chromedp.Click(`main form button.first`), chromedp.WaitNotPresent(`[name="confirmed"]`), chromedp.Text("main", &list),
		network.ClearBrowserCookies())
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
}

// outsiderReads looks at the pages in a browser without a session, and at the
// export that anyone can make.
func (r *releaseTest) outsiderReads(t *testing.T, ctx context.Context, agency string) {
	t.Helper()
	for _, path := range []string{"/record", "/es/record", "/agencies", "/coverage", "/logs", "/desk/entries/quixotic-june"} {
		var text string
		if err := chromedp.Run(ctx, chromedp.Navigate(r.site.url+path), chromedp.Text("main", &text)); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, bad := range []string{"uixotic", "2026-11-22", "22 November", "22 de noviembre", agency} {
			if strings.Contains(text, bad) {
				t.Errorf("%s tells an outsider %q: %s", path, bad, text)
			}
		}
	}
	export := filepath.Join(t.TempDir(), "export")
	if out, said, code := comityRun(t, "export", "-o", export, r.site.url); code != exitRan {
		t.Fatalf("export: %d %s%s", code, out, said)
	}
	for _, name := range []string{"entries.csv", "entries.jsonl", "counts.csv", "figures.csv", "figures.jsonl"} {
		data, err := os.ReadFile(filepath.Join(export, name))
		if err != nil || bytes.Contains(data, []byte(agency)) || bytes.Contains(data, []byte("uixotic")) {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
	}
}

// verifiesOffline checks a receipt, and a forged one, on the page with the
// network cut.
func verifiesOffline(t *testing.T, ctx context.Context, base string, q record.Inquiry) {
	t.Helper()
	err := chromedp.Run(ctx, chromedp.Navigate(base+"/verify"), chromedp.WaitVisible("#verify-load", chromedp.ByQuery), chromedp.Click("#verify-load", chromedp.ByQuery),
		chromedp.Poll(`typeof comityVerify === "function"`, nil, chromedp.WithPollingTimeout(30*time.Second)),
		network.Enable(), network.EmulateNetworkConditions(true, 0, -1, -1))
	if err != nil {
		t.Fatalf("the module: %v", err)
	}
	for receipt, want := range map[string]string{q.Receipt: "true", strings.Replace(q.Receipt, "quixotic-june", "quixotic-july", 1): "false"} {
		var good string
		err := chromedp.Run(ctx, chromedp.Evaluate(`document.getElementById("verify-answer").hidden = true; 0`, nil),
			chromedp.SetValue("#verify-key", q.Key, chromedp.ByQuery), chromedp.SetValue("#verify-receipt", receipt, chromedp.ByQuery), chromedp.Click("#verify-check", chromedp.ByQuery),
			chromedp.Poll(`!document.getElementById("verify-answer").hidden`, nil, chromedp.WithPollingTimeout(30*time.Second)),
			chromedp.Evaluate(`document.getElementById("verify-answer").dataset.good`, &good))
		if err != nil || good != want {
			t.Errorf("the page says %q, want %q (%v)", good, want, err)
		}
	}
}

// A weekly backup is its file and, apart from it, the keys.
type weekly struct {
	data []byte
	keys map[string][]byte
}

func (r *releaseTest) config() store.Config {
	config := recordConfig(slog.New(slog.DiscardHandler), time.Minute)
	config.Now = r.clock.Now
	return config
}

func backUp(t *testing.T, r *releaseTest) weekly {
	t.Helper()
	var data, keys bytes.Buffer
	_, err := store.BackUp(t.Context(), r.dir, r.config(), t.TempDir(), &data)
	if err == nil {
		_, err = store.BackUpKeys(t.Context(), r.dir, r.config(), &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	read, err := store.ReadKeys(&keys)
	if err != nil {
		t.Fatal(err)
	}
	return weekly{data.Bytes(), read}
}

// restoreLastWeek lays the ledger of erasures over an old backup. Who asks the
// public log is told that the backup is too old; who does not, cannot sign, as
// the auditor's cosigner has seen more.
func (r *releaseTest) restoreLastWeek(t *testing.T, old weekly, id string, before []byte) {
	t.Helper()
	restoring := store.Restoring{Keys: old.keys, Ledger: filepath.Join(r.dir, "erasures"), Public: logFiles(t, r.site.url)}
	dir := filepath.Join(t.TempDir(), "restored")
	if _, err := store.Restore(t.Context(), bytes.NewReader(old.data), dir, r.config(), restoring); code(err) != "restored-backup" {
		t.Errorf("a backup that is older than the public log: %v", err)
	}
	restoring.Public = nil
	if _, err := store.Restore(t.Context(), bytes.NewReader(old.data), dir, r.config(), restoring); err != nil {
		t.Fatal(err)
	}
	for _, name := range filesWith(t, dir, "Quixotic Name", "quixotic-booking") {
		t.Errorf("%s of the restored folder holds what was erased", name)
	}
	key := r.store.Key()
	if f := (record.Inquiry{Key: key.String(), Receipt: string(before)}).Answer("en"); !f.Good {
		t.Errorf("the receipt from before: %v", f.Problem)
	}

	auditor := newCosigner(t, "cosigner.auditor.example/w1", key.String())
	var list cosignerList
	if err := list.Set(auditor.flag()); err != nil {
		t.Fatal(err)
	}
	watched := r.config()
	var err error
	if watched.Cosigners, err = list.policy(1); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	signs := func(dir string) error {
		s, err := store.Open(t.Context(), dir, watched)
		if err != nil {
			return err
		}
		defer s.Close()
		if e, err := s.Entry(t.Context(), id); err != nil || !e.Erased {
			t.Errorf("the erased entry in %s: %+v, %v", filepath.Base(dir), e, err)
		}
		if err := s.Agree(t.Context()); err != nil {
			return err
		}
		_, err = s.Publish(t.Context())
		return err
	}
	if err := signs(r.dir); err != nil {
		t.Fatalf("the record itself: %v", err)
	}
	if err := signs(dir); code(err) != "restored-backup" {
		t.Errorf("the restored backup signs beside a cosigner that has seen more: %v", err)
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
	timed, late := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(late)
	return timed
}
