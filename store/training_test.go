package store

import (
	"testing"
	"time"

	"comity/desk/training"
)

func TestTrainingIsKeptByAgency(t *testing.T) {
	s, _ := create(t, newClock())
	ctx := t.Context()
	course := training.Course{ID: "c1", Topic: "custody", Title: "Detainers", Months: 12}
	held := training.Session{ID: "s1", Course: course, Shift: "A", On: "2026-11-20", Until: "2027-11-19", Own: map[string]int{"officers": 4}}
	pass := training.Pass{ID: "p1", Account: "a1", Topic: "custody", Shift: "A", On: "2026-11-20", Until: "2027-11-19"}
	for what, err := range map[string]error{
		"course": s.KeepCourse(ctx, cook, course), "session": s.AddSession(ctx, cook, held), "again": s.AddSession(ctx, cook, held),
		"shift": s.KeepShift(ctx, cook, training.Shift{Name: "A", Strength: 9}), "stronger": s.KeepShift(ctx, cook, training.Shift{Name: "A", Strength: 10}),
		"pass": s.AddPass(ctx, cook, pass),
	} {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	held.Own["officers"] = 5
	if err := s.AddSession(ctx, cook, held); err == nil {
		t.Error("a session was changed")
	}
	shifts, err := s.Shifts(ctx, cook)
	if err != nil || len(shifts) != 1 {
		t.Errorf("shifts %v: %v", shifts, err)
	}
	sessions, err := s.Sessions(ctx, cook)
	if err != nil || len(sessions) != 1 || sessions[0].Own["officers"] != 4 {
		t.Errorf("sessions %v: %v", sessions, err)
	}
	if other, err := s.Passes(ctx, "TX2270000"); err != nil || len(other) != 0 {
		t.Errorf("another agency sees %v: %v", other, err)
	}
	late := time.Date(2027, 11, 19, 0, 0, 0, 0, time.UTC).Add(keepTraining)
	if err := s.write(ctx, func(t *tx) error { return t.sweepTraining(late) }); err != nil {
		t.Fatal(err)
	}
	left, err := s.Passes(ctx, cook)
	courses, bad := s.Courses(ctx, cook)
	if err != nil || bad != nil || len(left) != 0 || len(courses) != 1 {
		t.Errorf("after its time: %v, courses %v", left, courses)
	}
}
