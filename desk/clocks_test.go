package desk

import (
	"strings"
	"testing"
	"time"
)

// Counted by hand on a calendar, over week-ends, holidays and the Sundays on
// which clocks change.
func TestBothClocks(t *testing.T) {
	d, _ := at(t, "2026-11-21T15:00:00Z")
	for _, c := range []struct{ name, release, form, federal string }{
		{"over a week-end", "2026-11-20T17:00", "Sun 22 17:00 -0600", "Tue 24 17:00 -0600"},
		{"inside a week", "2026-11-16T09:00", "Wed 18 09:00 -0600", "Wed 18 09:00 -0600"},
		{"over Veterans Day and a week-end", "2026-11-10T17:00", "Thu 12 17:00 -0600", "Fri 13 17:00 -0600"},
		{"over Thanksgiving and a week-end", "2026-11-25T10:00", "Fri 27 10:00 -0600", "Mon 30 10:00 -0600"},
		{"from a Saturday", "2026-11-21T08:00", "Mon 23 08:00 -0600", "Wed 25 00:00 -0600"},
		{"the clocks go back", "2026-10-30T17:00", "Sun 01 16:00 -0600", "Tue 03 17:00 -0600"},
		{"the clocks go forward", "2026-03-06T17:00", "Sun 08 18:00 -0500", "Tue 10 17:00 -0500"},
		{"over a holiday observed on Friday", "2026-07-01T17:00", "Fri 03 17:00 -0500", "Mon 06 17:00 -0500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := texas().but("clock", "release_at", c.release, "received_at", "2026-03-01T10:00")
			card := Card{In: r.In, Agency: r.Agency, At: r.At}
			zone, _ := time.LoadLocation("America/Chicago")
			form, err := detainer.Read(r.Form, zone, false)
			if err != nil {
				t.Fatal(err)
			}
			contact := contact{Request: r, kind: &detainer, zone: zone}
			contact.Items = detainerItems(form)
			for i := range contact.Items {
				card.Questions = append(card.Questions, contact.question(i))
			}
			var last time.Time
			got := map[string]string{}
			for _, a := range d.Alarms(card) {
				if a.Due.Before(last) {
					t.Errorf("%s stands after a later alarm", a.Name)
				}
				last = a.Due
				got[a.Name] = a.Due.Format("Mon 02 15:04 -0700")
			}
			if got["form"] != c.form || got["federal"] != c.federal {
				t.Errorf("form %s, federal %s; want %s and %s", got["form"], got["federal"], c.form, c.federal)
			}
		})
	}
}

func TestTheTwoClocksNameTheirSource(t *testing.T) {
	d, s := at(t, "2026-11-21T15:00:00Z")
	handle(t, d, texas())
	var names []string
	for _, a := range d.Alarms(ReadCard(s.Kept[0])) {
		names = append(names, a.Name)
		if a.Name == "federal" && (!strings.Contains(a.Cite, "287.7") || a.Excludes == "") {
			t.Errorf("the federal clock cites %q and leaves out %q", a.Cite, a.Excludes)
		}
	}
	if want := "release form"; !strings.HasPrefix(strings.Join(names, " "), want) {
		t.Errorf("alarms %v; want %s first", names, want)
	}
}
