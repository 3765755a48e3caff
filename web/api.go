package web

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"comity"
	"comity/access"
	"comity/desk"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Accounts tells who holds a token or a session. A secret that is unknown,
// used up or over is answered with a Problem.
type Accounts interface {
	Token(ctx context.Context, secret string) (Account, error)
	UseLink(ctx context.Context, secret string) (Account, error) // works once
	NewSession(ctx context.Context, a Account) (secret string, err error)
	Session(ctx context.Context, secret string) (Account, error)
	EndSession(ctx context.Context, secret string) error
}

// An Account is one device of one agency. Name is a label such as "records
// desk 2", never a person's.
type Account struct {
	ID     string
	Agency string
	Role   string
	Name   string
	Sample bool // invented for a demonstration; pages say so

	By      string // how the account signed in: passkey, oidc, link, token
	Ended   bool   // its time, or the rule that it rests on, is over
	Locked  bool   // idle too long, until its owner signs in again
	Vouched bool   // the agency's provider signs it in, and nothing else does
	Roles   string // that the person may take, separated by spaces; empty: the one

	policies *access.Policies
}

// Roles of staff, as the record writes them; package access has them all.
const (
	RoleClerk          = string(access.Clerk)
	RoleSergeant       = string(access.Sergeant)
	RoleSupervisor     = string(access.Supervisor)
	RoleAuditor        = string(access.Auditor)
	RoleAdmin          = string(access.Admin)
	RoleCounsel        = string(access.Counsel)
	RoleBoard          = string(access.Board)
	RoleWatchCommander = string(access.WatchCommander)
	RoleCommander      = string(access.Commander)
)

const (
	requestLimit = 256 << 10
	decideLimit  = 32 << 20
)

// api serves /api/v1 and its description at /api/openapi.json.
func (s *site) api() handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/vectors.json", serveVectors)
	a := humago.New(mux, apiConfig())
	describeFacts(a)
	s.apiDecide(a)
	s.apiPeers(a)
	s.apiLogs(a)
	s.apiHandout(a)
	a.UseMiddleware(s.tokens)
	if s.Desk != nil && s.Accounts != nil {
		s.apiRequests(a)
		s.apiEntries(a)
		s.apiPackets(a)
		s.apiPapers(a)
		s.apiOrders(a)
		s.apiRegisters(a)
		s.apiTraining(a)
		s.apiBookings(a)
		s.apiDoor(a)
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		handler, pattern := mux.Handler(r)
		if pattern == "" {
			return s.noOperation(handler, w, r)
		}
		mux.ServeHTTP(w, r)
		return nil
	}
}

func (s *site) noOperation(handler http.Handler, w http.ResponseWriter, r *http.Request) error {
	plain := &statusOnly{header: http.Header{}}
	handler.ServeHTTP(plain, r)
	if plain.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", plain.header.Get("Allow"))
		return s.problem(r, plain.status, "method")
	}
	return &failure{http.StatusNotFound, comity.Problem{
		Code: "no-operation", Message: "there is nothing at this address", Hint: "the operations are listed at /api/openapi.json",
	}}
}

func apiConfig() huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Comity", Version: "1",
				Description: "Ask what the law of a day prohibits, permits or requires of an officer at a place, and record what was asked, answered and done.",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "a token of one device of one agency"},
				},
			},
		},
		OpenAPIPath:   "/api/openapi",
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{plainProblems},
	}
	return c
}

// An apiProblem is an error as programs read it (RFC 9457) with our three keys.
type apiProblem struct {
	Type   string `json:"type"`
	Title  string `json:"title" doc:"what was wrong, in one sentence"`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"stable; programs branch on it"`
	Where  string `json:"where" doc:"key, line or id that it is about"`
	Hint   string `json:"hint" doc:"what to do"`
	// Problems lists every fault of a form, so that all can be mended at once.
	Problems []comity.Problem `json:"problems,omitempty"`
}

func (p *apiProblem) Error() string             { return p.Title }
func (p *apiProblem) GetStatus() int            { return p.Status }
func (p *apiProblem) ContentType(string) string { return "application/problem+json" }

// plainProblems turns the framework's own errors (too large, bad parameter)
// into problems of ours.
func plainProblems(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &apiProblem{Type: "about:blank", Title: e.Detail, Status: e.Status, Code: "bad-request", Hint: "the operations are described at /api/openapi.json"}
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Title, p.Hint = "too-large", "the body is larger than this address takes", "send smaller parts"
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		p.Code, p.Hint = "bad-type", "send and accept application/json"
	case http.StatusBadRequest:
		p.Code = "bad-json"
	case http.StatusRequestTimeout:
		p.Code, p.Hint = "too-slow", "send the body at once"
	}
	for _, d := range e.Errors {
		p.Where, p.Title = d.Location, d.Message
		break
	}
	return p, nil
}

// apiError is an error of ours with its HTTP status.
func (s *site) apiError(err error) *apiProblem {
	out := &apiProblem{Type: "about:blank", Status: http.StatusBadRequest}
	var all desk.Problems
	var one *comity.Problem
	switch {
	case errors.As(err, &all):
		one = all[0]
		for _, p := range all {
			out.Problems = append(out.Problems, *p)
		}
	case errors.As(err, &one):
	default:
		s.Log.Error("api failed", "error", err)
		out.Status = http.StatusInternalServerError
		one = &comity.Problem{Code: "our-fault", Message: "something failed on our side; nothing was recorded", Hint: "send the same request again with the same id: it cannot be recorded twice"}
	}
	out.Title, out.Code, out.Where, out.Hint = one.Message, one.Code, one.Where, one.Hint
	if status, ok := problemStatus[one.Code]; ok {
		out.Status = status
	}
	return out
}

// problemStatus is the HTTP status of a problem that is not just a bad request.
var problemStatus = map[string]int{
	"no-token":               http.StatusUnauthorized,
	"not-yours":              http.StatusForbidden,
	"no-entry":               http.StatusNotFound,
	"not-found":              http.StatusNotFound,
	"conflict-id":            http.StatusConflict,
	"on-hold":                http.StatusConflict,
	"answered":               http.StatusConflict,
	"second-person":          http.StatusForbidden,
	"not-granted":            http.StatusForbidden,
	"unknown-peer":           http.StatusForbidden,
	"stale":                  http.StatusForbidden,
	"no-hold":                http.StatusNotFound,
	"withdrawn":              http.StatusGone,
	"contrary-act":           http.StatusConflict,
	"needs-supervisor":       http.StatusConflict,
	"no-notice":              http.StatusConflict,
	"contradiction":          http.StatusConflict,
	"identity-not-confirmed": http.StatusConflict,
	"too-large":              http.StatusRequestEntityTooLarge,
	"busy":                   http.StatusServiceUnavailable,
	"disk-full":              http.StatusInsufficientStorage,
	"read-only":              http.StatusServiceUnavailable,
	"disk-fault":             http.StatusServiceUnavailable,
	"damaged":                http.StatusServiceUnavailable,
	"no-database":            http.StatusServiceUnavailable,
	"not-known":              http.StatusServiceUnavailable,
}

// bearer is the account of a bearer token.
func (s *site) bearer(ctx context.Context, header string) (Account, error) {
	secret, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || secret == "" {
		return Account{}, noToken()
	}
	account, err := s.Accounts.Token(ctx, secret)
	if refused(err) {
		return Account{}, noToken()
	}
	account.policies, account.By = s.policies, access.ByToken
	return account, err
}

func noToken() error {
	return &comity.Problem{Code: "no-token", Message: "a valid token is needed", Hint: "send the header Authorization: Bearer TOKEN", Where: "Authorization"}
}

// body describes the JSON body of an operation that reads it itself.
func body[T any](a huma.API, name string, example T) *huma.RequestBody {
	schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, name)
	return &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: schema, Example: example}},
	}
}

var (
	errorsAnybody = []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusInternalServerError}
	errorsStaff   = append([]int{http.StatusUnauthorized, http.StatusForbidden}, errorsAnybody...)
	needsToken    = []map[string][]string{{"token": {}}}
)
