// Package comity holds the nouns of Comity: what is asked, what is decided,
// what is written down. Only what appears in the record, plus value types.
// It does no I/O and reads no clock; every other package speaks in its words.
//
// Start here, then read law/decide.go, desk/handle.go, record/append.go,
// oversight/replay.go and web/routes.go.
package comity

// A Verdict is the law's answer to one question. A legal "no" or "unclear" is
// a value, never an error.
type Verdict string

const (
	Required     Verdict = "required"
	Prohibited   Verdict = "prohibited"
	Permitted    Verdict = "permitted"
	NoRule       Verdict = "no-rule"
	NeedsFacts   Verdict = "needs-facts"
	NeedsCounsel Verdict = "needs-counsel"
)

// Verdicts lists every verdict in the order pages show them.
var Verdicts = []Verdict{Prohibited, Required, Permitted, NoRule, NeedsFacts, NeedsCounsel}

// A Flag says how sure an answer is. Flags stand beside a verdict and, but for
// incomplete (semantics 2.1), never change it.
type Flag string

const (
	Conflict   Flag = "conflict"   // two rules demand opposite things and neither clearly prevails
	Unsettled  Flag = "unsettled"  // a deciding rule or order is contested, enjoined or under appeal
	Unverified Flag = "unverified" // every deciding rule is known from memory only
	Incomplete Flag = "incomplete" // an expected layer of law is not loaded for that day
)

// A Layer is one level of law, federal highest.
type Layer string

const (
	Federal   Layer = "federal"
	State     Layer = "state"
	County    Layer = "county"
	City      Layer = "city"
	Policy    Layer = "policy"
	Agreement Layer = "agreement"
)

// Layers lists the layers from the highest to the lowest.
var Layers = []Layer{Federal, State, County, City, Policy, Agreement}

// A Voice is what one layer says: required, prohibited, permitted, silent or,
// while facts are missing, unknown.
type Voice string

const (
	Silent  Voice = "silent"
	Unknown Voice = "unknown"
)

// A Question asks: may, must or must not this actor do this act here, then, on
// these facts? It is the line format of `comity decide -batch`.
type Question struct {
	ID     string   `json:"id,omitempty"`
	In     string   `json:"in"`               // place id: us, us-il, us-il-cook, us-il-chicago
	On     string   `json:"on"`               // day, 2006-01-02
	At     string   `json:"at,omitempty"`     // instant, RFC 3339 with offset; its local date must be On
	Known  string   `json:"known,omitempty"`  // the day whose knowledge of the law is meant; empty is today
	Agency string   `json:"agency,omitempty"` // ORI
	Actor  string   `json:"actor"`
	Act    string   `json:"act"`
	Facts  Facts    `json:"facts"`
	Closed bool     `json:"closed,omitempty"` // facts not listed take their default or neutral value
	Open   []string `json:"open,omitempty"`   // with Closed: facts that stay unknown all the same
}

// A Decision is the whole answer to one Question, with its reasons. All keys
// are always present; lists are sorted.
type Decision struct {
	ID          string          `json:"id"`
	Verdict     Verdict         `json:"verdict"`
	Possible    []Verdict       `json:"possible"`     // needs-facts: the verdicts that remain
	Believed    *Verdict        `json:"believed"`     // needs-counsel: what it would have been
	Flags       []Flag          `json:"flags"`        //
	Layers      map[Layer]Voice `json:"layers"`       // what each layer says by itself
	Uncovered   []Layer         `json:"uncovered"`    // expected layers not loaded for that day
	Stale       []string        `json:"stale"`        // packs of carrying rules whose next check had passed on Known
	Rules       []string        `json:"rules"`        // rules that carry the answer
	MayCarry    []string        `json:"may_carry"`    // rules that carry it in some completions of unknown facts only
	Overridden  []string        `json:"overridden"`   // rules that a higher or stronger rule set aside
	Defeated    []Defeat        `json:"defeated"`     //
	Suspended   []Suspension    `json:"suspended"`    //
	Citations   []Citation      `json:"citations"`    // of carrying rules, in force at that moment
	Duties      []Duty          `json:"duties"`       //
	Clocks      []Clock         `json:"clocks"`       // earliest alarm first
	Assumed     Facts           `json:"assumed"`      // defaults and neutral values that were used
	Missing     []string        `json:"missing"`      // facts that could decide it
	CouldChange []string        `json:"could_change"` // assumed facts that could change the verdict
	Withheld    []string        `json:"withheld"`     // never-stored facts the rules could read: always the same for one act and place
	Next        *string         `json:"next"`         // the fact to ask next
	Exact       bool            `json:"exact"`        // false: the search ended at its budget, Possible is a superset
	Binds       Reach           `json:"binds"`        //
	In          string          `json:"in"`           //
	On          string          `json:"on"`           //
	Known       string          `json:"known"`        //
	Law         string          `json:"law"`          // "sha256:…" of packs and vocabulary used
}

// Has reports whether the decision carries the flag.
func (d *Decision) Has(f Flag) bool {
	for _, g := range d.Flags {
		if g == f {
			return true
		}
	}
	return false
}

// A Defeat is a rule that fired but was set aside by standing rules of its own layer.
type Defeat struct {
	Rule string   `json:"rule"`
	By   []string `json:"by"`
}

// A Suspension is a rule that an order of a court keeps from being enforced.
type Suspension struct {
	Rule  string `json:"rule"`
	Order string `json:"order"`
}

// A Grade says how well a citation is known: A text seen, B reliable secondary
// source, C from memory.
type Grade string

const (
	GradeA Grade = "A"
	GradeB Grade = "B"
	GradeC Grade = "C"
)

// A Citation names the provision behind a rule and how it is known.
type Citation struct {
	Rule    string `json:"rule"`
	Ref     string `json:"ref"`
	Quote   string `json:"quote"`
	Source  string `json:"source"`
	Checked string `json:"checked"`
	Grade   Grade  `json:"grade"`
}

// A Duty follows from doing the act. It is a notice: the same duty exists as a
// rule on its own act.
type Duty struct {
	Act    string `json:"act"`
	To     string `json:"to"`
	Event  string `json:"event"`
	Within string `json:"within"`
	Due    string `json:"due"` // instant or day, empty where it cannot be computed
	Cite   string `json:"cite"`
}

// A Clock ends an act (kind limit), makes a report due (due) or keeps a record
// (keep). Due is an instant or a day, empty where its start is not known.
type Clock struct {
	Rule     string `json:"rule"`
	Kind     string `json:"kind"`
	Starts   string `json:"starts"`
	Length   string `json:"length"`
	Excludes string `json:"excludes"`
	Due      string `json:"due"`
	After    string `json:"after"`
	To       string `json:"to"`
	Cite     string `json:"cite"`
}

// Reach says whom the carrying rules bind and which actors of the same act
// they do not.
type Reach struct {
	Actors []string `json:"actors"`
	Not    []string `json:"not"`
}

// A Problem is told to a user: what was wrong, where, and what to do. It is an
// error about input or about us, never a legal answer.
type Problem struct {
	Code    string `json:"code"`            // stable, e.g. unknown-fact
	Message string `json:"message"`         // one sentence
	Hint    string `json:"hint,omitempty"`  // what to do
	Where   string `json:"where,omitempty"` // key, line or file
}

func (p *Problem) Error() string {
	s := p.Message
	if p.Where != "" {
		s = p.Where + ": " + s
	}
	return s
}

// A Place is an entry of the places table. Ids are opaque.
type Place struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind"` // nation, state, county, city, tribe, territory
	Parents   []string `json:"parents"`
	FIPS      string   `json:"fips,omitempty"`
	Zone      string   `json:"zone,omitempty"` // IANA name; empty where the place lies in several zones
	Districts []string `json:"districts,omitempty"`
	Searched  bool     `json:"searched,omitempty"` // local law of this place was searched, so its layer is expected
}

// An Agency is one law enforcement agency by its ORI.
type Agency struct {
	ORI      string   `json:"ori"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	State    string   `json:"state"`    // postal code
	Counties []string `json:"counties"` // county FIPS; an agency may serve several
}

// A SignedAgreement is one 287(g) agreement of an agency as a dated list shows it.
type SignedAgreement struct {
	ORI       string `json:"ori,omitempty"` // empty: not matched
	Match     string `json:"match"`         // how the ORI was found, or why it was not
	State     string `json:"state"`
	Agency    string `json:"agency"` // as printed
	County    string `json:"county,omitempty"`
	Model     string `json:"model"`  // jem, wso, tfm
	Signed    string `json:"signed"` // day, empty where the list shows none or an impossible one
	FirstSeen string `json:"first_seen"`
	LastSeen  string `json:"last_seen"`
	Status    string `json:"status"` // listed, pending, unconfirmed
}
