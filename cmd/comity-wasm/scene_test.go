package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"comity/desk"
)

const perimeter = `{"id":"scene-1","agency":"ILCPD0000","kind":"assistance","in":"us-il-chicago","at":"2026-11-21T09:00:00-06:00","known":"2026-11-21","actor":"municipal-police",
	"fields":{"asked":"perimeter transport","by":"ice","called_back":"not-yet","purpose":"civil-immigration","danger":"no","paper":"i-205"}}`

// The phone's answer is that of the server's whole book, byte for byte.
func TestSceneIsThatOfTheWholeBook(t *testing.T) {
	d, _ := loaded(t, "us-il")
	server := desk.Desk{Law: shippedBook(t), Now: func() time.Time { return now.Add(72 * time.Hour) }}
	for _, change := range []string{"", `"danger":"no"|"danger":"yes"`, `"paper":"i-205"|"paper":"arrest-warrant","paper_signed":"federal-magistrate","paper_charge":"federal-felony"`, `perimeter transport|perimeter transport facility database equipment personnel joint-operation`} {
		from, to, _ := strings.Cut(change, "|")
		text := strings.Replace(perimeter, from, to, 1)
		var card sceneCard
		if err := json.Unmarshal(d.scene([]byte(text)), &card); err != nil || len(card.Sheets) == 0 {
			t.Fatalf("%s: %v", change, err)
		}
		var q sceneRequest
		if err := json.Unmarshal([]byte(text), &q); err != nil {
			t.Fatal(err)
		}
		want, err := server.Tell(desk.Request{ID: q.ID, Agency: q.Agency, Kind: q.Kind, In: q.In, At: q.At, Known: q.Known, Actor: q.Actor, Form: q.Fields})
		if err != nil {
			t.Fatal(err)
		}
		if card.Digest != want.Digest || len(card.Sheets) != len(want.Decisions) || len(card.Sheets) != len(card.Help)+1 {
			t.Errorf("%s: %s, want %s; %d answers to %v", change, card.Digest, want.Digest, len(card.Sheets), card.Help)
		}
		for i, s := range card.Sheets {
			if string(s.Decision) != string(encode(want.Decisions[i])) {
				t.Errorf("%s, answer %d:\nphone  %s\nserver %s", change, i, s.Decision, encode(want.Decisions[i]))
			}
		}
		if len(card.Says) < 3 || len(card.Stops) != 1 {
			t.Errorf("%s: says %v, stops %v", change, card.Says, card.Stops)
		}
	}
}

func TestSceneRefusals(t *testing.T) {
	d, _ := loaded(t, "us-il")
	for text, want := range map[string]string{
		"[]": `"code":"bad-json"`,
		strings.Replace(perimeter, `"called_back":"not-yet",`, "", 1):                 `{"fields":["called_back"]}`,
		strings.Replace(perimeter, "us-il-chicago", "us-tx-austin", 1):                `"code":"unknown-place"`,
		strings.Replace(perimeter, `"known":"2026-11-21"`, `"known":"2027-01-01"`, 1): `"code":"bad-date"`,
	} {
		if got := string(d.scene([]byte(text))); !strings.Contains(got, want) {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := string((&device{now: time.Now}).scene([]byte(perimeter))); !strings.Contains(got, "no-law") {
		t.Error(got)
	}
}
