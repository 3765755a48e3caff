package law

import (
	"fmt"
	"slices"
	"strings"

	"comity"
)

// check links the packs with each other and reports what cannot stand: names
// that do not exist, circles, overlapping dates, clocks that lead nowhere. What
// it returns is only doubtful.
func (b *Book) check() (warned []finding) {
	for _, p := range b.packs {
		b.checkPlace(p)
		for _, r := range p.Rules {
			r.index = len(b.rules)
			r.Actors = b.vocabulary.actorNames(r.effectiveActors())
			r.reads = b.vocabulary.reads(r.when, r.unless)
			b.rules = append(b.rules, r)
			b.byRule[r.ID] = append(b.byRule[r.ID], r)
		}
	}
	b.ordersFor = make([][]*Order, len(b.rules))
	for _, p := range b.packs {
		for _, o := range p.Orders {
			b.linkOrder(p, o)
		}
		for _, r := range p.Rules {
			b.linkDefeats(p, r)
			b.checkClock(p, r)
		}
	}
	for _, p := range b.packs {
		b.checkSameIDs(p)
		b.checkCircles(p)
		warned = append(warned, b.checkDuties(p)...)
	}
	return warned
}

func (p *Pack) fault(line int, key, code, message, hint string) {
	p.src.problem(line, key, code, message, hint)
}

// reads lists the base facts behind conditions: a fact derived from others
// counts as those others.
func (v *Vocabulary) reads(conditions ...*condition) []int {
	var out []int
	for _, c := range conditions {
		c.each(func(f int, _ set) {
			if v.Facts[f].logic != nil {
				out = append(out, v.Facts[f].inputs...)
			} else {
				out = append(out, f)
			}
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// effectiveActors leaves out actors for whom the condition can never hold.
func (r *Rule) effectiveActors() set {
	var out set
	for _, a := range r.actors.members() {
		if r.when.forActor(a).op != opFalse && r.unless.forActor(a).op != opTrue {
			out.add(a)
		}
	}
	return out
}

func (b *Book) checkPlace(p *Pack) {
	if p.Place == "" {
		return
	}
	place, ok := b.Place(p.Place)
	if !ok {
		p.fault(p.placeLine, "place", "unknown-place", fmt.Sprintf("the place %.60q is not in the table of places", p.Place), didYouMean(p.Place, b.places.ids))
		return
	}
	fits := map[comity.Layer][]string{
		comity.State:  {"state", "territory"},
		comity.County: {"county", "city"}, // a consolidated city and county may call itself either
		comity.City:   {"city", "county"},
	}[p.Layer]
	if len(fits) > 0 && !slices.Contains(fits, place.Kind) {
		p.fault(p.layerLine, "layer", "bad-layer", fmt.Sprintf("the layer is %s but %s is a %s", p.Layer, place.ID, place.Kind), "")
	}
}

func (b *Book) ruleIDs() []string {
	out := make([]string, 0, len(b.byRule))
	for id := range b.byRule {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func (b *Book) linkOrder(p *Pack, o *Order) {
	o.index = len(b.orders)
	o.reads = b.vocabulary.reads(o.when)
	b.orders = append(b.orders, o)
	for _, id := range o.Suspends {
		rules := b.byRule[id]
		if len(rules) == 0 {
			p.fault(o.Line, o.ID+".suspends", "unknown-rule", "the rule "+id+" does not exist", didYouMean(id, b.ruleIDs()))
		}
		for _, r := range rules {
			o.rules = append(o.rules, r.index)
			b.ordersFor[r.index] = append(b.ordersFor[r.index], o)
		}
	}
}

func (b *Book) linkDefeats(p *Pack, r *Rule) {
	for _, id := range r.Defeats {
		rules := b.byRule[id]
		if len(rules) == 0 {
			p.fault(r.Line, r.ID+".defeats", "unknown-rule", "the rule "+id+" does not exist", didYouMean(id, b.ruleIDs()))
		}
		for _, o := range rules {
			if o.pack.layer != p.layer {
				p.fault(r.Line, r.ID+".defeats", "bad-defeat",
					fmt.Sprintf("%s is law of the %s layer and this rule of the %s layer", id, o.pack.Layer, p.Layer),
					"defeats works inside one layer; between layers, lower: and the order of layers decide")
				continue
			}
			o.defeaters = append(o.defeaters, r.index)
		}
	}
}

// checkCircles walks from each rule along defeats.
func (b *Book) checkCircles(p *Pack) {
	for _, r := range p.Rules {
		if way := b.circle(r.index, []int{r.index}); way != nil && slices.Min(way) == r.index {
			ids := make([]string, 0, len(way)+1)
			for _, i := range append(way, way[0]) {
				ids = append(ids, b.rules[i].ID)
			}
			p.fault(r.Line, r.ID+".defeats", "circular-defeat", "rules defeat each other in a circle: "+strings.Join(ids, " ← "), "remove one of the defeats")
		}
	}
}

func (b *Book) circle(start int, way []int) []int {
	for _, d := range b.rules[way[len(way)-1]].defeaters {
		if d == start {
			return way
		}
		if !slices.Contains(way, d) {
			if found := b.circle(start, append(slices.Clone(way), d)); found != nil {
				return found
			}
		}
	}
	return nil
}

// checkSameIDs allows one id for successive texts of a provision, and for
// successive states of knowledge, but never two texts at once.
func (b *Book) checkSameIDs(p *Pack) {
	for i, r := range p.Rules {
		for _, o := range p.Rules[:i] {
			if o.ID != r.ID || r.opens != o.opens || !r.lasts.overlaps(o.lasts) || !r.known.overlaps(o.known) {
				continue
			}
			p.fault(r.Line, r.ID, "overlapping-dates", fmt.Sprintf("the id also stands on line %d, and both are in force on some day", o.Line),
				"let one end (until) where the other begins (from), or give them different ids")
		}
	}
	for i, o := range p.Orders {
		for _, other := range p.Orders[:i] {
			if o.ID == other.ID && o.lasts.overlaps(other.lasts) && o.known.overlaps(other.known) {
				p.fault(o.Line, o.ID, "overlapping-dates", fmt.Sprintf("the id also stands on line %d, and both are in force on some day", other.Line), "give them different ids")
			}
		}
	}
}

// checkClock wants, for a limit, the rule that speaks when the time is over.
func (b *Book) checkClock(p *Pack, r *Rule) {
	if r.Clock == nil || r.Clock.Kind != "limit" || r.Clock.After == "" || r.Clock.After == string(comity.NoRule) {
		return
	}
	clocks := b.vocabulary.clockFacts(r.Clock.Starts)
	for _, o := range b.rules {
		if string(o.Verdict) != r.Clock.After || !slices.ContainsFunc(o.acts, func(a int) bool { return slices.Contains(r.acts, a) }) {
			continue
		}
		if slices.ContainsFunc(o.reads, func(f int) bool { return slices.Contains(clocks, f) }) {
			return
		}
	}
	names := make([]string, len(clocks))
	for i, f := range clocks {
		names[i] = b.vocabulary.Facts[f].Name
	}
	p.fault(r.Line, r.ID+".clock.after", "clock-without-rule",
		fmt.Sprintf("no rule on the same act says %s by a clock that starts at %s", r.Clock.After, r.Clock.Starts),
		"add a rule of that verdict whose condition reads "+orList(names)+", or write  after: no-rule")
}

// clockFacts lists the facts that measure time from a start.
func (v *Vocabulary) clockFacts(start string) []int {
	var out []int
	at, known := v.facts[start]
	for _, f := range v.Facts {
		if strings.HasPrefix(f.Name, "clock.") && (!known || slices.Contains(f.inputs, at)) {
			out = append(out, f.index)
		}
	}
	return out
}

// checkDuties warns where a duty is only a notice: it must also be a rule of
// its own, so that it can be asked for.
func (b *Book) checkDuties(p *Pack) (warned []finding) {
	for _, r := range p.Rules {
		for _, d := range r.Duties {
			act, ok := b.vocabulary.acts[d.Act]
			if !ok {
				continue
			}
			if !slices.ContainsFunc(b.rules, func(o *Rule) bool {
				return o.Verdict == comity.Required && slices.Contains(o.acts, act) && o.pack.Place == p.Place
			}) {
				warned = append(warned, p.src.find(r.Line, r.ID+".duties", "duty-without-rule", "the duty "+d.Act+" is not a rule on its own act", "add a required rule on "+d.Act))
			}
		}
	}
	return warned
}
