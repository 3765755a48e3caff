package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/law"
)

// lawDiff compares two days of one law, or two laws on one day: folders or git
// revisions of this project.
func lawDiff(e env, args []string) error {
	f := newOnDay("diff").withKnown()
	from := f.String("from", "", "the first of two days")
	to := f.String("to", "", "the second")
	format := f.String("format", "text", "text or markdown")
	rules := f.Bool("rules", false, "of two days: only the rules that begin, end, change or are suspended, with citation and day")
	if err := f.parse(e, args, 2); err != nil {
		return err
	}
	if *format != "text" && *format != "markdown" {
		return &comity.Problem{Code: "bad-flag", Message: fmt.Sprintf("there is no format %q", *format), Where: "-format", Hint: "text or markdown"}
	}
	two, err := f.twoLaws(*from, *to)
	if err != nil {
		return err
	}
	if err := needPlace(two.a, f.in); err != nil {
		return err
	}
	if err := f.setKnown(two.a, two.b); err != nil {
		return err
	}
	if *rules && two.a != two.b {
		return &comity.Problem{Code: "bad-argument", Message: "-rules is of two days of one law", Where: "-rules", Hint: "comity law diff -rules -from 2024-01-01 -to 2026-01-01"}
	}
	if two.a == two.b && (*rules || !f.asJSON) {
		list, err := two.a.Events(f.in, two.from, two.to)
		if err != nil {
			return err
		}
		if *rules && f.asJSON {
			return writeJSON(e, showEvents(list))
		}
		printEvents(e, two.title, showEvents(list), *format == "markdown")
	}
	if *rules {
		return nil
	}
	changes, err := law.Diff(two.a, two.from, two.b, two.to, f.in)
	if err != nil {
		return err
	}
	shown := []shownChange{}
	for _, c := range changes {
		shown = append(shown, showChange(two.a, two.b, c))
	}
	switch {
	case f.asJSON:
		return writeJSON(e, shown)
	case *format == "markdown":
		printMarkdown(e, two.title, shown)
	default:
		printChanges(e, two.title, shown)
	}
	return nil
}

// twoLaws are what is compared, each on its day.
type twoLaws struct {
	a, b     *law.Book
	from, to string
	title    string
}

// twoLaws reads what the arguments and the flags name: two days, two laws, or
// one law beside the built-in one.
func (f *onDay) twoLaws(from, to string) (*twoLaws, error) {
	if f.NArg() == 2 && from == "" && to == "" && isDay(f.Arg(0)) && isDay(f.Arg(1)) {
		from, to = f.Arg(0), f.Arg(1)
	} else if f.NArg() > 0 {
		return f.twoFolders(from, to)
	}
	for _, d := range [][2]string{{"from", from}, {"to", to}} {
		if err := need(d[0], d[1], "2026-01-01, or name two folders, git revisions or days: comity law diff A B"); err != nil {
			return nil, err
		}
		if err := needDay(d[0], d[1]); err != nil {
			return nil, err
		}
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return nil, err
	}
	return &twoLaws{book, book, from, to, from + " compared with " + to}, nil
}

func (f *onDay) twoFolders(from, to string) (*twoLaws, error) {
	if from != "" || to != "" {
		return nil, &comity.Problem{Code: "bad-argument", Message: "compare two laws, or two days of one", Hint: "comity law diff A B, or comity law diff -in us-il -from 2024-01-01 -to 2026-01-01"}
	}
	if f.overlay != "" {
		return nil, &comity.Problem{Code: "bad-argument", Message: "-law lays a folder over one law, and two are compared", Where: "-law", Hint: "comity law diff DIR compares the built-in law with DIR laid over it"}
	}
	if err := needDay("on", f.on); err != nil {
		return nil, err
	}
	first, second := f.Arg(0), f.Arg(1)
	title := first + " compared with " + second
	if f.NArg() == 1 {
		first, second, title = "", first, "the built-in law compared with the same and "+first
	}
	a, b, err := openTwo(first, second)
	if err != nil {
		return nil, err
	}
	return &twoLaws{a, b, f.on, f.on, title + " on " + f.on}, nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// A shownChange is a change as the command gives it. When is its smallest
// case; Patterns are all on which it happens.
type shownChange struct {
	Place    string         `json:"place"`
	Act      string         `json:"act"`
	Actors   []string       `json:"actors"`
	From     comity.Verdict `json:"from"`
	To       comity.Verdict `json:"to"`
	When     []shownRow     `json:"when"`
	Facts    comity.Facts   `json:"facts"`
	Patterns [][]shownRow   `json:"patterns"`
	Before   []shownCarrier `json:"before"`
	After    []shownCarrier `json:"after"`

	where string   // the place by its name
	who   []string // actors, by their groups
	means string   // the act in words
}

type shownCarrier struct {
	Rule string `json:"rule"`
	Ref  string `json:"ref"`
}

func showChange(a, b *law.Book, c law.Change) shownChange {
	place, _ := b.Place(c.Place)
	out := shownChange{c.Place, c.Act, c.Actors, c.From, c.To, showRows(c.Facts), c.Facts.Facts(), [][]shownRow{}, carriersOf(a, c.Before), carriersOf(b, c.After),
		place.Name, b.Vocabulary().ShortActors(c.Actors), meansOf(b, c.Act)}
	for _, p := range c.Patterns {
		out.Patterns = append(out.Patterns, showRows(p))
	}
	return out
}

func carriersOf(b *law.Book, ids []string) []shownCarrier {
	out := []shownCarrier{}
	for _, id := range ids {
		c := shownCarrier{Rule: id}
		if r, _, ok := b.Rule(id); ok && len(r.Cites) > 0 {
			c.Ref = r.Cites[0].Ref
		}
		out = append(out, c)
	}
	return out
}

// refsOf names the sections, or says why there are none.
func refsOf(list []shownCarrier, v comity.Verdict) string {
	switch {
	case len(list) == 0 && v == comity.NeedsCounsel:
		return "law that nobody has read yet"
	case len(list) == 0:
		return "no rule"
	}
	var out []string
	for _, c := range list {
		if !slices.Contains(out, c.Ref) {
			out = append(out, c.Ref)
		}
	}
	return strings.Join(out, "; ")
}

// byVerdict puts changes of a place from one verdict to the same other together.
func byVerdict(list []shownChange) []shownChange {
	return slices.SortedStableFunc(slices.Values(list), func(x, y shownChange) int {
		return cmp.Or(cmp.Compare(x.Place, y.Place), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
}

func printChanges(e env, title string, list []shownChange) {
	list = byVerdict(list)
	fmt.Fprintln(e.out, title)
	for i, c := range list {
		if i == 0 || !c.beside(list[i-1]) {
			fmt.Fprintf(e.out, "\n%s: %s → %s\n", c.Place, c.From, c.To)
		}
		fmt.Fprintf(e.out, "\n  %s (%s)\n    for %s\n", c.Act, c.means, strings.Join(c.who, ", "))
		printRows(e, "    - ", c.When)
		if n := len(c.Patterns); n > 1 {
			fmt.Fprintf(e.out, "    the smallest case of %d patterns of facts; -json lists all\n", n)
		}
		fmt.Fprintf(e.out, "    was by %s\n    is by  %s\n", refsOf(c.Before, c.From), refsOf(c.After, c.To))
	}
	if len(list) > 0 {
		fmt.Fprintf(e.out, "\n%s\n", usualSays)
	}
	fmt.Fprintln(e.out, plural(len(list), "change"))
}

// beside says whether the two stand under one heading.
func (c *shownChange) beside(o shownChange) bool {
	return c.Place == o.Place && c.From == o.From && c.To == o.To
}

// mostMarkdown is what fits into a comment on a pull request, with room to spare.
const mostMarkdown = 60_000

// printMarkdown is fit to post on a pull request: a line a place, behind which
// its changes are folded away. What does not fit is counted.
func printMarkdown(e env, title string, list []shownChange) {
	list = byVerdict(list)
	places := map[string]int{}
	for _, c := range list {
		places[c.Place]++
	}
	fmt.Fprintf(e.out, "<!-- comity law diff -->\n### Answers that change: %s\n\n", markdownCell(title))
	if len(list) == 0 {
		fmt.Fprintln(e.out, "No answer changes.")
		return
	}
	fmt.Fprintf(e.out, "%s at %s. What changes is listed; whether it should is for people to say.\n", plural(len(list), "change"), plural(len(places), "place"))
	left, open := mostMarkdown, ""
	if len(list) <= 12 {
		open = " open"
	}
	var unsaid []string
	for i := 0; i < len(list); {
		j := i + places[list[i].Place]
		part := fmt.Sprintf("\n<details%s><summary><b>%s (%s)</b>: %s</summary>\n\n%s\n</details>\n", open, markdownCell(list[i].where), list[i].Place, plural(j-i, "change"), markdownTable(list[i:j]))
		if len(part) > left {
			unsaid = append(unsaid, fmt.Sprintf("%s %d", list[i].Place, j-i))
		} else {
			fmt.Fprint(e.out, part)
			left -= len(part)
		}
		i = j
	}
	if len(unsaid) > 0 {
		fmt.Fprintf(e.out, "\nTheir changes did not fit here: %.4000s. `comity law diff` without `-format` lists all.\n", strings.Join(unsaid, ", "))
	}
	fmt.Fprintf(e.out, "\nEach line shows its smallest case. %s Not legal advice.\n", usualSays)
}

func markdownTable(list []shownChange) string {
	var b strings.Builder
	b.WriteString("| act, by whom | in a case such as | was | is |\n|---|---|---|---|\n")
	for i, c := range list {
		if i == 0 || !c.beside(list[i-1]) {
			fmt.Fprintf(&b, "| **%s → %s** | | | |\n", c.From, c.To)
		}
		var when []string
		for _, r := range c.When {
			when = append(when, markdownCell(r.Question)+" *"+markdownCell(r.Answer)+"*")
		}
		if len(when) == 0 {
			when = []string{"the usual case"}
		}
		if n := len(c.Patterns); n > 1 {
			when = append(when, fmt.Sprintf("(the smallest of %d patterns)", n))
		}
		fmt.Fprintf(&b, "| %s<br>%s | %s | %s | %s |\n", c.Act, strings.Join(c.who, ", "), strings.Join(when, "<br>"), markdownCell(refsOf(c.Before, c.From)), markdownCell(refsOf(c.After, c.To)))
	}
	return b.String()
}

// markdownCell keeps a text from ending its cell or marking itself up.
func markdownCell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;", ">", "&gt;", "*", "\\*", "`", "\\`", "@", "@\u200b").Replace(s)
}
