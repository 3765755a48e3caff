package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity"
	"comity/access"
	"comity/atlas"
	"comity/data"
	"comity/desk"
	"comity/desk/deconflict"
	"comity/door"
	"comity/store"
	"comity/web"
)

// A sample agency of the demo. Places are real, because their law is; agencies
// and people are not, and say so.
type sampleAgency struct {
	ori   string
	home  web.Home
	roles []string
}

const sampleReferral = "Sample Legal Aid (sample data; not a real office)"

var sampleAgencies = []sampleAgency{
	{"IL9999901", web.Home{Name: "Sample County Jail, Illinois (sample)", Place: "us-il-cook", Actor: "county-jail"}, []string{web.RoleClerk, web.RoleSupervisor, string(access.WatchCommander), web.RoleAuditor, web.RoleCounsel, web.RoleBoard, string(access.Administrator), string(access.Trainer)}},
	{"IL9999902", web.Home{Name: "Sample City Police, Illinois (sample)", Place: "us-il-chicago", Actor: "municipal-police"}, []string{web.RoleSergeant, string(access.Dispatcher), string(access.WatchCommander), string(access.Commander), web.RoleCounsel, web.RoleBoard, string(access.FieldWorker)}},
	{"TX9999901", web.Home{Name: "Sample County Jail, Texas (sample)", Place: "us-tx-travis", Actor: "county-jail"}, []string{web.RoleClerk}},
	{"WY9999901", web.Home{Name: "Sample County Jail, Wyoming (sample)", Place: "us-wy-laramie", Actor: "county-jail"}, []string{web.RoleClerk}},
}

// A demoLink signs in once; its token is for programs.
type demoLink struct {
	Role   string `json:"role"`
	Agency string `json:"agency"`
	Name   string `json:"name"`
	URL    string `json:"url"`
	Token  string `json:"token"`

	account string
}

// runDemo makes a sample record, or opens the one of an earlier demo, and
// serves everything on this computer.
func runDemo(ctx context.Context, e env, args []string) error {
	f := newFlags("demo")
	addr := f.String("addr", "127.0.0.1:8080", "address to listen on")
	dir := f.String("dir", "", "folder of the sample record; empty: a new temporary one")
	asJSON := f.Bool("json", false, "say everything as JSON when ready")
	if err := f.parse(e, args, 0); err != nil {
		return err
	}
	book, err := openBook("")
	if err != nil {
		return err
	}
	l, err := listen(*addr)
	if err != nil {
		return err
	}
	defer l.Close()
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	agreements, err := atlas.LoadAgreements(data.FS)
	if err != nil {
		return fmt.Errorf("read agreements: %w", err)
	}
	config := recordConfig(log, 10*time.Second) // short, so that a visitor sees a beat
	config.Withhold = withholder(agreements, nil)
	s, where, err := openDemo(ctx, *dir, config)
	if err != nil {
		return err
	}
	defer s.Close()
	named := map[string]web.Home{}
	for _, a := range sampleAgencies {
		a.home.CallBack = "555-0100 (sample)"
		a.home.Referral, a.home.Phone = sampleReferral, "555-0101 (sample)"
		named[a.ori] = a.home
	}
	links, err := demoLinks(ctx, s)
	if err != nil {
		return err
	}
	if err := sampleEntries(ctx, &desk.Desk{Law: book, Record: s, Now: time.Now}); err != nil {
		return fmt.Errorf("write sample entries: %w", err)
	}
	drafts, err := openDrafts(book, "")
	if err != nil {
		return err
	}
	kept, err := openNotes(where, where+"-counsel")
	if err != nil {
		return err
	}
	join, retry := linesTo(sampleLines(l.Addr()))
	keeper := newDoorkeeper(s, log)
	visit, err := sampleVisit(ctx, s, links)
	if err != nil {
		return fmt.Errorf("book the sample visit: %w", err)
	}
	handler, err := newSite(book, drafts, s, agreements, log, named, allParts, "", join, keeper.at(allParts), func(c *web.Config) { c.Notes = notes{kept} })
	if err != nil {
		return err
	}
	err = serveUntilDone(ctx, l, handler, func(at net.Addr) error {
		return tellDemo(e, at, where, links, visit, *asJSON)
	}, s.Run, keeper.run, retry(log), watchAccess(s, book, log))
	if err == nil && !*asJSON {
		fmt.Fprintf(e.out, "\nstopped. The sample record is in %s\n  comity verify -key %s %s\n  comity replay %s\n", where, filepath.Join(where, "log.vkey"), where, where)
	}
	return err
}

// openDemo opens the record in dir; where there is none, it makes one.
func openDemo(ctx context.Context, dir string, config store.Config) (*store.Store, string, error) {
	if dir == "" {
		temp, err := os.MkdirTemp("", "comity-demo-")
		if err != nil {
			return nil, "", notWritten(os.TempDir())
		}
		dir = filepath.Join(temp, "record")
	}
	if _, err := os.Stat(filepath.Join(dir, "record.db")); err == nil {
		s, err := store.Open(ctx, dir, config)
		if err == nil && !s.Identity().Sample {
			return nil, "", joined(s, &comity.Problem{Code: "not-a-sample", Message: "this is a real record", Where: dir, Hint: "comity serve opens it; the demo only touches samples"})
		}
		return s, dir, err
	}
	s, err := store.Create(ctx, dir, store.Identity{Origin: "demo.comity.example/log", Agency: sampleAgencies[0].ori, Sample: true}, config)
	if err != nil {
		return nil, "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "log.vkey"), []byte(s.Key().String()+"\n"), 0o644); err != nil {
		return nil, "", joined(s, notWritten(dir))
	}
	return s, dir, nil
}

func joined(s *store.Store, p *comity.Problem) error {
	_ = s.Close()
	return p
}

func demoLinks(ctx context.Context, s *store.Store) ([]demoLink, error) {
	var out []demoLink
	for _, a := range sampleAgencies {
		for _, role := range a.roles {
			account, err := s.AddAccount(ctx, store.Account{Agency: a.ori, Role: role, Name: "sample " + role, Sample: true})
			if err != nil {
				return nil, err
			}
			link, err := s.NewLink(ctx, account, 12*time.Hour)
			if err != nil {
				return nil, err
			}
			token, err := s.NewToken(ctx, account)
			if err != nil {
				return nil, err
			}
			out = append(out, demoLink{Role: role, Agency: a.ori, Name: a.home.Name, URL: "/desk/enter?token=" + link, Token: token, account: account.ID})
		}
	}
	return out, nil
}

// demoVisit is what the letter of the sample visit says.
type demoVisit struct {
	URL     string `json:"url"`
	Code    string `json:"code"`
	Digits  string `json:"digits"`
	House   string `json:"house"`
	Vehicle string `json:"vehicle"`
}

// sampleVisit books a visit of now at the sample police, for whoever tries the
// door: a card without a photograph, a marked vehicle, four hours.
func sampleVisit(ctx context.Context, s *store.Store, links []demoLink) (demoVisit, error) {
	const house = "412"
	now, car := time.Now(), door.Vehicle{Fleet: "0412", Tail: "7K3"}
	var card door.Card
	for _, l := range links {
		if l.Role != string(access.FieldWorker) {
			continue
		}
		var err error
		if card, err = s.SaveCard(ctx, door.Card{Agency: l.Agency, Title: "Sample meter technician", Account: l.account}); err != nil {
			return demoVisit{}, err
		}
	}
	if err := errors.Join(s.SetVehicles(ctx, card.Agency, []door.Vehicle{car}), s.Shift(ctx, card.Agency, card.ID, door.ShiftUntil(now))); err != nil {
		return demoVisit{}, err
	}
	v, letter, err := door.Book(door.Booking{
		Agency: card.Agency, Unit: "Sample City Water", Purpose: "meter", From: now, Until: now.Add(4 * time.Hour),
		People: 1, Vehicle: car.Fleet, Card: card.ID, Language: "es", House: house,
	}, now, rand.Reader)
	if err != nil {
		return demoVisit{}, err
	}
	if err := sampleTell(ctx, s, v.Agency); err != nil {
		return demoVisit{}, err
	}
	return demoVisit{"/door/" + v.Agency, letter.Screen.String(), letter.Telephone.String(), house, car.Fleet + " " + car.Tail}, s.SaveVisit(ctx, v)
}

// sampleTell lets the sample police describe its staff as the sample that ships.
func sampleTell(ctx context.Context, s *store.Store, agency string) error {
	list, err := door.LoadTell(data.FS)
	if err != nil {
		return err
	}
	for _, a := range sampleAgencies {
		if a.ori == agency && len(list) > 0 {
			t := list[0]
			t.ID, t.ORI, t.Name, t.Place, t.Actor, t.CheckedOn = "", agency, a.home.Name, a.home.Place, a.home.Actor, time.Now().Format(time.DateOnly)
			return s.KeepTellPage(ctx, t)
		}
	}
	return nil
}

// sampleEntries puts one open detainer on each jail's desk. They are written
// once: a second demo on the same folder finds them there.
func sampleEntries(ctx context.Context, d *desk.Desk) error {
	now := time.Now()
	for _, a := range sampleAgencies {
		if a.home.Actor != "county-jail" {
			continue
		}
		id := "sample-" + strings.ToLower(a.ori)
		if _, err := d.Record.Entry(ctx, id); err == nil {
			continue
		}
		_, err := d.Handle(ctx, desk.Request{
			ID: id, Agency: a.ori, Kind: "detainer", In: a.home.Place, Actor: a.home.Actor, Role: web.RoleClerk,
			Form: desk.Form{
				"booking": "SAMPLE-0001", "name": "SAMPLE PERSON", "form": "i-247a", "edition": "2017-02", "by": "ice",
				"office": "Sample field office", "received_at": now.Add(-3 * time.Hour).Format(time.RFC3339), "addressed": "yes",
				"box": "box-1", "cause": "biometric", "signed": "yes", "dated": "yes", "served": "no",
				"attached": "i-200", "attached_signed": "yes", "court": "none", "custody": "jailed",
				"other_reason": "no", "release_at": now.Add(-time.Hour).Format(time.RFC3339), "contradicts": "no", "shown": "none",
			},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", a.ori, err)
		}
	}
	return nil
}

func tellDemo(e env, at net.Addr, dir string, links []demoLink, visit demoVisit, asJSON bool) error {
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return err
	}
	base := "http://localhost:" + port
	for i := range links {
		links[i].URL = base + links[i].URL
	}
	visit.URL = base + visit.URL
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			ready
			Dir   string     `json:"dir"`
			Links []demoLink `json:"links"`
			Visit demoVisit  `json:"visit"`
		}{ready{at.String(), os.Getpid(), base + "/log"}, dir, links, visit})
	}
	fmt.Fprintf(e.out, "Comity, with sample data only. Not legal advice.\n\n  public site     %s/\n  en español      %s/es/\n\n  Staff: each link signs in once.\n", base, base)
	for _, l := range links {
		fmt.Fprintf(e.out, "  %-11s %s\n              %s\n", l.Role, l.Name, l.URL)
	}
	fmt.Fprintf(e.out, "\n  A visit is booked, as its letter says:\n  %s\n  code %s, house number %s; by telephone %s\n  vehicle %s\n", visit.URL, visit.Code, visit.House, visit.Digits, visit.Vehicle)
	fmt.Fprintf(e.out, "\n  record          %s\n\nCtrl-C stops it.\n", dir)
	return nil
}

// sampleLines joins the two sample agencies of Illinois: each asks the other
// over HTTP, as two servers would.
func sampleLines(at net.Addr) []deconflict.Line {
	var key deconflict.Key
	rand.Read(key[:])
	one, two := sampleAgencies[0], sampleAgencies[1]
	line := func(own, other sampleAgency) deconflict.Line {
		return deconflict.Line{
			Agency: own.ori, Desk: deconflict.Contact{Desk: "Sample watch desk", Phone: "555-0102 (sample)"},
			Peers: []deconflict.Peer{{Agency: other.ori, Name: other.home.Name, Phone: "555-0102 (sample)", URL: "http://" + at.String(), Key: key}},
		}
	}
	return []deconflict.Line{line(one, two), line(two, one)}
}
