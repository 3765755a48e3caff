package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"comity"

	"github.com/danielgtaylor/huma/v2"
)

type decideInput struct {
	RawBody []byte `contentType:"application/json"`
}

type decideOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// apiDecide answers one question or an array of them. Nothing of it is
// recorded or logged: a question without a case is nobody's business.
func (s *site) apiDecide(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "decide", Method: http.MethodPost, Path: "/api/v1/decide",
		Summary:     "May, must or must not this actor do this act here, then, on these facts?",
		Description: "One question or an array of questions. Nothing is recorded. Keys that are not listed are ignored. In an array, a question that cannot be answered gives an object with id and error in its place.",
		RequestBody: body(a, "Question", exampleQuestion()),
		Responses: map[string]*huma.Response{"200": {
			Description: "the decision, or an array of them in the same order",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: decisionSchema(a)}},
		}},
		Errors: errorsAnybody, SkipValidateBody: true, MaxBodyBytes: decideLimit, BodyReadTimeout: time.Minute,
	}, func(_ context.Context, in *decideInput) (*decideOutput, error) {
		out, err := s.decideBody(in.RawBody)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &decideOutput{"application/json", out}, nil
	})
}

func (s *site) decideBody(raw []byte) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '[' {
		return s.decideMany(raw)
	}
	var one json.RawMessage
	if err := readJSON(raw, &one); err != nil {
		return nil, err
	}
	line, err := s.decideLines([]json.RawMessage{one})
	if err != nil {
		return nil, err
	}
	var refused struct{ Error *comity.Problem }
	if err := json.Unmarshal(line, &refused); err == nil && refused.Error != nil {
		return nil, refused.Error
	}
	return line, nil
}

func (s *site) decideMany(raw []byte) ([]byte, error) {
	var all []json.RawMessage
	if err := readJSON(raw, &all); err != nil {
		return nil, err
	}
	lines, err := s.decideLines(all)
	if err != nil {
		return nil, err
	}
	out := append([]byte{'['}, bytes.ReplaceAll(lines, []byte{'\n'}, []byte{','})...)
	return append(out, ']'), nil
}

// decideLines answers through the batch, so that a program gets the same bytes
// from here and from the command line.
func (s *site) decideLines(all []json.RawMessage) ([]byte, error) {
	var in, out bytes.Buffer
	for _, one := range all {
		if err := json.Compact(&in, one); err != nil {
			return nil, badJSON(err, nil)
		}
		in.WriteByte('\n')
	}
	count, err := s.Law.DecideBatch(&in, &out)
	if err != nil {
		return nil, err
	}
	if count.Lines != len(all) {
		return nil, fmt.Errorf("decide: %d answers to %d questions", count.Lines, len(all))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}

func exampleQuestion() comity.Question {
	return comity.Question{
		In: "us-il-cook", On: "2026-11-21", Actor: "county-jail", Act: "hold-on-detainer",
		Facts: comity.Facts{"document.detainer": "i-247a", "document.judicial": "none"},
	}
}
