package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"comity/door"
	"comity/door/badge"
)

// badgeModule is the module that checks badges in a browser.
const badgeModule = "badge.wasm"

// A doorBadgeView is the check of a badge that somebody shows: a picture or the
// text of its code, or one answer.
type doorBadgeView struct {
	doorPage
	Found   badge.Finding
	Answers []badge.Answer // in the page, for a check on the reader's own device
	Ready   bool           // this copy was built with the module
	Scans   bool           // and with the reader of QR codes
	Size    int            // of the module as it is loaded
	Packed  string         // megabytes on the way
}

func (doorBadgeView) template() string { return "door_badge" }

// doorBadge checks a badge. Where the reader's own device does it, nothing comes
// here; what is posted is checked with the same code and forgotten.
func (s *site) doorBadge(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	v := doorBadgeView{doorPage: page, Answers: badge.Answers[:]}
	if r.Method == http.MethodPost {
		if err := s.readForm(r); err != nil {
			return err
		}
		typed := r.PostFormValue("badge")
		v.Found, err = atBeat(r.Context(), s.checking, func(ctx context.Context) (badge.Finding, error) { return s.checkBadge(r.WithContext(ctx), page, typed) })
		if err != nil {
			s.Log.Error("a check of a badge failed", "error", err)
			v.Found = badge.Finding{Answer: badge.Unchecked}
			return s.render(w, r, http.StatusServiceUnavailable, v)
		}
		s.counted(r.Context(), page, "badge", door.Answer(v.Found.Answer))
	}
	s.openBadge(w, &v)
	return s.show(w, r, v)
}

// openBadge lets the page use a camera and the module, where they are built.
func (s *site) openBadge(w http.ResponseWriter, v *doorBadgeView) {
	h := w.Header()
	rules := policy
	_, started := s.parts.files[starter]
	_, v.Scans = s.parts.files[scanner]
	if f, built := s.parts.files[badgeModule]; built && started {
		v.Ready, v.Size, v.Packed = true, f.size(), fmt.Sprintf("%.1f", float64(len(f.zipped))/1e6)
		rules = modulePolicy
	}
	h.Set("Content-Security-Policy", strings.Replace(rules, "img-src 'self'", "img-src 'self' data:", 1))
	h.Set("Permissions-Policy", strings.Replace(permissions, "camera=()", "camera=(self)", 1))
}

// checkBadge answers as the reader's own device does, and besides asks whether
// the card of a code is on shift at this moment, and for its photograph.
func (s *site) checkBadge(r *http.Request, page doorPage, text string) (badge.Finding, error) {
	none := badge.Finding{}
	text = strings.TrimSpace(text)
	issuer, err := s.badgeIssuer(r, page.ORI)
	if err != nil {
		return none, err
	}
	metadata, err := s.badgeMetadata(r, page)
	if err != nil {
		return none, err
	}
	kept, err := json.Marshal(metadata)
	if err != nil {
		return none, fmt.Errorf("write metadata: %w", err)
	}
	status := ""
	if strings.Contains(text, "~") { // the badge as a file: only that has a place on the list
		if status, err = s.badgeStatus(r, issuer); err != nil {
			return none, err
		}
	}
	found := badge.Inquiry{Text: text, Metadata: string(kept), Fresh: true, Status: status, Now: s.Now().Unix()}.Answer()
	if found.Answer != badge.Genuine || !strings.HasPrefix(text, badge.Prefix) {
		return found, nil
	}
	shown, err := badge.Verifier{Keys: metadata.Key, Now: s.Now()}.Compact(text)
	if err != nil {
		return badge.Finding{Answer: badge.NotOurs}, nil // of the second that passed
	}
	card, on, err := s.cardOf(r, page.ORI, shown)
	switch {
	case err != nil:
		return none, err
	case !on:
		return badge.Finding{Answer: badge.Revoked}, nil
	}
	found.Picture = base64.StdEncoding.EncodeToString(card.Photo)
	return found, nil
}

// cardOf finds the card whose code was shown, if it is on shift.
func (s *site) cardOf(r *http.Request, agency string, shown badge.Badge) (door.Card, bool, error) {
	secret, err := s.Door.BadgeSecret(agency)
	if err != nil {
		return door.Card{}, false, err
	}
	all, err := s.Door.Cards(r.Context(), agency)
	if err != nil {
		return door.Card{}, false, err
	}
	for _, c := range all {
		if c.OnShift(s.Now()) && slices.Equal(badge.Handle(secret, c.ID, shown.Issued), shown.Handle) {
			return c, true, nil
		}
	}
	return door.Card{}, false, nil
}

// badgeIssuer is the agency as it signs now.
func (s *site) badgeIssuer(r *http.Request, agency string) (badge.Issuer, error) {
	now, _ := badge.Period(s.Now())
	key, err := s.Door.BadgeKey(agency, now)
	return badge.Issuer{Agency: agency, Address: s.address(r) + "/door/" + agency, Key: key}, err
}

// badgeMetadata is what an agency publishes of itself: its name and its keys.
func (s *site) badgeMetadata(r *http.Request, page doorPage) (badge.Metadata, error) {
	m := badge.Metadata{Issuer: s.address(r) + "/door/" + page.ORI, Name: page.Home.Name, Agency: page.ORI}
	now, beside := badge.Period(s.Now())
	for _, period := range append([]string{now}, beside[:]...) {
		key, err := s.Door.BadgeKey(page.ORI, period)
		if err != nil {
			return m, err
		}
		public, err := badge.Public(&key.PublicKey)
		if err != nil {
			return m, err
		}
		m.Keys.Keys = append(m.Keys.Keys, public)
	}
	return m, nil
}

func (s *site) badgeStatus(r *http.Request, issuer badge.Issuer) (string, error) {
	revoked, err := s.Door.RevokedBadges(r.Context(), issuer.Agency, s.Now())
	if err != nil {
		return "", err
	}
	return issuer.Status(issuer.Address+"/status", revoked, s.Now())
}

// doorKeys is the metadata of an agency as an issuer, where SD-JWT VC looks for it.
func (s *site) doorKeys(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	m, err := s.badgeMetadata(r, page)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	return json.NewEncoder(w).Encode(m)
}

// doorStatus is the status list of an agency's badges.
func (s *site) doorStatus(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	issuer, err := s.badgeIssuer(r, page.ORI)
	if err != nil {
		return err
	}
	text, err := atBeat(r.Context(), s.checking, func(ctx context.Context) (string, error) { return s.badgeStatus(r.WithContext(ctx), issuer) })
	if err != nil {
		return s.unanswered(r.Context(), page, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/statuslist+jwt")
	h.Set("Cache-Control", "no-store")
	h.Set("Access-Control-Allow-Origin", "*") // other verifiers, in pages of their own
	_, _ = w.Write([]byte(text))              // the reader may have left
	return nil
}

// badgeParts are what the page needs without a network.
var badgeParts = []string{"door.css", "mark.svg", "module.js", "camera.js", "badge.js", scanner, starter, badgeModule}

// doorWorker keeps the page on the reader's phone.
func (s *site) doorWorker(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	return s.worker(w, s.langOf(r).link("/door/"+page.ORI+"/badge"), nil, badgeParts)
}

// doorManifest lets the page be put on a phone's screen.
func (s *site) doorManifest(w http.ResponseWriter, r *http.Request) error {
	page, err := s.doorPage(r)
	if err != nil {
		return err
	}
	l := s.langOf(r)
	return s.manifest(w, l, l.link("/door/"+page.ORI+"/badge"), l.say("door.badge-title")+" "+page.Home.Name, page.Home.Name)
}
