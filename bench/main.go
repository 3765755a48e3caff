// Command bench measures the built program from outside, as its users meet it,
// and beside it what the same work costs without it. bench/run calls it.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A figure is one line of the result. Goal and peer are zero where there is none.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  float64 `json:"goal,omitempty"`
	Peer  string  `json:"peer,omitempty"`
	Ratio float64 `json:"ratio,omitempty"` // value / peer's value
}

func show(f figure) {
	line, err := json.Marshal(f)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	bin := flag.String("bin", "", "the built program")
	onlyLoad := flag.Bool("load", false, "load the law, say how large it is, and end")
	flag.Parse()
	if *onlyLoad {
		if err := sayLoaded(); err != nil {
			log.Fatal(err)
		}
		return
	}
	dir, err := os.MkdirTemp("", "comity-bench-")
	if err != nil {
		log.Fatal(err)
	}
	err = measure(*bin, dir)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

func measure(bin, dir string) error {
	closed := func(bin, dir string) error { return batch(bin, dir, "closed cases", 10) }
	mixed := func(bin, dir string) error { return batch(bin, dir, "three of ten open", 7) }
	for _, part := range []func(bin, dir string) error{loadCold, closed, mixed, replay, insert, site} {
		if err := part(bin, dir); err != nil {
			return err
		}
	}
	return nil
}

// batch is 100,000 questions through the command line, JSON in and out; beside
// it encoding/json alone reading the same lines. An open case leaves most facts
// unknown, so that many patterns must be weighed.
func batch(bin, dir, what string, closed int) error {
	const n = 100_000
	path := filepath.Join(dir, "questions.jsonl")
	lines, err := questions(n, closed)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, lines, 0o600); err != nil {
		return err
	}
	took, err := wall(bin, "decide", "-batch", path)
	if err != nil {
		return err
	}
	began := time.Now()
	decoder := json.NewDecoder(bytes.NewReader(lines))
	for range n {
		var q struct {
			ID, In, On, Actor, Act string
			Facts                  map[string]any
			Closed                 bool
		}
		if err := decoder.Decode(&q); err != nil {
			return err
		}
	}
	peer := time.Since(began)
	show(figure{"batch of 100,000, " + what + ", JSON included", took.Seconds(), "s", 3, "encoding/json reads the same lines", took.Seconds() / peer.Seconds()})
	show(figure{Name: "encoding/json reads the same lines, " + what, Value: peer.Seconds(), Unit: "s"})
	return nil
}

func replay(bin, _ string) error {
	took, err := wall(bin, "replay", "-json")
	if err != nil {
		return err
	}
	show(figure{Name: "replay of the shipped 59,839 detainers", Value: took.Seconds(), Unit: "s", Goal: 5})
	return nil
}

// wall is the time of a whole run of the program, its start included and its
// answer thrown away; the best of three.
func wall(bin string, args ...string) (time.Duration, error) {
	best := time.Duration(0)
	for range 3 {
		cmd := exec.Command(bin, args...)
		var said bytes.Buffer
		cmd.Stderr = &said
		began := time.Now()
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("%s %v: %w: %s", bin, args, err, &said)
		}
		if took := time.Since(began); best == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// site starts the demo, fetches pages and writes requests.
func site(bin, dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	began := time.Now()
	cmd := exec.CommandContext(ctx, bin, "demo", "-json", "-addr", "127.0.0.1:0", "-dir", filepath.Join(dir, "demo"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	show(figure{Name: "demo, start to ready", Value: time.Since(began).Seconds(), Unit: "s", Goal: 3})
	var is struct {
		Addr  string
		Links []struct{ Role, Agency, Token string }
	}
	if err := json.Unmarshal(line, &is); err != nil || len(is.Links) == 0 {
		return fmt.Errorf("the demo said %s: %w", line, err)
	}
	base := "http://" + is.Addr
	for _, p := range []struct{ name, path, holds string }{
		{"start page", "/", "<h1"}, {"question page", "/ask", "<form"},
		{"answer card", "/ask?in=us-il-cook&on=2026-11-20&actor=county-jail&act=hold-on-detainer&document.detainer=i-247a&document.judicial=none&done=1", "5 ILCS 805/15(a)"},
		{"page of a rule", "/law/rule/us/il/trust-act/15a", "5 ILCS 805/15(a)"}, {"public record", "/record", "/log"}, {"agency page", "/agencies/IL0160000", "<h1"},
	} {
		p50, err := median(300, func(int) error { return fetch(http.MethodGet, base+p.path, "", "", p.holds) })
		if err != nil {
			return err
		}
		show(figure{Name: p.name + ", p50 over HTTP", Value: p50.Seconds() * 1000, Unit: "ms"})
	}
	return requests(base, is.Links[0].Agency, is.Links[0].Token)
}

// requests records cases through the API: decided, sealed, durable, receipted.
func requests(base, agency, token string) error {
	one := func(i int) error {
		return fetch(http.MethodPost, base+"/api/v1/requests", token, fmt.Sprintf(`{"id":"bench-%d","agency":%q,"kind":"detainer","in":"us-il-cook",
			"at":"2026-11-20T09:00:00-06:00","actor":"county-jail","items":[{"act":"hold-on-detainer","facts":{"document.detainer":"i-247a","document.judicial":"none"}}],
			"sealed":{"booking":"SAMPLE-%d","name":"SAMPLE PERSON"}}`, i, agency, i), "receipt")
	}
	p50, err := median(300, one)
	if err != nil {
		return err
	}
	show(figure{Name: "request answered and durable, one writer, p50", Value: p50.Seconds() * 1000, Unit: "ms"})
	const each = 100
	var wait sync.WaitGroup
	failed := make(chan error, 8)
	began := time.Now()
	for w := range 8 {
		wait.Go(func() {
			for i := range each {
				if err := one(10_000*(w+1) + i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wait.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	show(figure{Name: "requests answered and durable, eight writers", Value: 8 * each / time.Since(began).Seconds(), Unit: "per s"})
	return nil
}

func median(n int, do func(i int) error) (time.Duration, error) {
	var took []time.Duration
	for i := range n {
		began := time.Now()
		if err := do(i); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// fetch is an error where the answer does not hold what it should: what is not
// the page is not measured.
func fetch(method, url, token, body, holds string) error {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode >= http.StatusMultipleChoices || !bytes.Contains(said, []byte(holds))) {
		err = fmt.Errorf("%s: %s %.200s", url, res.Status, said)
	}
	return err
}
