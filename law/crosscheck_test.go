package law

import (
	"testing"
)

// The three forms of the shipped law agree, all of it.
func TestFormsAgree(t *testing.T) {
	x := shipped(t).CrossCheck(func(*Pack) bool { return true })
	for _, a := range x.Apart {
		t.Errorf("%+v", a)
	}
	if x.Questions < 2000 || x.Patterns < 16*2000 {
		t.Errorf("only %d questions and %d patterns were compared", x.Questions, x.Patterns)
	}
	if x.Forms[Joined] != x.Questions {
		t.Errorf("some shipped law is too large to join: %v", x.Forms)
	}
	t.Logf("%d questions, %d patterns, %v, %d nodes in all layers, %d in the largest", x.Questions, x.Patterns, x.Forms, x.Nodes, x.Largest)
}
