package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"comity"
	"comity/law"
	"comity/law/card"
)

// now is the moment of every test.
var now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)

var shipped = sync.OnceValues(func() (*law.Book, error) {
	b, err := law.Load(os.DirFS("../../data"))
	if err == nil {
		b.Now = func() time.Time { return now }
	}
	return b, err
})

func shippedBook(t testing.TB) *law.Book {
	t.Helper()
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loaded is a device that opened the law of a state.
func loaded(t testing.TB, state string) (*device, outline) {
	t.Helper()
	d := &device{now: func() time.Time { return now }}
	o, err := d.open(compiled(t, state))
	if err != nil {
		t.Fatal(err)
	}
	return d, o
}

func compiled(t testing.TB, place string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := shippedBook(t).WriteCompiled(&out, place); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpen(t *testing.T) {
	_, o := loaded(t, "us-il")
	at := slices.IndexFunc(o.Places, func(p placeOffer) bool { return p.ID == "us-il-cook" })
	if at < 0 || !o.Places[at].Own || o.Places[at].Kind != "county" || o.Places[at].In != "Illinois" {
		t.Errorf("no Cook County with law of its own among %d places", len(o.Places))
	}
	if slices.ContainsFunc(o.Places, func(p placeOffer) bool { return strings.HasPrefix(p.ID, "us-tx") }) {
		t.Error("the law of Illinois brings places of Texas")
	}
	if o.Packs == 0 || !strings.HasPrefix(o.Law, "sha256:") || o.Newest < "2026" {
		t.Errorf("%d packs, %s, %s", o.Packs, o.Law, o.Newest)
	}
	d := &device{now: time.Now}
	for _, damaged := range [][]byte{nil, []byte("no law"), compiled(t, "us-il")[:2000]} {
		if _, err := d.open(damaged); err == nil || d.book != nil {
			t.Errorf("%d damaged bytes were opened", len(damaged))
		}
	}
	for name, answer := range map[string][]byte{"decide": d.decide([]byte("{}")), "next": d.next([]byte("{}")), "answer": d.answer([]byte("{}"))} {
		if !strings.Contains(string(answer), `"code":"no-law"`) {
			t.Errorf("%s without law: %s", name, answer)
		}
	}
}

func TestDecideIsThatOfTheWholeBook(t *testing.T) {
	book, r := shippedBook(t), rand.New(rand.NewPCG(7, 4))
	for _, state := range []string{"us-il", "us-tx", "us-ca", "us-wy"} {
		d, o := loaded(t, state)
		v := book.Vocabulary()
		for range 500 {
			q := comity.Question{In: o.Places[r.IntN(len(o.Places))].ID, On: "2026-11-20", Known: "2026-11-21", Closed: r.IntN(2) == 0,
				Actor: v.Actors[r.IntN(len(v.Actors))].Name, Act: v.Acts[r.IntN(len(v.Acts))].Name}
			if r.IntN(9) == 0 {
				q.Actor = "nobody"
			}
			text := encode(q)
			want, _ := book.DecideJSON(text) // a refusal is an answer too
			if got := d.decide(text); string(got) != string(want) {
				t.Fatalf("%s\ngot  %s\nwant %s", text, got, want)
			}
		}
	}
}

func TestNext(t *testing.T) {
	d, _ := loaded(t, "us-il")
	hold := comity.Question{In: "us-il-cook", On: "2026-11-21", Known: "2026-11-21", Actor: "county-jail", Act: "hold-on-detainer", Facts: comity.Facts{}}
	asked := map[string]bool{}
	for range 80 {
		var p prompt
		if err := json.Unmarshal(d.next(encode(hold)), &p); err != nil {
			t.Fatal(err)
		}
		if p.Fact == "" {
			break
		}
		if asked[p.Fact] {
			t.Fatalf("%s is asked twice", p.Fact)
		}
		asked[p.Fact] = true
		switch {
		case len(p.Values) > 0 && len(asked)%2 == 0:
			hold.Facts[p.Fact] = p.Values[0]
		default:
			hold.Open = append(hold.Open, p.Fact)
		}
	}
	if len(asked) < 2 || len(asked) == 80 {
		t.Errorf("%d questions were asked", len(asked))
	}
}

// Of acts that must not be coached, nothing is asked or told that would map how
// far one may go.
func TestProtectedActs(t *testing.T) {
	d, _ := loaded(t, "us-il")
	v := d.book.Vocabulary()
	protected := 0
	for _, act := range v.Acts {
		if act.Group != "public" && act.Group != "identity" {
			continue
		}
		for _, actor := range []string{"resident", "bystander", "ice-ero"} {
			q := comity.Question{In: "us-il-cook", On: "2026-11-21", Known: "2026-11-21", Actor: actor, Act: act.Name}
			var p prompt
			if err := json.Unmarshal(d.next(encode(q)), &p); err != nil {
				t.Fatal(err)
			}
			if f, ok := v.Fact(p.Fact); ok && !f.Changeable {
				t.Errorf("%s %s: asks %s", actor, act.Name, p.Fact)
			}
			var s card.Sheet
			if err := json.Unmarshal(d.answer(encode(q)), &s); err != nil {
				t.Fatal(err)
			}
			if s.Protected {
				protected++
			}
			if s.Protected && len(s.Change)+len(s.Assumed)+len(s.Missing)+len(s.Nearest) > 0 {
				t.Errorf("%s %s: %v %v %v %v", actor, act.Name, s.Change, s.Assumed, s.Missing, s.Nearest)
			}
		}
	}
	if protected == 0 {
		t.Error("no act was protected")
	}
}

func TestAnswer(t *testing.T) {
	d, _ := loaded(t, "us-il")
	text := []byte(`{"in":"us-il-cook","on":"2026-11-21","known":"2026-11-21","actor":"county-jail","act":"hold-on-detainer","closed":true,
		"facts":{"document.detainer":"i-247a","document.detainer_shows":"probable-cause"}}`)
	var s card.Sheet
	if err := json.Unmarshal(d.answer(text), &s); err != nil {
		t.Fatal(err)
	}
	if string(s.Decision) != string(d.decide(text)) {
		t.Error("the answer holds another decision")
	}
	var n comity.Decision
	if err := json.Unmarshal(s.Decision, &n); err != nil || n.Verdict != comity.Prohibited {
		t.Fatalf("%s, %v", n.Verdict, err)
	}
	if !slices.Contains(n.Rules, s.Carrier) {
		t.Errorf("the carrier %q does not carry %v", s.Carrier, n.Rules)
	}
	if named := len(n.Rules) + len(n.MayCarry) + len(n.Overridden) + len(n.Defeated) + len(n.Suspended); len(s.Rules) < named {
		t.Errorf("%d rules of %d have texts", len(s.Rules), named)
	}
	if len(s.Nearest) == 0 || s.Then == "" || s.Then == n.Verdict {
		t.Errorf("nothing would give another answer: %v, %s", s.Nearest, s.Then)
	}
	for _, r := range s.Rules {
		if r.Says.EN == "" || r.Title.EN == "" || r.Title.ES == "" || len(r.Cites) == 0 {
			t.Errorf("%s has no words: %+v", r.ID, r)
		}
		if (r.How == "carries" || r.How == "may-carry") != (len(r.By) == 0) {
			t.Errorf("%s is %s by %v", r.ID, r.How, r.By)
		}
	}
}

func TestRefusals(t *testing.T) {
	d, _ := loaded(t, "us-il")
	for question, code := range map[string]string{
		"":   "bad-json",
		"[]": "bad-json",
		`{"in":"us-tx","on":"2026-11-21","actor":"county-jail","act":"hold-on-detainer"}`:                                   "unknown-place",
		`{"in":"us-il","on":"2026-11-21","actor":"county-jail","act":"hold-on-detainer","facts":{"document.detainer":"x"}}`: "unknown-value",
	} {
		for name, answer := range map[string][]byte{"decide": d.decide([]byte(question)), "next": d.next([]byte(question)), "answer": d.answer([]byte(question))} {
			if !json.Valid(answer) || !strings.Contains(string(answer), `"code":"`+code+`"`) {
				t.Errorf("%s of %s: %s", name, question, answer)
			}
		}
	}
	if got := refusal(errors.New("x")); !strings.Contains(string(got), "our-fault") {
		t.Errorf("%s", got)
	}
}

func TestLocalTimes(t *testing.T) {
	d, _ := loaded(t, "us-il")
	late := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for place, want := range map[string]localTime{
		"us-il-cook": {"2026-11-21", "2026-11-21T21:00:00-06:00", "CST"},
		"us-il":      {"2026-11-21", "2026-11-21T21:00:00-06:00", "CST"},
	} {
		if got := d.local(place, late); got != want {
			t.Errorf("%s: %v, want %v", place, got, want)
		}
	}
	if got := d.instant("us-il-cook", "2026-07-01", "09:30"); got != "2026-07-01T09:30:00-05:00" {
		t.Error(got)
	}
	if got := d.instant("us-il-cook", "", "09:30"); got != " 09:30" {
		t.Errorf("%q", got)
	}
}
