package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"comity"
	"comity/data"
	"comity/oversight"
)

// A report is one table that anyone can have made again.
type report struct {
	name, usage, short string
	run                func(ctx context.Context, e env, args []string) error
}

func reports() []report {
	return []report{
		{"statistics", "-year YEAR [-csv|-json] (DIR|URL|EXPORT)", "a year's entries by agency, kind and month, from what is public", reportStatistics},
		{"completeness", "-from DAY -to DAY (-facility NAME | -against FILE.csv -day COLUMN) [-list] [-csv|-json] DIR", "what others hold beside what the record holds", reportCompleteness},
	}
}

// runReport makes one report.
func runReport(ctx context.Context, e env, args []string) error {
	var names []string
	for _, r := range reports() {
		if len(args) > 0 && args[0] == r.name {
			return r.run(ctx, e, args[1:])
		}
		names = append(names, r.name)
	}
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help") {
		for _, r := range reports() {
			fmt.Fprintf(e.out, "comity report %s %s\n    %s\n", r.name, r.usage, r.short)
		}
		return errHelp
	}
	return &comity.Problem{Code: "bad-argument", Message: "say which report", Hint: "there is " + strings.Join(names, ", ")}
}

func reportStatistics(ctx context.Context, e env, args []string) error {
	f := newFlags("report statistics")
	year := f.String("year", "", "the year, four digits")
	write := tableFlags(f)
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("year", *year, "2026"); err != nil {
		return err
	}
	src, err := openPublic(ctx, f.Arg(0))
	if err != nil {
		return err
	}
	t, err := oversight.Statistics(src.entries, src.counts, *year)
	if err := errors.Join(err, src.close()); err != nil {
		return err
	}
	return write(e, t)
}

// reportCompleteness sets a record beside somebody else's list: integrity proves
// that nothing was taken out, only this shows what was never written.
func reportCompleteness(ctx context.Context, e env, args []string) error {
	f := newFlags("report completeness")
	from := f.String("from", "", "the first day")
	to := f.String("to", "", "the last day")
	kind := f.String("kind", "detainer", "kind of entry to compare")
	facility := f.String("facility", "", "a facility as printed in the released list of detainers, 2014-10 to 2015-04")
	state := f.String("state", "", "its state, where several facilities bear the name")
	against := f.String("against", "", "a list as CSV: a jail system's bookings, a dispatch system's calls")
	name := f.String("name", "", "what the list is called in the answer")
	day := f.String("day", "day", "its column with the day")
	ref := f.String("ref", "", "its column with the number that both sides know")
	field := f.String("field", "booking", "the record's field with that number: booking, incident")
	slack := f.Int("slack", 1, "days by which the two sides may differ where no number is known")
	whole := f.Bool("list", false, "list what one side has and the other has not, instead of counting by month")
	var where pairs
	f.Var(&where, "where", "COLUMN=VALUE that a row of the list must have to count; may be given several times")
	write := tableFlags(f)
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := errors.Join(needDay("from", *from), needDay("to", *to)); err != nil {
		return err
	}
	if f.NArg() == 0 || (*facility == "") == (*against == "") || *slack < 0 || *slack > 31 {
		return &comity.Problem{Code: "bad-argument", Message: "give the record's folder, and either -facility or -against", Hint: "comity report completeness -h lists the flags; -slack is 0 to 31"}
	}
	outside, source, err := outsideRows(*facility, *state, *against, oversight.Layout{Day: *day, Ref: *ref, Where: where.facts})
	if err != nil {
		return err
	}
	s, err := openStore(ctx, f.Arg(0))
	if err != nil {
		return err
	}
	entries, err := allEntries(ctx, s)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	c, err := oversight.CompareSources(cmp.Or(*name, source), *kind, outside, oversight.InsideRows(entries, *kind, *field), *from, *to, *slack)
	if err != nil {
		return err
	}
	t := c.ByMonth()
	if *whole {
		t = c.Unmatched()
	}
	if err := write(e, t); err != nil {
		return err
	}
	if len(c.Missing) > 0 {
		return errFinding
	}
	return nil
}

func outsideRows(facility, state, against string, l oversight.Layout) ([]oversight.Outside, string, error) {
	if facility != "" {
		list, err := oversight.LoadDetainers(data.FS)
		if err != nil {
			return nil, "", err
		}
		rows, err := list.FacilityRows(facility, state)
		return rows, "ICE", err
	}
	file, err := os.Open(against)
	if err != nil {
		return nil, "", noFile(against, "give the list as CSV")
	}
	defer file.Close()
	rows, err := oversight.ReadOutside(file, filepath.Base(against), l)
	return rows, filepath.Base(against), err
}

// tableFlags adds -csv and -json and returns what writes a table as they say.
func tableFlags(f *flags) func(env, oversight.Table) error {
	asCSV := f.Bool("csv", false, "as CSV")
	asJSON := f.Bool("json", false, "as JSON")
	return func(e env, t oversight.Table) error {
		switch {
		case *asJSON && *asCSV:
			return &comity.Problem{Code: "bad-flag", Message: "-json and -csv exclude each other"}
		case *asJSON:
			return writeJSON(e, t)
		case *asCSV:
			return t.WriteCSV(e.out)
		}
		return t.WriteText(e.out)
	}
}
