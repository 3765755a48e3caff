package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"

	"comity"
	"comity/data"
	"comity/law"
)

// questions are detainers, transfers, interviews and help at scenes all over
// the country, on days of twelve years; closed of ten are closed cases.
func questions(n, closed int) ([]byte, error) {
	book, err := law.Load(data.FS)
	if err != nil {
		return nil, err
	}
	places := []string{"us-oh", "us-il-chicago"}
	for _, p := range book.Packs() {
		if _, ok := book.Place(p.Place); ok && p.Place != "us" {
			places = append(places, p.Place)
		}
	}
	pick := func(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }
	r := rand.New(rand.NewPCG(1, 2))
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	for i := range n {
		q := comity.Question{
			ID: fmt.Sprintf("q-%d", i), In: pick(r, places...), On: fmt.Sprintf("20%02d-%02d-%02d", 15+r.IntN(12), 1+r.IntN(12), 1+r.IntN(28)),
			Actor:  pick(r, "county-jail", "sheriff", "municipal-police", "state-police"),
			Act:    pick(r, "hold-on-detainer", "notify-release", "transfer-custody", "jail-interview-access", "scene-support", "grant-database-access"),
			Facts:  comity.Facts{"document.detainer": pick(r, "i-247a", "none"), "request.by": pick(r, "ice", "cbp")},
			Closed: r.IntN(10) < closed,
		}
		if r.IntN(2) == 0 {
			q.Facts["request.purpose"] = "civil-immigration"
			q.Facts["document.judicial"] = "none"
		}
		if err := lines.Encode(q); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// insert is what one durable row of 4 kB costs in the same database without
// log, seal or receipt: the peer of BenchmarkAppend.
func insert(_, dir string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE row (id TEXT PRIMARY KEY, body BLOB)`); err != nil {
		return err
	}
	body := make([]byte, 4096)
	const n = 1000
	began := time.Now()
	for i := range n {
		if _, err := db.Exec(`INSERT INTO row VALUES (?, ?)`, fmt.Sprint(i), body); err != nil {
			return err
		}
	}
	show(figure{Name: "raw SQLite insert of 4 kB, durable, one writer", Value: n / time.Since(began).Seconds(), Unit: "per s"})
	return nil
}
