package web

import (
	"fmt"
	"slices"
	"strings"

	"comity"
	"comity/law/handout"
)

// Sheet is a sheet of a handout as plain text, in the words of its page.
func (c *Cards) Sheet(tag string, sheet handout.Sheet, h handout.Handout) string {
	l, ok := c.langs[tag]
	if !ok {
		l = c.langs[tags[0]]
	}
	w := &sheetWriter{l: l, v: &handoutView{Sheet: sheet, Actor: h.Actor}}
	w.v.fill(l, c.book.Vocabulary(), &h)
	w.head(c.book, sheet)
	switch sheet {
	case handout.Procedure:
		w.procedure()
	default:
		w.points()
	}
	w.line("\n%s %s\n%s %s", l.say("handout.hash"), h.Digest, l.say("site.law"), h.Law)
	return w.String()
}

// Redline is what differs between two handouts, as plain text.
func (c *Cards) Redline(tag string, before, after handout.Handout) string {
	l, ok := c.langs[tag]
	if !ok {
		l = c.langs[tags[0]]
	}
	w := &sheetWriter{l: l}
	w.line("%s", l.say("handout.changed", "From", l.day(before.On), "To", l.day(after.On)))
	w.line("%s %s · %s %s", l.say("handout.before"), shortDigest(before.Digest), l.say("handout.after"), shortDigest(after.Digest))
	changes := handout.Redline(before, after)
	if len(changes) == 0 {
		w.line("%s", l.say("handout.unchanged"))
	}
	for _, x := range changes {
		w.line("\n%s\n  %s %s\n  %s %s", capital(l.words.act(x.Act)), l.say("handout.was"), w.verdicts(x.From), l.say("handout.is"), w.verdicts(x.To))
	}
	w.rules("handout.new", l.changed(changes, newRules))
	w.rules("handout.reworded", l.changed(changes, rewordedRules))
	w.rules("handout.gone", l.changed(changes, goneRules))
	return w.String()
}

type sheetWriter struct {
	strings.Builder
	l *lang
	v *handoutView
}

func (w *sheetWriter) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *sheetWriter) head(book Law, sheet handout.Sheet) {
	h, l := w.v.H, w.l
	place := h.Place
	if p, ok := book.Place(h.Place); ok {
		place = l.placeName(p)
	}
	w.line("%s", l.say("handout.head."+string(sheet), "Who", l.words.actors(h.Actor), "Place", place))
	w.line("%s · %s %s", l.say("handout.on", "Day", l.day(h.On), "Known", l.day(h.Known)), l.say("handout.version"), shortDigest(h.Digest))
	for _, layer := range h.Uncovered {
		w.line("%s %s", l.say("handout.uncovered"), l.say("layer."+string(layer)))
	}
	w.line("%s", l.say("handout.source"))
	w.line("%s", l.say("handout.cases"))
}

func (w *sheetWriter) points() {
	if len(w.v.Points) == 0 {
		w.line("\n%s", w.l.say("handout.none"))
	}
	for _, p := range w.v.Points {
		w.line("\n%s", capital(w.l.words.act(p.Act)))
		for i, a := range p.Answers {
			switch {
			case p.Same && i > 0:
			case p.Same:
				w.line("  %s %s", w.l.say("handout.case.both"), w.answer(a))
			default:
				w.line("  %s %s", w.l.say("handout.case."+a.Case), w.answer(a))
			}
		}
	}
}

func (w *sheetWriter) answer(a answerRow) string {
	text := w.l.say("verdict."+string(a.Verdict)+".word") + "."
	if a.Rule != nil {
		text += " " + a.Rule.Text + " [" + strings.Join(a.Rule.Refs(), "; ") + "]"
	}
	return text + w.flags(a.Flags)
}

func (w *sheetWriter) flags(flags []comity.Flag) string {
	text := ""
	for _, f := range flags {
		text += " (" + w.l.say("flag."+string(f)+".label") + ")"
	}
	return text
}

func (w *sheetWriter) procedure() {
	for _, c := range w.v.Chapters {
		w.line("\n%s", strings.ToUpper(w.l.say("acts."+c.Name)))
		for _, row := range c.Lines {
			w.line("\n%s\n  %s\n  %s %s", capital(w.l.words.act(row.Act)), w.verdicts(&row.Line), w.l.say("handout.rules"), numbers(row.Rules))
			if len(row.Facts) > 0 {
				w.line("  %s %s", w.l.say("handout.find-out"), numbers(row.Facts))
			}
		}
	}
	w.line("\n%s", w.l.say("handout.questions"))
	for i, f := range w.v.Facts {
		w.line("%3d. %s", i+1, w.l.words.question(f))
	}
	w.rules("handout.all-rules", w.v.Rules)
}

func (w *sheetWriter) rules(key string, rules []handoutRule) {
	if len(rules) == 0 {
		return
	}
	w.line("\n%s", w.l.say(key))
	for _, r := range rules {
		w.line("%3d. %s. %s [%s]", r.N, w.l.say("verdict."+string(r.Verdict)+".word"), r.Text, strings.Join(r.Refs(), "; "))
	}
}

// verdicts says what an act can come to; nil is an act on which nothing was found.
func (w *sheetWriter) verdicts(line *handout.Line) string {
	if line == nil {
		return w.l.say("verdict.no-rule.word")
	}
	all := slices.Clone(line.Possible)
	if len(all) == 0 {
		all = append(all, line.Verdict)
	}
	words := make([]string, len(all))
	for i, v := range all {
		words[i] = w.l.say("verdict." + string(v) + ".word")
	}
	return strings.Join(words, " · ") + w.flags(line.Flags)
}

func numbers(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}
