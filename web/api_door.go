package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"comity"
	"comity/door"

	"github.com/danielgtaylor/huma/v2"
)

// A doorCheckBody is what the city's own telephone or SMS system asks for
// somebody at her door. It has no key for who she is.
type doorCheckBody struct {
	Channel  string `json:"channel" enum:"telephone,sms"`
	Code     string `json:"code,omitempty" doc:"as it was keyed or typed: eight digits by telephone, six letters and digits by SMS" example:"1234-5678"`
	House    string `json:"house,omitempty" doc:"the number of her house, without the street" example:"412"`
	Text     string `json:"text,omitempty" doc:"sms only, in place of code and house: the whole message, such as AB-C123 412"`
	Language string `json:"language,omitempty" enum:"en,es,ar" doc:"of what is said; default en"`
}

// A doorAnswerBody is the answer. All but answer and say is empty unless it is yes.
type doorAnswerBody struct {
	Answer string `json:"answer" enum:"yes,no,call-us,cannot-confirm"`
	Say    string `json:"say" doc:"read out or sent as it stands: what she may do, the answer, what is always said with it"`
	Window string `json:"window" doc:"local time, such as 14:00–16:00"`
	Unit   string `json:"unit" doc:"who comes, as residents know it"`
	Word   string `json:"word" doc:"the visitor must say it"`
	Number string `json:"number" doc:"the visitor must say it too; it is that of this minute"`
}

type doorCheckInput struct {
	ORI     string `path:"ori" doc:"of the agency; must be the token's"`
	RawBody []byte `contentType:"application/json"`

	query string
}

// Resolve remembers what stands behind the address: nothing may.
func (in *doorCheckInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.query = u.RawQuery
	return nil
}

type doorCheckOutput struct {
	Status int
	Body   doorAnswerBody
}

// doorCheckLimit is far more than a check ever needs.
const doorCheckLimit = 4 << 10

// apiDoor answers the city's own telephone and SMS systems as the page answers a
// phone: the same checker, limits and day totals, and nothing of who asks.
func (s *site) apiDoor(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "check-visit", Method: http.MethodPost, Path: "/api/v1/door/{ori}/checks",
		Summary: "Check a booked visit for a resident who rings or sends a message",
		Description: "For the city's own telephone menu or SMS gateway, with a token of the role gateway. Say or send `say` whatever the answer; 503 carries it too. " +
			"Of a check a day total is kept and nothing else: there is no key for the caller's number or name, and one that is sent is refused. See docs/integration.md.",
		RequestBody: body(a, "DoorCheck", doorCheckBody{Channel: "telephone", Code: "1234-5678", House: "412", Language: "es"}), Security: needsToken,
		Errors: append([]int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusServiceUnavailable}, errorsStaff...), SkipValidateBody: true, MaxBodyBytes: doorCheckLimit,
	}, func(ctx context.Context, in *doorCheckInput) (*doorCheckOutput, error) {
		out, err := s.apiDoorCheck(ctx, in)
		if err != nil {
			p := s.apiError(err)
			if p.Status == http.StatusBadRequest && p.Code != "bad-json" {
				p.Status = http.StatusUnprocessableEntity
			}
			return nil, p
		}
		return out, nil
	})
}

func (s *site) apiDoorCheck(ctx context.Context, in *doorCheckInput) (*doorCheckOutput, error) {
	page, err := s.doorOf(ctx, in.ORI)
	if err != nil {
		return nil, err
	}
	if in.query != "" {
		return nil, &comity.Problem{Code: "unknown-key", Where: "address", Message: "nothing may stand behind this address", Hint: "send the check in the body: addresses are kept in logs on the way"}
	}
	b, l, err := s.readDoorCheck(in.RawBody)
	if err != nil {
		return nil, err
	}
	try, err := b.try()
	if err != nil {
		return nil, sayWrong(l, b, err)
	}
	try.At = s.Now()
	out := &doorCheckOutput{Status: http.StatusOK}
	answer, visit, _, failed := s.checkCode(ctx, page.ORI, try)
	if failed != nil {
		out.Status = http.StatusServiceUnavailable // logged; who waits at a door still hears a sentence
	}
	s.counted(ctx, page, b.Channel, answer)
	out.Body = doorAnswerBody{Answer: string(answer), Say: s.aloud(l, page, answer, visit, b.Channel)}
	if answer == door.Yes {
		out.Body.Window, out.Body.Unit = window(visit, s.Desk.Zone(page.Home.Place, page.ORI)), visit.Unit
		out.Body.Word, out.Body.Number = s.wordIn(l, visit), visit.Number(try.At)
	}
	return out, nil
}

// doorOf is the door of the token's own agency.
func (s *site) doorOf(ctx context.Context, ori string) (doorPage, error) {
	who, err := s.authorised(ctx)
	if err != nil {
		return doorPage{}, err
	}
	p := doorPage{ORI: strings.ToUpper(ori)}
	if p.ORI != who.Agency {
		return p, notYours("ori")
	}
	if s.Door == nil || s.Homes == nil {
		return p, noDoor()
	}
	home, known := s.Homes.Home(p.ORI)
	if !known {
		return p, noDoor()
	}
	p.Home = home
	return p, nil
}

func noDoor() error {
	return &comity.Problem{Code: "not-found", Where: "ori", Message: "visits are not checked here", Hint: "serve the part door, with the agency's home"}
}

func (s *site) readDoorCheck(raw []byte) (doorCheckBody, *lang, error) {
	b := doorCheckBody{Language: tags[0]}
	err := readStrict(raw, &b)
	var p *comity.Problem
	if errors.As(err, &p) && p.Code == "unknown-key" {
		p.Hint = "a check has channel, code and house or text, and language. Nothing about who asks is taken: leave the caller's number and name out"
	}
	if err != nil {
		return b, nil, err
	}
	l := s.tongue(b.Language)
	if l == nil {
		return b, nil, &comity.Problem{Code: "bad-language", Where: "language", Message: "the door does not speak this language", Hint: "one of " + strings.Join(append(append([]string{}, tags...), doorTags...), ", ")}
	}
	return b, l, nil
}

// try reads what was keyed, said or sent.
func (b doorCheckBody) try() (t door.Try, err error) {
	whole := b.Text != ""
	switch {
	case b.Channel != "telephone" && b.Channel != "sms":
		return t, &comity.Problem{Code: "bad-channel", Where: "channel", Message: "the channel is not one of these", Hint: "telephone or sms"}
	case whole && (b.Channel != "sms" || b.Code != "" || b.House != ""):
		return t, &comity.Problem{Code: "bad-message", Where: "text", Message: "a text stands beside a code, a house or a telephone", Hint: "send code and house, or the text of an SMS alone"}
	case whole:
		t.Code, t.House, err = door.ParseMessage(b.Text)
		return t, err
	}
	channel := door.Screen
	if b.Channel == "telephone" {
		channel = door.Telephone
	}
	if t.Code, err = door.ParseCode(channel, b.Code); err == nil {
		t.House, err = door.ParseHouse(b.House)
	}
	return t, err
}

// sayWrong tells what was wrong with a code or a house in words that can be
// read out or sent.
func sayWrong(l *lang, b doorCheckBody, err error) error {
	var p *comity.Problem
	if !errors.As(err, &p) {
		return err
	}
	switch {
	case p.Code == "bad-house":
		p.Hint = l.say("door.house-wrong")
	case p.Code == "bad-code" && b.Channel == "telephone":
		p.Hint = l.say("door.aloud.digits-wrong")
	case p.Code == "bad-code":
		p.Hint = l.say("door.code-wrong")
	case p.Code == "bad-message" && b.Code == "" && b.Channel == "sms":
		p.Hint = l.say("door.aloud.sms-wrong")
	}
	return p
}
