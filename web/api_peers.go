package web

import (
	"context"
	"net/http"

	"comity"
	"comity/desk/deconflict"

	"github.com/danielgtaylor/huma/v2"
)

type peerInput struct {
	RawBody []byte `contentType:"application/json"`
}

type peerOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// apiPeers is where another agency's server asks whether a plan of its overlaps
// with one here. It needs no token: only who holds the key of the pair can
// write a question that opens.
func (s *site) apiPeers(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "deconflict", Method: http.MethodPost, Path: "/api/v1/deconfliction",
		Summary:     "Ask another agency's server whether planned operations overlap",
		Description: "A question and its answer are sealed under the key that two agencies share and have one length each. Who holds no key gets the same refusal whatever was wrong. See docs/deconfliction.md.",
		Errors:      []int{http.StatusForbidden, http.StatusUnprocessableEntity}, SkipValidateBody: true, MaxBodyBytes: deconflict.MessageLimit,
	}, func(ctx context.Context, in *peerInput) (*peerOutput, error) {
		if s.Deconflict == nil {
			return nil, s.apiError(&comity.Problem{Code: "unknown-peer", Message: "this server shares no key with who asks", Where: "message"})
		}
		answer, err := s.Deconflict.Answer(ctx, in.RawBody)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &peerOutput{ContentType: "application/json", Body: answer}, nil
	})
}
