package law

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"comity"
)

// mixedQuestions writes n questions about every act, many actors and places,
// closed of ten as closed cases, with facts drawn from the vocabulary.
func mixedQuestions(b *Book, n int, seed uint64, closed int) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	v := b.vocabulary
	var places []string
	for _, p := range b.packs {
		places = append(places, p.Place)
	}
	places = append(slices.Compact(places), "us-wy", "us-oh")
	places = slices.DeleteFunc(places, func(id string) bool { _, ok := b.Place(id); return !ok })
	var out bytes.Buffer
	for i := range n {
		rule := b.rules[r.IntN(len(b.rules))]
		q := comity.Question{
			ID: fmt.Sprintf("q-%d", i), In: places[r.IntN(len(places))], On: fmt.Sprintf("20%02d-%02d-%02d", 15+r.IntN(12), 1+r.IntN(12), 1+r.IntN(28)),
			Act: rule.Acts[r.IntN(len(rule.Acts))], Facts: comity.Facts{}, Closed: r.IntN(10) < closed,
		}
		actors := rule.actors.members()
		q.Actor = v.Actors[actors[r.IntN(len(actors))]].Name
		for range 4 + r.IntN(8) {
			f := v.Facts[r.IntN(len(v.Facts))]
			if k := rule.reads; len(k) > 0 && r.IntN(3) > 0 {
				f = v.Facts[k[r.IntN(len(k))]]
			}
			if f.Derives() || f.Name == districtFact {
				continue
			}
			switch f.Type {
			case Enum:
				q.Facts[f.Name] = f.Values[r.IntN(len(f.Values))]
			case Bool:
				q.Facts[f.Name] = fmt.Sprint(r.IntN(2) == 0)
			case Int:
				q.Facts[f.Name] = itoa(f.Min + r.IntN(f.Max-f.Min+1))
			}
		}
		line, err := json.Marshal(q)
		if err != nil {
			panic(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

// BenchmarkBatch100000 starts with empty caches each time.
func BenchmarkBatch100000(b *testing.B) {
	for name, closed := range map[string]int{"closed": 10, "mixed": 7} {
		b.Run(name, func(b *testing.B) {
			book := shipped(b)
			in := mixedQuestions(book, 100_000, 1, closed)
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				n, err := book.DecideBatch(bytes.NewReader(in), io.Discard)
				if err != nil || n.Lines != 100_000 {
					b.Fatal(n, err)
				}
				b.ReportMetric(float64(n.Errors), "refused")
				b.StopTimer()
				book = shipped(b)
				b.StartTimer()
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	book := shipped(b)
	q := comity.Question{In: "us-il-chicago", On: "2025-06-01", Actor: "municipal-police", Act: "hold-on-detainer",
		Facts: comity.Facts{"document.detainer": "i-247a", "document.judicial": "none"}, Closed: true}
	for b.Loop() {
		if _, err := book.Decide(q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}

func TestBatchKeepsOrderAndGoesOn(t *testing.T) {
	b := loadSamples(t)
	good := `{"id":"%d","in":"us-il","on":"2025-06-01","actor":"resident","act":"refuse-entry","facts":{}}`
	var in strings.Builder
	for i := range 2000 {
		switch i % 5 {
		case 3:
			fmt.Fprintf(&in, `{"id":"%d","in":"us-ill","on":"2025-06-01","actor":"resident","act":"refuse-entry"}`+"\n", i)
		case 4:
			in.WriteString("\n")
		default:
			fmt.Fprintf(&in, good+"\n", i)
		}
	}
	in.WriteString(strings.Repeat("x", maxLine+5) + "\n" + `{"id":"last"`)
	var out bytes.Buffer
	n, err := b.DecideBatch(strings.NewReader(in.String()), &out)
	if err != nil || n.Lines != 1602 || n.Errors != 402 {
		t.Fatalf("%+v %v", n, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1602 {
		t.Fatalf("%d lines", len(lines))
	}
	last := -1
	for _, line := range lines[:1600] {
		var got struct {
			ID      string
			Verdict string
			Error   *comity.Problem
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		var i int
		fmt.Sscan(got.ID, &i)
		if i <= last {
			t.Fatalf("%d came after %d", i, last)
		}
		last = i
		if i%5 == 3 && (got.Error == nil || got.Error.Code != "unknown-place" || got.Error.Hint != "did you mean us-il?") {
			t.Fatalf("line %s", line)
		}
		if i%5 != 3 && got.Verdict != "no-rule" {
			t.Fatalf("line %s", line)
		}
	}
	for i, want := range []string{"longer than 1 MB", "not a JSON question"} {
		if !strings.Contains(lines[1600+i], want) {
			t.Errorf("%s does not say %q", lines[1600+i], want)
		}
	}
	if !strings.Contains(lines[1601], `{"id":"last","error":{"code":"bad-json"`) {
		t.Error(lines[1601])
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }

func TestBatchEndsWhenTheWriterFails(t *testing.T) {
	b := loadSamples(t)
	if _, err := b.DecideBatch(strings.NewReader(strings.Repeat("{}\n", 50_000)), brokenPipe{}); err == nil {
		t.Fatal("no error")
	}
}

// TestEncodersAgree: the hand-written reader and writer give what encoding/json gives.
func TestEncodersAgree(t *testing.T) {
	b := shipped(t)
	lines := bytes.Split(bytes.TrimSpace(mixedQuestions(b, 3000, 3, 7)), []byte("\n"))
	for _, line := range lines {
		var want, got comity.Question
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		if bad := readQuestion(line, &got); bad != nil {
			t.Fatal(bad)
		}
		if want.Open == nil {
			got.Open = nil
		}
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("%s\n%+v\n%+v", line, want, got)
		}
		d, err := b.Decide(want)
		fast, bad := newLineAnswerer(b).answer(nil, line)
		if (err == nil) != (bad == nil) {
			t.Fatalf("%v %v", err, bad)
		}
		if err != nil {
			continue
		}
		slow, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(slow, fast) {
			t.Fatalf("\n%s\n%s", slow, fast)
		}
	}
}

func FuzzReadQuestion(f *testing.F) {
	f.Add([]byte(`{"id":"1","in":"us","on":"2025-06-01","at":null,"facts":{"a":true,"b":-3,"c":"x\n\u00e9"},"closed":true,"open":["a"],"more":[1e3,{"x":null}]}`))
	f.Add([]byte(`{"facts":{"a":1.0}}`))
	f.Add([]byte(`{"in":"a","in":"b"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var got comity.Question
		bad := readQuestion(line, &got)
		var want comity.Question
		err := json.Unmarshal(line, &want)
		if bad != nil {
			return // stricter is allowed
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(line, &keys); err != nil {
			t.Fatalf("read %q: %v", line, err)
		}
		for k := range keys {
			for _, known := range []string{"id", "in", "on", "at", "known", "agency", "actor", "act", "facts", "closed", "open"} {
				if k != known && strings.EqualFold(k, known) {
					return // encoding/json takes Facts for facts
				}
			}
		}
		if err != nil {
			t.Fatalf("read %q, but encoding/json says %v", line, err)
		}
		if want.Facts == nil {
			want.Facts = comity.Facts{}
		}
		if len(want.Open) == 0 {
			want.Open, got.Open = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\n%+v\n%+v", line, got, want)
		}
	})
}

func FuzzAppendText(f *testing.F) {
	f.Add("plain")
	f.Add("<&>\u2028\x7f\"")
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, s); !bytes.Equal(got, want) {
			t.Fatalf("%q %q (valid %v)", got, want, utf8.ValidString(s))
		}
	})
}
