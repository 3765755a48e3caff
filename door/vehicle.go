package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"regexp"
	"strings"
	"time"

	"comity"
)

// Vehicles answers for marked vehicles: the number painted on one and the end
// of its plate must belong together. What is kept is a keyed digest of both;
// nothing lists vehicles, and nothing says where one is.

var (
	fleetForm = regexp.MustCompile(`^[A-Z0-9]{2,8}$`)
	tailForm  = regexp.MustCompile(`^[A-Z0-9]{3}$`)
)

const (
	mostOfVehicle = 5 // wrong ends of a plate with one fleet number
	vehicleEvery  = 24 * time.Hour
)

// A Vehicle is what stands on a marked vehicle.
type Vehicle struct {
	Fleet string // number on the doors
	Tail  string // last three characters of the plate
}

// ParseVehicle reads both as people type them.
func ParseVehicle(fleet, plate string) (Vehicle, error) {
	v := Vehicle{plain(fleet), plain(plate)}
	if !fleetForm.MatchString(v.Fleet) {
		return Vehicle{}, &comity.Problem{Code: "bad-vehicle", Where: "fleet", Message: "that is not a fleet number", Hint: "type the large number on the doors"}
	}
	if len(v.Tail) > 3 {
		v.Tail = v.Tail[len(v.Tail)-3:]
	}
	if !tailForm.MatchString(v.Tail) {
		return Vehicle{}, &comity.Problem{Code: "bad-plate", Where: "plate", Message: "the last three characters of the plate are missing", Hint: "type the last three letters or digits of the plate"}
	}
	return v, nil
}

// Digest is what is kept of a vehicle, under a key of the agency's.
func (v Vehicle) Digest(key []byte) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, strings.Join([]string{"vehicle", v.Fleet, v.Tail}, "\x00"))
	return h.Sum(nil)
}

// A VehicleCheck answers whether number and plate belong together.
type VehicleCheck struct{ tries *Counter }

// NewVehicleCheck makes one; its counts are in memory.
func NewVehicleCheck() *VehicleCheck { return &VehicleCheck{NewCounter(mostOfVehicle, vehicleEvery)} }

// Check compares with all that are kept, each in constant time. A fleet number
// that was tried with wrong plates too often answers "call us" for the day,
// whether a vehicle has it or not.
func (c *VehicleCheck) Check(agency string, key []byte, kept [][]byte, v Vehicle, at time.Time) Answer {
	want, found := v.Digest(key), 0
	for _, k := range kept {
		found |= subtle.ConstantTimeCompare(k, want)
	}
	name := agency + " " + v.Fleet
	if c.tries.Over(name, at) { // counted first: many tries at once are many tries
		return CallUs
	}
	if found == 1 {
		c.tries.Back(name)
		return Yes
	}
	return No
}
