package papers

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// readTSV reads what tesseract says of one picture: a line a word, with its
// place in pixels and a confidence from 0 to 100.
func readTSV(data []byte, width, height int) ([]word, error) {
	if width <= 0 || height <= 0 {
		return nil, fmt.Errorf("read words: no picture")
	}
	unit := 1000 / float64(width)
	var out []word
	for n, line := range bytes.Split(data, []byte("\n")) {
		cells := strings.Split(strings.TrimRight(string(line), "\r"), "\t")
		if len(cells) != 12 || cells[0] != "5" {
			continue // the heading, and lines about blocks and paragraphs
		}
		var v [4]int
		for i := range v {
			var err error
			if v[i], err = strconv.Atoi(cells[6+i]); err != nil || v[i] < 0 || v[i] > 1<<20 {
				return nil, fmt.Errorf("read words: line %d has no place", n+1)
			}
		}
		sure, err := strconv.ParseFloat(cells[10], 64)
		if err != nil || !(sure >= -1 && sure <= 100) {
			return nil, fmt.Errorf("read words: line %d has no confidence", n+1)
		}
		text := strings.TrimSpace(cells[11])
		if text == "" || len(text) > 200 {
			continue
		}
		x, y := float64(v[0])*unit, float64(v[1])*unit
		out = append(out, word{text, Box{x, y, x + float64(v[2])*unit, y + float64(v[3])*unit}, max(sure, 0) / 100})
	}
	return out, nil
}
