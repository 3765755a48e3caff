package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/law"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The interview on the device, from loading to the card, the network cut once
// the law is there: at two widths, in two languages, by axe and by eye.
func TestDeviceInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	_, h := shippedDevice(t)
	axe, ctx := readAxe(t), newBrowser(t)
	server := httptest.NewServer(h)
	defer server.Close()
	folder := shotFolder(t)
	for width, prefix := range looks(390) {
		d := openDevice(t, ctx, server.URL+prefix, width, "us-il")
		inspectPage(t, ctx, axe, "device with law", shotName(folder, "device-law"+prefix, width))
		d.cut(true)
		sent := d.sending()
		d.ask("us-il-cook", "county-jail", "hold-on-detainer")
		inspectPage(t, ctx, axe, "device asks", shotName(folder, "device-asks"+prefix, width))
		d.answerAll()
		inspectPage(t, ctx, axe, "device answers", shotName(folder, "device-answers"+prefix, width))
		if all := sent(); len(all) > 0 {
			t.Errorf("sent while asking: %q", all)
		}
		d.cut(false)
	}
}

// A device is the page with the law of a state loaded.
type device struct {
	t   *testing.T
	ctx context.Context
}

// shippedDevice is the site as it ships; without the module there is nothing to
// test, and that is a failure.
func shippedDevice(t *testing.T) (*law.Book, http.Handler) {
	t.Helper()
	c := shippedConfig(t)
	parts, err := loadParts(c.Dist)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(parts.files[module].zipped); n == 0 || n > mostModule {
		t.Fatalf("the module has %d bytes: run go generate ./web", n)
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return c.Law.(*law.Book), h
}

// mostModule is the largest the law engine may be on its way to a browser.
const mostModule = 3_000_000

func openDevice(t *testing.T, ctx context.Context, site string, width int64, state string) device {
	t.Helper()
	d := device{t, ctx}
	d.run(chromedp.EmulateViewport(width, 900), chromedp.Navigate(site+"/ask/here"), chromedp.WaitVisible("#here-load", chromedp.ByQuery),
		chromedp.SetValue("#here-state", state, chromedp.ByQuery), chromedp.Click("#here-load button", chromedp.ByQuery))
	d.loaded()
	return d
}

func (d device) run(actions ...chromedp.Action) {
	d.t.Helper()
	err := chromedp.Run(d.ctx) // the browser belongs to the test, not to this step
	ctx, stop := context.WithTimeout(d.ctx, 90*time.Second)
	defer stop()
	if err == nil {
		err = chromedp.Run(ctx, actions...)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// loaded waits until the law is there, or says that it could not be loaded.
func (d device) loaded() {
	d.t.Helper()
	var failed bool
	d.run(chromedp.Poll(`!document.getElementById("here-start").hidden || !document.getElementById("here-failed").hidden`, nil, chromedp.WithPollingTimeout(time.Minute)),
		chromedp.Evaluate(`!document.getElementById("here-failed").hidden`, &failed))
	if failed {
		d.t.Fatal("the law could not be loaded")
	}
}

// cut takes the network away, or gives it back.
func (d device) cut(off bool) {
	d.t.Helper()
	d.run(network.Enable(), network.EmulateNetworkConditions(off, 0, -1, -1))
}

// sending collects the addresses that the page asks for until its result is called.
func (d device) sending() (sent func() []string) {
	var mu sync.Mutex
	var all []string
	ctx, stop := context.WithCancel(d.ctx)
	chromedp.ListenTarget(ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && strings.HasPrefix(e.Request.URL, "http") {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, e.Request.URL)
		}
	})
	return func() []string {
		stop()
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func (d device) ask(in, actor, act string) {
	d.t.Helper()
	d.run(chromedp.SetValue("#here-place", in, chromedp.ByQuery), chromedp.SetValue("#here-actor", actor, chromedp.ByQuery),
		chromedp.Evaluate(`document.getElementById("here-actor").dispatchEvent(new Event("change"))`, nil),
		chromedp.SetValue("#here-act", act, chromedp.ByQuery), chromedp.Click("#here-start button.first", chromedp.ByQuery),
		chromedp.WaitVisible("#here-talk [tabindex='-1']", chromedp.ByQuery))
}

// answerAll takes the first choice of every question, and cannot tell a number
// or a date, until the card is there.
func (d device) answerAll() {
	d.t.Helper()
	for range 60 {
		var card bool
		d.run(chromedp.Evaluate(`(() => {
			const talk = document.getElementById("here-talk");
			if (talk.querySelector("article.card")) return true;
			const choice = talk.querySelector("input[type=radio]");
			if (choice) { choice.checked = true; talk.querySelector("button.first").click(); }
			else talk.querySelector(".actions button:not(.first)").click();
			return false;
		})()`, &card))
		if card {
			return
		}
	}
	d.t.Fatal("the questions do not end")
}

// With the keyboard alone: load, choose, answer, read the card.
func TestDeviceByKeyboard(t *testing.T) {
	if !*inBrowser {
		return
	}
	_, h := shippedDevice(t)
	ctx := newBrowser(t)
	server := httptest.NewServer(h)
	defer server.Close()
	d := device{t, ctx}
	d.run(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+"/ask/here"), chromedp.WaitVisible("#here-load", chromedp.ByQuery))
	d.tabTo(`e.id === "here-state"`)
	d.run(chromedp.KeyEvent("Illinois"))
	d.tabTo(`e.closest("#here-load") && e.tagName === "BUTTON"`)
	d.run(chromedp.KeyEvent(kb.Enter))
	d.loaded()
	d.onFocus(`e.id === "here-place"`, "the place has the focus once the law is loaded")
	d.run(chromedp.KeyEvent("Cook"))
	d.tabTo(`e.id === "here-actor"`)
	d.run(chromedp.KeyEvent("A county jail"))
	d.tabTo(`e.closest("#here-start") && e.classList.contains("first")`)
	d.run(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#here-talk legend", chromedp.ByQuery))
	d.onFocus(`e.tagName === "LEGEND"`, "the question has the focus")
	d.tabTo(`e.type === "radio"`)
	d.run(chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#here-talk .answers-so-far", chromedp.ByQuery))
	d.tabTo(`e.closest("#here-talk") && e === e.closest(".actions")?.lastElementChild`)
	d.run(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#here-talk article.card", chromedp.ByQuery))
	d.onFocus(`e.id === "card-question"`, "the card has the focus")
	var question string
	d.run(chromedp.Text("#card-question", &question, chromedp.ByQuery))
	if !strings.Contains(question, "county jail in Cook County") {
		t.Errorf("asked %q", question)
	}
}

func (d device) tabTo(is string) {
	d.t.Helper()
	var there bool
	for range 40 {
		d.run(chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`(e => Boolean(`+is+`))(document.activeElement)`, &there))
		if there {
			return
		}
	}
	d.t.Fatalf("the Tab key does not lead to %s", is)
}

func (d device) onFocus(is, says string) {
	d.t.Helper()
	var there bool
	if d.run(chromedp.Evaluate(`(e => Boolean(`+is+`))(document.activeElement)`, &there)); !there {
		d.t.Errorf("not so: %s", says)
	}
}

// deviceStates are asked about by random: one that forbids much, one that
// demands much, one with many rules, one that says little, and no state.
var deviceStates = []string{"us-il", "us-tx", "us-ca", "us-wy", "us"}

// What the browser decides is what the server decides, byte for byte: random
// questions about places of several states, refused ones among them.
func TestDeviceDecidesTheSameInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	book, h := shippedDevice(t)
	ctx := newBrowser(t)
	server := httptest.NewServer(h)
	defer server.Close()
	r := rand.New(rand.NewPCG(4, 7))
	verdicts, refused := map[comity.Verdict]int{}, 0
	for _, state := range deviceStates {
		d := openDevice(t, ctx, server.URL, 1280, state)
		questions := make([]string, 500)
		for i := range questions {
			questions[i] = randomQuestion(t, r, book, state)
		}
		asked, err := json.Marshal(questions)
		if err != nil {
			t.Fatal(err)
		}
		var took struct {
			Answers          []string
			Load, Open, Each float64 // milliseconds
		}
		d.run(chromedp.Evaluate(`(async questions => {
			const law = new Uint8Array(await (await fetch("/law/bundle/`+state+`")).arrayBuffer());
			const start = performance.now();
			comity.open(law);
			const opened = performance.now();
			const Answers = questions.map(q => comity.decide(q));
			const mark = name => performance.getEntriesByName(name)[0].startTime;
			return { Answers, Load: mark("device-loaded") - mark("device-asked"), Open: opened - start, Each: (performance.now() - opened) / questions.length };
		})(`+string(asked)+`)`, &took, awaitPromise))
		answers := took.Answers
		t.Logf("%s: law of %d bytes, packed %d; all ready in %.0f ms, of which the law was opened in %.0f; an answer in %.2f ms", state, get(h, "/law/bundle/"+state).Body.Len(), packedSize(h, "/law/bundle/"+state), took.Load, took.Open, took.Each)
		for i, q := range questions {
			want, _ := book.DecideJSON([]byte(q)) // a refusal is an answer too
			if answers[i] != string(want) {
				t.Fatalf("%s\nin the browser %s\non the server  %s", q, answers[i], want)
			}
			var n comity.Decision
			if bytes.Contains(want, []byte(`"error"`)) {
				refused++
			} else if err := json.Unmarshal(want, &n); err != nil {
				t.Fatal(err)
			}
			verdicts[n.Verdict]++
		}
	}
	t.Logf("module of %d bytes, packed", packedSize(h, "/static/"+module))
	t.Logf("%d questions: %v, %d refused", 500*len(deviceStates), verdicts, refused)
	for _, v := range comity.Verdicts {
		if verdicts[v] < 10 {
			t.Errorf("%d answers were %s: too few to compare", verdicts[v], v)
		}
	}
}

func packedSize(h http.Handler, path string) int {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.Len()
}

// randomQuestion asks of a place in a state anything that the vocabulary can
// say, now and then something that it cannot.
func randomQuestion(t *testing.T, r *rand.Rand, book *law.Book, state string) string {
	t.Helper()
	v := book.Vocabulary()
	var in []string
	for _, p := range book.Places() {
		if p.ID == state || state != "us" && strings.HasPrefix(p.ID, state+"-") {
			in = append(in, p.ID)
		}
	}
	on := time.Date(2015, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(12*365))
	q := comity.Question{ID: fmt.Sprint(r.IntN(1e6)), In: in[r.IntN(len(in))], On: on.Format(time.DateOnly), Known: "2026-11-21",
		Actor: v.Actors[r.IntN(len(v.Actors))].Name, Act: v.Acts[r.IntN(len(v.Acts))].Name, Facts: comity.Facts{}, Closed: r.IntN(3) > 0}
	if r.IntN(2) == 0 { // what somebody thought worth a test of the law
		packs := book.PacksAt(q.In)
		if tests := packs[r.IntN(len(packs))].Tests(); len(tests) > 0 {
			about := tests[r.IntN(len(tests))].Question
			q.Actor, q.Act, q.On, q.Closed, q.Open = about.Actor, about.Act, about.On, true, slices.Clone(about.Open)
			maps.Copy(q.Facts, about.Facts)
			on, _ = time.Parse(time.DateOnly, about.On) // a test that was read has a day
		}
	}
	if p, _ := book.Place(q.In); r.IntN(3) == 0 {
		if z, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
			q.At = on.In(z).Format(time.RFC3339)
		}
	}
	for range r.IntN(6) {
		f := v.Facts[r.IntN(len(v.Facts))]
		switch f.Type {
		case law.Bool:
			q.Facts[f.Name] = []string{"true", "false"}[r.IntN(2)]
		case law.Enum:
			q.Facts[f.Name] = f.Values[r.IntN(len(f.Values))]
		case law.Int:
			q.Facts[f.Name] = fmt.Sprint(f.Min + r.IntN(max(1, min(f.Max-f.Min, 200))))
		case law.Date:
			q.Facts[f.Name] = on.AddDate(0, 0, -r.IntN(900)).Format(time.DateOnly)
		case law.Instant:
			q.Facts[f.Name] = on.Add(-time.Duration(r.IntN(200)) * time.Hour).Format(time.RFC3339)
		}
		if r.IntN(400) == 0 {
			q.Facts[f.Name] = "none such"
		}
	}
	if r.IntN(4) == 0 {
		q.Open = append(q.Open, v.Facts[r.IntN(len(v.Facts))].Name)
	}
	out, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The card in the browser says what the server's card says: verdict, sentence,
// doubts, facts to find out, rules with their sections, tasks.
func TestDeviceCardsInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	book, h := shippedDevice(t)
	cards, err := NewCards(book)
	if err != nil {
		t.Fatal(err)
	}
	ctx := newBrowser(t)
	server := httptest.NewServer(h)
	defer server.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for _, prefix := range []string{"", "/es"} {
		for _, state := range []string{"us-il", "us-tx", "us-ca"} {
			d := openDevice(t, ctx, server.URL+prefix, 1280, state)
			for range 60 {
				text := randomQuestion(t, r, book, state)
				var q comity.Question
				if err := json.Unmarshal([]byte(text), &q); err != nil {
					t.Fatal(err)
				}
				n, err := book.Decide(q)
				if err != nil {
					continue
				}
				tag := cmp.Or(strings.TrimPrefix(prefix, "/"), "en")
				want := cardParts(cards.langs[tag], cards.Card(tag, q, n, time.Time{}))
				var got map[string][]string
				d.run(chromedp.Evaluate(`(`+readCard+`)(comityDevice.card(`+text+`))`, &got))
				for part, lines := range want {
					if !slices.Equal(lines, got[part]) {
						t.Fatalf("%s\n%s in the browser %q\non the server %q", text, part, got[part], lines)
					}
				}
			}
		}
	}
}

// readCard takes from a card on the page what cardParts takes from a Card.
const readCard = `card => {
	const texts = (all) => [...all].map(e => e.textContent.replace(/\s+/g, " ").trim());
	const section = (key) => [...card.querySelectorAll("section")].filter(s => s.querySelector("h3").textContent === comityDevice.say(key));
	return {
		question: texts(card.querySelectorAll(".asked, .asked-on")),
		verdict: texts(card.querySelectorAll(".verdict .says")),
		flags: texts(card.querySelectorAll(".flags li")),
		missing: section("missing").flatMap(s => texts(s.querySelectorAll("li"))),
		change: section("change").flatMap(s => texts(s.querySelectorAll("dl > div"))),
		nearest: section("nearest").flatMap(s => texts(s.querySelectorAll("dl > div, p"))),
		rules: texts(card.querySelectorAll(".reason > p:not(.small)")),
		refs: texts(card.querySelectorAll(".reason .ref")),
		tasks: texts(card.querySelectorAll(".tasks li")),
		sides: section("sides").flatMap(s => texts(s.querySelectorAll("li"))),
		unknown: section("uncovered").flatMap(s => texts(s.querySelectorAll("p, li"))),
	};
}`

func cardParts(l *lang, c Card) map[string][]string {
	parts := map[string][]string{"question": {c.Question, c.When}, "verdict": {c.Word + ". " + c.Sentence}}
	add := func(part string, texts ...string) {
		text := strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
		if parts[part] = append(parts[part], text); text == "" {
			parts[part] = parts[part][:len(parts[part])-1]
		}
	}
	for _, f := range c.Flags {
		add("flags", f.Label+f.Says)
	}
	for _, x := range c.Missing {
		add("missing", x.Label)
	}
	for _, x := range c.Change {
		add("change", x.Label+x.Text)
	}
	for _, x := range c.Nearest {
		add("nearest", x.Label+x.Text)
	}
	if c.Then != "" {
		add("nearest", l.say("card.then", "Word", c.Then))
	}
	for _, r := range slices.Concat(c.Why, c.May, c.SetAside) {
		add("rules", r.Says)
		add("rules", r.By)
		for _, x := range r.Cites {
			add("refs", x.Ref)
		}
	}
	for _, x := range c.Tasks {
		said := ""
		if x.Said != "" {
			said = l.say("task.in-words") + " " + x.Said
		}
		add("tasks", x.What+x.Due+x.How+said+x.Cite)
	}
	for _, x := range c.Sides {
		add("sides", x.Text)
	}
	if len(c.Uncovered) > 0 {
		add("unknown", l.say("card.uncovered-says", "Layers", l.list(c.Uncovered)))
		for _, g := range c.Gaps {
			add("unknown", g.Text)
		}
	}
	return parts
}
