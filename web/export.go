package web

import (
	"encoding/csv"
	"io"
	"net/http"
	"time"

	"comity"
	"comity/oversight"
)

// A recordFile is one form in which the whole public record is given out.
type recordFile struct {
	Name   string // below /record/
	Label  string // what it holds
	Format string // as readers know it
	kind   string
	write  func(w io.Writer, e export) error
}

// An export is what the files are made of. Entries are read when they are
// written.
type export struct {
	entries oversight.PublicEntries
	counts  []oversight.PublicCount
	figures []oversight.Figure // of a file of figures only
	sheet   func() (string, error)
}

const exportLimit = 2 * time.Hour

func recordFiles() []recordFile {
	var out []recordFile
	for _, f := range []struct {
		format     oversight.Format
		name, kind string
	}{
		{oversight.CSV, "CSV", csvType},
		{oversight.JSONL, "JSON Lines", "application/jsonl"},
		{oversight.Parquet, "Parquet", "application/vnd.apache.parquet"},
	} {
		out = append(out,
			recordFile{"entries." + string(f.format), "entries", f.name, f.kind,
				func(w io.Writer, e export) error { return oversight.WriteEntries(w, f.format, e.entries) }},
			recordFile{"counts." + string(f.format), "counts", f.name, f.kind,
				func(w io.Writer, e export) error { return oversight.WriteCounts(w, f.format, e.counts) }},
			recordFile{"figures." + string(f.format), "figures", f.name, f.kind,
				func(w io.Writer, e export) error { return oversight.WriteFigures(w, f.format, e.figures) }})
	}
	return append(out, recordFile{"datasheet.md", "datasheet", "", "text/markdown; charset=utf-8", writeDatasheet})
}

// csvFile begins a table that is saved as a file.
func csvFile(w http.ResponseWriter, name string) *csv.Writer {
	attached(w, csvType, name)
	return csv.NewWriter(w)
}

const csvType = "text/csv; charset=utf-8"

func attached(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

func writeDatasheet(w io.Writer, e export) error {
	text, err := e.sheet()
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

// recordFile gives out the whole public record. It is written while it is read,
// however long it is; where that fails the connection is broken off, so that a
// part is not taken for the whole.
func (s *site) recordFile(w http.ResponseWriter, r *http.Request) error {
	for _, f := range recordFiles() {
		if f.Name != r.PathValue("file") || s.Record == nil {
			continue
		}
		e, err := s.publicExport(r)
		if err == nil && f.Label == "figures" {
			e.figures, err = s.countedFigures(r)
		}
		if err != nil {
			return err
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if f.Format == "" { // words, to be read here
			w.Header().Set("Content-Type", f.kind)
		} else {
			attached(w, f.kind, f.Name)
		}
		// The whole record over a slow line; a writer that cannot be told keeps
		// the server's own limit.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportLimit))
		if err := f.write(w, e); err != nil {
			s.Log.Error("an export was broken off", "file", f.Name, "error", err)
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	return &failure{http.StatusNotFound, comity.Problem{Code: "not-found", Message: "the record is not given out in such a file", Hint: "the page /record lists the files"}}
}

func (s *site) publicExport(r *http.Request) (export, error) {
	ctx := r.Context()
	counts, err := s.Record.Counts(ctx)
	if err != nil {
		return export{}, err
	}
	entries := oversight.Paged(func(after int64, limit int) ([]oversight.PublicEntry, error) {
		return s.Record.PublicHeaders(ctx, after, limit)
	})
	return export{entries, counts, nil, func() (string, error) {
		c, err := s.Record.Checkpoint(ctx)
		if err != nil {
			return "", err
		}
		n, err := oversight.CountEntries(entries)
		return oversight.Datasheet(c, s.Record.Key().String(), n, counts), err
	}}, nil
}
