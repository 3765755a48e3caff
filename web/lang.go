package web

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed text/*.yaml
var textFiles embed.FS

// tags lists the languages of the site, the first without a prefix in addresses.
var tags = []string{"en", "es"}

// A lang writes one language: texts of the catalogue, the words of the law,
// dates and numbers.
type lang struct {
	tag     string
	prefix  string // before every path: "" or "/es"
	catalog *i18n.Localizer
	numbers *message.Printer
	words   *words
}

func loadLangs(law Law) (map[string]*lang, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	out := map[string]*lang{}
	for i, tag := range tags {
		names, err := catalogues(tag)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if _, err := bundle.LoadMessageFileFS(textFiles, name); err != nil {
				return nil, err
			}
		}
		w, err := loadWords(textFiles, tag, law)
		if err != nil {
			return nil, err
		}
		l := &lang{tag: tag, words: w, numbers: message.NewPrinter(language.Make(tag + "-US"))}
		if i > 0 {
			l.prefix = "/" + tag
		}
		out[tag] = l
	}
	for tag, l := range out {
		l.catalog = i18n.NewLocalizer(bundle, tag)
	}
	return out, nil
}

// doorTags are languages that only the door speaks: whoever knocks does not wait
// until the whole site is translated.
var doorTags = []string{"ar"}

// loadDoorLangs reads them; each has the texts of the door and no other.
func loadDoorLangs() (map[string]*lang, error) {
	out := map[string]*lang{}
	for _, tag := range doorTags {
		bundle := i18n.NewBundle(language.Make(tag))
		bundle.RegisterUnmarshalFunc("yaml", func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
		if _, err := bundle.LoadMessageFileFS(textFiles, "text/door."+tag+".yaml"); err != nil {
			return nil, err
		}
		out[tag] = &lang{tag: tag, prefix: "/" + tag, numbers: message.NewPrinter(language.Make(tag)), catalog: i18n.NewLocalizer(bundle, tag)}
	}
	return out, nil
}

// direction is how the language is written.
func (l *lang) direction() string {
	if l.tag == "ar" {
		return "rtl"
	}
	return "ltr"
}

// catalogues are the files of a language: text/en.yaml and one file for each
// part, text/<part>.en.yaml. The words of the law are read apart (words.go).
func catalogues(tag string) ([]string, error) {
	names, err := fs.Glob(textFiles, "text/*"+tag+".yaml")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "text/law."+tag+".yaml" || name == "text/clauses."+tag+".yaml"
	}), nil
}

// t is one text of the catalogue. Arguments come in pairs, name and value; the
// pair named N also chooses between one and other. A missing text is an error,
// so that a page never shows a key or another language by accident.
func (l *lang) t(key string, args ...any) (string, error) {
	c := &i18n.LocalizeConfig{MessageID: key}
	if len(args)%2 != 0 {
		return "", fmt.Errorf("text %s: arguments must come in pairs", key)
	}
	if len(args) > 0 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i < len(args); i += 2 {
			name := fmt.Sprint(args[i])
			if n, ok := args[i+1].(int); ok {
				data[name] = l.num(n)
				if name == "N" {
					c.PluralCount = n
				}
				continue
			}
			data[name] = args[i+1]
		}
		c.TemplateData = data
	}
	s, tag, err := l.catalog.LocalizeWithTag(c)
	if err != nil {
		return "", fmt.Errorf("text %s in %s: %w", key, l.tag, err)
	}
	if tag.String() != l.tag {
		return "", fmt.Errorf("text %s is missing in %s", key, l.tag)
	}
	return s, nil
}

// say is t for Go code whose keys the tests know to be there.
func (l *lang) say(key string, args ...any) string {
	s, err := l.t(key, args...)
	if err != nil {
		panic(err) // shown as the error page; catalog_test.go finds it first
	}
	return s
}

// known says whether the catalogue has the key in this language.
func (l *lang) known(key string) bool {
	_, err := l.t(key)
	return err == nil
}

// orPlain is the text of prefix+name, the name itself where the catalogue has
// none: lists from outside bring words that nobody foresaw.
func (l *lang) orPlain(prefix, name string) string {
	if key := prefix + strings.ToLower(strings.ReplaceAll(name, " ", "-")); name != "" && l.known(key) {
		return l.say(key)
	}
	return name
}

func (l *lang) link(path string) string { return l.prefix + path }

func (l *lang) num(n int) string { return l.numbers.Sprint(n) }

// day writes 2025-06-01 as people say it. What is no day is shown as it came:
// sources print impossible dates and a page must not hide them.
func (l *lang) day(s string) string {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return l.say("date.day", "Day", d.Format("2"), "Month", l.monthName(d), "Year", d.Format("2006"))
}

// month writes 2025-06 as June 2025.
func (l *lang) month(s string) string {
	d, err := time.Parse("2006-01", s)
	if err != nil {
		return l.day(s)
	}
	return l.say("date.month", "Month", l.monthName(d), "Year", d.Format("2006"))
}

// moment writes an instant or a day; zone is an IANA name, or empty for the
// offset that the instant carries.
func (l *lang) moment(s, zone string) string {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return l.day(s)
	}
	if z, err := time.LoadLocation(zone); zone != "" && err == nil {
		at = at.In(z)
	}
	name, offset := at.Zone()
	if name == "" {
		name = fmt.Sprintf("UTC%+03d:%02d", offset/3600, abs(offset/60%60))
	}
	return l.say("date.moment", "Day", l.day(at.Format(time.DateOnly)), "Time", at.Format("15:04"), "Zone", name)
}

func abs(n int) int { return max(n, -n) }

func (l *lang) monthName(d time.Time) string { return l.say("date.m" + d.Format("01")) }

// placeName is the name of a place in this language; names of states and
// counties are the same in both, the nation's is not.
func (l *lang) placeName(p comity.Place) string {
	if p.Kind == "nation" {
		return l.say("place.nation")
	}
	return p.Name
}

// list joins words as a sentence does: a, b and c.
func (l *lang) list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + l.say("word.and") + " " + words[last]
}

type langKey struct{}

// languages takes the prefix off the path and remembers the language.
func (s *site) languages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, path := s.langs[tags[0]], r.URL.Path
		for _, other := range tags[1:] {
			if path == "/"+other {
				http.Redirect(w, r, path+"/", http.StatusMovedPermanently)
				return
			}
			if strings.HasPrefix(path, "/"+other+"/") {
				l = s.langs[other]
				r = r.Clone(r.Context())
				r.URL.Path = strings.TrimPrefix(path, l.prefix)
				r.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, l.prefix)
			}
		}
		for tag, one := range s.alone {
			if rest := strings.TrimPrefix(path, "/"+tag); strings.HasPrefix(rest, "/door/") && rest != path {
				l = one
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = rest, ""
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), langKey{}, l)))
	})
}

func (s *site) langOf(r *http.Request) *lang {
	if l, ok := r.Context().Value(langKey{}).(*lang); ok {
		return l
	}
	return s.langs[tags[0]]
}

func readYAML(fsys fs.FS, name string, into any) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
