package record

import (
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func TestReleased(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	march := Standing{Month: "2026-03", Stored: at("2026-03-20T10:00:00Z"), Cell: 11}
	few, late, ended := march, march, march
	few.Cell = 10
	late.Stored = at("2026-05-02T10:00:00Z")
	ended.Ended = at("2026-03-20T12:00:00Z")
	for _, c := range []struct {
		name string
		rule Release
		s    Standing
		now  string
		want bool
	}{
		{"custody in its month", Monthly, march, "2026-03-31T23:00:00Z", false},
		{"custody while it is still March in Samoa", Monthly, march, "2026-04-01T11:59:59Z", false},
		{"custody in April", Monthly, march, "2026-04-01T12:00:00Z", true},
		{"ten are too few", Monthly, few, "2030-01-01T00:00:00Z", false},
		{"written in May about March: not in May", Monthly, late, "2026-05-31T00:00:00Z", false},
		{"written in May about March: in June", Monthly, late, "2026-06-01T12:00:00Z", true},
		{"scene without an end", AfterEnd, march, "2030-01-01T00:00:00Z", false},
		{"scene a second early", AfterEnd, ended, "2026-03-21T11:59:59Z", false},
		{"scene after 24 h", AfterEnd, ended, "2026-03-21T12:00:00Z", true},
		{"victim kinds never", Totals, ended, "2036-01-01T00:00:00Z", false},
		{"a rule that does not exist never", Release(9), ended, "2036-01-01T00:00:00Z", false},
		{"a change of schema at once", AtOnce, march, "2026-03-20T10:00:00Z", true},
	} {
		if got := c.rule.Released(c.s, at(c.now)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// The edge against x/mod's own tree, at every size up to three tiles and at
// random larger ones.
func TestEdgeRootIsThatOfTlog(t *testing.T) {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = hashes[x]
		}
		return out, nil
	})
	files := map[string][]byte{}
	write := func(path string, data []byte) error { files[path] = data; return nil }
	e := &edge{}
	last := int64(0)
	for n := range int64(70_000) {
		leaf := Leaf{leafVersion, byte(n), byte(n >> 8), byte(n >> 16)}
		if err := e.add(leaf, write); err != nil {
			t.Fatal(err)
		}
		added, err := tlog.StoredHashes(n, leaf[:], reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, added...)
		if n > 3*tileWidth && n != 65_535 && n != 65_536 && rand.IntN(3000) > 0 {
			continue
		}
		want, err := tlog.TreeHash(n+1, reader)
		if err != nil || e.root() != want {
			t.Fatalf("root of %d leaves differs from tlog's (%v)", n+1, err)
		}
		if err := e.flush(last, write); err != nil {
			t.Fatal(err)
		}
		last = n + 1
		back, err := loadEdge(n+1, func(path string) ([]byte, error) { return files[path], nil })
		if err != nil || back.root() != want {
			t.Fatalf("the edge of %d leaves does not come back from its files: %v", n+1, err)
		}
	}
}

func TestTilePaths(t *testing.T) {
	for _, c := range []struct {
		level int
		n     int64
		width int
		want  string
	}{
		{0, 0, 256, "tile/0/000"},
		{0, 1234067, 256, "tile/0/x001/x234/067"},
		{1, 17, 5, "tile/1/017.p/5"},
		{2, 1000, 255, "tile/2/x001/000.p/255"},
	} {
		if got := tilePath(c.level, c.n, c.width); got != c.want {
			t.Errorf("tilePath = %s, want %s", got, c.want)
		}
		if l, n, w, ok := parseTilePath(c.want); !ok || l != c.level || n != c.n || w != c.width {
			t.Errorf("parseTilePath(%s) = %d %d %d %v", c.want, l, n, w, ok)
		}
	}
	for _, path := range []string{"tile/entries/000", "tile/entries/x001/234.p/9"} {
		if !IsTilePath(path) {
			t.Errorf("%s is a path", path)
		}
	}
	for _, path := range []string{"", "checkpoint", "tile/0/0", "tile/0/../000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/x000/000",
		"tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/000/", "tile/entries/../../keys/log.key", "tile/0/-01", "tile/0/00x1"} {
		if IsTilePath(path) {
			t.Errorf("%q is no path of a tile", path)
		}
	}
}

func TestCommitmentRootIsThatOfTlog(t *testing.T) {
	var list []string
	for n := range 70 {
		if n > 0 {
			tree := newCommitmentTree(list)
			want, err := tlog.TreeHash(tree.size(), tree)
			if err != nil || commitmentRoot(list) != want {
				t.Fatalf("root of %d commitments differs from tlog's (%v)", n, err)
			}
			place, proof, ok := tree.prove(list[n/2])
			if !ok || tlog.CheckRecord(proof, tree.size(), want, place, tlog.RecordHash([]byte(list[n/2]))) != nil {
				t.Fatalf("proof of a commitment among %d", n)
			}
		}
		list = append(list, string(rune('0'+n)))
	}
}
