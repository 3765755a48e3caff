package web

import (
	"context"
	"net/http"
	"time"

	"comity"
	"comity/law/handout"

	"github.com/danielgtaylor/huma/v2"
)

type handoutInput struct {
	Place  string `path:"place" doc:"place id, such as us-il-cook"`
	Actor  string `query:"actor" required:"true" doc:"whom the sheets are for, such as county-jail"`
	On     string `query:"on" doc:"day of the law; today where it is left out"`
	Known  string `query:"known" doc:"day whose knowledge of the law is meant; today where it is left out"`
	Agency string `query:"agency" doc:"ORI, where an agency's own policy counts too"`
	From   string `query:"from" doc:"an earlier day: changes lists what differs since"`
}

// handoutBody is what the three sheets say, as programs read it.
type handoutBody struct {
	handout.Handout
	From    string           `json:"from" doc:"digest of the handout of the earlier day; empty where none was asked for"`
	Changes []handout.Change `json:"changes"`
}

// apiHandout tells programs what the sheets tell people.
func (s *site) apiHandout(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "handout", Method: http.MethodGet, Path: "/api/v1/handouts/{place}",
		Summary:     "What procedure, roll-call card and public page say at a place on a day",
		Description: "All three sheets are layouts of this one body; digest is that of what they say. What a card said on a day: on and known both that day. Nothing is recorded.",
		Errors:      append([]int{http.StatusNotFound}, errorsAnybody...),
	}, func(_ context.Context, in *handoutInput) (*struct{ Body handoutBody }, error) {
		out, err := s.handoutBody(in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return &struct{ Body handoutBody }{out}, nil
	})
}

func (s *site) handoutBody(in *handoutInput) (out handoutBody, err error) {
	if _, ok := s.Law.Place(in.Place); !ok {
		return out, &comity.Problem{Code: "not-found", Message: "there is no place with this id", Where: "place", Hint: "for example us-il-cook"}
	}
	q := comity.Question{In: in.Place, On: in.On, Known: in.Known, Agency: in.Agency, Actor: in.Actor}
	if q.On == "" {
		q.On = s.Now().In(s.zone(in.Place)).Format(time.DateOnly)
	}
	out.Changes = []handout.Change{}
	if out.Handout, err = handout.Of(s.Law, q); err != nil || in.From == "" {
		return out, err
	}
	q.On = in.From
	before, err := handout.Of(s.Law, q)
	if err != nil {
		return out, err
	}
	out.From, out.Changes = before.Digest, handout.Redline(before, out.Handout)
	return out, nil
}
