package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"comity"
	"comity/record"
	"comity/store"
)

// A verdict on a record, as `verify -json` gives it.
type verified struct {
	Good      bool            `json:"good"`
	Sentences []string        `json:"sentences"`
	Problem   *comity.Problem `json:"problem,omitempty"`
}

// runVerify checks a whole record, a receipt, or that one checkpoint grew into
// another. Exit 0 good, 1 bad proof, 2 bad input.
func runVerify(ctx context.Context, e env, args []string) error {
	f := newFlags("verify")
	keyFlag := f.String("key", "", "the log's verifier key, or a file that holds it")
	receipt := f.String("receipt", "", "check this receipt")
	from := f.String("from", "", "an earlier checkpoint that was kept")
	to := f.String("to", "", "a later checkpoint; empty is the one served now")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("key", *keyFlag, "log.vkey"); err != nil {
		return err
	}
	if f.NArg() == 0 && *receipt == "" {
		return &comity.Problem{Code: "bad-argument", Message: "say what to verify", Hint: "an address, a folder, or -receipt FILE"}
	}
	key, err := readKey(*keyFlag)
	if err != nil {
		return err
	}
	said, err := verify(ctx, key, f.Arg(0), *receipt, *from, *to)
	return showVerified(e, said, err, *asJSON)
}

func verify(ctx context.Context, key record.Key, where, receipt, from, to string) ([]string, error) {
	var said []string
	if receipt != "" {
		data, err := os.ReadFile(receipt)
		if err != nil {
			return nil, noFile(receipt, "")
		}
		p, err := key.Receipt(data)
		if err != nil {
			return nil, err
		}
		said = append(said, p.Sentences()...)
	}
	if where == "" {
		return said, nil
	}
	files, err := logAt(where)
	if err != nil {
		return nil, err
	}
	if from == "" {
		r, err := record.Verify(ctx, key, files)
		if err != nil {
			return nil, err
		}
		return append(said, r.Sentences()...), nil
	}
	older, err := os.ReadFile(from)
	if err != nil {
		return nil, noFile(from, "")
	}
	var newer []byte
	if to == "" {
		newer, err = files.ReadFile(ctx, "checkpoint")
	} else {
		newer, err = os.ReadFile(to)
	}
	if err != nil {
		return nil, &comity.Problem{Code: "unreadable", Message: "the later checkpoint cannot be read", Where: to}
	}
	g, err := record.Consistent(ctx, key, files, older, newer)
	if err != nil {
		return nil, err
	}
	return append(said, g.Sentences()...), nil
}

func showVerified(e env, said []string, err error, asJSON bool) error {
	if !asJSON {
		if err == nil {
			fmt.Fprintln(e.out, strings.Join(said, "\n"))
		}
		return err
	}
	v := verified{Good: err == nil, Sentences: append([]string{}, said...)}
	if p, ok := err.(*comity.Problem); ok {
		v.Problem = p
	}
	if encodeErr := json.NewEncoder(e.out).Encode(v); encodeErr != nil {
		return encodeErr
	}
	return err
}

// readKey takes a verifier key itself or the file it lies in.
func readKey(text string) (record.Key, error) {
	if data, err := os.ReadFile(text); err == nil {
		text = strings.TrimSpace(string(data))
	}
	return record.ParseKey(text)
}

// logAt reads the files of a log in a folder or at an address; the address may
// be the site's, with the log at /log.
func logAt(where string) (record.Fetcher, error) {
	if isAddress(where) && !strings.HasSuffix(strings.TrimSuffix(where, "/"), "/log") {
		where = strings.TrimSuffix(where, "/") + "/log"
	}
	return store.Remote(where)
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
