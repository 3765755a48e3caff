package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"comity"
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
