package peers

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/open-policy-agent/opa/v1/rego"

	"comity"
	"comity/data"
	"comity/law"
)

// What `comity law view -as rego` and `-as cedar` write is run by the engines
// it is written for. A pack alone, asked by Decide and by them on random facts,
// acts, actors and days about its own dates, must give the same rules. Taken
// are the packs with the most rules that stand alone and are exported whole.
func TestExportsAgreeWithDecide(t *testing.T) {
	packs := slices.SortedStableFunc(slices.Values(load(t).Packs()), func(a, b *law.Pack) int { return len(b.Rules) - len(a.Rules) })
	compared := 0
	for _, p := range packs {
		if compared == 30 {
			return
		}
		if exportedWhole(p) {
			if book := onePack(t, p.ID); book != nil {
				compared++
				t.Run(p.ID, func(t *testing.T) { sameExports(t, book) })
			}
		}
	}
	t.Errorf("only %d packs were compared", compared)
}

// onePack is nil if the pack cannot be loaded without others.
func onePack(t *testing.T, id string) *law.Book {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(data.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "law/") && name != "law/"+id+".yaml" {
			return err
		}
		if name == "vocabulary.yaml" || strings.HasPrefix(name, "places/") || strings.HasPrefix(name, "law/") {
			text, err := fs.ReadFile(data.FS, name)
			files[name] = &fstest.MapFile{Data: text}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	book, err := law.Load(files)
	if err != nil {
		return nil // it leans on another pack
	}
	return book
}

func sameExports(t *testing.T, book *law.Book) {
	p := book.Packs()[0]
	view := func(as string) string {
		text, err := book.View(p, as, "en")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	module := view("rego")
	_, rest, _ := strings.Cut(module, "\npackage ")
	name, _, _ := strings.Cut(rest, "\n")
	query, err := rego.New(rego.Query("data."+name), rego.Module("pack.rego", module)).PrepareForEval(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	policies, err := cedar.NewPolicySetFromBytes("pack.cedar", []byte(view("cedar")))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, uint64(len(module))))
	asked, kinds := 0, map[comity.Verdict]int{}
	for tries := 0; asked < 300 && tries < 20_000; tries++ {
		q := randomAsk(r, book)
		d, err := book.Decide(q)
		if err != nil || len(d.Suspended) > 0 || len(d.Defeated) > 0 {
			continue // facts that never occur together, or what an export says it cannot carry
		}
		is := d.Verdict
		if d.Believed != nil {
			is = *d.Believed
		}
		asked++
		kinds[is]++
		fired := askRego(t, query, q, book)
		if got := fired.loudest(); got != is || !slices.Equal(sorted(fired[is]), sorted(d.Rules)) {
			t.Fatalf("Rego: %s by %v, Decide %s by %v on %+v", got, fired, is, d.Rules, q)
		}
		askCedar(t, policies, q, book, fired)
	}
	t.Logf("%d questions: %v", asked, kinds)
	if asked < 300 || len(kinds) < 2 {
		t.Errorf("%d questions that can occur, %v: the test shows little", asked, kinds)
	}
}

// exportedWhole: the exports leave no rule out.
func exportedWhole(p *law.Pack) bool {
	return !slices.ContainsFunc(p.Rules, func(r *law.Rule) bool {
		return r.Untranslatable != "" || r.Withdrawn != "" || len(r.From) > len(time.DateOnly) || len(r.Until) > len(time.DateOnly)
	})
}

// fires are the rules that fire, by verdict: the two halves of only_if share an id.
type fires map[comity.Verdict][]string

// loudest is the voice of one layer (semantics 5).
func (f fires) loudest() comity.Verdict {
	for _, v := range []comity.Verdict{comity.Prohibited, comity.Required, comity.Permitted} {
		if len(f[v]) > 0 {
			return v
		}
	}
	return comity.NoRule
}

func sorted(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

func randomAsk(r *rand.Rand, book *law.Book) comity.Question {
	p := book.Packs()[0]
	rule := p.Rules[r.IntN(len(p.Rules))]
	v := book.Vocabulary()
	q := comity.Question{In: p.Place, Known: "2027-01-01", Closed: true, Facts: comity.Facts{}, Act: rule.Acts[r.IntN(len(rule.Acts))], Actor: rule.Actors[r.IntN(len(rule.Actors))]}
	if r.IntN(10) == 0 {
		q.Actor = v.Actors[r.IntN(len(v.Actors))].Name
	}
	days := []string{"2026-11-20", "2015-06-01", "2022-02-02"}
	for _, on := range []string{rule.From, rule.Until} {
		if at, err := time.Parse(time.DateOnly, on); err == nil {
			days = append(days, on, at.AddDate(0, 0, -1).Format(time.DateOnly))
		}
	}
	q.On = days[r.IntN(len(days))]
	for _, other := range p.Rules {
		for _, name := range other.Reads() {
			if f, _ := v.Fact(name); f.Type != law.Date && f.Type != law.Instant {
				q.Facts[name] = value(f, r)
			}
		}
	}
	return q
}

func askRego(t *testing.T, query rego.PreparedEvalQuery, q comity.Question, book *law.Book) fires {
	t.Helper()
	in := map[string]any{"on": q.On, "actor": q.Actor, "act": q.Act, "facts": map[string]any(typedFacts(book.Vocabulary(), q.Facts))}
	results, err := query.Eval(context.Background(), rego.EvalInput(in))
	if err != nil || len(results) != 1 {
		t.Fatal(len(results), err)
	}
	out := results[0].Expressions[0].Value.(map[string]any)
	if missing := out["missing"].([]any); len(missing) > 0 {
		t.Fatalf("Rego misses %v", missing)
	}
	fired := fires{}
	for _, one := range out["rules"].([]any) {
		rule := one.(map[string]any)
		v := comity.Verdict(fmt.Sprint(rule["verdict"]))
		fired[v] = append(fired[v], fmt.Sprint(rule["rule"]))
	}
	return fired
}

// askCedar wants a ban where Rego finds one, and else a permission; Cedar names
// the policies of the side that decided.
func askCedar(t *testing.T, policies *cedar.PolicySet, q comity.Question, book *law.Book, fired fires) {
	t.Helper()
	on, _ := strconv.ParseInt(strings.ReplaceAll(q.On, "-", ""), 10, 64)
	context := cedar.RecordMap{"on": cedar.Long(on)}
	for name, v := range typedFacts(book.Vocabulary(), q.Facts) {
		switch v := v.(type) {
		case bool:
			context[cedar.String(name)] = cedar.Boolean(v)
		case int64:
			context[cedar.String(name)] = cedar.Long(v)
		case string:
			context[cedar.String(name)] = cedar.String(v)
		}
	}
	decision, why := cedar.Authorize(policies, cedar.EntityMap{}, cedar.Request{
		Principal: cedar.NewEntityUID("Actor", cedar.String(q.Actor)), Action: cedar.NewEntityUID("Action", cedar.String(q.Act)),
		Resource: cedar.NewEntityUID("Matter", "one"), Context: cedar.NewRecord(context),
	})
	if len(why.Errors) > 0 {
		t.Fatalf("Cedar: %v", why.Errors)
	}
	got := []string{}
	for _, reason := range why.Reasons {
		got = append(got, string(policies.Get(reason.PolicyID).Annotations()["rule"]))
	}
	want := fired[comity.Prohibited]
	if len(want) == 0 {
		want = fired[comity.Permitted]
		if (decision == cedar.Allow) != (len(want) > 0) {
			t.Fatalf("Cedar says %v, the permissions are %v on %+v", decision, want, q)
		}
	}
	if !slices.Equal(sorted(got), sorted(want)) {
		t.Fatalf("Cedar: %v, want %v on %+v", got, want, q)
	}
}
