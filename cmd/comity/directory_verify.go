package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/record"
	"comity/store"
)

// A directoryVerdict is what checking a directory showed.
type directoryVerdict struct {
	Good      bool            `json:"good"`
	Logs      int             `json:"logs"`
	Receipts  int             `json:"receipts"`
	Proofs    int             `json:"proofs"` // of forks and shrinkages
	Sentences []string        `json:"sentences"`
	Problem   *comity.Problem `json:"problem,omitempty"`
}

// verifyDirectory checks a directory from outside: its own log, for each log
// that what it says stands in a receipt of that log and under the watched log's
// own signature, and both notes of every fork and shrinkage.
func verifyDirectory(ctx context.Context, e env, args []string) error {
	f := newFlags("directory verify")
	keyFlag := f.String("key", "", "the verifier key of the directory's own log, or a file that holds it")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	if err := need("key", *keyFlag, "directory.vkey"); err != nil {
		return err
	}
	if !isAddress(f.Arg(0)) {
		return &comity.Problem{Code: "bad-argument", Message: "say which directory to check", Hint: "comity directory verify -key directory.vkey https://directory.example"}
	}
	key, err := readKey(*keyFlag)
	if err != nil {
		return err
	}
	site, err := store.Remote(strings.TrimSuffix(f.Arg(0), "/"))
	if err != nil {
		return err
	}
	c := directoryCheck{key: key, site: site, where: f.Arg(0)}
	err = c.all(ctx)
	if !*asJSON {
		if err == nil {
			fmt.Fprintln(e.out, strings.Join(c.sentences(), "\n"))
		}
		return err
	}
	v := directoryVerdict{Good: err == nil, Logs: c.logs, Receipts: c.receipts, Proofs: c.proofs, Sentences: []string{}}
	if err == nil {
		v.Sentences = c.sentences()
	} else if p, ok := err.(*comity.Problem); ok {
		v.Problem = p
	}
	if encodeErr := json.NewEncoder(e.out).Encode(v); encodeErr != nil {
		return encodeErr
	}
	return err
}

type directoryCheck struct {
	key   record.Key
	site  record.Fetcher
	where string

	own                    record.Report
	logs, receipts, proofs int
}

func (c *directoryCheck) sentences() []string {
	return append(c.own.Sentences(),
		fmt.Sprintf("It shows %d logs; what it says of %d of them stands in receipts of its own log, and under the signature of the log that it says it of.", c.logs, c.receipts),
		fmt.Sprintf("Forks and shrinkages that it shows: %d; each is proved by two checkpoints that the log itself signed.", c.proofs))
}

func (c *directoryCheck) all(ctx context.Context) error {
	files, err := logAt(c.where)
	if err != nil {
		return err
	}
	if c.own, err = record.Verify(ctx, c.key, files); err != nil {
		return err
	}
	for after := ""; ; {
		page, next, err := c.page(ctx, after)
		if err != nil {
			return err
		}
		if err := c.logsOf(ctx, files, page); err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// errNotWritten: the directory shows what its last entry about the log does not
// say. Between reading one and the other it may have looked again.
var errNotWritten = errors.New("its own log does not say so")

const triesOfPage = 3

func (c *directoryCheck) logsOf(ctx context.Context, files record.Fetcher, page []record.Watched) error {
	for _, w := range page {
		err := c.log(ctx, files, w)
		for tries := 1; errors.Is(err, errNotWritten) && tries < triesOfPage; tries++ {
			if err := sleep(ctx, time.Second); err != nil {
				return err
			}
			if w, err = c.again(ctx, w); err == nil {
				err = c.log(ctx, files, w)
			}
		}
		if errors.Is(err, errNotWritten) {
			err = wrongOf(w, err)
		}
		if err != nil {
			return err
		}
		c.logs++
	}
	return nil
}

// again reads what the directory shows of one log now.
func (c *directoryCheck) again(ctx context.Context, was record.Watched) (record.Watched, error) {
	for after := ""; ; {
		page, next, err := c.page(ctx, after)
		if err != nil {
			return was, err
		}
		if i := slices.IndexFunc(page, func(w record.Watched) bool { return w.Key == was.Key }); i >= 0 {
			return page[i], nil
		}
		if after = next; next == "" {
			return was, errNotWritten
		}
	}
}

func (c *directoryCheck) page(ctx context.Context, after string) ([]record.Watched, string, error) {
	var body struct {
		Logs []record.Watched `json:"logs"`
		Next string           `json:"next"`
	}
	// A page of ten stays below what is read of one file, whatever cosigners
	// there are.
	query := url.Values{"limit": {"10"}}
	if after != "" {
		query.Set("after", after)
	}
	site, err := store.Remote(strings.TrimSuffix(c.where, "/") + "/api/v1/logs?" + query.Encode())
	if err != nil {
		return nil, "", err
	}
	data, err := site.ReadFile(ctx, "")
	if err == nil {
		err = json.Unmarshal(data, &body)
	}
	if err != nil {
		return nil, "", &comity.Problem{Code: "unreadable", Where: c.where, Message: "the list of logs cannot be read: " + err.Error(), Hint: "is this the address of a directory?"}
	}
	if body.Next == after && after != "" {
		return nil, "", &comity.Problem{Code: "unreadable", Where: c.where, Message: "the list of logs does not end"}
	}
	return body.Logs, body.Next, nil
}

func (c *directoryCheck) log(ctx context.Context, files record.Fetcher, w record.Watched) error {
	key, err := record.ParseKey(w.Key)
	if err != nil {
		return err
	}
	read := func(path string) ([]byte, error) {
		data, err := c.site.ReadFile(ctx, "logs/"+w.ID()+"/"+path)
		if err != nil {
			return nil, &comity.Problem{Code: "unreadable", Where: w.Origin, Message: "a file that the directory should keep cannot be read: " + err.Error()}
		}
		return data, nil
	}
	if w.Note != "" {
		now, err := key.Checkpoint([]byte(w.Note))
		if err != nil {
			return wrongOf(w, err)
		}
		if now.Size != w.Size || now.Root.String() != w.Root {
			return wrongOf(w, fmt.Errorf("the directory gives another size or root than the checkpoint that it keeps"))
		}
	}
	for _, p := range w.Proofs {
		from, err := read("notes/" + p.From)
		if err != nil {
			return err
		}
		to, err := read("notes/" + p.To)
		if err != nil {
			return err
		}
		if err := p.Check(key, from, to); err != nil {
			return wrongOf(w, err)
		}
	}
	if w.Entry != "" {
		receipt, err := read("receipt.json")
		if err == nil {
			err = c.receipt(ctx, files, w, receipt)
		}
		if err != nil {
			return err
		}
		c.receipts++
	}
	c.proofs += len(w.Proofs)
	return nil
}

// receipt checks that the directory's own log says the same.
func (c *directoryCheck) receipt(ctx context.Context, files record.Fetcher, w record.Watched, data []byte) error {
	p, err := c.key.Receipt(data)
	if err != nil {
		return wrongOf(w, err)
	}
	if p.Receipt.Header.Kind != record.KindSeen {
		return wrongOf(w, fmt.Errorf("its receipt is of another kind of entry"))
	}
	if !w.Says(p.Fields) {
		return errNotWritten
	}
	if p.Receipt.Complete() && p.Checkpoint.Size <= c.own.Checkpoint.Size {
		if err := record.SameHistory(ctx, files, c.own.Checkpoint, p.Checkpoint); err != nil {
			return wrongOf(w, err)
		}
	}
	return nil
}

func wrongOf(w record.Watched, err error) error {
	return &comity.Problem{Code: "bad-proof", Where: w.Origin, Message: "what the directory shows is refused: " + problemOf(err).Message}
}
