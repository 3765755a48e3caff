package store

import (
	"slices"
	"strings"
	"testing"

	"comity/record"
)

func testTerms(fields []record.Field) []string {
	var out []string
	for _, f := range fields {
		if name, ok := strings.CutPrefix(f.Name, "person."); ok {
			out = append(out, name+"/"+f.Value)
		}
	}
	return out
}

func createWith(t testing.TB, config Config) (*Store, string) {
	t.Helper()
	s, dir := create(t, newClock())
	return reopenWith(t, s, config), dir
}

func reopenWith(t testing.TB, s *Store, config Config) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	config.Database = s.config.Database
	s, err := Open(t.Context(), s.dir, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// H21: staff find a person's papers within their agency, by a table that tells
// nothing to whoever has not the key.
func TestHarm_H21_papers_are_found_by_keyed_terms_of_one_agency(t *testing.T) {
	c := newClock()
	config := c.config()
	config.Terms = testTerms
	s, dir := createWith(t, config)
	for _, agency := range []string{cook, other} {
		d := draft("first-"+agency, c.now())
		d.Agency, d.Fields[2].Value = agency, "Canary Ruiz"
		mustAppend(t, s, d)
		d.ID, d.Kind = "later-"+agency, "complaint"
		mustAppend(t, s, d)
	}
	find := func(agency string, terms ...string) []string {
		t.Helper()
		list, err := s.Find(t.Context(), agency, "", terms, 10)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, e := range list {
			ids = append(ids, e.ID)
		}
		return ids
	}
	if got := find(cook, "name/Canary Ruiz", "nothing"); !slices.Equal(got, []string{"later-" + cook, "first-" + cook}) {
		t.Errorf("found %v", got)
	}
	if got := find("IL9999999", "name/Canary Ruiz"); len(got) != 0 {
		t.Errorf("another agency finds %v", got)
	}
	var terms, kinds int
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(DISTINCT term), count(DISTINCT agency) FROM term`).Scan(&terms, &kinds); err != nil {
		t.Fatal(err)
	}
	if terms != 4 || kinds != 2 { // a name and a booking number, for each agency others
		t.Errorf("%d terms of %d agencies: the same name of two agencies must have two terms", terms, kinds)
	}
	if where, err := searchAll(t, dir, spellings("Canary Ruiz")); err != nil || where != "" {
		t.Errorf("the name lies open in %s, %v", where, err)
	}
	if _, err := s.Erase(t.Context(), "first-"+cook, order); err != nil {
		t.Fatal(err)
	}
	if got := find(cook, "name/Canary Ruiz"); !slices.Equal(got, []string{"later-" + cook}) {
		t.Errorf("after an erasure: %v", got)
	}
	if err := s.write(t.Context(), func(t *tx) error { return t.exec(`DELETE FROM term`) }); err == nil {
		t.Error("terms were deleted without an order")
	}
}

// Entries of an older schema are found too, after one start.
func TestOlderEntriesAreIndexed(t *testing.T) {
	dir := unpack(t, "schema-1.tar.gz")
	config := newClock().config()
	config.Terms = testTerms
	s, err := Open(t.Context(), dir, config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, err := s.Find(t.Context(), cook, "", []string{"name/Canary Ruiz request-1"}, 10)
	if err != nil || len(list) != 1 || list[0].ID != "request-1" {
		t.Errorf("%+v, %v", list, err)
	}
	if n := count(t, s, "unindexed"); n != 0 {
		t.Errorf("%d entries wait", n)
	}
	latest, err := s.Latest(t.Context(), cook, []string{"detainer"}, 2)
	if err != nil || len(latest) != 2 || latest[0].Index < latest[1].Index {
		t.Errorf("Latest = %+v, %v", latest, err)
	}
}

func TestViewings(t *testing.T) {
	c := newClock()
	s, _ := create(t, c)
	mustAppend(t, s, draft("a", c.now()))
	mustAppend(t, s, draft("b", c.now()))
	for range 2 {
		if err := s.Viewed(t.Context(), "account-1", "clerk", "list", "a", "b", "nowhere"); err != nil {
			t.Fatal(err)
		}
	}
	c.add(KeepViewings / 2)
	if err := s.Viewed(t.Context(), "account-2", "supervisor", "page", "a"); err != nil {
		t.Fatal(err)
	}
	list, err := s.Viewings(t.Context(), cook, "a", 10)
	if err != nil || len(list) != 2 || list[0].Account != "account-2" || list[0].How != "page" || list[1].Role != "clerk" {
		t.Errorf("%+v, %v", list, err)
	}
	if all, err := s.Viewings(t.Context(), cook, "", 10); err != nil || len(all) != 3 {
		t.Errorf("%d of all, %v", len(all), err)
	}
	if list, err := s.Viewings(t.Context(), other, "", 10); err != nil || len(list) != 0 {
		t.Errorf("another agency sees %d, %v", len(list), err)
	}
	c.add(KeepViewings/2 + 2*60e9)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Viewings(t.Context(), cook, "", 10); err != nil || len(list) != 1 {
		t.Errorf("after their clock %d are left, %v", len(list), err)
	}
}
