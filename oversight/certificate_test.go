package oversight

import (
	"strings"
	"testing"
)

// The form says that it is counsel's and unreviewed, names the elements of each
// rule, and leaves what a person must know to a person.
func TestCertificateIsAForm(t *testing.T) {
	text := Certificate{Agency: "TX2270000", Log: "record.example/log", Entries: 3, Case: strings.Repeat("a", 64)}.Text()
	for _, want := range []string{"Not reviewed by a lawyer", "certifies nothing", "902(11)", "803(6)(A)-(C)", "902(13)", "Evid. Code 1560", "true copy", "regular practice", "Signature ____", "none are in it", "Entries            3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	if strings.Contains(text, "%!") {
		t.Errorf("the form is broken:\n%s", text)
	}
	for line := range strings.Lines(text) {
		if len(line) > 100 {
			t.Errorf("a line of %d characters does not fit a page: %s", len(line), line)
		}
	}
	if sealed := (Certificate{Sealed: "N.D. Ill., 26-cv-1"}).Text(); !strings.Contains(sealed, "given under N.D. Ill., 26-cv-1") {
		t.Error("the order is not named")
	}
}
