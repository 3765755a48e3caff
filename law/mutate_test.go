package law

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMutation wants every deleted, inverted or shifted rule of the shipped
// packs to make some pack test fail; LAW_ONLY chooses packs as in shipped, and
// federal packs are then only tried if they are named.
func TestMutation(t *testing.T) {
	b := shipped(t)
	only := strings.Fields(os.Getenv("LAW_ONLY"))
	wanted := func(p *Pack) bool {
		return len(only) == 0 || len(only) == 1 || strings.Count(p.ID, "/") > 1 || slices.Contains(only, "+us")
	}
	total, dead := map[MutantKind]int{}, map[MutantKind]int{}
	b.Mutate(wanted, func(m Mutant) {
		total[m.Kind]++
		switch {
		case m.Killed:
			dead[m.Kind]++
		case m.Kind == Condition:
			t.Logf("%s:%d: %s survives: %s", m.Pack.File, m.Line, m.Rule, m.What)
		default:
			t.Errorf("%s:%d: %s survives: %s", m.Pack.File, m.Line, m.Rule, m.What)
		}
	})
	var words []string
	for _, k := range []MutantKind{Deleted, Inverted, Shifted, Condition} {
		words = append(words, fmt.Sprintf("%s %d of %d", k, dead[k], total[k]))
	}
	if t.Failed() {
		t.Log(`a date dies by one question on several days: days: {"2021-08-01": permitted, "2021-08-02": {expect: prohibited, must_cite: 805/15(a)}} in place of "on" (docs/law-packs.md)`)
	}
	t.Log("killed: " + strings.Join(words, ", "))
}
