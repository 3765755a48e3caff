package web

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/law"
)

func fact(pairs ...string) comity.Facts {
	out := comity.Facts{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// accountCases are questions of the shipped law whose paragraphs are read by
// people: every verdict, six states.
var accountCases = []struct {
	name string
	q    comity.Question
}{
	{"il-hold", comity.Question{In: "us-il", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "document.judicial", "none", "person.release_due", "true", "person.custody", "jailed")}},
	{"il-warrant", comity.Question{In: "us-il", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.judicial", "arrest-warrant", "document.signed_by", "federal-magistrate", "document.charge", "federal-felony", "person.release_due", "true", "person.custody", "jailed")}},
	{"il-scene", comity.Question{In: "us-il-chicago", Actor: "municipal-police", Act: "scene-support", Closed: true, Facts: fact("request.by", "ice", "request.kind", "scene-support", "request.purpose", "civil-immigration", "document.admin_warrant", "i-205")}},
	{"il-911", comity.Question{In: "us-il-chicago", Actor: "municipal-police", Act: "ordinary-policing", Closed: true}},
	{"il-refuse", comity.Question{In: "us-il", Actor: "resident", Act: "refuse-entry", Closed: true}},
	{"il-force", comity.Question{In: "us-il", Actor: "bystander", Act: "block-or-touch", Closed: true, Facts: fact("bystander.conduct", "force")}},
	{"il-film", comity.Question{In: "us-il", Actor: "bystander", Act: "record-officer", Closed: true}},
	{"il-open", comity.Question{In: "us-il", Actor: "county-jail", Act: "hold-on-detainer"}},
	{"il-287g", comity.Question{In: "us-il", Actor: "sheriff", Act: "sign-287g", Closed: true}},
	{"tx-hold", comity.Question{In: "us-tx", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed")}},
	{"tx-proof", comity.Question{In: "us-tx", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed", "person.citizenship_proof", "us-citizen-document")}},
	{"tx-late", comity.Question{In: "us-tx", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed", "clock.hours_past_release", "80", "clock.counted_hours_past_release", "70")}},
	{"tx-interview", comity.Question{In: "us-tx-houston", Actor: "municipal-police", Act: "jail-interview-access", Closed: true}},
	{"tx-287g", comity.Question{In: "us-tx", Actor: "sheriff", Act: "sign-287g", Closed: true, Facts: fact("agency.operates_jail", "true")}},
	{"tx-ask", comity.Question{In: "us-tx", Actor: "municipal-police", Act: "ask-immigration-status", Closed: true, Facts: fact("stop.other_offence", "true")}},
	{"tx-limit", comity.Question{In: "us-tx", Actor: "governing-body", Act: "adopt-limiting-policy", Closed: true, Facts: fact("policy.limits", "detainer-compliance")}},
	{"ca-notify", comity.Question{In: "us-ca", Actor: "county-jail", Act: "notify-release", Closed: true, Facts: fact("conviction.category", "ca-violent-felony", "request.by", "ice", "request.kind", "release-notice", "info.kind", "release-date")}},
	{"ca-hold", comity.Question{In: "us-ca", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "person.release_due", "true", "person.custody", "jailed")}},
	{"ca-transfer", comity.Question{In: "us-ca", Actor: "county-jail", Act: "transfer-custody", Closed: true, Facts: fact("document.admin_warrant", "i-200")}},
	{"ca-status", comity.Question{In: "us-ca", Actor: "municipal-police", Act: "share-immigration-status", Closed: true, Facts: fact("info.kind", "immigration-status")}},
	{"ca-mask", comity.Question{In: "us-ca", Actor: "ice-ero", Act: "cover-face", Closed: true, Facts: fact("officer.face_covering", "mask-or-gaiter", "officer.level", "federal")}},
	{"ca-school", comity.Question{In: "us-ca", Actor: "school-staff", Act: "allow-nonpublic-access", Closed: true, Facts: fact("place.kind", "school")}},
	{"wy-hold", comity.Question{In: "us-wy", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed")}},
	{"wy-equipment", comity.Question{In: "us-wy", Actor: "sheriff", Act: "lend-equipment", Closed: true}},
	{"wy-open", comity.Question{In: "us-wy", Actor: "county-jail", Act: "hold-on-detainer", Facts: fact("document.detainer", "i-247a")}},
	{"fl-hold", comity.Question{In: "us-fl", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed")}},
	{"fl-victim", comity.Question{In: "us-fl", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.solely_victim_or_witness", "true", "person.release_due", "true", "person.custody", "jailed")}},
	{"fl-sanctuary", comity.Question{In: "us-fl", Actor: "governing-body", Act: "adopt-limiting-policy", Closed: true, Facts: fact("policy.limits", "general-enforcement")}},
	{"ny-hold", comity.Question{In: "us-ny", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "document.detainer_shows", "probable-cause", "document.admin_warrant", "i-200", "person.release_due", "true", "person.custody", "jailed")}},
	{"ny-court", comity.Question{In: "us-ny", Actor: "ice-ero", Act: "arrest-in-protected-place", Closed: true, Facts: fact("place.kind", "courthouse", "document.admin_warrant", "i-200")}},
	{"ny-records", comity.Question{In: "us-ny", Actor: "state-agency", Act: "grant-database-access", Closed: true}},
	{"co-hold", comity.Question{In: "us-co", Actor: "county-jail", Act: "hold-on-detainer", Closed: true, Facts: fact("document.detainer", "i-247a", "person.release_due", "true")}},
	{"va-booking", comity.Question{In: "us-va", Actor: "county-jail", Act: "verify-status-at-booking", Closed: true, Facts: fact("charge.class", "felony", "person.custody", "jailed")}},
}

// Paragraphs of the shipped law are whole sentences in both languages; with -v
// they are printed to be read.
func TestParagraphs(t *testing.T) {
	book := shippedConfig(t).Law.(*law.Book)
	cards, err := NewCards(book)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[comity.Verdict]bool{}
	for _, x := range accountCases {
		x.q.On, x.q.Known = "2026-11-21", "2026-11-21"
		d, err := book.Decide(x.q)
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		seen[d.Verdict] = true
		en, es := account(t, book, cards, x.q, d)
		t.Logf("%s: %s %v\n%s\n%s", x.name, d.Verdict, d.Flags, en, es)
	}
	for _, v := range comity.Verdicts {
		if !seen[v] && v != comity.NeedsCounsel { // the tests of the packs have it
			t.Errorf("no case is answered %s", v)
		}
	}
}

// L15, L20: every answer that the tests of the packs give says what would change
// it, or that no fact would; and names an authority for it and the strongest
// against it.
func TestEveryAnswerSaysWhatWouldChangeIt(t *testing.T) {
	book := shippedConfig(t).Law.(*law.Book)
	cards, err := NewCards(book)
	if err != nil {
		t.Fatal(err)
	}
	seen, against := map[comity.Verdict]int{}, 0
	for i, x := range book.Test() {
		d := x.Decision
		if i%5 != 0 && !d.Has(comity.Conflict) || d.Verdict == "" {
			continue
		}
		seen[d.Verdict]++
		en, _ := account(t, book, cards, x.Test.Question, d)
		a, err := book.Account(x.Test.Question, d)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Nearest) == 0 && len(d.CouldChange) == 0 && len(d.Missing) == 0 && !a.OnlyLaw && !a.Guarded {
			t.Errorf("%s %s: nothing is said to change it", x.Pack.ID, x.Test.Name)
		}
		silent := d.Verdict == comity.NoRule || d.Believed != nil && *d.Believed == comity.NoRule
		switch {
		case silent:
		case len(a.For) == 0 || !strings.Contains(en, a.For[0].Cite.Ref):
			t.Errorf("%s %s: %s without an authority: %s", x.Pack.ID, x.Test.Name, d.Verdict, en)
		case len(a.Against) > 0:
			against++
			if !strings.Contains(en, a.Against[0].Cite.Ref) {
				t.Errorf("%s %s: %s speaks against it and is not named: %s", x.Pack.ID, x.Test.Name, a.Against[0].Cite.Ref, en)
			}
		}
	}
	for _, v := range comity.Verdicts {
		if seen[v] == 0 {
			t.Errorf("no test is answered %s", v)
		}
	}
	if against < 20 {
		t.Errorf("only %d with an authority against", against)
	}
}

var artefact = regexp.MustCompile(`<no value>|[{}]|  |\.\.|: \.|; \.| ,| \.|because ,|porque ,|\b(if|si|that|que) \.`)

// account gives both paragraphs of an answer and looks at their form.
func account(t *testing.T, book *law.Book, cards *Cards, q comity.Question, d comity.Decision) (en, es string) {
	t.Helper()
	a, err := book.Account(q, d)
	if err != nil {
		t.Fatal(err)
	}
	en, es = cards.Paragraph("en", q, a), cards.Paragraph("es", q, a)
	for _, s := range []string{en, es} {
		if bad := artefact.FindString(s); bad != "" || !strings.HasSuffix(strings.TrimRight(s, "”»"), ".") || s[:1] != strings.ToUpper(s[:1]) {
			t.Errorf("%q in %s", bad, s)
		}
	}
	if strings.Contains(en, "not loaded here, so") {
		t.Errorf("the reasons were not found: %s", en)
	}
	return en, es
}

// Every fact that a rule can read has its clauses in both languages.
func TestClausesAreComplete(t *testing.T) {
	cards := testCards(t)
	for _, tag := range tags {
		clauses := cards.langs[tag].words.Clauses
		known := map[string]bool{}
		for _, f := range testBook(t).Vocabulary().Facts {
			var want, may []string
			known[f.Name] = true
			switch f.Type {
			case law.Date, law.Instant:
				if clauses[f.Name] != nil {
					t.Errorf("%s: %s never stands in a sentence", tag, f.Name)
				}
				continue
			case law.Bool:
				want = []string{"true", "false"}
			case law.Int:
				want = []string{"less", "least", "between"}
				if slices.Contains(f.Thresholds, 0) {
					want = append(want, "zero")
				}
			default:
				want, may = []string{"is"}, f.Values
			}
			for _, key := range want {
				if clauses[f.Name][key] == "" {
					t.Errorf("%s: %s lacks %s", tag, f.Name, key)
				}
			}
			for key, s := range clauses[f.Name] {
				if !slices.Contains(want, key) && !slices.Contains(may, key) {
					t.Errorf("%s: %s has no %s", tag, f.Name, key)
				}
				if n := strings.Count(s, "{}"); strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "U.S.") || (key == "is" || key == "less" || key == "least") != (n == 1) || (key == "between") != (n == 2) {
					t.Errorf("%s: %s %s: %q", tag, f.Name, key, s)
				}
			}
		}
		for name := range clauses {
			if !known[name] {
				t.Errorf("%s: %s is no fact", tag, name)
			}
		}
	}
}

// Law that was due to be checked again says so on its page, on its rules and
// on the cards that rest on it.
func TestStaleLawSaysSo(t *testing.T) {
	c := shippedConfig(t)
	c.Now = func() time.Time { return now.AddDate(10, 0, 0) }
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"in": {"us-il"}, "actor": {"sheriff"}, "act": {"sign-287g"}, "done": {"1"}}
	for prefix, label := range map[string]string{"": "check overdue", "/es": "comprobación atrasada"} {
		for _, path := range []string{"/law/us/il/trust-act", "/law/rule/us/il/trust-act/15a"} {
			if body := get(h, prefix+path).Body.String(); !strings.Contains(body, label) {
				t.Errorf("%s%s does not say that a check is overdue", prefix, path)
			}
		}
		body := post(h, prefix+"/ask", form).Body.String()
		if !strings.Contains(body, `<summary class="tag">`+label) {
			t.Errorf("%s: the card does not say that a check is overdue", prefix)
		}
	}
}
