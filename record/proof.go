package record

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A Fetcher reads files of a public log by their path below /log: a folder, a
// site, a database.
type Fetcher interface {
	ReadFile(ctx context.Context, path string) ([]byte, error)
}

// Prove turns a promise into a full receipt: head is a published head that
// covers index, files are the log's.
func (r Receipt) Prove(ctx context.Context, files Fetcher, head Head, index int64) (Receipt, error) {
	proof, err := tlog.ProveRecord(head.Size, index, treeReader(ctx, files, tlog.Tree{N: head.Size, Hash: head.Root}))
	if err != nil {
		return Receipt{}, fmt.Errorf("prove entry %d: %w", index, err)
	}
	return r.complete(index, proof, head.Checkpoint), nil
}

// treeReader reads hashes of a tree from its tiles and checks every tile
// against the root.
func treeReader(ctx context.Context, files Fetcher, tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, tileReader{ctx, files})
}

// tileReader gives tlog the tiles under the names of c2sp.org/tlog-tiles.
type tileReader struct {
	ctx   context.Context
	files Fetcher
}

func (r tileReader) Height() int                         { return tileHeight }
func (r tileReader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = readTile(r.ctx, r.files, t.L, t.N, t.W); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readTile reads a tile; where a partial one is gone, the full tile that
// replaced it begins with the same hashes.
func readTile(ctx context.Context, files Fetcher, level int, n int64, width int) ([]byte, error) {
	return readPartial(ctx, files, tilePath(level, n, width), tilePath(level, n, tileWidth), width*tlog.HashSize)
}

func readBundle(ctx context.Context, files Fetcher, n int64, width int) ([]byte, error) {
	return readPartial(ctx, files, bundlePath(n, width), bundlePath(n, tileWidth), width*(2+len(Leaf{})))
}

func readPartial(ctx context.Context, files Fetcher, path, full string, size int) ([]byte, error) {
	data, err := files.ReadFile(ctx, path)
	if err != nil && path != full {
		if whole, errFull := files.ReadFile(ctx, full); errFull == nil && len(whole) > size {
			return whole[:size], nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(data) != size {
		return nil, problem("bad-proof", path, "the file has %d bytes instead of %d", len(data), size)
	}
	return data, nil
}
