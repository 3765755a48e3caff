package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"comity/oversight"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// ./test sets -browser; without it these tests do not run and ./test names them
// as not run. With it, a missing Chromium or axe is a failure, never a skip.
var (
	bothLooks = flag.Bool("both", false, "look at every page in Spanish on a phone and in English on a desk, not in one of the two")
	everyLook = flag.Bool("every", false, "look at every page in every language at every width")
	inBrowser = flag.Bool("browser", false, "run the tests that need Chromium and axe-core")
	shots     = flag.String("shots", "", "folder for screenshots; without it none are taken")
)

const axeFile = "build/node_modules/axe-core/axe.min.js"

// newBrowser starts one Chromium for a test.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := findChromium()
	if err != nil {
		t.Fatal("Chromium is not installed: run ./test -install")
	}
	profile, err := os.MkdirTemp("", "comity-browser")
	if err != nil {
		t.Fatal(err)
	}
	// A dying browser may still write; what is left over is no fault of a page.
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	timed, late := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(late)
	return timed
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

func readAxe(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%s is missing: run npm ci in web/build", axeFile)
	}
	return string(b)
}

// looks are the widths and languages in which a page is looked at: Spanish, whose
// words are longer, on a phone, and English on a desk; with -every all four.
func looks(narrow int64) iter.Seq2[int64, string] {
	return func(yield func(int64, string) bool) {
		for _, width := range []int64{narrow, 1280} {
			for _, prefix := range []string{"", "/es"} {
				if (*everyLook || (width == narrow) == (prefix == "/es")) && !yield(width, prefix) {
					return
				}
			}
		}
	}
}

// due says whether the nth page of a list is looked at on the narrow or the wide
// screen: every other one on each, with -both all on both.
func due(n int, narrow bool) bool { return *bothLooks || *everyLook || (n%2 == 0) == narrow }

// Every public page, at two widths and in two languages: no violation that axe
// finds, nothing wider than the screen, and a picture to look at where -shots asks
// for it.
func TestPagesInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	server := httptest.NewServer(testSite(t))
	defer server.Close()
	folder := shotFolder(t)
	for width, prefix := range looks(390) {
		for n, path := range pages {
			if !due(n, width == 390) {
				continue
			}
			checkInBrowser(t, ctx, axe, server.URL+prefix+path, width, shotName(folder, prefix+path, width))
		}
	}
}

// The answer card as the interview ends in it, one for each verdict that the
// sample law gives.
func TestCardsInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	server := httptest.NewServer(testSite(t))
	defer server.Close()
	folder := shotFolder(t)
	for n, c := range cardCases {
		for width, prefix := range looks(390) {
			if !due(n, width == 390) {
				continue
			}
			fields, err := json.Marshal(c.form())
			if err != nil {
				t.Fatal(err)
			}
			err = chromedp.Run(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+prefix+"/ask"),
				chromedp.Evaluate(`(fields => { const f = document.createElement("form"); f.method = "post"; f.id = "posted";
						for (const [k, vs] of Object.entries(fields)) for (const v of vs) { const i = document.createElement("input"); i.name = k; i.value = v; f.append(i); }
						document.body.append(f); f.submit(); })(`+string(fields)+`)`, nil),
				chromedp.WaitVisible("article.card"), chromedp.WaitNotPresent("#posted"))
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			inspectPage(t, ctx, axe, c.name+prefix, shotName(folder, "card-"+c.name+prefix, width))
		}
	}
}

// The site as it ships: the whole law, the real replay.
func TestShippedPagesInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	c := shippedConfig(t)
	table := shippedReplay(t, c)
	c.Replay = func() *oversight.DetainerReplay { return table }
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	axe, ctx := readAxe(t), newBrowser(t)
	server := httptest.NewServer(h)
	defer server.Close()
	folder := shotFolder(t)
	for n, path := range []string{"/", "/es/", "/replay", "/es/replay?state=TX", "/law", "/law/us/tx/gov-752", "/es/law/us/il/trust-act", "/drafts", "/drafts/us/wi/ab-24-2025", "/es/drafts/us/de/hb-94-2025", "/coverage",
		"/ask?in=us-tx&actor=county-jail&act=hold-on-detainer", "/es/law/handout/us-il-cook?actor=county-jail", "/law/handout/us-il-chicago?actor=municipal-police&sheet=procedure"} {
		for _, width := range []int64{390, 1280} {
			if !due(n, width == 390) {
				continue
			}
			checkInBrowser(t, ctx, axe, server.URL+path, width, shotName(folder, "shipped"+path, width))
		}
	}
}

// The narrowest phone, twice the size of letters, and the dark scheme.
func TestPagesAtTheEdges(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	server := httptest.NewServer(testSite(t))
	defer server.Close()
	folder := shotFolder(t)
	dark := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}})
	if err := chromedp.Run(ctx, dark); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/es/", "/ask?in=us-il&actor=county-jail", "/law/rule/us/il/trust-act/15a", "/replay", "/record"} {
		checkInBrowser(t, ctx, axe, server.URL+path, 320, shotName(folder, "dark"+path, 320))
	}
}

// shotFolder is where pictures go; a run that nobody looks at takes none.
func shotFolder(t *testing.T) string {
	t.Helper()
	if *shots == "" {
		return ""
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	return *shots
}

func shotName(folder, path string, width int64) string {
	name := strings.NewReplacer("/", "_", "?", "-", "=", "_", "&", "-").Replace(strings.Trim(path, "/"))
	return filepath.Join(folder, fmt.Sprintf("%s@%d.png", name, width))
}

func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// A violation is what axe reports.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
		Why  string `json:"failureSummary"`
	} `json:"nodes"`
}

func checkInBrowser(t *testing.T, ctx context.Context, axe, url string, width int64, shot string) {
	t.Helper()
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url), chromedp.WaitReady("main")); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	inspectPage(t, ctx, axe, fmt.Sprintf("%s at %d", url, width), shot)
}

// inspectPage runs axe on the page that is open, sees that it fits, and takes
// its picture.
func inspectPage(t *testing.T, ctx context.Context, axe, name, shot string) {
	t.Helper()
	var over int64
	var found string
	var picture []byte
	err := chromedp.Run(ctx,
		chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over),
		chromedp.Evaluate(axe+"; 0", nil),
		chromedp.Evaluate(`axe.run().then(r => JSON.stringify(r.violations))`, &found, awaitPromise))
	if err == nil && *shots != "" {
		err = chromedp.Run(ctx, chromedp.FullScreenshot(&picture, 100))
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if over > 0 {
		t.Errorf("%s: %d px wider than the screen", name, over)
	}
	var list []violation
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		t.Fatalf("%s: axe: %v", name, err)
	}
	for _, v := range list {
		t.Errorf("%s: %s (%s): %d places, first %.300s\n%s", name, v.ID, v.Help, len(v.Nodes), v.Nodes[0].HTML, v.Nodes[0].Why)
	}
	if *shots == "" {
		return
	}
	if err := os.WriteFile(shot, picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// ./test finds what needs a browser by its name; under another name it would
// pass without having run.
func TestWhatNeedsABrowserIsNamedForIt(t *testing.T) {
	test := regexp.MustCompile(`(?ms)^func (Test\w+)\(t \*testing\.T\) \{\n\s*if !\*inBrowser.*?^\}`)
	named := regexp.MustCompile(`InChromium|ByKeyboard|AtTheEdges`)
	found := 0
	for _, folder := range []string{".", "../cmd/comity"} {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range test.FindAllSubmatch(text, -1) {
				if found++; !named.Match(m[1]) {
					t.Errorf("%s: ./test does not run %s", file, m[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d tests that need a browser were found", found)
	}
}
