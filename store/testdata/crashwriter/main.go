// Crashwriter appends to a record with eight writers until it is killed, and
// prints the id of every entry after it was acknowledged. The tests of package
// store kill it at random moments, limit its disk and look at what is left.
//
// -dir D   the data folder, made if it is not there
// -run N   goes into the ids, so that every run writes new ones
// -limit B the largest file this process may write, in bytes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"comity"
	"comity/record"
	"comity/store"
)

func main() {
	dir := flag.String("dir", "", "data folder")
	run := flag.Int("run", 0, "number of this run")
	limit := flag.Uint64("limit", 0, "largest file in bytes")
	flag.Parse()
	if err := write(*dir, *run, *limit); err != nil {
		var p *comity.Problem
		if errors.As(err, &p) {
			fmt.Println("problem", p.Code)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func write(dir string, run int, limit uint64) error {
	ctx := context.Background()
	config := store.Config{
		Kinds: []record.Kind{{Name: "detainer", Commitments: 12, Release: record.Monthly}},
		Beat:  20 * time.Millisecond, // many beats, so that kills fall into them
	}
	s, err := store.Open(ctx, dir, config)
	var p *comity.Problem
	if errors.As(err, &p) && p.Code == "no-record" {
		s, err = store.Create(ctx, dir, store.Identity{Origin: "crash.example/log", Agency: "IL0160000", Sample: true}, config)
	}
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if limit > 0 {
		// Without this the system ends a process that writes past its limit.
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	go s.Run(ctx)
	return writeAll(ctx, s, run)
}

func writeAll(ctx context.Context, s *store.Store, run int) error {
	failed := make(chan error, 8)
	var out sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("r%d-w%d-%d", run, w, i)
				_, err := s.Append(ctx, record.Draft{
					ID: id, Agency: "IL0160000", Kind: "detainer", At: time.Now(),
					Fields: []record.Field{{Name: "form", Value: "i-247a"}, {Name: "person.name", Value: "Canary " + id, Personal: true}},
				})
				if err != nil {
					failed <- err
					return
				}
				out.Lock()
				fmt.Println("ack", id)
				out.Unlock()
			}
		}()
	}
	return cause(failed)
}

// cause waits until every writer has failed and returns why: once one meets a
// fault of the disk, the others are only told that writing was stopped.
func cause(failed <-chan error) error {
	first := <-failed
	for range 7 {
		err := <-failed
		var p *comity.Problem
		if errors.As(first, &p) && p.Code == "stopped" {
			first = err
		}
	}
	return first
}
