package record_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"comity/record"
)

// A header is written by hand where nothing needs an escape; it is JSON with
// sorted keys all the same.
func TestHeaderIsCanonicalJSON(t *testing.T) {
	digest := "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a-_A"
	for _, commitments := range [][]string{{digest}, {digest, digest}, {"a \"quoted\" <one>", digest}, {}, nil} {
		h := record.Header{Version: 1, Agency: "IL\"016\u2028", Kind: "detainer<", Month: "2026-03", Law: "sha256:\\", Commitments: commitments}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		sorted := map[string]any{"salt": []byte{1, 2, 3}, "header": map[string]any{
			"agency": h.Agency, "commitments": commitments, "kind": h.Kind, "law": h.Law, "month": h.Month, "version": h.Version}}
		if err := e.Encode(sorted); err != nil {
			t.Fatal(err)
		}
		got := record.Salted{Header: h, Salt: []byte{1, 2, 3}}.Marshal()
		if string(got)+"\n" != want.String() {
			t.Errorf("%s\nwant\n%s", got, want.String())
		}
		hashes := make([]tlog.Hash, 0, len(commitments))
		for _, c := range commitments {
			hashes = append(hashes, tlog.RecordHash([]byte(c)))
		}
		if len(hashes) == 2 && h.Stub().Commitments != tlog.NodeHash(hashes[0], hashes[1]) {
			t.Error("the root over the commitments is not that of RFC 6962")
		}
	}
}
