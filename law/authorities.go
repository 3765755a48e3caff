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

// authorities gives the citations of rules on a day, the strongest first: the
// higher layer, then the kind of source, then how well its text is known.
func (b *Book) authorities(rules []string, on string) []AuthorityFor {
	d, bad := readDay(on)
	if bad != nil {
		return nil
	}
	var out []AuthorityFor
	for _, x := range b.Reasons(rules, on) {
		for _, c := range x.Rule.Cites {
			if c.in.coversDay(d) {
				is, _ := AuthorityOf(c.Ref)
				out = append(out, AuthorityFor{x.Rule, c, is, x.Pack.Layer})
			}
		}
	}
	slices.SortStableFunc(out, stronger)
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
