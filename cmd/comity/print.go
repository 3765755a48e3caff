package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"comity"
	"comity/law"
	"comity/law/handout"
	"comity/web"
)

// runPrint draws a procedure, a card for roll call or a page for everybody from
// the rules: as text, as JSON, or as a PDF where Chromium is installed.
func runPrint(ctx context.Context, e env, args []string) error {
	f := newFlags("print")
	var p printing
	f.StringVar(&p.q.In, "in", "", "place, such as us-il-cook")
	f.StringVar(&p.q.On, "on", "", "day of the law, 2006-01-02; today by default")
	f.StringVar(&p.q.Known, "known", "", "day whose knowledge of the law is meant; today by default, then for the day itself")
	f.StringVar(&p.q.Agency, "agency", "", "ORI, where an agency's own policy counts too")
	f.StringVar(&p.q.Actor, "actor", "", "for whom, such as county-jail")
	f.StringVar(&p.sheet, "sheet", string(handout.RollCall), "procedure, card or public")
	f.StringVar(&p.from, "from", "", "show what differs since this earlier day")
	f.StringVar(&p.lang, "lang", "en", "en or es")
	f.StringVar(&p.pdf, "pdf", "", "write a PDF into this file; needs Chromium")
	overlay := f.String("law", "", "a folder laid over the built-in law")
	asJSON := f.Bool("json", false, "write the handout, of which each sheet is a layout, as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	book, err := openBook(*overlay)
	if err != nil {
		return err
	}
	if p.pdf != "" {
		return p.writePDF(ctx, book)
	}
	return p.write(e, book, *asJSON)
}

// printing is what the flags ask for.
type printing struct {
	q                      comity.Question
	sheet, from, lang, pdf string
	browser                []string // further flags of the browser
}

func (p *printing) check() error {
	if p.lang != "en" && p.lang != "es" {
		return &comity.Problem{Code: "bad-flag", Message: "-lang must be en or es", Where: "-lang"}
	}
	if !slices.Contains(handout.Sheets(), handout.Sheet(p.sheet)) {
		return &comity.Problem{Code: "bad-flag", Message: fmt.Sprintf("%q is no sheet", p.sheet), Where: "-sheet", Hint: "procedure, card or public"}
	}
	if err := need("in", p.q.In, "us-il-cook"); err != nil {
		return err
	}
	if err := need("actor", p.q.Actor, "county-jail"); err != nil {
		return err
	}
	if p.q.On == "" {
		p.q.On = time.Now().Format(time.DateOnly)
	}
	if p.q.Known == "then" {
		p.q.Known = p.q.On
	}
	return nil
}

func (p *printing) write(e env, book *law.Book, asJSON bool) error {
	h, err := handout.Of(book, p.q)
	if err != nil {
		return err
	}
	cards, err := web.NewCards(book)
	if err != nil {
		return err
	}
	if p.from == "" {
		if asJSON {
			return writeJSON(e, h)
		}
		_, err = io.WriteString(e.out, cards.Sheet(p.lang, handout.Sheet(p.sheet), h))
		return err
	}
	q := p.q
	q.On = p.from
	before, err := handout.Of(book, q)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e, handout.Redline(before, h))
	}
	_, err = io.WriteString(e.out, cards.Redline(p.lang, before, h))
	return err
}

// writePDF serves the page to a browser of its own, on this machine alone, and
// has it printed without scripts.
func (p *printing) writePDF(ctx context.Context, book *law.Book) error {
	browser, err := findBrowser()
	if err != nil {
		return &comity.Problem{Code: "no-browser", Message: "Chromium is not installed here, and it makes the PDF", Where: "-pdf",
			Hint: "open /law/handout/" + p.q.In + " in a browser and print it"}
	}
	if p.q.Known != "" && p.q.Known != p.q.On {
		return &comity.Problem{Code: "bad-flag", Message: "a PDF is of the law as known today, or with -known then as known on its day", Where: "-known"}
	}
	pages, err := web.New(web.Config{Law: book, Now: time.Now})
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	server := &http.Server{Handler: withoutScripts(pages), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	defer func() { _ = server.Close() }()
	at := "http://" + listener.Addr().String() + p.path()
	if err := p.refused(ctx, at); err != nil {
		return err
	}
	return p.browse(ctx, browser, at)
}

// withoutScripts adds a policy under which the browser runs none. (Switched off
// in the browser, scripts would be missing to its own printing as well.)
func withoutScripts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&scriptless{ResponseWriter: w}, r)
	})
}

type scriptless struct{ http.ResponseWriter }

func (s *scriptless) WriteHeader(status int) {
	s.Header().Add("Content-Security-Policy", "script-src 'none'")
	s.ResponseWriter.WriteHeader(status)
}

// refused says in words what the page would, before a page of error is printed.
func (p *printing) refused(ctx context.Context, at string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return &comity.Problem{Code: "no-sheet", Message: "there is no such sheet", Hint: "the same command without -pdf says what is wrong; sheets are for state and local bodies"}
	}
	return nil
}

func (p *printing) path() string {
	v := url.Values{"actor": {p.q.Actor}, "sheet": {p.sheet}, "on": {p.q.On}}
	for name, value := range map[string]string{"agency": p.q.Agency, "from": p.from} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if p.q.Known != "" {
		v.Set("known", "then")
	}
	prefix := ""
	if p.lang != "en" {
		prefix = "/" + p.lang
	}
	return prefix + "/law/handout/" + url.PathEscape(p.q.In) + "?" + v.Encode()
}

func (p *printing) browse(ctx context.Context, browser, at string) error {
	profile, err := os.MkdirTemp("", "comity-print")
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	defer func() { _ = os.RemoveAll(profile) }()
	file, err := filepath.Abs(p.pdf)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	flags := append([]string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir=" + profile, "--no-pdf-header-footer", "--print-to-pdf=" + file}, p.browser...)
	said, err := exec.CommandContext(ctx, browser, append(flags, at)...).CombinedOutput()
	if info, bad := os.Stat(file); err != nil || bad != nil || info.Size() == 0 {
		return &comity.Problem{Code: "no-pdf", Message: "Chromium did not make the PDF", Where: p.pdf,
			Hint: fmt.Sprintf("run it as a user that is not root, whose sandbox works; it said: %.200s", said)}
	}
	return nil
}

func findBrowser() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no browser")
}
