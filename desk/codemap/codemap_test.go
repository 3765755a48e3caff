package codemap

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"comity"
	"comity/data/table"
	"comity/desk"
)

const usual = `
zone: America/Chicago
time: MM/DD/YYYY HH:mm
id: [SYS, SEQ]
booking: BOOK_NO
at: [EVT_DT, EVT_TM]
event:
  column: EVT_CD
  codes: {BKG: booked, REL: released, CHG: charge-added, HLD: other-hold, HLX: other-hold-ended, RBK: rebooked}
  ignore: [PHOTO, MEAL]
reason:
  column: HOLD_TYP
  codes: {OCW: other-county, TDCJ: state-prison, BPP: parole}
number: WRT_NO
new_booking: NEW_BOOK
`

const head = "SYS,SEQ,BOOK_NO,EVT_DT,EVT_TM,EVT_CD,HOLD_TYP,WRT_NO,NEW_BOOK,CELL\n"

func code(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func mustRead(t testing.TB, text string) *Map {
	t.Helper()
	m, err := Read([]byte(text), "map.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every row is counted once: mapped, passed over, unmapped or refused.
func TestConvert(t *testing.T) {
	rows := head +
		"jms,1,B-1,11/20/2026,17:00,HLD,OCW,W-9,,4A\n" +
		"jms,2,B-1,11/20/2026,18:30,PHOTO,,,,4A\n" +
		"jms,3,B-1,11/21/2026,06:00,XFER,,,,4A\n" + // no such code
		"jms,4,B-1,11/21/2026,06:00,HLX,ZZZ,W-9,,4A\n" + // no such reason
		"jms,5,B-1,11/21/2026,06:00,Smith John,,,,4A\n" + // a name in the wrong column
		"jms,6,B-1,21/11/2026,06:00,REL,,,,4A\n" + // day and month
		"jms,1,B-2,11/21/2026,06:00,REL,,,,4A\n" + // an id twice
		"jms,7,B-2,11/01/2026,01:30,REL,,,,4A\n" + // that hour was there twice
		"jms,8,B-2,03/08/2026,02:30,REL,,,,4A\n" + // and this one never
		"jms,9,B-2,11/21/2026,06:00,HLD,,,,4A\n" + // a hold needs its reason
		"jms,10,,11/21/2026,06:00,REL,,,,4A\n" + // no booking
		"jms,B-2,B-2,11/21/2026,06:00,REL,,,,4A\n" + // the id is the booking
		"jms,11,B-2,11/21/2026,06:15,RBK,,W-0,B-3,4A\n"
	events, r, err := mustRead(t, usual).Convert([]byte(rows), "jms.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []Event{
		{ID: "jms-1", Booking: "B-1", Event: "other-hold", At: "2026-11-20T17:00:00-06:00", Reason: "other-county", Number: "W-9"},
		{ID: "jms-11", Booking: "B-2", Event: "rebooked", At: "2026-11-21T06:15:00-06:00", NewBooking: "B-3"},
	}
	if !slices.Equal(events, want) {
		t.Errorf("events: %+v", events)
	}
	if r.Read != 13 || r.Mapped != 2 || r.Ignored != 1 || r.Missing() != 3 || len(r.Refused) != 7 {
		t.Errorf("report: %+v", r)
	}
	if !slices.Equal(r.Unmapped, []Unmapped{{"EVT_CD", "XFER", 1}, {"HOLD_TYP", "ZZZ", 1}, {"EVT_CD", "", 1}}) {
		t.Errorf("unmapped: %+v", r.Unmapped)
	}
	var lines []int
	for _, f := range r.Refused {
		lines = append(lines, f.Line)
	}
	if !slices.Equal(lines, []int{7, 8, 9, 10, 11, 12, 13}) {
		t.Errorf("refused lines: %v %+v", lines, r.Refused)
	}
}

// L22: a file or a map that carries a person's status is refused whole, however
// the column is spelt, and whether or not the map reads it.
func TestL22StatusColumnsAreRefused(t *testing.T) {
	m := mustRead(t, usual)
	row := "jms,1,B-1,11/20/2026,17:00,REL,,,,4A,x\n"
	for _, column := range []string{
		"CITIZENSHIP", "citizen", "US Citizen?", "Immigration Status", "IMM_STAT", "ImmigrationStatus", "legal status", "Visa Type", "alien_no", "A-Number", "Alien Number",
		"COUNTRY_OF_BIRTH", "COB", "POB", "dob", "Birth Date", "Nationality", "NATIONALITY CODE", "sex", "Gender", "race", "Ethnicity", "religion", "ADDRESS_1", "home address",
		"Employer", "undocumented", "illegal", "deportable", "Ciudadanía", "Nacionalidad", "estatus", "estado migratorio", "Fecha de nacimiento", "sexo", "\ufeffstatus", " Status ", "CTZN",
	} {
		text := strings.TrimSuffix(head, "\n") + "," + column + "\n" + row
		if events, _, err := m.Convert([]byte(text), "jms.csv"); code(err) != "refused-column" || events != nil {
			t.Errorf("a file with the column %q: %d events, %v", column, len(events), err)
		}
		for what, text := range map[string]string{
			"as the number":    strings.Replace(usual, "WRT_NO", quote(column), 1),
			"as a code":        strings.Replace(usual, "OCW:", quote(column)+":", 1),
			"as a passed code": strings.Replace(usual, "PHOTO", quote(column), 1),
			"as an id":         strings.Replace(usual, "SEQ", quote(column), 1),
		} {
			if _, err := Read([]byte(text), "map.yaml"); code(err) != "refused-column" {
				t.Errorf("a map with %q %s: %v", column, what, err)
			}
		}
	}
	for _, column := range []string{"STATION", "STATUTE", "STATE", "CITY", "CITATION", "SEXTON_ID", "BOND_AMT", "HOLD_TYP", "ALIAS_NO", "IMAGE", "CELL", "RACK", "ADD_DT"} {
		if Refused(column) {
			t.Errorf("%q is refused, and means nothing of the kind", column)
		}
	}
	for _, target := range []string{"status", "citizenship", "undocumented", "birth"} {
		if _, err := Read([]byte(strings.Replace(usual, "other-county", target, 1)), "map.yaml"); err == nil {
			t.Errorf("a code may stand for %q", target)
		}
		if _, err := Read([]byte(usual+target+": STH\n"), "map.yaml"); code(err) != "bad-map" {
			t.Errorf("a map may have a field %q: %v", target, err)
		}
	}
}

func quote(s string) string { return `"` + strings.TrimPrefix(s, "\ufeff") + `"` }

func TestMapsThatAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty":            "",
		"no booking":       strings.Replace(usual, "booking: BOOK_NO", "", 1),
		"id from booking":  strings.Replace(usual, "id: [SYS, SEQ]", "id: BOOK_NO", 1),
		"an unknown event": strings.Replace(usual, "REL: released", "REL: deported", 1),
		"an unknown key":   usual + "person: NAME\n",
		"no zone":          strings.Replace(usual, "zone: America/Chicago", "", 1),
		"a bad zone":       strings.Replace(usual, "America/Chicago", "Chicago", 1),
		"a bad time":       strings.Replace(usual, "HH:mm", "hour", 1),
		"no codes":         strings.Replace(usual, "codes: {OCW: other-county, TDCJ: state-prison, BPP: parole}", "", 1),
		"two documents":    usual + "---\nx: [",
	} {
		if _, err := Read([]byte(text), "map.yaml"); err == nil && name != "two documents" {
			t.Errorf("%s is taken", name)
		}
	}
	if _, _, err := mustRead(t, usual).Convert([]byte("SYS,SEQ\njms,1\n"), "jms.csv"); code(err) != "missing-column" {
		t.Errorf("a file without its columns: %v", err)
	}
	if _, _, err := mustRead(t, usual).Convert([]byte(head), "jms.csv"); code(err) != "no-rows" {
		t.Errorf("a file without rows: %v", err)
	}
	if _, _, err := mustRead(t, usual).Convert([]byte(head+"jms,\"1,B-1"), "jms.csv"); code(err) != "unreadable-row" {
		t.Errorf("a file that is cut off: %v", err)
	}
}

// Whatever the files hold: no row is lost or counted twice, every event is one
// that the desk takes, and nothing is read off a file with a forbidden column.
func FuzzConvert(f *testing.F) {
	f.Add(usual, head+"jms,1,B-1,11/20/2026,17:00,HLD,OCW,W-9,,4A\n")
	f.Add("id: a\nbooking: b\nat: c\nevent: {column: d, codes: {x: released}}\n", "a,b,c,d\n1,2,2026-11-21T09:00:00Z,x\n")
	f.Add("id: a\nbooking: b\nat: c\nevent: {column: d, codes: {x: released}}\n", "a,b,c,d,status\n1,2,2026-11-21T09:00:00Z,x,y\n")
	f.Add("id: &a [*a]\n", "a\n")
	f.Fuzz(func(t *testing.T, text, file string) {
		m, err := Read([]byte(text), "m")
		if err != nil {
			return
		}
		events, r, err := m.Convert([]byte(file), "f")
		if err != nil {
			if events != nil || r.Read != 0 {
				t.Errorf("%v, and still %d events", err, len(events))
			}
			return
		}
		if r.Read != r.Mapped+r.Ignored+r.Missing()+len(r.Refused) || r.Mapped != len(events) {
			t.Errorf("%d rows: %+v, %d events", r.Read, r, len(events))
		}
		for _, e := range events {
			b := desk.BookingEvent{ID: e.ID, Booking: e.Booking, Event: e.Event, At: e.At, Reason: e.Reason, Pointer: e.Number, NewBooking: e.NewBooking}
			if err := b.Check(); err != nil {
				t.Errorf("%+v: %v", e, err)
			}
		}
		columns, err := table.Open(strings.NewReader(file), "f")
		if err != nil && !errors.Is(err, io.EOF) {
			t.Errorf("events were read off a file that is refused: %v", err)
		}
		for _, c := range m.columns() {
			if Refused(c) || !columns.Has(c) {
				t.Errorf("the column %q was read", c)
			}
		}
	})
}
