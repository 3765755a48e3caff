package web

import (
	"context"
	"net/http"
	"strings"

	"comity"
)

// LogFiles is the public log as C2SP tlog-tiles lays it out: checkpoint,
// tile/…, and beside it key, header/HASH, and what cosigners and time-stamp
// authorities signed (docs/cosigners.md). A file that is not there, or not yet
// public, is an error.
type LogFiles interface {
	LogFile(ctx context.Context, path string) ([]byte, error)
}

// logFile serves what lies below /log to programs anywhere: it is public and
// carries nothing about whoever reads it.
func (s *site) logFile(w http.ResponseWriter, r *http.Request) error {
	notThere := &failure{http.StatusNotFound, comity.Problem{
		Code: "not-found", Message: "the log has no such file, or it is not public yet", Hint: "begin with /log/checkpoint",
	}}
	if s.Files == nil {
		return notThere
	}
	path := strings.TrimPrefix(r.URL.Path, "/log/")
	data, err := s.Files.LogFile(r.Context(), path)
	if err != nil {
		return notThere
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", logCache(path))
	h.Set("Content-Type", logType(path))
	_, _ = w.Write(data) // a reader who left is not our fault
	return nil
}

// logCache: full tiles and headers never change; the checkpoint always may.
func logCache(path string) string {
	switch {
	case strings.HasPrefix(path, "tile/") && !strings.Contains(path, ".p/"):
		return "public, max-age=31536000, immutable"
	case path == "checkpoint", path == "cosigners", strings.HasPrefix(path, "header/"):
		return "no-cache" // an order may withdraw a header
	}
	return "public, max-age=300"
}

func logType(path string) string {
	switch {
	case strings.HasPrefix(path, "tile/"):
		return "application/octet-stream"
	case strings.HasPrefix(path, "header/"), path == "cosigners":
		return "application/json"
	case strings.HasSuffix(path, ".tsr"):
		return "application/timestamp-reply"
	}
	return "text/plain; charset=utf-8"
}
