package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"comity/access"
	"comity/web/webhook"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Only what pages read is furnished; asking for more is a fault of the test.
type (
	anyPeople   interface{ People }
	anyPasskeys interface{ Passkeys }
)

// A roster stands for who has access, with something in every table.
type roster struct{ anyPeople }

func (roster) People(context.Context, string) ([]Person, error) {
	return []Person{
		{Account: Account{ID: "a-1", Name: "Sample clerk 1", Role: RoleClerk, Roles: "clerk supervisor"}},
		{Account: Account{ID: "a-2", Name: "Sample deputy, task force", Role: RoleSergeant}, Basis: "us/tx/gov-752#752.053", Until: staffNow.AddDate(0, 3, 0)},
		{Account: Account{ID: "a-3", Name: "Sample clerk 2", Role: RoleClerk}, EndedAt: staffNow.AddDate(0, -1, 0), Why: "left"},
	}, nil
}

func (roster) Reviews(context.Context, string) ([]AccessReview, error) {
	return []AccessReview{{Law: "sha256:1f2e3d", Opened: staffNow.AddDate(0, 0, -40), Due: staffNow.AddDate(0, 0, -10)},
		{Law: "backup", Restored: staffNow.AddDate(0, 0, -7), Opened: staffNow, Due: staffNow.AddDate(0, 0, 1)},
		{Law: "sha256:0a1b2c", Opened: staffNow.AddDate(0, -4, 0), Due: staffNow.AddDate(0, -3, 0), Closed: staffNow.AddDate(0, -3, -4), By: "a-1"}}, nil
}

func (roster) AccessEvents(context.Context, string, int) ([]AccessEvent, error) {
	return []AccessEvent{{"a-1", "two-devices", "", "a-1", staffNow}, {"a-2", "break-glass", "lost", "a-1", staffNow.Add(-time.Hour)}}, nil
}

func (roster) Looks(context.Context, string, int) ([]Look, error) {
	return []Look{{"jail-1", "a-1", RoleClerk, "page", staffNow}, {"jail-1", "a-2", RoleSergeant, "notice", staffNow.Add(-time.Hour)}}, nil
}

func (roster) Lookups(context.Context, string, int) ([]Lookup, error) {
	return []Lookup{{"a-1", RoleClerk, "release", "jail-1", staffNow}, {"a-2", RoleSergeant, access.Vague, "", staffNow.Add(-time.Hour)}}, nil
}

func (roster) DrawChecks(context.Context, string, string, int) ([]LookCheck, error) {
	return []LookCheck{{"jail-1", "a-1", RoleClerk, "release", staffNow, ""}, {"jail-1", "a-2", RoleSergeant, "", staffNow, "not-explained"}}, nil
}

// A keyring stands for the devices of whoever asks.
type keyring struct{ anyPasskeys }

func (keyring) Passkeys(context.Context, string) ([]Passkey, error) {
	return []Passkey{{ID: []byte{1, 2, 3}, Label: "Records desk 2", Made: staffNow.AddDate(0, -2, 0), Used: staffNow}}, nil
}

// A visit is a page as one role sees it; press is a button to push on it first.
type visit struct {
	role        access.Role
	path, press string
}

// noPages are addresses that staff fetch and that are files, and the pictures of
// a paper, which TestPapersInChromium looks at.
var noPages = []string{"/desk/figures.csv", "/desk/visits/weeks.csv", "/desk/papers/{id}/{n}", "/desk/entries/{id}/receipt.json", "/desk/entries/{id}/receipt.png", "/desk/export/{kind}", "/desk/registers/{kind}/list.csv", "/desk/entries/{id}/disclosure/{kind}",
	"/desk/scene/manifest.json", "/desk/scene/worker.js", "/desk/shift/badge.png"}

// Every page that staff may GET is one that Chromium looks at, and opens for the
// role that it is looked at with. A page added later fails here until it is.
func TestEveryDeskPageIsLookedAt(t *testing.T) {
	o, visits := furnishedDesk(t)
	looked := http.NewServeMux()
	seen := map[string]bool{}
	for _, r := range (&site{}).routes() {
		if path, get := strings.CutPrefix(r.pattern, "GET "); get && r.staff != nil && !slices.Contains(noPages, path) {
			looked.HandleFunc(r.pattern, func(http.ResponseWriter, *http.Request) {})
			seen[r.pattern] = false
		}
	}
	look := func(path string) {
		_, pattern := looked.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		seen[pattern] = true
	}
	for _, path := range deskPages {
		look(path)
	}
	for _, v := range visits {
		look(v.path)
		for _, prefix := range []string{"", "/es"} {
			c := &clerkAt{office: o, t: t, cookie: "as-" + string(v.role)}
			if w := c.get(prefix + v.path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<no value>") {
				t.Errorf("%s sees %s%s: %d", v.role, prefix, v.path, w.Code)
			}
		}
	}
	for pattern, was := range seen {
		if !was {
			t.Errorf("no test looks at %s in Chromium", pattern)
		}
	}
}

// Every page of the desk that is not in TestDeskInChromium, with the role that
// may see it and something on it: in Spanish, whose words are longer, on a phone,
// and in English on a desk.
func TestEveryDeskPageInChromium(t *testing.T) {
	if !*inBrowser {
		return
	}
	axe, ctx := readAxe(t), newBrowser(t)
	o, visits := furnishedDesk(t)
	server := listen(t, o)
	folder := shotFolder(t)
	for _, look := range []struct {
		prefix string
		width  int64
	}{{"/es", 390}, {"", 1280}} {
		for n, v := range visits {
			if !due(n, look.width == 390) {
				continue
			}
			become(t, ctx, server.URL, v.role)
			name := look.prefix + v.path
			if v.press == "" {
				checkInBrowser(t, ctx, axe, server.URL+name, look.width, shotName(folder, string(v.role)+"-"+name, look.width))
			} else {
				pressed(t, ctx, server.URL+name, v.press, look.width)
				inspectPage(t, ctx, axe, name+" pressed", shotName(folder, string(v.role)+"-"+name+"-pressed", look.width))
			}
			var bars int
			if err := chromedp.Run(ctx, chromedp.Evaluate(`document.querySelectorAll("nav.desk-bar").length`, &bars)); err != nil || bars == 0 && v.role != "nobody" {
				t.Errorf("%s does not see %s: %v", v.role, name, err)
			}
		}
	}
}

// become makes the browser a session of a role.
func become(t *testing.T, ctx context.Context, base string, role access.Role) {
	t.Helper()
	if err := chromedp.Run(ctx, network.SetCookie(sessionCookie, "as-"+string(role)).WithURL(base)); err != nil {
		t.Fatal(err)
	}
}

// pressed opens a page, fills in what must be there, and pushes a button.
func pressed(t *testing.T, ctx context.Context, address, button string, width int64) {
	t.Helper()
	const fill = `document.querySelectorAll("main form textarea, main form input[type=text]").forEach(e => { if (!e.value) e.value = "I. PARTIES\nSample words.\nII. REPORTING\nWithin 24 hours " + e.name + ".\n" }); 0`
	err := chromedp.Run(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address), chromedp.Evaluate(fill, nil),
		chromedp.Evaluate(`document.documentElement.dataset.before = "yes"; 0`, nil),
		chromedp.Click(button, chromedp.ByQuery), chromedp.WaitReady(`html:not([data-before]) main`, chromedp.ByQuery))
	if err != nil {
		t.Fatalf("press %s on %s: %v", button, address, err)
	}
}

// furnishedDesk is an office with something on every page, and the pages.
func furnishedDesk(t *testing.T) (*office, []visit) {
	t.Helper()
	k, d := &recordKeeper{free: true}, &drawer{}
	o := newOfficeWith(t, func(c *Config) {
		c.Desk.Keeper, c.Viewings, c.Looked, c.Notes, c.People, c.Passkeys = k, &views{}, d, d, roster{}, keyring{}
		c.Stands = func(string) bool { return true }
		c.Webhooks = &toldSystems{list: []webhook.Message{{ID: "msg_1_jms", Name: "jms", Entry: "jail-1", State: webhook.Dead, Why: "refused", Tries: 10, At: staffNow, Due: staffNow}}}
		c.Training = taught()
		c.Tells = shelfOfTells{"TX2270000": deskTold()}
		withPlans(t, c)
		c.Door = newHall(t, "as-"+string(access.FieldWorker))
	})
	k.receipts = func(id string) ([]byte, error) { return o.shelf.Receipt(t.Context(), id) }
	as := func(role access.Role, agency string) *clerkAt {
		name := "as-" + string(role)
		o.badges.sessions[name] = Account{ID: name, Agency: agency, Role: string(role), Name: "Sample " + string(role), By: access.ByPasskey, Roles: string(role) + " trainer"}
		return &clerkAt{office: o, t: t, cookie: name}
	}
	for _, role := range []access.Role{access.Board, access.Administrator, access.Commander, access.FieldWorker, access.Trainer} {
		as(role, "TX2270000")
	}
	clerk, counsel, auditor, supervisor := as(access.Clerk, "TX2270000"), as(access.Counsel, "TX2270000"), as(access.Auditor, "TX2270000"), as(access.Supervisor, "TX2270000")
	sergeant, dispatcher, watch := as(access.Sergeant, planOwner), as(access.Dispatcher, planOwner), as(access.WatchCommander, planOwner)
	done := func(c *clerkAt, path string, form url.Values) {
		t.Helper()
		if w := c.post(path, form); w.Code != http.StatusSeeOther && w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, regexp.MustCompile(`(?s)role="alert".*?</div>`).FindString(w.Body.String()))
		}
	}
	if w := o.call("POST", "/api/v1/requests", "tx", jailRequest); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	clerk.writeKinds(t, everyKind...)
	clerk.writeKinds(t, "/desk/complaint-outcome")
	done(clerk, "/desk/complaint", url.Values{"id": {"wrong-jail"}, "ref": {"jail-1"}, "about": {"held-too-long"}, "against": {"this-agency"}, "from": {"family"}, "why": {"sample words"}})
	done(clerk, "/desk/contest", url.Values{"id": {"contest-1"}, "ref": {"jail-1"}, "who": {"person-counsel"}, "of": {"this-entry"}, "why": {"The hour is wrong"}})
	done(supervisor, "/desk/rebuttal", url.Values{"id": {"answer-1"}, "ref": {"contest-1"}, "outcome": {"stands"}, "why": {"The log of the gate says so"}})
	done(counsel, "/desk/agreements/new", url.Values{"id": {"agr-1"}, "model": {"tfm"}, "parties": {"ICE; Sample County"}, "signed": {"2025-02-20"}})
	done(counsel, "/desk/agreements/letter", url.Values{"id": {"let-1"}, "ref": {"agr-1"}, "officer": {"S-104"}, "functions": {"serve-warrants"},
		"authorized": {"2025-03-03"}, "last_day": {"2026-11-21"}, "letter": {"yes"}})
	done(counsel, "/desk/entries/jail-1/notes", url.Values{"id": {"n-1"}, "text": {"Sample advice:\nask the clerk for the paper."}, "until": {"2027-03-01"}})
	done(auditor, "/desk/entries/jail-1/look", url.Values{"id": {"ask-1"}, "fields": {"name"}, "reason": {"Complaint 12"}})
	done(auditor, "/desk/entries/jail-1/look", url.Values{"id": {"ask-2"}, "fields": {"booking"}, "reason": {"Complaint 13"}})
	done(supervisor, "/desk/looks/ask-2/answer", url.Values{"id": {"a-2"}, "answer": {"granted"}, "reason": {"within the review"}})
	done(sergeant, "/desk/scene", url.Values{"id": {"scene-1"}, "asked": {"perimeter"}, "by": {"ice"}, "called_back": {"yes"}, "purpose": {"civil-immigration"}, "danger": {"no"},
		"paper": {"i-205"}, "setting": {"street"}, "step": {"2"}})
	done(dispatcher, "/desk/call", callForm("id", "911-1"))
	done(dispatcher, "/desk/door", url.Values{"do": {"ask"}, "number": {"CAD-2026-0412"}}) // answered on the page of the watch commander
	waiting := sergeant.post("/desk/door", url.Values{"do": {"ask"}, "number": {"CAD-2026-0413"}}).Header().Get("Location")
	plan := watch.post("/desk/joint/plan", wholePlan()).Header().Get("Location")
	done(watch, plan+"/ask", nil)
	done(watch, plan+"/check", nil)
	asked := regexp.MustCompile(`/desk/joint/call\?of=([\w-]+)`).FindStringSubmatch(watch.get(plan).Body.String())
	if asked == nil {
		t.Fatal("the plan has no overlap to call about")
	}
	done(watch, "/desk/joint/call", url.Values{"id": {"spoken-1"}, "ref": {asked[1]}, "with": {"hsi"}, "called_back": {"yes"}, "number": {"555-0142"}, "system": {"rissafe"}, "reference": {"R-26-118"}, "outcome": {"no-conflict"}})
	fillRegisters(t, clerk)
	done(clerk, "/desk/entries/jail-1/counsel", url.Values{"id": {"q-1"}, "text": {"May we keep this one?"}})
	d.notes = append(d.notes, Note{ID: "n-2", Entry: "jail-1", Author: "Sample counsel", Text: "Old advice", Written: staffNow.AddDate(-1, 0, 0), Expires: staffNow.Add(-time.Hour)})
	d.seen = []Viewing{{"jail-1", "as-clerk", RoleClerk, "notice", staffNow}, {"jail-1", "as-supervisor", RoleSupervisor, "page", staffNow}}

	var out []visit
	add := func(role access.Role, paths ...string) {
		for _, p := range paths {
			out = append(out, visit{role: role, path: p})
		}
	}
	add(access.Clerk, everyKind...)
	add(access.Clerk, "/desk", "/desk/complaint-outcome?of=wrong-1", "/desk/contest?of=jail-1", "/desk/deputy", "/desk/me", "/desk/figures", "/desk/figures?register=access-ended",
		"/desk/entries/word-1", "/desk/entries/taken-1", "/desk/entries/db-1", "/desk/entries/jail-1", "/desk/entries/jail-1/counsel", "/desk/entries/wrong-jail", "/desk/entries/wrong-jail/compelled")
	add(access.Clerk, registerPaths()...)
	add(access.Clerk, "/desk/holdings", "/desk/entries/req-1/disclosure", "/desk/entries/req-1/letter", "/desk/assurance", "/desk/costs", "/desk/military")
	add(access.Supervisor, "/desk/rebuttal?of=contest-1", "/desk/looks/ask-1")
	add(access.Counsel, "/desk", "/desk/orders", "/desk/entries/jail-1/hold", "/desk/entries/jail-1/erase", "/desk/notes", "/desk/entries/jail-1/notes", "/desk/agreements",
		"/desk/agreements/new", "/desk/agreements/event", "/desk/agreements/none", "/desk/agreements/letter", "/desk/agreements/end", "/desk/agreements/compare")
	add(access.Auditor, "/desk/orders", "/desk/entries/jail-1/look", "/desk/looks/ask-2", "/desk/viewings", "/desk/access")
	add(access.Administrator, "/desk/accounts", "/desk/webhooks")
	add(access.Trainer, "/desk/training", "/desk/training/roll-call?topic=scene&seed=sample")
	add(access.Clerk, "/desk/training/quiz?topic=custody&seed=sample")
	add(access.Sergeant, "/desk/scene", "/desk/scene/cards/scene-1")
	add(access.Dispatcher, "/desk/call?incident=CAD-2", "/desk/calls", waiting)
	add(access.WatchCommander, "/desk/door")
	add(access.WatchCommander, "/desk", "/desk/joint", plan, plan+"/edit", plan+"/steps/cancelled", plan+"/statement", plan+"/after", "/desk/joint/plan", "/desk/joint/call", "/desk/joint/minutes", "/desk/joint/action")
	add(access.FieldWorker, "/desk/shift", "/desk/shift/badge", "/desk/shift/protocol")
	add(access.Administrator, "/desk/tell")
	add(access.Clerk, "/desk/visits", "/desk/visits/check", "/desk/visits/cards", "/desk/visits/weeks")
	add("nobody", "/desk/enter")
	return o, append(out,
		visit{access.Counsel, "/desk/entries/jail-1/erase", "main form button.first"},
		visit{access.Counsel, "/desk/agreements/compare", "main form button.first"},
		visit{access.Administrator, "/desk/tell", "button[value=preview]"},
		visit{access.Auditor, "/desk/access", "main form.inline button"},
		visit{access.Clerk, "/desk/unattributed", "main form.desk-form button"})
}
