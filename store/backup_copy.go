package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A backup holds the database as SQLite whatever it was kept in, so that each
// of the two databases can be left for the other: the schema is one.

// copyTo writes the rows as one transaction sees them into a new SQLite
// database. The servers go on meanwhile.
func (d postgresDB) copyTo(ctx context.Context, s *Store, path string) (err error) {
	if err := s.needSchema(ctx); err != nil {
		return err
	}
	to := sqliteDB{path: path}
	if err := fillDatabase(ctx, to, s.identity); err != nil {
		return err
	}
	from, err := s.read.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer from.Rollback()
	return copyInto(ctx, to, to, from)
}

// needSchema reads what the record is, and refuses one of another schema than
// this program's: its rows would not fit the tables that we make.
func (s *Store) needSchema(ctx context.Context) error {
	version, err := s.readMeta(ctx)
	if err != nil {
		return err
	}
	all, err := migrations()
	if err == nil && version < len(all) {
		err = problem("older-schema", s.data.where(), "open it once as the owner of its tables: comity doctor -repair -dir DIR -db OWNER-ADDRESS", "the record has schema %d, this program needs %d", version, len(all))
	}
	return err
}

// moveInto makes the record anew in an empty database, with all rows of one
// kept in SQLite.
func moveInto(ctx context.Context, to database, id Identity, lite sqliteDB) error {
	if err := fillDatabase(ctx, to, id); err != nil {
		return err
	}
	db, err := lite.beside()
	if err != nil {
		return err
	}
	defer db.Close()
	from, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer from.Rollback()
	return copyInto(ctx, to, lite, from)
}

// copyInto copies the rows of all tables but meta, which [fillDatabase] wrote,
// in one transaction. Tables are in the order in which they were made, so that
// what is pointed to is there first; lite is whichever of the two is SQLite.
func copyInto(ctx context.Context, to database, lite sqliteDB, from *sql.Tx) error {
	tables, err := lite.tables(ctx)
	if err != nil {
		return err
	}
	return inOne(ctx, to, false, func(c *sql.Conn) error {
		for _, t := range tables {
			if err := t.copy(ctx, to, c, from); err != nil {
				return fmt.Errorf("copy the table %s: %w", t.name, err)
			}
		}
		return nil
	})
}

type table struct {
	name    string
	columns []string
}

func (d sqliteDB) tables(ctx context.Context) ([]table, error) {
	db, err := d.beside()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name <> 'meta' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.rowid, c.cid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []table
	for rows.Next() {
		var name, column string
		if err := rows.Scan(&name, &column); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, table{name: name})
		}
		out[len(out)-1].columns = append(out[len(out)-1].columns, column)
	}
	return out, rows.Err()
}

func (t table) copy(ctx context.Context, to database, c *sql.Conn, from *sql.Tx) error {
	list := strings.Join(t.columns, ", ")
	rows, err := from.QueryContext(ctx, `SELECT `+list+` FROM `+t.name+` ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert, err := c.PrepareContext(ctx, to.query(`INSERT INTO `+t.name+` (`+list+`) VALUES (`+strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")+`)`))
	if err != nil {
		return err
	}
	defer insert.Close()
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}
