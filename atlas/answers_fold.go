package atlas

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var formName = regexp.MustCompile(`\bi[ -]?(\d{3}[a-z]?)\b|\b(287) ?\(?(g)\)?|\b(1373|48)\b`)

// fold turns a question into the words that matter: lower case, no accents, no
// word that every question has, endings cut. The same is done to both sides of
// a comparison, so the cut need not be a real stem.
func fold(text string) []string {
	text = strings.ToLower(plain(text))
	text = formName.ReplaceAllString(text, " $1$2$3$4 ")
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) > 1 && !commonWords[w] {
			out = append(out, cut(w))
		}
	}
	return out
}

// plain takes accents off and joins what an apostrophe parts.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToValidUTF8(text, " ")))
}

func cut(w string) string {
	for _, end := range []string{"aciones", "acion", "ing", "ed", "es", "s"} {
		if stem := strings.TrimSuffix(w, end); stem != w && len(stem) >= 4 && !strings.HasSuffix(w, "ss") {
			w = stem
			break
		}
	}
	if len(w) > 4 {
		w = strings.TrimRight(w, "aeioy")
	}
	return w
}

// commonWords carry no meaning of their own in a question.
var commonWords = wordSet(`
a an the this that these those is are was be been am do does did has have had can could may might must
shall should will would i me my we us our you your he him his she her it its they them their to of in on at by for from
with about and or if as not no any some there here what which who whom when where how why so just really get got into up out
am im whats hes
el la los las un una unos unas lo le les me mi mis nos nuestro nuestra se su sus yo usted ustedes ellos ella
es son ser esta estan este estos estas esto hay ha han he de del al a en con por para sin sobre y o u si no que cual cuales
quien quienes cuando donde como cuanto cuantos cuanta cuantas puede pueden puedo podemos debe deben debo debemos tiene
tienen tengo tenemos hacer hace algo alguien`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
