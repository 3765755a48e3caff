package web

import (
	"maps"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A records clerk's tasks at a desk screen with keys alone, by the model of
// TestIntakeByKeyboard; opening the page counts as one question.
func TestClerksTasksInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	ctx := newBrowser(t)
	o := newOffice(t)
	server := listen(t, o)
	enterDesk(t, ctx, server.URL, o)
	intake, served, over := texasForm("received_at", "11182026"+"1120A", "release_at", "11202026"+"0500P"), url.Values{}, url.Values{}
	maps.Copy(served, noticeServed)
	served.Set("served_at", "11212026"+"0800A")
	maps.Copy(over, handOver)
	id := ""
	for _, task := range []struct {
		name, path string
		want       url.Values
		entries    int
		target     float64
	}{
		{"a faxed detainer, and its answer", "/desk/detainers/new", intake, 1, 240},
		{"another county's hold", "/desk/custody?of=", url.Values{"event": {"other-hold"}, "reason": {"other-county"}, "pointer": {"W-2291"}, "source": {"staff"}}, 2, 60},
		{"that hold has ended", "/desk/custody?of=", url.Values{"event": {"other-hold-ended"}, "reason": {"other-county"}, "pointer": {"W-2291"}, "source": {"staff"}}, 3, 60},
		{"the notice is served", "/notice", served, 4, 90},
		{"the person is handed over", "/desk/hand-over?of=", over, 6, 180},
	} {
		path := task.path
		switch {
		case path == "/notice":
			path = "/desk/entries/" + id + path
		case id != "":
			path += id
		}
		if err := chromedp.Run(ctx, chromedp.Navigate(server.URL+path), chromedp.WaitReady("form.desk-form"), chromedp.Focus("nav.desk-bar button.plain")); err != nil {
			t.Fatalf("%s: %v", task.name, err)
		}
		w := &walker{t: t, ctx: ctx, want: task.want, answered: 1}
		for range 120 {
			if w.next() {
				break
			}
		}
		if err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#custody")); err != nil {
			t.Fatalf("%s: %v", task.name, err)
		}
		if len(o.shelf.Kept) != task.entries {
			t.Fatalf("%s: %d entries, want %d", task.name, len(o.shelf.Kept), task.entries)
		}
		id = o.shelf.Kept[0].ID
		seconds := float64(w.keys)*0.28 + float64(w.answered)*5
		t.Logf("%s: %d questions, %d keystrokes, about %.0f s of %.0f", task.name, w.answered-1, w.keys, seconds, task.target)
		if seconds > task.target {
			t.Errorf("%s takes about %.0f s, more than %.0f", task.name, seconds, task.target)
		}
	}
}
