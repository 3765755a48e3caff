package atlas

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// unknown marks questions that no answer of ours covers. A choice may be
// offered for a near miss, never one answer.
const unknown = ""

var askedEN = []struct{ text, want string }{
	{"what's the 48-hour rule", "how-long-hold"},
	{"Do weekends count toward an ICE hold?", "how-long-hold"},
	{"how many hours may the jail hold him for ICE", "how-long-hold"},
	{"when does the detainer clock begin to run?", "how-long-hold"},
	{"is an ICE detainer mandatory for our jail", "must-jail-honour-detainer"},
	{"can the county refuse detainers?", "must-jail-honour-detainer"},
	{"Must we comply with an immigration hold", "must-jail-honour-detainer"},
	{"how do I read this I-247A form", "check-i247a"},
	{"does the detainer need to be signed? no signature", "check-i247a"},
	{"is this i247a complete?", "check-i247a"},
	{"do we give the inmate a copy of the detainer", "give-person-copy"},
	{"which states require notice about an ICE request?", "give-person-copy"},
	{"King County audit findings", "give-person-copy"},
	{"is an I-200 a judge's warrant?", "which-paper-is-a-warrant"},
	{"what is an I-205", "which-paper-is-a-warrant"},
	{"administrative warrant or judicial warrant, what is the difference", "which-paper-is-a-warrant"},
	{"does 8 USC 1373 cover release dates", "release-date-vs-1373"},
	{"can we share the inmate's address with ICE?", "release-date-vs-1373"},
	{"may the jail notify ICE before a release?", "release-date-vs-1373"},
	{"ICE wants us to set up a perimeter", "perimeter-help"},
	{"can deputies drive detainees for ICE", "perimeter-help"},
	{"is traffic control for ICE cooperation?", "perimeter-help"},
	{"duty to intervene at an ICE arrest", "at-an-ice-scene"},
	{"I was dispatched to an ICE scene", "at-an-ice-scene"},
	{"ICE is knocking at my door", "open-the-door"},
	{"do I have to let immigration officers into my home", "open-the-door"},
	{"can ICE break down the door?", "open-the-door"},
	{"is it legal to film ICE", "film-officers"},
	{"can I record police officers", "film-officers"},
	{"an agent told me to stop filming", "film-officers"},
	{"how do I check a badge", "verify-visitor"},
	{"someone says he is from the city, is he a fake?", "verify-visitor"},
	{"can a deputy ask me if I am a citizen?", "police-ask-status"},
	{"which states ban status questions", "police-ask-status"},
	{"what is 287(g)?", "sign-287g"},
	{"can our sheriff sign a 287g agreement", "sign-287g"},
	{"when is the TRUST Act report due", "log-and-report-requests"},
	{"do we keep a log of ICE requests?", "log-and-report-requests"},

	{"judge signed warrant", "which-paper-is-a-warrant"},
	{"can I be arrested for filming", "film-officers"},
	{"do we have to hold him because ICE asked", "must-jail-honour-detainer"},

	{"", unknown},
	{"door", unknown},
	{"warrant", unknown},
	{"police", unknown},
	{"Do I have to show my ID to ICE", unknown},
	{"does ICE need a warrant", unknown},
	{"Can ICE arrest someone without a warrant?", unknown},
	{"can ICE agents wear masks", unknown},
	{"is it legal to follow an ICE car", unknown},
	{"how do I hide someone from ICE", unknown},
	{"My husband was taken by ICE, who do I call?", unknown},
	{"can ICE see my hospital records", unknown},
	{"what is a sanctuary city", unknown},
	{"???", unknown},
	{"ICE", unknown},
	{"what is the weather tomorrow", unknown},
	{"how do I renew my driver's license", unknown},
	{"can ICE arrest me at the courthouse?", unknown},
	{"can ICE come into my school?", unknown},
	{"can ICE come into the hospital", unknown},
	{"my neighbor is illegal, where do I report him", unknown},
	{"how do I block an ICE van", unknown},
	{"should I run from the police?", unknown},
	{"how much does an immigration lawyer cost", unknown},
	{"will I be deported?", unknown},
	{"where is ICE right now", unknown},
	{"what is the name of the agent who was here", unknown},
	{"can I get a green card through my daughter", unknown},
	{"does the mayor like ICE?", unknown},
	{"can police search my car", unknown},
	{"how long is the sentence for burglary", unknown},
}

var askedES = []struct{ text, want string }{
	{"cuantas horas pueden retener a una persona para ICE", "how-long-hold"},
	{"¿qué es la regla de 48 horas?", "how-long-hold"},
	{"es obligatorio cumplir el detainer", "must-jail-honour-detainer"},
	{"como leer el formulario de detainer", "check-i247a"},
	{"la persona recibe copia del I-247A?", "give-person-copy"},
	{"quien firma la orden de inmigracion", "which-paper-is-a-warrant"},
	{"puede la carcel avisar a ICE de la salida", "release-date-vs-1373"},
	{"ICE quiere un perimetro", "perimeter-help"},
	{"deber de intervenir en arresto de ICE", "at-an-ice-scene"},
	{"ice esta en mi puerta", "open-the-door"},
	{"tengo que abrir la puerta a la migra", "open-the-door"},
	{"es legal grabar a la policia", "film-officers"},
	{"como verifico que es policia", "verify-visitor"},
	{"un policia me pregunto donde naci", "police-ask-status"},
	{"que es el 287(g)", "sign-287g"},
	{"informe anual de ICE", "log-and-report-requests"},
	{"¿Qué tiempo hace mañana?", unknown},
	{"mi vecino no tiene papeles, donde lo denuncio", unknown},
	{"¿puede ICE arrestarme en el tribunal?", unknown},
	{"cuanto cuesta un abogado", unknown},
	{"donde esta ICE ahora", unknown},
}

func TestMatch(t *testing.T) {
	as := shipped(t)
	answered := 0
	for lang, list := range map[string][]struct{ text, want string }{"en": askedEN, "es": askedES} {
		for _, c := range list {
			m := as.Match(c.text, lang)
			switch {
			case c.want == unknown && m.Kind == MatchAnswer:
				t.Errorf("%q is answered with %v", c.text, m.IDs)
			case c.want != unknown && m.Kind == MatchAnswer && m.IDs[0] != c.want:
				t.Errorf("%q is answered with %v, want %s", c.text, m.IDs, c.want)
			case c.want != unknown && !slices.Contains(m.IDs, c.want):
				t.Errorf("%q: %s %v, want %s among them", c.text, m.Kind, m.IDs, c.want)
			case c.want != unknown && m.Kind == MatchAnswer:
				answered++
			}
		}
	}
	asked := 0
	for _, c := range slices.Concat(askedEN, askedES) {
		if c.want != unknown {
			asked++
		}
	}
	if answered*10 < asked*7 {
		t.Errorf("%d of %d answered at once, the rest by a choice; at least seven in ten are wanted", answered, asked)
	}
	t.Logf("%d of %d answered at once", answered, asked)
}

// Everything an answer says of itself leads to it.
func TestMatchOwnWords(t *testing.T) {
	as := shipped(t)
	for _, a := range as.All() {
		for lang, phrases := range map[string][]string{
			"en": append([]string{a.Question.EN}, a.Paraphrases.EN...),
			"es": append([]string{a.Question.ES}, a.Paraphrases.ES...),
		} {
			for _, p := range phrases {
				if m := as.Match(p, lang); !slices.Contains(m.IDs, a.ID) {
					t.Errorf("%s: %q leads to %s %v", a.ID, p, m.Kind, m.IDs)
				}
			}
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"¿Cuántas HORAS?", []string{"hora"}},
		{"the I-247A, the i247a and an I 247A", []string{"247a", "247a", "247a"}},
		{"287(g) 287g 287 (g)", []string{"287g", "287g", "287g"}},
		{"judge's detainers' release", []string{"judg", "detainer", "releas"}},
		{"\xff\x00 \u0301", nil},
	} {
		if got := fold(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q folds to %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	as := shipped(f)
	for _, c := range slices.Concat(askedEN, askedES) {
		f.Add(c.text, "es")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		m := as.Match(text, lang)
		for _, id := range m.IDs {
			if _, ok := as.Get(id); !ok || !utf8.ValidString(id) {
				t.Fatalf("%q leads to %q", text, id)
			}
		}
		n := len(m.IDs)
		if m.Kind == MatchAnswer && n != 1 || m.Kind == MatchChoose && (n < 1 || n > 3) || m.Kind == MatchUnknown && n != 0 {
			t.Fatalf("%s with %d ids", m.Kind, n)
		}
	})
}
