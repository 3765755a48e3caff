package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"comity/record"
	"comity/seal"
)

// openBeside opens a record for looking only, whether or not another process
// serves it meanwhile: it takes no lock, mends nothing and changes nothing. The
// caller must not write.
//
// SQLite itself keeps readers and the writer apart, also between processes, by
// its write-ahead log. The handle is read-only for the system too, so that
// closing it can never clear away the write-ahead log of a server.
func openBeside(ctx context.Context, dir string, c Config) (*Store, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Store{dir: dir, config: c, kinds: slices.Concat(record.OwnKinds(), c.Kinds), days: map[dayName]seal.Key{}, files: files{filepath.Join(dir, "log")}}
	var err error
	if s.data, err = c.database(dir); err != nil {
		return nil, err
	}
	if err := s.data.exists(ctx); err != nil {
		return nil, err
	}
	if err := s.readKeys(); err != nil {
		return nil, err
	}
	read, err := s.data.beside()
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(2)
	s.read = reader{read, s.data}
	return s, nil
}

func (d sqliteDB) beside() (*sql.DB, error) { return d.connections("ro") }

func (d postgresDB) beside() (*sql.DB, error) { return stdlib.OpenDB(*d.reading()), nil }
