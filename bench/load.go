package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"

	"comity/data"
	"comity/law"
)

// loadCold starts a process that does nothing but load every pack and place.
// The median of five: start of the process to its end, and what it held.
func loadCold(_, _ string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var took, inside, held, peak []float64
	for range 5 {
		cmd := exec.Command(self, "-load")
		began := time.Now()
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("load in a process of its own: %w", err)
		}
		took = append(took, time.Since(began).Seconds()*1e3)
		var said loaded
		if err := json.Unmarshal(out, &said); err != nil {
			return fmt.Errorf("the loading process said %s: %w", out, err)
		}
		inside, held = append(inside, said.Ms), append(held, said.MB)
		if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = append(peak, float64(used.Maxrss)/1e3)
		}
	}
	show(figure{Name: "every pack and place, cold: process start to end", Value: middle(took), Unit: "ms", Goal: 250})
	show(figure{Name: "every pack and place, cold: loading alone", Value: middle(inside), Unit: "ms", Goal: 250})
	show(figure{Name: "law held in memory when loaded", Value: middle(held), Unit: "MB", Goal: 60})
	show(figure{Name: "largest memory of that process", Value: middle(peak), Unit: "MB", Goal: 60})
	return nil
}

// loaded is what the loading process says of itself.
type loaded struct{ Ms, MB float64 }

func sayLoaded() error {
	began := time.Now()
	book, err := law.LoadCompiled(data.Law, data.FS)
	if err != nil {
		return err
	}
	said := loaded{Ms: time.Since(began).Seconds() * 1e3}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	said.MB = float64(m.HeapAlloc) / 1e6
	runtime.KeepAlive(book)
	return json.NewEncoder(os.Stdout).Encode(said)
}

func middle(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[len(of)/2]
}
