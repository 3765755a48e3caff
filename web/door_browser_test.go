package web

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The door in Chromium: on the narrowest phone, by keyboard alone and without
// JavaScript a resident gets each answer, in three languages.
func TestDoorInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	h := newHall(t, "nobody")
	o := newOfficeWith(t, func(c *Config) { c.Door = h })
	server, folder := listen(t, o), shotFolder(t)
	at := "/door/" + h.visit.Agency
	for _, prefix := range []string{"", "/es", "/ar"} {
		for _, width := range []int64{320, 1280} {
			if width == 1280 && prefix != "" && !*everyLook {
				continue // the widest look is English
			}
			for _, page := range []string{at, at + "/vehicle", at + "/name", at + "/name/c-1", at + "/name/c-2"} {
				checkInBrowser(t, ctx, axe, server.URL+prefix+page, width, shotName(folder, prefix+page, width))
			}
		}
		for name, code := range map[string]string{"yes": h.letter.Screen.String(), "no": "ZZ-ZZZZ"} {
			typedAtDoor(t, ctx, server.URL+prefix+at, code)
			inspectPage(t, ctx, axe, prefix+" "+name, shotName(folder, prefix+at+"-"+name, 320))
			var shown string
			if err := chromedp.Run(ctx, chromedp.AttributeValue(".answer", "class", &shown, nil)); err != nil || !strings.HasSuffix(shown, name) {
				t.Errorf("%s %s: %q, %v", prefix, name, shown, err)
			}
		}
	}
}

// typedAtDoor types code and house number and sends them, by keyboard, with
// scripts switched off.
func typedAtDoor(t *testing.T, ctx context.Context, address, code string) {
	t.Helper()
	err := chromedp.Run(ctx, emulation.SetScriptExecutionDisabled(true), chromedp.EmulateViewport(320, 700), chromedp.Navigate(address),
		chromedp.Focus("#line"), chromedp.KeyEvent(code+" 412"+kb.Enter), chromedp.WaitVisible(".answer", chromedp.ByQuery),
		emulation.SetScriptExecutionDisabled(false))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}
