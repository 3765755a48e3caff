package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// An askForm is what the interview knows so far. It travels in the body of the
// form from page to page; the server keeps none of it, and no fact of a case
// stands in an address.
type askForm struct {
	Where string // as typed
	Topic string
	known string // the day whose knowledge of the law is meant, if one was named
	q     comity.Question
	open  []string // "I cannot tell"
	order []string // facts answered, in the order in which they were asked
	done  bool     // show the answer now
}

// cannotTell is the answer that every question has.
const cannotTell = "?"

// topics are the four choices of the start page: what they fill in.
var topics = map[string]struct{ actor, act, page string }{
	"hold":  {actor: "county-jail", act: "hold-on-detainer"},
	"scene": {actor: "municipal-police", act: "scene-support"},
	"door":  {page: "/answers/open-the-door"},
	"else":  {},
}

var topicNames = []string{"hold", "scene", "door", "else"}

// readAsk reads the form. Only a posted body may carry facts.
func (s *site) readAsk(r *http.Request) (*askForm, error) {
	if err := s.readForm(r); err != nil {
		return nil, err
	}
	values := r.PostForm
	if r.Method != http.MethodPost {
		values = r.URL.Query()
		for name := range values {
			if strings.HasPrefix(name, factPrefix) {
				values.Del(name)
			}
		}
	}
	return s.askedBy(values), nil
}

// askedBy is the interview as its values stand.
func (s *site) askedBy(values url.Values) *askForm {
	f := &askForm{Where: strings.TrimSpace(values.Get("where")), Topic: values.Get("topic"), known: values.Get("known"), done: values.Has("done")}
	f.q = comity.Question{In: values.Get("in"), On: values.Get("on"), Actor: values.Get("actor"), Act: values.Get("act"), Facts: comity.Facts{}}
	s.readFacts(f, values)
	f.putInOrder(strings.Fields(values.Get("order")))
	f.change(values.Get("change"))
	if t, ok := topics[f.Topic]; ok && f.q.Act == "" {
		f.q.Actor, f.q.Act = t.actor, t.act
	}
	return f
}

const factPrefix = "f."

func (s *site) readFacts(f *askForm, values url.Values) {
	for _, fact := range s.Law.Vocabulary().Facts {
		name := factPrefix + fact.Name
		value := strings.TrimSpace(values.Get(name))
		if fact.Type == law.Instant && value == "" && values.Get(name+".day") != "" {
			value = s.instant(f.q.In, values.Get(name+".day"), values.Get(name+".time"))
		}
		if day := values.Get(name + ".day"); fact.Unit == "years" && value == "" && day != "" {
			value = s.yearsSince(f.q, day)
		}
		if n, err := strconv.Atoi(value); fact.Type == law.Int && err == nil {
			value = strconv.Itoa(n)
		}
		switch value {
		case "":
		case cannotTell:
			f.open = append(f.open, fact.Name)
		default:
			f.q.Facts[fact.Name] = value
		}
	}
	f.q.Open = f.open
}

// yearsSince counts the full years from a day to the day asked about. A day
// that is none, or still to come, is refused with a Problem that shows it.
func (s *site) yearsSince(q comity.Question, day string) string {
	on := q.On
	if on == "" {
		on = s.Now().In(s.zone(q.In)).Format(time.DateOnly)
	}
	from, err := time.Parse(time.DateOnly, day)
	to, bad := time.Parse(time.DateOnly, on)
	if err != nil || bad != nil || from.After(to) {
		return day
	}
	years := to.Year() - from.Year()
	if from.AddDate(years, 0, 0).After(to) {
		years--
	}
	return strconv.Itoa(years)
}

// instant joins a day and a time as they are at the place.
func (s *site) instant(in, day, clock string) string {
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, s.zone(in))
	if err != nil {
		return day + " " + clock // refused with a Problem that shows it
	}
	return at.Format(time.RFC3339)
}

// zone in which a person at the place reads a clock; Eastern for the nation.
func (s *site) zone(place string) *time.Location {
	for _, name := range []string{s.find.zone(place), "America/New_York"} {
		if z, err := time.LoadLocation(name); err == nil && name != "" {
			return z
		}
	}
	return time.UTC
}

// change takes one earlier answer back, and what was asked because of it.
func (f *askForm) change(what string) {
	switch what {
	case "":
	case "place":
		f.q.In = ""
	case "actor":
		f.q.Actor, f.q.Act, f.Topic = "", "", ""
	case "act":
		f.q.Act, f.Topic = "", ""
	default:
		delete(f.q.Facts, what)
		is := func(s string) bool { return s == what }
		f.open, f.order = slices.DeleteFunc(f.open, is), slices.DeleteFunc(f.order, is)
		f.q.Open = f.open
	}
	if what != "" {
		f.done = false
	}
}

// putInOrder keeps the order in which facts were asked, as the page carried it;
// what it does not name, such as the answer just given, comes last.
func (f *askForm) putInOrder(carried []string) {
	var all []string
	for name := range f.q.Facts {
		all = append(all, name)
	}
	all = append(all, f.open...)
	slices.Sort(all)
	for _, name := range slices.Concat(carried, all) {
		if slices.Contains(all, name) && !slices.Contains(f.order, name) {
			f.order = append(f.order, name)
		}
	}
}

// last is the answer that was given last, by the name that takes it back.
func (f *askForm) last() string {
	switch {
	case len(f.order) > 0:
		return f.order[len(f.order)-1]
	case f.q.Act != "" && f.Topic != "":
		return "place"
	case f.q.Act != "":
		return "act"
	case f.q.Actor != "":
		return "actor"
	case f.q.In != "":
		return "place"
	}
	return ""
}

// askPath is the address of a question without its facts.
func askPath(q comity.Question) string {
	v := url.Values{"in": {q.In}, "actor": {q.Actor}, "act": {q.Act}}
	if q.On != "" {
		v.Set("on", q.On)
	}
	return "/ask?" + v.Encode()
}
