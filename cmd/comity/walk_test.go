package main

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	routePattern = regexp.MustCompile(`pattern: "(?:(GET|POST) )?(/[^"]*)"`)
	reference    = regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)
	wildcard     = regexp.MustCompile(`\{(\w+)[.]*\}`)
)

// mostOfOne is how many addresses are fetched of a route with a wildcard.
const mostOfOne = 3

// A walker fetches addresses as a stranger does and follows what pages lead to.
type walker struct {
	s      *server
	mux    *http.ServeMux
	routes []string
	got    map[string]reply
	seen   map[string]int // addresses by route
}

// walk fetches every address that anyone may GET, in both languages. Routes
// are read off web/routes.go: one added later is walked too or fails the test.
func walk(t testing.TB, s *server) map[string]reply {
	t.Helper()
	w := &walker{s: s, mux: http.NewServeMux(), got: map[string]reply{}, seen: map[string]int{}}
	src, err := os.ReadFile(path.Join("..", "..", "web", "routes.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range routePattern.FindAllStringSubmatch(string(src), -1) {
		if m[1] != http.MethodPost {
			w.routes = append(w.routes, m[2])
			w.mux.HandleFunc(m[2], func(http.ResponseWriter, *http.Request) {})
		}
	}
	if len(w.routes) < 20 {
		t.Fatalf("only %d routes were found", len(w.routes))
	}
	w.follow(t, w.seeds())
	for _, r := range w.routes {
		if w.seen[r] == 0 {
			t.Errorf("nothing leads to %s, and this walk does not know it", r)
		}
	}
	t.Logf("%d addresses of %d routes", len(w.got), len(w.seen))
	return w.got
}

// seeds is an address of every route, and what no page leads to.
func (w *walker) seeds() []string {
	example := map[string]string{
		"id": "c1", "kind": "detainer", "ori": testAgency, "place": "us-il-cook", "pack": "us/il/trust-act", "name": "style.css", "path": "checkpoint", "n": "0", "note": strings.Repeat("0", 64), "$": "",
	}
	var out []string
	for _, r := range w.routes {
		one := wildcard.ReplaceAllStringFunc(strings.TrimSuffix(r, "{$}"), func(m string) string { return example[wildcard.FindStringSubmatch(m)[1]] })
		out = append(out, one, "/es"+one)
	}
	return append(out,
		"/ask?in=us-il-cook&actor=county-jail&act=hold-on-detainer", "/agencies?q=cook", "/record?after=0", "/tell/"+testAgency,
		"/law/rule/us/il/trust-act%2315a", "/law/handout/us-il-cook?actor=county-jail", "/api/v1/handouts/us-il-cook?actor=county-jail", "/log/key", "/log/tile/0/000", "/log/tile/entries/000", "/log/header/"+strings.Repeat("0", 64), "/log/",
		"/log/../record.db", "/log/..%2frecord.db", "/log/tile/../../record.db", "/api/openapi.json", "/api/v1/entries", "/api/v1/entries/c1",
		"/api/v1/receipts/c1", "/desk/enter?token=none", "/no/such/page")
}

func (w *walker) follow(t testing.TB, todo []string) {
	t.Helper()
	for len(todo) > 0 {
		address := todo[0]
		todo = todo[1:]
		route := w.route(t, address)
		if _, done := w.got[address]; done || w.enough(route) {
			continue
		}
		w.seen[strings.TrimPrefix(route, "es ")]++
		w.seen[route]++
		r := w.ready(t, address)
		w.got[address] = r
		if r.status >= http.StatusInternalServerError {
			t.Errorf("%s: %d %.200s", address, r.status, r.body)
		}
		if strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			for _, m := range reference.FindAllStringSubmatch(r.text(), -1) {
				todo = append(todo, html.UnescapeString(m[1]))
			}
		}
	}
}

// ready fetches an address, and again where the server says that it is still
// counting: it answers for good once it has counted.
func (w *walker) ready(t testing.TB, address string) reply {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		r := w.s.get(t, address)
		if r.header.Get("Retry-After") == "" || time.Now().After(end) {
			return r
		}
	}
}

// enough is for routes with thousands of like addresses; the log is small and
// walked whole.
func (w *walker) enough(route string) bool {
	return strings.Contains(route, "{") && !strings.Contains(route, "/log/") && w.seen[route] >= 2*mostOfOne
}

// route names the pattern that an address belongs to, with es before it for
// the Spanish twin.
func (w *walker) route(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	language := ""
	if rest, ok := strings.CutPrefix(u.Path, "/es/"); ok || u.Path == "/es" {
		u.Path, language = "/"+rest, "es "
	}
	_, pattern := w.mux.Handler(&http.Request{Method: http.MethodGet, URL: u})
	return language + pattern
}
