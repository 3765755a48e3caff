package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/data"
	"comity/law"
)

// lawProve proves a claim for every possible combination of facts, or shows
// the smallest case against it.
func lawProve(e env, args []string) error {
	f := newOnDay().withKnown()
	book, err := f.open(e, args, 1)
	if err != nil {
		return err
	}
	if err := need("in", f.in, "us-il"); err != nil {
		return err
	}
	if err := wantText(f.Arg(0), "a claim", "never permitted hold-on-detainer for county-jail unless document.signed_by = federal-judge|federal-magistrate|state-judge"); err != nil {
		return err
	}
	claim, err := book.ReadClaim(f.Arg(0))
	if err != nil {
		return err
	}
	x, err := book.Prove(claim, f.in, f.on)
	if err != nil {
		return err
	}
	if f.asJSON {
		err = writeJSON(e, struct {
			Claim   string     `json:"claim"`
			Proved  bool       `json:"proved"`
			Against *shownCase `json:"against"`
		}{f.Arg(0), x == nil, showCase(book, f.in, claim.Act, x)})
	} else if x == nil {
		fmt.Fprintf(e.out, "proved for every combination of facts in %s on %s\n", f.in, f.on)
	} else {
		fmt.Fprintln(e.out, "not so:")
		showCase(book, f.in, claim.Act, x).print(e)
	}
	if err == nil && x != nil {
		return errFinding
	}
	return err
}

func wantText(text, what, example string) error {
	if text != "" {
		return nil
	}
	return &comity.Problem{Code: "missing-argument", Message: what + " is missing", Hint: "for example '" + example + "'"}
}

// A shownCase is a case that was found, as commands give it.
type shownCase struct {
	Place   string         `json:"place"`
	Act     string         `json:"act"`
	Actor   string         `json:"actor"`
	Facts   comity.Facts   `json:"facts"`
	When    []string       `json:"when"`
	Verdict comity.Verdict `json:"verdict"`
	Flags   []comity.Flag  `json:"flags"`
	Rules   []string       `json:"rules"`
	Refs    []string       `json:"refs"`
}

func showCase(book *law.Book, place, act string, x *law.CounterExample) *shownCase {
	if x == nil {
		return nil
	}
	out := &shownCase{place, act, x.Actor, comity.Facts{}, []string{}, x.Decision.Verdict, x.Decision.Flags, x.Decision.Rules, []string{}}
	for _, f := range x.Facts {
		out.Facts[f.Fact] = f.Value
		out.When = append(out.When, f.Text)
	}
	for _, c := range x.Decision.Citations {
		if !slices.Contains(out.Refs, c.Ref) {
			out.Refs = append(out.Refs, c.Ref)
		}
	}
	return out
}

func (c *shownCase) print(e env) {
	fmt.Fprintf(e.out, "  %s, %s, %s: %s\n", c.Place, c.Actor, c.Act, c.Verdict)
	for _, w := range c.When {
		fmt.Fprintf(e.out, "    %s\n", w)
	}
	if len(c.Refs) > 0 {
		fmt.Fprintf(e.out, "  by %s\n", strings.Join(c.Refs, "; "))
	}
}

// lawExample shows cases in which the layers speak as wished.
func lawExample(e env, args []string) error {
	f := newOnDay().withKnown()
	book, err := f.open(e, args, 1)
	if err != nil {
		return err
	}
	if err := wantText(f.Arg(0), "what the layers say", "state prohibits, city permits"); err != nil {
		return err
	}
	wish, err := book.ReadWish(f.Arg(0))
	if err != nil {
		return err
	}
	list, err := book.Examples(wish, f.in, f.on)
	if err != nil {
		return err
	}
	out := []*shownCase{}
	for i := range list {
		out = append(out, showCase(book, list[i].Place, list[i].Act, &list[i].CounterExample))
	}
	if f.asJSON {
		return writeJSON(e, out)
	}
	for _, c := range out {
		c.print(e)
	}
	fmt.Fprintf(e.out, "%d cases on %s\n", len(out), f.on)
	return nil
}

func lawDead(e env, args []string) error {
	f := newLawFlags()
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	list, err := book.Dead()
	if err != nil {
		return err
	}
	type dead struct {
		Rule  string `json:"rule"`
		Never bool   `json:"never_stands"`
	}
	out, never := []dead{}, 0
	for _, d := range list {
		out = append(out, dead{d.Rule.ID, d.Never})
		if d.Never {
			never++
		}
		if !f.asJSON {
			fmt.Fprintf(e.out, "%s %s\n", d.Rule.ID, map[bool]string{true: "never stands", false: "never decides: each verdict at its place is the same without it"}[d.Never])
		}
	}
	if f.asJSON {
		err = writeJSON(e, out)
	} else {
		fmt.Fprintf(e.out, "%d rules never stand, %d never decide\n", never, len(list)-never)
	}
	if err == nil && never > 0 {
		return errFinding
	}
	return err
}

// lawDiff compares two days of one law, or two laws on one day: folders or git
// revisions of this project.
func lawDiff(e env, args []string) error {
	f := newOnDay().withKnown()
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
	if f.NArg() == 1 || f.NArg() == 2 && (*from != "" || *to != "" || *rules) {
		return &comity.Problem{Code: "bad-argument", Message: "compare two laws, or two days of one", Hint: "comity law diff A B, or comity law diff -in us-il -from 2024-01-01 -to 2026-01-01"}
	}
	var a, b *law.Book
	var err error
	title := ""
	if f.NArg() == 2 {
		if err := needDay("on", f.on); err != nil {
			return err
		}
		*from, *to, title = f.on, f.on, fmt.Sprintf("%s compared with %s on %s", f.Arg(0), f.Arg(1), f.on)
		a, b, err = openTwo(f.Arg(0), f.Arg(1))
	} else {
		for name, on := range map[string]string{"from": *from, "to": *to} {
			if err := need(name, on, "2026-01-01"); err != nil {
				return err
			}
			if err := needDay(name, on); err != nil {
				return err
			}
		}
		title = *from + " compared with " + *to
		a, err = openBook(f.overlay)
		b = a
	}
	if err != nil {
		return err
	}
	if _, ok := a.Place(f.in); f.in != "" && !ok {
		return &comity.Problem{Code: "unknown-place", Message: fmt.Sprintf("there is no place %q", f.in), Where: "-in"}
	}
	if err := f.setKnown(a, b); err != nil {
		return err
	}
	var events []shownEvent
	if f.NArg() == 0 {
		list, err := a.Events(f.in, *from, *to)
		if err != nil {
			return err
		}
		events = showEvents(list)
	}
	if *rules && f.asJSON {
		return writeJSON(e, events)
	}
	if !f.asJSON && f.NArg() == 0 {
		printEvents(e, title, events, *format == "markdown")
	}
	if *rules {
		return nil
	}
	changes, err := law.Diff(a, *from, b, *to, f.in)
	if err != nil {
		return err
	}
	shown := []shownChange{}
	for _, c := range changes {
		shown = append(shown, showChange(a, b, c))
	}
	switch {
	case f.asJSON:
		return writeJSON(e, shown)
	case *format == "markdown":
		printMarkdown(e, title, shown)
	default:
		printChanges(e, title, shown)
	}
	return nil
}

// A shownChange is a change as the command gives it.
type shownChange struct {
	Place  string         `json:"place"`
	Act    string         `json:"act"`
	Actors []string       `json:"actors"`
	From   comity.Verdict `json:"from"`
	To     comity.Verdict `json:"to"`
	When   []string       `json:"when"`
	Facts  comity.Facts   `json:"facts"`
	Before []shownCarrier `json:"before"`
	After  []shownCarrier `json:"after"`
}

type shownCarrier struct {
	Rule string `json:"rule"`
	Ref  string `json:"ref"`
}

func showChange(a, b *law.Book, c law.Change) shownChange {
	out := shownChange{c.Place, c.Act, c.Actors, c.From, c.To, []string{}, comity.Facts{}, carriersOf(a, c.Before), carriersOf(b, c.After)}
	for _, f := range c.Facts {
		out.When = append(out.When, f.Text)
		out.Facts[f.Fact] = f.Value
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

func refsOf(list []shownCarrier) string {
	if len(list) == 0 {
		return "no rule"
	}
	var out []string
	for _, c := range list {
		out = append(out, c.Ref)
	}
	return strings.Join(out, "; ")
}

func whenText(when []string) string {
	if len(when) == 0 {
		return "as usual"
	}
	return "when " + strings.Join(when, ", ")
}

func printChanges(e env, title string, list []shownChange) {
	fmt.Fprintln(e.out, title)
	for _, c := range list {
		fmt.Fprintf(e.out, "\n%s %s: %s → %s\n  %s\n  for %s\n  was: %s\n  is:  %s\n", c.Place, c.Act, c.From, c.To, whenText(c.When), strings.Join(c.Actors, ", "), refsOf(c.Before), refsOf(c.After))
	}
	fmt.Fprintf(e.out, "\n%d changes\n", len(list))
}

// printMarkdown is fit to post on a pull request: one table a place.
func printMarkdown(e env, title string, list []shownChange) {
	fmt.Fprintf(e.out, "### What changes: %s\n\n", title)
	if len(list) == 0 {
		fmt.Fprintln(e.out, "No answer changes.")
		return
	}
	place := ""
	for _, c := range list {
		if c.Place != place {
			place = c.Place
			fmt.Fprintf(e.out, "\n**%s**\n\n| act | was | is | in a case such as | for | by |\n|---|---|---|---|---|---|\n", place)
		}
		fmt.Fprintf(e.out, "| %s | %s | **%s** | %s | %s | %s → %s |\n", c.Act, c.From, c.To, markdownCell(whenText(c.When)), strings.Join(c.Actors, ", "), markdownCell(refsOf(c.Before)), markdownCell(refsOf(c.After)))
	}
	fmt.Fprintf(e.out, "\n%d changes. Cases are the smallest that were found; not legal advice.\n", len(list))
}

func markdownCell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;", ">", "&gt;").Replace(s)
}

// openTwo loads two laws with the words of the second, so that a vocabulary
// that grew does not stand between them.
func openTwo(first, second string) (a, b *law.Book, err error) {
	fa, err := lawFiles(first)
	if err != nil {
		return nil, nil, err
	}
	fb, err := lawFiles(second)
	if err != nil {
		return nil, nil, err
	}
	if b, err = law.Load(fb.base, fb.over...); err != nil {
		return nil, nil, err
	}
	if a, err = law.Load(lawOf{packs: fa.base, words: fb.base}, fa.over...); err != nil {
		return nil, nil, err
	}
	a.Now, b.Now = time.Now, time.Now
	return a, b, nil
}

// A lawSource is a data folder, and packs laid over it.
type lawSource struct {
	base fs.FS
	over []fs.FS
}

// lawOf takes packs from one place and all else from another.
type lawOf struct{ packs, words fs.FS }

func (l lawOf) Open(name string) (fs.File, error) {
	if name == "law" || strings.HasPrefix(name, "law/") {
		return l.packs.Open(name)
	}
	return l.words.Open(name)
}

// lawFiles finds a data folder, a folder of packs, or a git revision.
func lawFiles(name string) (lawSource, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		dir := os.DirFS(name)
		if _, err := os.Stat(filepath.Join(name, "vocabulary.yaml")); err == nil {
			return lawSource{base: dir}, nil
		}
		return lawSource{data.FS, []fs.FS{dir}}, nil
	}
	if strings.HasPrefix(name, "-") {
		return lawSource{}, &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("%q is neither a folder nor a git revision", name)}
	}
	// A revision is read as git stores it; nothing is checked out.
	out, err := exec.Command("git", "archive", "--format=zip", name, "data").Output()
	if err != nil {
		return lawSource{}, &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("%q is neither a folder nor a git revision with a folder data", name), Hint: "comity law diff HEAD~1 HEAD, or two folders"}
	}
	z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		return lawSource{}, fmt.Errorf("read the revision: %w", err)
	}
	base, err := fs.Sub(z, "data")
	return lawSource{base: base}, err
}
