package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"comity"
	"comity/access"
	"comity/desk"

	"github.com/danielgtaylor/huma/v2"
)

// requestBody is a request as a program sends it. Facts come with the items;
// fields is the kind's form, for programs that would rather send that.
type requestBody struct {
	ID     string            `json:"id" doc:"yours; the same request may be sent twice and is recorded once" example:"jail-2026-004711"`
	Agency string            `json:"agency" doc:"ORI; must be the token's agency"`
	Kind   string            `json:"kind" enum:"detainer,assistance,informal,unattributed,attribution,database-access,automatic-flow,equipment,complaint,complaint-outcome,misidentification,call,notice,custody,release-call,transfer,contest,rebuttal"`
	In     string            `json:"in" doc:"place" example:"us-il-cook"`
	On     string            `json:"on,omitempty" doc:"day, 2006-01-02; default the local day of at"`
	At     string            `json:"at,omitempty" doc:"instant, RFC 3339; default now, unless on is another day"`
	Actor  string            `json:"actor,omitempty" doc:"who would act"`
	Ref    string            `json:"ref,omitempty" doc:"id of the entry it points back to"`
	Items  []requestItem     `json:"items,omitempty" doc:"what is asked; default what the fields ask"`
	Fields map[string]string `json:"fields,omitempty" doc:"the form of the kind"`
	Sealed map[string]string `json:"sealed,omitempty" doc:"personal fields: name, booking, pointer; sealed, never public"`
}

type requestItem struct {
	Act   string      `json:"act" example:"hold-on-detainer"`
	Facts factsSchema `json:"facts"`
}

// answerBody is what staff get, after the entry is durable.
type answerBody struct {
	Entry       entryRef          `json:"entry"`
	Decisions   []comity.Decision `json:"decisions" doc:"one for each item, in order"`
	Defects     []desk.Defect     `json:"defects" doc:"what is wrong with the paper"`
	Stops       []desk.Stop       `json:"stops" doc:"why a supervisor looks before anything is done"`
	Receipt     json.RawMessage   `json:"receipt"`
	PublishedBy string            `json:"published_by" doc:"a public checkpoint covers the entry by then"`
}

type entryRef struct {
	Index int64  `json:"index"`
	ID    string `json:"id"`
	ULID  string `json:"ulid"`
}

type writeInput struct {
	RawBody []byte `contentType:"application/json"`
}

type actInput struct {
	ID      string `path:"id" doc:"id of the request"`
	RawBody []byte `contentType:"application/json"`
}

type answerOutput struct {
	Status int
	Body   answerBody
}

func (s *site) apiRequests(a huma.API) {
	answered := map[string]*huma.Response{
		"200": {Description: "the same request was recorded before; this is the first answer"},
	}
	huma.Register(a, huma.Operation{
		OperationID: "ask", Method: http.MethodPost, Path: "/api/v1/requests", DefaultStatus: http.StatusCreated,
		Summary:     "Ask about one case; the answer is recorded before it is given",
		Description: "201 means durable. The same id with the same content gives the first answer again (200), with other content 409 conflict-id. Facts that are never stored decide and are dropped.",
		RequestBody: body(a, "Request", exampleRequest()), Responses: answered, Security: needsToken,
		Errors: append([]int{http.StatusConflict}, errorsStaff...), SkipValidateBody: true, MaxBodyBytes: requestLimit,
	}, func(ctx context.Context, in *writeInput) (*answerOutput, error) {
		answer, err := s.apiAsk(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return answerOf(answer), nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "act", Method: http.MethodPost, Path: "/api/v1/requests/{id}/acts", DefaultStatus: http.StatusCreated,
		Summary:     "Record what was really done about a request",
		Description: "done is honoured, declined, transferred, released, overridden, cancelled or replaced. What goes against the answer is refused unless reason and rank of a supervisor stand beside it; then it is an override.",
		RequestBody: body(a, "Act", exampleAct()), Responses: answered, Security: needsToken,
		Errors: append([]int{http.StatusNotFound, http.StatusConflict}, errorsStaff...), SkipValidateBody: true, MaxBodyBytes: requestLimit,
	}, func(ctx context.Context, in *actInput) (*answerOutput, error) {
		answer, err := s.apiAct(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return answerOf(answer), nil
	})
}

func (s *site) apiAsk(ctx context.Context, in *writeInput) (desk.Answer, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return desk.Answer{}, err
	}
	var b requestBody
	if err := readStrict(in.RawBody, &b); err != nil {
		return desk.Answer{}, err
	}
	if b.Agency != account.Agency {
		return desk.Answer{}, notYours("agency")
	}
	if b.Kind == "act" || b.Kind == "correction" || b.Kind == "look" {
		return desk.Answer{}, &comity.Problem{Code: "unknown-kind", Message: "this kind has an address of its own", Hint: "POST /api/v1/requests/{id}/acts, POST /api/v1/entries/{id}/disclosures", Where: "kind"}
	}
	if kind, ok := desk.KindOf(b.Kind); ok && kind.NeedsSigner(desk.Form(b.Fields)) && !account.May(access.Sign) {
		return desk.Answer{}, notYours("kind")
	}
	if err := s.pointsToOwn(ctx, b.Ref, account); err != nil {
		return desk.Answer{}, err
	}
	r := desk.Request{
		ID: b.ID, Agency: b.Agency, Kind: b.Kind, Ref: b.Ref, In: b.In, On: b.On, At: b.At, Actor: b.Actor,
		Role: account.Role, Form: b.Fields, Sealed: b.Sealed,
	}
	for _, item := range b.Items {
		r.Items = append(r.Items, desk.Item{Act: item.Act, Facts: comity.Facts(item.Facts)})
	}
	if b.Kind == "transfer" {
		return s.Desk.HandOver(ctx, r)
	}
	return s.Desk.Handle(ctx, r)
}

// pointsToOwn keeps a token from pointing at another agency's entries.
func (s *site) pointsToOwn(ctx context.Context, ref string, a Account) error {
	if ref == "" {
		return nil
	}
	_, err := s.Desk.Case(ctx, ref, a.Agency)
	return err
}

// actBody is what was really done.
type actBody struct {
	ID       string `json:"id" doc:"yours, new for each act"`
	Done     string `json:"done" enum:"honoured,declined,transferred,released,overridden,cancelled,replaced"`
	About    string `json:"about,omitempty" doc:"the act that is meant, where the request asked about several"`
	At       string `json:"at,omitempty" doc:"instant, RFC 3339; default now"`
	Ended    string `json:"ended,omitempty" doc:"instant at which the whole contact ended"`
	Reason   string `json:"reason,omitempty" doc:"sealed"`
	Rank     string `json:"rank,omitempty" doc:"of the supervisor who decided, never a name"`
	Ground   string `json:"ground,omitempty" enum:"bond-posted,charges-ended,sentence-served,court-order,no-basis-to-hold,hours-ended" doc:"of a release: what ended the last reason to hold the person"`
	Compared string `json:"compared,omitempty" enum:"yes,no" doc:"a supervisor laid the agency's own record beside the form"`
}

func (s *site) apiAct(ctx context.Context, in *actInput) (desk.Answer, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return desk.Answer{}, err
	}
	var b actBody
	if err := readStrict(in.RawBody, &b); err != nil {
		return desk.Answer{}, err
	}
	return s.Desk.Act(ctx, in.ID, desk.Done{
		ID: b.ID, Agency: account.Agency, Done: b.Done, About: b.About, At: b.At, Ended: b.Ended,
		Reason: b.Reason, Rank: b.Rank, Ground: b.Ground, Compared: b.Compared, Role: account.Role,
	})
}

func notYours(where string) error {
	return &comity.Problem{Code: "not-yours", Message: "this token does not reach so far", Hint: "use a token of that agency, with a role that may write", Where: where}
}

func answerOf(a desk.Answer) *answerOutput {
	out := &answerOutput{Status: http.StatusCreated, Body: answerBody{
		Entry: entryRef{a.Index, a.ID, a.ULID}, Decisions: orEmpty(a.Decisions), Defects: orEmpty(a.Defects), Stops: orEmpty(a.Stops),
		Receipt: json.RawMessage(a.Receipt),
	}}
	if a.Again {
		out.Status = http.StatusOK
	}
	if !a.PublishedBy.IsZero() {
		out.Body.PublishedBy = a.PublishedBy.UTC().Format(time.RFC3339)
	}
	return out
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func exampleRequest() requestBody {
	return requestBody{
		ID: "jail-2026-004711", Agency: "IL0160000", Kind: "detainer", In: "us-il-cook", At: "2026-11-21T09:00:00-06:00", Actor: "county-jail",
		Items:  []requestItem{{"hold-on-detainer", factsSchema{"document.detainer": "i-247a", "document.judicial": "none"}}},
		Sealed: map[string]string{"booking": "2026-118-7", "name": "as in the booking system"},
	}
}

func exampleAct() actBody {
	return actBody{ID: "jail-2026-004711-released", Done: "released", At: "2026-11-21T17:00:00-06:00"}
}
