// Package access says who may do what: a person in a role of an agency, an
// action, an agency's matters. What no policy permits is denied. The policies
// are the Cedar files of data/access, to be read without Go; docs/access.md
// shows what they come to, role by role.
package access

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/cedar-policy/cedar-go"
)

// How somebody is known to be who they say.
const (
	ByPasskey = "passkey" // a key in a device of theirs
	ByOIDC    = "oidc"    // the agency's own directory
	ByLink    = "link"    // a link that worked once
	ByToken   = "token"   // a program
)

// A Person asks. Ended is true where the account, or the rule that it rests
// on, is over: nothing is permitted then.
type Person struct {
	ID, Agency string
	Role       Role
	By         string
	Ended      bool
}

// Policies decide. They never change once they are loaded.
type Policies struct {
	set     *cedar.PolicySet
	actions cedar.EntityMap // each with its group
}

// Load reads every policy of the folder access, in the order of their names.
func Load(files fs.FS) (*Policies, error) {
	names, err := fs.Glob(files, "access/*.cedar")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("read access: there is no policy")
	}
	p := &Policies{cedar.NewPolicySet(), actions()}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read access: %w", err)
		}
		if err := p.add(path.Base(name), text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Policies) add(name string, text []byte) error {
	list, err := cedar.NewPolicyListFromBytes(name, text)
	if err != nil {
		return fmt.Errorf("read access: %s: %w", name, err)
	}
	for _, policy := range list {
		id, ok := policy.Annotations()["id"]
		if !ok {
			return fmt.Errorf("read access: %s: the policy at line %d has no @id", name, policy.Position().Line)
		}
		if !p.set.Add(cedar.PolicyID(id), policy) {
			return fmt.Errorf("read access: %s: the id %s is given twice", name, id)
		}
	}
	return nil
}

// Allow reports whether the person may do this in the matters of an agency.
// A policy that cannot be evaluated denies.
func (p *Policies) Allow(who Person, do Action, agency string) bool {
	if p == nil || !slices.Contains(Roles(), who.Role) {
		return false
	}
	seen := scene{personOf(who), agencyOf(agency), p.actions}
	decision, why := cedar.Authorize(p.set, seen, cedar.Request{
		Principal: seen.person.UID,
		Action:    action(string(do)),
		Resource:  seen.agency.UID,
		Context:   cedar.NewRecord(cedar.RecordMap{"by": cedar.String(who.By)}),
	})
	return decision == cedar.Allow && len(why.Errors) == 0
}

// A scene is all that policies may look at.
type scene struct {
	person, agency cedar.Entity
	actions        cedar.EntityMap
}

// Get implements [cedar.EntityGetter].
func (s scene) Get(id cedar.EntityUID) (cedar.Entity, bool) {
	switch id {
	case s.person.UID:
		return s.person, true
	case s.agency.UID:
		return s.agency, true
	}
	return s.actions.Get(id)
}

func personOf(who Person) cedar.Entity {
	return cedar.Entity{
		UID:        cedar.NewEntityUID("Person", cedar.String(who.ID)),
		Parents:    cedar.NewEntityUIDSet(cedar.NewEntityUID("Role", cedar.String(who.Role))),
		Attributes: cedar.NewRecord(cedar.RecordMap{"agency": cedar.String(who.Agency), "ended": cedar.Boolean(who.Ended)}),
	}
}

func agencyOf(ori string) cedar.Entity {
	return cedar.Entity{
		UID:        cedar.NewEntityUID("Agency", cedar.String(ori)),
		Attributes: cedar.NewRecord(cedar.RecordMap{"ori": cedar.String(ori)}),
	}
}

func action(id string) cedar.EntityUID { return cedar.NewEntityUID("Action", cedar.String(id)) }

func actions() cedar.EntityMap {
	out := cedar.EntityMap{}
	for _, g := range groups() {
		for _, a := range g.Actions {
			id := action(string(a))
			out[id] = cedar.Entity{UID: id, Parents: cedar.NewEntityUIDSet(action(g.Name))}
		}
	}
	return out
}
