package desk

import "comity/record"

// statement is what the agency says to everyone about an operation or a
// rumour: what it was, what it did, what it did not do, and how anybody checks
// that (K29). Its words are meant to be public and name nobody; until somebody
// who may sign releases it, it is as sealed as any entry.
var statement = Kind{
	Name:   "statement",
	Record: record.Kind{Name: "statement", Commitments: 32, Release: record.Totals, Series: "joint"},
	Fields: []Field{
		{Name: "about", Type: Choice, Required: true, Key: "a", Group: "what", Values: []string{"rumour", "operation", "arrest-or-detention", "policy"}},
		{Name: "role", Type: Choice, Required: true, Key: "r", Group: "what",
			Values: []string{"not-there", "not-known-yet", "dispatched-officers", "kept-order", "asked-and-declined", "gave-help", "took-part"}},
		{Name: "rumour", Type: Text, Most: longestWords, Need: "about=rumour", When: "about=rumour", Group: "english"},
		{Name: "did", Type: Text, Required: true, Most: longestWords, Key: "d", Group: "english"},
		{Name: "did_not", Type: Text, Required: true, Most: longestWords, Key: "n", Group: "english"},
		{Name: "evidence", Type: Text, Group: "english"},
		{Name: "rumour_es", Type: Text, Most: longestWords, When: "about=rumour", Group: "spanish"},
		{Name: "did_es", Type: Text, Most: longestWords, Group: "spanish"},
		{Name: "did_not_es", Type: Text, Most: longestWords, Group: "spanish"},
	},
}

// statementStep keeps what another agency says of the same, releases the
// statement, or takes it back. What was released is never taken out of the
// record: the page then says that it was withdrawn.
var statementStep = Kind{
	Name:    "statement-step",
	Record:  record.Kind{Name: "statement-step", Commitments: 24, Release: record.Totals, Series: "joint"},
	Follows: true,
	Of:      []string{"statement"},
	Fields: []Field{
		{Name: "result", Type: Choice, Required: true, Key: "r", Group: "what", Values: []string{"their-version", released, "withdrawn"}},
		{Name: "whose", Type: Text, Need: theirVersion, When: theirVersion, Group: "what"},
		{Name: "version", Type: Text, Most: longestWords, Need: theirVersion, When: theirVersion, Group: "what"},
		{Name: "how", Type: Choice, Need: theirVersion, When: theirVersion, Group: "what", Values: []string{"published", "writing", "telephone"}},
		{Name: "why", Type: Text, Personal: true, Most: longestWords, Need: "result=withdrawn", When: "result=withdrawn", Group: "what"},
	},
	signs: func(f Form) bool { return f["result"] != "their-version" },
}

const (
	released     = "released"
	theirVersion = "result=their-version"
)

// NeedsSigner says that only somebody who may sign for the agency writes this.
func (k *Kind) NeedsSigner(f Form) bool { return k.signs != nil && k.signs(f) }
