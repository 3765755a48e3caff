package door

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestVehicle(t *testing.T) {
	key := []byte("a key of this test only")
	car := Vehicle{"0412", "7K3"}
	list := [][]byte{Vehicle{"0411", "AAA"}.Digest(key), car.Digest(key)}
	c := NewVehicleCheck()
	for range 20 { // right answers do not use the tries up
		if a := c.Check("IL0160000", key, list, car, noon); a != Yes {
			t.Fatalf("the right plate: %s", a)
		}
	}
	for n, want := range []Answer{No, No, No, No, No, CallUs, CallUs} {
		if a := c.Check("IL0160000", key, list, Vehicle{"0412", "XX" + string(rune('A'+n))}, noon); a != want {
			t.Errorf("wrong plate %d: %s, want %s", n, a, want)
		}
		if a := c.Check("IL0160000", key, list, Vehicle{"9999", "XX" + string(rune('A'+n))}, noon); a != want {
			t.Errorf("a number that no vehicle has, %d: %s, want %s: the two can be told apart", n, a, want)
		}
	}
	if a := c.Check("IL0160000", key, list, car, noon); a != CallUs {
		t.Errorf("the right plate after too many wrong: %s", a)
	}
	if a := c.Check("IL0160000", key, list, car, noon.Add(48*time.Hour)); a != Yes {
		t.Errorf("two days later: %s", a)
	}
	if a := c.Check("IL0990000", []byte("another"), list, car, noon); a != No {
		t.Errorf("another agency: %s", a)
	}
}

// Enumerating the fleet with many tries at once learns no more than one by one.
func TestVehiclesAtOnce(t *testing.T) {
	c, key := NewVehicleCheck(), []byte("k")
	var answered atomic.Int64
	var all sync.WaitGroup
	for n := range 500 {
		all.Go(func() {
			v := Vehicle{"0412", string([]byte{letters[n/32%32], letters[n%32], 'A'})}
			if c.Check("IL0160000", key, nil, v, noon) == No {
				answered.Add(1)
			}
		})
	}
	all.Wait()
	if n := answered.Load(); n != mostOfVehicle {
		t.Errorf("%d tries were answered, want %d", n, mostOfVehicle)
	}
}
