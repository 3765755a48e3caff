package deconflict

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"comity"
	"comity/desk"
)

// KeepPlan is how long a plan stays after its end; then it is destroyed, unless
// a litigation hold keeps the entries about it.
const KeepPlan = 30 * 24 * time.Hour

// A Plan is a planned operation. It stands outside the record, sealed, and
// nobody but the agency's own staff reads it.
type Plan struct {
	ID     string    `json:"id"`
	Agency string    `json:"agency"`
	Form   desk.Form `json:"form"` // of the kind joint-operation
	Salt   []byte    `json:"salt"`
	Entry  string    `json:"entry"` // of the latest check
	Query  string    `json:"query"` // of the latest question to the peers
	About  string    `json:"about"` // digest of where and when it asked
	// Stopped is when the probe alarm stopped its question.
	Stopped time.Time  `json:"stopped"`
	Peers   []Answered `json:"peers"`
	Told    []Told     `json:"told"` // who asked about the same place and time
	Own     []string   `json:"own"`  // other plans of the agency there
	Ended   time.Time  `json:"ended"`

	Rev int `json:"-"` // counts the changes; a change of an older one is refused
}

// States of a question to one peer.
const (
	Waiting  = "waiting" // not reached yet: asked again, and telephoned meanwhile
	Clear    = "clear"
	Overlap  = "overlap"
	Refused  = "refused" // the peer's own alarm stopped it
	Rejected = "rejected"
)

// Answered is what one peer said.
type Answered struct {
	Agency  string    `json:"agency"`
	State   string    `json:"state"`
	Contact Contact   `json:"contact"` // of an overlap
	When    time.Time `json:"when"`
}

// Told is a peer whose question met this plan.
type Told struct {
	Agency  string    `json:"agency"`
	Query   string    `json:"query"`
	Contact Contact   `json:"contact"`
	When    time.Time `json:"when"`
}

// Plans keeps plans outside the record, and remembers for two days which
// questions were asked, so that they can be capped.
type Plans interface {
	// SavePlan stores a plan that was read at revision rev; zero is a new one.
	// A plan that changed since is refused with code plan-changed.
	SavePlan(ctx context.Context, agency, id string, rev int, text []byte, entry string, expires time.Time) error
	// ReadPlan answers an unknown id with a Problem of code not-found.
	ReadPlan(ctx context.Context, agency, id string) (text []byte, rev int, err error)
	// ReadPlans gives each plan of an agency that is not over.
	ReadPlans(ctx context.Context, agency string) (texts [][]byte, revs []int, err error)
	// CountQuery remembers a question and returns how many there were since,
	// this one included. The same question counts once; one of the same id and
	// another digest is refused with code conflict-id.
	CountQuery(ctx context.Context, q Query, since time.Time) (n int, again bool, err error)
	// ReadQueries lists what was asked since, the latest first.
	ReadQueries(ctx context.Context, agency string, since time.Time) ([]Query, error)
}

// A Query is one question as the cap counts it. Peer is empty for a question
// of one's own.
type Query struct {
	Agency, Peer, ID, Digest string
	At                       time.Time
}

var queryForm = regexp.MustCompile(`^[0-9a-z]{16,40}$`)

// IDForm is how the id of a plan looks; it says nothing of the plan.
var IDForm = regexp.MustCompile(`^p-[0-9a-z]{16,40}$`)

// Digest commits to the whole plan. With its salt nobody can guess it.
func (p *Plan) Digest() string {
	b, err := json.Marshal(struct {
		Form desk.Form `json:"form"`
		Salt []byte    `json:"salt"`
	}{p.Form, p.Salt})
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// place commits to where, when and what a question is about.
func (p *Plan) place() string {
	sum := sha256.Sum256(fmt.Appendf(p.Salt, "%q %q %q %q %q", p.Form["cells"], p.Form["begins"], p.Form["ends"], p.Form["kind"], p.Form["beside"]))
	return hex.EncodeToString(sum[:])
}

// Asked reports whether the peers were asked about the plan as it stands.
func (p *Plan) Asked() bool { return p.Query != "" && p.About == p.place() }

// end is when the plan is over: recorded, else planned, else unknown.
func (p *Plan) end() (time.Time, bool) {
	if !p.Ended.IsZero() {
		return p.Ended, true
	}
	at, err := time.Parse(time.RFC3339, p.Form["ends"])
	return at, err == nil
}

// expires is when the plan is destroyed.
func (p *Plan) expires(now time.Time) time.Time {
	end, ok := p.end()
	if !ok || end.Before(now) && p.Ended.IsZero() {
		end = now
	}
	return end.Add(KeepPlan)
}

// Complete says what of the plan is missing or wrong; nothing where all of it
// is filled in.
func (p *Plan) Complete() error {
	_, err := operation().Read(p.Form, time.UTC, false)
	return err
}

func operation() *desk.Kind {
	kind, ok := desk.KindOf(desk.JointOperation)
	if !ok {
		panic("desk has no kind " + desk.JointOperation) // kinds.go lists it
	}
	return kind
}

// Save stores a plan as it was filled in, whole or not. An empty id makes a new
// one. Local times are read in zone.
func (o *Office) Save(ctx context.Context, agency, id string, rev int, form desk.Form, zone *time.Location) (*Plan, error) {
	clean, err := operation().Read(form, zone, true)
	if err != nil {
		return nil, err
	}
	if clean["cells"] != "" {
		if _, err := Cells(clean["cells"], 0); err != nil {
			return nil, err
		}
	}
	p := &Plan{ID: id, Agency: agency, Salt: make([]byte, 32)}
	if _, err := rand.Read(p.Salt); err != nil {
		return nil, fmt.Errorf("make a plan: %w", err)
	}
	if rev > 0 {
		if p, err = o.Plan(ctx, agency, id); err != nil {
			return nil, err
		}
		if p.Rev != rev {
			return nil, Changed(id)
		}
		if !p.Ended.IsZero() {
			return nil, &comity.Problem{Code: "plan-over", Message: "this operation is over; its plan stays as it was", Where: "id"}
		}
	}
	if !IDForm.MatchString(p.ID) {
		return nil, &comity.Problem{Code: "bad-id", Message: "this is not the id of a plan", Where: "id"}
	}
	p.Form = clean
	return p, o.save(ctx, p)
}

// Changed is the answer to who changes a plan that somebody else changed.
func Changed(id string) error {
	return &comity.Problem{Code: "plan-changed", Message: "somebody changed this plan meanwhile", Hint: "open it again and make your change once more", Where: "id " + id}
}

func (o *Office) save(ctx context.Context, p *Plan) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	if err := o.Plans.SavePlan(ctx, p.Agency, p.ID, p.Rev, text, p.Entry, p.expires(o.Now())); err != nil {
		return err
	}
	p.Rev++
	return nil
}

// Plan reads one plan of an agency.
func (o *Office) Plan(ctx context.Context, agency, id string) (*Plan, error) {
	text, rev, err := o.Plans.ReadPlan(ctx, agency, id)
	if err != nil {
		return nil, err
	}
	return readPlan(text, rev)
}

// All lists the plans of an agency, the next to begin first.
func (o *Office) All(ctx context.Context, agency string) ([]*Plan, error) {
	texts, revs, err := o.Plans.ReadPlans(ctx, agency)
	if err != nil {
		return nil, err
	}
	var out []*Plan
	for i, text := range texts {
		p, err := readPlan(text, revs[i])
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b *Plan) int { return begins(a).Compare(begins(b)) })
	return out, nil
}

func begins(p *Plan) time.Time {
	at, err := time.Parse(time.RFC3339, p.Form["begins"])
	if err != nil {
		return time.Time{} // not filled in yet: first, so that it is seen
	}
	return at
}

func readPlan(text []byte, rev int) (*Plan, error) {
	p := &Plan{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("read a plan: %w", err)
	}
	p.Rev = rev
	return p, nil
}

// change reads a plan, changes it and saves it, again where somebody else did
// so meanwhile.
func (o *Office) change(ctx context.Context, agency, id string, do func(*Plan)) (*Plan, error) {
	for try := 0; ; try++ {
		p, err := o.Plan(ctx, agency, id)
		if err != nil {
			return nil, err
		}
		do(p)
		err = o.save(ctx, p)
		if err == nil || try == 5 || !isCode(err, "plan-changed") {
			return p, err
		}
	}
}

// NewPlanID is the id of a plan that is not saved yet.
func NewPlanID() string { return "p-" + random() }

func random() string {
	var b [15]byte
	rand.Read(b[:]) // never fails
	return base32Lower.EncodeToString(b[:])
}
