package deconflict

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"comity"
	"comity/desk"
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Watch is the time over which questions are capped.
const Watch = 12 * time.Hour

// QueryMemory is how long a question is remembered.
const QueryMemory = 48 * time.Hour

// UsualCap is how many questions an agency may ask in a watch, and how many it
// answers to one peer, where its file of peers says nothing else. MostCap is
// the most that a file may say.
const (
	UsualCap = 12
	MostCap  = 39
)

// A Line is one agency's part of a circle: its watch desk and its peers.
type Line struct {
	Agency   string
	Desk     Contact
	PerWatch int
	Peers    []Peer
}

// A Peer is another local agency that shares a key with this one.
type Peer struct {
	Agency string // ORI
	Name   string
	Phone  string // of its watch desk: the way when the server does not answer
	URL    string
	Key    Key
}

// An Office deconflicts for the agencies of one server.
type Office struct {
	Desk  *desk.Desk
	Plans Plans
	Lines []Line
	// Send brings a message to a peer and returns what it answers; an error
	// says that it was not reached. A Problem is the peer's own refusal.
	Send func(ctx context.Context, to Peer, message []byte) ([]byte, error)
	// Home is where an agency acts and as what.
	Home func(ori string) (place, actor string)
	// Agreements are the 287(g) agreements that the lists name for an agency.
	Agreements func(ori string) []Agreement
	Now        func() time.Time
}

// An Agreement is one that the lists name.
type Agreement struct {
	Model  string // tfm, jem, wso
	Signed string
	Seen   string // last day on a list
	Listed bool   // in the latest list
}

// Line finds an agency's part; an agency without one has no peers.
func (o *Office) Line(agency string) Line {
	for _, l := range o.Lines {
		if l.Agency == agency {
			return l
		}
	}
	return Line{Agency: agency}
}

func (l Line) most() int {
	if l.PerWatch == 0 {
		return UsualCap
	}
	return l.PerWatch
}

// Peer finds a peer.
func (l Line) Peer(ori string) (Peer, bool) {
	i := slices.IndexFunc(l.Peers, func(p Peer) bool { return p.Agency == ori })
	if i < 0 {
		return Peer{}, false
	}
	return l.Peers[i], true
}

// Ask asks every peer whether something of theirs overlaps with the plan, and
// looks at the agency's own other plans. The cap comes first: a question above
// it reaches nobody, and is compared with nothing.
func (o *Office) Ask(ctx context.Context, agency, id, role string) (*Plan, error) {
	p, err := o.Plan(ctx, agency, id)
	if err != nil {
		return nil, err
	}
	wide, err := asked(p.Form)
	if err != nil {
		return nil, err
	}
	if wide.size() > TokenCount { // said before it counts as a question
		_, err := Key{}.Tokens("", wide)
		return nil, err
	}
	if !p.Asked() {
		p.Query, p.About, p.Peers, p.Own, p.Stopped = random(), p.place(), nil, nil, time.Time{}
	}
	line := o.Line(agency)
	if stopped, err := o.stopped(ctx, p, line, role); stopped || err != nil {
		return p, err
	}
	p.Stopped = time.Time{}
	if err := o.ownOverlaps(ctx, p, wide); err != nil {
		return nil, err
	}
	if err := o.save(ctx, p); err != nil {
		return nil, err
	}
	return o.askPeers(ctx, p, line, role)
}

// stopped counts the question and, above the cap, stops it and says so in the
// record.
func (o *Office) stopped(ctx context.Context, p *Plan, line Line, role string) (bool, error) {
	now := o.Now()
	n, again, err := o.Plans.CountQuery(ctx, Query{Agency: p.Agency, ID: p.Query, Digest: p.About, At: now}, now.Add(-Watch))
	if err != nil || n <= line.most() {
		return false, err
	}
	p.Stopped = now
	if err := o.save(ctx, p); err != nil {
		return true, err
	}
	if !again {
		if err := o.note(ctx, p.Agency, "asked", p.Query, desk.CheckStopped, "-", role); err != nil {
			return true, err
		}
	}
	return true, ProbeAlarm()
}

// ProbeAlarm is the answer to a question above the cap.
func ProbeAlarm() error {
	return &comity.Problem{Code: "probe-alarm", Message: "so many plans were asked about in this watch that the alarm stopped this one; nobody was asked and nothing was compared", Hint: "telephone the watch desks; the watch commander sees the alarm", Where: "plan"}
}

func (o *Office) ownOverlaps(ctx context.Context, p *Plan, wide Cover) error {
	others, err := o.All(ctx, p.Agency)
	if err != nil {
		return err
	}
	p.Own = nil
	tokens, err := Key{}.Tokens(p.Query, wide)
	if err != nil {
		return err
	}
	for _, other := range others {
		c, err := own(other.Form)
		if other.ID != p.ID && err == nil && o.runs(other) && (Key{}).Overlaps(p.Query, tokens, c) {
			p.Own = append(p.Own, other.ID)
		}
	}
	return nil
}

// runs reports whether a plan is still to come or under way.
func (o *Office) runs(p *Plan) bool {
	end, ok := p.end()
	return p.Ended.IsZero() && ok && end.Add(SlotLength).After(o.Now())
}

// askPeers asks the peers that have not answered, all at once.
func (o *Office) askPeers(ctx context.Context, p *Plan, line Line, role string) (*Plan, error) {
	var wait sync.WaitGroup
	answers := make([]Answered, len(line.Peers))
	for i, peer := range line.Peers {
		if was, ok := p.answer(peer.Agency); ok && was.State != Waiting {
			answers[i] = was
			continue
		}
		wait.Go(func() { answers[i] = o.askPeer(ctx, *p, line, peer) })
	}
	wait.Wait()
	outcome := outcomeOf(answers)
	before := outcomeOf(p.Peers)
	news := len(p.Peers) == 0 || outcome != before
	query := p.Query
	p, err := o.change(ctx, p.Agency, p.ID, func(p *Plan) {
		if p.Query == query {
			p.Peers = answers
		}
	})
	if err != nil || !news || len(answers) == 0 {
		return p, err
	}
	return p, o.note(ctx, p.Agency, "asked", query, outcome, agencies(answers), role)
}

func (p *Plan) answer(agency string) (Answered, bool) {
	i := slices.IndexFunc(p.Peers, func(a Answered) bool { return a.Agency == agency })
	if i < 0 {
		return Answered{}, false
	}
	return p.Peers[i], true
}

func outcomeOf(list []Answered) string {
	has := func(state string) bool {
		return slices.ContainsFunc(list, func(a Answered) bool { return a.State == state })
	}
	switch {
	case has(Overlap):
		return desk.CheckOverlap
	case has(Waiting), has(Rejected), has(Refused):
		return desk.CheckWaiting
	}
	return desk.CheckNone
}

func agencies(list []Answered) string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.Agency
	}
	return strings.Join(names, " ")
}

// askPeer asks one peer. Whatever goes wrong on the way, the telephone is left.
func (o *Office) askPeer(ctx context.Context, p Plan, line Line, peer Peer) Answered {
	out := Answered{Agency: peer.Agency, State: Waiting, When: o.Now()}
	said, err := o.exchange(ctx, p, line, peer)
	switch {
	case isCode(err, "unknown-peer"), isCode(err, "bad-message"), isCode(err, "stale"):
		out.State = Rejected
	case err != nil:
	case said.Stopped:
		out.State = Refused
	case said.Overlap:
		out.State, out.Contact = Overlap, said.Contact
	default:
		out.State = Clear
	}
	return out
}

func (o *Office) exchange(ctx context.Context, p Plan, line Line, peer Peer) (reply, error) {
	wide, err := asked(p.Form)
	if err != nil {
		return reply{}, err
	}
	tokens, err := peer.Key.Tokens(p.Query, wide)
	if err != nil {
		return reply{}, err
	}
	plain, err := question(tokens, line.Desk)
	if err != nil {
		return reply{}, err
	}
	m := message{From: line.Agency, To: peer.Agency, Query: p.Query, At: o.Now().UTC().Format(time.RFC3339)}
	sent, err := sealMessage(peer.Key, "question", m, plain)
	if err != nil {
		return reply{}, err
	}
	if o.Send == nil {
		return reply{}, errors.New("this server reaches no peer")
	}
	got, err := o.Send(ctx, peer, sent)
	if err != nil {
		return reply{}, err
	}
	back, err := readMessage(got)
	if err != nil {
		return reply{}, err
	}
	if back.From != peer.Agency || back.To != line.Agency || back.Query != p.Query || !fresh(back.At, o.Now()) {
		return reply{}, notFromPeer()
	}
	plain, err = openMessage(peer.Key, "answer", back)
	if err != nil {
		return reply{}, err
	}
	return readReply(plain)
}

// Retry asks again where a peer was not reached and the plan is still to come.
func (o *Office) Retry(ctx context.Context) error {
	var errs []error
	for _, line := range o.Lines {
		all, err := o.All(ctx, line.Agency)
		errs = append(errs, err)
		for _, p := range all {
			waits := slices.ContainsFunc(p.Peers, func(a Answered) bool { return a.State == Waiting })
			if waits && p.Asked() && p.Stopped.IsZero() && o.runs(p) {
				_, err := o.askPeers(ctx, p, line, "server")
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// note writes a check into the record.
func (o *Office) note(ctx context.Context, agency, direction, query, outcome, others, role string) error {
	place, actor := o.Home(agency)
	id := "dq-" + query + "-" + direction
	if direction == "asked" {
		id += "-" + outcome
	}
	_, err := o.Desk.Handle(ctx, desk.Request{
		ID: id, Agency: agency, Kind: "deconfliction-check", In: place, Actor: actor, Role: role,
		Form: desk.Form{"direction": direction, "agencies": others, "query": query, "outcome": outcome},
	})
	if err != nil {
		return fmt.Errorf("record a check: %w", err)
	}
	return nil
}

func isCode(err error, code string) bool {
	var p *comity.Problem
	return errors.As(err, &p) && p.Code == code
}
