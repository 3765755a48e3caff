package main

import (
	"encoding/json"
	"errors"

	"comity"
	"comity/desk"
	"comity/law/card"
)

// A sceneRequest is what a sergeant's phone asks: the request as it will be
// recorded (docs/scene-card.md).
type sceneRequest struct {
	ID     string            `json:"id"`
	Agency string            `json:"agency"`
	Kind   string            `json:"kind"`
	In     string            `json:"in"`
	At     string            `json:"at"`
	Known  string            `json:"known"`
	Actor  string            `json:"actor"`
	Fields map[string]string `json:"fields"`
}

// A sceneCard is the answer: decisions with their texts, whom a supervisor must
// hear from first, and what may be said aloud.
type sceneCard struct {
	Help   []string      `json:"help"`
	Acts   []string      `json:"acts"`
	Sheets []card.Sheet  `json:"sheets"` // one for each kind of help, then one for ordinary policing
	Stops  []desk.Stop   `json:"stops"`
	Says   []desk.Phrase `json:"says"`
	Digest string        `json:"digest"`
}

// scene answers a request for help from the law that is open. Nothing is
// recorded here; the page that asks keeps the request until it is.
func (d *device) scene(request []byte) []byte {
	if d.book == nil {
		return refusal(errNothingOpen)
	}
	var q sceneRequest
	if err := json.Unmarshal(request, &q); err != nil {
		return refusal(&comity.Problem{Code: "bad-json", Message: "the request is no JSON object", Hint: "see docs/scene-card.md"})
	}
	told, err := (&desk.Desk{Law: d.book, Now: d.now}).Tell(desk.Request{
		ID: q.ID, Agency: q.Agency, Kind: q.Kind, In: q.In, At: q.At, Known: q.Known, Actor: q.Actor, Form: q.Fields,
	})
	if err != nil {
		return refusedFields(err)
	}
	out := sceneCard{Help: told.Help, Acts: []string{}, Sheets: []card.Sheet{}, Stops: append([]desk.Stop{}, told.Stops...), Says: told.Script(d.book), Digest: told.Digest}
	for i, n := range told.Decisions {
		r := card.Reader{Book: d.book, Question: told.Questions[i], Decision: n}
		out.Acts, out.Sheets = append(out.Acts, r.Question.Act), append(out.Sheets, r.Sheet(encode(n)))
	}
	return encode(out)
}

// refusedFields names every field that is wrong, as the desk's pages do.
func refusedFields(err error) []byte {
	var all desk.Problems
	if !errors.As(err, &all) {
		return refusal(err)
	}
	fields := []string{}
	for _, p := range all {
		fields = append(fields, p.Where)
	}
	return encode(map[string]any{"fields": fields})
}
