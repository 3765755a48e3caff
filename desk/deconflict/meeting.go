package deconflict

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity/desk"
)

// A Duty is one action that a meeting gave out.
type Duty struct {
	Minutes string // entry
	Number  string
	What    string
	Owner   string // a role
	Due     string // day
	Overdue bool
}

// mostMinutes is how many meetings are looked through for open actions.
const mostMinutes = 200

// Duties lists the open actions of an agency's meetings, the earliest due
// first. today is the local day.
func (o *Office) Duties(ctx context.Context, agency, today string) ([]Duty, error) {
	entries, err := o.Desk.Record.Latest(ctx, agency, []string{"minutes"}, mostMinutes)
	if err != nil {
		return nil, fmt.Errorf("read minutes: %w", err)
	}
	var out []Duty
	for _, e := range entries {
		later, err := o.Desk.Record.Follow(ctx, e.ID)
		if err != nil {
			return nil, fmt.Errorf("read what became of the actions: %w", err)
		}
		done := map[string]bool{}
		for _, l := range later {
			if c := desk.ReadCard(l); c.Kind == "minutes-action" {
				done[c.Form["action"]] = true
			}
		}
		out = append(out, open(desk.ReadCard(e), done, today)...)
	}
	slices.SortStableFunc(out, func(a, b Duty) int { return strings.Compare(a.Due, b.Due) })
	return out, nil
}

func open(c desk.Card, done map[string]bool, today string) []Duty {
	var out []Duty
	for n := 1; n <= desk.MinutesActions; n++ {
		name, number := fmt.Sprintf("action_%d", n), fmt.Sprint(n)
		if c.Form[name] != "" && !done[number] {
			due := c.Form[name+"_due"]
			out = append(out, Duty{c.ID, number, c.Form[name], c.Form[name+"_owner"], due, due < today})
		}
	}
	return out
}

// A Tally is what a watch commander sees of the questions in this watch.
type Tally struct {
	Asked  int
	Most   int
	Alarm  bool // our own questions were stopped
	Peers  []PeerTally
	Silent bool // no question of this watch met anything, and half of the cap is used
}

// PeerTally counts what one peer asked us.
type PeerTally struct {
	Agency string
	Name   string
	Asked  int
	Alarm  bool
}

// Tally counts the questions of this watch.
func (o *Office) Tally(ctx context.Context, agency string, plans []*Plan) (Tally, error) {
	list, err := o.Plans.ReadQueries(ctx, agency, o.Now().Add(-Watch))
	if err != nil {
		return Tally{}, err
	}
	line := o.Line(agency)
	t := Tally{Most: line.most()}
	for _, peer := range line.Peers {
		t.Peers = append(t.Peers, PeerTally{Agency: peer.Agency, Name: peer.Name})
	}
	for _, q := range list {
		if q.Peer == "" {
			t.Asked++
		}
		for i := range t.Peers {
			if t.Peers[i].Agency == q.Peer {
				t.Peers[i].Asked++
			}
		}
	}
	t.Alarm = t.Asked > t.Most
	for i := range t.Peers {
		t.Peers[i].Alarm = t.Peers[i].Asked > t.Most
	}
	met := slices.ContainsFunc(plans, func(p *Plan) bool { return len(p.Told) > 0 || outcomeOf(p.Peers) == desk.CheckOverlap })
	t.Silent = !met && t.Asked*2 >= t.Most
	return t, nil
}

func join(words []string) string { return strings.Join(words, " ") }

// Today is the local day of an agency.
func (o *Office) Today(agency string) string {
	place, _ := o.Home(agency)
	return o.Desk.Today(place, agency)
}

// ReviewDue lists the plans that went ahead without the panel and wait for its
// review.
func ReviewDue(list []Standing) []Standing {
	return slices.DeleteFunc(slices.Clone(list), func(s Standing) bool { return s.Review.IsZero() || s.Reviewed() })
}

// Late reports whether the review is overdue.
func (s *Standing) Late(now time.Time) bool {
	return !s.Review.IsZero() && !s.Reviewed() && now.After(s.Review)
}
