package law

import "math/bits"

// setSize bounds the values of one fact, and the actors. The vocabulary loader
// refuses more, so that a set is two machine words and a comparison one.
const setSize = 128

// A set holds small numbers: values of one fact, or actors.
type set [2]uint64

func setOf(members ...int) set {
	var s set
	for _, m := range members {
		s.add(m)
	}
	return s
}

func setUpTo(n int) set {
	var s set
	for i := range n {
		s.add(i)
	}
	return s
}

func (s *set) add(i int)         { s[i>>6] |= 1 << (i & 63) }
func (s set) has(i int) bool     { return s[i>>6]&(1<<(i&63)) != 0 }
func (s set) empty() bool        { return s == set{} }
func (s set) union(o set) set    { return set{s[0] | o[0], s[1] | o[1]} }
func (s set) meet(o set) set     { return set{s[0] & o[0], s[1] & o[1]} }
func (s set) minus(o set) set    { return set{s[0] &^ o[0], s[1] &^ o[1]} }
func (s set) within(o set) bool  { return s.minus(o).empty() }
func (s set) touches(o set) bool { return !s.meet(o).empty() }
func (s set) size() int          { return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) }

func (s set) members() []int {
	out := make([]int, 0, s.size())
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			out = append(out, w<<6+bits.TrailingZeros64(word))
		}
	}
	return out
}

func (s set) first() int {
	if s[0] != 0 {
		return bits.TrailingZeros64(s[0])
	}
	return 64 + bits.TrailingZeros64(s[1])
}
