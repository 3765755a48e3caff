package oversight

import (
	"maps"
	"slices"
	"strconv"
)

// misidentification is the kind of entries of which several may tell of one
// event: the officer's side, the resident's, and what others saw.
const misidentification = "misidentification"

// fieldHurt is worked out of both questions about injuries: yes or no.
const fieldHurt = "hurt"

// An event is what one or several entries tell of, as one form.
type event struct {
	noted
	Entries int
}

// events is the reading with entries that tell of one event laid together. A
// later entry of that kind says so by pointing to an earlier one, or to one that
// points to it. The first entry's answers stand; of numbers the largest counts,
// not the sum; somebody was hurt, force was used, or it was tied to a federal
// operation where any of them says so. With inMonth, what was told in a later month
// than the event's changes nothing of it any more: that month is published.
func (r *reading) events(inMonth bool) []event {
	var out []event
	at := map[string]int{} // by the first entry's id
	for _, n := range r.list {
		if n.Kind != misidentification {
			out = append(out, event{n, 1})
			continue
		}
		n.form = maps.Clone(n.form)
		n.form[fieldHurt] = hurt(n.form)
		first := n.Agency + between + r.first(n)
		if i, ok := at[first]; ok {
			if !inMonth || n.month() == out[i].month() {
				out[i].Entries++
				out[i].lay(n)
			}
			continue
		}
		at[first] = len(out)
		out = append(out, event{n, 1})
	}
	return out
}

// first is the id of the entry that an event began with; it may be erased.
func (r *reading) first(n noted) string {
	id, seen := n.ID, map[string]bool{}
	for ref := n.Ref; ref != "" && !seen[ref]; {
		seen[ref] = true
		i, ok := r.byID[ref]
		if !ok {
			return ref
		}
		if r.list[i].Kind != misidentification {
			return id // it points to a call or a request: an event of its own
		}
		id, ref = ref, r.list[i].Ref
	}
	return id
}

func (e *event) lay(n noted) {
	for _, field := range []string{"delay_minutes", "staff_minutes"} {
		if n.form[field] != "" {
			e.form[field] = strconv.Itoa(max(e.number(field), n.number(field)))
		}
	}
	if n.form[fieldHurt] == "yes" {
		e.form[fieldHurt] = "yes"
	}
	if n.form["outcome"] == "force-used" {
		e.form["outcome"] = "force-used"
	}
	e.form["tied_to"] = closer(e.form["tied_to"], n.form["tied_to"])
}

// closer is the one that says more of where the event came from.
func closer(a, b string) string {
	order := []string{"", "not-attributable", "federal-operation-elsewhere", "federal-operation-here"}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

func hurt(form map[string]string) string {
	for _, field := range []string{"injured_officers", "injured_others"} {
		if v := form[field]; v == "minor" || v == "treated" {
			return "yes"
		}
	}
	return "no"
}
