package law

import (
	"encoding/json"
	"slices"
	"strconv"

	"comity"
)

// appendDecision writes what encoding/json would write, byte for byte; a test
// holds it to that.
func appendDecision(b []byte, d *comity.Decision) []byte {
	b = appendKey(append(b, '{'), "id", d.ID)
	b = appendKey(append(b, ','), "verdict", string(d.Verdict))
	b = appendList(append(b, `,"possible":`...), d.Possible)
	b = append(b, `,"believed":`...)
	if d.Believed == nil {
		b = append(b, "null"...)
	} else {
		b = appendText(b, string(*d.Believed))
	}
	b = appendList(append(b, `,"flags":`...), d.Flags)
	b = appendLayers(append(b, `,"layers":`...), d.Layers)
	b = appendList(append(b, `,"uncovered":`...), d.Uncovered)
	b = appendList(append(b, `,"stale":`...), d.Stale)
	b = appendList(append(b, `,"rules":`...), d.Rules)
	b = appendList(append(b, `,"may_carry":`...), d.MayCarry)
	b = appendList(append(b, `,"overridden":`...), d.Overridden)
	b = appendEach(append(b, `,"defeated":`...), d.Defeated, func(b []byte, x *comity.Defeat) []byte {
		b = appendKey(b, "rule", x.Rule)
		return appendList(append(b, `,"by":`...), x.By)
	})
	b = appendEach(append(b, `,"suspended":`...), d.Suspended, func(b []byte, x *comity.Suspension) []byte {
		return appendKeys(b, "rule", x.Rule, "order", x.Order)
	})
	b = appendEach(append(b, `,"citations":`...), d.Citations, func(b []byte, x *comity.Citation) []byte {
		return appendKeys(b, "rule", x.Rule, "ref", x.Ref, "quote", x.Quote, "source", x.Source, "checked", x.Checked, "grade", string(x.Grade))
	})
	b = appendEach(append(b, `,"duties":`...), d.Duties, func(b []byte, x *comity.Duty) []byte {
		return appendKeys(b, "act", x.Act, "to", x.To, "event", x.Event, "within", x.Within, "due", x.Due, "cite", x.Cite)
	})
	b = appendEach(append(b, `,"clocks":`...), d.Clocks, func(b []byte, x *comity.Clock) []byte {
		return appendKeys(b, "rule", x.Rule, "kind", x.Kind, "starts", x.Starts, "length", x.Length, "excludes", x.Excludes,
			"due", x.Due, "after", x.After, "to", x.To, "cite", x.Cite)
	})
	b = appendFacts(append(b, `,"assumed":`...), d.Assumed)
	b = appendList(append(b, `,"missing":`...), d.Missing)
	b = appendList(append(b, `,"could_change":`...), d.CouldChange)
	b = appendList(append(b, `,"withheld":`...), d.Withheld)
	b = append(b, `,"next":`...)
	if d.Next == nil {
		b = append(b, "null"...)
	} else {
		b = appendText(b, *d.Next)
	}
	b = strconv.AppendBool(append(b, `,"exact":`...), d.Exact)
	b = appendList(append(b, `,"binds":{"actors":`...), d.Binds.Actors)
	b = appendList(append(b, `,"not":`...), d.Binds.Not)
	b = appendKeys(append(b, '}', ','), "in", d.In, "on", d.On, "known", d.Known, "law", d.Law)
	return append(b, '}')
}

func appendError(b []byte, id string, p *comity.Problem) []byte {
	b = appendKey(append(b, '{'), "id", id)
	b = appendKeys(append(b, `,"error":{`...), "code", p.Code, "message", p.Message, "hint", p.Hint, "where", p.Where)
	return append(b, '}', '}')
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil { // a string always marshals
				panic(err)
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendKey(b []byte, key, value string) []byte {
	b = append(append(append(b, '"'), key...), '"', ':')
	return appendText(b, value)
}

func appendKeys(b []byte, pairs ...string) []byte {
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendKey(b, pairs[i], pairs[i+1])
	}
	return b
}

func appendList[T ~string](b []byte, list []T) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(s))
	}
	return append(b, ']')
}

func appendEach[T any](b []byte, list []T, one func([]byte, *T) []byte) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(one(append(b, '{'), &list[i]), '}')
	}
	return append(b, ']')
}

var layersByName = func() []comity.Layer {
	out := slices.Clone(comity.Layers)
	slices.Sort(out)
	return out
}()

func appendLayers(b []byte, m map[comity.Layer]comity.Voice) []byte {
	b = append(b, '{')
	for i, l := range layersByName {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendKey(b, string(l), string(m[l]))
	}
	return append(b, '}')
}

// appendFacts writes booleans and whole numbers bare, as comity.Facts does.
func appendFacts(b []byte, f comity.Facts) []byte {
	var room [64]string
	names := room[:0]
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		if v := f[name]; v == "true" || v == "false" || wholeNumber(v) {
			b = append(b, v...)
		} else {
			b = appendText(b, v)
		}
	}
	return append(b, '}')
}
