package table_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"comity/data/table"
)

func read(text string) (int, error) {
	t, err := table.Open(strings.NewReader(text), "in.csv", "a", "b")
	if err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		if err := t.Next(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func TestReadsGoodFile(t *testing.T) {
	if n, err := read("\ufeffb,a,extra\n1,2,3\n4,5,6\n"); n != 2 || err != nil {
		t.Fatalf("got %d rows, %v", n, err)
	}
}

func TestFaultsNameLineAndColumn(t *testing.T) {
	for _, c := range []struct{ name, text, code, where string }{
		{"empty", "", "empty-file", "in.csv:1"},
		{"no rows", "a,b\n", "no-rows", "in.csv:1"},
		{"missing column", "a,c\n1,2\n", "missing-column", "in.csv:1, column b"},
		{"double column", "a,b,a\n1,2,3\n", "double-column", "in.csv:1, column a"},
		{"short row", "a,b\n1,2\n3\n", "unreadable-row", "in.csv:3"},
		{"cut in a quote", "a,b\n1,2\n3,\"4", "unreadable-row", "in.csv:3"},
		{"error page", "<html><body>404</body></html>\n", "missing-column", "in.csv:1, column a"},
		{"status", "a,b,Immigration Status\n1,2,3\n", "refused-column", "in.csv:1, column Immigration Status"},
	} {
		_, err := read(c.text)
		var f *table.Fault
		if !errors.As(err, &f) || f.Code != c.code || f.Where != c.where {
			t.Errorf("%s: got %v, want %s at %s", c.name, err, c.code, c.where)
		}
	}
}

func TestRefused(t *testing.T) {
	for column, want := range map[string]bool{
		"status": true, "citizenship": true, "Citizenship Country": true, "birth_date": true, "BirthDate": true,
		"sex": true, "Gender": true, "A-Number": true, "alien number": true, "DOB": true, "country_of_birth": true,
		"state": false, "facility": false, "lift_reason": false, "sexton": false, "statute": false, "prepare_date": false,
	} {
		if table.Refused(column) != want {
			t.Errorf("%q refused: want %v", column, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("a,b\n\"1,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := read(text); err == nil && n == 0 {
			t.Fatal("a file without rows was taken")
		}
	})
}
