package deconflict

import (
	"context"
	"fmt"
	"time"

	"comity"
	"comity/desk"
)

// Answer answers a peer's question: yes or no, and whom to call. A question
// above the cap is not compared with anything, and says nothing either way.
// Every answer is recorded before it is given; of the question only that it was
// asked is kept.
func (o *Office) Answer(ctx context.Context, data []byte) ([]byte, error) {
	m, err := readMessage(data)
	if err != nil {
		return nil, err
	}
	line := o.Line(m.To)
	peer, ok := line.Peer(m.From)
	if !ok {
		return nil, notFromPeer()
	}
	plain, err := openMessage(peer.Key, "question", m)
	if err != nil {
		return nil, err
	}
	if !fresh(m.At, o.Now()) {
		return nil, &comity.Problem{Code: "stale", Message: "the question is too old, or the two clocks differ by more than ten minutes", Hint: "check the clocks of both servers", Where: "at"}
	}
	tokens, caller, err := readQuestion(plain)
	if err != nil {
		return nil, err
	}
	said, err := o.compare(ctx, line, peer, m.Query, tokens, caller)
	if err != nil {
		return nil, err
	}
	packed, err := said.pack()
	if err != nil {
		return nil, err
	}
	back := message{From: line.Agency, To: peer.Agency, Query: m.Query, At: o.Now().UTC().Format(time.RFC3339)}
	return sealMessage(peer.Key, "answer", back, packed)
}

func (o *Office) compare(ctx context.Context, line Line, peer Peer, query string, tokens []Token, caller Contact) (reply, error) {
	said := reply{Contact: line.Desk}
	now := o.Now()
	n, again, err := o.Plans.CountQuery(ctx, Query{Agency: line.Agency, Peer: peer.Agency, ID: query, Digest: peer.Key.digest(query, tokens), At: now}, now.Add(-Watch))
	if err != nil {
		return said, err
	}
	if n > line.most() {
		said.Stopped = true
		if n == line.most()+1 && !again { // the first of the watch; the others are counted
			return said, o.noteAnswer(ctx, line, peer, query, desk.CheckStopped)
		}
		return said, nil
	}
	met, err := o.met(ctx, line.Agency, peer.Key, query, tokens)
	if err != nil {
		return said, err
	}
	said.Overlap = len(met) > 0
	outcome := desk.CheckNone
	if said.Overlap {
		outcome = desk.CheckOverlap
	}
	if !again {
		if err := o.noteAnswer(ctx, line, peer, query, outcome); err != nil {
			return said, err
		}
	}
	for _, id := range met {
		_, err := o.change(ctx, line.Agency, id, func(p *Plan) { p.tell(Told{peer.Agency, query, caller, now}) })
		if err != nil {
			return said, fmt.Errorf("tell our own watch desk: %w", err)
		}
	}
	return said, nil
}

func (o *Office) noteAnswer(ctx context.Context, line Line, peer Peer, query, outcome string) error {
	return o.note(ctx, line.Agency, "answered", query, outcome, peer.Agency, "server")
}

// met lists the plans that a question meets.
func (o *Office) met(ctx context.Context, agency string, key Key, query string, tokens []Token) ([]string, error) {
	all, err := o.All(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range all {
		c, err := own(p.Form)
		if err == nil && o.runs(p) && key.Overlaps(query, tokens, c) {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// tell remembers once that a peer's question met the plan.
func (p *Plan) tell(t Told) {
	for _, was := range p.Told {
		if was.Query == t.Query && was.Agency == t.Agency {
			return
		}
	}
	p.Told = append(p.Told, t)
}
