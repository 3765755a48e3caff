package law

import (
	"encoding/json"
	"slices"
	"strconv"
)

// conditionSchema has a row for every fact that a condition may compare.
func (v *Vocabulary) conditionSchema() *Schema {
	s := object(nil, nil)
	s.Description, s.MinProperties = "every row must hold", 1
	for _, f := range v.Facts {
		if row := f.rowSchema(); row != nil {
			s.Properties[f.Name] = describe(row, f.Question)
		}
	}
	s.Properties["any"] = describe(listOf(refTo("condition"), 1), "one of these holds")
	s.Properties["all"] = describe(listOf(refTo("condition"), 1), "all of these hold")
	s.Properties["not"] = describe(refTo("condition"), "this does not hold")
	name := &Schema{Type: SchemaTypes{"string"}}
	s.Properties["is"] = &Schema{AnyOf: []*Schema{name, {Type: SchemaTypes{"array"}, Items: name, MinItems: 1, MaxItems: 1}}, Description: "one condition under define"}
	s.Properties["actor"] = describe(refTo("actors"), "the question is about one of them")
	return s
}

// rowSchema is the value of a fact in a condition; a date or instant has none.
func (f *Fact) rowSchema() *Schema {
	switch f.Type {
	case Bool:
		return &Schema{Type: SchemaTypes{"boolean"}}
	case Enum:
		one := &Schema{Enum: enumOf(f.Values...)}
		return &Schema{AnyOf: []*Schema{one, {Type: SchemaTypes{"array"}, Items: one, MinItems: 1, UniqueItems: true}}}
	case Int:
		if len(f.Thresholds) == 0 {
			return nil
		}
		at := &Schema{Enum: numbers(f.Thresholds)}
		compare := object(numberKeys, parts{"lt": at, "le": at, "gt": at, "ge": at})
		compare.MinProperties = 1
		return &Schema{AnyOf: []*Schema{at, compare}}
	}
	return nil
}

func numbers(list []int) []json.RawMessage {
	var out []json.RawMessage
	for _, n := range list {
		out = append(out, json.RawMessage(strconv.Itoa(n)))
	}
	return out
}

// factsSchema has the facts of a question with the values they may be given.
func (v *Vocabulary) factsSchema() *Schema {
	s := object(nil, nil)
	s.Type = append(s.Type, "null")
	for _, f := range v.Facts {
		s.Properties[f.Name] = describe(f.givenSchema(), f.Question)
	}
	return s
}

func (f *Fact) givenSchema() *Schema {
	switch f.Type {
	case Bool:
		return &Schema{Enum: append([]json.RawMessage{json.RawMessage("true"), json.RawMessage("false")}, enumOf("true", "false")...)}
	case Enum:
		return &Schema{Enum: enumOf(f.Values...)}
	case Int:
		lo, hi := f.Min, f.Max
		return &Schema{Type: SchemaTypes{"integer", "string"}, Minimum: &lo, Maximum: &hi}
	case Date:
		return &Schema{Type: SchemaTypes{"string"}, Pattern: dayPattern}
	}
	return &Schema{Type: SchemaTypes{"string"}, Pattern: `^[12][0-9]{3}-` + dayOfYear + `T`}
}

func citeSchema() *Schema {
	return required(object(citeKeys, parts{
		"ref": textOf("the section"), "quote": textOf("short and exact"), "source": textOf("where it was read"), "page": textOf("the page or site"),
		"checked": {Type: SchemaTypes{"string"}, Pattern: dayPattern, Description: "the day somebody looked"},
		"grade":   choice("A the text was read, B a reliable report of it, C from memory", "A", "B", "C"),
		"from":    boundOf("the first day the citation speaks"), "until": boundOf("the first day after"),
	}), "ref", "source", "checked", "grade")
}

// datesOf adds the keys that say when something held and when it was known.
func datesOf(p parts) parts {
	p["from"] = boundOf("the first day, or null where no beginning is known")
	p["until"] = boundOf("the first day after")
	p["learned"], p["withdrawn"] = boundOf("the day we knew"), boundOf("the day we knew better")
	return p
}

func (v *Vocabulary) ruleSchema() *Schema {
	return required(object(ruleKeys, datesOf(parts{
		"id":             {Type: SchemaTypes{"string"}, Pattern: `^[^ \t\n,]+#[^ \t\n,]+$`, Description: "the pack, # and the section"},
		"act":            describe(refTo("acts"), "what is ruled: an act, a list, or a @group"),
		"verdict":        choice("what the rule says of the act", "required", "prohibited", "permitted"),
		"binds":          describe(refTo("actors"), "whom it binds; nobody else is bound"),
		"agency":         describe(refTo("agency"), "only these agencies, by ORI"),
		"when":           describe(orNull(refTo("condition")), "must hold"),
		"unless":         describe(orNull(refTo("condition")), "must not hold"),
		"only_if":        textOf("a condition under define: prohibited unless it holds, permitted when it does"),
		"lower":          choice("what lower law may do: stands (bans, duties), yields or shields (permissions)", "stands", "yields", "shields"),
		"defeats":        describe(oneOrMore(&Schema{Type: SchemaTypes{"string"}}), "ids of rules of the same layer that this one sets aside"),
		"contested":      textOf("why the validity of the rule is in doubt"),
		"untranslatable": textOf("why the rule cannot be put in these terms: the answer becomes ask counsel"),
		"duties":         describe(listOf(v.dutySchema(), 0), "what follows from doing the act"),
		"clock":          clockSchema(),
		"penalty":        textOf("what follows a breach"),
		"says":           refTo("says"),
		"cite":           describe(listOf(refTo("cite"), 1), "where it stands"),
	})), "id", "act", "verdict", "binds", "from", "says", "cite")
}

func (v *Vocabulary) dutySchema() *Schema {
	event := textOf("what happens")
	if f, ok := v.Fact("event.kind"); ok {
		event = choice("what happens", f.Values...)
	}
	return required(object(dutyKeys, parts{
		"act": describe(refTo("act"), "what is then due"), "to": textOf("to whom"), "event": event, "within": textOf("how soon"),
		"cite": textOf("the section"), "from": boundOf("the first day"), "until": boundOf("the first day after"),
	}), "act", "cite")
}

func clockSchema() *Schema {
	of := parts{
		"starts": textOf("the fact or event from which it runs"), "after": choice("what holds when the time is over", "required", "prohibited", "permitted", "no-rule"),
		"length":   {Type: SchemaTypes{"string"}, Pattern: lengthPattern, Description: lengthHint},
		"excludes": describe(oneOrMore(&Schema{AnyOf: []*Schema{{Enum: enumOf(calendarWords...)}, {Type: SchemaTypes{"string"}, Pattern: ","}}}), "days that do not count, in a list or with commas"),
		"by":       {Type: SchemaTypes{"string"}, Pattern: `^([12][0-9]{3}-)?` + dayOfYear + `$`, Description: `a day of the year, "03-01", or a date`},
		"period":   textOf("what the report is about"), "nil": textOf("what to do when there is nothing to report"), "to": textOf("to whom"),
	}
	s := &Schema{Description: "a limit on the act, a due date, or a time to keep records"}
	for _, k := range clockKinds {
		kind := object(k.keys, of)
		kind.Properties["kind"] = choice("", k.kind)
		s.AnyOf = append(s.AnyOf, required(kind, k.needs...))
	}
	s.AnyOf = append(s.AnyOf, &Schema{Type: SchemaTypes{"null"}})
	return s
}

// lengthPattern is what lengthForm and wallForm take.
const lengthPattern = `^(([1-9][0-9]{0,4})(min|h|d|bd|w|mo|y)( before)?|([01][0-9]|2[0-3]):([0-5][0-9]) same day)$`

func (v *Vocabulary) orderSchema() *Schema {
	return required(object(orderKeys, datesOf(parts{
		"id":        {Type: SchemaTypes{"string"}, Pattern: `^[^ \t\n,]+#[^ \t\n,]+$`, Description: "the pack, # and a name"},
		"suspends":  describe(oneOrMore(&Schema{Type: SchemaTypes{"string"}}), "ids of the rules it keeps from being enforced"),
		"for":       describe(refTo("actors"), "against whom they cannot be enforced"),
		"agency":    describe(refTo("agency"), "only these agencies, by ORI"),
		"when":      describe(orNull(refTo("condition")), "must hold"),
		"unsettled": textOf("why the order may not last"),
		"says":      refTo("says"),
		"cite":      describe(listOf(refTo("cite"), 1), "where it stands"),
	})), "id", "suspends", "for", "from", "cite")
}

func (v *Vocabulary) silenceSchema() *Schema {
	return required(object(silenceKeys, parts{
		"acts":  refTo("acts"),
		"kind":  choice("meant: silent on purpose; searched: looked for, not found; gap: law that nobody has read", Meant, Searched, Gap),
		"binds": describe(refTo("actors"), "for these only"), "from": boundOf("the first day"), "until": boundOf("the first day after"),
		"why": textOf("why there is no rule"), "why_es": textOf("the same in Spanish"),
	}), "acts", "why")
}

func (v *Vocabulary) tableSchema() *Schema {
	row := required(object(rowKeys, parts{
		"section": textOf("the section of code"), "is": textOf("what it is"), "from": boundOf("the first day"), "until": boundOf("the first day after"),
	}), "section")
	return required(object(tableKeys, parts{
		"id": textOf("the pack, # and a name"), "title": textOf("the name of the list"),
		"fact": choice("the fact that it gives a value", v.names.facts...), "value": textOf("that value"),
		"from": boundOf("the first day"), "until": boundOf("the first day after"),
		"rows": listOf(row, 1), "cite": listOf(refTo("cite"), 1),
	}), "id", "fact", "value", "rows", "cite")
}

func (v *Vocabulary) testSchema() *Schema {
	verdicts := func(is string) *Schema { return describe(oneOrMore(&Schema{Enum: enumOf(verdictNames...)}), is) }
	cites := func(is string) *Schema { return describe(oneOrMore(refTo("text")), is) }
	answer := parts{
		"expect": verdicts("what must come out"), "expect_not": verdicts("what must not come out"),
		"must_cite": cites("part of a citation that must carry the answer"), "must_not_cite": cites("part of a citation that must not"),
		"expect_flags": describe(oneOrMore(&Schema{Enum: enumOf("conflict", "unsettled", "unverified", "incomplete")}), "flags that must be set"),
		"believed":     choice("what needs-counsel would have been", verdictNames[:4]...),
	}
	days := &Schema{Type: SchemaTypes{"object"}, MinProperties: 1, Description: "the same on several days, each with its answer",
		Others: &Others{&Schema{AnyOf: append(slices.Clone(verdicts("").AnyOf), object(answerKeys, answer))}}}
	of := parts{
		"name": textOf("what the test shows"), "on": dateOf("the day"), "day": dateOf("the day"), "days": days,
		"at": boundOf("the instant, with offset"), "agency": textOf("the ORI"),
		"actor": choice("who would act", v.names.actors...), "act": describe(refTo("act"), "what they would do"),
		"facts": refTo("facts"), "why": textOf("what the test is for"),
		"open": {AnyOf: []*Schema{{Enum: enumOf("all")}, oneOrMore(&Schema{Enum: enumOf(v.names.facts...)})}, Description: "facts that stay unknown, or all"},
	}
	for k, s := range answer {
		of[k] = s
	}
	s := required(object(testKeys, of), "name", "actor", "act")
	s.AnyOf = []*Schema{{Required: []string{"on"}}, {Required: []string{"day"}}, {Required: []string{"days"}}}
	return s
}
