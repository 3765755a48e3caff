// Command record measures the record beside what the same durable work costs
// without it: plain inserts into the same databases, and Tessera on files. It is
// a module of its own so that no peer becomes a dependency of the product.
//
//	bench/record/run [-entries N] [-rounds N] [-each DURATION] [-profile DIR]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// A figure is one line of the result.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal,omitempty"`
	Note  string  `json:"note,omitempty"`
}

func show(f figure) {
	line, err := json.Marshal(f)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

func say(name string, value float64, unit, goal, format string, args ...any) {
	show(figure{name, value, unit, goal, fmt.Sprintf(format, args...)})
}

// A plan is what one run of the program measures.
type plan struct {
	dir      string        // all that is written lies below it
	postgres string        // address of a server of ours, or empty
	rounds   int           // of every peer, in turn
	each     time.Duration // one round
	entries  int           // of the large log
	sample   int           // of the log that is verified and rebuilt
	kept     string        // folder of a large log that is used again; empty: laid anew and deleted
	program  string        // comity, built; empty: nothing is served
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	slog.SetDefault(slog.New(slog.DiscardHandler))
	var p plan
	flag.StringVar(&p.dir, "dir", "", "folder on the disk to measure; a temporary one if empty")
	flag.IntVar(&p.rounds, "rounds", 3, "rounds of every peer, one after the other")
	flag.DurationVar(&p.each, "each", 3*time.Second, "length of a round")
	flag.IntVar(&p.entries, "entries", 0, "entries of a large log, 10000000 for the goal (29 GB); 0: none")
	flag.IntVar(&p.sample, "sample", 200_000, "entries of the log that is published, verified and rebuilt; 0: none")
	flag.StringVar(&p.kept, "large", "", "folder of the large log: laid there if it is not, and kept")
	flag.StringVar(&p.program, "bin", "", "the built program, to serve the large log")
	only := flag.String("only", "", "measure appends to these alone, parted by commas; none: no appends")
	profile := flag.String("profile", "", "write processor profiles of the appends into this folder")
	reopen := flag.String("reopen", "", "open this record, read pages of it, say what it took, and end")
	flag.Parse()
	p.postgres = os.Getenv("COMITY_TEST_POSTGRES")
	if err := run(p, *only, *profile, *reopen); err != nil {
		log.Fatal(err)
	}
}

func run(p plan, only, profile, reopen string) error {
	ctx := context.Background()
	if reopen != "" {
		return reopened(ctx, reopen)
	}
	dir, err := os.MkdirTemp(p.dir, "comity-record-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p.dir = dir
	if err := p.machine(); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error { return p.appends(ctx, only, profile) },
		func() error { return p.sealing(ctx) },
		func() error { return p.whole(ctx) },
		func() error { return p.large(ctx) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	say("load average after", loadAverage(), "", "", "")
	return nil
}

// machine says what everything below was measured on.
func (p plan) machine() error {
	waits, err := syncs(filepath.Join(p.dir, "fsync"), 500)
	if err != nil {
		return err
	}
	say("cores", float64(runtime.NumCPU()), "", "", "%s", runtime.Version())
	say("load average before", loadAverage(), "", "", "")
	say("fsync of 4 kB, p50", ms(at(waits, 0.5)), "ms", "", "%s", disk(p.dir))
	say("fsync of 4 kB, p99", ms(at(waits, 0.99)), "ms", "", "")
	return nil
}

// syncs writes 4 kB to the end of a file and waits for the disk, n times.
func syncs(path string, n int) ([]time.Duration, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	waits := make([]time.Duration, n)
	for i := range waits {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		waits[i] = time.Since(began)
	}
	return waits, os.Remove(path)
}

// disk names the device and file system that hold a folder.
func disk(dir string) string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	best, found := "", "unknown"
	for line := range strings.Lines(string(mounts)) {
		part := strings.Fields(line)
		if len(part) > 3 && strings.HasPrefix(dir, part[1]) && len(part[1]) > len(best) {
			best, found = part[1], part[0]+" "+part[2]
		}
	}
	return found
}

func loadAverage() float64 {
	var load float64
	text, _ := os.ReadFile("/proc/loadavg")
	_, _ = fmt.Sscan(string(text), &load)
	return load
}

// profiled runs do with a processor profile of it, if a folder is given.
func profiled(dir, name string, do func() error) error {
	if dir == "" {
		return do()
	}
	f, err := os.Create(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".prof"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return do()
}
