package law

import (
	"strings"

	"comity"
)

var ruleKeys = []string{"id", "act", "verdict", "binds", "agency", "when", "unless", "only_if", "lower", "defeats", "from", "until",
	"learned", "withdrawn", "contested", "untranslatable", "duties", "clock", "penalty", "says", "cite"}

func (p *Pack) readRule(it item) {
	f := it.fields(ruleKeys...)
	r := &Rule{pack: p, Line: it.line()}
	r.ID = p.readID(it, f)
	it.need2(f, "act")
	r.Acts = p.actWords(f["act"])
	for _, a := range r.Acts {
		r.acts = append(r.acts, p.scope.v.acts[a])
	}
	it.need(f, "verdict")
	r.Verdict = comity.Verdict(f["verdict"].choice("required", "prohibited", "permitted"))
	it.need2(f, "binds")
	r.Binds, r.actors = f["binds"].words(), p.scope.actors(f["binds"])
	r.Agencies = p.readAgencies(f["agency"])
	r.when, r.unless = p.scope.condition(f["when"]), never
	if u := f["unless"]; !u.isNull() {
		r.unless = p.scope.condition(u)
	}
	r.readLower(f["lower"])
	r.Defeats = f["defeats"].words()
	if _, ok := f["from"]; !ok {
		it.fail("missing-key", "the key from is missing", `write the first day, from: "YYYY-MM-DD", or from: null where it has no known beginning`)
	}
	r.From, r.Until, r.lasts = it.readPeriod(f, "from", "until")
	r.Learned, r.Withdrawn, r.known = it.readPeriod(f, "learned", "withdrawn")
	if r.Learned == "" {
		r.known.from.day = p.added
	}
	r.Contested, r.Untranslatable, r.Penalty = f["contested"].text(), f["untranslatable"].text(), f["penalty"].text()
	r.Says = it.readSays(f["says"], true)
	r.Cites = it.readCites(f["cite"], true)
	for _, d := range f["duties"].sequence() {
		r.readDuty(p, d)
	}
	if c, ok := f["clock"]; ok && !c.isNull() {
		r.Clock = readClock(p.scope.v, c)
	}
	p.Rules = append(p.Rules, r)
	if key, ok := f["only_if"]; ok {
		r.splitOnlyIf(p, key)
	}
}

// need2 is need for keys whose value is a list.
func (v item) need2(f map[string]item, key string) {
	if it, ok := f[key]; !ok || it.isNull() || it.node.Value == "" && len(it.node.Content) == 0 {
		v.fail("missing-key", "the key "+key+" is missing", "add  "+key+":")
	}
}

// readID wants the id of the pack, a # and the section, so that an id says where it stands.
func (p *Pack) readID(it item, f map[string]item) string {
	id := it.need(f, "id")
	if id != "" && (!strings.HasPrefix(id, p.ID+"#") || len(id) == len(p.ID)+1 || strings.ContainsAny(id, " \t\n,")) {
		f["id"].fail("bad-id", "the id "+id+" must be the pack's id, a # and the section, without spaces", "write  id: "+p.ID+"#"+id[strings.LastIndexByte(id, '#')+1:])
	}
	return id
}

// readLower sets what lower layers may do to the rule; a permission cannot
// stand and a ban or duty cannot shield.
func (r *Rule) readLower(it item) {
	r.Lower = "stands"
	if r.Verdict == comity.Permitted {
		r.Lower = "yields"
	}
	if it.isNull() {
		return
	}
	switch w := it.choice("stands", "yields", "shields"); {
	case w == "":
	case w == "stands" && r.Verdict == comity.Permitted:
		it.fail("bad-lower", "a permission cannot stand", "write  lower: shields  if lower law may not forbid it, else leave lower out")
	case w == "shields" && r.Verdict != comity.Permitted:
		it.fail("bad-lower", "only a permission can shield", "leave lower out: a ban or duty stands by itself")
	default:
		r.Lower = w
	}
}

// splitOnlyIf makes two rules of one: a ban unless the key, a permission when
// it is met. They share the id and never fire together.
func (r *Rule) splitOnlyIf(p *Pack, key item) {
	c := p.scope.named(key)
	if r.Verdict != comity.Prohibited {
		key.fail("bad-only-if", "only_if belongs to a ban", "write  verdict: prohibited")
	}
	r.OnlyIf = key.text()
	may := *r
	may.opens, may.Verdict, may.Lower = true, comity.Permitted, "yields"
	may.when = allOf(r.when, c)
	may.Penalty, may.Defeats = "", nil
	r.unless = anyOf(r.unless, c)
	p.Rules = append(p.Rules, &may)
}

func (v item) readSays(it item, must bool) Says {
	if it.isNull() {
		if must {
			v.fail("missing-key", "the key says is missing", "add  says: {en: …, es: …}, one plain sentence each")
		}
		return Says{}
	}
	f := it.fields(saysKeys...)
	return Says{it.need(f, "en"), it.need(f, "es")}
}

func (v item) readCites(it item, must bool) []Cite {
	list := it.sequence()
	if len(list) == 0 && must {
		v.fail("missing-key", "the key cite is missing", "add  cite: with ref, source, checked and grade")
	}
	var out []Cite
	for _, c := range list {
		f := c.fields(citeKeys...)
		cite := Cite{Ref: c.need(f, "ref"), Quote: f["quote"].text(), Source: c.need(f, "source"), Page: f["page"].text()}
		c.need(f, "checked")
		cite.Checked, _ = f["checked"].dayText(firstDay)
		c.need(f, "grade")
		cite.Grade = comity.Grade(f["grade"].choice("A", "B", "C"))
		cite.From, cite.Until, cite.in = c.readPeriod(f, "from", "until")
		out = append(out, cite)
	}
	return out
}

func (p *Pack) readOrder(it item) {
	f := it.fields(orderKeys...)
	o := &Order{pack: p, Line: it.line(), ID: p.readID(it, f)}
	it.need2(f, "suspends")
	o.Suspends = f["suspends"].words()
	it.need2(f, "for")
	o.For, o.actors = f["for"].words(), p.scope.actors(f["for"])
	o.Agencies = p.readAgencies(f["agency"])
	o.when = p.scope.condition(f["when"])
	if _, ok := f["from"]; !ok {
		it.fail("missing-key", "the key from is missing", `write the first day or instant of the order`)
	}
	o.From, o.Until, o.lasts = it.readPeriod(f, "from", "until")
	o.Learned, o.Withdrawn, o.known = it.readPeriod(f, "learned", "withdrawn")
	if o.Learned == "" {
		o.known.from.day = p.added
	}
	o.Unsettled = f["unsettled"].text()
	o.Says = it.readSays(f["says"], false)
	o.Cites = it.readCites(f["cite"], true)
	p.Orders = append(p.Orders, o)
}

func (p *Pack) readTable(it item) {
	f := it.fields(tableKeys...)
	t := Table{ID: p.readID(it, f), Title: f["title"].text(), Fact: it.need(f, "fact"), Value: it.need(f, "value")}
	if fact, ok := p.scope.v.Fact(t.Fact); !ok {
		f["fact"].fail("unknown-fact", "the fact "+t.Fact+" is not in the vocabulary", didYouMean(t.Fact, p.scope.v.names.facts))
	} else if _, bad := fact.read(t.Value); bad != nil {
		f["value"].fail(bad.Code, bad.Message, bad.Hint)
	}
	t.From, t.Until, t.lasts = it.readPeriod(f, "from", "until")
	for _, row := range f["rows"].sequence() {
		k := row.fields(rowKeys...)
		r := TableRow{Section: row.need(k, "section"), Is: k["is"].text()}
		r.From, r.Until, r.lasts = row.readPeriod(k, "from", "until")
		t.Rows = append(t.Rows, r)
	}
	if len(t.Rows) == 0 {
		it.fail("missing-key", "a table needs rows", "add  rows: with one section each")
	}
	t.Cites = it.readCites(f["cite"], true)
	p.Tables = append(p.Tables, t)
}
