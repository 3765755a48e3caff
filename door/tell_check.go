package door

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"comity"
)

// What a page holds at most: more than this fits no sheet of paper.
const (
	MaxSentences = 5
	MaxNumbers   = 4
	maxLetters   = 130
	maxLabel     = 60
	MaxStale     = 366
)

// Check finds everything that a page must not say. Each problem's Where is the
// part, uniforms[0] for the first of that list.
func (t Tell) Check() error {
	c := checker{}
	c.need(oriForm.MatchString(t.ORI), "ori", "bad-ori", "the ORI is not nine letters and digits")
	c.page(t)
	return errors.Join(c.problems...)
}

func problem(where, code, message, hint string) error {
	return &comity.Problem{Code: code, Message: message, Hint: hint, Where: where}
}

type checker struct {
	file     string // empty for what was typed
	problems []error
}

func (c *checker) need(ok bool, key, code, message string) {
	if !ok {
		c.problems = append(c.problems, problem(strings.TrimSpace(c.file+" "+key), code, message, ""))
	}
}

const (
	titles = `Officer|Agent|Deputy|Sergeant|Sgt|Lieutenant|Lt|Captain|Capt|Chief|Sheriff|Detective|Det|Trooper|Marshal|Inspector|Director|Mayor|Mr|Mrs|Ms|Dr|` +
		`Agente|Oficial|Sargento|Teniente|Capitán|Capitana|Jefe|Jefa|Alguacil|Detective|Inspectora?|Directora?|Alcalde|Alcaldesa|Sra?|Dra`
	offices = `Department|Office|Patrol|Unit|Division|Departamento|Oficina|Patrulla|Unidad`
)

var (
	tellID    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	oriForm   = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{7}$`)
	placeForm = regexp.MustCompile(`^us(-[a-z0-9]+)*$`)
	phone     = regexp.MustCompile(`^(911|311|[0-9]{3}-[0-9]{3}-[0-9]{4})$`)
	ownForm   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(/[a-z0-9-]+)*$`)
	numbers   = regexp.MustCompile(`[0-9]`)
	dialled   = regexp.MustCompile(`[0-9][0-9 ().-]{5,}[0-9]`)
	linked    = regexp.MustCompile(`(?i)@|https?:|www\.`)
	named     = regexp.MustCompile(`\b(?:(?:` + titles + `)\b\.?\s+)+(\p{Lu}[\p{L}'’-]+)`)
	noName    = regexp.MustCompile(`^(?:` + titles + `|` + offices + `)$`)
	others    = regexp.MustCompile(`(?i)\b(ICE|DHS|CBP|HSI|ERO|USCIS|FBI|DEA|ATF|USMS|border patrol|homeland security|national guard|marshals service|federal (agents?|officers?|police)|` +
		`patrulla fronteriza|seguridad nacional|guardia nacional|la migra|(agentes?|oficiales|policía) federal(es)?)\b`)
	foreign = regexp.MustCompile(`(?i)\b(federal(es)?|immigration|inmigración|migratori[oa])\b`)
)

// shipped is what a page of this copy's own files says of itself.
func (c *checker) shipped(t Tell) {
	c.need(t.ID+".yaml" == path.Base(c.file) && tellID.MatchString(t.ID), "id", "wrong-id", "the id is not the name of the file")
	if t.Sample {
		c.need(t.ORI == "" && strings.Contains(t.Name, "(sample data)"), "name", "bad-sample", "a sample has no ORI and says (sample data) in its name")
	} else {
		c.need(oriForm.MatchString(t.ORI), "ori", "bad-ori", "the ORI is not nine letters and digits")
	}
}

func (c *checker) page(t Tell) {
	c.need(t.Name != "", "name", "no-name", "the agency has no name")
	c.need(placeForm.MatchString(t.Place), "place", "bad-place", "the place is not a place id")
	c.need(tellID.MatchString(t.Actor), "actor", "bad-actor", "what the agency is, is missing")
	c.own("uniforms", t.Uniforms)
	c.own("vehicles", t.Vehicles)
	if t.Fleet != (Text{}) {
		c.own("fleet", []Text{t.Fleet})
	}
	c.list("never_ask", t.NeverAsk)
	c.numbers(t)
	c.need(t.Address == "" || len(t.Address) <= 60 && ownForm.MatchString(t.Address), "address", "bad-address", "write your own address as city.example.gov or city.example.gov/door")
	c.day("checked_on", t.CheckedOn)
	c.need(t.StaleAfter > 0 && t.StaleAfter <= MaxStale, "stale_after_days", "bad-stale", "the page must grow stale after 1 to 366 days")
}

// own keeps descriptions to the agency's own staff: no word on anybody else's,
// and no number that would single out one officer or one vehicle.
func (c *checker) own(key string, list []Text) {
	c.list(key, list)
	for i, t := range list {
		at, both := fmt.Sprintf("%s[%d]", key, i), t.EN+" "+t.ES
		c.need(others.MatchString(both) || !foreign.MatchString(both), at, "describes-others", "describe your own staff only")
		c.need(!numbers.MatchString(both), at, "singles-out", "write no numbers here: no badge, unit or plate")
	}
}

func (c *checker) list(key string, list []Text) {
	c.need(len(list) > 0, key, "missing", "the page needs at least one line here")
	c.need(len(list) <= MaxSentences, key, "too-many", "more lines than the printed sheet has room for")
	for i, t := range list {
		c.text(fmt.Sprintf("%s[%d]", key, i), t)
	}
}

// text is one plain line in each language, about nobody in particular.
func (c *checker) text(key string, t Text) {
	whole, fits := true, true
	for _, s := range []string{t.EN, t.ES} {
		whole = whole && s != "" && s == strings.TrimSpace(s) && !strings.ContainsAny(s, "!\n")
		fits = fits && len([]rune(s)) <= maxLetters
	}
	both := t.EN + " \n " + t.ES
	c.need(whole, key, "bad-text", "one plain line in English and one in Spanish are needed")
	c.need(fits, key, "too-long", "the line is too long for the printed sheet")
	c.need(!others.MatchString(both), key, "describes-others", "describe your own staff only")
	c.need(!linked.MatchString(both), key, "holds-address", "write no e-mail and no link here")
	c.need(!dialled.MatchString(both), key, "holds-number", "telephone numbers have a field of their own")
	c.need(!namesSomebody(both), key, "names-staff", "name nobody")
}

// namesSomebody looks for a title with a name after it. It cannot know every
// name; whoever keeps the page is told the rule beside the field.
func namesSomebody(s string) bool {
	for _, m := range named.FindAllStringSubmatch(s, -1) {
		if !noName.MatchString(m[1]) {
			return true
		}
	}
	return false
}

func (c *checker) numbers(t Tell) {
	c.need(len(t.Numbers) > 0, "numbers", "missing", "the page gives no number to ring")
	c.need(len(t.Numbers) <= MaxNumbers, "numbers", "too-many", "more lines than the printed sheet has room for")
	for i, n := range t.Numbers {
		at := fmt.Sprintf("numbers[%d]", i)
		c.text(at, n.Label)
		c.text(at, n.When)
		for _, s := range []string{n.Label.EN, n.Label.ES, n.When.EN, n.When.ES} {
			c.need(len([]rune(s)) <= maxLabel, at, "too-long", "the line is too long for the printed sheet")
		}
		c.need(phone.MatchString(n.Number), at, "bad-number", "write the number as 911, 311 or 555-555-0100")
		fictional := n.Number == "911" || strings.Contains(n.Number, "-555-01")
		c.need(!t.Sample || fictional, at, "real-number", "a sample uses only numbers kept free for fiction, such as 555-555-0100")
	}
}

func (c *checker) fingerprints(f Fingerprints) {
	c.need(f.EN != "" && f.ES != "" && !strings.ContainsAny(f.EN+f.ES, "!\n"), "fingerprints", "bad-text", "the note is needed in English and in Spanish")
	c.need(len(f.Cite) > 0, "fingerprints", "no-source", "the note on fingerprints needs a source")
	for i, s := range f.Cite {
		at := fmt.Sprintf("fingerprints.cite[%d]", i)
		c.need(s.Ref != "" && s.Title != "" && strings.HasPrefix(s.Address, "http"), at, "no-citation", "a source needs ref, title and a public address")
		c.need(s.Grade == comity.GradeA || s.Grade == comity.GradeB || s.Grade == comity.GradeC, at, "bad-grade", "the grade is A, B or C")
		c.day(at, s.Checked)
	}
}

func (c *checker) day(key, day string) {
	t, err := time.Parse(time.DateOnly, day)
	c.need(err == nil && t.Year() >= 1996 && t.Year() < 2100, key, "bad-day", "write a quoted day such as \"2026-11-21\"")
}
