package web

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
)

// formLimit is the most a request may carry unless its route allows more.
const formLimit = 256 << 10

// policy lets a page load its own files and nothing else, run no inline script
// or style, and be framed by nobody.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// permissions keeps every device of the reader closed; the verifier opens the
// camera to itself.
const permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

// guard puts round every address what all need: headers, languages, refusal of
// posts from other sites, and a page for what goes wrong. There is no access
// log: what people ask is nobody's business.
func (s *site) guard(mux *http.ServeMux) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, s.problem(r, http.StatusForbidden, "other-site"))
	}))
	return s.headers(s.languages(s.recovered(cross.Handler(s.unmatched(mux)))))
}

func (s *site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		if s.Sandbox {
			h.Set("Comity-Sandbox", "1") // for programs
		}
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into the error page. The log gets the reason and the
// stack, never the address or the form.
func (s *site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if reason == http.ErrAbortHandler {
				panic(reason)
			}
			s.Log.Error("page panicked", "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
			s.fail(w, r, s.problem(r, http.StatusInternalServerError, "our-fault"))
		}()
		next.ServeHTTP(w, r)
	})
}

// unmatched answers addresses and methods that no route has with a page of ours
// instead of the bare text of net/http.
func (s *site) unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		plain := &statusOnly{header: http.Header{}}
		handler.ServeHTTP(plain, r)
		if plain.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", plain.header.Get("Allow"))
			s.fail(w, r, s.problem(r, http.StatusMethodNotAllowed, "method"))
			return
		}
		s.fail(w, r, s.problem(r, http.StatusNotFound, "no-page"))
	})
}

type statusOnly struct {
	header http.Header
	status int
}

func (p *statusOnly) Header() http.Header         { return p.header }
func (p *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusOnly) WriteHeader(status int)      { p.status = status }

// limited refuses a body that says it is too long before reading a byte of it,
// and stops reading one that is longer than it may be.
func (s *site) limited(limit int64, next handler) http.HandlerFunc {
	if limit == 0 {
		limit = formLimit
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			w.Header().Set("Connection", "close")
			s.fail(w, r, s.problem(r, http.StatusRequestEntityTooLarge, "too-large"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := next(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// wantsJSON says whether a program is asking.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/log/")
}
