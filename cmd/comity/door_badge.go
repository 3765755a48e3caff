package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"comity"
	"comity/door/badge"
)

// longestBadge is more than any badge has, in bytes.
const longestBadge = 512 << 10

// doorBadge checks a badge with files alone, as a page that was kept on a phone
// does. The badge comes on standard input; nothing is fetched or opened.
func doorBadge(_ context.Context, e env, args []string) error {
	f := newFlags("door badge")
	keys := f.String("keys", "", "file with what the agency publishes at /.well-known/jwt-vc-issuer/door/ORI")
	status := f.String("status", "", "file with its status list, /door/ORI/status; a badge of a whole shift needs it")
	at := f.String("at", "", "moment to check for, such as 2026-11-21T15:04:05Z; now by default")
	asJSON := f.Bool("json", false, "as JSON")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	if err := need("keys", *keys, "keys.json"); err != nil {
		return err
	}
	q := badge.Inquiry{Fresh: true, Now: time.Now().Unix()}
	if *at != "" {
		moment, err := time.Parse(time.RFC3339, *at)
		if err != nil {
			return &comity.Problem{Code: "bad-argument", Message: "that is no moment", Where: "-at " + *at, Hint: "write it as 2026-11-21T15:04:05Z"}
		}
		q.Now = moment.Unix()
	}
	for file, into := range map[string]*string{*keys: &q.Metadata, *status: &q.Status} {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return &comity.Problem{Code: "bad-file", Message: "the file cannot be read", Where: file, Hint: "fetch it with curl first"}
		}
		*into = string(text)
	}
	if _, err := badge.ReadMetadata(q.Metadata); err != nil {
		return &comity.Problem{Code: "bad-file", Message: "the file has no keys of an agency", Where: *keys, Hint: "fetch /.well-known/jwt-vc-issuer/door/ORI from the agency's own address"}
	}
	text, err := io.ReadAll(io.LimitReader(e.in, longestBadge))
	if err != nil {
		return fmt.Errorf("read the badge: %w", err)
	}
	q.Text = string(text)
	found := q.Answer()
	if *asJSON {
		err = json.NewEncoder(e.out).Encode(found)
	} else {
		_, err = fmt.Fprintln(e.out, badgeSays(found))
	}
	if err == nil && found.Answer != badge.Genuine {
		return errFinding
	}
	return err
}

// badgeSays is the answer at a terminal; pages have their own words.
func badgeSays(f badge.Finding) string {
	switch f.Answer {
	case badge.Genuine:
		return f.Title + "\nThe badge is genuine. That is less than a booked visit: it does not say that anybody was sent."
	case badge.Over:
		return "This badge is not of this minute."
	case badge.Revoked:
		return "This badge is not in use now. Ring the agency."
	case badge.Unchecked:
		return "Whether this badge is in use cannot be told: give -status a list of this minute."
	case badge.NoKey:
		return "This badge is signed with a key that the file does not have."
	case badge.Address:
		return "This is not a badge. It leads to a web address, which was not opened: " + f.Host
	case badge.Nothing:
		return "Nothing was given on standard input."
	}
	return "This badge cannot be confirmed. That does not mean the person is false."
}
