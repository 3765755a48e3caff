package web

import (
	"encoding/json"
	"io"
	"net/http"

	"comity/desk"
)

// A sceneBody is a request that a phone answered and now sends. Agency, place
// and actor are those of the account, whatever the phone says of them.
type sceneBody struct {
	ID     string            `json:"id"`
	Agency string            `json:"agency"`
	Kind   string            `json:"kind"`
	In     string            `json:"in"`
	At     string            `json:"at"`
	Known  string            `json:"known"`
	Actor  string            `json:"actor"`
	Fields map[string]string `json:"fields"`
	Shown  string            `json:"shown"`  // digest of the card
	Signal string            `json:"signal"` // "none": it could not be sent at once
}

// A sceneReceipt tells the phone that what it sent is in the record.
type sceneReceipt struct {
	answerBody
	Digest string `json:"digest"` // of the card as the record holds it
	Card   string `json:"card"`   // where it is read
}

// sceneSend records what a phone answered: once, however often it is sent.
func (s *site) sceneSend(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.sent(w, r, func(body []byte) (sceneReceipt, error) {
		var b sceneBody
		if err := readStrict(body, &b); err != nil {
			return sceneReceipt{}, err
		}
		home := s.deskPage(who, "").Home
		if b.Agency != who.Agency || b.Kind != "assistance" || b.In != home.Place || b.Actor != home.Actor {
			return sceneReceipt{}, notYours("agency")
		}
		form := desk.Form{"shown": b.Shown, "signal": b.Signal}
		for name, value := range b.Fields {
			form[name] = value
		}
		answer, err := s.Desk.Handle(r.Context(), desk.Request{
			ID: b.ID, Agency: who.Agency, Kind: b.Kind, In: b.In, At: b.At, Known: b.Known, Actor: b.Actor, Role: who.Role, Form: form,
		})
		if err != nil {
			return sceneReceipt{}, err
		}
		card, err := s.Desk.Case(r.Context(), answer.ID, who.Agency)
		return sceneReceipt{answerOf(answer).Body, card.Digest, s.langOf(r).link(scenePath(answer.ID))}, err
	})
}

// sceneAct records what was done at the scene.
func (s *site) sceneAct(w http.ResponseWriter, r *http.Request, who Account) error {
	return s.sent(w, r, func(body []byte) (sceneReceipt, error) {
		var b actBody
		if err := readStrict(body, &b); err != nil {
			return sceneReceipt{}, err
		}
		answer, err := s.Desk.Act(r.Context(), r.PathValue("id"), desk.Done{
			ID: b.ID, Agency: who.Agency, Done: b.Done, About: b.About, At: b.At, Ended: b.Ended, Reason: b.Reason, Rank: b.Rank, Role: who.Role,
		})
		if err != nil {
			return sceneReceipt{}, err
		}
		return sceneReceipt{answerOf(answer).Body, "", s.langOf(r).link(scenePath(r.PathValue("id")))}, nil
	})
}

// sent answers a script of ours in JSON, also where it cannot be recorded.
func (s *site) sent(w http.ResponseWriter, r *http.Request, record func([]byte) (sceneReceipt, error)) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	receipt, err := record(body)
	if err != nil {
		p := s.apiError(err)
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the reader may have left
		return nil
	}
	h.Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(receipt)
	return nil
}
