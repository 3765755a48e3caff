package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/desk"

	"github.com/danielgtaylor/huma/v2"
)

// bookingBody is what the booking system tells: a number, what happened, when.
type bookingBody struct {
	ID         string `json:"id" doc:"yours, one for each event; the same event may be sent twice" example:"jms-88213"`
	Booking    string `json:"booking" doc:"booking number; sealed, and kept only where a detainer names it"`
	Event      string `json:"event" enum:"booked,charge-added,charge-ended,other-hold,other-hold-ended,no-other-reason,rebooked,released" doc:"booked changes nothing and prints back what stands"`
	At         string `json:"at" doc:"when it happened, RFC 3339"`
	Reason     string `json:"reason,omitempty" enum:"local-charge,other-county,state-prison,parole,bond-conditions,federal-criminal,other-court,other" doc:"of a hold or charge"`
	Number     string `json:"number,omitempty" doc:"of the other office's paper; sealed; tells two holds of one sort apart"`
	Ground     string `json:"ground,omitempty" enum:"bond-posted,charges-ended,sentence-served,court-order,no-basis-to-hold,hours-ended" doc:"of released: what ended the last reason; the release is then recorded too, unless it goes against the answer"`
	NewBooking string `json:"new_booking,omitempty" doc:"of rebooked: the number it goes on under"`
}

// printedBack is what stands after an event: the booking system prints it, so
// that nobody types it twice.
type printedBack struct {
	Cases []backBody `json:"cases" doc:"every detainer that names the booking and is not over; empty: there is none, and nothing was kept"`
}

type backBody struct {
	Entry        entryRef       `json:"entry" doc:"the detainer"`
	Recorded     *entryRef      `json:"recorded" doc:"the entry of this event; null where it changed nothing"`
	Open         bool           `json:"open"`
	State        string         `json:"state" doc:"release-now, supervisor, decide, basis, waiting, handover, write-down; empty once it is over"`
	Verdict      comity.Verdict `json:"verdict" doc:"about a hold, as of now"`
	ReleaseDueAt string         `json:"release_due_at" doc:"when the last other reason ended or ends; empty while one lasts"`
	OtherReasons int            `json:"other_reasons" doc:"that last"`
	NoticeServed bool           `json:"notice_served"`
	Looks        []string       `json:"looks" doc:"why a supervisor looks first: uncompared, old-paper, interrupted"`
	Clocks       []backClock    `json:"clocks" doc:"earliest first"`
	Lines        []string       `json:"lines" doc:"the same in words, to print"`
}

type backClock struct {
	Name     string `json:"name"`
	Due      string `json:"due"`
	Length   string `json:"length"`
	Excludes string `json:"excludes"`
	Late     bool   `json:"late"`
	Cite     string `json:"cite"`
}

type bookingInput struct {
	Language string `header:"Accept-Language" doc:"en or es, of the lines"`
	RawBody  []byte `contentType:"application/json"`
}

type bookingOutput struct {
	Status int
	Body   printedBack
}

func (s *site) apiBookings(a huma.API) {
	example := bookingBody{ID: "jms-88213", Booking: "2026-118-7", Event: desk.OtherHold, At: "2026-11-20T17:00:00-06:00", Reason: "other-county", Number: "W-2291"}
	huma.Register(a, huma.Operation{
		OperationID: "booking", Method: http.MethodPost, Path: "/api/v1/bookings", DefaultStatus: http.StatusCreated,
		Summary: "Tell what happened to a booking; what stands about its detainers is printed back",
		Description: "201: recorded with every open detainer that names the booking. 200: nothing new; the event came before, or no detainer names the booking, and then nothing of it is kept. " +
			"There is no key for citizenship, birth, sex, status or address, and one that is sent is refused.",
		RequestBody: body(a, "BookingEvent", example), Security: needsToken,
		Responses: map[string]*huma.Response{"200": {Description: "nothing new was recorded; what stands is printed back"}},
		Errors:    append([]int{http.StatusConflict}, errorsStaff...), SkipValidateBody: true, MaxBodyBytes: requestLimit,
	}, func(ctx context.Context, in *bookingInput) (*bookingOutput, error) {
		out, err := s.apiBooking(ctx, in)
		if err != nil {
			return nil, s.apiError(err)
		}
		return out, nil
	})
}

func (s *site) apiBooking(ctx context.Context, in *bookingInput) (*bookingOutput, error) {
	who, err := s.authorised(ctx)
	if err != nil {
		return nil, err
	}
	if err := refusedKeys(in.RawBody); err != nil {
		return nil, err
	}
	raw, err := plainKeys(in.RawBody)
	if err != nil {
		return nil, err
	}
	var b bookingBody
	if err := readStrict(raw, &b); err != nil {
		return nil, err
	}
	concerned, err := s.Desk.Booking(ctx, desk.BookingEvent{
		ID: b.ID, Agency: who.Agency, Role: who.Role, Booking: b.Booking, Event: b.Event, At: b.At, Reason: b.Reason, Pointer: b.Number, NewBooking: b.NewBooking, Ground: b.Ground,
	})
	if err != nil {
		return nil, err
	}
	l := s.langs[tags[0]]
	if strings.HasPrefix(in.Language, "es") {
		l = s.langs["es"]
	}
	out := &bookingOutput{Status: http.StatusOK, Body: printedBack{Cases: []backBody{}}}
	var shown []string
	for _, c := range concerned {
		if c.Answer.ID != "" && !c.Answer.Again {
			out.Status = http.StatusCreated
		}
		shown = append(shown, c.Task.Card.ID)
		out.Body.Cases = append(out.Body.Cases, s.backBody(l, who, c))
	}
	return out, s.viewed(ctx, who, "api", shown...)
}

func (s *site) backBody(l *lang, who Account, c desk.Concerned) backBody {
	task, card := c.Task, c.Task.Card
	out := backBody{
		Entry: entryRef{card.Index, card.ID, card.ULID}, Open: c.Open, State: string(task.State), Verdict: task.Verdict,
		OtherReasons: len(card.Custody.Open()), NoticeServed: !task.Unserved,
		Looks: []string{}, Clocks: []backClock{}, Lines: s.backLines(l, who, card, task),
	}
	if c.Answer.ID != "" {
		out.Recorded = &entryRef{c.Answer.Index, c.Answer.ID, c.Answer.ULID}
	}
	for _, look := range []struct {
		is   bool
		name string
	}{{task.Uncompared, "uncompared"}, {task.OldPaper, "old-paper"}, {task.Interrupted, "interrupted"}} {
		if look.is {
			out.Looks = append(out.Looks, look.name)
		}
	}
	for _, a := range task.Alarms {
		due := a.Due.Format(time.RFC3339)
		if a.Day {
			due = a.Due.Format(time.DateOnly)
		}
		if a.Name == "release" {
			out.ReleaseDueAt = due
		}
		out.Clocks = append(out.Clocks, backClock{a.Name, due, a.Length, a.Excludes, a.Late(s.Now()), a.Cite})
	}
	return out
}

// refusedKeys refuses a key that no event of ours may have, and says why, so
// that the other system leaves it out.
func refusedKeys(raw []byte) error {
	var sent map[string]json.RawMessage
	if json.Unmarshal(raw, &sent) != nil {
		return nil // told where it is read
	}
	kind, _ := desk.KindOf("custody")
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		_, err := kind.Read(desk.Form{name: "x"}, time.UTC, true)
		for _, p := range formProblems(err) {
			if p.Code == "refused-field" {
				return p
			}
		}
	}
	return nil
}
