//go:build unix

package store

import (
	"os"
	"syscall"
)

// tryLock takes the lock of an open file for this process, or says that
// another has it. The system frees it when the process ends, however it ends.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return false, nil
	}
	return err == nil, err
}
