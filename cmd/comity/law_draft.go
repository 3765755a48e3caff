package main

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/data"
	"comity/law"
)

// openDrafts reads the drafts of a folder, or those that ship.
func openDrafts(book *law.Book, folder string) ([]*law.Draft, error) {
	var files fs.FS
	var err error
	if folder == "" {
		files, err = fs.Sub(data.FS, "drafts")
	} else if info, bad := os.Stat(folder); bad != nil || !info.IsDir() {
		return nil, &comity.Problem{Code: "bad-folder", Message: "there is no such folder", Where: folder, Hint: "-drafts takes a folder of packs that have the key draft"}
	} else {
		files = os.DirFS(folder)
	}
	if err != nil {
		return nil, err
	}
	return book.Drafts(files)
}

// A shownDraft is a draft in the list.
type shownDraft struct {
	ID      string   `json:"id"`
	Place   string   `json:"place"`
	Bill    string   `json:"bill"`
	Session string   `json:"session"`
	Title   string   `json:"title"`
	Sample  bool     `json:"sample"`
	Status  string   `json:"status"`
	AsOf    string   `json:"as_of"`
	Effect  string   `json:"effect"`
	Assumed bool     `json:"assumed"`
	For     []string `json:"sponsors"`
	Support []string `json:"supporters"`
	Against []string `json:"opponents"`
	Repeals []string `json:"repeals"`
	Source  string   `json:"source"`
	LeftOut string   `json:"left_out"`
}

func showDraft(d *law.Draft) shownDraft {
	who := func(list []law.Party) []string {
		out := []string{}
		for _, p := range list {
			out = append(out, p.Who...)
		}
		return out
	}
	b := d.Bill
	return shownDraft{d.Pack.ID, d.Pack.Place, b.Name, b.Session, d.Pack.Title, b.Sample, b.Status.Says.EN, b.Status.AsOf, b.Effect, b.Assumed,
		who(b.Sponsors), who(b.Supporters), who(b.Opponents), append([]string{}, b.Repeals...), b.Text.Source, b.LeftOut.EN}
}

// A shownEffect is what a draft would change, as the command gives it.
type shownEffect struct {
	shownDraft
	On     string        `json:"on"`
	Acts   []string      `json:"acts"`
	Places []placeEffect `json:"places"`
}

type placeEffect struct {
	Place   string        `json:"place"`
	Changes []shownChange `json:"changes"`
	AsAbove int           `json:"as_above"`
	Same    []unchanged   `json:"unchanged"`
}

type unchanged struct {
	Act    string   `json:"act"`
	Actors []string `json:"actors"`
}

// lawDraft lists bills, or says what one would change. It takes no position.
func lawDraft(e env, args []string) error {
	f := newLawFlags("draft")
	folder := f.String("drafts", "", "a folder of drafts; without it those that ship")
	on := f.String("on", "", "the day to compare on; by default the first day of the bill, or today if that is later")
	test := f.Bool("test", false, "run the tests inside the drafts")
	format := f.String("format", "text", "text or markdown")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if *format != "text" && *format != "markdown" {
		return &comity.Problem{Code: "bad-flag", Message: fmt.Sprintf("there is no format %q", *format), Where: "-format", Hint: "text or markdown"}
	}
	book, err := openBook(f.overlay)
	if err != nil {
		return err
	}
	list, err := openDrafts(book, *folder)
	if err != nil {
		return err
	}
	if f.NArg() == 1 {
		list = slices.DeleteFunc(list, func(d *law.Draft) bool { return d.Pack.ID != f.Arg(0) })
		if len(list) == 0 {
			return &comity.Problem{Code: "unknown-draft", Message: fmt.Sprintf("there is no draft %q", f.Arg(0)), Hint: "comity law draft lists them"}
		}
	}
	switch {
	case *test:
		return testDrafts(e, f.asJSON, list)
	case f.NArg() == 0:
		return listDrafts(e, f.asJSON, list)
	}
	day := *on
	if day == "" {
		day = list[0].Day(time.Now().Format(time.DateOnly))
	} else if err := needDay("on", day); err != nil {
		return err
	}
	effect, err := list[0].Effect(day)
	if err != nil {
		return err
	}
	shown := showEffect(book, list[0], effect)
	if f.asJSON {
		return writeJSON(e, shown)
	}
	printEffect(e, shown, *format == "markdown")
	return nil
}

func listDrafts(e env, asJSON bool, list []*law.Draft) error {
	out := []shownDraft{}
	for _, d := range list {
		out = append(out, showDraft(d))
	}
	if asJSON {
		return writeJSON(e, out)
	}
	for _, d := range out {
		fmt.Fprintf(e.out, "%s  %s\n  %s\n", d.ID, d.Title, d.Status)
	}
	fmt.Fprintf(e.out, "%d drafts. None of them is law.\n", len(out))
	return nil
}

func testDrafts(e env, asJSON bool, list []*law.Draft) error {
	type failure struct {
		File   string   `json:"file"`
		Line   int      `json:"line"`
		Test   string   `json:"test"`
		Failed []string `json:"failed"`
	}
	ran, failed := 0, []failure{}
	for _, d := range list {
		for _, t := range d.Test() {
			ran++
			if len(t.Failures) > 0 {
				failed = append(failed, failure{t.Pack.File, t.Test.Line, t.Test.Name, t.Failures})
			}
		}
	}
	var err error
	if asJSON {
		err = writeJSON(e, struct {
			Ran    int       `json:"ran"`
			Failed []failure `json:"failed"`
		}{ran, failed})
	} else {
		for _, t := range failed {
			fmt.Fprintf(e.out, "FAIL %s:%d: %s: %s\n", t.File, t.Line, t.Test, strings.Join(t.Failed, "; "))
		}
		fmt.Fprintf(e.out, "%d tests, %d failed\n", ran, len(failed))
	}
	if err == nil && len(failed) > 0 {
		return errFinding
	}
	return err
}

func showEffect(book *law.Book, d *law.Draft, e *law.Effect) shownEffect {
	out := shownEffect{shownDraft: showDraft(d), On: e.On, Acts: e.Acts, Places: []placeEffect{}}
	for _, p := range e.Places {
		own := placeEffect{Place: p.Place, Changes: []shownChange{}, AsAbove: p.AsAbove, Same: []unchanged{}}
		for _, c := range p.Changes {
			own.Changes = append(own.Changes, showChange(book, d.Book(), c))
		}
		for _, s := range p.Same {
			own.Same = append(own.Same, unchanged(s))
		}
		out.Places = append(out.Places, own)
	}
	return out
}

func printEffect(e env, x shownEffect, markdown bool) {
	named := func(list []string) string {
		if len(list) == 0 {
			return "none named in a source that was seen"
		}
		return strings.Join(list, ", ")
	}
	how := "named by the bill"
	if x.Assumed {
		how = "assumed here"
	}
	fmt.Fprintf(e.out, "%s\nNot law. %s (as of %s)\nSponsors: %s\nSupporters on record: %s\nOpponents on record: %s\nFirst day %s, %s. Text: %s\n",
		x.Title, x.Status, x.AsOf, named(x.For), named(x.Support), named(x.Against), x.Effect, how, x.Source)
	if x.LeftOut != "" {
		fmt.Fprintf(e.out, "Not in these rules: %s\n", x.LeftOut)
	}
	fmt.Fprintln(e.out)
	changes := 0
	for _, p := range x.Places {
		title := fmt.Sprintf("%s on %s, without and with the bill", p.Place, x.On)
		changes += len(p.Changes)
		switch {
		case len(p.Changes) == 0:
			fmt.Fprintf(e.out, "%s: nothing else changes\n", title)
		case markdown:
			printMarkdown(e, title, p.Changes)
		default:
			printChanges(e, title, p.Changes)
		}
		if p.AsAbove > 0 {
			fmt.Fprintf(e.out, "%d more as in %s\n", p.AsAbove, x.Place)
		}
		for _, s := range p.Same {
			fmt.Fprintf(e.out, "stays as it is: %s for %s\n", s.Act, strings.Join(s.Actors, ", "))
		}
		fmt.Fprintln(e.out)
	}
	fmt.Fprintf(e.out, "No answer on any other act changes. The bill speaks of %s.\n", strings.Join(x.Acts, ", "))
}
