package law

import (
	"cmp"
	"slices"

	"comity"
)

// An AuthorityFor is a citation with what sort of source it is and how high
// the law stands that it belongs to.
type AuthorityFor struct {
	Rule  *Rule
	Cite  Cite
	Is    Authority
	Layer comity.Layer
}

// Authorities gives what supports a decision and what speaks against it, the
// strongest first: the higher layer, then the kind of source, then how well
// its text is known. Against are rules that were overridden, defeated or
// suspended; contested rules carry their doubt themselves.
func (b *Book) Authorities(d comity.Decision) (pro, con []AuthorityFor) {
	for _, id := range d.Rules {
		pro = append(pro, b.authoritiesOf(id, d.On)...)
	}
	against := slices.Clone(d.Overridden)
	for _, x := range d.Defeated {
		against = append(against, x.Rule)
	}
	for _, x := range d.Suspended {
		against = append(against, x.Rule)
	}
	for _, id := range against {
		con = append(con, b.authoritiesOf(id, d.On)...)
	}
	slices.SortStableFunc(pro, stronger)
	slices.SortStableFunc(con, stronger)
	return pro, con
}

func (b *Book) authoritiesOf(id, on string) []AuthorityFor {
	d, bad := readDay(on)
	if bad != nil {
		return nil
	}
	var out []AuthorityFor
	for _, x := range b.Reasons([]string{id}, on) {
		for _, c := range x.Rule.Cites {
			if c.in.coversDay(d) {
				is, _ := AuthorityOf(c.Ref)
				out = append(out, AuthorityFor{x.Rule, c, is, x.Pack.Layer})
			}
		}
	}
	return out
}

// kindsByWeight orders sources of one layer.
var kindsByWeight = []Authority{ByConstitution, ByStatute, ByAct, ByCase, ByRegulation, ByOrdinance, ByOrder, ByAgreement, ByOpinion, ByPolicy, ""}

func stronger(a, b AuthorityFor) int {
	return cmp.Or(
		cmp.Compare(slices.Index(comity.Layers, a.Layer), slices.Index(comity.Layers, b.Layer)),
		cmp.Compare(slices.Index(kindsByWeight, a.Is), slices.Index(kindsByWeight, b.Is)),
		cmp.Compare(a.Cite.grade(), b.Cite.grade()))
}
