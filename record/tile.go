package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tilePath is where c2sp.org/tlog-tiles puts tile n of a level; width is its
// number of hashes.
func tilePath(level int, n int64, width int) string {
	return "tile/" + strconv.Itoa(level) + "/" + tileNumber(n, width)
}

// bundlePath is where the leaves of level-0 tile n stand.
func bundlePath(n int64, width int) string {
	return "tile/entries/" + tileNumber(n, width)
}

// tileNumber writes 1234067 as x001/x234/067, with .p/W for a partial tile.
func tileNumber(n int64, width int) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	if width < tileWidth {
		s += ".p/" + strconv.Itoa(width)
	}
	return s
}

// An edge is the growing right side of the tree: for every level the hashes of
// its last, partial tile. It is all that is needed to append.
type edge struct {
	size   int64
	leaves []Leaf        // of the last bundle
	levels [][]tlog.Hash // [level][place in the tile], shorter than a tile
}

// An emit takes a finished file of the log.
type emit func(path string, data []byte) error

// add appends one leaf and emits the tiles that became full.
func (e *edge) add(leaf Leaf, out emit) error {
	n := e.size / tileWidth
	e.leaves = append(e.leaves, leaf)
	e.size++
	if len(e.leaves) == tileWidth {
		if err := out(bundlePath(n, tileWidth), bundle(e.leaves)); err != nil {
			return err
		}
		e.leaves = e.leaves[:0]
	}
	return e.push(0, leaf.Hash(), out)
}

// push appends a hash to a level; a full tile becomes one hash of the level above.
func (e *edge) push(level int, h tlog.Hash, out emit) error {
	if level == len(e.levels) {
		e.levels = append(e.levels, make([]tlog.Hash, 0, tileWidth))
	}
	e.levels[level] = append(e.levels[level], h)
	tile := e.levels[level]
	if len(tile) < tileWidth {
		return nil
	}
	n := e.size>>(tileHeight*(level+1)) - 1
	if err := out(tilePath(level, n, tileWidth), tileBytes(tile)); err != nil {
		return err
	}
	up := subtree(tile)
	e.levels[level] = tile[:0]
	return e.push(level+1, up, out)
}

// flush emits the partial tiles that a checkpoint of this size needs and one
// of size since did not have.
func (e *edge) flush(since int64, out emit) error {
	if len(e.leaves) > 0 && since < e.size {
		if err := out(bundlePath(e.size/tileWidth, len(e.leaves)), bundle(e.leaves)); err != nil {
			return err
		}
	}
	for level, tile := range e.levels {
		if len(tile) == 0 || since>>(tileHeight*level) == e.size>>(tileHeight*level) {
			continue
		}
		if err := out(tilePath(level, e.size>>(tileHeight*(level+1)), len(tile)), tileBytes(tile)); err != nil {
			return err
		}
	}
	return nil
}

// root is the Merkle tree hash of everything added.
func (e *edge) root() tlog.Hash {
	var peaks []tlog.Hash // complete subtrees, largest first
	for level := len(e.levels) - 1; level >= 0; level-- {
		tile := e.levels[level]
		for len(tile) > 0 {
			width := 1 << (bits.Len(uint(len(tile))) - 1)
			peaks = append(peaks, subtree(tile[:width]))
			tile = tile[width:]
		}
	}
	if len(peaks) == 0 {
		return emptyRoot()
	}
	root := peaks[len(peaks)-1]
	for i := len(peaks) - 2; i >= 0; i-- {
		root = tlog.NodeHash(peaks[i], root)
	}
	return root
}

func emptyRoot() tlog.Hash {
	h, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic(err) // the empty tree reads nothing
	}
	return h
}

// subtree hashes a power of two of neighbours to one.
func subtree(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(subtree(hashes[:half]), subtree(hashes[half:]))
}

func tileBytes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func parseTile(data []byte, width int) ([]tlog.Hash, error) {
	if len(data) != width*tlog.HashSize {
		return nil, fmt.Errorf("it has %d bytes instead of %d", len(data), width*tlog.HashSize)
	}
	out := make([]tlog.Hash, width, tileWidth)
	for i := range out {
		out[i] = tlog.Hash(data[i*tlog.HashSize:][:tlog.HashSize])
	}
	return out, nil
}

// bundle writes leaves, each after its length.
func bundle(leaves []Leaf) []byte {
	out := make([]byte, 0, len(leaves)*(2+len(Leaf{})))
	for _, l := range leaves {
		out = binary.BigEndian.AppendUint16(out, uint16(len(l)))
		out = append(out, l[:]...)
	}
	return out
}

func parseBundle(data []byte, width int) ([]Leaf, error) {
	const each = 2 + len(Leaf{})
	if len(data) != width*each {
		return nil, fmt.Errorf("it has %d bytes instead of %d", len(data), width*each)
	}
	out := make([]Leaf, width, tileWidth)
	for i := range out {
		rest := data[i*each:]
		if int(binary.BigEndian.Uint16(rest)) != len(Leaf{}) || rest[2] != leafVersion {
			return nil, errors.New("a leaf has another length or version than ours")
		}
		out[i] = Leaf(rest[2:])
	}
	return out, nil
}

// loadEdge reads the right side of a tree of that size back from its files.
func loadEdge(size int64, read func(path string) ([]byte, error)) (*edge, error) {
	e := &edge{size: size}
	if width := int(size % tileWidth); width > 0 {
		path := bundlePath(size/tileWidth, width)
		data, err := read(path)
		if err != nil {
			return nil, err
		}
		if e.leaves, err = parseBundle(data, width); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		tile, err := loadTile(level, size, read)
		if err != nil {
			return nil, err
		}
		e.levels = append(e.levels, tile)
	}
	for i, l := range e.leaves {
		if e.levels[0][i] != l.Hash() {
			return nil, errors.New("the last bundle and the last tile differ")
		}
	}
	return e, nil
}

func loadTile(level int, size int64, read func(path string) ([]byte, error)) ([]tlog.Hash, error) {
	count := size >> (tileHeight * level)
	width := int(count % tileWidth)
	if width == 0 {
		return make([]tlog.Hash, 0, tileWidth), nil
	}
	path := tilePath(level, count/tileWidth, width)
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	tile, err := parseTile(data, width)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return tile, nil
}

// parseTilePath reads what tilePath wrote; entry bundles are not tiles.
func parseTilePath(path string) (level int, n int64, width int, ok bool) {
	rest, ok := strings.CutPrefix(path, "tile/")
	first, rest, found := strings.Cut(rest, "/")
	level, err := strconv.Atoi(first)
	if !ok || !found || err != nil || level < 0 || level > 63 {
		return 0, 0, 0, false
	}
	number, partial, isPartial := strings.Cut(rest, ".p/")
	if width = tileWidth; isPartial {
		if width, err = strconv.Atoi(partial); err != nil || width < 1 || width >= tileWidth {
			return 0, 0, 0, false
		}
	}
	n, err = strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(number), 10, 64)
	if err != nil || n < 0 || tilePath(level, n, width) != path {
		return 0, 0, 0, false
	}
	return level, n, width, true
}

// IsTilePath reports whether a path below /log names a tile or an entry
// bundle, in the one spelling the format allows.
func IsTilePath(path string) bool {
	if rest, ok := strings.CutPrefix(path, "tile/entries/"); ok {
		path = "tile/0/" + rest
	}
	_, _, _, ok := parseTilePath(path)
	return ok
}
