package web

import (
	"bytes"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity/law"
	"comity/oversight"
)

//go:embed *.html
var htmlFiles embed.FS

// shared templates are layout.html and the parts that several pages use.
var shared = []string{"layout.html", "door_layout.html", "marks.html", "card.html", "desk_parts.html", "logs_parts.html", "papers_parts.html", "scene_parts.html", "registers_parts.html", "tell_parts.html"}

// A view is what one template shows. Each page declares its own.
type view interface {
	template() string // the file, without .html
}

// A frame is a view with what the layout needs around it.
type frame struct {
	View view
	Path string // without the prefix of the language
	Law  string // digest
	// Fonts are sent unless they are not built, or the page is opened at a door:
	// then the reader's own letters do.
	Fonts bool
}

type pageSet map[string]*template.Template

func (s *site) loadPages() (map[string]pageSet, error) {
	out := map[string]pageSet{}
	for _, set := range []map[string]*lang{s.langs, s.alone} {
		for tag, l := range set {
			base, err := template.New("layout.html").Funcs(s.functions(l)).Option("missingkey=error").ParseFS(htmlFiles, shared...)
			if err != nil {
				return nil, err
			}
			if out[tag], err = parsePages(base); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func parsePages(base *template.Template) (pageSet, error) {
	names, err := fs.Glob(htmlFiles, "*.html")
	if err != nil {
		return nil, err
	}
	set := pageSet{}
	for _, name := range names {
		if slices.Contains(shared, name) {
			continue
		}
		page, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := page.ParseFS(htmlFiles, name); err != nil {
			return nil, err
		}
		set[strings.TrimSuffix(name, ".html")] = page
	}
	return set, nil
}

// functions are what templates may call; web.go lists them for page builders.
func (s *site) functions(l *lang) template.FuncMap {
	return template.FuncMap{
		"t":       l.t,
		"link":    l.link,
		"other":   s.otherLang(l).link,
		"lang":    func() string { return l.tag },
		"written": l.direction,
		"langs":   func() string { return s.otherLang(l).tag },
		"day":     l.day,
		"month":   l.month,
		"moment":  l.moment,
		"num":     l.num,
		"list":    l.list,
		"asset":   s.parts.address,
		"sandbox": func() bool { return s.Sandbox },
		"act":     l.words.act,
		"who":     l.words.actor,
		"many":    l.words.actors,
		"fact":    l.words.question,
		"help":    l.words.help,
		"value":   l.words.value,
		"short":   shortDigest,
		"place":   func(id string) string { return s.placeName(l, id) },
		"title":   l.title,
		"text":    func(c Card) string { return cardText(l, c) },
		"capital": capital,
		"instant": func(at time.Time) string { return l.moment(at.UTC().Format(time.RFC3339), "") },
		"num64":   func(n int64) string { return l.numbers.Sprint(n) },
		"dict":    dict,

		"rulelink": func(id string) string { return l.link(rulePath(id)) },
		"rule":     func(id string) bool { _, _, ok := s.Law.Rule(id); return ok },
		"query":    url.QueryEscape,
		"hex":      hex.EncodeToString,
		"has":      hasRole,
		"silence": func(x *law.Silence) Side {
			text, foreign := l.says(law.Says{EN: x.Why, ES: x.WhyES})
			return Side{text, foreign}
		},
		"ref":        func(id string) string { return s.ref(id) },
		"agencytype": func(name string) string { return l.orPlain("agency-type.", name) },
		"kindname":   func(name string) string { return l.orPlain("record-kind.", name) },
		"match":      l.match,
		"answerword": func(a string) string { return l.answerWord(oversight.Answer(a)) },
		"answermark": func(a string) string { return verdictOf(oversight.Answer(a)) },
		"outcome":    l.outcomeWord,
		"postal":     postal,
		"sources":    sourcesOf,
	}
}

func (s *site) otherLang(l *lang) *lang {
	for _, tag := range tags {
		if tag != l.tag {
			return s.langs[tag]
		}
	}
	return l
}

// placeName is the name of a place by its id; an id that is not known stands as it is.
func (s *site) placeName(l *lang, id string) string {
	if p, ok := s.Law.Place(id); ok {
		return l.placeName(p)
	}
	return id
}

// shortDigest keeps enough of a digest to compare by eye.
func shortDigest(d string) string {
	d = strings.TrimPrefix(d, "sha256:")
	if len(d) > 12 {
		return d[:12]
	}
	return d
}

// ref is the citation of a rule, its id where the book has none.
func (s *site) ref(id string) string {
	if r, _, ok := s.Law.Rule(id); ok && len(r.Cites) > 0 {
		return r.Cites[0].Ref
	}
	return id
}

// dict names the arguments of a shared template.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: names and values must come in pairs")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		out[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return out, nil
}

// postal is the code of a state by its place id.
func postal(id string) string { return strings.ToUpper(strings.TrimPrefix(id, "us-")) }

// show writes a page that went well.
func (s *site) show(w http.ResponseWriter, r *http.Request, v view) error {
	return s.render(w, r, http.StatusOK, v)
}

// render builds the whole page before the first byte leaves, so that an error
// never ends a page in the middle.
func (s *site) render(w http.ResponseWriter, r *http.Request, status int, v view) error {
	page, err := s.page(r, v)
	if err != nil {
		return fmt.Errorf("write page %s: %w", v.template(), err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", cachePolicy(r))
	}
	w.WriteHeader(status)
	_, _ = w.Write(page) // the reader may have left
	return nil
}

// page writes what a view shows; what says the same to everybody at the door is
// written once.
func (s *site) page(r *http.Request, v view) ([]byte, error) {
	same, ok := v.(interface{ saying() (doorSaying, view) })
	if !ok {
		return s.write(r, v)
	}
	name, only := same.saying() // of nothing but its name, so that nobody is shown what another typed
	if only == nil {
		return s.write(r, v)
	}
	name.lang, name.view = s.langOf(r).tag, v.template()
	return s.said.once(name, func() ([]byte, error) { return s.write(r, only) })
}

func (s *site) write(r *http.Request, v view) ([]byte, error) {
	page, ok := s.pages[s.langOf(r).tag][v.template()]
	if !ok {
		return nil, errors.New("there is no such template")
	}
	layout := "layout.html"
	if _, door := v.(interface{ atTheDoor() }); door {
		layout = "door-layout"
	}
	_, light := v.(interface{ ownLetters() })
	var b bytes.Buffer
	err := page.ExecuteTemplate(&b, layout, frame{View: v, Path: r.URL.Path, Law: s.Law.Digest(), Fonts: s.parts.fonts && !light})
	return b.Bytes(), err
}

// cachePolicy lets nobody keep the answer to a posted question, nor a staff page.
func cachePolicy(r *http.Request) string {
	if r.Method == http.MethodPost || strings.HasPrefix(r.URL.Path, "/desk") {
		return "no-store"
	}
	return "no-cache"
}
