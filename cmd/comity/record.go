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
	return store.Config{Kinds: desk.RecordKinds(), Beat: beat, Now: time.Now, Log: log}
}

func openStore(ctx context.Context, dir string) (*store.Store, error) {
	return store.Open(ctx, dir, recordConfig(slog.New(slog.DiscardHandler), 0))
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
		Entries []record.Entry `json:"entries"`
	}
	if err := json.NewDecoder(io.LimitReader(bufio.NewReader(res.Body), largestPage)).Decode(&page); err != nil {
		return nil, fmt.Errorf("read entries from the server: %w", err)
	}
	return page.Entries, nil
}
