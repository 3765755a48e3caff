package atlas

import "testing"

func TestShipped(t *testing.T) { t.Log(len(shipped(t).All())) }
