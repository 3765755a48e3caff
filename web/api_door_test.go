package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"comity/access"
	"comity/door"
)

// newGateway is an office with a booked visit that is open now, and a token of
// the city's own telephone system.
func newGateway(t *testing.T) (*office, *hall) {
	t.Helper()
	h := newHall(t, "worker")
	h.card = door.Card{ID: h.card.ID, Title: h.card.Title}
	o := newOfficeWith(t, func(c *Config) { c.Door, c.Counts = h, h })
	o.badges.tokens["ivr"] = Account{ID: "ivr", Agency: "TX2270000", Role: string(access.Gateway), By: access.ByToken}
	return o, h
}

const gatewayPath = "/api/v1/door/TX2270000/checks"

func TestDoorByTelephoneAndSMS(t *testing.T) {
	o, h := newGateway(t)
	digits, code := h.letter.Telephone.String(), h.letter.Screen.String()
	spanish, english := testWord(t, "es", h.visit), testWord(t, "en", h.visit)
	for name, c := range map[string]struct {
		body, answer string
		say          []string
	}{
		"telephone":          {fmt.Sprintf(`{"channel":"telephone","code":%q,"house":"412","language":"en"}`, digits), "yes", []string{"Yes. From us: Sample City Water.", "One person.", "Vehicle 0412.", spanish + " (" + english + ")", "A yes does not mean that you must open", "911"}},
		"telephone, Spanish": {fmt.Sprintf(`{"channel":"telephone","code":%q,"house":"٤١٢","language":"es"}`, digits), "yes", []string{"Sí. De parte nuestra: Sample City Water.", spanish + "."}},
		"telephone, Arabic":  {fmt.Sprintf(`{"channel":"telephone","code":%q,"house":"412","language":"ar"}`, digits), "yes", []string{"نعم"}},
		"SMS":                {fmt.Sprintf(`{"channel":"sms","text":"%s 412"}`, strings.ToLower(code)), "yes", []string{"Yes. From us"}},
		"SMS in two keys":    {fmt.Sprintf(`{"channel":"sms","code":%q,"house":"412"}`, code), "yes", []string{"Yes. From us"}},
		"another code":       {`{"channel":"telephone","code":"00000000","house":"7"}`, "no", []string{"We have no city visit on record for this.", "That does not mean the person is false", "911"}},
		"SMS, another":       {`{"channel":"sms","text":"ZZ-ZZZZ 7","language":"es"}`, "no", []string{"No se enfrente a nadie"}},
	} {
		w := o.call("POST", gatewayPath, "ivr", c.body)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
			continue
		}
		got := decode[doorAnswerBody](t, w)
		if got.Answer != c.answer || (got.Answer == "yes") != (got.Unit != "" && got.Word != "" && len(got.Number) == 2 && got.Window != "") {
			t.Errorf("%s: %+v", name, got)
		}
		for _, want := range append(c.say, map[bool]string{true: "door closed"}[!strings.Contains(c.body, `"language":"es"`) && !strings.Contains(c.body, `"ar"`)]) {
			if !strings.Contains(got.Say, want) {
				t.Errorf("%s: %q is not said: %s", name, want, got.Say)
			}
		}
		if strings.ContainsAny(got.Say, "\n{<") || strings.Contains(got.Say, "ICE") || strings.ContainsRune(got.Say, '⁦') && strings.Contains(c.body, "telephone") {
			t.Errorf("%s: not to be read out: %s", name, got.Say)
		}
		t.Logf("%s: %d characters", name, utf8.RuneCountInString(got.Say))
	}
	if len(h.totals) == 0 || h.totals["telephone yes"] != 3 || h.totals["sms no"] != 1 {
		t.Errorf("day totals: %v", h.totals)
	}
	// A card that was lost is no yes by any way.
	h.card.Revoked = time.Now()
	if got := decode[doorAnswerBody](t, o.call("POST", gatewayPath, "ivr", fmt.Sprintf(`{"channel":"telephone","code":%q,"house":"412"}`, digits))); got.Answer != "call-us" || got.Unit != "" || !strings.Contains(got.Say, "Please call us") {
		t.Errorf("a lost card: %+v", got)
	}
	// An outage still has a sentence, and is never a no.
	h.broken = errors.New("no store")
	w := o.call("POST", gatewayPath, "ivr", `{"channel":"telephone","code":"00000000","house":"7"}`)
	if got := decode[doorAnswerBody](t, w); w.Code != http.StatusServiceUnavailable || got.Answer != "cannot-confirm" || !strings.Contains(got.Say, "Our service is down") {
		t.Errorf("an outage: %d %s", w.Code, w.Body)
	}
}

func testWord(t *testing.T, tag string, v door.Visit) string {
	t.Helper()
	langs, err := loadLangs(testBook(t))
	if err != nil {
		t.Fatal(err)
	}
	return langs[tag].doorWord(v.Word())
}

// Whatever is sent beside a check is refused, above all who asks; whoever has
// no right to ask learns nothing.
func TestDoorCheckRefuses(t *testing.T) {
	o, h := newGateway(t)
	o.badges.tokens["ended"] = Account{Agency: "TX2270000", Role: string(access.Gateway), By: access.ByToken, Ended: true}
	o.badges.tokens["elsewhere"] = Account{Agency: "IL0160000", Role: string(access.Gateway), By: access.ByToken}
	for name, c := range map[string]struct {
		token, path, body string
		status            int
		code, where       string
	}{
		"no token":          {"", gatewayPath, `{}`, 401, "no-token", "Authorization"},
		"no such token":     {"stolen", gatewayPath, `{}`, 401, "no-token", "Authorization"},
		"a clerk's":         {"tx", gatewayPath, `{}`, 403, "not-yours", "Authorization"},
		"one that ended":    {"ended", gatewayPath, `{}`, 403, "not-yours", "Authorization"},
		"another agency's":  {"elsewhere", gatewayPath, `{}`, 403, "not-yours", "ori"},
		"nobody's agency":   {"ivr", "/api/v1/door/XX0000000/checks", `{}`, 403, "not-yours", "ori"},
		"the caller":        {"ivr", gatewayPath, `{"channel":"telephone","code":"12345678","house":"7","from":"+15550100"}`, 422, "unknown-key", "from"},
		"a caller's name":   {"ivr", gatewayPath, `{"channel":"sms","text":"ZZ-ZZZZ 7","caller_name":"x"}`, 422, "unknown-key", "caller_name"},
		"in the address":    {"ivr", gatewayPath + "?from=+15550100", `{"channel":"sms","text":"ZZ-ZZZZ 7"}`, 422, "unknown-key", "address"},
		"no channel":        {"ivr", gatewayPath, `{"code":"12345678","house":"7"}`, 422, "bad-channel", "channel"},
		"a page":            {"ivr", gatewayPath, `{"channel":"screen","code":"ZZ-ZZZZ","house":"7"}`, 422, "bad-channel", "channel"},
		"seven digits":      {"ivr", gatewayPath, `{"channel":"telephone","code":"1234567","house":"7"}`, 422, "bad-code", "code"},
		"letters by voice":  {"ivr", gatewayPath, `{"channel":"telephone","code":"ZZ-ZZZZ","house":"7"}`, 422, "bad-code", "code"},
		"no house":          {"ivr", gatewayPath, `{"channel":"telephone","code":"12345678"}`, 422, "bad-house", "house"},
		"a street":          {"ivr", gatewayPath, `{"channel":"sms","text":"ZZ-ZZZZ 7 Main Street"}`, 422, "bad-house", "house"},
		"no code in it":     {"ivr", gatewayPath, `{"channel":"sms","text":"hello"}`, 422, "bad-message", "text"},
		"text by voice":     {"ivr", gatewayPath, `{"channel":"telephone","text":"12345678 7"}`, 422, "bad-message", "text"},
		"twice":             {"ivr", gatewayPath, `{"channel":"sms","text":"ZZ-ZZZZ 7","code":"ZZ-ZZZZ"}`, 422, "bad-message", "text"},
		"another language":  {"ivr", gatewayPath, `{"channel":"telephone","code":"12345678","house":"7","language":"fr"}`, 422, "bad-language", "language"},
		"not JSON":          {"ivr", gatewayPath, `channel=sms`, 400, "bad-json", "line 1 column 2"},
		"far too much":      {"ivr", gatewayPath, `{"text":"` + strings.Repeat("x", doorCheckLimit) + `"}`, 413, "too-large", ""},
		"a token's own way": {"ivr", "/api/v1/requests", `{}`, 403, "not-yours", "Authorization"},
	} {
		w := o.call("POST", c.path, c.token, c.body)
		p := decode[apiProblem](t, w)
		if w.Code != c.status || p.Code != c.code || p.Where != c.where || p.Hint == "" || p.Title == "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "5550100") {
			t.Errorf("%s: a refusal repeats the caller's number", name)
		}
	}
	w := o.call("POST", gatewayPath, "ivr", `{"channel":"sms","text":"hola","language":"es"}`)
	if p := decode[apiProblem](t, w); !strings.HasPrefix(p.Hint, "Envíe el código") {
		t.Errorf("a hint that can be sent back: %s", w.Body)
	}
	if w := o.call("GET", gatewayPath, "ivr", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
	if len(h.totals) != 0 {
		t.Errorf("what was refused is counted: %v", h.totals)
	}
}

// The operation and its form have no place for who asks.
func TestDoorCheckHasNoPlaceForTheCaller(t *testing.T) {
	o, _ := newGateway(t)
	doc := decode[struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}](t, o.call("GET", "/api/openapi.json", "", ""))
	var keys []string
	for key := range doc.Components.Schemas["DoorCheckBody"].Properties {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if want := []string{"channel", "code", "house", "language", "text"}; !slices.Equal(keys, want) {
		t.Errorf("a check has the keys %v, want %v", keys, want)
	}
}
