package main

// moreOf is what -h says beyond the line of usage.
func moreOf(verb string) string {
	switch verb {
	case "test":
		return testMore
	case "prove":
		return proveMore
	case "example":
		return exampleMore
	case "diff":
		return diffMore
	}
	return ""
}

const (
	testMore = `Only failing tests are printed, each with file and line, and one line of summary.
-coverage lists the rules that no test meets; -mutation the faults that no test notices.`

	proveMore = `CLAIM is  never|always VERDICT ACT [for ACTOR|GROUP] [when FACT = A|B, …] [unless FACT = A|B, …]
Rows after when all hold; those after unless do not all hold. Exit 0: proved for every combination of facts
that can occur. Exit 1: not so, and the case against it with the fewest unusual facts is shown. Exit 2: the
claim cannot be read. For example
  comity law prove -in us-il -on 2026-01-10 'never permitted hold-on-detainer for county-jail unless document.signed_by = federal-judge|federal-magistrate|state-judge'`

	exampleMore = `WISH is  LAYER VOICE, LAYER VOICE… [ACT] [for ACTOR|GROUP]
LAYER is federal, state, county, city, policy, agreement, or local for county, city or policy; VOICE is
prohibits, requires, permits or silent. For example
  comity law example 'local policy permits what state law prohibits'
  comity law example -in us-il 'state prohibits, federal permits hold-on-detainer for county-jail'`

	diffMore = `A and B are folders, git revisions of this project, or days. A folder holds law/ or packs that are laid
over the built-in law; DIR alone is compared with the built-in law. -on is the day of two laws, today if
it is left out. The text shows the smallest case of each change; -json lists every pattern of facts too.
-format markdown is made for a comment on a pull request.`
)
