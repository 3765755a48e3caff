package law

import (
	"regexp"
	"testing"
)

func TestAuthorityOf(t *testing.T) {
	for ref, want := range map[string]Authority{
		"U.S. Const. am. IV (Fourth Amendment)":            ByConstitution,
		"Galarza v. Szalczyk, 745 F.3d 634 (3d Cir. 2014)": ByCase,
		"8 USC 1357(g)":                          ByStatute,
		"5 ILCS 805/15(a)":                       ByStatute,
		"F.S. 908.104(9)":                        ByStatute,
		"Gov't Code 752.053(b)(4)":               ByStatute,
		"Civil Rights Law 28(2)":                 ByStatute,
		"G.L. c. 268, s. 32B (resisting arrest)": ByStatute,
		"8 CFR 287.7(d)":                         ByRegulation,
		"Cook County Code 46-37(b)":              ByStatute,
		"MCC 2-173-020(a)(6)":                    ByOrdinance,
		"SB 783 (2026 ch. 1028)":                 ByAct,
		"P.A. 104-0440":                          ByAct,
		"(first day) S.L. 2024-55":               ByAct,
		"Va. Executive Order 16 (2026-05-20)":    ByOrder,
		"Minn. AG Op. 2025-12-12":                ByOpinion,
		"287(g) WSO MOA, App. A":                 ByAgreement,
		"AG Directive 2018-6 v2.0, II.A.1":       ByPolicy,
		"Form I-247A (2/17), box 1":              ByPolicy,
	} {
		if got, ok := AuthorityOf(ref); !ok || got != want {
			t.Errorf("%q is %q, want %q", ref, got, want)
		}
	}
	for _, ref := range []string{"", "(first day)", "(section and first day)", "memory", "see above"} {
		if got, ok := AuthorityOf(ref); ok {
			t.Errorf("%q passes as %s", ref, got)
		}
	}
}

// Every citation that ships names a source that a reader can look up.
func TestShippedCitationsParse(t *testing.T) {
	for _, p := range shipped(t).Packs() {
		check := func(id string, cites []Cite) {
			for _, c := range cites {
				if _, ok := AuthorityOf(c.Ref); !ok {
					t.Errorf("%s: %s: the citation %q names no source", p.File, id, c.Ref)
				}
			}
		}
		for _, r := range p.Rules {
			check(r.ID, r.Cites)
		}
		for _, o := range p.Orders {
			check(o.ID, o.Cites)
		}
		for _, table := range p.Tables {
			check(table.ID, table.Cites)
		}
	}
}

// How well a section is known stands in its grade and its source; the citation
// itself is what a lawyer looks up.
func TestShippedCitationsNameTheSectionOnly(t *testing.T) {
	doubt := regexp.MustCompile(`memory|not (yet )?(seen|read)`)
	for _, p := range shipped(t).Packs() {
		for _, r := range p.Rules {
			for _, c := range r.Cites {
				if doubt.MatchString(c.Ref) {
					t.Errorf("%s: %q says how it is known", r.ID, c.Ref)
				}
			}
		}
	}
}
