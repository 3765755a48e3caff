package main

import "time"

// The people of harms.md and their tasks, in its order and with its targets.
func personaTasks() []personaTask {
	const desk, phone, jail, city = "desk PC", "phone", "IL9999901", "IL9999902"
	clerk := personaTask{who: "records clerk (jail)", device: desk, width: 1280, height: 900, role: "clerk", agency: jail}
	sergeant := personaTask{who: "patrol sergeant", device: phone, width: 390, height: 844, role: "sergeant", agency: city}
	dispatcher := personaTask{who: "dispatcher", device: "CAD screen, keyboard", width: 1280, height: 720, keys: true, role: "dispatcher", agency: city}
	watch := personaTask{who: "watch commander", device: phone, width: 390, height: 844, role: "watch-commander", agency: city}
	counsel := personaTask{who: "city attorney", device: "laptop", width: 1280, height: 800, role: "counsel", agency: jail}
	chief := personaTask{who: "police chief, sheriff", device: "tablet", width: 820, height: 1180, role: "commander", agency: city}
	auditor := personaTask{who: "auditor, review board", device: "laptop", width: 1280, height: 800, role: "auditor", agency: jail}
	journalist := personaTask{who: "journalist, researcher", device: "laptop", width: 1280, height: 800}
	resident := personaTask{who: "resident", device: "small phone", width: 320, height: 568}
	organiser := personaTask{who: "community organisation", device: "laptop", width: 1280, height: 800}
	inspector := personaTask{who: "city inspector", device: phone, width: 390, height: 844, role: "field-worker", agency: city}
	it := personaTask{who: "IT administrator", device: "laptop", width: 1280, height: 800, role: "administrator", agency: jail}
	developer := personaTask{who: "developer (JMS, CAD)", device: "API"}

	return []personaTask{
		clerk.from("enter a faxed I-247A and get the decision", 4*time.Minute, "the walk to the scanner", true,
			"at /desk/detainers/new", "type booking=S-1001", "type name=Sample Person", "pick form=i-247a", "pick by=ice", "type received_at=2026-11-20T11:20", "pick addressed=yes",
			"pick box=box-1", "pick cause=biometric", "pick signed=yes", "pick dated=yes", "pick served=no", "pick attached=i-200", "pick attached_signed=yes", "pick court=none",
			"pick custody=jailed", "pick other_reason=no", "type release_at=2026-11-20T17:00", "pick contradicts=no", "pick shown=none", "press main form.desk-form button.first",
			"await article.card", "read 2"),
		clerk.from("release on time with a detainer pending", time.Minute, "unlocking the door", false,
			"at /desk", "read 2", "link /desk/entries/persona-free", "read 2", "pick done=released", "pick ground=no-basis-to-hold", "press form[action$='/acts'] button.first", "await main"),
		clerk.gone("file the yearly state report", time.Hour, "no state's form is made here; `comity report statistics` makes the year's table, which a test makes again byte for byte"),

		sergeant.from("ICE asks for a perimeter at a scene (L19)", 30*time.Second, "one hand and noise; without a signal it is another test's", false,
			"at /desk/scene", "await #scene[data-ready=yes]", "pick asked=perimeter", "pick danger=no", "pick called_back=yes", "pick by=ice", "pick purpose=civil-immigration", "pick paper=i-205", "push #scene-ask button.first", "await #scene-answers article.card", "read 1"),
		sergeant.from("crowd thinks we are ICE: words now, the event logged after (K21)", 2*time.Minute, "harms.md asks 30 s for the words, K21 2 min for both; showing the credential", false,
			"at /desk/scene", "await #scene[data-ready=yes]", "pick asked=perimeter", "pick danger=no", "pick called_back=not-yet", "pick by=ice", "pick purpose=civil-immigration", "pick paper=none", "push #scene-ask button.first", "await #scene-answers article.card", "read 3",
			"pick done=declined", "push #scene-done button.first", "await #scene[data-waiting='0']"),
		sergeant.from("log an informal request, nothing on paper (R3)", 30*time.Second, "row R3, not a task of harms.md", false,
			"at /desk/informal", "pick asked=release-date", "pick how=telephone", "pick by=ice", "pick purpose=civil-immigration", "pick paper=none", "press main form.desk-form button.first", "await article.card"),
		sergeant.from("no help before the caller is called back (K23)", 40*time.Second, "the call itself; 40 s is our guess of what a caller waits", false,
			"at /desk/assist", "pick asked=perimeter", "pick by=ice", "pick called_back=no", "pick purpose=civil-immigration", "pick danger=no", "pick paper=none", "press main form.desk-form button.first", "await article.card", "see supervisor"),
		sergeant.gone("local officer asked to help in a ruse", 30*time.Second, "the scene card has no tick for a ruse; the act is in the law (`use-ruse`) and can be asked at /ask"),

		dispatcher.from("caller reports unidentified people taking someone", time.Minute, "the talk itself", false,
			"at /desk/call?incident=26-118", "pick sent=abduction-in-progress", "pick danger=cannot-tell", "pick now=driven-off", "pick marking=none", "pick asked_who=not-asked", "pick vehicle_marking=unmarked",
			"press main form.desk-form button.first", "await main"),
		dispatcher.from("caller asks 'is it ICE?'", 20*time.Second, "", false, "at /desk/call?incident=26-119", "read 2", "see ICE"),
		dispatcher.from("wave of the same call", 10*time.Second, "", false, "at /desk/calls", "read 2"),

		watch.from("federal unit calls: operation tonight", 5*time.Minute, "part: the plan with its required fields, which is longer, and the panel", false,
			"at /desk/joint/call", "pick with=ero", "pick called_back=yes", "type number=5550100", "pick system=rissafe", "type reference=R-77", "pick outcome=no-conflict", "press main form.desk-form button.first", "await main"),
		watch.from("unattributed detention on our streets", 5*time.Minute, "the call to the field office", false,
			"at /desk/unattributed", "pick told_by=emergency-call", "pick setting=street", "pick faces=all-covered", "pick marking=none", "pick badge=not-shown", "pick asked_who=not-asked", "pick vehicle_marking=unmarked",
			"press main form.desk-form button.first", "await main", "read 2"),
		watch.at(jail).from("approve or refuse an override", time.Minute, "the passkey: the demo signs in by a link", false,
			"at /desk/entries/persona-override", "read 2", "pick done=overridden", "type reason=Sample: order of a court", "type rank=captain", "press form[action$='/acts'] button.first", "await main"),

		counsel.from("what was the law and what did we do on a date?", 10*time.Minute, "reading the packet; its check offline is another test's", false,
			"at /desk", "type search=persona-override", "choose purpose=legal", "press form.looking button", "link /desk/entries/persona-override", "read 6", "link /desk/entries/persona-override/receipt", "await form[action$='/packet'] button", "read 1"),
		counsel.from("answer a subpoena or funding letter", 2*time.Hour, "part: the letter; only the register and its deadlines are opened", false, "at /desk/registers", "read 4"),
		counsel.gone("review a rule-pack change", 30*time.Minute, "on the command line: `comity law diff`, `comity law test`; no page signs or rejects a change"),

		chief.from("prove to council what we did", 10*time.Minute, "part: the demo has no year to show; whether each number opens its rows", false, "at /desk/figures", "read 5", "await a[href*='figures.csv']"),
		chief.gone("kill a rumour", 15*time.Minute, "the way from the watch commander's yes or no to a signed statement was not tried here"),
		chief.from("sign, renew or leave an agreement", time.Hour, "part: reading two whole texts, the vote; two short samples are compared", false,
			"at /desk/agreements/compare", "paste first="+sampleClauses, "paste second="+sampleClauses+" The agency may end this agreement at any time.", "press main form.desk-form button.first", "await main", "read 4"),

		auditor.gone("find decisions that broke policy", 4*time.Hour, "on the command line: `comity replay`; the page /replay shows the historic list only"),
		auditor.from("open one sealed record lawfully, two keys", 10*time.Minute, "fetching the second person", false,
			"at /desk/entries/persona-sealed/look", "pick fields=booking", "type reason=Sample check of 21 November", "press main form.desk-form button.first", "await main",
			"as supervisor", "at /desk/orders", "link /desk/looks/", "read 2", "type reason=Sample: within the board's order", "press button[value=granted]", "await main",
			"as auditor", "at /desk/orders", "link /desk/looks/", "press button[value=page]", "see SAMPLE-0009"),
		auditor.gone("check nothing was removed", 5*time.Minute, "`comity verify` and the page /verify with the network cut are other tests' (TestVerify…, TestScenarioOneDetainer…)"),

		journalist.from("trend and denominator for one county", 15*time.Minute, "part: the county itself; /replay, the detainers of 2014–15, is decided when it is first asked for and is another test's", false, "at /", "link /record", "read 4", "await a[href$='entries.csv']", "at /agencies", "read 2"),
		journalist.gone("prove a document is original", 5*time.Minute, "the page /verify is tried by other tests"),
		journalist.from("get told of a change", 30*time.Second, "harms.md gives no time: to find the feed is what is timed", false, "at /corrections", "await a[href$='corrections.atom']", "read 1"),

		resident.from("someone is at the door (in Spanish)", 10*time.Second, "part: the place that the next page may ask for; fright; whoever has no phone", false, "at /es/", "press button[value=door]", "await main", "read 1"),
		resident.from("check a booked visit with code and house number (D1)", 10*time.Second, "part: row D1, not a task of harms.md; what one line asks for is read at once (as two questions: 2.5 s more), and the keyboard's own key sends it (by the button: 0.8 s more); fright; whoever has no phone rings", false,
			"at /es/door/IL9999902", "type line=$code 412", "enter line", "await .answer.yes", "read 1"),
		resident.gone("I filmed something", 2*time.Minute, "there is no page for residents' reports yet"),
		resident.from("my brother was taken, by whom?", 5*time.Minute, "part: where to look and whom to ask, not by whom: the public record names nobody", false, "at /tell", "read 2", "link /answers/somebody-was-taken", "read 5"),

		organiser.from("answer 'can they do that here?'", 2*time.Minute, "the printer", false, "at /answers", "read 2", "link /answers/perimeter-help", "read 4"),
		organiser.gone("train volunteers to observe safely", 3*time.Hour, "no public set of scenes for a city yet"),
		organiser.gone("collect accounts without becoming a target", 0, "there is no page for residents' reports yet"),

		inspector.from("get let in", time.Minute, "what is said through the door, and the resident's own check", false, "at /desk/shift", "read 3", "see If you are asked, say"),
		inspector.from("log a refusal", 20*time.Second, "", false, "at /desk/shift", "read 1", "press button[value=refused]", "await main"),
		inspector.from("lost card", time.Minute, "", false, "at /desk/shift", "read 2", "press button[value=lost]", "await main", "see no card"),

		it.gone("install, upgrade, restore", 4*time.Hour, "on the command line: `comity init`, `backup`, `restore -drill`, run by other tests"),
		it.from("remove a leaver", 2*time.Minute, "", false, "at /desk/accounts", "read 3", "press form[action*='/desk/accounts/'] button", "await main"),
		it.gone("pass the security questionnaire", 8*time.Hour, "docs/threats.md and docs/access.md; no page"),

		developer.gone("post a booking event, get a decision", 24*time.Hour, "the vectors and two clients run in TestVectorsAndClients"),
		developer.gone("run without network to us", 24*time.Hour, "`comity decide -batch` gives the bytes of the server, tested"),
		developer.gone("map old codes", 7*24*time.Hour, "`comity import bookings`, tested in import.txt and by TestL22StatusColumnsAreRefused"),
	}
}

const sampleClauses = "1. Purpose. This agreement sets out how the agencies work together. 2. Costs. Each side bears its own costs. 3. Term. This agreement ends after one year."

// from is the task with its steps.
func (t personaTask) from(does string, target time.Duration, note string, paper bool, steps ...string) personaTask {
	t.does, t.target, t.note, t.paper, t.steps = does, target, note, paper, steps
	return t
}

// gone is a task that is not timed, and why.
func (t personaTask) gone(does string, target time.Duration, why string) personaTask {
	t.does, t.target, t.absent = does, target, why
	return t
}

// at is the same person at another agency.
func (t personaTask) at(agency string) personaTask {
	t.agency = agency
	return t
}
