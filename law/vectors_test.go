package law

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"comity"
)

// Vectors are questions that a batch answers as the tests expect: the golden
// packs pass them, and every ban, duty or permission cites its text.
func TestVectors(t *testing.T) {
	b := shipped(t)
	for _, id := range []string{"us/il/trust-act", "us/ca/values-act", "us/tx/ccp-2a060", "us/fl/ch908", "us/ny/nyc/9-131", "us/wy/searched"} {
		p, ok := b.Pack(id)
		if !ok {
			t.Fatalf("there is no pack %s", id)
		}
		vectors := b.Vectors(p)
		var in, out bytes.Buffer
		for _, v := range vectors {
			if err := json.NewEncoder(&in).Encode(v); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.DecideBatch(&in, &out); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(vectors) == 0 || len(lines) != len(vectors) {
			t.Fatalf("%s: %d vectors, %d answers", id, len(vectors), len(lines))
		}
		for i, v := range vectors {
			var d comity.Decision
			if err := json.Unmarshal([]byte(lines[i]), &d); err != nil || d.Verdict == "" {
				t.Fatalf("%s: %s: %s", id, v.Name, lines[i])
			}
			if len(v.Expect) > 0 && !strings.Contains(verdictList(v.Expect), string(d.Verdict)) {
				t.Errorf("%s: %s: %s, want %s", id, v.Name, d.Verdict, verdictList(v.Expect))
			}
			speaks := d.Verdict == comity.Prohibited || d.Verdict == comity.Required || d.Verdict == comity.Permitted
			if speaks && len(v.Citations) == 0 {
				t.Errorf("%s: %s: %s without a citation", id, v.Name, d.Verdict)
			}
		}
	}
}
