package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity/web/webhook"
)

// A vector is one request and what its answer holds.
type vector struct {
	Name, Method, Path string
	Body               json.RawMessage
	Status             int
	Answer             json.RawMessage
}

// The published vectors hold on a real server, and so do the sample clients.
func TestVectorsAndClients(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	t.Run("vectors", func(t *testing.T) {
		for _, v := range read[[]vector](t, s.get(t, "/api/vectors.json")) {
			play(t, s, v, "a1")
		}
	})
	if r := s.post(t, "/api/v1/requests", detainer("client-case", `,"sealed":{"booking":"CLIENT-1"}`)); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	const events = `{"id":"jms-%[1]s-1","booking":"CLIENT-1","event":"other-hold","at":"2026-10-08T10:00:00-05:00","reason":"parole","number":"P-%[1]s"}
{"id":"jms-%[1]s-2","booking":"CLIENT-1","event":"other-hold-ended","at":"2026-10-08T12:00:00-05:00","reason":"parole","number":"P-%[1]s"}
`
	program := filepath.Join(t.TempDir(), "booking")
	if out, err := exec.Command("go", "build", "-o", program, "../../examples/booking").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	clients := map[string]*exec.Cmd{"go": exec.Command(program, "-url", s.url)}
	if _, err := exec.LookPath("curl"); err == nil {
		clients["curl"] = exec.Command("sh", "../../examples/booking.sh")
	} else {
		t.Log("the client with curl is not tried: there is no curl here")
	}
	for name, cmd := range clients {
		t.Run(name, func(t *testing.T) {
			var out, said bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(fmt.Sprintf(events, name)), &out, &said
			cmd.Env = append(os.Environ(), "COMITY_TOKEN="+s.token, "COMITY_URL="+s.url)
			if err := cmd.Run(); err != nil || strings.Count(out.String(), "client-case") < 2 {
				t.Fatalf("%v %s%s", err, out.String(), said.String())
			}
			follow := s.get(t, "/api/v1/entries?limit=1000")
			for _, id := range []string{"jms-" + name + "-1.", "jms-" + name + "-2."} {
				if strings.Count(follow.text(), `"id":"`+id) != 1 {
					t.Errorf("%s is not in the record once", id)
				}
			}
			bad := exec.Command(cmd.Path, cmd.Args[1:]...)
			bad.Stdin, bad.Env = strings.NewReader(`{"id":"x","booking":"CLIENT-1","event":"deported","at":"2026-10-08T10:00:00-05:00"}`+"\n"), cmd.Env
			if out, err := bad.CombinedOutput(); err == nil || !strings.Contains(string(out), `"where":"event"`) {
				t.Errorf("a refusal ends well, or without its reason: %v %s", err, out)
			}
		})
	}
	t.Run("messages", func(t *testing.T) { listens(t, program) })
}

func play(t *testing.T, s *server, v vector, run string) {
	t.Helper()
	fill := strings.NewReplacer("{agency}", testAgency, "{run}", run).Replace
	r, err := s.send(v.Method, fill(v.Path), fill(string(v.Body)))
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if json.Unmarshal(r.body, &got) != nil || json.Unmarshal([]byte(fill(string(v.Answer))), &want) != nil {
		t.Fatalf("%s: %d %s", v.Name, r.status, r.body)
	}
	if where := missing(want, got, ""); r.status != v.Status || where != "" {
		t.Errorf("%s: %d, want %d; %s differs in %s", v.Name, r.status, v.Status, where, r.body)
	}
}

// missing says where got does not hold what is wanted, or nothing.
func missing(want, got any, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for key, value := range w {
			if _, there := g[key]; !ok || !there {
				return at + "." + key
			}
			if where := missing(value, g[key], at+"."+key); where != "" {
				return where
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return at
		}
		for i := range w {
			if where := missing(w[i], g[i], fmt.Sprintf("%s[%d]", at, i)); where != "" {
				return where
			}
		}
		return ""
	}
	if want != got {
		return at
	}
	return ""
}

// listens tries the client's other half: it takes what is signed and fresh,
// once, and nothing else.
func listens(t *testing.T, program string) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	key := webhook.Key(bytes.Repeat([]byte{7}, 32))
	var out locked
	cmd := exec.Command(program, "-listen", at)
	cmd.Env, cmd.Stdout = append(os.Environ(), "COMITY_SECRET="+key.String()), &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	send := func(id, signature string, when time.Time) int {
		r, err := http.NewRequest(http.MethodPost, "http://"+at+"/", strings.NewReader(`{"type":"test"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("webhook-id", id)
		r.Header.Set("webhook-timestamp", fmt.Sprint(when.Unix()))
		r.Header.Set("webhook-signature", signature)
		w, err := client.Do(r)
		if err != nil {
			return 0
		}
		return w.StatusCode
	}
	now, body := time.Now(), []byte(`{"type":"test"}`)
	waitFor(t, "the listening client", func() bool { return send("m-1", "v1,eA== "+key.Sign("m-1", now, body), now) == http.StatusOK })
	old := now.Add(-time.Hour)
	for name, c := range map[string][2]any{"again": {send("m-1", key.Sign("m-1", now, body), now), 200}, "not signed": {send("m-2", "v1,eA==", now), 401},
		"another id": {send("m-3", key.Sign("m-2", now, body), now), 401}, "old": {send("m-4", key.Sign("m-4", old, body), old), 401}} {
		if c[0] != c[1] {
			t.Errorf("%s: %v, want %v", name, c[0], c[1])
		}
	}
	if strings.Count(out.String(), "test") != 1 {
		t.Errorf("it printed %q", out.String())
	}
}
