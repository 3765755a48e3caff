package handout

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"comity"
	"comity/law"
	"comity/law/card"
)

const trust = "law/us/il/trust-act.yaml"

var shipped = sync.OnceValues(func() (*law.Book, error) { return law.Load(os.DirFS("../../data")) })

// book is the law that ships, with the TRUST Act as edit leaves it.
func book(t testing.TB, edit ...string) *law.Book {
	t.Helper()
	b, err := shipped()
	if err == nil && len(edit) > 0 {
		b, err = law.Load(os.DirFS("../../data"), edited(t, edit...))
	}
	if err != nil {
		t.Fatal(err)
	}
	b.Now = func() time.Time { return time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC) }
	return b
}

func edited(t testing.TB, edit ...string) fs.FS {
	t.Helper()
	text, err := os.ReadFile("../../data/" + trust)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(edit...).Replace(string(text))
	if changed == string(text) {
		t.Fatal("the edit changes nothing")
	}
	return fstest.MapFS{trust: &fstest.MapFile{Data: []byte(changed)}}
}

func of(t testing.TB, b Book, q comity.Question) Handout {
	t.Helper()
	h, err := Of(b, q)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

var jail = comity.Question{In: "us-il-cook", On: "2026-11-21", Actor: "county-jail"}

// Every act of the vocabulary is on the handout, silent, or one that no sheet
// coaches; and a line says what the engine says.
func TestHandoutIsWhatTheEngineSays(t *testing.T) {
	b := book(t)
	v := b.Vocabulary()
	for _, q := range []comity.Question{jail, {In: "us-tx-travis", On: "2026-11-21", Actor: "county-jail"}, {In: "us-wy", On: "2025-02-01", Actor: "sheriff"}} {
		h := of(t, b, q)
		for _, act := range v.Acts {
			line := h.line(act.Name)
			listed := line != nil || slices.Contains(h.Silent, act.Name)
			if coached := card.PublicAct(v, act.Name); listed == coached {
				t.Errorf("%s: listed %v, of the public %v", act.Name, listed, coached)
			}
			if line == nil {
				continue
			}
			asked := q
			asked.Act = act.Name
			d, err := b.Decide(asked)
			if err != nil {
				t.Fatal(err)
			}
			if line.Verdict != d.Verdict || !slices.Equal(line.Possible, d.Possible) || !slices.Equal(line.Rules, slices.Concat(d.Rules, d.MayCarry)) {
				t.Errorf("%s in %s: %+v", act.Name, q.In, line)
			}
			for _, id := range line.Rules {
				if r, ok := h.Rule(id); !ok || r.Says.EN == "" || len(r.Cites) == 0 {
					t.Errorf("rule %s: %+v", id, r)
				}
			}
		}
		if !h.Intact() || h.Known == "" || h.Law == "" {
			t.Errorf("%s: %q known %q law %q", q.In, h.Digest, h.Known, h.Law)
		}
	}
}

// The short sheets answer as the engine does on the facts of their cases, and
// the words are those of a rule that carries the answer.
func TestCasesAreDecided(t *testing.T) {
	b := book(t)
	for place, want := range map[string]comity.Verdict{"us-il-cook": comity.Prohibited, "us-wy": comity.Permitted, "us-tx-travis": comity.Required} {
		q := comity.Question{In: place, On: "2026-11-21", Actor: "county-jail"}
		h := of(t, b, q)
		points := h.Points()
		if len(points) < 10 || points[0].Act != "hold-on-detainer" || points[0].Cases[0].Verdict != want {
			t.Fatalf("%s: %d points, the first %+v", place, len(points), points[0])
		}
		for _, p := range points {
			for _, a := range p.Cases {
				rule, ok := h.Rule(a.Rule)
				if (a.Rule != "") != ok || ok && rule.Verdict != a.Verdict || !ok && a.Verdict != comity.NoRule && a.Verdict != comity.NeedsCounsel && a.Verdict != comity.NeedsFacts {
					t.Errorf("%s %s %s: %s by %q", place, p.Act, a.Case, a.Verdict, a.Rule)
				}
			}
		}
	}
}

// A federal criminal warrant opens in Illinois what the forms of ICE do not (L4).
func TestWarrantOpensWhatPapersDoNot(t *testing.T) {
	q := jail
	q.In, q.Actor = "us-il-chicago", "municipal-police"
	h := of(t, book(t), q)
	line := h.line("scene-support")
	if line.Cases[0].Verdict != comity.Prohibited || line.Cases[1].Verdict != comity.Permitted {
		t.Errorf("%+v", line.Cases)
	}
	if work := h.line("ordinary-policing"); work.Cases[0].Verdict != comity.Permitted {
		t.Errorf("ordinary policing: %+v", work.Cases)
	}
}

// A changed sentence gives another digest, and the redline names that rule and
// no other.
func TestOneChangedRule(t *testing.T) {
	const was, is = "The Act leaves free the sending and receiving of citizenship", "The Act frees the sending and receiving of citizenship"
	before, after := of(t, book(t), jail), of(t, book(t, was, is), jail)
	if before.Digest == after.Digest {
		t.Fatal("the digest does not tell them apart")
	}
	changes := Redline(before, after)
	if len(changes) == 0 {
		t.Fatal("the redline is empty")
	}
	for _, c := range changes {
		if len(c.Reworded) != 1 || c.Reworded[0].ID != "us/il/trust-act#5" || !strings.Contains(c.Reworded[0].Says.EN, is) || len(c.New)+len(c.Gone) > 0 {
			t.Errorf("%s: %+v", c.Act, c)
		}
	}
}

// A rule that was learned on 10 March is on no card as known on the 3rd,
// whatever is known today.
func TestCardAsKnownThen(t *testing.T) {
	const id = "us/il/trust-act#5\n"
	b := book(t, "  - id: "+id, "  - id: "+id+"    learned: \"2026-03-10\"\n")
	q := jail
	q.On = "2026-03-03"
	today := of(t, b, q)
	q.Known = "2026-03-03"
	then := of(t, b, q)
	q.Known = "2026-03-10"
	tenth := of(t, b, q)
	rule := strings.TrimSpace(id)
	if _, ok := then.Rule(rule); ok || then.Known != "2026-03-03" {
		t.Errorf("known on %s: the card has a rule of the 10th: %v", then.Known, ok)
	}
	if _, ok := tenth.Rule(rule); !ok {
		t.Error("on the 10th it was known")
	}
	if _, ok := today.Rule(rule); !ok || today.Digest == then.Digest {
		t.Error("today's card is that of then")
	}
}

// Redlines are empty exactly between handouts that say the same.
func TestRedlineIsEmptyWhereNothingDiffers(t *testing.T) {
	b, r := book(t), rand.New(rand.NewPCG(21, 3))
	days := []string{"2017-01-01", "2019-06-01", "2022-01-01", "2025-06-01", "2026-02-01", "2026-11-21"}
	places := []string{"us-il-chicago", "us-tx-harris", "us-ca-los-angeles", "us-wy"}
	same, differ := 0, 0
	for range 40 {
		q := comity.Question{In: places[r.IntN(4)], Actor: []string{"sheriff", "municipal-police"}[r.IntN(2)], On: days[r.IntN(len(days))]}
		a := of(t, b, q)
		q.On = days[r.IntN(len(days))]
		c := of(t, b, q)
		lines := len(Redline(a, c))
		sameLines := text(a.Lines) == text(c.Lines) && text(a.Rules) == text(c.Rules)
		if (lines == 0) != sameLines {
			t.Errorf("%s %s and %s: %d changes, same lines %v", q.In, a.On, c.On, lines, sameLines)
		}
		if a.Digest == c.Digest && lines > 0 {
			t.Errorf("%s: one digest and %d changes", q.In, lines)
		}
		if lines == 0 {
			same++
		} else {
			differ++
		}
	}
	if same == 0 || differ == 0 {
		t.Errorf("%d same, %d differ", same, differ)
	}
}

// What was kept and altered no longer has its digest.
func TestAlteredHandoutIsFound(t *testing.T) {
	h := of(t, book(t), jail)
	kept, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var read Handout
	if err := json.Unmarshal(kept, &read); err != nil || !read.Intact() {
		t.Fatalf("as kept: %v, intact %v", err, read.Intact())
	}
	read.Rules[0].Says.EN += "."
	if read.Intact() {
		t.Error("an altered sentence keeps the digest")
	}
}

// Sheets are for state and local bodies alone.
func TestNobodyToHandItTo(t *testing.T) {
	b := book(t)
	for actor, want := range map[string]bool{"nobody": false, "bystander": false, "ice-ero": false, "dhs": false, "title-32-guard": false, "county-jail": true, "school-staff": true, "tribal-police": true} {
		q := jail
		q.Actor = actor
		if _, err := Of(b, q); (err == nil) != want || Serves(b.Vocabulary(), actor) != want {
			t.Errorf("%s: %v", actor, err)
		}
	}
}
