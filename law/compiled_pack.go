package law

import (
	"encoding/binary"
	"slices"
	"time"

	"comity"
)

// A coder walks the fields of a pack in one order and writes or reads them, so
// that writing and reading cannot differ. What cannot be read ends the walk:
// from then on every field is empty.
type coder struct {
	v       *Vocabulary
	reading bool
	out     []byte
	in      string // what is left to read
	bad     *comity.Problem

	// The conditions of one pack stand once each, before its fields, kids
	// before parents.
	nodes []*condition   // read
	sizes []int          // of each, written out
	known map[string]int // written, by their own bytes
	table []byte
}

// Conditions that are larger than any in a file are no conditions of a file;
// the bounds keep what walks them from running wild.
const (
	mostNodes = 1 << 16
	mostKids  = 1 << 12
)

func writePack(p *Pack, v *Vocabulary) string {
	c := &coder{v: v, known: map[string]int{}}
	c.pack(p)
	n := len(c.known)
	head := &coder{}
	head.number(&n)
	return string(head.out) + string(c.table) + string(c.out)
}

func (c *coder) pack(p *Pack) {
	c.text(&p.Place)
	c.below(&p.layer, len(comity.Layers))
	p.Layer = comity.Layers[p.layer]
	c.texts(&p.Agencies)
	c.flag(&p.Cities)
	c.text(&p.Title)
	c.text(&p.TitleES)
	c.text(&p.Added)
	c.text(&p.KnownFrom)
	c.text(&p.AsOf)
	c.text(&p.NextCheck)
	c.day(&p.added)
	c.day(&p.knownFrom)
	c.day(&p.nextCheck)
	c.number(&p.placeLine)
	c.number(&p.layerLine)
	each(c, &p.Reviewed, func(r *Review) {
		c.text(&r.By)
		c.text(&r.Role)
		c.text(&r.On)
		c.text(&r.Signature)
	})
	each(c, &p.Rules, func(r **Rule) {
		made(r, c.reading)
		(*r).pack = p
		c.rule(*r)
	})
	each(c, &p.Orders, func(o **Order) {
		made(o, c.reading)
		(*o).pack = p
		c.order(*o)
	})
	each(c, &p.Silent, func(s **Silence) {
		made(s, c.reading)
		(*s).pack = p
		c.silence(*s)
	})
	each(c, &p.impossible, c.condition)
	each(c, &p.Tables, c.offences)
	each(c, &p.src.warnings, c.warning)
}

func made[T any](to **T, reading bool) {
	if reading {
		*to = new(T)
	}
}

func (c *coder) rule(r *Rule) {
	c.text(&r.ID)
	c.acts(&r.acts, &r.Acts)
	word(c, &r.Verdict)
	c.texts(&r.Binds)
	c.actors(&r.actors)
	c.texts(&r.Agencies)
	c.condition(&r.when)
	c.condition(&r.unless)
	c.text(&r.OnlyIf)
	c.flag(&r.opens)
	c.text(&r.Lower)
	c.texts(&r.Defeats)
	c.period(&r.lasts, &r.From, &r.Until)
	c.period(&r.known, &r.Learned, &r.Withdrawn)
	c.text(&r.Contested)
	c.text(&r.Untranslatable)
	c.text(&r.Penalty)
	c.says(&r.Says)
	each(c, &r.Cites, c.cite)
	each(c, &r.Duties, c.duty)
	clocked := r.Clock != nil
	c.flag(&clocked)
	if clocked {
		made(&r.Clock, c.reading)
		c.clock(r.Clock)
	}
	c.number(&r.Line)
}

func (c *coder) order(o *Order) {
	c.text(&o.ID)
	c.texts(&o.Suspends)
	c.texts(&o.For)
	c.actors(&o.actors)
	c.texts(&o.Agencies)
	c.condition(&o.when)
	c.period(&o.lasts, &o.From, &o.Until)
	c.period(&o.known, &o.Learned, &o.Withdrawn)
	c.text(&o.Unsettled)
	c.says(&o.Says)
	each(c, &o.Cites, c.cite)
	c.number(&o.Line)
}

func (c *coder) silence(s *Silence) {
	c.acts(&s.acts, &s.Acts)
	c.text(&s.Kind)
	c.texts(&s.Binds)
	c.actors(&s.actors)
	c.period(&s.lasts, &s.From, &s.Until)
	c.text(&s.Why)
	c.text(&s.WhyES)
}

func (c *coder) offences(t *Table) {
	c.text(&t.ID)
	c.text(&t.Title)
	c.text(&t.Fact)
	c.text(&t.Value)
	c.period(&t.lasts, &t.From, &t.Until)
	each(c, &t.Rows, func(r *TableRow) {
		c.text(&r.Section)
		c.text(&r.Is)
		c.period(&r.lasts, &r.From, &r.Until)
	})
	each(c, &t.Cites, c.cite)
}

func (c *coder) warning(f *finding) {
	c.text(&f.file)
	c.number(&f.line)
	made(&f.Problem, c.reading)
	c.text(&f.Code)
	c.text(&f.Message)
	c.text(&f.Hint)
	c.text(&f.Where)
}

func (c *coder) says(s *Says) {
	c.text(&s.EN)
	c.text(&s.ES)
}

func (c *coder) cite(x *Cite) {
	c.text(&x.Ref)
	c.text(&x.Quote)
	c.text(&x.Source)
	c.text(&x.Page)
	c.text(&x.Checked)
	word(c, &x.Grade)
	c.period(&x.in, &x.From, &x.Until)
}

func (c *coder) duty(d *DutyRule) {
	c.text(&d.Act)
	c.text(&d.To)
	c.text(&d.Event)
	c.text(&d.Within)
	c.text(&d.Cite)
	c.bound(&d.lasts.from)
	c.bound(&d.lasts.until)
}

func (c *coder) clock(k *ClockRule) {
	for _, s := range []*string{&k.Kind, &k.Starts, &k.Length, &k.Excludes, &k.After, &k.By, &k.Period, &k.Nil, &k.To, &k.length.unit} {
		c.text(s)
	}
	c.number(&k.length.n)
	c.number(&k.length.minutes)
	c.flag(&k.filter.saturdays)
	c.flag(&k.filter.sundays)
	c.flag(&k.filter.holidays)
	c.flag(&k.filter.state)
}

// conditions reads the table of conditions of a pack.
func (c *coder) conditions() {
	n := 0
	c.number(&n)
	for i := 0; i < n && c.bad == nil; i++ {
		k := &condition{}
		c.node(k, nil)
		switch k.op { // these are told by where they stand, too
		case opTrue:
			k = always
		case opFalse:
			k = never
		}
		c.nodes = append(c.nodes, k)
	}
}

// condition writes the number of a condition in the table, or finds it by that.
func (c *coder) condition(k **condition) {
	at := 0
	if !c.reading {
		at = c.numberOf(*k)
	}
	c.below(&at, len(c.nodes)+len(c.known))
	if c.reading {
		*k = never
		if c.bad == nil {
			*k = c.nodes[at]
		}
	}
}

// numberOf puts a condition into the table, behind its kids, unless its like
// is there.
func (c *coder) numberOf(k *condition) int {
	kids := make([]int, len(k.kids))
	for i, kid := range k.kids {
		kids[i] = c.numberOf(kid)
	}
	one := &coder{v: c.v}
	one.node(k, kids)
	n, ok := c.known[string(one.out)]
	if !ok {
		n = len(c.known)
		c.known[string(one.out)] = n
		c.table = append(c.table, one.out...)
	}
	return n
}

func (c *coder) node(k *condition, kids []int) {
	o := int(k.op)
	c.below(&o, int(opNamed)+1)
	k.op = op(o)
	switch k.op {
	case opFact:
		c.below(&k.fact, len(c.v.Facts))
		c.set(&k.cells)
		if c.reading && c.bad == nil && !k.cells.within(c.v.Facts[k.fact].domain) {
			c.fail("a condition has a value that its fact has not")
		}
	case opActor:
		c.actors(&k.actors)
	case opNamed:
		c.text(&k.name)
	}
	each(c, &kids, func(i *int) {
		if c.number(i); c.reading && (*i < 0 || *i >= len(c.nodes)) {
			c.fail("a part of a condition is not there")
		}
	})
	if c.reading && c.bad == nil {
		c.adopt(k, kids)
	}
}

// adopt gives a condition that was read its kids.
func (c *coder) adopt(k *condition, kids []int) {
	least, most := 0, 0
	switch k.op {
	case opNot, opNamed:
		least, most = 1, 1
	case opAnd, opOr:
		least, most = 1, mostKids
	}
	size := 1
	for _, i := range kids {
		size += c.sizes[i]
		k.kids = append(k.kids, c.nodes[i])
	}
	if len(kids) < least || len(kids) > most || size > mostNodes {
		c.fail("a condition has too few parts or too many")
	}
	c.sizes = append(c.sizes, size)
}

// acts are written by number and read with their names.
func (c *coder) acts(numbers *[]int, names *[]string) {
	each(c, numbers, func(a *int) {
		c.below(a, len(c.v.Acts))
		if c.reading && c.bad == nil {
			*names = append(*names, c.v.Acts[*a].Name)
		}
	})
}

func (c *coder) actors(s *set) {
	c.set(s)
	if c.reading && !s.within(setUpTo(len(c.v.Actors))) {
		c.fail("an actor is not in the vocabulary")
	}
}

func (c *coder) period(p *period, from, until *string) {
	c.text(from)
	c.text(until)
	c.bound(&p.from)
	c.bound(&p.until)
}

// bound writes a day by its number and an instant as its text.
func (c *coder) bound(b *bound) {
	c.flag(&b.exact)
	if !b.exact {
		c.day(&b.day)
		return
	}
	text := b.instant.Format(time.RFC3339Nano)
	c.text(&text)
	if !c.reading || c.bad != nil {
		return
	}
	t, bad := readInstant(text)
	if bad != nil {
		c.fail("an instant is none")
	}
	b.day, b.instant = localDay(t), t
}

func (c *coder) day(d *day) {
	n := int(*d)
	c.number(&n)
	if int(day(n)) != n {
		c.fail("a day is none")
	}
	*d = day(n)
}

func (c *coder) texts(list *[]string) { each(c, list, c.text) }

func word[T ~string](c *coder, w *T) {
	s := string(*w)
	c.text(&s)
	*w = T(s)
}

// each writes or reads a list; one without rows is read as none.
func each[T any](c *coder, list *[]T, visit func(*T)) {
	n := len(*list)
	c.number(&n)
	if !c.reading {
		for i := range *list {
			visit(&(*list)[i])
		}
		return
	}
	if n < 0 || n > len(c.in) { // every row takes a byte at least
		c.fail("a list is longer than the text")
		return
	}
	if n == 0 {
		return
	}
	*list = slices.Grow(*list, min(n, 256))
	for range n {
		if c.bad != nil {
			return
		}
		var row T
		visit(&row)
		*list = append(*list, row)
	}
}

func (c *coder) text(s *string) {
	n := len(*s)
	c.number(&n)
	if !c.reading {
		c.put(*s)
		return
	}
	*s = c.take(n)
}

func (c *coder) flag(b *bool) {
	n := int(bit(*b))
	c.below(&n, 2)
	*b = n == 1
}

func (c *coder) set(s *set) {
	for i := range s {
		if !c.reading {
			c.out = binary.AppendUvarint(c.out, s[i])
			continue
		}
		n, used := binary.Uvarint([]byte(c.in[:min(len(c.in), binary.MaxVarintLen64)]))
		c.skip(used)
		s[i] = n
	}
}

// below is a number from 0 to most-1; read as 0 where it is none.
func (c *coder) below(n *int, most int) {
	c.number(n)
	if *n < 0 || *n >= most {
		c.fail("a number is too large")
		*n = 0
	}
}

func (c *coder) number(n *int) {
	if !c.reading {
		c.out = binary.AppendVarint(c.out, int64(*n))
		return
	}
	x, used := binary.Varint([]byte(c.in[:min(len(c.in), binary.MaxVarintLen64)]))
	c.skip(used)
	*n = int(x)
}

// skip passes over a varint.
func (c *coder) skip(n int) {
	if n <= 0 {
		c.fail("it ends too early, or a number is none")
		return
	}
	c.take(n)
}

func (c *coder) put(s string) { c.out = append(c.out, s...) }

// take gives the next bytes of what is left.
func (c *coder) take(n int) string {
	if c.bad != nil || n < 0 || n > len(c.in) {
		c.fail("it ends too early")
		return ""
	}
	s := c.in[:n]
	c.in = c.in[n:]
	return s
}

func (c *coder) fail(why string) {
	if c.bad == nil {
		c.bad = badCompiled(why)
	}
	c.in = ""
}

// end says whether everything was read, and nothing is left.
func (c *coder) end() error {
	if c.bad == nil && c.in != "" {
		c.fail("something follows its end")
	}
	if c.bad != nil {
		return c.bad
	}
	return nil
}
