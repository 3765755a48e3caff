package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"comity/door"
	"comity/door/badge"

	"github.com/boombuler/barcode/qr"
)

// A deskBadgeView is the badge that somebody who is sent shows on a phone.
type deskBadgeView struct {
	deskPage
	Card  door.Card
	Photo string
	Until string
}

func (deskBadgeView) template() string { return "desk_badge" }

// deskBadge shows it, on shift only.
func (s *site) deskBadge(w http.ResponseWriter, r *http.Request, who Account) error {
	card, on, err := s.ownBadge(r, who)
	if err != nil {
		return err
	}
	if !on {
		http.Redirect(w, r, s.langOf(r).link("/desk/shift"), http.StatusSeeOther)
		return nil
	}
	v := deskBadgeView{deskPage: s.deskPage(who, "shift"), Card: card, Photo: base64.StdEncoding.EncodeToString(card.Photo)}
	v.Until = card.Shift.In(s.Desk.Zone(v.Home.Place, who.Agency)).Format("15:04")
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "img-src 'self'", "img-src 'self' data:", 1))
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, v)
}

// badgeCode is the code of this minute. It holds no address: scanning it opens
// nothing (H16).
func (s *site) badgeCode(w http.ResponseWriter, r *http.Request, who Account) error {
	card, on, err := s.ownBadge(r, who)
	if err != nil {
		return err
	}
	if !on {
		return s.missing(r, "no-page")
	}
	secret, err := s.Door.BadgeSecret(who.Agency)
	if err != nil {
		return err
	}
	issuer, err := s.badgeIssuer(r, who.Agency)
	if err != nil {
		return err
	}
	now := s.Now().Truncate(time.Second)
	text, err := issuer.Compact(badge.Badge{Title: card.Title, Issued: now, Handle: badge.Handle(secret, card.ID, now)})
	if err != nil {
		return err
	}
	return s.sendCode(w, r, text, qr.AlphaNumeric, badgeSide, qr.Q, qr.M, qr.L)
}

// badgeFile gives the badge of this shift as an SD-JWT VC, for a wallet. Title
// and picture can be shown or kept back.
func (s *site) badgeFile(w http.ResponseWriter, r *http.Request, who Account) error {
	if err := s.readForm(r); err != nil {
		return err
	}
	card, on, err := s.ownBadge(r, who)
	if err != nil {
		return err
	}
	if !on {
		http.Redirect(w, r, s.langOf(r).link("/desk/shift"), http.StatusSeeOther)
		return nil
	}
	issuer, err := s.badgeIssuer(r, who.Agency)
	if err != nil {
		return err
	}
	place, err := s.Door.GiveBadge(r.Context(), who.Agency, card.ID, card.Shift)
	if err != nil {
		return err
	}
	text, err := issuer.SDJWT(badge.Badge{Agency: who.Agency, Title: card.Title, Picture: card.Photo, Issued: s.Now(), Expires: card.Shift}, badge.Status{Place: place, Address: issuer.Address + "/status"})
	if err != nil {
		return err
	}
	handOut(w, "badge.sd-jwt", "application/dc+sd-jwt", []byte(text))
	return nil
}

// ownBadge is the card that this person shows now: theirs, and on shift.
func (s *site) ownBadge(r *http.Request, who Account) (door.Card, bool, error) {
	if s.Door == nil {
		return door.Card{}, false, s.missing(r, "no-page")
	}
	all, err := s.Door.Cards(r.Context(), who.Agency)
	if err != nil {
		return door.Card{}, false, err
	}
	for _, c := range all {
		if asked := r.FormValue("card"); c.Account == who.ID && c.OnShift(s.Now()) && (asked == "" || asked == c.ID) {
			return c, true, nil
		}
	}
	return door.Card{}, false, nil
}
