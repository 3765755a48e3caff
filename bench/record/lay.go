package main

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"comity/record"
	"comity/store"
)

// lay makes a record and lays n entries into its database directly, without
// sealing, signing or waiting for the disk: what the public log and its pages
// are made of is whole and true (headers, salts, leaves, chains, months of five
// years, forty agencies), promises bear random bytes for a signature, and there
// is no sealed content.
func lay(ctx context.Context, dir string, n int) (time.Duration, error) {
	began := time.Now()
	s, err := store.Create(ctx, dir, store.Identity{Origin: "record.bench.example/log", Agency: agency}, config())
	if err != nil {
		return 0, err
	}
	if err := s.Close(); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "record.db")+
		"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-500000)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := fill(ctx, db, n); err != nil {
		return 0, err
	}
	_, err = db.ExecContext(ctx, `PRAGMA journal_mode(WAL)`)
	return time.Since(began), err
}

const chunk = 5_000

// fill writes chunks in order while the next ones are drawn.
func fill(ctx context.Context, db *sql.DB, n int) error {
	const ahead = 4 // chunks that are drawn and not written
	chunks := make(chan chan []laid, ahead)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(chunks)
		for c := 0; c*chunk < n; c++ {
			one := make(chan []laid, 1)
			select {
			case chunks <- one: // waits where enough are ahead
				go func() { one <- draw(c, n) }()
			case <-stop:
				return
			}
		}
	}()
	for c := range chunks {
		if err := write(ctx, db, <-c); err != nil {
			return err
		}
	}
	return nil
}

// laid is one entry as the tables hold it.
type laid struct {
	i             int
	id, ref       string
	stored        time.Time
	ended         any
	header        record.Salted
	leaf          record.Leaf
	same, receipt []byte
}

const (
	agencies = 40
	years    = 5
)

// draw makes the entries of a chunk. Of ten entries of an agency six are
// notices, one is an assistance, one a misidentification, two are corrections
// that point back.
func draw(c, n int) []laid {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(c))
	random := rand.NewChaCha8(seed)
	bytes := func(n int) []byte {
		b := make([]byte, n)
		_, _ = random.Read(b) // never fails
		return b
	}
	end := time.Now().UTC().Truncate(time.Second)
	step := end.Sub(end.AddDate(-years, 0, 0)) / time.Duration(n)
	var out []laid
	for i := c * chunk; i < min(n, (c+1)*chunk); i++ {
		e := laid{i: i, id: name(i), stored: end.Add(-step * time.Duration(n-i)), same: bytes(32)}
		kind, commitments := "notice", 16
		switch i / agencies % 10 {
		case 3, 7:
			kind, e.ref = "correction", name(i-agencies)
		case 5:
			kind, commitments = "misidentification", 24
		case 9:
			kind, commitments, e.ended = "assistance", 64, e.stored.Unix()
		}
		digests := make([]string, commitments+4)
		for k := range digests {
			digests[k] = base64.RawURLEncoding.EncodeToString(bytes(32))
		}
		slices.Sort(digests)
		e.header = record.Salted{Header: record.Header{Version: 1, Agency: ori(i), Kind: kind, Month: e.stored.Format("2006-01"), Law: law, Commitments: digests}, Salt: bytes(32)}
		stub := e.header.Header.Stub()
		r := record.Receipt{Format: "receipt/1", Log: "record.bench.example/log", ID: e.id, Stored: e.stored.Format(time.RFC3339), PublishedBy: e.stored.Add(time.Minute).Format(time.RFC3339),
			Header: stub, Salt: e.header.Salt, Promise: "— record.bench.example/log " + base64.StdEncoding.EncodeToString(bytes(68))}
		e.leaf, e.receipt = r.Leaf(), r.Marshal()
		out = append(out, e)
	}
	return out
}

const law = "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"

func name(i int) string { return fmt.Sprintf("laid-%09d", i) }
func ori(i int) string  { return fmt.Sprintf("IL01%02d000", i%agencies) }

func write(ctx context.Context, db *sql.DB, rows []laid) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := insertAll(ctx, tx, rows); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func insertAll(ctx context.Context, tx *sql.Tx, rows []laid) error {
	var in [3]*sql.Stmt
	for k, query := range []string{
		`INSERT INTO entry (n, id, ulid, agency, kind, month, law, ref, thread, stored, ended, leaf, same, receipt, published_by) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		`INSERT INTO header (n, body) VALUES (?, ?)`,
		`INSERT INTO log (idx, n, agency, leaf) VALUES (?, ?, ?, ?)`,
	} {
		var err error
		if in[k], err = tx.PrepareContext(ctx, query); err != nil {
			return err
		}
		defer in[k].Close()
	}
	for _, e := range rows {
		h, n := e.header.Header, e.i+2 // the first entry of a record is its schema
		thread := e.id
		if e.ref != "" {
			thread = e.ref
		}
		if _, err := in[0].ExecContext(ctx, n, e.id, fmt.Sprintf("%026d", e.i), h.Agency, h.Kind, h.Month, h.Law, e.ref, thread,
			e.stored.Unix(), e.ended, e.leaf[:], e.same, e.receipt, e.stored.Add(time.Minute).Unix()); err != nil {
			return err
		}
		if _, err := in[1].ExecContext(ctx, n, e.header.Marshal()); err != nil {
			return err
		}
		if _, err := in[2].ExecContext(ctx, n-1, n, h.Agency, e.leaf[:]); err != nil {
			return err
		}
	}
	return nil
}
