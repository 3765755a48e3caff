//go:build unix

package store

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A folder that cannot be written. Root may write anywhere, so as root the
// program runs as nobody; otherwise the folder loses its write permission.
func TestAReadOnlyFolderIsRefused(t *testing.T) {
	onlySQLite(t, "the folder holds no database")
	c := newClock()
	s, dir := create(t, c)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	readable(t, dir)
	cmd := writerCommand(t, "-dir", dir)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	before := listing(t, dir)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "problem read-only") {
		t.Errorf("it said %q, %v", out, err)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("the folder changed:\n%s\n%s", before, after)
	}
}

// readable takes the write permission from everything in dir, and lets others
// read it and what leads there.
func readable(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		t.Cleanup(func() { os.Chmod(path, 0o700) })
		if d.IsDir() {
			return os.Chmod(path, 0o555)
		}
		return os.Chmod(path, 0o444)
	})
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		out.WriteString(path + " ")
		out.Write(data)
		out.WriteString("\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
