package papers

import (
	"regexp"
	"slices"
	"strings"
)

// forbidden are the lines of a form that nothing here may read: each label with
// what stands behind it. They are taken off the page first.
var forbidden = []string{
	"date of birth", "birth date", "birthdate", "dob:", "country of citizenship", "citizenship", "nationality", "country of birth", "place of birth",
	"sex:", "gender", "alien number", "a-number", "alien registration", "file no", "subject id", "event #", "event no", "fins", "fbi no", "social security",
	"name of alien", "name of subject", "name of the alien", "name of person", "country of removal", "nationality:", "address of alien",
	"to believe that", "full name of", "name of defendant",
}

// labels end what stands behind a forbidden label on the same line.
var labels = append([]string{"date:", "to:", "from:", "event", "is removable"}, forbidden...)

var (
	alienNumber = regexp.MustCompile(`(?i)^[(#]*a?[-#]?\(?\d{2,3}\)?[-. ]?\d{3}[-. ]?\d{3}\W*$`)
	longNumber  = regexp.MustCompile(`\d{6,}`)
	dateLike    = regexp.MustCompile(`\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}`)
)

// redact takes what is forbidden off the page, out of the words and out of the
// picture. What comes after works on what is left.
func (s *sheet) redact() {
	gone := make([]bool, len(s.words))
	var starts []place
	for _, l := range labels {
		starts = append(starts, s.label(l)...)
	}
	for _, l := range forbidden {
		for _, p := range s.label(l) {
			strip := s.behind(p, starts)
			for i, w := range s.words {
				if strip.centres(w.Box) {
					gone[i] = true
				}
			}
			s.blank(strip)
			if strings.HasPrefix(l, "name of") && (s.nameLine == 0 || strip.Y0 < s.nameLine) {
				s.nameLine = strip.Y0
			}
		}
	}
	for i, w := range s.words {
		if s.numberAt(i) {
			gone[i] = true
			s.blank(w.Box.grown(2, 2))
		}
	}
	var kept []word
	for i, w := range s.words {
		if !gone[i] {
			kept = append(kept, w)
		}
	}
	s.words = kept
	s.index()
}

// label finds a label. Short ones must stand as they are, at the start of a word.
func (s *sheet) label(l string) []place {
	want := fold(l)
	found := s.search(want, len(want)/7)
	return slices.DeleteFunc(found, func(p place) bool {
		if len(want) > 4 {
			return false
		}
		text := s.words[p.first].Text
		if strings.HasSuffix(l, ":") && p.first == p.last && !strings.Contains(text, ":") {
			return true
		}
		return p.errors > 0 || !strings.HasPrefix(fold(text), want)
	})
}

// behind is the strip from the start of a label to the next label on its line.
func (s *sheet) behind(p place, starts []place) Box {
	h := max(p.box.height(), 9)
	strip := Box{p.box.X0, p.box.middle() - 0.95*h, 1000, p.box.middle() + 0.95*h}
	for _, o := range starts {
		if strip.Y0 < o.box.middle() && o.box.middle() < strip.Y1 && o.box.X0 > p.box.X1-1 && o.box.X0 < strip.X1 {
			strip.X1 = o.box.X0 - 1
		}
	}
	return strip
}

// numberAt reports a number that could be a person's, or a day in the body of
// the page: days count only where a form prints its own.
func (s *sheet) numberAt(i int) bool {
	text := s.words[i].Text
	if alienNumber.MatchString(text) || longNumber.MatchString(text) {
		return true
	}
	return dateLike.MatchString(text) && !s.ownDate(s.words[i].Box)
}

// ownDate reports a place where a form prints the day it was made, sent or
// served.
func (s *sheet) ownDate(b Box) bool {
	if b.Y1 < 0.05*s.height {
		return true // the line of a fax machine
	}
	for _, l := range []string{"date:", "served upon the", "(rev"} {
		for _, p := range s.label(l) {
			if d := b.middle() - p.box.middle(); d > -15 && d < 15 && b.X0 > p.box.X0 {
				return true
			}
		}
	}
	return b.Y0 > 0.9*s.height // the edition at the foot
}
