package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"comity/access"
	"comity/atlas"
	"comity/door"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
)

// longestTell is a page with as many and as long lines as are let pass.
func longestTell() door.Tell {
	line := door.Text{EN: strings.Repeat("Our staff wear a dark blue shirt ", 4)[:129] + ".", ES: strings.Repeat("Los nuestros llevan camisa azul ", 5)[:129] + "."}
	label := door.Text{EN: strings.Repeat("Ring by day ", 5)[:59] + ".", ES: strings.Repeat("Llame de día ", 5)[:59] + "."}
	t := door.Tell{Sample: true, Name: "Sample County Sheriff's Office and Jail (sample data)", ORI: "IL9999903", Place: "us-il-chicago", Actor: "municipal-police",
		Fleet: line, Address: "sheriff.a-long-sample-name.example/how-to-tell", CheckedOn: "2026-01-01", StaleAfter: 30}
	for range door.MaxSentences {
		t.Uniforms, t.Vehicles, t.NeverAsk = append(t.Uniforms, line), append(t.Vehicles, line), append(t.NeverAsk, line)
	}
	for range door.MaxNumbers {
		t.Numbers = append(t.Numbers, door.Number{Label: label, Number: "555-555-0100", When: label})
	}
	return t
}

// deskTold is a page that its agency kept, out of date by now.
func deskTold() door.Tell {
	t := longestTell()
	t.Sample, t.ORI, t.Name, t.Place, t.Actor = false, "TX2270000", "Sample County Jail", "us-tx", "county-jail"
	return t
}

// filledTell is the longest page of one size of letters.
func filledTell(size, lang string) door.Tell {
	for k := door.MaxSentences; k > 0; k-- {
		for n := 125; n > 40; n -= 42 {
			t := longestTell()
			line := door.Text{EN: t.Fleet.EN[:n] + ".", ES: t.Fleet.ES[:n] + "."}
			t.Fleet, t.Uniforms, t.Vehicles, t.NeverAsk = line, nil, nil, nil
			for range k {
				t.Uniforms, t.Vehicles, t.NeverAsk = append(t.Uniforms, line), append(t.Vehicles, line), append(t.NeverAsk, line)
			}
			t.Numbers = t.Numbers[:min(k, len(t.Numbers))]
			if letterSize(t, lang) == size {
				return t
			}
		}
	}
	return door.Tell{}
}

// D8, D3: the sheet of the sample and of the longest pages, and the card of eight
// steps, each fit one page of Letter and of A4, in both languages; on the
// narrowest phone nothing is wider than the screen.
func TestTellPrintsOnOnePageInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	long := longestTell()
	if err := long.Check(); err != nil {
		t.Fatalf("the longest page is not let pass: %v", err)
	}
	c := shippedConfig(t)
	listed := slices.IndexFunc(c.Agreements.All(), func(a atlas.Agreement) bool { return a.Status == atlas.Listed && a.ORI != "" })
	long.ORI, long.Place = c.Agreements.All()[listed].ORI, "us-tx" // what is not loaded, and the agreement, are said too
	shelf := shelfOfTells{long.ORI: long}
	c.Tells = shelf
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	public := httptest.NewServer(h)
	defer public.Close()
	told := deskTold()
	o := newOfficeWith(t, func(c *Config) { c.Door, c.Tells = newHall(t, "worker"), shelfOfTells{told.ORI: told} })
	o.badges.sessions["worker"] = Account{ID: "worker", Agency: told.ORI, Role: string(access.WatchCommander), Name: "Sample worker", By: access.ByPasskey}
	desk := listen(t, o)
	axe, ctx, folder := readAxe(t), newBrowser(t), shotFolder(t)
	if err := chromedp.Run(ctx, network.SetCookie(sessionCookie, "worker").WithURL(desk.URL)); err != nil {
		t.Fatal(err)
	}
	narrowTell(t, ctx, axe, folder, public.URL, desk.URL, long.ORI)
	for lang, prefix := range map[string]string{"en": "", "es": "/es"} {
		addresses := []string{public.URL + prefix + "/tell/sample-police/sheet", public.URL + prefix + "/tell/" + long.ORI + "/sheet", desk.URL + prefix + "/desk/shift/protocol"}
		for i, size := range []string{"largest", "large", "middle"} {
			full := filledTell(size, lang)
			if full.ORI = fmt.Sprintf("IL999999%d", i); letterSize(full, lang) != size {
				t.Fatalf("no page is of the size %s", size)
			}
			shelf[full.ORI] = full
			addresses = append(addresses, public.URL+prefix+"/tell/"+full.ORI+"/sheet")
		}
		for _, address := range addresses {
			for name, size := range map[string][2]float64{"letter": {8.5, 11}, "a4": {8.27, 11.69}} {
				if between(address) && (name == "a4") != (lang == "es") {
					continue // Spanish on A4, which is narrower, and English on Letter, which is shorter
				}
				pdf := printed(t, ctx, address, size)
				n, err := api.PageCount(bytes.NewReader(pdf), nil)
				if err != nil || n != 1 {
					t.Errorf("%s on %s: %d pages, %v", address, name, n, err)
				}
				if folder != "" {
					file := strings.TrimSuffix(shotName(folder, address[strings.Index(address, "//")+2:], 0), "@0.png") + "-" + name + ".pdf"
					if err := os.WriteFile(filepath.Clean(file), pdf, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// narrowTell looks at the pages on the narrowest phone: the form also where it
// previews, and where it refuses.
func narrowTell(t *testing.T, ctx context.Context, axe, folder, public, desk, ori string) {
	t.Helper()
	checkInBrowser(t, ctx, axe, public+"/es/tell/"+ori, 320, shotName(folder, "narrow", 320))
	for name, change := range map[string]string{"preview": `0`, "refused": `document.querySelector("#never-es").value = "ICE."`} {
		err := chromedp.Run(ctx, chromedp.EmulateViewport(320, 900), chromedp.Navigate(desk+"/es/desk/tell"), chromedp.WaitReady("#never-es"),
			chromedp.Evaluate(change, nil), chromedp.Click("button[value=preview]", chromedp.ByQuery), chromedp.WaitReady(map[string]string{"preview": ".tell-preview", "refused": "[role=alert] li"}[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		inspectPage(t, ctx, axe, "the form, "+name, shotName(folder, "form-"+name, 320))
	}
}

// between says that a page is neither the sample nor the longest.
func between(address string) bool { return strings.Contains(address, "/IL999999") }

func printed(t *testing.T, ctx context.Context, address string, size [2]float64) []byte {
	t.Helper()
	var pdf []byte
	err := chromedp.Run(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address), chromedp.WaitReady("main article"), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPaperWidth(size[0]).WithPaperHeight(size[1]).WithMarginTop(0.354).WithMarginBottom(0.354).WithMarginLeft(0.354).WithMarginRight(0.354).WithPrintBackground(false).Do(ctx)
		return err
	}))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return pdf
}
