package law

import (
	"encoding/json"
	"slices"
)

// A Schema is the part of JSON Schema (draft 2020-12) that describes a pack.
type Schema struct {
	Dialect       string             `json:"$schema,omitempty"`
	Title         string             `json:"title,omitempty"`
	Description   string             `json:"description,omitempty"`
	Ref           string             `json:"$ref,omitempty"`
	Type          SchemaTypes        `json:"type,omitempty"`
	Enum          []json.RawMessage  `json:"enum,omitempty"`
	Pattern       string             `json:"pattern,omitempty"`
	MinLength     int                `json:"minLength,omitempty"`
	Minimum       *int               `json:"minimum,omitempty"`
	Maximum       *int               `json:"maximum,omitempty"`
	Properties    map[string]*Schema `json:"properties,omitempty"`
	Required      []string           `json:"required,omitempty"`
	MinProperties int                `json:"minProperties,omitempty"`
	Items         *Schema            `json:"items,omitempty"`
	MinItems      int                `json:"minItems,omitempty"`
	MaxItems      int                `json:"maxItems,omitempty"`
	UniqueItems   bool               `json:"uniqueItems,omitempty"`
	AnyOf         []*Schema          `json:"anyOf,omitempty"`
	If            *Schema            `json:"if,omitempty"`
	Then          *Schema            `json:"then,omitempty"`
	// Others describes the keys that Properties does not name.
	Others *Others            `json:"additionalProperties,omitempty"`
	Defs   map[string]*Schema `json:"$defs,omitempty"`
}

// SchemaTypes are the JSON types a value may have.
type SchemaTypes []string

// MarshalJSON writes a single type as a word.
func (t SchemaTypes) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Others says what further keys hold; with no schema there may be none.
type Others struct{ Of *Schema }

// MarshalJSON writes false where no further key is allowed.
func (o Others) MarshalJSON() ([]byte, error) {
	if o.Of == nil {
		return []byte("false"), nil
	}
	return json.Marshal(o.Of)
}

// Schema describes a pack for editors: every key, and every word of the
// vocabulary where it may stand. It judges shape; what must agree with other
// lines (dates, ids, names under define) is for the loader.
func (v *Vocabulary) Schema() *Schema {
	s := object(packKeys, v.packParts())
	s.Dialect, s.Title = "https://json-schema.org/draft/2020-12/schema", "Law pack"
	s.Description = "One instrument of law of one place and layer: dated, cited rules and their tests."
	s.Required = []string{"pack", "place", "layer", "title"}
	s.If = &Schema{Properties: map[string]*Schema{"layer": {Enum: enumOf("policy", "agreement")}}}
	s.Then = &Schema{Required: []string{"agency"}}
	s.Defs = map[string]*Schema{
		"text":      {Type: SchemaTypes{"string", "number"}, MinLength: 1},
		"day":       {Type: SchemaTypes{"string", "null"}, Pattern: dayPattern},
		"bound":     {Type: SchemaTypes{"string", "null"}, Pattern: boundPattern},
		"agency":    describe(oneOrMore(&Schema{Type: SchemaTypes{"string"}}), "ORIs of the agencies, or any"),
		"act":       {Type: SchemaTypes{"string"}, Enum: enumOf(v.names.acts...)},
		"acts":      oneOrMore(&Schema{Type: SchemaTypes{"string"}, Enum: enumOf(v.actWords()...)}),
		"actors":    oneOrMore(&Schema{AnyOf: []*Schema{{Enum: enumOf(v.groupNames()...)}, {Type: SchemaTypes{"string"}, Description: "a list of actors under define"}}}),
		"condition": v.conditionSchema(),
		"facts":     v.factsSchema(),
		"says":      required(object(saysKeys, parts{"en": textOf("one plain sentence"), "es": textOf("the same in Spanish")}), "en", "es"),
		"cite":      citeSchema(),
		"rule":      v.ruleSchema(),
		"order":     v.orderSchema(),
		"silence":   v.silenceSchema(),
		"table":     v.tableSchema(),
		"test":      v.testSchema(),
	}
	return s
}

const (
	dayOfYear    = `(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`
	lawYear      = `(178[7-9]|179[0-9]|(18|19|20|21)[0-9]{2})`
	dayPattern   = `^` + lawYear + `-` + dayOfYear + `$`
	boundPattern = `^` + lawYear + `-` + dayOfYear + `(T.*)?$`
)

type parts map[string]*Schema

// object describes a mapping that has these keys and no others.
func object(keys []string, of parts) *Schema {
	s := &Schema{Type: SchemaTypes{"object"}, Properties: map[string]*Schema{}, Others: &Others{}}
	for _, k := range keys {
		s.Properties[k] = of[k]
	}
	return s
}

func required(s *Schema, keys ...string) *Schema { s.Required = keys; return s }

func describe(s *Schema, is string) *Schema { s.Description = is; return s }

func refTo(name string) *Schema { return &Schema{Ref: "#/$defs/" + name} }

func textOf(is string) *Schema  { return describe(refTo("text"), is) }
func dateOf(is string) *Schema  { return describe(refTo("day"), is) }
func boundOf(is string) *Schema { return describe(refTo("bound"), is) }

func choice(is string, of ...string) *Schema {
	return &Schema{Type: SchemaTypes{"string"}, Enum: enumOf(of...), Description: is}
}

func enumOf(list ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, w := range list {
		b, _ := json.Marshal(w) // a string always can be
		out = append(out, b)
	}
	return out
}

// oneOrMore: wherever a list stands, one entry may stand by itself.
func oneOrMore(s *Schema) *Schema {
	return &Schema{AnyOf: []*Schema{s, {Type: SchemaTypes{"array"}, Items: s, MinItems: 1}}}
}

func listOf(s *Schema, least int) *Schema {
	return &Schema{Type: SchemaTypes{"array"}, Items: s, MinItems: least}
}

// partOf is a list that may also be left empty.
func partOf(s *Schema, is string) *Schema {
	return &Schema{Type: SchemaTypes{"array", "null"}, Items: s, Description: is}
}

func orNull(s *Schema) *Schema { return &Schema{AnyOf: []*Schema{s, {Type: SchemaTypes{"null"}}}} }

// actWords are the acts and the groups of acts, with their sign.
func (v *Vocabulary) actWords() []string {
	out := slices.Clone(v.names.acts)
	for _, g := range v.ActGroups {
		if len(v.ActsIn(g)) > 0 {
			out = append(out, "@"+g)
		}
	}
	return out
}

func (v *Vocabulary) packParts() parts {
	return parts{
		"pack":       textOf("the id: the path of the file without law/ and .yaml"),
		"place":      textOf("an id of the table of places, such as us-il"),
		"layer":      choice("whose law it is, highest first", layerNames...),
		"agency":     describe(refTo("agency"), "a policy or agreement: the ORIs it is for, or any"),
		"reach":      choice("a county pack that binds city police too", "cities"),
		"title":      textOf("the name of the instrument"),
		"title_es":   textOf("the name in Spanish"),
		"draft":      draftSchema(),
		"added":      dateOf("the day we learned of it"),
		"known_from": dateOf("from this day the pack is complete as far as it goes"),
		"as_of":      dateOf("the day of the text that was read"),
		"next_check": dateOf("the day by which somebody looks again"),
		"reviewed": partOf(required(object(reviewKeys, parts{
			"by": textOf("a real person"), "role": textOf("as what"), "on": dateOf("when"), "signature": textOf("the signature"),
		}), "by", "signature"), "real persons who signed"),
		"define": {
			Type: SchemaTypes{"object", "null"}, Description: "conditions and lists of actors by name",
			Others: &Others{&Schema{AnyOf: []*Schema{refTo("condition"), describe(refTo("actors"), "a list of actors")}}},
		},
		"rules":      partOf(refTo("rule"), "what the instrument says"),
		"orders":     partOf(refTo("order"), "orders of courts that keep rules from being enforced"),
		"silent":     partOf(refTo("silence"), "acts without a rule, and why"),
		"impossible": partOf(refTo("condition"), "facts that never occur together"),
		"tables":     partOf(refTo("table"), "dated lists of offences"),
		"tests":      partOf(refTo("test"), "questions with the answer that must come out"),
	}
}

// SchemaJSON is the schema as a file.
func (v *Vocabulary) SchemaJSON() ([]byte, error) {
	b, err := json.MarshalIndent(v.Schema(), "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}
