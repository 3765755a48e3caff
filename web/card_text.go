package web

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text is the card as plain text, for a terminal, a copy or a message. It
// carries the labels it was written with, so that it needs no catalogue.
func (c *Cards) Text(card Card) string {
	l, ok := c.langs[card.Lang]
	if !ok {
		l = c.langs[tags[0]]
	}
	return cardText(l, card)
}

const textWidth = 76

// cardText lays out the six parts in 76 columns.
func cardText(l *lang, c Card) string {
	t := &textCard{l: l}
	t.para("", c.Question)
	t.para("", c.When)
	t.lines("card.given", c.Given)
	t.gap()
	t.para("", strings.ToUpper(c.Word)+". "+c.Sentence)
	for _, f := range c.Flags {
		t.para("  ", f.Label+": "+f.Says)
	}
	if c.Belief != "" {
		t.para("  ", c.Belief)
	}
	t.named("card.binds", strings.Join(c.Binds, "; "))
	t.named("card.not-bound", strings.Join(c.NotBound, "; "))
	if c.Unreviewed {
		t.para("", t.l.say("card.unreviewed-all"))
	}
	t.tasks(c.Tasks)
	if c.Account != "" {
		t.head("card.why")
		t.para("  ", c.Account)
		t.reasons("card.rules", c.Why)
	} else {
		t.reasons("card.why", c.Why)
	}
	t.reasons("card.may-carry", c.May)
	t.reasons("card.set-aside", c.SetAside)
	t.lines("card.layers", c.Voices)
	t.doubts(c)
	t.gap()
	t.para("", l.say("card.foot", "Known", c.Known, "Law", c.Law))
	if c.Receipt != "" {
		t.named("card.receipt", c.Receipt)
	}
	t.para("", l.say("card.not-advice"))
	return t.b.String()
}

type textCard struct {
	b strings.Builder
	l *lang
}

func (t *textCard) gap() { t.b.WriteByte('\n') }

func (t *textCard) head(key string) {
	t.gap()
	t.b.WriteString(strings.ToUpper(t.l.say(key)) + "\n")
}

func (t *textCard) named(key, text string) {
	if text != "" {
		t.para("", t.l.say(key)+": "+text)
	}
}

func (t *textCard) lines(key string, lines []Line) {
	if len(lines) == 0 {
		return
	}
	t.head(key)
	for _, x := range lines {
		text := "- " + x.Label
		if x.Text != "" {
			sep := ": "
			if strings.HasSuffix(x.Label, "?") || strings.HasSuffix(x.Label, ".") {
				sep = " "
			}
			text += sep + x.Text
		}
		t.para("  ", text)
	}
}

func (t *textCard) words(key string, list []string) {
	var lines []Line
	for _, s := range list {
		lines = append(lines, Line{Label: s})
	}
	t.lines(key, lines)
}

func (t *textCard) tasks(tasks []Task) {
	if len(tasks) == 0 {
		return
	}
	t.head("card.tasks")
	for _, x := range tasks {
		text := "[ ] " + x.What
		if x.Due != "" {
			text += ": " + x.Due
		}
		if x.Late {
			text += " (" + strings.ToUpper(t.l.say("card.late")) + ")"
		}
		t.para("  ", text)
		if x.How != "" {
			t.para("      ", x.How)
		}
		if x.Said != "" {
			t.para("      ", t.l.say("task.in-words")+" “"+x.Said+"”")
		}
		t.para("      ", x.Cite)
	}
}

func (t *textCard) reasons(key string, list []Reason) {
	if len(list) == 0 {
		return
	}
	t.head(key)
	for _, r := range list {
		t.para("  ", "- "+r.Layer+": "+r.Title+" ("+r.ID+")")
		t.para("    ", r.Says)
		if r.By != "" {
			t.para("    ", r.By)
		}
		for _, c := range r.Cites {
			t.para("    ", fmt.Sprintf("%s [%s; %s]", c.Ref, c.Grade, strings.TrimSuffix(t.l.say("card.checked", "Day", c.Checked), ".")))
			if c.Quote != "" {
				t.para("      ", "“"+c.Quote+"”")
			}
		}
		if r.Unreviewed {
			t.para("    ", t.l.say("card.unreviewed"))
		}
	}
}

func (t *textCard) doubts(c Card) {
	t.lines("card.missing", c.Missing)
	t.lines("card.nearest", c.Nearest)
	if c.Then != "" {
		t.para("  ", t.l.say("card.then", "Word", c.Then))
	}
	t.lines("card.change", c.Change)
	t.lines("card.assumed", c.Assumed)
	if c.Protected {
		t.gap()
		t.para("", t.l.say("card.protected"))
	}
	var sides []string
	for _, s := range c.Sides {
		sides = append(sides, s.Text)
	}
	t.words("card.sides", sides)
	t.words("card.uncovered", c.Uncovered)
	for _, g := range c.Gaps {
		t.para("  ", g.Text)
	}
	t.words("card.withheld", c.Withheld)
}

// para wraps a paragraph; later lines stand under the first letter.
func (t *textCard) para(indent, text string) {
	if text == "" {
		return
	}
	width := textWidth - len(indent)
	hang := indent
	if strings.HasPrefix(text, "- ") {
		hang += "  "
	} else if strings.HasPrefix(text, "[ ] ") {
		hang += "    "
	}
	line := ""
	lead := indent
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			t.b.WriteString(lead + line + "\n")
			line, lead, width = "", hang, textWidth-len(hang)
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	t.b.WriteString(lead + line + "\n")
}
