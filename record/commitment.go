package record

import (
	"crypto/sha256"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// commitmentRoot is the Merkle tree hash (RFC 6962) over the sorted commitments
// of one header.
func commitmentRoot(list []string) tlog.Hash {
	hashes := make([]tlog.Hash, len(list))
	for i, c := range list {
		hashes[i] = commitmentHash(c)
	}
	return treeHash(hashes)
}

// commitmentHash is tlog.RecordHash without an allocation: an entry has dozens
// of commitments.
func commitmentHash(c string) tlog.Hash {
	var leaf [64]byte // a leaf begins with 0; a commitment has 43 bytes
	return sha256.Sum256(append(leaf[:1], c...))
}

func treeHash(hashes []tlog.Hash) tlog.Hash {
	switch len(hashes) {
	case 0:
		return emptyRoot()
	case 1:
		return hashes[0]
	}
	half := 1 << (bits.Len(uint(len(hashes)-1)) - 1) // largest power of two below
	return tlog.NodeHash(treeHash(hashes[:half]), treeHash(hashes[half:]))
}

// A commitmentTree is the same tree with what proofs are made of. It is
// slower, and needed only to show a field.
type commitmentTree struct {
	list   []string
	hashes []tlog.Hash // in the order of tlog's stored hashes
}

func newCommitmentTree(list []string) *commitmentTree {
	t := &commitmentTree{list: list, hashes: make([]tlog.Hash, 0, 2*len(list))}
	for i, c := range list {
		added, err := tlog.StoredHashes(int64(i), []byte(c), t)
		if err != nil {
			panic(err) // reads only what was just stored
		}
		t.hashes = append(t.hashes, added...)
	}
	return t
}

// ReadHashes implements tlog.HashReader.
func (t *commitmentTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = t.hashes[x]
	}
	return out, nil
}

func (t *commitmentTree) size() int64 { return int64(len(t.list)) }

// prove returns place and proof of one commitment.
func (t *commitmentTree) prove(digest string) (int64, tlog.RecordProof, bool) {
	i, ok := slices.BinarySearch(t.list, digest)
	if !ok {
		return 0, nil, false
	}
	proof, err := tlog.ProveRecord(t.size(), int64(i), t)
	return int64(i), proof, err == nil
}
