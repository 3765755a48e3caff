//go:build !unix

package store

import (
	"errors"
	"os"
)

// tryLock refuses: without a lock two processes could write one record.
func tryLock(*os.File) (bool, error) {
	return false, errors.New("this system has no file lock that a record can rely on")
}
