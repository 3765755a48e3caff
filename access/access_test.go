package access

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write the table in docs/access.md anew")

func shipped(t testing.TB) *Policies {
	t.Helper()
	p, err := Load(os.DirFS("../data"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	page  = "../docs/access.md"
	begin = "<!-- table: go test ./access -update -->\n"
	end   = "<!-- end of table -->"
)

// The page shows what the policies come to: nobody changes them unseen.
func TestMatrix(t *testing.T) {
	p := shipped(t)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(text, []byte(begin))
	old, after, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", page)
	}
	got := table(p)
	if *update {
		if err := os.WriteFile(page, slices.Concat(before, []byte(begin), []byte(got), []byte(end), after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(old) != got {
		t.Errorf("the table of %s is not what the policies say; look at it, then go test ./access -run Matrix -update\n%s", page, got)
	}
}

// table is role × action for one's own agency; the other agency is all denials
// and stands in TestOtherAgencies.
func table(p *Policies) string {
	var b strings.Builder
	b.WriteString("| action |")
	for _, r := range Roles() {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Roles())) + "\n")
	for _, g := range groups() {
		fmt.Fprintf(&b, "| **%s** |%s\n", g.Name, strings.Repeat(" |", len(Roles())))
		for _, a := range g.Actions {
			fmt.Fprintf(&b, "| %s |", a)
			for _, r := range Roles() {
				fmt.Fprintf(&b, " %s |", cell(p, r, a))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func cell(p *Policies, r Role, a Action) string {
	person := p.Allow(Person{ID: "1", Agency: "A", Role: r, By: ByPasskey}, a, "A")
	program := p.Allow(Person{ID: "1", Agency: "A", Role: r, By: ByToken}, a, "A")
	switch {
	case person && program:
		return "yes"
	case person:
		return "person"
	case program:
		return "program"
	}
	return ""
}

// Whatever the role, the action and the way in: another agency's matters, an
// ended account and a role that nobody has come to nothing.
func TestOtherAgencies(t *testing.T) {
	p := shipped(t)
	allowed := 0
	for _, r := range append(Roles(), "ice", "") {
		for _, a := range append(Actions(), "anything") {
			for _, by := range []string{ByPasskey, ByOIDC, ByLink, ByToken, ""} {
				who := Person{ID: "1", Agency: "A", Role: r, By: by}
				if p.Allow(who, a, "B") {
					t.Errorf("%s may %s in another agency, by %q", r, a, by)
				}
				own := p.Allow(who, a, "A")
				if own {
					allowed++
				}
				if own && (!slices.Contains(Roles(), r) || a == "anything") {
					t.Errorf("%q may %q", r, a)
				}
				who.Ended = true
				if p.Allow(who, a, "A") {
					t.Errorf("%s whose access ended may %s, by %q", r, a, by)
				}
			}
		}
	}
	if allowed < 100 {
		t.Errorf("only %d cells are permitted: the table is not the one that ships", allowed)
	}
	var none *Policies
	if none.Allow(Person{ID: "1", Agency: "A", Role: Admin, By: ByToken}, SeeCase, "A") {
		t.Error("no policies permit")
	}
}

// The lines that harm rules rest on, said apart from the table.
func TestWhatNoRoleMay(t *testing.T) {
	p := shipped(t)
	may := func(r Role, a Action, by string) bool {
		return p.Allow(Person{ID: "1", Agency: "A", Role: r, By: by}, a, "A")
	}
	for _, a := range []Action{SeeTasks, SeeCase, Open, Export, Record, Act, SeeAccessLog, AskDisclosure} {
		if may(Administrator, a, ByPasskey) {
			t.Errorf("IT may %s", a)
		}
		if may(Trainer, a, ByPasskey) {
			t.Errorf("a trainer may %s", a)
		}
	}
	for _, r := range []Role{Auditor, Board} {
		for _, a := range []Action{Open, Record, Act, Correct, Order, AnswerDisclosure, ChangePeople} {
			if may(r, a, ByPasskey) {
				t.Errorf("%s may %s", r, a)
			}
		}
	}
	for _, r := range Roles() {
		if r != Admin && may(r, ChangePeople, ByToken) {
			t.Errorf("a program as %s gives access", r)
		}
		if r != Admin && r != Counsel && may(r, Order, ByPasskey) {
			t.Errorf("%s carries out a court's order", r)
		}
	}
	if may(Integrator, Record, ByPasskey) || !may(Integrator, Record, ByToken) {
		t.Error("the role of programs is not for programs alone")
	}
	for _, a := range Actions() {
		if may(Gateway, a, ByPasskey) || may(Gateway, a, ByToken) != (a == AnswerDoor) {
			t.Errorf("the telephone system's token: %s", a)
		}
	}
}

// Every action is in one group, every group and action that a policy names exists.
func TestPoliciesNameWhatExists(t *testing.T) {
	known := map[string]bool{}
	for _, g := range groups() {
		known[g.Name] = true
		for _, a := range g.Actions {
			if known[string(a)] {
				t.Errorf("%s stands twice", a)
			}
			known[string(a)] = true
		}
	}
	for name, policy := range shipped(t).set.All() {
		text := string(policy.MarshalCedar())
		for _, part := range strings.Split(text, `Action::"`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if !known[id] {
				t.Errorf("%s names the action %q", name, id)
			}
		}
		for _, part := range strings.Split(text, `Role::"`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if !slices.Contains(Roles(), Role(id)) {
				t.Errorf("%s names the role %q", name, id)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no Cedar": `permit (principal`, "no id": `permit (principal, action, resource);`,
		"twice": "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") forbid (principal, action, resource);",
	} {
		if _, err := Load(fstest.MapFS{"access/x.cedar": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("nothing: loaded")
	}
	// A policy that cannot be evaluated denies, even where another permits.
	p, err := Load(fstest.MapFS{"access/x.cedar": {Data: []byte("@id(\"a\") permit (principal, action, resource);\n@id(\"b\") forbid (principal, action, resource) when { principal.shoe > 3 };")}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Allow(Person{ID: "1", Agency: "A", Role: Clerk}, SeeCase, "A") {
		t.Error("a policy that failed was passed over")
	}
}

func BenchmarkAllow(b *testing.B) {
	p := shipped(b)
	for b.Loop() {
		p.Allow(Person{ID: "1", Agency: "A", Role: Counsel, By: ByPasskey}, Order, "A")
	}
}
