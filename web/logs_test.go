package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"comity/record"
)

// sampleLogs are what a directory saw of logs that stand for every state.
type sampleLogs []record.Watched

func (s sampleLogs) Logs() []record.Watched { return s }

func (s sampleLogs) Note(_ context.Context, digest string) ([]byte, error) {
	return []byte("a note " + digest), nil
}

func (s sampleLogs) Receipt(_ context.Context, key string) ([]byte, error) {
	if strings.Contains(key, "kankakee") {
		return nil, errors.New("disk is gone")
	}
	return []byte(`{"comity":"receipt/1"}`), nil
}

var theSampleLogs = newSampleLogs()

func newSampleLogs() sampleLogs {
	make := func(name, ori string, size int64, ago time.Duration, faults ...record.Fault) record.Watched {
		origin := name + ".sample.example/log"
		return record.Watched{
			Origin: origin, Key: origin + "+1a2b3c4d+" + strings.Repeat("A", 44), Agency: ori, URL: "https://" + origin, Beat: 60,
			Size: size, Shown: size, Root: strings.Repeat("B", 43) + "=", Note: origin + "\n", At: now.Add(-ago), First: now.AddDate(0, -3, 0), Looked: now, Reached: now.Add(-ago),
			Faults: append([]record.Fault{}, faults...), Entry: "log-seen-" + name, Wrote: now,
			Signers: []record.SeenCosigner{{Label: "auditor", Name: "cosigner.auditor.example/w1", At: now.Add(-ago)}, {Label: "paper", Name: "cosigner.paper.example"}},
		}
	}
	proof := func(what record.Fault, from, to int64) record.Proof {
		return record.Proof{What: what, Found: now.AddDate(0, 0, -2), From: strings.Repeat("ab", 32), To: strings.Repeat("cd", 32), Sizes: [2]int64{from, to}}
	}
	list := sampleLogs{
		make("adams", "IL0160000", 18330, 20*time.Second), make("boone", "TX1010000", 41, 14*time.Minute, record.Late),
		make("cook", "IL0160000", 900, 26*time.Hour, record.Forked, record.Unreachable), make("dade", "AK0010500", 300, time.Minute, record.Shrunk, record.Uncosigned),
		make("erie", "NEWSROOM", 0, 0, record.Unreachable), make("fulton", "TX1010000", 12, -time.Hour, record.Ahead),
		make("grant", "TX1010000", 12, 3*time.Hour, record.Refused), make("hall", "TX1010000", 12, 72*time.Hour),
	}
	list[2].Proofs, list[2].Why = []record.Proof{proof(record.Forked, 29, 41)}, "it did not answer in time"
	list[3].Proofs, list[3].Shown = []record.Proof{proof(record.Shrunk, 300, 100)}, 100
	list[3].Proofs[0].Keeper = "cosigner.auditor.example/w1"
	list[4].Note, list[4].Root, list[4].At, list[4].First, list[4].Reached, list[4].Signers, list[4].Entry = "", "", time.Time{}, time.Time{}, time.Time{}, nil, ""
	list[6].Why = "its files do not add up to the checkpoint that it signed"
	list[7].Struck = true
	list[7].Proofs = []record.Proof{proof(record.Shrunk, 20, 12)}
	list[7].Proofs[0].Over = now
	return list
}

// logPages are their addresses, for the tests of every page.
func logPages() []string {
	out := []string{"/logs", "/logs?show=forked", "/logs?show=well&q=adams", "/logs?q=nobody"}
	for _, x := range theSampleLogs {
		out = append(out, "/logs/"+x.ID())
	}
	return out
}

func init() { pages = append(pages, logPages()...) }

func TestLogsPage(t *testing.T) {
	h := testSite(t)
	for path, want := range map[string][]string{
		"/logs": {"A log that is not here is not known, not zero", "Forks and shrinkages", "a checkpoint of 29 entries and one of 41 do not belong to one history",
			"it had signed 300 entries and later signed 100", "The first was kept by the cosigner cosigner.auditor.example/w1", "18,330 entries", "14 minutes ago", "26 hours ago", "auditor cosigned; paper has not cosigned the last one",
			"dated later than the clock here", "Nothing was seen of it yet", "/notes/" + strings.Repeat("ab", 32), "No longer on the list", "It had grown back by"},
		"/es/logs":                                         {"eso no es cero", "hace 14 minutos", "Bifurcado", "18,330 anotaciones"},
		"/logs?show=late":                                  {"1 log.", "boone.sample.example/log"},
		"/logs?q=nobody":                                   {"That says nothing about an agency"},
		"/logs/" + theSampleLogs[2].ID():                   {"It signed two histories. No later checkpoint takes that back.", "it did not answer in time", "comity verify -key"},
		"/logs/" + theSampleLogs[3].ID():                   {"it shows 100 now", "/agencies/AK0010500"},
		"/logs/" + theSampleLogs[7].ID():                   {"This log was taken off the list"},
		"/es/logs/" + theSampleLogs[1].ID():                {"es más viejo que su ritmo prometido", "un punto de control cada 60 segundos"},
		"/logs/" + theSampleLogs[0].ID() + "/checkpoint":   {"adams.sample.example/log"},
		"/logs/" + theSampleLogs[0].ID() + "/receipt.json": {"receipt/1"},
		"/logs/" + theSampleLogs[2].ID() + "/notes/" + theSampleLogs[2].Proofs[0].To: {"a note cdcd"},
	} {
		w := get(h, path)
		for _, s := range want {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s: %d, lacks %q", path, w.Code, s)
			}
		}
	}
	for _, path := range []string{"/logs?show=ugly", "/logs?after=00", "/logs/00", "/logs/00/checkpoint", "/logs/" + theSampleLogs[4].ID() + "/receipt.json", "/logs/" + theSampleLogs[0].ID() + "/notes/" + strings.Repeat("ab", 32)} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	c := testConfig(t)
	for says, logs := range map[string]Logs{"This copy watches no logs": nil, "The list names no log yet": sampleLogs{}} {
		c.Logs = logs
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		if w := get(h, "/logs"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d", says, w.Code)
		}
	}
}

// Twenty thousand logs: pages stay small, and lead on to the end.
func TestLogsPageOfTwentyThousand(t *testing.T) {
	many := make(sampleLogs, 20000)
	for i := range many {
		many[i] = theSampleLogs[0]
		many[i].Origin = fmt.Sprintf("log-%05d.example/log", i)
		many[i].Key = many[i].Origin + "+00000000+AAAA"
	}
	c := testConfig(t)
	c.Logs = many
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if w := get(h, "/logs?after="+many[9999].ID()); w.Code != http.StatusOK || w.Body.Len() > mostBytes || !strings.Contains(w.Body.String(), "log-10000.") || strings.Contains(w.Body.String(), "log-10050.") {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	var body struct {
		Logs []logBody
		Next string
	}
	w := get(h, "/api/v1/logs?limit=1000&after="+many[18999].ID())
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Logs) != 1000 || body.Next != "" || body.Logs[0].ID != many[19000].ID() {
		t.Errorf("%d: %d logs, next %q, %v", w.Code, len(body.Logs), body.Next, err)
	}
	if w := get(h, "/api/v1/logs?after=x"); w.Code != http.StatusNotFound {
		t.Errorf("after nobody: %d", w.Code)
	}
}
