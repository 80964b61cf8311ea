package audit

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// An edge is the right edge of a day's tree: the roots of its complete subtrees,
// the largest first. It is all that is needed to append, and it fits in one line
// of cache, where tlog asks a hash reader at each leaf.
type edge struct {
	size  int64
	roots []tlog.Hash
}

// edgeIndexes are the stored hashes that make the edge of a tree of that size.
func edgeIndexes(size int64) []int64 {
	var out []int64
	for level := 62; level >= 0; level-- {
		if size>>level&1 == 1 {
			out = append(out, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	return out
}

func readEdge(size int64, hashes tlog.HashReader) (edge, error) {
	indexes := edgeIndexes(size)
	if len(indexes) == 0 {
		return edge{}, nil
	}
	roots, err := hashes.ReadHashes(indexes)
	if err != nil {
		return edge{}, fmt.Errorf("reading the edge of a tree of %d traces: %w", size, err)
	}
	if len(roots) != len(indexes) {
		return edge{}, fmt.Errorf("reading the edge of a tree of %d traces: %d hashes of %d", size, len(roots), len(indexes))
	}
	return edge{size: size, roots: roots}, nil
}

func (e edge) clone() edge { return edge{size: e.size, roots: slices.Clone(e.roots)} }

// append adds a leaf and returns stored with what tlog stores for it: the leaf,
// then each subtree that it completes.
func (e *edge) append(stored []tlog.Hash, leaf tlog.Hash) []tlog.Hash {
	stored = append(stored, leaf)
	for n := e.size; n&1 == 1; n >>= 1 {
		last := len(e.roots) - 1
		leaf = tlog.NodeHash(e.roots[last], leaf)
		e.roots = e.roots[:last]
		stored = append(stored, leaf)
	}
	e.roots = append(e.roots, leaf)
	e.size++
	return stored
}

// root is the hash of the whole tree.
func (e edge) root() tlog.Hash {
	if e.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // the hash of nothing, by definition
		return h
	}
	h := e.roots[len(e.roots)-1]
	for i := len(e.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(e.roots[i], h)
	}
	return h
}

// hashList reads the hashes of a tree held in memory.
type hashList []tlog.Hash

func (l hashList) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(l)) {
			return nil, fmt.Errorf("hash %d of a tree of %d hashes", x, len(l))
		}
		out[i] = l[x]
	}
	return out, nil
}
