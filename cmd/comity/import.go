package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"comity"
	"comity/atlas"
	"comity/data"
)

// runImport turns published files into the project's own form under data/.
func runImport(ctx context.Context, e env, args []string) error {
	f := newFlags("import")
	dir := f.String("o", ".", "folder to write to")
	on := f.String("on", "", "lookups: the day by which a basis must not have ended; empty: today")
	oris := f.String("oris", "", "agreements: a file that joins agencies to ORIs")
	codes := f.String("map", "", "bookings: `file` of what the columns and codes of your booking system mean")
	if err := f.parse(e, args, 1000); err != nil {
		return err
	}
	if f.NArg() < 2 {
		return &comity.Problem{Code: "bad-argument", Message: "say what to import and from which files",
			Hint: "comity import agencies|agreements|detainers|texts FILE… -o DIR, comity import lookups FILE.csv, or comity import bookings -map FILE FILE.csv"}
	}
	if f.Arg(0) == "lookups" {
		return importLookups(e, f.Args()[1:], *on)
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return &comity.Problem{Code: "read-only", Message: "the folder cannot be made", Where: *dir, Hint: "choose another folder"}
	}
	if f.Arg(0) == "bookings" {
		return importBookings(e, *dir, f.Args()[1:], *codes)
	}
	switch kind, files := f.Arg(0), f.Args()[1:]; kind {
	case "agencies":
		return importAgencies(e, *dir, files[0])
	case "agreements":
		return importAgreements(e, *dir, files, *oris)
	case "detainers":
		return importDetainers(e, *dir, files[0])
	case "texts":
		return importTexts(ctx, e, *dir, files[0])
	default:
		return &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("there is no importer for %q", kind), Hint: "agencies, agreements, detainers, texts, lookups or bookings"}
	}
}

func importAgencies(e env, dir, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return noFile(name, "")
	}
	defer file.Close()
	list, report, err := atlas.ImportAgencies(file)
	if err != nil {
		return err
	}
	out, err := create(dir, "agencies.csv")
	if err != nil {
		return err
	}
	if err := atlas.WriteAgencies(out, list); err != nil {
		return err
	}
	tellReport(e, report)
	return out.Close()
}

var listDay = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// importAgreements reads lists named as published: participating_2025-07-07pm.csv.
func importAgreements(e env, dir string, names []string, oris string) error {
	agencies, err := atlas.LoadAgencies(data.FS)
	if err != nil {
		return err
	}
	var lists []atlas.ListFile
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return noFile(name, "")
		}
		defer file.Close()
		base := filepath.Base(name)
		day := listDay.FindString(base)
		if day == "" {
			return &comity.Problem{Code: "bad-file", Message: "the name of a list must carry its day", Where: name, Hint: "for example participating_2025-07-07pm.csv"}
		}
		lists = append(lists, atlas.ListFile{Name: base, Day: day, Pending: regexp.MustCompile(`(?i)^pending`).MatchString(base), Content: file})
	}
	var result *atlas.Agreements
	var report atlas.Report
	if oris == "" {
		result, report, err = atlas.ImportAgreements(lists, nil, agencies)
	} else {
		file, openErr := os.Open(oris)
		if openErr != nil {
			return noFile(oris, "")
		}
		defer file.Close()
		result, report, err = atlas.ImportAgreements(lists, file, agencies)
	}
	if err != nil {
		return err
	}
	out, err := create(dir, "agreements.csv")
	if err != nil {
		return err
	}
	if err := atlas.WriteAgreements(out, result.All()); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if out, err = create(dir, "lists.csv"); err != nil {
		return err
	}
	if err := atlas.WriteLists(out, result.Lists()); err != nil {
		return err
	}
	tellReport(e, report)
	return out.Close()
}

func importDetainers(e env, dir, name string) error {
	book, err := openBook("")
	if err != nil {
		return err
	}
	list, err := openDetainers(book, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%d rows, %d facilities\n", len(list.Rows), len(list.Custodians))
	return list.Write(createIn(dir))
}

// tellReport says what an importer kept, changed and could not read.
func tellReport(e env, r atlas.Report) {
	fmt.Fprintf(e.out, "%d rows read, %d kept, %d remarks\n", r.Read, r.Kept, len(r.Remarks))
	for _, m := range r.Remarks {
		fmt.Fprintf(e.err, "comity: %s: %s (%s)\n", m.Where, m.Says, m.Code)
	}
}
