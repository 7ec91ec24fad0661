// Checklog reads a log's directory with Go's own sumdb packages and accepts it, or says what it does not accept.
//
// It opens the checkpoint with log.vkey, recomputes the root from the entries and again from the tiles, proves random
// entries and random earlier sizes itself, and checks the proofs that the log gave for them.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// directory is a tlog.TileReader over C2SP paths: Go's own have the tile's height after "tile/".
type directory string

func (d directory) Height() int { return height }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil && tile.W < 1<<height {
			full := tile
			full.W = 1 << height
			path = strings.Replace(full.Path(), "tile/8/", "tile/", 1)
			if raw, err = os.ReadFile(filepath.Join(string(d), path)); err == nil {
				raw = raw[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		data = append(data, raw)
	}
	return data, nil
}

// entries reads every bundle, in order.
func (d directory) entries(size int64) [][]byte {
	var found [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: height, L: -1, N: n, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		raw, err := os.ReadFile(filepath.Join(string(d), path))
		check(err)
		for len(raw) > 0 {
			length := int(binary.BigEndian.Uint16(raw))
			found = append(found, raw[2:2+length])
			raw = raw[2+length:]
		}
	}
	if int64(len(found)) != size {
		refuse("%d entries for a size of %d", len(found), size)
	}
	return found
}

// checkpoint opens a signed checkpoint and reads its three lines.
func checkpoint(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		refuse("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

// consistency is what the log answers for two sizes.
type consistency struct {
	Old   int64
	Proof [][]byte
}

func main() {
	proofs := flag.String("proofs", "", "a directory of <index>.tlog-proof")
	given := flag.String("consistency", "", "a JSON file: [{old, proof}] to the checkpoint's size")
	seed := flag.Int64("seed", 1, "for the random choices")
	flag.Parse()
	log := directory(flag.Arg(0))
	chance := rand.New(rand.NewSource(*seed))

	vkey, err := os.ReadFile(filepath.Join(string(log), "log.vkey"))
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	signed, err := os.ReadFile(filepath.Join(string(log), "checkpoint"))
	check(err)
	tree := checkpoint(signed, verifier)
	if tree.N == 0 {
		// TreeHash(0) is all zeros in older versions of the package, and nothing else can be asked of no entries.
		if tree.Hash != sha256.Sum256(nil) {
			refuse("the root of nothing is not the hash of nothing")
		}
		fmt.Println("size 0")
		return
	}

	entries := log.entries(tree.N)
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for n, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(n), entry, own)
		check(err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, own)
	check(err)
	if root != tree.Hash {
		refuse("the entries give another root")
	}

	tiles := tlog.TileHashReader(tree, log)
	root, err = tlog.TreeHash(tree.N, tiles)
	check(err)
	if root != tree.Hash {
		refuse("the tiles give another root")
	}
	proved := 0
	for ; proved < 50; proved++ {
		index := chance.Int63n(tree.N)
		path, err := tlog.ProveRecord(tree.N, index, tiles)
		check(err)
		check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])))
		old := 1 + chance.Int63n(tree.N)
		before, err := tlog.TreeHash(old, own)
		check(err)
		steps, err := tlog.ProveTree(tree.N, old, tiles)
		check(err)
		check(tlog.CheckTree(steps, tree.N, tree.Hash, old, before))
	}
	theirs := checkProofs(*proofs, verifier, tree, entries)
	continued := checkConsistency(*given, tree, own)
	fmt.Printf("size %d, %d proved, %d receipts and %d continuations accepted\n", tree.N, proved, theirs, continued)
}

// checkProofs accepts the log's receipts (C2SP tlog-proof).
func checkProofs(folder string, verifier note.Verifier, tree tlog.Tree, entries [][]byte) int {
	if folder == "" {
		return 0
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.tlog-proof"))
	check(err)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		check(err)
		parts := strings.SplitN(string(raw), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
			refuse("%s is no receipt", name)
		}
		index, err := strconv.ParseInt(lines[1][6:], 10, 64)
		check(err)
		var path tlog.RecordProof
		for _, line := range lines[2:] {
			hash, err := tlog.ParseHash(line)
			check(err)
			path = append(path, hash)
		}
		if checkpoint([]byte(parts[1]), verifier) != tree {
			refuse("%s has another checkpoint", name)
		}
		check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])))
	}
	return len(names)
}

// checkConsistency accepts the log's proofs that it continues what it was.
func checkConsistency(name string, tree tlog.Tree, own tlog.HashReader) int {
	if name == "" {
		return 0
	}
	raw, err := os.ReadFile(name)
	check(err)
	var all []consistency
	check(json.Unmarshal(raw, &all))
	for _, one := range all {
		var steps tlog.TreeProof
		for _, node := range one.Proof {
			hash, err := tlog.ParseHash(base64.StdEncoding.EncodeToString(node))
			check(err)
			steps = append(steps, hash)
		}
		before, err := tlog.TreeHash(one.Old, own)
		check(err)
		check(tlog.CheckTree(steps, tree.N, tree.Hash, one.Old, before))
	}
	return len(all)
}

func check(err error) {
	if err != nil {
		refuse("%v", err)
	}
}

func refuse(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
