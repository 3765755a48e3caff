package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"comity/access"
	"comity/desk"
)

// Packets makes the file that counsel gives to a court (K9).
type Packets interface {
	Packet(ctx context.Context, o PacketOrder) ([]byte, error)
}

// A PacketOrder says of which case. With an authority, what is sealed is in it,
// and an entry of the record says so.
type PacketOrder struct {
	ID        string
	Agency    string
	Account   string // id
	Role      string
	Authority string // court and number of the order; empty: nothing sealed is in it
}

// mayGive: what is sealed is given out by those who may both open it and give
// it out.
func mayGive(who Account) bool { return who.MayOpen() && who.May(access.GivePacket) }

func (s *site) packet(w http.ResponseWriter, r *http.Request, who Account) error {
	data, err := s.makePacket(r.Context(), who, r.PathValue("id"), r.PostFormValue("authority"))
	if ps := formProblems(err); len(ps) > 0 && ps[0].Code == "not-yours" {
		return s.problem(r, http.StatusForbidden, "not-yours")
	}
	if err != nil {
		return s.notOurs(r, err)
	}
	handOut(w, "packet.zip", "application/zip", data)
	return nil
}

func (s *site) makePacket(ctx context.Context, who Account, id, authority string) ([]byte, error) {
	if s.Packets == nil {
		return nil, desk.NoCase(id)
	}
	if authority != "" && !mayGive(who) {
		return nil, notYours("authority")
	}
	return s.Packets.Packet(ctx, PacketOrder{ID: id, Agency: who.Agency, Account: who.ID, Role: who.Role, Authority: authority})
}

type packetInput struct {
	ID   string `path:"id"`
	Body struct {
		Authority string `json:"authority,omitempty" doc:"court and number of the order under which sealed fields are given out; an entry says so"`
	}
}

func (s *site) apiPackets(a huma.API) {
	op := huma.Operation{OperationID: "packet", Method: http.MethodPost, Path: "/api/v1/packets/{id}", Security: needsToken,
		Summary: "One case for a court: request, law, answer, clocks, what was done and the proofs", Errors: append([]int{http.StatusNotFound}, errorsStaff...),
		Responses: map[string]*huma.Response{"200": {Description: "a zip that comity verify checks", Content: map[string]*huma.MediaType{"application/zip": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}}
	huma.Register(a, op, func(ctx context.Context, in *packetInput) (*receiptOutput, error) {
		who, err := s.authorised(ctx)
		if err != nil {
			return nil, s.apiError(err)
		}
		data, err := s.makePacket(ctx, who, in.ID, in.Body.Authority)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &receiptOutput{"application/zip", data}, nil
	})
}
