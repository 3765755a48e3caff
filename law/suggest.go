package law

import (
	"fmt"
	"strings"
)

// didYouMean answers a misspelt word with the nearest known one, or with the
// words that contain it, or with the whole list where that is short.
func didYouMean(word string, known []string) string {
	best, bestAt := "", max(1, len(word)/3)+1
	for _, k := range known {
		d := distance(strings.ToLower(word), strings.ToLower(k), bestAt)
		if d < len(word) && (d < bestAt || d == bestAt && best != "" && k < best) {
			best, bestAt = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %s?", best)
	}
	var near []string
	for _, k := range known {
		if len(word) > 2 && strings.Contains(k, strings.ToLower(word)) {
			near = append(near, k)
		}
	}
	switch {
	case len(near) > 0 && len(near) <= 6:
		return "did you mean " + orList(near) + "?"
	case len(known) > 0 && len(known) <= 20:
		return "write one of: " + strings.Join(known, ", ")
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap between a and
// b, and gives up above limit.
func distance(a, b string, limit int) int {
	if len(a) > 100 || len(b) > 100 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
