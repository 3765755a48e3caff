package web

import (
	"context"
	"net/http"
	"time"

	"comity"
	"comity/desk"
	"comity/record"

	"github.com/danielgtaylor/huma/v2"
)

// What counsel may order, and how an auditor or a board comes to see a sealed
// field: see docs/erasure.md.

type holdBody struct {
	ID        string `json:"id" doc:"yours, new for each hold; sent again it is the same hold"`
	Authority string `json:"authority" doc:"who orders it and by what paper; names no person" example:"N.D. Ill., 26-cv-1, preservation order of 3 March 2026"`
	Lifts     string `json:"lifts,omitempty" doc:"id of the hold that this lifts; empty sets a hold"`
}

type heldBody struct {
	ID        string `json:"id"`
	Entry     string `json:"entry" doc:"it was set on; the whole chain is kept"`
	Authority string `json:"authority"`
	Since     string `json:"since"`
}

type holdsBody struct {
	Holds []heldBody `json:"holds"`
}

type orderBody struct {
	Authority string `json:"authority" doc:"who orders it and by what paper; names no person" example:"Circuit Court of Cook County, order 26-EX-104 of 3 March 2026"`
	By        string `json:"by" enum:"court,statute,agency" doc:"all that the public learns of the authority"`
	Chain     bool   `json:"chain,omitempty" doc:"every entry of the chain, not this one alone"`
	Header    bool   `json:"header,omitempty" doc:"withdraw the public headers too"`
}

type disclosureBody struct {
	ID     string   `json:"id" doc:"yours, new for each step"`
	Fields []string `json:"fields,omitempty" doc:"names of the form; when asking"`
	Grant  bool     `json:"grant,omitempty" doc:"when answering"`
	Reason string   `json:"reason,omitempty" doc:"sealed"`
}

type writtenBody struct {
	Entries []entryRef `json:"entries" doc:"that the record wrote about it"`
}

type orderInput struct {
	ID      string `path:"id"`
	RawBody []byte `contentType:"application/json"`
}

type openInput struct {
	ID string `path:"id" doc:"of the request to see it"`
	As string `query:"as" doc:"id of the entry that this opening will be; new each time"`
}

type writtenOutput struct{ Body writtenBody }
type holdsOutput struct{ Body holdsBody }

func (s *site) apiOrders(a huma.API) {
	post := func(id, path, summary string, body *huma.RequestBody, do func(context.Context, *orderInput) (writtenBody, error)) {
		huma.Register(a, huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated, Summary: summary,
			RequestBody: body, Security: needsToken, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, errorsStaff...),
			SkipValidateBody: true, MaxBodyBytes: requestLimit,
		}, func(ctx context.Context, in *orderInput) (*writtenOutput, error) {
			out, err := do(ctx, in)
			if err != nil {
				return nil, s.apiError(err)
			}
			return &writtenOutput{out}, nil
		})
	}
	hold := holdBody{ID: "hold-2026-1", Authority: "N.D. Ill., 26-cv-1, preservation order of 3 March 2026"}
	post("hold", "/api/v1/entries/{id}/holds", "Set or lift a litigation hold on an entry and its chain", body(a, "HoldOrder", hold), s.apiHold)
	order := orderBody{Authority: "Circuit Court of Cook County, order 26-EX-104 of 3 March 2026", By: "court", Chain: true}
	post("erase", "/api/v1/entries/{id}/erasures", "Destroy what an entry, or its chain, says, by an order", body(a, "ErasureOrder", order), s.apiErase)
	ask := disclosureBody{ID: "look-2026-1", Fields: []string{"name"}, Reason: "complaint 12"}
	post("ask-disclosure", "/api/v1/entries/{id}/disclosures", "Ask to see sealed fields of an entry", body(a, "Disclosure", ask), s.apiAskDisclosure)
	grant := disclosureBody{ID: "look-2026-1-yes", Grant: true, Reason: "within the review"}
	post("answer-disclosure", "/api/v1/disclosures/{id}/answers", "Grant or deny it, as a second person of another role", body(a, "Disclosure", grant), s.apiAnswerDisclosure)
	huma.Register(a, huma.Operation{
		OperationID: "holds", Method: http.MethodGet, Path: "/api/v1/entries/{id}/holds", Summary: "The litigation holds in force on the chain of an entry",
		Security: needsToken, Errors: append([]int{http.StatusNotFound}, errorsStaff...),
	}, func(ctx context.Context, in *oneInput) (*holdsOutput, error) {
		out, err := s.apiHolds(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &holdsOutput{out}, nil
	})
	open := huma.Operation{
		OperationID: "open-disclosure", Method: http.MethodGet, Path: "/api/v1/disclosures/{id}",
		Summary:  "What was granted: the receipt with those fields and their proofs, as comity verify -receipt reads it; each opening is an entry",
		Security: needsToken, Errors: append([]int{http.StatusNotFound}, errorsStaff...),
		Responses: map[string]*huma.Response{"200": {Description: "the receipt file", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}}},
	}
	huma.Register(a, open, func(ctx context.Context, in *openInput) (*receiptOutput, error) {
		out, err := s.apiOpenDisclosure(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &receiptOutput{"application/json", out}, nil
	})
}

// ordering is the account of the token, and what it sent.
func (s *site) ordering(ctx context.Context, in *orderInput, into any) (Account, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return Account{}, err
	}
	return account, readStrict(in.RawBody, into)
}

func (s *site) apiHold(ctx context.Context, in *orderInput) (writtenBody, error) {
	var b holdBody
	account, err := s.ordering(ctx, in, &b)
	if err != nil {
		return writtenBody{}, err
	}
	o := record.HoldOrder{ID: b.ID, Authority: b.Authority, Role: account.Role}
	if b.Lifts == "" {
		done, err := s.Desk.Hold(ctx, account.Agency, in.ID, o)
		return written(done), err
	}
	holds, err := s.Desk.Holds(ctx, account.Agency, in.ID)
	if err != nil {
		return writtenBody{}, err
	}
	for _, h := range holds {
		if h.ID == b.Lifts {
			done, err := s.Desk.LiftHold(ctx, account.Agency, h.ID, o)
			return written(done), err
		}
	}
	return writtenBody{}, &comity.Problem{Code: "no-hold", Message: "there is no such hold in force on this entry", Where: "lifts", Hint: "GET /api/v1/entries/{id}/holds lists them"}
}

func (s *site) apiHolds(ctx context.Context, in *oneInput) (holdsBody, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return holdsBody{}, err
	}
	list, err := s.Desk.Holds(ctx, account.Agency, in.ID)
	out := holdsBody{Holds: []heldBody{}}
	for _, h := range list {
		out.Holds = append(out.Holds, heldBody{h.ID, h.Entry, h.Authority, h.Since.UTC().Format(time.RFC3339)})
	}
	return out, err
}

func (s *site) apiErase(ctx context.Context, in *orderInput) (writtenBody, error) {
	var b orderBody
	account, err := s.ordering(ctx, in, &b)
	if err != nil {
		return writtenBody{}, err
	}
	done, err := s.Desk.Expunge(ctx, account.Agency, record.Order{Entry: in.ID, Authority: b.Authority, By: record.By(b.By), Chain: b.Chain, Header: b.Header})
	return written(done...), err
}

func (s *site) apiAskDisclosure(ctx context.Context, in *orderInput) (writtenBody, error) {
	var b disclosureBody
	account, err := s.ordering(ctx, in, &b)
	if err != nil {
		return writtenBody{}, err
	}
	step := disclosing(account, b)
	step.Fields = b.Fields
	a, err := s.Desk.AskDisclosure(ctx, in.ID, step)
	return writtenBody{Entries: []entryRef{{a.Index, a.ID, a.ULID}}}, err
}

func (s *site) apiAnswerDisclosure(ctx context.Context, in *orderInput) (writtenBody, error) {
	var b disclosureBody
	account, err := s.ordering(ctx, in, &b)
	if err != nil {
		return writtenBody{}, err
	}
	a, err := s.Desk.AnswerDisclosure(ctx, in.ID, b.Grant, disclosing(account, b))
	return writtenBody{Entries: []entryRef{{a.Index, a.ID, a.ULID}}}, err
}

func (s *site) apiOpenDisclosure(ctx context.Context, in *openInput) ([]byte, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return nil, err
	}
	return s.Desk.OpenDisclosure(ctx, in.ID, disclosing(account, disclosureBody{ID: in.As}))
}

func disclosing(a Account, b disclosureBody) desk.Disclosing {
	return desk.Disclosing{ID: b.ID, Agency: a.Agency, Role: a.Role, Account: a.ID, Reason: b.Reason}
}

func written(list ...record.Appended) writtenBody {
	out := writtenBody{Entries: []entryRef{}}
	for _, a := range list {
		out.Entries = append(out.Entries, entryRef{a.Index, a.ID, a.ULID})
	}
	return out
}
