package law

import (
	"fmt"
	"slices"

	"comity"
)

var (
	draftKeys     = []string{"bill", "session", "sample", "status", "text", "effect", "sponsors", "supporters", "opponents", "repeals", "left_out"}
	statementKeys = []string{"says", "as_of", "source", "checked", "grade"}
	partyKeys     = []string{"who", "source", "checked"}
	effectKeys    = []string{"day", "by"}
	// notInDrafts are keys of a pack that only law has.
	notInDrafts = []string{"agency", "added", "known_from", "as_of", "next_check", "reviewed", "orders", "silent", "impossible"}
)

// readBill reads the header by which a pack is a draft; without one it is law.
func (p *Pack) readBill(f map[string]item) {
	it, ok := f["draft"]
	if !ok {
		return
	}
	k := it.fields(draftKeys...)
	b := &Bill{Name: it.need(k, "bill"), Session: it.need(k, "session"), line: it.line()}
	b.Sample = k["sample"].choice("true", "false") == "true"
	b.Status = readStatement(it, k, "status")
	b.Text = readStatement(it, k, "text")
	b.readEffect(it, k)
	b.Sponsors, b.Supporters, b.Opponents = readParties(k["sponsors"]), readParties(k["supporters"]), readParties(k["opponents"])
	b.Repeals = k["repeals"].words()
	b.LeftOut = it.readSays(k["left_out"], false)
	if b.Sample && len(b.Sponsors)+len(b.Supporters)+len(b.Opponents) > 0 {
		it.fail("bad-sample", "a sample has neither sponsors nor opponents", "remove them, or write  sample: false  if the bill is real")
	}
	for _, key := range notInDrafts {
		if other, has := f[key]; has {
			other.fail("not-in-a-draft", "the key "+key+" is for law, not for a draft", "remove it")
		}
	}
	p.Bill = b
}

func (b *Bill) readEffect(parent item, f map[string]item) {
	parent.need2(f, "effect")
	it := f["effect"]
	if it.isNull() {
		return
	}
	k := it.fields(effectKeys...)
	it.need(k, "day")
	b.Effect, b.effect = k["day"].dayText(firstDay)
	it.need(k, "by")
	b.Assumed = k["by"].choice("bill", "assumed") == "assumed"
}

func readStatement(parent item, f map[string]item, key string) Statement {
	parent.need2(f, key)
	it := f[key]
	if it.isNull() {
		return Statement{}
	}
	k := it.fields(statementKeys...)
	s := Statement{Says: it.readSays(k["says"], true), Source: it.need(k, "source")}
	it.need(k, "as_of")
	s.AsOf, _ = k["as_of"].dayText(firstDay)
	it.need(k, "checked")
	s.Checked, _ = k["checked"].dayText(firstDay)
	it.need(k, "grade")
	s.Grade = comity.Grade(k["grade"].choice("A", "B", "C"))
	return s
}

func readParties(list item) []Party {
	var out []Party
	for _, it := range list.sequence() {
		k := it.fields(partyKeys...)
		it.need2(k, "who")
		p := Party{Who: k["who"].words(), Source: it.need(k, "source")}
		it.need(k, "checked")
		p.Checked, _ = k["checked"].dayText(firstDay)
		out = append(out, p)
	}
	return out
}

// checkDraft sees that a file of drafts is a draft, and no law that exists.
func (p *Pack) checkDraft(b *Book) {
	if p.Bill == nil {
		if len(p.src.problems) == 0 {
			p.fault(1, "draft", "no-draft", "the key draft is missing: without it a pack is law, and law does not belong among drafts", "add the header, or move the file to law/")
		}
		return
	}
	if _, taken := b.Pack(p.ID); taken {
		p.fault(1, "pack", "bad-pack-id", "there is law of this name", "name the draft for its bill")
	}
	b.checkPlace(p)
	for _, id := range p.Bill.Repeals {
		if rules := b.byRule[id]; len(rules) == 0 {
			p.fault(p.Bill.line, "draft.repeals", "unknown-rule", "the rule "+id+" does not exist", didYouMean(id, b.ruleIDs()))
		} else if own := rules[0].pack; own.layer < p.layer {
			p.fault(p.Bill.line, "draft.repeals", "bad-repeal", fmt.Sprintf("%s is law of the %s layer, which a bill of the %s layer cannot end", id, own.Layer, p.Layer), "")
		}
	}
	for _, r := range p.Rules {
		if slices.Contains(p.Bill.Repeals, r.ID) {
			p.fault(r.Line, r.ID, "bad-repeal", "a draft cannot end its own rule", "")
		}
	}
}

// refuseDraft keeps bills out of the law.
func (p *Pack) refuseDraft() {
	if p.Bill != nil {
		p.fault(p.Bill.line, "draft", "draft-in-law", "a bill is not law and cannot stand among it", "keep it in a folder of drafts: comity law draft -drafts DIR")
	}
}

func draftSchema() *Schema {
	says := func(is string) *Schema { return describe(refTo("says"), is) }
	statement := func(is string) *Schema {
		return describe(required(object(statementKeys, parts{
			"says": says("in one or two sentences"), "as_of": dateOf("the day it was so"), "source": textOf("where it was read"), "checked": dateOf("the day somebody looked"),
			"grade": choice("A the text was read, B a reliable report of it, C from memory", "A", "B", "C"),
		}), "says", "as_of", "source", "checked", "grade"), is)
	}
	parties := func(is string) *Schema {
		return partOf(required(object(partyKeys, parts{
			"who": oneOrMore(refTo("text")), "source": textOf("where it was read"), "checked": dateOf("the day somebody looked"),
		}), "who", "source", "checked"), is)
	}
	s := required(object(draftKeys, parts{
		"bill": textOf("its name or number"), "session": textOf("the session of the legislature"),
		"sample": {Type: SchemaTypes{"boolean"}, Description: "made up, filed nowhere"},
		"status": statement("where the bill stands"), "text": statement("the version that the rules follow"),
		"effect": required(object(effectKeys, parts{
			"day": dateOf("the first day on which it would be law"), "by": choice("the bill names the day, or it is assumed", "bill", "assumed"),
		}), "day", "by"),
		"sponsors": parties("who proposed it"), "supporters": parties("who is for it, on record"), "opponents": parties("who is against it, on record"),
		"repeals": describe(oneOrMore(&Schema{Type: SchemaTypes{"string"}}), "ids of rules that it would end"), "left_out": says("what of the bill is not in the rules"),
	}), "bill", "session", "status", "text", "effect")
	s.Description = "a bill, which is not law: only in a folder of drafts"
	return s
}
