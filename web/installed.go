package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// worker sends the script that keeps a page on the reader's phone, with the
// files that it needs: fresh ones are asked for again while there is a network,
// parts have their version in their address.
func (s *site) worker(w http.ResponseWriter, page string, fresh, parts []string) error {
	pinned := []string{}
	for _, name := range parts {
		if at, err := s.parts.address(name); err == nil {
			pinned = append(pinned, at)
		}
	}
	slices.Sort(pinned)
	list, err := json.Marshal(map[string]any{"page": page, "fresh": append([]string{}, fresh...), "pinned": pinned})
	if err != nil {
		return fmt.Errorf("list the files of an installed page: %w", err)
	}
	body, err := s.parts.files["worker.js"].plain()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Service-Worker-Allowed", page)
	_, _ = fmt.Fprintf(w, "const held = %s;\n%s", list, body) // the reader may have left
	return nil
}

// manifest lets a page be put on a phone's screen.
func (s *site) manifest(w http.ResponseWriter, l *lang, page, name, short string) error {
	icon, err := s.parts.address("mark.svg")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	return json.NewEncoder(w).Encode(map[string]any{
		"name": name, "short_name": short, "lang": l.tag, "id": page, "start_url": page, "scope": page, "display": "standalone",
		"background_color": "#fbfaf7", "theme_color": "#fbfaf7",
		"icons": []map[string]string{{"src": icon, "sizes": "any", "type": "image/svg+xml"}},
	})
}
