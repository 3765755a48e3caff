package atlas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"comity"
)

const (
	minPhrases    = 5
	maxShortWords = 60 // one breath on the telephone
	maxViewGap    = 6  // words by which two positions may differ in length
)

var (
	idForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	placeForm = regexp.MustCompile(`^us(-[a-z0-9]+)*$`)
	ruleForm  = regexp.MustCompile(`^us(/[a-z0-9-]+)+#[A-Za-z0-9.-]+$`)
)

func (f *file) checkSource(s Source) {
	at := func(key string) int { return f.line("sources", s.Key, key) }
	if !idForm.MatchString(s.Key) {
		f.fail(at(""), "bad-key", "the source key "+s.Key+" is not lower-case words joined by hyphens", "for example cfr-287-7-d")
	}
	if s.Ref == "" || s.Title == "" {
		f.fail(at("ref"), "no-citation", "the source "+s.Key+" lacks its ref or its title", "ref is the public citation, title says what it is")
	}
	if !strings.HasPrefix(s.Address, "https://") && !strings.HasPrefix(s.Address, "http://") {
		f.fail(at("address"), "no-address", "the source "+s.Key+" has no public address", "give the http address where anyone may read it")
	}
	if s.Rule != "" && !ruleForm.MatchString(s.Rule) {
		f.fail(at("rule"), "bad-rule", "the rule of "+s.Key+" is not a rule id", "for example us/il/trust-act#15a")
	}
	f.checkDay(at("checked"), "checked", s.Checked)
	f.checkGrade(at("grade"), s.Grade)
}

func (f *file) checkAnswer(a *Answer, sources map[string]Source) {
	if !idForm.MatchString(a.ID) {
		f.fail(f.line("id"), "bad-id", "the id is not lower-case words joined by hyphens", "for example how-long-hold")
	}
	f.checkText(f.line("question"), "question", a.Question)
	f.checkPhrases(a.Paraphrases)
	f.checkStatements(a, sources)
	f.checkPlaces(a.Places, sources)
	f.checkPositions(a, sources)
	f.checkTexts("changes", a.Changes)
	f.checkTexts("gaps", a.Gaps)
	if len(a.Changes) == 0 {
		f.fail(f.line("changes"), "no-changes", "the answer does not say what would change it", "list at least one thing under changes")
	}
	if i := a.Interview; i != nil && (!idForm.MatchString(i.Actor) || !idForm.MatchString(i.Act)) {
		f.fail(f.line("interview"), "bad-interview", "the interview needs an actor and an act of the vocabulary", "interview: {actor: county-jail, act: hold-on-detainer}")
	}
	f.checkDates(a)
	f.checkNotes(a)
}

func (f *file) checkPhrases(p Phrases) {
	for _, l := range []struct {
		lang string
		list []string
	}{{"en", p.EN}, {"es", p.ES}} {
		if len(l.list) < minPhrases {
			f.fail(f.line("paraphrases", l.lang), "few-paraphrases", fmt.Sprintf("%d paraphrases in %s; at least %d are needed", len(l.list), l.lang, minPhrases), "write how people really ask it")
		}
		for i, s := range l.list {
			if len(fold(s)) == 0 || slices.Contains(l.list[:i], s) {
				f.fail(f.line("paraphrases", l.lang, i), "bad-paraphrase", "the paraphrase is empty or stands twice", "")
			}
		}
	}
}

func (f *file) checkStatements(a *Answer, sources map[string]Source) {
	words := 0
	for i, s := range a.Statements {
		at := f.line("statements", i)
		if want := fmt.Sprintf("%s#%d", a.ID, i+1); s.ID != want {
			f.fail(at, "wrong-id", "the statement's id is "+s.ID, "write id: "+want)
		}
		if s.Part != "short" && s.Part != "detail" {
			f.fail(at, "bad-part", "a statement is part of the short answer or of the detail", "write part: short or part: detail")
		}
		if s.Part == "short" {
			words += len(strings.Fields(s.Says.EN))
		}
		f.checkText(f.line("statements", i, "says"), "says", s.Says)
		f.checkGrade(f.line("statements", i, "grade"), s.Grade)
		if worst := f.checkSources(f.line("statements", i, "sources"), s.Sources, sources); s.Grade < worst {
			f.fail(f.line("statements", i, "grade"), "grade-too-good", fmt.Sprintf("grade %s is better than the weakest source, %s", s.Grade, worst), "write grade: "+string(worst))
		}
		f.checkAbout(i, s, sources)
	}
	if words == 0 || words > maxShortWords {
		f.fail(f.line("statements"), "short-length", fmt.Sprintf("the short answer has %d words; 1 to %d are allowed", words, maxShortWords), "move a statement to part: detail")
	}
}

// checkAbout keeps a local body from being named on one source alone: such a
// statement is pending, and a pending statement is never part of the short answer.
func (f *file) checkAbout(i int, s Statement, sources map[string]Source) {
	at := f.line("statements", i, "about")
	for _, p := range s.About {
		if !placeForm.MatchString(p) {
			f.fail(at, "bad-place", p+" is not a place id", "names are shared by many places; write the id, for example us-wa-king")
		}
	}
	addresses := map[string]bool{}
	for _, key := range s.Sources {
		addresses[sources[key].ReadAt] = true
	}
	two := len(addresses) >= 2
	switch {
	case len(s.About) == 0 && s.Pending:
		f.fail(at, "bad-pending", "only a statement about a local body can be pending", "name the body under about")
	case len(s.About) > 0 && two == s.Pending:
		f.fail(at, "two-sources", "a statement about a local body needs two sources, and is pending until it has them", "add a source, or write pending: true")
	case s.Pending && s.Part == "short":
		f.fail(at, "pending-short", "a pending statement cannot be part of the short answer", "write part: detail")
	}
}

func (f *file) checkPlaces(rows []PlaceRow, sources map[string]Source) {
	for i, r := range rows {
		at := f.line("places", i)
		if !placeForm.MatchString(r.Place) {
			f.fail(at, "bad-place", r.Place+" is not a place id", "for example us-il-chicago")
		}
		if i > 0 && rows[i-1].Place >= r.Place {
			f.fail(at, "place-order", "places stand in the order of their ids, each once", "")
		}
		f.checkText(at, "says", r.Says)
		f.checkSources(at, r.Sources, sources)
	}
}

// checkPositions: two or more sides exactly where the answer is contested,
// ordered by holder, of nearly equal length.
func (f *file) checkPositions(a *Answer, sources map[string]Source) {
	at := f.line("positions")
	if a.Contested != (len(a.Positions) >= 2) || len(a.Positions) == 1 {
		f.fail(at, "positions", "a contested answer shows two or more positions, any other none", "")
	}
	shortest, longest := 1<<30, 0
	for i, p := range a.Positions {
		at := f.line("positions", i)
		f.checkText(at, "holder", p.Holder)
		f.checkText(at, "view", p.View)
		f.checkSources(at, p.Sources, sources)
		n := len(strings.Fields(p.View.EN))
		shortest, longest = min(shortest, n), max(longest, n)
		if i > 0 && a.Positions[i-1].Holder.EN >= p.Holder.EN {
			f.fail(at, "position-order", "positions stand in the order of their holders' English names", "")
		}
	}
	if longest-shortest > maxViewGap && len(a.Positions) > 1 {
		f.fail(at, "position-size", fmt.Sprintf("one position has %d words and another %d", longest, shortest), "give both sides the same room")
	}
}

func (f *file) checkSources(line int, keys []string, sources map[string]Source) comity.Grade {
	if len(keys) == 0 {
		f.fail(line, "no-source", "nothing may be said here without a source", "list keys of answers/sources.yaml")
	}
	worst := comity.GradeA
	for i, key := range keys {
		s, ok := sources[key]
		if !ok {
			f.fail(line, "unknown-source", "there is no source "+key, "add it to answers/sources.yaml")
		}
		if slices.Contains(keys[:i], key) {
			f.fail(line, "double-source", "the source "+key+" stands twice", "")
		}
		worst = max(worst, s.Grade)
	}
	return worst
}

func (f *file) checkDates(a *Answer) {
	f.checkDay(f.line("checked_on"), "checked_on", a.CheckedOn)
	f.checkDay(f.line("next_check"), "next_check", a.NextCheck)
	if a.NextCheck <= a.CheckedOn {
		f.fail(f.line("next_check"), "bad-dates", "the next check is not after the last one", "")
	}
	if w := a.Withdrawn; w != nil {
		f.checkDay(f.line("withdrawn", "on"), "withdrawn.on", w.On)
		f.checkText(f.line("withdrawn"), "why", w.Why)
	}
}

func (f *file) checkNotes(a *Answer) {
	for i, n := range a.Notes {
		at := f.line("notes", i)
		f.checkDay(at, "on", n.On)
		f.checkText(at, "says", n.Says)
		about := slices.IndexFunc(a.Statements, func(s Statement) bool { return s.ID == n.Statement })
		if about < 0 {
			f.fail(at, "unknown-statement", "the note is about no statement of this answer", "name one, for example "+a.ID+"#1")
		}
		switch {
		case n.Kind == "correction" && n.By == "":
			f.checkText(at, "was", n.Was)
		case n.Kind == "reply" && n.Was == (Text{}) && about >= 0 && slices.Contains(a.Statements[about].About, n.By):
		default:
			f.fail(at, "bad-note", "a note is a correction, with the words that were wrong, or the reply of a body that the statement is about", "")
		}
	}
}

func (f *file) checkTexts(key string, list []Text) {
	for i, t := range list {
		f.checkText(f.line(key, i), key, t)
	}
}

func (f *file) checkText(line int, key string, t Text) {
	for _, s := range []string{t.EN, t.ES} {
		if s == "" || s != strings.TrimSpace(s) || strings.ContainsAny(s, "!\n") {
			f.fail(line, "bad-text", key+" needs one plain line in English and one in Spanish", "write en: and es:, without exclamation marks")
			return
		}
	}
}

func (f *file) checkDay(line int, key string, d Day) {
	if !d.valid() || d < "1996-01-01" || d >= "2100-01-01" {
		f.fail(line, "bad-day", key+" is not a date", "write a quoted day such as \"2026-11-21\"")
	}
}

func (f *file) checkGrade(line int, g comity.Grade) {
	if g != comity.GradeA && g != comity.GradeB && g != comity.GradeC {
		f.fail(line, "bad-grade", "the grade is A, B or C", "A text seen, B reliable secondary source, C from memory")
	}
}
