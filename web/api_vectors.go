package web

import (
	_ "embed"
	"net/http"
)

// vectors.json is requests and what every answer to them holds, in order: what
// somebody else's client is tried with. docs/integration.md says how to read it;
// a test plays it against a real server.
//
//go:embed vectors.json
var vectors []byte

func serveVectors(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(vectors) // the reader may have left
}
