package door

import (
	"errors"
	"strings"

	"comity"
)

// codes lists the codes of all problems in err.
func codes(err error) string {
	var out []string
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
			return
		}
		var p *comity.Problem
		if errors.As(err, &p) {
			out = append(out, p.Code)
		}
	}
	walk(err)
	return strings.Join(out, " ")
}
