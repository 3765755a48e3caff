package atlas

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"comity"
	"comity/data"
)

const (
	listHead    = "state,law_enforcement_agency,type,county,support_type,signed\n"
	pendingHead = "state,law_enforcement_agency,type,county,support_type\n"
)

func listed(day, rows string) ListFile {
	return ListFile{Name: "list " + day, Day: day, Content: strings.NewReader(listHead + rows)}
}

func someAgencies() *Agencies {
	return NewAgencies([]comity.Agency{
		{ORI: "TX0010000", Name: "Smith County Sheriff's Office", Type: "County", State: "TX"},
		{ORI: "TX0010100", Name: "Smith Police Department", Type: "City", State: "TX"},
		{ORI: "PA0353600", Name: "Jefferson Township Police Department", Type: "City", State: "PA"},
		{ORI: "PA0635300", Name: "Jefferson Township Police Department", Type: "City", State: "PA"},
		{ORI: "UT0290000", Name: "Weber County Sheriff's Office", Type: "County", State: "UT"},
		{ORI: "MN0310000", Name: "Itasca County Sheriff's Office", Type: "County", State: "MN"},
	})
}

func importLists(t *testing.T, files ...ListFile) (*Agreements, Report) {
	t.Helper()
	as, report, err := ImportAgreements(files, nil, someAgencies())
	if err != nil {
		t.Fatal(err)
	}
	n := as.Count()
	if n[Listed]+n[Pending]+n[Unconfirmed] != len(as.All()) {
		t.Fatalf("some agreement is in no status: %v of %d", n, len(as.All()))
	}
	return as, report
}

// Names written in another way are no departure and no second agreement.
func TestRelabelsAreOneAgreement(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"apostrophe", "TEXAS,Smith County Sheriff’s Office,County,Smith County,Task Force Model,2025-03-01\n", "TEXAS,Smith County Sheriff's Office,County,Smith County,Task Force Model,2025-03-01\n"},
		{"Pd", "TEXAS,Smith Pd,Municipality,#N/A,Task Force Model,2025-03-01\n", "TEXAS,SMITH POLICE DEPARTMENT,Municipality,#N/A,Task Force Model,2025-03-01\n"},
		{"City of", "TEXAS,City of Smith Police Department,Municipality,#N/A,Task Force Model,2025-03-01\n", "TEXAS,Smith Police Department,Municipality,#N/A,Task Force Model,2025-03-01\n"},
		{"department of the sheriff", "TEXAS,Smith County Sheriffs Offic,County,Smith County,Task Force Model,2025-03-01\n", "TEXAS,Smith County Sheriff's Department,County,Smith County,Task Force Model,2025-03-01\n"},
		{"MT to MN", "MONTANA,Itasca County Sheriff's Office,County,Itasca County,Task Force Model,2025-03-01\n", "MINNESOTA,Itasca County Sheriff's Office,County,Itasca County,Task Force Model,2025-03-01\n"},
	} {
		as, _ := importLists(t, listed("2025-05-16", c.before), listed("2025-06-17", c.after))
		all := as.All()
		if len(all) != 1 || all[0].Status != Listed || all[0].FirstSeen != "2025-05-16" || all[0].LastSeen != "2025-06-17" || all[0].ORI == "" {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
}

func TestAbsenceIsNotDeparture(t *testing.T) {
	gone := "TEXAS,Smith County Sheriff's Office,County,Smith County,Task Force Model,2025-03-01\n"
	stays := "UTAH,Weber County Sheriff's Office,County,Weber County,Task Force Model,2025-03-01\n"
	as, _ := importLists(t, listed("2025-05-16", gone+stays), listed("2025-06-17", stays))
	if n := as.Count(); n[Listed] != 1 || n[Unconfirmed] != 1 {
		t.Errorf("an agreement that one list leaves out is unconfirmed: %v", n)
	}
	as, _ = importLists(t, listed("2025-05-16", gone+stays), listed("2025-06-17", stays), listed("2025-07-07", gone+stays))
	for _, a := range as.All() {
		if a.Status != Listed || a.FirstSeen != "2025-05-16" {
			t.Errorf("one that comes back keeps its first day: %+v", a)
		}
	}
}

func TestPendingBecomesListed(t *testing.T) {
	row := "TEXAS,Smith Police Department,Municipality,#N/A,Task Force Model"
	pending := ListFile{Name: "pending", Day: "2025-05-15", Pending: true, Content: strings.NewReader(pendingHead + row + "\n")}
	as, _ := importLists(t, pending, listed("2025-06-17", row+",2025-06-01\n"))
	if a := as.All()[0]; len(as.All()) != 1 || a.Status != Listed || a.FirstSeen != "2025-06-17" || a.PendingFrom != "2025-05-15" {
		t.Errorf("%+v", as.All())
	}
	pending.Content = strings.NewReader(pendingHead + row + "\n")
	as, _ = importLists(t, pending)
	if a := as.All()[0]; a.Status != Pending || a.Signed != "" {
		t.Errorf("%+v", a)
	}
	if on := as.On("2025-05-15"); len(on) != 0 {
		t.Errorf("a pending agreement is not in force: %+v", on)
	}
}

func TestOnADay(t *testing.T) {
	smith := "TEXAS,Smith County Sheriff's Office,County,Smith County,Task Force Model,2025-03-01\n"
	weber := "UTAH,Weber County Sheriff's Office,County,Weber County,Task Force Model,2025-06-01\n"
	as, _ := importLists(t, listed("2025-05-16", smith), listed("2025-06-17", smith+weber))
	for day, want := range map[string]int{"2025-05-15": 0, "2025-05-16": 1, "2025-06-01": 1, "2025-06-17": 2, "2025-06-18": 0} {
		if on := as.On(day); len(on) != want {
			t.Errorf("%s: %d seen, want %d", day, len(on), want)
		}
	}
}

func TestImpossibleDaysBecomeEmptyWithAReason(t *testing.T) {
	for _, signed := range []string{"05/082025", "20026-01-01", "2028-01-01", "1995-01-01", "2025-05-17"} {
		as, report := importLists(t, listed("2025-05-16", "TEXAS,Smith County Sheriff's Office,County,Smith County,Task Force Model,"+signed+"\n"))
		a := as.All()[0]
		if a.Signed != "" || len(a.Notes) != 1 || !strings.Contains(a.Notes[0], signed) || report.Counts["signed-unreadable"] != 1 {
			t.Errorf("%s: %+v", signed, a)
		}
	}
}

func TestStateTypoIsReadAndReported(t *testing.T) {
	as, report := importLists(t, listed("2025-07-07", "UTAHJ,Weber County Sheriff's Office,County,Weber County,Task Force Model,2025-07-02\n"))
	if a := as.All()[0]; a.State != "UT" || a.ORI != "UT0290000" || report.Counts["state-typo"] != 1 {
		t.Errorf("%+v %+v", a, report)
	}
	_, _, err := ImportAgreements([]ListFile{listed("2025-07-07", "ATLANTIS,Weber County Sheriff's Office,County,Weber County,Task Force Model,2025-07-02\n")}, nil, someAgencies())
	var p *comity.Problem
	if !errors.As(err, &p) || p.Code != "bad-state" || p.Where != "list 2025-07-07:2, column state" {
		t.Errorf("got %v", err)
	}
}

func TestTwoRowsOfOneListStayTwo(t *testing.T) {
	as, report := importLists(t, listed("2025-07-07", strings.Repeat("TEXAS,Smith Police Department,Municipality,#N/A,Task Force Model,2025-03-01\n", 2)))
	if len(as.All()) != 2 || report.Counts["double-row"] != 1 || len(as.Of("TX0010100")) != 2 {
		t.Errorf("%+v %+v", as.All(), report)
	}
}

func TestJoinsAreGradedOrRefused(t *testing.T) {
	oris := "state,agency,model,ori,first_listed,last_listed\n" +
		"TEXAS,smith county sheriff,Task Force Model,TX0010000,2025-05-20 am,2025-07-03 pm\n" +
		"UTAH,weber county sheriff,Task Force Model,TX0010000,2025-05-20 am,2025-07-03 pm\n" +
		"MINNESOTA,itasca county sheriff,Task Force Model,MN9999999,2025-05-20 am,2025-07-03 pm\n"
	as, report, err := ImportAgreements([]ListFile{listed("2025-07-07", ""+
		"TEXAS,Smith County Sheriff's Office,County,Smith County,Task Force Model,2025-03-01\n"+
		"UTAH,Weber County Sheriff's Office,County,Weber County,Task Force Model,2025-03-01\n"+
		"TEXAS,Smith County Sheriff's Office,County,Smith County,Jail Enforcement Model,2025-03-01\n"+
		"PENNSYLVANIA,Jefferson Township Police Department,Municipality,#N/A,Task Force Model,2025-03-01\n")}, strings.NewReader(oris), someAgencies())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range as.All() {
		got[a.State+" "+a.Model] = a.ORI + " " + a.Match
	}
	for k, want := range map[string]string{
		"TX tfm": "TX0010000 ori-file+name",
		"TX jem": "TX0010000 name",
		"UT tfm": "UT0290000 name", // the file's ORI is of another state: refused, then found by name
		"PA tfm": " none: 2 agencies bear that name",
		"MN tfm": "MN0310000 name",
	} {
		if got[k] != want {
			t.Errorf("%s: %q, want %q", k, got[k], want)
		}
	}
	if report.Counts["join-refused"] != 1 || report.Counts["ambiguous-name"] != 1 {
		t.Errorf("%+v", report)
	}
	if looseKey("kansas of investigation|tfm") != looseKey("Kansas Bureau of Investigation|tfm") {
		t.Error("words of form part two spellings of one office")
	}
	if fits(&tracked{key: "smith county sheriff|jem"}, comity.Agency{Type: "City"}) {
		t.Error("a sheriff was joined to a city's police")
	}
}

func TestRoundTrip(t *testing.T) {
	as, err := LoadAgreements(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	var list, lists bytes.Buffer
	if err := WriteAgreements(&list, as.All()); err != nil {
		t.Fatal(err)
	}
	if err := WriteLists(&lists, as.Lists()); err != nil {
		t.Fatal(err)
	}
	again, err := LoadAgreements(fstest.MapFS{agreementsFile: {Data: list.Bytes()}, listsFile: {Data: lists.Bytes()}})
	if err != nil || len(again.All()) != len(as.All()) || !slices.Equal(again.Lists(), as.Lists()) {
		t.Errorf("what is written does not come back: %v", err)
	}
	n := as.Count()
	if n[Listed] != 776 || n[Listed]+n[Pending]+n[Unconfirmed] != len(as.All()) {
		t.Errorf("shipped agreements: %v of %d", n, len(as.All()))
	}
}

func FuzzImportAgreements(f *testing.F) {
	f.Add("TEXAS,Smith Pd,Municipality,#N/A,Task Force Model,2025-03-01\n")
	f.Add("UTAHJ,Weber County Sheriff’s Office,County,Weber County,Jail Enforcement Model,05/082025\n")
	f.Fuzz(func(t *testing.T, rows string) {
		as, report, err := ImportAgreements([]ListFile{listed("2025-05-16", rows)}, nil, someAgencies())
		if err == nil && (report.Read != len(as.All()) || as.Count()[Listed] != report.Read) {
			t.Fatalf("%d rows gave %v", report.Read, as.Count())
		}
	})
}

func sharedLists(t *testing.T) []ListFile {
	var files []ListFile
	for _, f := range []struct {
		day, name string
		pending   bool
	}{
		{"2025-05-15", "pending_2025-05-15am", true}, {"2025-05-16", "participating_2025-05-16am", false},
		{"2025-05-29", "participating_2025-05-29am", false}, {"2025-06-17", "participating_2025-06-17pm", false},
		{"2025-06-17", "pending_2025-06-17pm", true}, {"2025-07-07", "participating_2025-07-07pm", false},
		{"2025-07-07", "pending_2025-07-07pm", true},
	} {
		files = append(files, ListFile{Name: f.name, Day: f.day, Pending: f.pending, Content: sharedFile(t, "agreements/"+f.name+".csv")})
	}
	return files
}

// checkAgreementSources compares with the figures published beside the lists.
func checkAgreementSources(t *testing.T, agencies *Agencies) {
	oris := sharedFile(t, "agreements/agency_model_ori_2025-05-16_2025-07-03.csv")
	as, report, err := ImportAgreements(sharedLists(t), oris, agencies)
	if err != nil {
		t.Fatal(err)
	}
	var participating []List
	for _, l := range as.Lists() {
		if !l.Pending {
			participating = append(participating, l)
		}
	}
	want := []List{
		{Day: "2025-05-16", Name: "participating_2025-05-16am", Rows: 571, JEM: 91, WSO: 205, TFM: 275, States: 40, Agencies: 467, Florida: 255},
		{Day: "2025-05-29", Name: "participating_2025-05-29am", Rows: 635, JEM: 100, WSO: 228, TFM: 307, States: 40, Agencies: 523, Florida: 271},
		{Day: "2025-06-17", Name: "participating_2025-06-17pm", Rows: 706, JEM: 110, WSO: 257, TFM: 339, States: 40, Agencies: 585, Florida: 281},
		{Day: "2025-07-07", Name: "participating_2025-07-07pm", Rows: 776, JEM: 113, WSO: 277, TFM: 386, States: 41, Agencies: 642, Florida: 302},
	}
	if !slices.Equal(participating, want) {
		t.Errorf("lists:\n%+v\nwant\n%+v", participating, want)
	}
	files := sharedLists(t)
	if added, gone, err := ListChange(files[1], files[5]); err != nil || added != 214 || gone != 10 {
		t.Errorf("+%d -%d (%v), want +214 -10", added, gone, err)
	}
	if n := as.Count(); n[Listed] != 776 {
		t.Errorf("status: %v", n)
	}
	for what, n := range map[string]int{"state-typo": 1, "signed-unreadable": 4, "rows of ORIs": 776, "rows with an ORI": 699, "rows with an ORI of the list of agencies": 682} {
		if report.Counts[what] != n {
			t.Errorf("%s: %d, want %d", what, report.Counts[what], n)
		}
	}
	t.Logf("%v", report.Counts)
	for _, r := range report.Remarks {
		t.Logf("%s %s: %s", r.Code, r.Where, r.Says)
	}
	var list, lists bytes.Buffer
	if err := errors.Join(WriteAgreements(&list, as.All()), WriteLists(&lists, as.Lists())); err != nil {
		t.Fatal(err)
	}
	shippedIs(t, agreementsFile, list.Bytes())
	shippedIs(t, listsFile, lists.Bytes())
}
