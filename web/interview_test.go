package web

import (
	"slices"
	"testing"
	"time"

	"comity"
)

// An interview without a page ends in an answer whatever is answered, in both
// languages; days, hours and numbers are taken as they are asked for.
func TestInterviewWithoutAPage(t *testing.T) {
	book, err := staffLaw()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return staffNow }
	samples := map[string]string{"number": "3", time.DateOnly: "2026-01-05", "2006-01-02 15:04": "2026-11-20 17:00"}
	typed := map[string]int{}
	for _, c := range []struct{ in, act, answer, tag string }{{"us-nc", "hold-on-detainer", "3", "en"}, {"us-ca", "transfer-custody", cannotTell, "es"}, {"us-tx", "hold-on-detainer", cannotTell, "en"}} {
		i, err := NewInterview(book, c.tag, now, comity.Question{In: c.in, Actor: "county-jail", Act: c.act})
		if err != nil {
			t.Fatal(err)
		}
		asked := []string{}
		p, err := i.Next()
		for ; err == nil && p.Card == nil; p, err = i.Next() {
			if slices.Contains(asked, p.Key) || p.Problem != nil || p.Ask == "" || i.Typed(p) == "" && len(p.Choices) == 0 {
				t.Fatalf("%v: %+v after %v", c, p, asked)
			}
			asked = append(asked, p.Key)
			answer := c.answer
			if p.Typed != "" {
				answer = samples[p.Typed]
				typed[p.Typed]++
			}
			if i.Answer(p, "no such answer at all") || i.Answer(p, "") || !i.Answer(p, answer) {
				t.Fatalf("%v: %s, answered with %q", c, p.Key, answer)
			}
		}
		if err != nil || p.Asked.In != c.in || len(p.Asked.Facts)+len(p.Asked.Open) != len(asked) {
			t.Errorf("%v: %d questions, %+v, %v", c, len(asked), p.Asked, err)
		}
		// What was answered last can be taken back, and is asked again.
		i.Change(p.Back)
		if len(asked) > 0 {
			if again, err := i.Next(); err != nil || again.Key != asked[len(asked)-1] {
				t.Errorf("%v: %s is not asked again but %s, %v", c, asked[len(asked)-1], again.Key, err)
			}
		}
	}
	if len(typed) == 0 {
		t.Error("nothing was typed")
	}
	t.Log(typed)
}
