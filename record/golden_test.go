package record_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"comity/record"
)

var update = flag.Bool("update", false, "write the golden files anew, under a new key")

// What was given out must stay good for ever: these files were written once
// and every later version has to prove them, with the same words.
func TestGolden(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	key, err := record.ParseKey(golden(t, "key"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, name := range []string{"promise.json", "receipt.json", "shown.json"} {
		p, err := key.Receipt([]byte(golden(t, name)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		said = append(said, name)
		said = append(said, p.Sentences()...)
	}
	c, err := key.Checkpoint([]byte(golden(t, "checkpoint")))
	if err != nil || c.Size != 300 {
		t.Errorf("checkpoint: %+v, %v", c, err)
	}
	p, err := record.ParseReceipt([]byte(golden(t, "receipt.json")))
	if err != nil {
		t.Fatal(err)
	}
	leaf := p.Leaf()
	s, err := record.ParseSalted(hex.EncodeToString(leaf[1:]), []byte(golden(t, "header.json")))
	if err != nil || s.Header.Month != "2026-03" || len(s.Header.Commitments) != 16 {
		t.Errorf("header: %+v, %v", s, err)
	}
	if text := strings.Join(said, "\n") + "\n"; *update {
		writeFile(t, "sentences.txt", text)
	} else if text != golden(t, "sentences.txt") {
		t.Errorf("the words changed:\n%s", text)
	}
}

func writeGolden(t *testing.T) {
	w := newWorld(t)
	w.append(t, 300)
	head := w.publish(t)
	e := w.memory.Entries()[7]
	full := w.receipt(t, 7)
	shown, err := full.Show(e.Header.Header, disclosuresOf(t, e, "form", "entry.at"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "key", w.key.String()+"\n")
	writeFile(t, "promise.json", string(e.Receipt))
	writeFile(t, "receipt.json", string(full.Marshal()))
	writeFile(t, "shown.json", string(shown.Marshal()))
	writeFile(t, "checkpoint", string(head.Checkpoint))
	writeFile(t, "header.json", string(e.Header.Marshal()))
}

func golden(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("testdata", "golden", name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
