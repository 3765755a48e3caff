package law

import (
	"slices"
	"strings"
	"time"

	"comity"
)

// A moment is T of the semantics: the instant asked about, or noon of the day.
type moment struct {
	day  day
	at   time.Time // zero where the question names a day only
	noon time.Time
}

func (m moment) instant() time.Time {
	if m.at.IsZero() {
		return m.noon
	}
	return m.at
}

// localLaw is what applies at one place whoever asks: packs of the place and
// of its ancestors.
type localLaw struct {
	place      int
	packs      []*Pack
	byAct      [][]*Rule
	gaps       [][]*Silence     // by act
	orders     map[int][]*Order // by rule
	expected   []comity.Layer   // layers that must be loaded for a full answer
	impossible []limit
	bound      []set          // by act: actors that some rule binds
	withheld   [][]string     // by act: never-stored facts that its rules could read
	holidays   *stateHolidays // of the state the place lies in, nil where no table is loaded
	districts  set            // federal districts of the place, as values of place.federal_district
	digest     string         // of the packs of nobody's agency
	byAgency   map[string]string
}

func (b *Book) lawOf(id string) (*localLaw, bool) {
	b.mu.RLock()
	l, ok := b.local[id]
	b.mu.RUnlock()
	if ok {
		return l, true
	}
	i, ok := b.places.byID[id]
	if !ok {
		return nil, false
	}
	l = b.gather(i)
	b.mu.Lock()
	defer b.mu.Unlock()
	if first, ok := b.local[id]; ok {
		return first, true
	}
	b.local[id] = l
	return l, true
}

func (b *Book) gather(place int) *localLaw {
	l := &localLaw{place: place, byAct: make([][]*Rule, len(b.vocabulary.Acts)), orders: map[int][]*Order{}, byAgency: map[string]string{}}
	l.impossible = slices.Clone(b.vocabulary.impossible)
	l.bound = make([]set, len(b.vocabulary.Acts))
	l.gaps = make([][]*Silence, len(b.vocabulary.Acts))
	here := b.places.list[place]
	chain := append([]int{place}, b.places.up[place]...)
	for _, p := range b.packs {
		at, ok := b.places.byID[p.Place]
		if !ok || !slices.Contains(chain, at) {
			continue
		}
		if at != place && b.places.list[at].Kind == "county" && here.Kind == "city" && !p.Cities {
			continue // county law binds county agencies
		}
		l.packs = append(l.packs, p)
		l.addGaps(p)
		for _, k := range p.impossible {
			k = b.vocabulary.expand(k)
			l.impossible = append(l.impossible, limit{condition: k, reads: k.facts()})
		}
		for _, r := range p.Rules {
			for _, a := range r.acts {
				l.byAct[a] = append(l.byAct[a], r)
				l.bound[a] = l.bound[a].union(r.effectiveActors())
			}
		}
		for _, o := range p.Orders {
			for _, r := range o.rules {
				l.orders[r] = append(l.orders[r], o)
			}
		}
	}
	l.expected = b.expectedLayers(chain)
	l.districts = b.districts(chain)
	l.withheld = b.withheld(l)
	l.holidays = b.holidaysOf(chain)
	l.digest = b.digestOf(slices.DeleteFunc(slices.Clone(l.packs), func(p *Pack) bool { return len(p.Agencies) > 0 }), l.holidays.digestLines()...)
	return l
}

// expectedLayers of a place: federal, the state it lies in, and local law
// where the table says that it was searched.
func (b *Book) expectedLayers(chain []int) []comity.Layer {
	out := []comity.Layer{comity.Federal}
	for _, i := range chain {
		if k := b.places.list[i].Kind; k == "state" || k == "territory" {
			out = append(out, comity.State)
			break
		}
	}
	if here := b.places.list[chain[0]]; here.Searched {
		switch here.Kind {
		case "county":
			out = append(out, comity.County)
		case "city":
			out = append(out, comity.City)
		}
	}
	return out
}

const districtFact = "place.federal_district"

// districts gives the values that the fact of the federal district may have
// here; a district without a value of its own is "other".
func (b *Book) districts(chain []int) set {
	var out set
	f, ok := b.vocabulary.Fact(districtFact)
	if !ok {
		return out
	}
	for _, i := range chain {
		for _, d := range b.places.list[i].Districts {
			if v, ok := f.word[d]; ok {
				out.add(v)
			} else if v, ok := f.word["other"]; ok {
				out.add(v)
			}
		}
		if !out.empty() {
			break
		}
	}
	return out
}

// withheld depends on act and place alone, so that the list tells nothing.
func (b *Book) withheld(l *localLaw) [][]string {
	out := make([][]string, len(l.byAct))
	for a, rules := range l.byAct {
		names := map[string]bool{}
		note := func(facts []int) {
			for _, f := range facts {
				if b.vocabulary.Facts[f].NeverStored {
					names[b.vocabulary.Facts[f].Name] = true
				}
			}
		}
		for _, r := range rules {
			note(r.reads)
			for _, o := range l.orders[r.index] {
				note(o.reads)
			}
		}
		out[a] = sortedNames(names)
	}
	return out
}

func compareText(a, b string) int { return strings.Compare(a, b) }

func sortedNames(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// appliesTo says whether law of named agencies reaches this one; nobody named
// is everybody.
func appliesTo(agencies []string, agency string) bool {
	return len(agencies) == 0 || slices.Contains(agencies, agency)
}

// A played rule is in play for a question, with the orders that may suspend it.
type played struct {
	rule     *Rule
	orders   []*Order
	fromMind bool // every citation in force at T is of grade C
}

// inPlay selects by place, act, actor, agency and the two times, and by
// nothing else (semantics 2.3, 2.4). It also gives the layers that an agency,
// had it been named, might add to.
func (c *asked) inPlay() (rules []played, unnamed []comity.Layer) {
	for _, r := range c.law.byAct[c.act] {
		if !r.actors.has(c.actor) || !r.lasts.covers(c.moment) || !r.known.coversDay(c.known) {
			continue
		}
		if !appliesTo(r.pack.Agencies, c.q.Agency) || !appliesTo(r.Agencies, c.q.Agency) {
			if c.q.Agency == "" {
				unnamed = append(unnamed, r.pack.Layer)
			}
			continue
		}
		p := played{rule: r, fromMind: r.fromMind(c.moment)}
		for _, o := range c.law.orders[r.index] {
			if !o.actors.has(c.actor) || !o.lasts.covers(c.moment) || !o.known.coversDay(c.known) {
				continue
			}
			if !appliesTo(o.pack.Agencies, c.q.Agency) || !appliesTo(o.Agencies, c.q.Agency) {
				if c.q.Agency == "" {
					unnamed = append(unnamed, o.pack.Layer)
				}
				continue
			}
			p.orders = append(p.orders, o)
		}
		rules = append(rules, p)
	}
	return rules, unnamed
}

// fromMind: no citation of the rule in force at that moment was seen in any text.
func (r *Rule) fromMind(m moment) bool {
	for i := range r.Cites {
		if c := &r.Cites[i]; c.Grade != comity.GradeC && c.Grade != "" && c.in.covers(m) {
			return false
		}
	}
	return true
}

// uncovered lists the expected layers of which no applying pack is known to be
// complete at T, and those with a declared gap on this act. A pack of which nothing was known by then covers nothing:
// otherwise a book that is younger than the question would answer "no rule".
func (c *asked) uncovered() []comity.Layer {
	var out []comity.Layer
	for _, want := range c.law.expected {
		if !slices.ContainsFunc(c.law.packs, func(p *Pack) bool {
			return p.Layer == want && p.knownFrom <= c.moment.day && p.knownBy(c.known) && appliesTo(p.Agencies, c.q.Agency)
		}) {
			out = append(out, want)
		}
	}
	return withGaps(out, c.gaps())
}

// knownBy: the pack was there by that day, or holds a rule that was.
func (p *Pack) knownBy(d day) bool {
	return p.added <= d || slices.ContainsFunc(p.Rules, func(r *Rule) bool { return r.known.from.day <= d })
}

// lawDigest names the packs that apply to this place and agency.
func (c *asked) lawDigest() string {
	if c.q.Agency == "" {
		return c.law.digest
	}
	var named []*Pack
	special := false
	for _, p := range c.law.packs {
		if appliesTo(p.Agencies, c.q.Agency) {
			named = append(named, p)
			special = special || len(p.Agencies) > 0
		}
	}
	if !special {
		return c.law.digest
	}
	c.book.mu.RLock()
	d, ok := c.law.byAgency[c.q.Agency]
	c.book.mu.RUnlock()
	if !ok {
		d = c.book.digestOf(named, c.law.holidays.digestLines()...)
		c.book.mu.Lock()
		c.law.byAgency[c.q.Agency] = d
		c.book.mu.Unlock()
	}
	return d
}
