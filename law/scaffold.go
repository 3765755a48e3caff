package law

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
)

// A Scaffold is what must be known to begin a pack.
type Scaffold struct {
	ID, Place, Title string
	Layer            comity.Layer
	Today            string // 2006-01-02
}

// Begin writes a pack to start from: every usual key with what it is for, one
// rule, one silence and tests. It loads as it is; a fault in what was given is
// told as Problems.
func (b *Book) Begin(s Scaffold) ([]byte, error) {
	if bad := s.check(); bad != nil {
		return nil, bad
	}
	text := []byte(s.text())
	src := &source{file: "law/" + s.ID + ".yaml"}
	p := readPack(src, s.ID, text, b.vocabulary)
	b.checkPlace(p)
	if len(src.problems) > 0 {
		return nil, sortFindings(src.problems)
	}
	return text, nil
}

func (s Scaffold) check() *comity.Problem {
	switch {
	case s.ID == "" || strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-/.") != "" || s.ID != strings.Trim(s.ID, "/.") || strings.Contains(s.ID, "//") || strings.Contains(s.ID, ".."):
		return problem("bad-pack-id", "PACK", fmt.Sprintf("%.60q is no id of a pack", s.ID), "write the path below law/ without .yaml, in small letters: us/il/trust-act")
	case !slices.Contains(layerNames, string(s.Layer)):
		return problem("bad-layer", "-layer", fmt.Sprintf("%.60q is no layer", s.Layer), didYouMean(string(s.Layer), layerNames))
	case strings.TrimSpace(s.Title) == "":
		return problem("missing-flag", "-title", "the title is missing", `for example -title "Illinois TRUST Act (5 ILCS 805)"`)
	}
	return nil
}

func (s Scaffold) text() string {
	agency := ""
	if s.Layer == comity.Policy || s.Layer == comity.Agreement {
		agency = "agency: any  # whose it is: [IL0160000, …], or any\n"
	}
	actor := "county-jail"
	if s.Layer == comity.City {
		actor = "municipal-police"
	}
	today, err := time.Parse(time.DateOnly, s.Today)
	if err != nil {
		today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	day := func(years, days int) string { return today.AddDate(years, 0, days).Format(time.DateOnly) }
	return strings.NewReplacer("{id}", s.ID, "{place}", s.Place, "{layer}", string(s.Layer), "{agency}", agency,
		"{title}", quote(s.Title), "{today}", day(0, 0), "{before}", day(0, -1), "{next}", day(1, 0), "{actor}", actor).Replace(scaffoldText)
}

const scaffoldText = `# Begun with comity law new. Replace what stands here, line by line, by what the instrument says.
# comity law test -watch -law DIR tells at every save what is wrong; docs/law-packs.md says what each key means.
pack: {id}
place: {place}
layer: {layer}
{agency}title: {title}  # as the instrument calls itself
title_es: {title}  # the same in Spanish
added: "{today}"  # the day we learned of it
known_from: "{today}"  # from this day the pack is complete as far as it goes
as_of: "{today}"  # the day of the text that was read
next_check: "{next}"  # the day by which somebody looks again
reviewed: []  # only a real person signs: {by, role, on, signature}
define:
  # Conditions and lists of actors that several rules share, each under a name of yours.
  a.judge:
    document.judge_signed: true
rules:
  - id: {id}#1  # the pack, # and the section
    act: [hold-on-detainer]  # one act, a list, or a @group
    verdict: prohibited  # required, prohibited or permitted
    binds: [law-enforcement]  # actors and groups; nobody else is bound
    # when must hold and unless must not: one fact a row, all rows together.
    when:
      document.detainer: i-247a
    unless:
      is: a.judge
    # Also: only_if, lower, defeats, learned, withdrawn, contested, untranslatable, duties, clock, penalty.
    from: "{today}"  # the first day in force
    until: null  # the first day no longer in force
    says:
      en: Write here in one plain sentence what the section says.
      es: Escriba aquí en una frase sencilla lo que dice la sección.
    cite:
      # grade: A the text was read, B a reliable report of it, C from memory.
      - {ref: Section 1, source: from memory; text not seen, checked: "{today}", grade: C}
silent:
  # kind: meant (silent on purpose), searched (looked for, not found), gap (law that nobody has read).
  - acts: [block-or-touch]
    kind: searched
    why: Say what was looked for and where.
    why_es: Diga qué se buscó y dónde.
tests:
  # Where the rule applies: on each side of its first day. If the answer is another verdict, other law speaks
  # here too: comity law explain shows it. Then expect that verdict, or mend the condition.
  - {name: the first day, actor: {actor}, act: hold-on-detainer, facts: {document.detainer: i-247a}, days: {"{before}": {must_not_cite: Section 1}, "{today}": {expect: prohibited, must_cite: Section 1}}}
  # On the other side of each condition.
  - {name: without the form, actor: {actor}, act: hold-on-detainer, facts: {}, days: {"{today}": {must_not_cite: Section 1}}}
  - {name: a judge signed, actor: {actor}, act: hold-on-detainer, facts: {document.detainer: i-247a, document.judicial: arrest-warrant, document.signed_by: federal-magistrate, document.charge: federal-felony}, days: {"{today}": {expect_not: required, must_not_cite: Section 1}}}
`
