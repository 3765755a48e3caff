package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"

	"comity"
)

func problem(code, where, hint, format string, args ...any) *comity.Problem {
	return &comity.Problem{Code: code, Where: where, Hint: hint, Message: fmt.Sprintf(format, args...)}
}

// notFound is one answer for what does not exist, what is not yet released and
// what never will be: the difference would tell.
func notFound(what string) *comity.Problem {
	return problem("not-found", "", "", "there is no such %s, or it is not public", what)
}

// explain turns what the disk or the database says into words for the one who
// runs it. Other errors come back wrapped with what was being done.
func explain(doing string, err error) error {
	var known *comity.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case postgresProblem(doing, err) != nil:
		return postgresProblem(doing, err)
	case errors.Is(err, syscall.ENOSPC), isSQLite(err, sqlite3.SQLITE_FULL):
		return problem("disk-full", doing, "make room on the disk, then try again; what was acknowledged before is safe", "the disk is full: nothing was written")
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission), isSQLite(err, sqlite3.SQLITE_READONLY), isSQLite(err, sqlite3.SQLITE_CANTOPEN), isSQLite(err, sqlite3.SQLITE_PERM):
		return problem("read-only", doing, "give this program's user write access to the data folder and to everything in it", "the data folder cannot be written: nothing was written")
	case isSQLite(err, sqlite3.SQLITE_CORRUPT), isSQLite(err, sqlite3.SQLITE_NOTADB):
		return problem("damaged", doing, "stop; copy the data folder as it is, then restore the last good backup", "the database file is damaged")
	case isSQLite(err, sqlite3.SQLITE_IOERR), errors.Is(err, syscall.EIO), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return problem("disk-fault", doing, "check the disk and its limits, then start again; what was acknowledged before is safe", "the disk refused to write")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func code(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}
