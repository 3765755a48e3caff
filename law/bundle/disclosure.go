package bundle

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Disclosure says who stands behind a release of the law.
type Disclosure struct {
	Operator  string     `yaml:"operator"`  // who publishes it
	Funding   []string   `yaml:"funding"`   // every source of money, or "none"
	Conflicts []string   `yaml:"conflicts"` // interests that could bend it, or "none"
	Reviewers []Reviewer `yaml:"reviewers"`
}

// A Reviewer read the packs and signs the release with a key.
type Reviewer struct {
	Name      string   `yaml:"name"`
	Role      string   `yaml:"role"`
	View      string   `yaml:"view"` // for whom they usually speak, in their own words
	Key       string   `yaml:"key"`  // name of the signing key
	Conflicts []string `yaml:"conflicts"`
}

// ReadDisclosure reads disclosure.yaml. The error says what is missing.
func ReadDisclosure(data []byte) (Disclosure, error) {
	var d Disclosure
	const hint = "the file names operator, funding, conflicts and reviewers (name, role, view, key, conflicts); write none where there is none"
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if len(bytes.TrimSpace(data)) == 0 {
		return d, problem("no-disclosure", "the release has no disclosure", hint)
	}
	if err := dec.Decode(&d); err != nil {
		return d, problem("bad-disclosure", "the disclosure cannot be read: "+strings.ReplaceAll(err.Error(), "\n", " "), hint)
	}
	missing := func(what string) error {
		return problem("bad-disclosure", "the disclosure does not name "+what, hint)
	}
	switch {
	case strings.TrimSpace(d.Operator) == "":
		return d, missing("the operator")
	case len(d.Funding) == 0:
		return d, missing("the funding")
	case len(d.Conflicts) == 0:
		return d, missing("the conflicts of interest")
	}
	for i, r := range d.Reviewers {
		if r.Name == "" || r.Role == "" || r.View == "" || r.Key == "" || len(r.Conflicts) == 0 {
			return d, missing(fmt.Sprintf("name, role, view, key and conflicts of reviewer %d", i+1))
		}
	}
	return d, nil
}

// enough wants two disclosed reviewers of differing views among the signers.
func (d Disclosure) enough(signers []string) error {
	views := map[string]bool{}
	signed := map[string]bool{}
	for _, r := range d.Reviewers {
		if slices.Contains(signers, r.Key) {
			signed[r.Key] = true
			views[strings.ToLower(strings.TrimSpace(r.View))] = true
		}
	}
	switch {
	case len(signed) < leastSigners:
		return problem("too-few-signatures", fmt.Sprintf("%d of the %d reviewers needed have signed", len(signed), leastSigners), "a release is signed by at least two reviewers whom its disclosure names")
	case len(views) < leastSigners:
		return problem("one-view", "the reviewers who signed are all of one view", "have it signed by reviewers of differing views")
	}
	return nil
}
