package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"comity/record"
)

// verifier is the module that checks receipts in a browser; scanner reads QR
// codes and is built from npm.
const (
	verifier = "verify.wasm"
	scanner  = "scan.js"
)

// A verifyView is the page on which anyone checks a receipt.
type verifyView struct {
	Ready   bool   // this copy was built with the module
	Scans   bool   // and with the reader of QR codes
	Size    int    // of the module as it is loaded
	Packed  string // megabytes on the way
	Key     string
	Watch   []watcher
	Asked   record.Inquiry // sent to the server by choice
	Finding *record.Finding
}

func (verifyView) template() string { return "verify" }

// A watcher is a cosigner of this copy's record, as /log/cosigners has it.
type watcher struct {
	Name string     `json:"name"`
	Keys []string   `json:"keys"`
	Last *time.Time `json:"last"`
	Size int64      `json:"size"`
	Why  string     `json:"missing"`
}

// verify checks receipts on the reader's own device. A receipt comes to the
// server only where the reader posts it: it is checked with the same code and
// forgotten; nothing of it is logged, kept or put into an address.
func (s *site) verify(w http.ResponseWriter, r *http.Request) error {
	v := verifyView{Watch: s.watchers(r)}
	if s.Record != nil {
		v.Key = s.Record.Key().String()
	}
	v.Asked = record.Inquiry{Key: v.Key, Cosigners: strings.Join(cosignerKeys(v.Watch), "\n")}
	if r.Method == http.MethodPost {
		v.Asked = record.Inquiry{Key: r.PostFormValue("key"), Receipt: r.PostFormValue("receipt"), Cosigners: r.PostFormValue("cosigners"), Earlier: r.PostFormValue("earlier")}
		found := v.Asked.Answer(s.langOf(r).tag)
		v.Finding = &found
	}
	_, started := s.parts.files[starter]
	if f, built := s.parts.files[verifier]; built && started {
		_, v.Scans = s.parts.files[scanner]
		v.Ready, v.Size, v.Packed = true, f.size(), fmt.Sprintf("%.1f", float64(len(f.zipped))/1e6)
		h := w.Header()
		h.Set("Content-Security-Policy", modulePolicy)
		h.Set("Permissions-Policy", strings.Replace(permissions, "camera=()", "camera=(self)", 1))
	}
	return s.show(w, r, v)
}

// watchers are the cosigners of this copy's record; what cannot be read is no
// reason to refuse the page.
func (s *site) watchers(r *http.Request) []watcher {
	if s.Files == nil {
		return nil
	}
	text, err := s.Files.LogFile(r.Context(), "cosigners")
	if err != nil {
		return nil
	}
	var list []watcher
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	return list
}

// cosignerKeys are the keys of those who sign now, without those whose lines
// are too long for a receipt.
func cosignerKeys(list []watcher) []string {
	var out []string
	for _, c := range list {
		for _, text := range c.Keys {
			if key, err := record.ParseCosigner(text); err == nil && key.Algorithm() == "Ed25519" {
				out = append(out, text)
			}
		}
	}
	return out
}
