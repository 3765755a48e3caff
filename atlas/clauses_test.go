package atlas

import (
	"strings"
	"testing"
)

const firstAgreement = `I. PARTIES

This Memorandum constitutes an agreement between ICE, a component of the Department
of Homeland Security (DHS), and Sample County Sheriff's Office, hereinafter the law
enforcement agency (LEA). The LEA and ICE agree to abide by it.

II. RESPONSIBILITIES
  A. COSTS AND EXPENDITURES
The LEA is responsible for the salaries of its personnel. ICE will provide
instructors.
Sample County Sheriff's Office             1                Revised 02/15/2025
  B. REPORTING
The LEA shall report every arrest within 24 hours. See 8 U.S.C. § 1357.

III. POINTS OF CONTACT
For the LEA: the office of the sheriff
IV. TERMINATION OF THIS MOA
Either party may end it at any time. By signing this MOA, each party agrees to be bound to the extent allowed by law.
Signature: ____________________   Date: ______
`

// Another agency, other line breaks, one clause stricter, one gone, one new.
var secondAgreement = strings.NewReplacer(
	"Sample County Sheriff's Office, hereinafter the law\nenforcement agency (LEA)", "Example Police Department,\nhereinafter the law enforcement agency (LEA)",
	"Sample County Sheriff's Office", "Example Police Department",
	"will provide\ninstructors", "will\nprovide instructors",
	"within 24 hours", "at once",
	"IV. TERMINATION OF THIS MOA", "IV. TRAINING OF PERSONNEL\nThe LEA must train its personnel.\nV. TERMINATION OF THIS MOA",
	"the office of the sheriff", "the chief",
).Replace(firstAgreement)

func TestCompareClauses(t *testing.T) {
	a, b := ReadClauses(firstAgreement), ReadClauses(secondAgreement)
	var paths []string
	for _, c := range a {
		paths = append(paths, c.Path)
	}
	if got := strings.Join(paths, " "); got != "I II II.A II.B IV" {
		t.Fatalf("clauses: %s", got)
	}
	changes, same := CompareClauses(a, b)
	if same != 4 || len(changes) != 2 {
		t.Fatalf("%d the same, %+v", same, changes)
	}
	report := changes[0]
	if report.Kind != ClauseChanged || report.First.Path != "II.B" || len(report.Removed) != 1 || len(report.Added) != 1 ||
		!report.Added[0].Duty || report.Added[0].Text != "The LEA shall report every arrest at once." {
		t.Errorf("reporting: %+v", report)
	}
	if train := changes[1]; train.Kind != ClauseAdded || train.Second.Heading != "TRAINING OF PERSONNEL" || !train.Added[0].Duty {
		t.Errorf("training: %+v", train)
	}
	back, _ := CompareClauses(b, a)
	if len(back) != 2 || back[1].Kind != ClauseRemoved && back[0].Kind != ClauseRemoved {
		t.Errorf("the other way round: %+v", back)
	}
	if a[2].Hash() != b[2].Hash() || a[3].Hash() == b[3].Hash() {
		t.Error("the hash must follow what a clause says, not its breaks of lines")
	}
}

func FuzzClauses(f *testing.F) {
	f.Add(firstAgreement)
	f.Add("V. PURPOSE\nX. Y\n\fAPPENDIX A\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		clauses := ReadClauses(text)
		changes, same := CompareClauses(clauses, clauses)
		if len(changes) != 0 || same != len(clauses) {
			t.Errorf("a text differs from itself: %+v", changes)
		}
	})
}
