package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "write docs/personas.md anew")

// The keystroke-level model that stands in for people: Card, Moran and Newell's
// figures for a key of an average typist and for pointing, and a time to read
// that is longer than theirs, for one question or one answer.
const (
	perKey   = 280 * time.Millisecond
	perTap   = 1100 * time.Millisecond
	perRead  = 2500 * time.Millisecond
	perPaper = 5 * time.Second // a question that is answered from a paper
)

// A personaTask is one task of a person of harms.md. Steps are: at PATH (the
// page is open), link PATH, pick NAME=VALUE, type NAME=TEXT, paste NAME=TEXT,
// choose NAME=VALUE, enter NAME (the keyboard's own key sends the form), press
// SELECTOR (a button, which loads a page), push
// SELECTOR (one that does not), await SELECTOR, read N, see TEXT, as ROLE.
type personaTask struct {
	who, does, device string
	width, height     int64
	keys              bool // no mouse: a choice is two keys
	paper             bool // answers are read off a paper
	target            time.Duration
	role, agency      string
	steps             []string
	note              string // what of the task this does not show
	absent            string // why nothing is timed
}

// A stopwatch counts what a person does.
type stopwatch struct{ keys, taps, reads, papers int }

func (s stopwatch) time() time.Duration {
	return time.Duration(s.keys)*perKey + time.Duration(s.taps)*perTap + time.Duration(s.reads)*perRead + time.Duration(s.papers)*perPaper
}

// A persona works in the browser.
type persona struct {
	ctx     context.Context
	base    string
	session func(role, agency string) string // an address that signs in
	code    string                           // of the letter of the demo's visit
	cookies map[string]string                // of those who did
	task    personaTask
	count   stopwatch
}

// TestPersonasInChromium does every task whose pages exist, in a browser of the
// size of the person's device, and writes down how long a person would take.
// What is missed stands in docs/personas.md as a miss; the test fails where a
// task cannot be done, or where the page no longer says what was seen.
func TestPersonasInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	ctx := browser(t)
	base, session, code := personaDemo(t)
	done, cookies := map[int]stopwatch{}, map[string]string{}
	for i, task := range personaTasks() {
		if task.absent != "" {
			continue
		}
		p := &persona{ctx: ctx, base: base, session: session, code: code, cookies: cookies, task: task}
		if err := p.work(); err != nil {
			t.Errorf("%s, %s: %v", task.who, task.does, err)
		}
		done[i] = p.count
		t.Logf("%s, %s: %.0f s of %.0f", task.who, task.does, p.count.time().Seconds(), task.target.Seconds())
	}
	page := personaPage(done)
	path := filepath.Join("..", "..", "docs", "personas.md")
	if *update && !t.Failed() {
		if err := os.WriteFile(path, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, page) {
		t.Errorf("docs/personas.md is not what was seen: look at the difference, then -update; %v", err)
	}
}

// personaDemo starts the demo, with some more cases on its desks, and returns
// what makes a sign-in link.
func personaDemo(t *testing.T) (base string, session func(role, agency string) string, code string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	s, links, visit := startDemo(t, dir)
	for _, c := range []struct{ role, agency, path, body string }{
		{"clerk", "IL9999901", "/api/v1/requests", fmt.Sprintf(personaDetainer, "persona-free", "IL9999901", "us-il-cook")},
		{"clerk", "IL9999901", "/api/v1/requests", fmt.Sprintf(personaDetainer, "persona-override", "IL9999901", "us-il-cook")},
		{"clerk", "IL9999901", "/api/v1/requests", fmt.Sprintf(personaDetainer, "persona-sealed", "IL9999901", "us-il-cook")},
	} {
		s.token = links[c.role+" "+c.agency].Token
		if r := s.post(t, c.path, c.body); r.status != 201 {
			t.Fatalf("%s: %d %s", c.path, r.status, r.body)
		}
	}
	return s.url, func(role, agency string) string { return links[role+" "+agency].URL }, visit.Code
}

const personaDetainer = `{"id":%q,"agency":%q,"kind":"detainer","in":%q,"at":"2026-10-07T03:17:41-05:00","actor":"county-jail",
	"items":[{"act":"hold-on-detainer","facts":{"document.detainer":"i-247a","document.judicial":"none","person.custody":"jailed","person.release_due":true,"person.release_due_at":"2026-10-07T02:00:00-05:00"}}],
	"sealed":{"booking":"SAMPLE-0009","name":"Sample Person"}}`

func startDemo(t *testing.T, dir string) (*server, map[string]demoLink, demoVisit) {
	t.Helper()
	cmd := exec.Command(mustProgram(t), "demo", "-json", "-addr", "127.0.0.1:0", "-dir", dir)
	s, line, err := startReading(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.stop() })
	var is struct {
		Links []demoLink
		Visit demoVisit
	}
	if err := json.Unmarshal(line, &is); err != nil {
		t.Fatal(err)
	}
	links := map[string]demoLink{}
	for _, l := range is.Links {
		_, token, _ := strings.Cut(l.URL, "/desk/enter")
		l.URL = s.url + "/desk/enter" + token
		links[l.Role+" "+l.Agency] = l
	}
	return s, links, is.Visit
}

// work signs in and does the steps.
func (p *persona) work() error {
	err := chromedp.Run(p.ctx, network.ClearBrowserCookies(), chromedp.EmulateViewport(p.task.width, p.task.height))
	if err == nil && p.task.role != "" {
		err = p.enter(p.task.role)
	}
	for _, step := range p.task.steps {
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
		if err = p.step(ctx, step); err != nil {
			var text string
			_ = chromedp.Run(p.ctx, chromedp.Text("main", &text))
			err = fmt.Errorf("%s: %w; the page says %q", step, err, text[max(0, len(text)-600):])
		}
		cancel()
	}
	return err
}

// enter signs in; a link works once, the session is kept for the next task.
func (p *persona) enter(role string) error {
	cookie := p.cookies[role+" "+p.task.agency]
	if cookie != "" {
		return chromedp.Run(p.ctx, network.SetCookie("comity-desk", cookie).WithURL(p.base))
	}
	return chromedp.Run(p.ctx, chromedp.Navigate(p.session(role, p.task.agency)), chromedp.WaitVisible(".desk-bar"), chromedp.ActionFunc(func(ctx context.Context) error {
		list, err := network.GetCookies().Do(ctx)
		for _, c := range list {
			if c.Name == "comity-desk" {
				p.cookies[role+" "+p.task.agency] = c.Value
			}
		}
		return err
	}))
}

func (p *persona) step(ctx context.Context, step string) error {
	verb, rest, _ := strings.Cut(step, " ")
	name, value, _ := strings.Cut(strings.ReplaceAll(rest, "$code", p.code), "=")
	field := fmt.Sprintf(`main [name=%q]`, name)
	switch verb {
	case "at":
		return chromedp.Run(ctx, chromedp.Navigate(p.base+rest), chromedp.WaitReady("main"))
	case "as":
		if err := chromedp.Run(ctx, network.ClearBrowserCookies()); err != nil {
			return err
		}
		return p.enter(rest)
	case "link":
		p.tap()
		return p.load(ctx, fmt.Sprintf(`main a[href^=%q], .desk-bar a[href^=%q]`, rest, rest))
	case "pick":
		p.tap()
		p.question()
		return p.do(ctx, fmt.Sprintf(`%s[value=%q]`, field, value), `if (!e.checked) e.click()`)
	case "choose", "type", "paste":
		p.tap()
		switch verb {
		case "choose":
			p.tap()
			p.question()
		case "type":
			p.count.keys += len([]rune(value))
			p.question()
		case "paste":
			p.count.keys += 2
		}
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		return p.do(ctx, field, `e.focus(); e.value = `+string(text)+`; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true}))`)
	case "press":
		p.tap()
		return p.load(ctx, rest)
	case "push":
		p.tap()
		return p.do(ctx, rest, `e.click()`)
	case "enter":
		p.count.keys++
		return p.loads(ctx, func() error { return chromedp.Run(ctx, chromedp.SendKeys(field, kb.Enter, chromedp.ByQuery)) })
	case "await":
		return chromedp.Run(ctx, chromedp.WaitVisible(rest, chromedp.ByQuery))
	case "read":
		var n int
		if _, err := fmt.Sscan(rest, &n); err != nil {
			return err
		}
		p.count.reads += n
		return nil
	case "see":
		var text string
		if err := chromedp.Run(ctx, chromedp.Text("main", &text)); err != nil || !strings.Contains(strings.Join(strings.Fields(text), " "), rest) {
			return fmt.Errorf("it is not there; %v", err)
		}
		return nil
	}
	return fmt.Errorf("there is no such step")
}

func (p *persona) tap() {
	if p.task.keys {
		p.count.keys += 2
	} else {
		p.count.taps++
	}
}

func (p *persona) question() {
	if p.task.paper {
		p.count.papers++
	} else {
		p.count.reads++
	}
}

// do acts on the first element that is there and that a person could reach.
func (p *persona) do(ctx context.Context, selector, act string) error {
	at, err := json.Marshal(selector)
	if err != nil {
		return err
	}
	var why string
	err = chromedp.Run(ctx, chromedp.Evaluate(`(() => {
		const seen = x => x.getClientRects().length > 0 && getComputedStyle(x).visibility !== "hidden";
		const all = [...document.querySelectorAll(`+string(at)+`)];
		const e = all.find(x => !x.disabled && (seen(x) || x.labels && [...x.labels].some(seen)));
		if (!e) return all.length ? "it cannot be seen" : "it is not on the page";
		`+act+`;
		return "";
	})()`, &why))
	if err == nil && why != "" {
		return fmt.Errorf("%s", why)
	}
	return err
}

// load acts on what leads to another page, and waits for that.
func (p *persona) load(ctx context.Context, selector string) error {
	return p.loads(ctx, func() error { return p.do(ctx, selector, `setTimeout(() => e.click(), 0)`) })
}

func (p *persona) loads(ctx context.Context, act func() error) error {
	if err := chromedp.Run(ctx, chromedp.Evaluate(`window.before = true`, nil)); err != nil {
		return err
	}
	if err := act(); err != nil {
		return err
	}
	for {
		var there bool
		err := chromedp.Run(ctx, chromedp.Evaluate(`!window.before && document.readyState === "complete"`, &there))
		if there {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("no page comes: %w", ctx.Err())
		}
		if err != nil {
			time.Sleep(20 * time.Millisecond) // between two pages
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// personaPage is docs/personas.md.
func personaPage(done map[int]stopwatch) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, personaHead, perKey.Seconds(), perTap.Seconds(), perRead.Seconds(), perPaper.Seconds())
	met, part, missed, absent, who := 0, 0, 0, 0, ""
	for i, task := range personaTasks() {
		name := task.who
		if name == who {
			name = ""
		}
		who = task.who
		if task.absent != "" {
			absent++
			fmt.Fprintf(&b, "| %s | %s | %s | %s | | not timed | %s |\n", name, task.does, task.device, inWords(task.target), task.absent)
			continue
		}
		c, result := done[i], "met"
		if strings.HasPrefix(task.note, "part: ") {
			result = "met, in part"
		}
		if c.time() > task.target {
			result = "**missed**"
			missed++
		} else if result == "met" {
			met++
		} else {
			part++
		}
		fmt.Fprintf(&b, "| %s | %s | %s, %d×%d | %s | %.0f s: %d taps, %d keys, %d read | %s | %s |\n",
			name, task.does, task.device, task.width, task.height, inWords(task.target), c.time().Seconds(), c.taps, c.keys, c.reads+c.papers, result, strings.TrimPrefix(task.note, "part: "))
	}
	fmt.Fprintf(&b, "\n%d tasks: %d met, %d met as far as they were timed, %d missed, %d not timed.\n", met+part+missed+absent, met, part, missed, absent)
	return b.Bytes()
}

func inWords(d time.Duration) string {
	switch {
	case d == 0:
		return "none"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}

const personaHead = `# Persons and their tasks, timed

Made by a test (` + "`go test ./cmd/comity -run Personas -args -browser -update`" + `): the
demo is started, Chromium takes the size of the person's device, and the steps are
done on the real pages. **No people were watched.** Times are a model: %.2f s a
key, %.1f s a tap or click, %.1f s to read one question or one answer, %.0f s where the
answer is read off a paper; the server's own time is left out, and so is
everything that happens away from the screen. A step fails if the element is not
there or cannot be seen. "Met" says that the steps fit the target, not that a
tired person makes no mistake.

| who | task | device | target | steps | result | what is left out |
|---|---|---|---|---|---|---|
`
