package store

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity/record"
)

// Remote returns a way to read a public log from a site or a folder: the
// address or path of what is served at /log. A folder may also be the data
// folder of a record.
func Remote(place string) (record.Fetcher, error) {
	if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
		u, err := url.Parse(strings.TrimSuffix(place, "/"))
		if err != nil {
			return nil, problem("bad-address", place, "give an address such as https://record.example/log", "the address cannot be read")
		}
		return site{base: u, client: &http.Client{Timeout: 30 * time.Second}}, nil
	}
	for _, dir := range []string{place, filepath.Join(place, "log")} {
		if _, err := os.Stat(filepath.Join(dir, "checkpoint")); err == nil {
			return files{dir}, nil
		}
	}
	return nil, problem("no-log", place, "give the folder that holds the file checkpoint, or an address", "there is no published log here")
}

// A site reads a log over HTTP.
type site struct {
	base   *url.URL
	client *http.Client
}

const maxLogFile = 1 << 20 // a tile has 8 kB, a bundle of ours 9 kB

func (s site) ReadFile(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxLogFile+1))
	if err == nil && len(data) > maxLogFile {
		err = fmt.Errorf("the file is longer than %d bytes", maxLogFile)
	}
	return data, err
}
