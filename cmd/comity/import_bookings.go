package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"comity"
	"comity/desk/codemap"
)

// mostOfFile is the most that is read of one CSV file of bookings.
const mostOfFile = 64 << 20

// importBookings writes the booking events of CSV files as JSON Lines, and
// says what of the files was mapped, unmapped and refused.
func importBookings(e env, dir string, names []string, mapFile string) error {
	if mapFile == "" {
		return &comity.Problem{Code: "missing-flag", Message: "-map is missing", Hint: "for example -map codes.yaml; docs/integration.md shows the form"}
	}
	text, err := os.ReadFile(mapFile)
	if err != nil {
		return noFile(mapFile, "give the map of your codes")
	}
	m, err := codemap.Read(text, filepath.Base(mapFile))
	if err != nil {
		return err
	}
	var events []codemap.Event
	var report codemap.Report
	for _, name := range names {
		text, err := readLimited(name)
		if err != nil {
			return err
		}
		list, one, err := m.Convert(text, filepath.Base(name))
		if err != nil {
			return err
		}
		events = append(events, list...)
		report.Add(one)
	}
	if err := writeEvents(filepath.Join(dir, "bookings.jsonl"), events); err != nil {
		return err
	}
	tellBookings(e, report)
	if report.Missing()+len(report.Refused) > 0 {
		return errFinding
	}
	return nil
}

func readLimited(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, noFile(name, "give the booking system's CSV")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostOfFile+1))
	if err == nil && len(text) > mostOfFile {
		err = &comity.Problem{Code: "too-large", Message: fmt.Sprintf("a file has at most %d bytes", mostOfFile), Where: name, Hint: "cut it into several"}
	}
	return text, err
}

// writeEvents writes a file that only its owner reads: it holds booking numbers.
func writeEvents(path string, events []codemap.Event) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return &comity.Problem{Code: "bad-output", Message: "the file cannot be made, or is there already", Where: path, Hint: "give another folder with -o"}
	}
	w := json.NewEncoder(file)
	for _, one := range events {
		if err := w.Encode(one); err != nil {
			file.Close()
			return notWritten(path)
		}
	}
	return file.Close()
}

func tellBookings(e env, r codemap.Report) {
	fmt.Fprintf(e.out, "%d rows read: %d mapped, %d passed over, %d unmapped, %d refused\n", r.Read, r.Mapped, r.Ignored, r.Missing(), len(r.Refused))
	for _, u := range r.Unmapped {
		code := fmt.Sprintf("%q", u.Code)
		if u.Code == "" {
			code = "what looks like no code, or is empty"
		}
		fmt.Fprintf(e.out, "unmapped: %s, %s: %d rows\n", u.Column, code, u.Rows)
	}
	for _, f := range r.Refused {
		fmt.Fprintf(e.out, "refused: line %d: %s\n", f.Line, f.Why)
	}
}
