package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"comity"
	"comity/desk"
	"comity/record"

	"github.com/danielgtaylor/huma/v2"
)

// entryBody is an entry as its own agency reads it.
type entryBody struct {
	Index     int64             `json:"index"`
	ID        string            `json:"id"`
	ULID      string            `json:"ulid"`
	Agency    string            `json:"agency"`
	Kind      string            `json:"kind"`
	Ref       string            `json:"ref"`
	In        string            `json:"in"`
	On        string            `json:"on"`
	At        string            `json:"at"`
	Actor     string            `json:"actor"`
	Role      string            `json:"role"`
	Stored    string            `json:"stored"`
	Published bool              `json:"published"`
	Erased    bool              `json:"erased"`
	Law       string            `json:"law"`
	Fields    map[string]string `json:"fields" doc:"the form"`
	Defects   []desk.Defect     `json:"defects"`
	Items     []requestItem     `json:"items" doc:"what was asked, without facts that are never stored"`
	Decisions []comity.Decision `json:"decisions" doc:"as they were given that day"`
	Contests  []contestBody     `json:"contests" doc:"who contests the entry, and what was answered"`
	Sealed    map[string]string `json:"sealed,omitempty" doc:"personal fields; only for roles that may open them, and not in lists"`
}

type entriesBody struct {
	Entries []entryBody `json:"entries"`
	Next    int64       `json:"next" doc:"send it as after to get the next entries"`
}

type listInput struct {
	After int64 `query:"after" default:"-1" minimum:"-1" doc:"index; only later entries are given"`
	Limit int   `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

type oneInput struct {
	ID string `path:"id"`
}

type entriesOutput struct{ Body entriesBody }
type entryOutput struct{ Body entryBody }
type receiptOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *site) apiEntries(a huma.API) {
	operation := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Security: needsToken, Errors: append([]int{http.StatusNotFound}, errorsStaff...)}
	}
	huma.Register(a, operation("entries", "/api/v1/entries", "The agency's entries in the order of the log"),
		func(ctx context.Context, in *listInput) (*entriesOutput, error) {
			out, err := s.apiList(ctx, in)
			if err != nil {
				return nil, s.apiError(err)
			}
			return &entriesOutput{out}, nil
		})
	huma.Register(a, operation("entry", "/api/v1/entries/{id}", "One entry by the id it was sent with"),
		func(ctx context.Context, in *oneInput) (*entryOutput, error) {
			out, err := s.apiEntry(ctx, in)
			if err != nil {
				return nil, s.apiError(err)
			}
			return &entryOutput{out}, nil
		})
	receipt := operation("receipt", "/api/v1/receipts/{id}", "The receipt of an entry, complete once a checkpoint covers it")
	receipt.Responses = map[string]*huma.Response{"200": {
		Description: "the receipt file",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}},
	}}
	huma.Register(a, receipt, func(ctx context.Context, in *oneInput) (*receiptOutput, error) {
		out, err := s.apiReceipt(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &receiptOutput{"application/json", out}, nil
	})
}

func (s *site) apiList(ctx context.Context, in *listInput) (entriesBody, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return entriesBody{}, err
	}
	entries, err := s.Desk.Record.Entries(ctx, account.Agency, in.After, in.Limit)
	if err != nil {
		return entriesBody{}, err
	}
	out := entriesBody{Entries: []entryBody{}, Next: in.After}
	contests, err := s.Desk.Contests(ctx, account.Agency)
	if err != nil {
		return entriesBody{}, err
	}
	for _, e := range entries {
		b := readEntry(e, false)
		b.Contests = contestBodies(contests[e.ID], false)
		out.Entries = append(out.Entries, b)
		out.Next = e.Index
	}
	return out, nil
}

func (s *site) apiEntry(ctx context.Context, in *oneInput) (entryBody, error) {
	account, e, err := s.ownEntry(ctx, in)
	if err != nil {
		return entryBody{}, err
	}
	contests, err := s.Desk.ContestsOf(ctx, e.ID)
	if err != nil {
		return entryBody{}, err
	}
	out := readEntry(e, account.MayOpen())
	out.Contests = contestBodies(contests, account.MayOpen())
	shown := []string{in.ID}
	for _, c := range contests {
		shown = append(shown, c.Card.ID)
		for _, a := range c.Answers {
			shown = append(shown, a.ID)
		}
	}
	return out, s.viewed(ctx, account, "api", shown...)
}

func (s *site) apiReceipt(ctx context.Context, in *oneInput) ([]byte, error) {
	if _, _, err := s.ownEntry(ctx, in); err != nil {
		return nil, err
	}
	return s.Desk.Record.Receipt(ctx, in.ID)
}

func (s *site) ownEntry(ctx context.Context, in *oneInput) (Account, record.Entry, error) {
	account, err := s.authorised(ctx)
	if err != nil {
		return Account{}, record.Entry{}, err
	}
	e, err := s.Desk.Record.Entry(ctx, in.ID)
	if desk.IsNotFound(err) || err == nil && e.Agency != account.Agency {
		return Account{}, record.Entry{}, desk.NoCase(in.ID)
	}
	return account, e, err
}

func readEntry(e record.Entry, open bool) entryBody {
	c := desk.ReadCard(e)
	out := entryBody{
		Index: c.Index, ID: c.ID, ULID: c.ULID, Agency: c.Agency, Kind: c.Kind, Ref: c.Ref, In: c.In, On: c.On, At: c.At,
		Actor: c.Actor, Role: c.Role, Stored: c.Stored.UTC().Format(time.RFC3339), Published: c.Published, Erased: c.Erased, Law: c.Law,
		Fields: map[string]string{}, Defects: orEmpty(c.Defects), Items: []requestItem{}, Decisions: orEmpty(c.Decisions), Contests: []contestBody{},
	}
	for _, q := range c.Questions {
		out.Items = append(out.Items, requestItem{q.Act, factsSchema(q.Facts)})
	}
	for _, f := range e.Fields {
		if name, ok := desk.FormField(f.Name); ok && !f.Personal {
			out.Fields[name] = f.Value
		} else if ok && open {
			if out.Sealed == nil {
				out.Sealed = map[string]string{}
			}
			out.Sealed[name] = f.Value
		}
	}
	return out
}

// Facts keep their JSON form: numbers and booleans bare.
func (f factsSchema) MarshalJSON() ([]byte, error) { return comity.Facts(f).MarshalJSON() }

// UnmarshalJSON reads words, numbers and booleans.
func (f *factsSchema) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, (*comity.Facts)(f))
}
