package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"comity"

	"github.com/danielgtaylor/huma/v2"
)

// readJSON reads exactly one JSON value. What is wrong is told with its line
// and column, or its key.
func readJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(into); err != nil {
		return badJSON(err, raw)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &comity.Problem{Code: "bad-json", Message: "there is more after the end of the JSON value", Hint: "send one value", Where: position(raw, d.InputOffset())}
	}
	return nil
}

// readStrict is readJSON that refuses keys the form does not have: a key that
// is dropped unseen may be one that must not be sent at all.
func readStrict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badJSON(err, raw)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &comity.Problem{Code: "bad-json", Message: "there is more after the end of the JSON value", Hint: "send one object", Where: position(raw, d.InputOffset())}
	}
	return nil
}

func badJSON(err error, raw []byte) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var problem *comity.Problem
	const hint = "the shapes are described at /api/openapi.json"
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &syntax):
		return &comity.Problem{Code: "bad-json", Message: "this is not JSON: " + syntax.Error(), Hint: hint, Where: position(raw, syntax.Offset)}
	case errors.As(err, &kind):
		return &comity.Problem{Code: "bad-json", Message: fmt.Sprintf("a %s stands where a %s belongs", kind.Value, kind.Type), Hint: hint, Where: kind.Field}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &comity.Problem{Code: "bad-json", Message: "the JSON ends too early", Hint: hint, Where: position(raw, int64(len(raw)))}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		key := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return &comity.Problem{Code: "unknown-key", Message: "this key is not part of the request", Hint: hint, Where: key}
	}
	return &comity.Problem{Code: "bad-json", Message: "this cannot be read as JSON", Hint: hint}
}

// position is where a byte stands, as an editor counts.
func position(raw []byte, offset int64) string {
	before := raw[:min(max(offset, 0), int64(len(raw)))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("line %d column %d", line, column)
}

// Facts are words, numbers and booleans by name: JSON that no Go map of one
// type describes.
type factsSchema map[string]string

func (factsSchema) Schema(huma.Registry) *huma.Schema {
	value := &huma.Schema{OneOf: []*huma.Schema{{Type: "string"}, {Type: "boolean"}, {Type: "integer"}}}
	return &huma.Schema{Type: "object", Description: "facts of the vocabulary and their values", AdditionalProperties: value}
}

// describeFacts gives questions and decisions the schema that their facts have
// in JSON; from the Go type alone they would be words only.
func describeFacts(a huma.API) {
	schemas := a.OpenAPI().Components.Schemas
	facts := factsSchema(nil).Schema(schemas)
	for name, key := range map[string]string{"Question": "facts", "Decision": "assumed"} {
		kind := reflect.TypeFor[comity.Question]()
		if name == "Decision" {
			kind = reflect.TypeFor[comity.Decision]()
		}
		schemas.Schema(kind, true, name)
		schemas.Map()[name].Properties[key] = facts
	}
}

// decisionSchema describes a decision from the type itself, with layers and
// assumed facts as the maps they are.
func decisionSchema(a huma.API) *huma.Schema {
	one := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[comity.Decision](), true, "Decision")
	return &huma.Schema{OneOf: []*huma.Schema{one, {Type: "array", Items: one}}}
}
