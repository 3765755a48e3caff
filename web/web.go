// Package web shows Comity to people: pages, plain files and the addresses that
// programs read. It listens to nobody until its handler is served, keeps no
// cookie on a public page and writes no log of what was asked.
//
// # Adding a page
//
//  1. web/<page>.go: a view (a struct with what the page shows and a method
//     template() string) and a handler func (s *site) <page>(w, r) error that
//     ends in s.show(w, r, view).
//  2. web/<page>.html: {{define "title"}} and {{define "main"}}; the dot is the view.
//  3. one line in routes.go; a page for staff names its action (package access)
//     and its handler takes the Account that signed in.
//  4. its words in text/en.yaml and text/es.yaml under a key named for the page.
//     No letter of prose stands in a template; a test looks.
//  5. its address in pages_test.go, and so in the browser tests.
//
// A handler returns an error instead of writing one: *comity.Problem is shown
// with status 400, a failure with its own status, anything else as our fault
// (500, logged without the address or the form). Every address has a Spanish
// twin under /es; handlers see the path without it and ask langOf(r).
//
// # Template functions
//
//	t "key" ["Name" value …]   the text of the catalogue; "N" also picks the plural
//	link "/path"               the path in the page's language
//	day "2025-06-01"           1 June 2025
//	month "2025-06"            June 2025
//	moment "RFC 3339" "zone"   1 June 2025, 14:05 CDT; empty zone: the instant's own
//	instant time.Time          the same in UTC
//	num 18330, num64           18,330
//	list []string              a, b and c
//	capital "text"             a capital first letter
//	act who many fact help     words of the law by their names (words.go)
//	value "fact" "value"       an answer to a fact's question
//	place "us-il"              its name; title a *law.Pack in the page's language
//	rulelink "id", rule, ref   where a rule is read, whether it is here, its citation
//	silence *law.Silence       why there is no rule, as a Side
//	agencytype kindname match  words of outside lists, as they came where unknown
//	asset "style.css"          address of a static file
//	sandbox                    whether the record is made up
//	dict "Name" value …        arguments of a shared template
//	lang                       "en" or "es"
//
// Shared templates: "card" and "brief" (a Card), "mark" and "inline-mark" (a
// verdict as text), "pairs" ([]Line), "reason" (a Reason), "dates" (a
// *law.Rule), "within" (a comity.Place), "source" (where a text was read),
// "cover-cell" (a coverCell).
//
// # Classes
//
// style.css names what things are, not how they look: .lead .muted .small
// .columns .tag .mark .card .facts (dl in two columns) .pairs (dl stacked) .note
// (a line at the start side) .plain-list .field .hint .inline (input and button)
// .choices and .choice (radio or checkbox rows) .actions button.first
// button.plain .button (a link) .scroll (round wide tables, with tabindex=0,
// role=region and a label) .counts (a table of small numbers) .cover (dl in ruled
// rows) .in-columns (a long list of short lines) .jumps (links down the page)
// .at-hand (actions that stay in sight) .fold (details) .print-only .no-print .js (needs script) .late (overdue).
package web

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"comity/access"
	"comity/atlas"
	"comity/data"
	"comity/desk"
	"comity/desk/deconflict"
	"comity/door"
	"comity/law"
	"comity/oversight"
	"comity/record"
)

// Config is what the pages show and whom they ask. Law and Now are required.
// Another part may be absent: its pages then say that this copy has none.
type Config struct {
	Law          Law
	Agencies     *atlas.Agencies
	Agreements   *atlas.Agreements
	Answers      *atlas.Answers
	Corrections  []atlas.Correction // of the law, newest first
	Drafts       []*law.Draft       // bills, which are not law
	Contact      string             // where wrong law is reported; empty: this copy names nobody
	Tell         []door.Tell        // how to tell an agency's staff, of agencies that ship
	Tells        Tells              // the same, as agencies write it at their desks; nil: none does
	Fingerprints door.Fingerprints  // what prints taken at booking do, on each such page
	Record       Record
	Figures      Figures                          // published numbers beside totals; nil: none
	Files        LogFiles                         // the public log itself
	Cosigners    func() []record.SeenCosigner     // of this record's own log; nil: it has none
	Logs         Logs                             // of many agencies; nil: this copy watches none
	Replay       func() *oversight.DetainerReplay // its answer is nil while the list is being decided
	Desk         *desk.Desk                       // with Accounts: staff pages and the API that records
	Accounts     Accounts
	Access       *access.Policies        // nil: those that ship
	Passkeys     Passkeys                // nil: sign-in by link alone
	Provider     *Provider               // the agency's own, with Vouched and Passkeys; nil: nobody signs in through one
	Vouched      Vouched                 // accounts of those whom it vouches for
	People       People                  // nil: no page of people, and searches need no purpose
	Site         string                  // address from outside, https://record.county.example; empty: passkeys on localhost only
	Stands       func(basis string) bool // whether a rule or instrument is in force today
	Papers       Papers                  // reads papers; nil: forms are typed in
	Packets      Packets                 // files for a court; nil: this copy makes none
	Viewings     Viewings                // who looked at what is sealed; nil: it is not kept
	Looked       Looked                  // the list of them; nil: it is not kept
	Notes        Notes                   // counsel's own; nil: this copy keeps none
	Counts       Counts                  // of checks at the door
	Door         Door                    // booked visits; nil: this copy books none
	Homes        Homes                   // where an agency is and what its pages say of it
	Deconflict   *deconflict.Office      // planned operations and the other agencies; nil: this copy plans none
	Webhooks     Webhooks                // what other systems are told; nil: none is
	Sandbox      bool                    // the record is made up; every page and answer says so
	Training     Training                // what was taught; nil: none is kept
	Now          func() time.Time
	Log          *slog.Logger // nil: slog.Default; never receives addresses, forms or facts
	Dist         fs.FS        // nil: the embedded parts
}

//go:generate go run ./build module
//go:generate go run ./build parts

// New checks the configuration, reads templates and catalogues and returns the
// handler of every address in routes.go.
func New(c Config) (http.Handler, error) {
	if c.Law == nil || c.Now == nil {
		return nil, fmt.Errorf("web: Law and Now are required")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &site{Config: c, made: made{files: map[string]part{}}, questions: door.NewQuestions()}
	var err error
	if s.parts, err = loadParts(c.Dist); err != nil {
		return nil, fmt.Errorf("web: read static files: %w", err)
	}
	if !s.parts.fonts {
		c.Log.Info("web parts are not built; pages are plain", "hint", "npm ci in web/build, then go generate ./web")
	}
	if s.langs, err = loadLangs(c.Law); err != nil {
		return nil, fmt.Errorf("web: read catalogues: %w", err)
	}
	if s.alone, err = loadDoorLangs(); err != nil {
		return nil, fmt.Errorf("web: read catalogues: %w", err)
	}
	if s.pages, err = s.loadPages(); err != nil {
		return nil, fmt.Errorf("web: read templates: %w", err)
	}
	if s.policies = c.Access; s.policies == nil {
		if s.policies, err = access.Load(data.FS); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	s.find = newPlaces(c.Law.Places())
	if c.Door != nil {
		s.checking = newChecking(c.Door)
	}
	return s.guard(s.mux()), nil
}

// site is what handlers share. Nothing in it changes after New, but what is kept
// of the drafts and the files for devices.
type site struct {
	Config
	parts *parts
	langs map[string]*lang
	alone map[string]*lang   // languages of the door alone
	pages map[string]pageSet // by language
	find  *places

	policies *access.Policies
	checking // of codes at the door

	questions *door.Questions // to dispatch, on its screen

	effects effects // of the drafts
	made    made    // for devices
	drafted paperDrafts
}

var _ Law = (*law.Book)(nil)
