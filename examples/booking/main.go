// Command booking is a sample client, with nothing but the standard library: it
// brings a booking system's events to Comity and prints what stands, or takes
// Comity's messages. It is an example to start from, not a product.
//
//	comity import bookings -map codes.yaml -o out jms.csv
//	COMITY_TOKEN=… booking -url https://record.county.example < out/bookings.jsonl
//	COMITY_SECRET=whsec_… booking -listen 127.0.0.1:9000
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	url := flag.String("url", "http://localhost:8080", "address of the server")
	listen := flag.String("listen", "", "take messages at this address instead")
	live := flag.Bool("live", false, "refuse a sandbox")
	flag.Parse()
	var err error
	if *listen != "" {
		err = serve(*listen, os.Getenv("COMITY_SECRET"))
	} else {
		err = post(*url, os.Getenv("COMITY_TOKEN"), *live)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "booking:", err)
		os.Exit(1)
	}
}

// post brings one event a line, in order. An event that was refused stops it:
// the next ones may depend on it.
func post(url, token string, live bool) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		stands, err := postOne(url, token, lines.Bytes(), live)
		if err != nil {
			return err
		}
		for _, c := range stands.Cases {
			fmt.Printf("%s: %s\n", c.Entry.ID, cmp.Or(c.State, "over"))
			for _, line := range c.Lines {
				fmt.Println("  " + line)
			}
		}
	}
	return lines.Err()
}

// What stands after an event; the keys that this client prints.
type standing struct {
	Cases []struct {
		Entry struct{ ID string }
		State string
		Lines []string
	}
}

// postOne sends an event until it is answered. The same id may be sent again
// and again: it is recorded once.
func postOne(url, token string, event []byte, live bool) (standing, error) {
	var out standing
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		status, sandbox, body, err := request(url+"/api/v1/bookings", token, event)
		switch {
		case err == nil && live && sandbox:
			return out, errors.New("this server is a sandbox")
		case err == nil && status < 300:
			return out, json.Unmarshal(body, &out)
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			return out, fmt.Errorf("refused with %d: %s", status, body)
		case pause == time.Minute:
			return out, fmt.Errorf("given up: %d %w", status, err)
		}
		time.Sleep(pause)
	}
}

func request(url, token string, event []byte) (status int, sandbox bool, body []byte, err error) {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(event))
	if err != nil {
		return 0, false, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	if err != nil {
		return 0, false, nil, err
	}
	defer w.Body.Close()
	body, err = io.ReadAll(io.LimitReader(w.Body, 1<<20))
	return w.StatusCode, w.Header.Get("Comity-Sandbox") != "", body, err
}

// serve prints every message once that is signed and fresh.
func serve(at, secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return errors.New("COMITY_SECRET is not whsec_ and base64")
	}
	var mu sync.Mutex
	seen := map[string]bool{} // keep these for a week, in a database
	return http.ListenAndServe(at, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
		if err != nil || !signed(key, r.Header, body, time.Now()) {
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if id := r.Header.Get("webhook-id"); !seen[id] {
			seen[id] = true
			fmt.Println(string(body))
		}
	}))
}

// signed checks a message as Standard Webhooks describes it.
func signed(key []byte, h http.Header, body []byte, now time.Time) bool {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, got := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return true
		}
	}
	return false
}
