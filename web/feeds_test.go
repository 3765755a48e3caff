package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/oversight"
	"comity/record"
)

var feedNames = []string{"entries", "law", "corrections"}

// Every feed is valid, in both languages; its page names it; a reader who has
// it gets 304.
func TestFeeds(t *testing.T) {
	shipped := shippedConfig(t)
	h, err := New(shipped)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range feedNames {
		ids := map[string][]string{}
		for _, prefix := range []string{"", "/es"} {
			address := prefix + "/feeds/" + name + ".atom"
			w := get(h, address)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/atom+xml" || w.Header().Get("Cache-Control") != "no-cache" {
				t.Fatalf("%s: %d %v", address, w.Code, w.Header())
			}
			found, faults := checkAtom(w.Body.Bytes())
			for _, f := range faults {
				t.Errorf("%s: %s", address, f)
			}
			if len(found) == 0 {
				t.Errorf("%s is empty: the test shows nothing", address)
			}
			t.Logf("%s: %d entries, %d bytes", address, len(found), w.Body.Len())
			ids[prefix] = found
			if !strings.Contains(w.Body.String(), `href="`+address+`"`) {
				t.Errorf("%s does not name itself", address)
			}
			again := httptest.NewRequest("GET", address, nil)
			again.Header.Set("If-None-Match", w.Header().Get("ETag"))
			not := httptest.NewRecorder()
			if h.ServeHTTP(not, again); not.Code != http.StatusNotModified || not.Body.Len() > 0 {
				t.Errorf("%s again: %d, %d bytes", address, not.Code, not.Body.Len())
			}
			page := map[string]string{"entries": "/record", "law": "/law", "corrections": "/corrections"}[name]
			body := get(h, prefix+page).Body.String()
			if !regexp.MustCompile(`<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="` + address + `">`).MatchString(body) {
				t.Errorf("%s%s does not name its feed", prefix, page)
			}
		}
		if !slices.Equal(ids[""], ids["/es"]) {
			t.Errorf("%s has other entries in Spanish", name)
		}
	}
}

// The feed of entries is paged, last numbers first, and says no more of time
// than the month.
func TestEntriesFeed(t *testing.T) {
	c := testConfig(t)
	c.Record = &longRecord{n: 250}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	next := "/feeds/entries.atom"
	var seen []string
	for next != "" {
		body := get(h, next).Body.String()
		if _, faults := checkAtom([]byte(body)); len(faults) > 0 {
			t.Errorf("%s: %q", next, faults)
		}
		for _, m := range regexp.MustCompile(`Entry number ([0-9,]+)`).FindAllStringSubmatch(body, -1) {
			seen = append(seen, m[1])
		}
		for _, m := range regexp.MustCompile(`<updated>([^<]*)`).FindAllStringSubmatch(body, -1) {
			if !strings.HasSuffix(m[1], "-01T00:00:00Z") {
				t.Errorf("finer than a month: %s", m[1])
			}
		}
		m := regexp.MustCompile(`rel="next" type="application/atom\+xml" href="([^"]*)"`).FindStringSubmatch(body)
		if next = ""; m != nil {
			next = m[1]
		}
	}
	var want []string
	for i := 249; i >= 0; i-- {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%d entries: %v", len(seen), seen)
	}
	for _, bad := range []string{"x", "-1", "99999"} {
		if w := get(h, "/feeds/entries.atom?before="+bad); w.Code != http.StatusNotFound {
			t.Errorf("before=%s: %d", bad, w.Code)
		}
	}
	c.Record = &longRecord{}
	if h, err = New(c); err != nil {
		t.Fatal(err)
	}
	if ids, faults := checkAtom(get(h, "/feeds/entries.atom").Body.Bytes()); len(ids)+len(faults) > 0 {
		t.Errorf("a record without released headers: %v %v", ids, faults)
	}
}

// The days of law and corrections in a feed are real and never to come.
func TestFeedsNameNoFuture(t *testing.T) {
	h, err := New(shippedConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range feedNames {
		body := get(h, "/feeds/"+name+".atom").Body.String()
		last := "9999"
		for i, m := range regexp.MustCompile(`<updated>([^<]*)`).FindAllStringSubmatch(body, -1) {
			at, err := time.Parse(time.RFC3339, m[1])
			if err != nil || at.After(now) {
				t.Errorf("%s: %s is to come", name, m[1])
			}
			if i > 0 && m[1] > last {
				t.Errorf("%s: %s stands after %s", name, m[1], last)
			}
			if last = m[1]; i == 0 {
				last = "9999"
			}
		}
	}
}

func TestCheckAtomCanFail(t *testing.T) {
	good := get(testSite(t), "/feeds/entries.atom").Body.String()
	if _, faults := checkAtom([]byte(good)); len(faults) > 0 {
		t.Fatal(faults)
	}
	for old, bad := range map[string]string{
		"<title>": "<titel>", "urn:uuid:": "", "T00:00:00Z": "", `rel="alternate"`: `rel="alternative text"`,
		"<feed xmlns=\"http://www.w3.org/2005/Atom\"": "<feed", "<author>": "<author><name></name>", "<summary>": "<summary type=\"x\">",
		"</feed>": "<entry></entry></feed>",
	} {
		if _, faults := checkAtom([]byte(strings.ReplaceAll(good, old, bad))); len(faults) == 0 {
			t.Errorf("%q for %q is not seen", bad, old)
		}
	}
}

const atomSpace = "http://www.w3.org/2005/Atom"

// An atomNode is any element.
type atomNode struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []atomNode `xml:",any"`
}

// checkAtom holds a feed against RFC 4287 and gives the ids of its entries.
func checkAtom(text []byte) (ids, faults []string) {
	fail := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	var root atomNode
	d := xml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&root); err != nil {
		return nil, []string{err.Error()}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if tok, err := d.Token(); err == nil {
			fail("something follows the feed: %v", tok)
		}
	}
	if root.XMLName != (xml.Name{Space: atomSpace, Local: "feed"}) {
		fail("the root is %v", root.XMLName)
	}
	seen := map[string]bool{}
	root.check(fail, map[string][2]int{"id": {1, 1}, "title": {1, 1}, "updated": {1, 1}, "subtitle": {0, 1}, "author": {1, 9}, "link": {1, 9}, "entry": {0, 1e6}})
	self := 0
	for _, c := range root.Children {
		if c.XMLName.Local == "link" && c.attr("rel") == "self" {
			self++
		}
		if c.XMLName.Local != "entry" {
			continue
		}
		c.check(fail, map[string][2]int{"id": {1, 1}, "title": {1, 1}, "updated": {1, 1}, "link": {1, 9}, "summary": {1, 1}})
		for _, x := range c.Children {
			if x.XMLName.Local == "id" {
				if seen[x.Text] {
					fail("the id %s stands twice", x.Text)
				}
				seen[x.Text] = true
				ids = append(ids, x.Text)
			}
		}
	}
	if self != 1 {
		fail("%d links to itself", self)
	}
	return ids, faults
}

var atomDate = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// check counts the children of a feed or an entry and looks at each.
func (n atomNode) check(fail func(string, ...any), allowed map[string][2]int) {
	count, links := map[string]int{}, map[string]bool{}
	for _, c := range n.Children {
		name := c.XMLName.Local
		count[name]++
		if c.XMLName.Space != atomSpace {
			fail("%v is not of Atom", c.XMLName)
		}
		switch name {
		case "id":
			if u, err := url.Parse(c.Text); err != nil || u.Scheme == "" || c.Text != strings.TrimSpace(c.Text) {
				fail("the id %q is no absolute IRI", c.Text)
			}
		case "updated":
			if _, err := time.Parse(time.RFC3339, c.Text); err != nil || !atomDate.MatchString(c.Text) {
				fail("the date %q is none of RFC 3339", c.Text)
			}
		case "title", "subtitle", "summary":
			if kind := c.attr("type"); kind != "" && kind != "text" {
				fail("a text of the type %q", kind)
			}
			if strings.TrimSpace(c.Text) == "" || len(c.Children) > 0 {
				fail("the %s is empty or holds elements", name)
			}
		case "author":
			if len(c.Children) != 1 || c.Children[0].XMLName.Local != "name" || strings.TrimSpace(c.Children[0].Text) == "" {
				fail("an author without one name")
			}
		case "link":
			c.checkLink(fail, links)
		}
	}
	for name, n := range count {
		if limit, ok := allowed[name]; !ok || n > limit[1] {
			fail("%d of %s", n, name)
		}
	}
	for name, limit := range allowed {
		if count[name] < limit[0] {
			fail("no %s", name)
		}
	}
	if !slices.ContainsFunc(n.Children, func(c atomNode) bool { return c.XMLName.Local == "link" && c.attr("rel") == "alternate" }) {
		fail("no link to the page")
	}
}

func (n atomNode) checkLink(fail func(string, ...any), seen map[string]bool) {
	if _, err := url.Parse(n.attr("href")); err != nil || n.attr("href") == "" {
		fail("the link %q is no IRI", n.attr("href"))
	}
	if !slices.Contains([]string{"alternate", "related", "self", "next"}, n.attr("rel")) {
		fail("the relation %q is not registered", n.attr("rel"))
	}
	if !regexp.MustCompile(`^[a-z]+/[a-z+]+$`).MatchString(n.attr("type")) {
		fail("the type %q is none", n.attr("type"))
	}
	if n.attr("rel") == "alternate" {
		if seen[n.attr("type")] {
			fail("two alternates of one type")
		}
		seen[n.attr("type")] = true
	}
	if len(n.Children) > 0 || len(n.Attrs) != 3 {
		fail("a link with more than rel, type and href")
	}
}

func (n atomNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// longRecord has n released headers.
type longRecord struct {
	sampleRecord
	n int64
}

func (l *longRecord) PublicHeaders(_ context.Context, after int64, limit int) ([]oversight.PublicEntry, error) {
	var out []oversight.PublicEntry
	for i := after + 1; i < l.n && len(out) < limit; i++ {
		h := record.Salted{Header: record.Header{Version: 1, Agency: "IL0160000", Kind: "detainer", Month: "2026-09", Commitments: []string{strings.Repeat("A", 43)}}, Salt: make([]byte, 32)}
		h.Salt[0], h.Salt[1] = byte(i), byte(i>>8)
		out = append(out, oversight.PublicEntry{Index: i, Leaf: h.Leaf().Name(), Header: h})
	}
	return out, nil
}
