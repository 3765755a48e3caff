package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"comity"
	"comity/door"
)

// A doorVerb is one thing that the command door does.
type doorVerb struct {
	name, usage, short string
	run                func(ctx context.Context, e env, args []string) error
}

func doorVerbs() []doorVerb {
	return []doorVerb{
		{"check", "-agency ORI [-channel telephone|sms] [-lang es] [-token TOKEN] [-json] URL", "check a visit as the city's own telephone or SMS system does", doorCheck},
		{"badge", "-keys FILE [-status FILE] [-at MOMENT] [-json] < BADGE", "check a badge with files alone, without a network", doorBadge},
		{"odds", "[-json]", "the odds of guessing a code, from the real checker", doorOdds},
	}
}

// runDoor does one of them.
func runDoor(ctx context.Context, e env, args []string) error {
	var names []string
	for _, v := range doorVerbs() {
		if len(args) > 0 && args[0] == v.name {
			return v.run(ctx, e, args[1:])
		}
		names = append(names, v.name)
	}
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help") {
		for _, v := range doorVerbs() {
			fmt.Fprintf(e.out, "comity door %s %s\n    %s\n", v.name, v.usage, v.short)
		}
		return errHelp
	}
	return &comity.Problem{Code: "bad-argument", Message: "say what to do at the door", Hint: "there is " + strings.Join(names, ", ")}
}

// doorOdds plays the attackers of docs/door.md against the real checker.
func doorOdds(_ context.Context, e env, args []string) error {
	f := newFlags("door odds")
	asJSON := f.Bool("json", false, "as JSON, one line an attacker")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	all, err := door.Odds(rand.Reader)
	if err != nil {
		return err
	}
	if !*asJSON {
		fmt.Fprint(e.out, "| attacker | channel | tries that are answered | odds per visit | goal |\n|---|---|---|---|---|\n")
	}
	for _, o := range all {
		if *asJSON {
			err = json.NewEncoder(e.out).Encode(o)
		} else {
			_, err = fmt.Fprintln(e.out, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// doorCheck asks a server as a telephone menu or an SMS gateway does. Code and
// house number come on standard input, so that no shell keeps them.
func doorCheck(ctx context.Context, e env, args []string) error {
	f := newFlags("door check")
	agency := f.String("agency", "", "ORI of the agency")
	channel := f.String("channel", "telephone", "telephone (digits) or sms (the whole message)")
	lang := f.String("lang", "en", "of what is said: en, es or ar")
	token := f.String("token", os.Getenv("COMITY_TOKEN"), "token of the role gateway; better in COMITY_TOKEN")
	asJSON := f.Bool("json", false, "the answer as it came")
	if err := f.parse(e, args, 1); err != nil {
		return err
	}
	for _, want := range [][3]string{{"agency", *agency, "IL0160000"}, {"token", *token, "TOKEN, or set COMITY_TOKEN"}} {
		if err := need(want[0], want[1], want[2]); err != nil {
			return err
		}
	}
	address, err := doorAddress(f.Arg(0), *agency)
	if err != nil {
		return err
	}
	line := bufio.NewScanner(io.LimitReader(e.in, 1<<10))
	line.Scan()
	body, err := json.Marshal(checkOf(*channel, *lang, line.Text()))
	if err != nil {
		return err
	}
	return askDoor(ctx, e, address, *token, body, *asJSON)
}

// checkOf is the body of a check: an SMS whole, by telephone the digits and then
// the house number.
func checkOf(channel, lang, typed string) map[string]string {
	check := map[string]string{"channel": channel, "language": lang}
	words := strings.Fields(typed)
	if channel == "sms" || len(words) == 0 {
		check["text"] = typed
		return check
	}
	last := len(words) - 1
	check["code"], check["house"] = strings.Join(words[:last], ""), words[last]
	return check
}

// doorAddress refuses an address over which a token would travel in the clear.
func doorAddress(base, agency string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", &comity.Problem{Code: "bad-argument", Message: "the address of the server is missing", Where: base, Hint: "for example https://record.county.example"}
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !here) {
		return "", &comity.Problem{Code: "bad-argument", Message: "the token would travel in the clear", Where: base, Hint: "use https"}
	}
	return strings.TrimSuffix(base, "/") + "/api/v1/door/" + url.PathEscape(agency) + "/checks", nil
}

func askDoor(ctx context.Context, e env, address, token string, body []byte, asJSON bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Do(req)
	if err != nil {
		return &comity.Problem{Code: "not-known", Message: "the server does not answer", Where: address, Hint: "say: we cannot check now. Never say no"}
	}
	defer r.Body.Close()
	text, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var got struct {
		Answer, Say              string
		Title, Code, Where, Hint string
	}
	if json.Unmarshal(text, &got) != nil || got.Answer == "" && got.Code == "" {
		return &comity.Problem{Code: "not-known", Message: fmt.Sprintf("the server answers %d, and not as a door does", r.StatusCode), Where: address, Hint: "say: we cannot check now. Never say no"}
	}
	if got.Answer == "" {
		return &comity.Problem{Code: got.Code, Message: got.Title, Where: got.Where, Hint: got.Hint}
	}
	if asJSON {
		_, err = fmt.Fprintf(e.out, "%s\n", bytes.TrimSpace(text))
	} else {
		_, err = fmt.Fprintf(e.out, "%s\n\n%s\n", got.Answer, got.Say)
	}
	if err == nil && got.Answer == string(door.CannotConfirm) {
		err = &comity.Problem{Code: "not-known", Message: "the service is down", Where: address, Hint: "say what was answered. Never say no"}
	}
	return err
}
