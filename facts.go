package comity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Facts maps a fact of the vocabulary to the plain text of its value: an
// enumerated word, "true" or "false", a whole number, a day or an instant. In
// JSON booleans and numbers stand unquoted; both spellings are read.
type Facts map[string]string

// MarshalJSON writes the facts in order of name, booleans and numbers bare.
func (f Facts) MarshalJSON() ([]byte, error) {
	if len(f) == 0 {
		return []byte("{}"), nil
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range sortedKeys(f) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(name))
		b.WriteByte(':')
		if v := f[name]; bare(v) {
			b.WriteString(v)
		} else {
			b.Write(quoted(v))
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads strings, booleans and whole numbers; null leaves a fact
// out. Anything else is a Problem that names the fact.
func (f *Facts) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return &Problem{Code: "bad-facts", Message: "facts must be an object of fact names and values", Where: "facts"}
	}
	if raw == nil {
		return nil
	}
	out := make(Facts, len(raw))
	for name, v := range raw {
		switch {
		case string(v) == "null":
		case len(v) > 0 && v[0] == '"':
			var s string
			if err := json.Unmarshal(v, &s); err != nil {
				return badFact(name, v)
			}
			out[name] = s
		case bare(string(v)):
			out[name] = string(v)
		default:
			return badFact(name, v)
		}
	}
	*f = out
	return nil
}

func badFact(name string, v []byte) error {
	return &Problem{
		Code:    "bad-value",
		Message: fmt.Sprintf("the value %.40s is not a word, true, false or a whole number", v),
		Hint:    "write the value as the vocabulary lists it",
		Where:   "facts." + name,
	}
}

func bare(v string) bool {
	if v == "true" || v == "false" {
		return true
	}
	n, err := strconv.ParseInt(v, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == v
}

func quoted(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		panic(err)
	}
	return b
}

func sortedKeys(f Facts) []string {
	return slices.Sorted(maps.Keys(f))
}
