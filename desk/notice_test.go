package desk

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

func TestNoticeGolden(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	handle(t, d, texas().but("box2", "box", "box-2", "cause", "", "other_reason", "yes", "release_at", ""))
	for _, lang := range NoticeLangs {
		var b strings.Builder
		for _, e := range s.Kept {
			n := d.Notice(ReadCard(e), lang, Referral{Name: "Public defender", Phone: "555-0100"}, func(at time.Time) string {
				return at.Format("2006-01-02 15:04 MST")
			})
			b.WriteString(printed(n) + "\n")
		}
		compare(t, "testdata/notice."+lang+".txt", b.String())
	}
}

func printed(n Notice) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n%s, %s\n", n.Title, n.Name, n.Booking)
	for _, p := range n.Parts {
		fmt.Fprintf(&b, "\n## %s\n%s\n", p.Heading, strings.Join(p.Text, "\n"))
	}
	for _, l := range n.Law {
		fmt.Fprintf(&b, "\n%s: %q\n", l.Ref, l.Quote)
	}
	fmt.Fprintf(&b, "\n%s %s\n", n.Referral.Name, n.Referral.Phone)
	for _, l := range n.Service {
		fmt.Fprintf(&b, "%s: ____\n", l.Label)
	}
	return b.String()
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; review it and run with -update:\n%s", golden, got)
	}
}

// The words that users.md fixes for Spanish, and sentences a tired or
// frightened reader can follow.
func TestNoticeWords(t *testing.T) {
	es := fmt.Sprintf("%+v", noticeSpanish())
	if !strings.Contains(es, "solicitud de retención de ICE (detainer)") || !strings.Contains(es, "puesta en libertad") {
		t.Error("the Spanish words for detainer and release are missing")
	}
	if regexp.MustCompile(`(?i)ilegal|orden de retención|\btú\b|\btienes\b|\bpuedes\b`).MatchString(es) {
		t.Error("a word that the Spanish notice must not use")
	}
	for _, w := range []noticeWords{noticeEnglish(), noticeSpanish()} {
		for _, line := range append([]string{w.hold, w.lent, w.tell, w.will, w.willNot, w.may, w.unclear}, w.mayDo...) {
			for _, sentence := range strings.SplitAfter(line, ". ") {
				if n := len(strings.Fields(sentence)); n > 45 {
					t.Errorf("%s: a sentence of %d words: %s", w.lang, n, sentence)
				}
			}
		}
	}
}
