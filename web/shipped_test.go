package web

import (
	"strings"
	"testing"
	"time"

	"comity"
	"comity/data"
	"comity/law"
	"comity/law/handout"
	"comity/oversight"
)

// shippedConfig is the site as it is served: the whole law and the replay.
func shippedConfig(t testing.TB) Config {
	t.Helper()
	book, err := law.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	book.Now = func() time.Time { return now }
	c := testConfig(t)
	c.Law = book
	if c.Drafts, err = book.Drafts(data.FS); err != nil {
		t.Fatal(err)
	}
	return c
}

// Every page about the law that ships is well formed and light, in both
// languages: each pack, each rule, each act, each place that has law of its own.
func TestShippedLawPages(t *testing.T) {
	c := shippedConfig(t)
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/", "/law", "/coverage"}
	places := map[string]bool{}
	for _, p := range c.Law.Packs() {
		paths = append(paths, "/law/"+p.ID)
		if !places[p.Place] {
			places[p.Place] = true
			paths = append(paths, "/law/in/"+p.Place, "/law/offences/"+p.Place, "/coverage/"+p.Place)
		}
		seen := map[string]bool{}
		for _, r := range p.Rules {
			if !seen[r.ID] {
				seen[r.ID] = true
				paths = append(paths, rulePath(r.ID))
			}
		}
	}
	for _, act := range c.Law.Vocabulary().Acts {
		paths = append(paths, "/coverage?act="+act.Name)
	}
	for place, actor := range map[string]string{"us-il-chicago": "municipal-police", "us-ca-los-angeles": "sheriff", "us-tx-travis": "county-jail", "us-wy": "sheriff"} {
		for _, sheet := range handout.Sheets() {
			at := "/law/handout/" + place + "?actor=" + actor + "&sheet=" + string(sheet)
			paths = append(paths, at, at+"&from=2016-01-01")
		}
	}
	for i, prefix := range []string{"", "/es"} {
		for n, path := range paths {
			if testing.Short() && n%2 == i {
				continue // each in one language
			}
			w := get(h, prefix+path)
			if w.Code != 200 {
				t.Errorf("%s%s: status %d", prefix, path, w.Code)
				continue
			}
			if t.Run(prefix+path, func(t *testing.T) { checkPage(t, w, strings.TrimPrefix(prefix, "/")) }); t.Failed() {
				return
			}
		}
	}
}

// The three places of every example come out in three directions, and no card
// of them is without a sentence of its own.
func TestShippedTriptych(t *testing.T) {
	c := shippedConfig(t)
	for i, want := range []comity.Verdict{comity.Prohibited, comity.Permitted, comity.Required} {
		d, err := c.Law.Decide(triptychQuestion(triptych[i], now.Format(time.DateOnly)))
		if err != nil {
			t.Fatal(err)
		}
		if d.Verdict != want {
			t.Errorf("%s: %s, want %s (rules %v, uncovered %v)", triptych[i], d.Verdict, want, d.Rules, d.Uncovered)
		}
	}
}

// Every agency has a page.
func TestEveryAgencyHasAPage(t *testing.T) {
	c := testConfig(t)
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	step := 97 // a tenth of a second; the rest differs in data only
	if !testing.Short() && *inBrowser {
		step = 7
	}
	list := c.Agencies.All()
	if len(list) != 18330 {
		t.Errorf("%d agencies", len(list))
	}
	for i := 0; i < len(list); i += step {
		if w := get(h, "/agencies/"+list[i].ORI); w.Code != 200 || w.Body.Len() > mostBytes {
			t.Errorf("%s: status %d, %d bytes", list[i].ORI, w.Code, w.Body.Len())
		}
	}
	for _, a := range c.Agreements.All() {
		if a.ORI == "" {
			continue
		}
		if w := get(h, "/agencies/"+a.ORI); w.Code != 200 {
			t.Errorf("%s: status %d", a.ORI, w.Code)
		}
	}
}

func shippedReplay(t testing.TB, c Config) *oversight.DetainerReplay {
	t.Helper()
	list, err := oversight.LoadDetainers(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	table, err := oversight.ReplayDetainers(c.Law, list, oversight.Options{Known: now.Format(time.DateOnly), Law: c.Law.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// The replay that ships reconciles on the page: 59,839 rows.
func TestShippedReplayPage(t *testing.T) {
	c := shippedConfig(t)
	table := shippedReplay(t, c)
	c.Replay = func() *oversight.DetainerReplay { return table }
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for path, lang := range map[string]string{"/replay": "en", "/es/replay": "es", "/replay?state=TX": "en"} {
		w := get(h, path)
		checkPage(t, w, lang)
		for _, want := range []string{"59,839", "39,784", "6,900"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s does not show %s", path, want)
			}
		}
	}
	sum := 0
	for _, cell := range table.Cells {
		sum += cell.Rows
	}
	if sum != table.Total {
		t.Errorf("cells add up to %d of %d", sum, table.Total)
	}
}
