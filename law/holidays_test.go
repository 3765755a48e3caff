package law

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"comity"
)

// The days of each rule were read off printed calendars.
func TestDayRules(t *testing.T) {
	for rule, want := range map[string]struct{ is, not string }{
		"07-24":                                 {"2026-07-24 2027-07-24", "2026-07-23 2026-07-25"},
		"07-24, observed":                       {"2026-07-24 2027-07-24 2027-07-23 2022-07-25", "2026-07-23 2027-07-25 2022-07-22"}, // Saturday in 2027, Sunday in 2022
		"07-24, sunday observed":                {"2027-07-24 2022-07-25", "2027-07-23 2022-07-26"},
		"01-01, observed":                       {"2026-01-01 2021-12-31 2023-01-02", "2026-01-02 2022-01-03 2026-12-31"}, // over the turn of the year
		"third monday of january":               {"2026-01-19 2027-01-18", "2026-01-12 2026-01-26 2026-01-20"},
		"last monday of may":                    {"2026-05-25 2027-05-31", "2026-05-18 2027-05-24"},
		"last friday of april":                  {"2026-04-24 2027-04-30", "2026-04-17"},
		"fifth thursday of july":                {"2026-07-30 2027-07-29", "2026-07-23 2026-07-31"},
		"easter":                                {"2024-03-31 2025-04-20 2026-04-05 2027-03-28 2038-04-25 2008-03-23", "2026-04-12"},
		"2 days before easter":                  {"2024-03-29 2025-04-18 2026-04-03 2027-03-26", "2026-04-05 2026-04-04"},
		"day after easter":                      {"2026-04-06", "2026-04-05"},
		"12-31, even years":                     {"2026-12-31", "2027-12-31"},
		"12-31, odd years":                      {"2027-12-31", "2026-12-31"},
		"02-29":                                 {"2028-02-29", "2027-02-28 2027-03-01"},
		"06-19, on monday":                      {"2022-06-20 2023-06-19 2024-06-17 2025-06-16 2026-06-15 2027-06-21", "2024-06-19 2025-06-19 2026-06-19 2027-06-19 2023-06-12"},
		"10 days after 12-25":                   {"2027-01-04", "2026-12-25"},
		"day before 01-01":                      {"2026-12-31", "2027-01-01"},
		"first sunday of november":              {"2026-11-01", "2026-11-08"},
		"day after fourth thursday of november": {"2025-11-28 2026-11-27 2024-11-29", "2026-11-26 2024-11-22"}, // the fifth Friday in 2024
		"day after first monday of november, even years": {"2024-11-05 2026-11-03", "2025-11-04 2022-11-01"},
		"day after first monday of november, odd years":  {"2025-11-04", "2026-11-03"},
		"07-24, observed, even years":                    {"2022-07-25 2026-07-24", "2027-07-23"},
	} {
		r, err := readDayRule(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		for s := range strings.FieldsSeq(want.is) {
			if !r.on(mustDay(t, s)) {
				t.Errorf("%s is not on %s", rule, s)
			}
		}
		for s := range strings.FieldsSeq(want.not) {
			if r.on(mustDay(t, s)) {
				t.Errorf("%s is on %s", rule, s)
			}
		}
	}
	for _, bad := range []string{
		"", "7-4", "13-01", "02-30", "04-31", "monday", "sixth monday of may", "third monday in may", "third Monday of may", "third monday of mai",
		"easter, observed", "last monday of may, observed", "07-04, ", "07-04,observed", "07-04, observed, observed", "07-04, observed, on monday",
		"07-04, even years, odd years", "0 days before easter", "60 days before easter", "1 day before easter", "day before day before easter", "07-04 ", "day after", "good friday",
	} {
		if r, err := readDayRule(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, r)
		}
	}
}

func FuzzDayRule(f *testing.F) {
	f.Add("day after fourth thursday of november, even years", int32(20000))
	f.Add("07-04, observed", int32(-1))
	f.Fuzz(func(t *testing.T, text string, n int32) {
		r, err := readDayRule(text)
		if err != nil {
			return
		}
		found := 0
		for d := day(n % 100000); d < day(n%100000)+4*366; d++ {
			if r.on(d) {
				found++
			}
		}
		if found > 12 { // in any four years: the day, and where it is observed
			t.Fatalf("%q falls on %d days of four years", text, found)
		}
	})
}

func FuzzHolidays(f *testing.F) {
	f.Add("state,name,rule,from,until,cite,source,checked,grade\nus-ne,Arbor Day,last friday of april,,,62-301,here,2026-11-21,A\n")
	f.Add("state,name,rule,from,until,cite,source,checked,grade\n\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := &source{file: holidaysFile}
		tables := readHolidays(s, strings.NewReader(text))
		if len(tables) == 0 && len(s.problems) == 0 {
			t.Fatal("no holiday and no fault")
		}
		for _, p := range s.problems {
			if !strings.HasPrefix(p.Where, holidaysFile+":") {
				t.Fatalf("a fault without its line: %v", p)
			}
		}
		for _, table := range tables {
			if len(s.problems) == 0 && (len(table.list) == 0 || table.digest == "") {
				t.Fatal("an empty table")
			}
		}
	})
}

const holidayHead = "state,name,rule,from,until,cite,source,checked,grade\n"

// withHolidays is a small book: one rule, one act, with the clocks given.
func withHolidays(t testing.TB, clock, table string) fstest.MapFS {
	t.Helper()
	fsys := oneFile(t, "pack: us/il/act\ntitle: t\nplace: us-il\nlayer: state\nrules:\n"+ruleText("us/il/act#1", "permitted", "hold-on-detainer", `"2020-01-01"`, ", clock: "+clock))
	if table != "" {
		fsys["calendars/holidays.csv"] = &fstest.MapFile{Data: []byte(holidayHead + table)}
	}
	return fsys
}

func TestBadHolidays(t *testing.T) {
	good := "us-il,Lincoln's Birthday,02-12,,,205 ILCS 630/17,a copy,2026-11-21,A\n"
	for table, want := range map[string]string{
		good + strings.Replace(good, "02-12", "second thursday in february", 1): "calendars/holidays.csv:3: rule",
		strings.Replace(good, "us-il", "us-zz", 1):                              "us-zz is no state",
		strings.Replace(good, "us-il", "us-ca-sample", 1):                       "us-ca-sample is no state",
		good + good: "calendars/holidays.csv:3: name: Lincoln's Birthday stands twice",
		strings.Replace(good, ",,,", ",2025-01-01,2025-01-01,", 1): "ends before it begins",
		strings.Replace(good, ",,,", ",01/01/2025,,", 1):           "holidays.csv:2: from",
		strings.Replace(good, "205 ILCS 630/17", "", 1):            "names its statute",
		strings.Replace(good, "a copy", "", 1):                     "where that was read",
		strings.Replace(good, "2026-11-21", "yesterday", 1):        "holidays.csv:2: checked",
		strings.Replace(good, ",A\n", ",Z\n", 1):                   "is no grade",
		strings.Replace(good, "us-il,", "us-il ,", 1):              "begins or ends with a space",
		strings.Replace(good, "Lincoln's Birthday", "", 1):         "has a state and a name",
		good + "us-il,cut off\n":                                   "calendars/holidays.csv:3: the row cannot be read",
		good + "us-il,\"open\n":                                    "calendars/holidays.csv:3: the row cannot be read",
		"\n":                                                       "no rows",
	} {
		_, err := Load(withHolidays(t, `{kind: due, starts: request.received_at, length: 3bd}`, table))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", table, err, want)
		}
	}
	fsys := withHolidays(t, `{kind: due, starts: request.received_at, length: 3bd}`, "")
	fsys["calendars/holidays.csv"] = &fstest.MapFile{Data: []byte("state,day\n")}
	if _, err := Load(fsys); err == nil || !strings.Contains(err.Error(), "the first line must be state,name,rule") {
		t.Errorf("another head: %v", err)
	}
}

// Lincoln's Birthday 2026 is a Thursday, Washington's is Monday 16 February.
func TestStateHolidaysInClocks(t *testing.T) {
	lincoln := "us-il,Lincoln's Birthday,02-12,,,205 ILCS 630/17,a copy,2026-11-21,A\n"
	later := strings.Replace(lincoln, ",,,", ",2026-02-13,,", 1)
	for _, c := range []struct{ name, clock, table, due, excludes string }{
		// Received Wednesday 11 February. 12 is the first business day, 13 the second, 17 the third.
		{"business days, no table", `{kind: due, starts: request.received_at, length: 3bd}`, "", "2026-02-17", "sat,sun,federal-holidays"},
		{"business days", `{kind: due, starts: request.received_at, length: 3bd}`, lincoln, "2026-02-18", "sat,sun,federal-holidays,state-holidays"},
		{"a holiday that did not exist yet", `{kind: due, starts: request.received_at, length: 3bd}`, later, "2026-02-17", "sat,sun,federal-holidays,state-holidays"},
		{"plain days know none", `{kind: due, starts: request.received_at, length: 3d}`, lincoln, "2026-02-14", ""},
		{"the word, no table: federal ones", `{kind: due, starts: request.received_at, length: 6d, excludes: "state-holidays"}`, "", "2026-02-18", "federal-holidays"},
		{"the word", `{kind: due, starts: request.received_at, length: 6d, excludes: "state-holidays"}`, lincoln, "2026-02-18", "state-holidays"},
		{"both words", `{kind: due, starts: request.received_at, length: 6d, excludes: "federal-holidays,state-holidays"}`, lincoln, "2026-02-19", "federal-holidays,state-holidays"},
		// A hold from 18:00: six hours of 11 February, then 12 February in whole or not at all.
		{"a hold without the word is never longer", `{kind: limit, starts: person.release_due_at, length: 20h, excludes: "sat,sun,federal-holidays", after: no-rule}`, lincoln, "2026-02-12T14:00:00-06:00", "sat,sun,federal-holidays"},
		{"a hold with the word", `{kind: limit, starts: person.release_due_at, length: 20h, excludes: "sat,sun,state-holidays", after: no-rule}`, lincoln, "2026-02-13T14:00:00-06:00", "sat,sun,state-holidays"},
		{"a hold with the word and no table leaves out nothing more", `{kind: limit, starts: person.release_due_at, length: 20h, excludes: "sat,sun,state-holidays", after: no-rule}`, "", "2026-02-12T14:00:00-06:00", "sat,sun"},
		{"a hold of business days", `{kind: limit, starts: person.release_due_at, length: 1bd, after: no-rule}`, lincoln, "2026-02-12", "sat,sun,federal-holidays"},
		{"a hold of business days with the word", `{kind: limit, starts: person.release_due_at, length: 1bd, excludes: "state-holidays", after: no-rule}`, lincoln, "2026-02-13", "sat,sun,federal-holidays,state-holidays"},
		// Release is planned for Tuesday 17 February: back over Monday's holiday and the weekend.
		{"before", `{kind: due, starts: person.release_planned_on, length: 3bd before}`, "", "2026-02-11", "sat,sun,federal-holidays"},
		{"before, with the table", `{kind: due, starts: person.release_planned_on, length: 3bd before}`, lincoln, "2026-02-10", "sat,sun,federal-holidays,state-holidays"},
		{"plain days before", `{kind: due, starts: person.release_planned_on, length: 3d before}`, lincoln, "2026-02-14", ""},
		{"months before", `{kind: due, starts: person.release_planned_on, length: 2mo before}`, lincoln, "2025-12-17", ""},
		{"years before", `{kind: due, starts: person.release_planned_on, length: 1y before}`, lincoln, "2025-02-17", ""},
		{"weeks before", `{kind: due, starts: person.release_planned_on, length: 2w before}`, lincoln, "2026-02-03", ""},
		{"hours before", `{kind: due, starts: person.release_due_at, length: 20h before}`, lincoln, "2026-02-10T22:00:00-06:00", ""},
		{"counted hours before", `{kind: due, starts: request.received_at, length: 75h before, excludes: "sat,sun"}`, lincoln, "2026-02-06T06:00:00-06:00", "sat,sun"},
	} {
		b, err := Load(withHolidays(t, c.clock, c.table))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		k := firstClock(t, b, "us-il", comity.Facts{
			"request.received_at": "2026-02-11T09:00:00-06:00", "person.release_due_at": "2026-02-11T18:00:00-06:00", "person.release_planned_on": "2026-02-17",
		})
		if k.Due != c.due || k.Excludes != c.excludes {
			t.Errorf("%s: due %s without %q, want %s without %q", c.name, k.Due, k.Excludes, c.due, c.excludes)
		}
	}
	if _, err := Load(withHolidays(t, `{kind: limit, starts: person.release_due_at, length: 20h before, after: no-rule}`, "")); err == nil || !strings.Contains(err.Error(), "only a due clock ends before") {
		t.Errorf("a hold that ends before it begins: %v", err)
	}
}

func firstClock(t testing.TB, b *Book, place string, facts comity.Facts) comity.Clock {
	t.Helper()
	d := ask(t, b, comity.Question{In: place, On: "2026-02-11", Known: "2026-11-21", Act: "hold-on-detainer", Facts: facts})
	if len(d.Clocks) != 1 {
		t.Fatalf("%d clocks; verdict %s, rules %v", len(d.Clocks), d.Verdict, d.Rules)
	}
	return d.Clocks[0]
}

// The table moves clocks, so the digest of the law names it: of this state's law only.
func TestHolidaysAreInTheDigest(t *testing.T) {
	clock := `{kind: due, starts: request.received_at, length: 3bd}`
	table := "us-il,Lincoln's Birthday,02-12,,,205 ILCS 630/17,a copy,2026-11-21,A\n"
	digest := func(table, place string) (book, local string) {
		b, err := Load(withHolidays(t, clock, table))
		if err != nil {
			t.Fatal(err)
		}
		l, _ := b.lawOf(place)
		return b.Digest(), l.digest
	}
	none, noneLocal := digest("", "us-il")
	with, withLocal := digest(table, "us-il")
	moved, movedLocal := digest(strings.Replace(table, "02-12", "02-13", 1), "us-il")
	if none == with || with == moved || noneLocal == withLocal || withLocal == movedLocal {
		t.Error("the digest does not follow the table")
	}
	_, nation := digest("", "us")
	if _, same := digest(table, "us"); nation != same {
		t.Error("a state's table changes the law of the nation")
	}
}

// Every row that ships is read, and gives a day in every year in which it is in force.
func TestShippedHolidays(t *testing.T) {
	b := shipped(t)
	text, err := os.ReadFile("../data/" + holidaysFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for state, table := range b.holidays {
		rows += len(table.list)
		for _, h := range table.list {
			if n := countIn(h.rule.on, 2024, 2027); n < 2 || n > 8 {
				t.Errorf("%s %s is on %d days of four years", state, h.name, n)
			}
		}
	}
	if want := strings.Count(string(text), "\n") - 1; rows != want || len(b.holidays) < 15 {
		t.Errorf("%d of %d rows, %d states", rows, want, len(b.holidays))
	}
	// Some days of each sort, as the states published them for 2026.
	for _, c := range []struct {
		state, is, not string
	}{
		{"us-ne", "2026-04-24 2026-11-27 2026-07-03 2027-12-24 2026-10-12 2028-11-11", "2026-02-12 2028-11-10"}, // 11 November 2028 is a Saturday
		{"us-il", "2026-02-12 2026-03-02 2026-04-03 2026-11-03 2024-11-05 2022-06-20", "2025-11-04 2026-07-03 2026-11-27 2027-06-18"},
		{"us-ut", "2026-07-24 2026-06-15 2027-07-23", "2026-06-19 2021-06-14"},
		{"us-ct", "2026-02-12 2026-07-03 2027-06-18", "2026-11-27"},
		{"us-wa", "2026-11-27 2026-06-19 2021-12-31", "2026-10-12"},
		{"us-sc", "2026-05-11 2026-12-24 2027-12-27 2026-11-27", "2026-10-12 2026-05-08 2026-12-28"}, // 10 May 2026 and 26 December 2027 are Sundays; 26 December 2026 is a Saturday
		{"us-va", "2025-11-04 2026-11-03 2026-11-27", "2026-02-12 2019-11-05"},
		{"us-vt", "2026-03-03 2026-08-17", "2026-11-27"}, // 16 August 2026 is a Sunday
		{"us-mo", "2026-05-08 2027-05-08", "2027-05-07"},
		{"us-tn", "2026-04-03 2026-06-19", "2022-06-20"},
		{"us-al", "2026-04-27 2026-06-01", "2026-04-20"},
		{"us-ar", "2026-12-24", "2026-10-12"},
		{"us-ms", "2026-04-27", "2026-07-03"},
	} {
		for s := range strings.FieldsSeq(c.is) {
			if !b.holidays[c.state].closed(mustDay(t, s)) {
				t.Errorf("%s: %s is no holiday", c.state, s)
			}
		}
		for s := range strings.FieldsSeq(c.not) {
			if b.holidays[c.state].closed(mustDay(t, s)) {
				t.Errorf("%s: %s is a holiday", c.state, s)
			}
		}
	}
}

func countIn(on func(day) bool, from, to int) int {
	n := 0
	for d := dayOf(from, 1, 1); d < dayOf(to+1, 1, 1); d++ {
		if on(d) {
			n++
		}
	}
	return n
}

// Counting back undoes counting on, over weekends, holidays and both changes of the clocks.
func TestBeforeCountedUndoesAfterCounted(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []dayFilter{{}, {sundays: true}, businessDay} {
		for _, from := range []string{"2026-03-06T17:30:00-05:00", "2026-10-30T17:30:00-04:00", "2025-12-24T09:00:00-05:00"} {
			start := mustInstant(t, from)
			for h := 1; h < 200; h++ {
				length := time.Duration(h) * time.Hour
				if back := beforeCounted(afterCounted(start, length, zone, f), length, zone, f); !back.Equal(start) {
					t.Fatalf("%d hours on from %s and back is %s", h, from, back.In(zone))
				}
			}
		}
	}
	for n := 1; n < 300; n++ {
		d := mustDay(t, "2026-06-15") // a Monday that is no holiday
		if back := countDays(countDays(d, n, businessDay), -n, businessDay); back != d {
			t.Fatalf("%d business days on and back is %s", n, back)
		}
	}
}

// A row holds from its first day on, and no more on the first day after it.
func TestHolidaysHaveFirstAndLastDays(t *testing.T) {
	s := &source{file: holidaysFile}
	rest := ",205 ILCS 630/17,a copy,2026-11-21,A\n"
	tables := readHolidays(s, strings.NewReader(holidayHead+"us-il,One,02-12,2025-02-12,2027-02-12"+rest+"us-il,Two,02-13,,2026-02-13"+rest+"us-il,Two,02-20,2026-02-13,"+rest))
	if len(s.problems) > 0 {
		t.Fatal(s.problems)
	}
	for d, want := range map[string]bool{
		"2024-02-12": false, "2025-02-12": true, "2026-02-12": true, "2027-02-12": false,
		"2025-02-13": true, "2026-02-13": false, "2025-02-20": false, "2026-02-20": true, "2036-02-20": true,
	} {
		if got := tables["us-il"].closed(mustDay(t, d)); got != want {
			t.Errorf("%s: %v", d, got)
		}
	}
}

func TestHolidaysOfATerritory(t *testing.T) {
	fsys := withHolidays(t, `{kind: due, starts: request.received_at, length: 3bd}`, "us-pr,Constitution Day,07-25,,,Leyes,a copy,2026-11-21,B\n")
	fsys["places/us.csv"] = &fstest.MapFile{Data: []byte(samplePlaces + "us-pr,Puerto Rico,territory,us,72,America/Puerto_Rico,,\n")}
	b, err := Load(fsys)
	if err != nil || b.holidays["us-pr"] == nil {
		t.Fatal(err)
	}
}

// A duty that follows within business days is counted like a clock, and a
// computed fact leaves out a state's holidays where the vocabulary says so.
func TestHolidaysInDutiesAndFacts(t *testing.T) {
	lincoln := "us-il,Lincoln's Birthday,02-12,,,205 ILCS 630/17,a copy,2026-11-21,A\n"
	for table, want := range map[string]struct {
		due     string
		verdict comity.Verdict
	}{
		"": {"2026-02-17", "no-rule"}, lincoln: {"2026-02-18", "permitted"},
	} {
		fsys := oneFile(t, "pack: us/il/act\ntitle: t\nplace: us-il\nlayer: state\nrules:\n"+
			ruleText("us/il/act#1", "permitted", "transport", `"2020-01-01"`, ", duties: [{act: notify-person, event: detainer-received, within: 3bd, cite: x}]")+
			ruleText("us/il/act#2", "permitted", "hold-on-detainer", `"2020-01-01"`, ", when: {clock.counted_hours_past_release: {lt: 48}}"))
		fsys["vocabulary.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(vocabularyText(t)), "now, 'sat,sun,federal-holidays')", "now, 'state-holidays')", 1))}
		fsys["law/us/a.yaml"] = &fstest.MapFile{Data: []byte("pack: us/a\ntitle: t\n" + federalSilence)}
		if table != "" {
			fsys["calendars/holidays.csv"] = &fstest.MapFile{Data: []byte(holidayHead + table)}
		}
		b, err := Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		d := ask(t, b, comity.Question{In: "us-il", On: "2026-02-11", Known: "2026-11-21", Facts: comity.Facts{"request.received_at": "2026-02-11T09:00:00-06:00"}})
		if len(d.Duties) != 1 || d.Duties[0].Due != want.due {
			t.Errorf("the duty is due %v, want %s", d.Duties, want.due)
		}
		// From Wednesday noon to Friday 13:00 are 49 hours, or 25 without Thursday the 12th.
		d = ask(t, b, comity.Question{In: "us-il", On: "2026-02-13", At: "2026-02-13T13:00:00-06:00", Known: "2026-11-21", Act: "hold-on-detainer", Facts: comity.Facts{"person.release_due_at": "2026-02-11T12:00:00-06:00"}, Closed: true})
		if d.Verdict != want.verdict {
			t.Errorf("49 hours with a holiday between: %s, want %s", d.Verdict, want.verdict)
		}
	}
}

// The law of a named agency is digested with the table of its state.
func TestHolidaysAreInTheDigestOfAnAgency(t *testing.T) {
	digests := map[string]bool{}
	for _, table := range []string{"", "us-il,Lincoln's Birthday,02-12,,,205 ILCS 630/17,a copy,2026-11-21,A\n"} {
		fsys := withHolidays(t, `{kind: due, starts: request.received_at, length: 3bd}`, table)
		fsys["law/us/il/own.yaml"] = &fstest.MapFile{Data: []byte("pack: us/il/own\ntitle: t\nplace: us-il\nlayer: policy\nagency: [IL0160000]\nrules:\n" + ruleText("us/il/own#1", "permitted", "transport", `"2020-01-01"`, ""))}
		b, err := Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		d := ask(t, b, comity.Question{In: "us-il", On: "2026-02-11", Known: "2026-11-21", Agency: "IL0160000"})
		digests[d.Law] = true
	}
	if len(digests) != 2 {
		t.Error("the table changes nothing in the digest of the agency's law")
	}
}
