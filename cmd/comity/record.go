package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/desk"
	"comity/oversight"
	"comity/record"
	"comity/store"
)

// recordConfig is how every command opens a record.
func recordConfig(log *slog.Logger, beat time.Duration) store.Config {
	return store.Config{Kinds: desk.RecordKinds(), Terms: desk.Terms, Beat: beat, Now: time.Now, Log: log}
}

func openStore(ctx context.Context, dir string) (*store.Store, error) {
	config := recordConfig(slog.New(slog.DiscardHandler), 0)
	config.Database = databaseOf(dir, "")
	return store.Open(ctx, dir, config)
}

const pageOfEntries = 1000

// allEntries reads a whole record, as its own agency sees it.
func allEntries(ctx context.Context, s *store.Store) ([]record.Entry, error) {
	var all []record.Entry
	for after := int64(-1); ; {
		page, err := s.Entries(ctx, "", after, pageOfEntries)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < pageOfEntries {
			return all, nil
		}
		after = page[len(page)-1].Index
	}
}

// fetchLog reads what a server shows the holder of a token.
func fetchLog(ctx context.Context, address, token string) ([]oversight.Recorded, error) {
	if token == "" {
		return nil, &comity.Problem{Code: "missing-flag", Message: "a record at an address is read with its agency's token", Hint: "set COMITY_TOKEN, or give -token"}
	}
	client := &http.Client{Timeout: time.Minute}
	var all []record.Entry
	for after := int64(-1); ; {
		url := fmt.Sprintf("%s/api/v1/entries?after=%d&limit=%d", strings.TrimSuffix(address, "/"), after, pageOfEntries)
		page, err := fetchEntries(ctx, client, url, token)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) == 0 {
			return oversight.FromEntries(all)
		}
		after = page[len(page)-1].Index
	}
}

const largestPage = 64 << 20

func fetchEntries(ctx context.Context, client *http.Client, url, token string) ([]record.Entry, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &comity.Problem{Code: "bad-address", Message: "the address cannot be read", Where: url}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, &comity.Problem{Code: "unreadable", Message: "the server does not answer", Where: url, Hint: "is it running, and is the address right?"}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, &comity.Problem{Code: "unreadable", Message: "the server answers " + res.Status, Where: url, Hint: "is the token of this agency?"}
	}
	var page struct {
		Entries []shownEntry `json:"entries"`
	}
	if err := json.NewDecoder(io.LimitReader(bufio.NewReader(res.Body), largestPage)).Decode(&page); err != nil {
		return nil, &comity.Problem{Code: "unreadable", Message: "what the server answers is not a list of entries", Where: url, Hint: "is this the address of a Comity server?"}
	}
	var out []record.Entry
	for _, e := range page.Entries {
		out = append(out, e.entry())
	}
	return out, nil
}

// A shownEntry is an entry as /api/v1/entries shows it, as far as a replay
// needs it.
type shownEntry struct {
	Index     int64             `json:"index"`
	ID        string            `json:"id"`
	Agency    string            `json:"agency"`
	Kind      string            `json:"kind"`
	Ref       string            `json:"ref"`
	In        string            `json:"in"`
	On        string            `json:"on"`
	At        string            `json:"at"`
	Actor     string            `json:"actor"`
	Stored    time.Time         `json:"stored"`
	Erased    bool              `json:"erased"`
	Law       string            `json:"law"`
	Fields    map[string]string `json:"fields"`
	Items     []desk.Item       `json:"items"`
	Decisions []json.RawMessage `json:"decisions"`
}

// entry puts the entry back into the form in which the record holds it.
func (s shownEntry) entry() record.Entry {
	e := record.Entry{Index: s.Index, Stored: s.Stored, Erased: s.Erased, Draft: record.Draft{ID: s.ID, Agency: s.Agency, Kind: s.Kind, Ref: s.Ref, Law: s.Law}}
	e.At, _ = time.Parse(time.RFC3339, s.At) // the record's own entries have none
	add := func(name, value string) { e.Fields = append(e.Fields, record.Field{Name: name, Value: value}) }
	for name, value := range s.Fields {
		add("form."+name, value)
	}
	if s.Fields["override"] == "yes" {
		// Lists show nothing sealed. The desk takes no override without a
		// reason, so one stands there; that it is missing cannot be found from
		// here, only in the folder of the record.
		e.Fields = append(e.Fields, record.Field{Name: "form.reason", Value: "sealed", Personal: true})
	}
	for i, item := range s.Items {
		q, err := json.Marshal(comity.Question{In: s.In, On: s.On, At: s.At, Agency: s.Agency, Actor: s.Actor, Act: item.Act, Facts: item.Facts})
		if err != nil || i >= len(s.Decisions) {
			break
		}
		add(fmt.Sprint("question.", i+1), string(q))
		add(fmt.Sprint("decision.", i+1), string(s.Decisions[i]))
	}
	return e
}
