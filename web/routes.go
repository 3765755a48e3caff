package web

import (
	"net/http"

	"comity/access"
)

// A handler answers one address; what it returns is shown as an error page, or
// as problem+json below /api and /log.
type handler func(w http.ResponseWriter, r *http.Request) error

// A route is one address. Every page has a Spanish twin under /es.
type route struct {
	pattern string
	serve   handler       // for anybody
	may     access.Action // what staff do there: refused to whom no policy permits it
	staff   staffHandler
	limit   int64 // most bytes a request may carry; 0 is formLimit
}

// routes is every address of Comity.
func (s *site) routes() []route {
	return []route{
		// Public pages.
		{pattern: "GET /{$}", serve: s.start},
		{pattern: "GET /ask", serve: s.ask},
		{pattern: "POST /ask", serve: s.ask},
		{pattern: "GET /ask/here", serve: s.here},
		{pattern: "GET /ask/here/words", serve: s.hereWordsFile},
		{pattern: "GET /law", serve: s.lawIndex},
		{pattern: "GET /law/in/{place}", serve: s.lawPlace},
		{pattern: "GET /law/bundle/{place}", serve: s.lawBundle},
		{pattern: "GET /law/handout/{place}", serve: s.handout},
		{pattern: "GET /law/offences/{place}", serve: s.offences},
		{pattern: "GET /law/rule/{id...}", serve: s.lawRule},
		{pattern: "GET /law/vectors/{pack...}", serve: s.lawVectors},
		{pattern: "GET /law/{pack...}", serve: s.lawPack},
		{pattern: "GET /drafts", serve: s.drafts},
		{pattern: "GET /drafts/{id...}", serve: s.draft},
		{pattern: "GET /answers", serve: s.answers},
		{pattern: "POST /answers", serve: s.answers},
		{pattern: "GET /answers/{id}", serve: s.answer},
		{pattern: "GET /agencies", serve: s.agencies},
		{pattern: "GET /agencies/{ori}", serve: s.agency},
		{pattern: "GET /tell", serve: s.tell},
		{pattern: "GET /tell/{ori}", serve: s.tellAgency},
		{pattern: "GET /record", serve: s.record},
		{pattern: "GET /record/{file}", serve: s.recordFile},
		{pattern: "GET /logs", serve: s.logs},
		{pattern: "GET /logs/{id}", serve: s.oneLog},
		{pattern: "GET /logs/{id}/checkpoint", serve: s.logCheckpoint},
		{pattern: "GET /logs/{id}/receipt.json", serve: s.logReceipt},
		{pattern: "GET /logs/{id}/notes/{note}", serve: s.logNote},
		{pattern: "GET /feeds/entries.atom", serve: s.entriesFeed},
		{pattern: "GET /feeds/law.atom", serve: s.lawFeed},
		{pattern: "GET /feeds/corrections.atom", serve: s.correctionsFeed},
		{pattern: "GET /verify", serve: s.verify},
		{pattern: "POST /verify", serve: s.verify},
		{pattern: "GET /replay", serve: s.replay},
		{pattern: "GET /replay.csv", serve: s.replayCSV},
		{pattern: "GET /coverage", serve: s.coverage},
		{pattern: "GET /coverage.csv", serve: s.coverageCSV},
		{pattern: "GET /coverage/{place}", serve: s.coverageOf},
		{pattern: "GET /corrections", serve: s.corrections},
		{pattern: "GET /about", serve: s.about},

		// The desk, for staff.
		{pattern: "GET /desk/enter", serve: s.enter},
		{pattern: "POST /desk/leave", serve: s.leave},
		{pattern: "GET /desk/enter/oidc", serve: s.toProvider},
		{pattern: "GET /desk/enter/back", serve: s.fromProvider},
		{pattern: "POST /desk/enter/begin", serve: s.beginEntry},
		{pattern: "POST /desk/enter/finish", serve: s.finishEntry},
		{pattern: "GET /desk/me", may: access.SeeSelf, staff: s.me},
		{pattern: "POST /desk/me", may: access.SeeSelf, staff: s.changeMe},
		{pattern: "POST /desk/me/key/begin", may: access.SeeSelf, staff: s.beginKey},
		{pattern: "POST /desk/me/key", may: access.SeeSelf, staff: s.addKey},
		{pattern: "GET /desk/accounts", may: access.SeePeople, staff: s.people},
		{pattern: "POST /desk/accounts", may: access.ChangePeople, staff: s.addPerson},
		{pattern: "POST /desk/accounts/review", may: access.ReviewAccess, staff: s.reviewed},
		{pattern: "POST /desk/accounts/{id}", may: access.SeePeople, staff: s.changePerson}, // ending and changing ask for change-people
		{pattern: "GET /desk/access", may: access.SeeAccessLog, staff: s.accessLog},
		{pattern: "POST /desk/access", may: access.DrawChecks, staff: s.checks},
		{pattern: "GET /desk/webhooks", may: access.Integrate, staff: s.webhooks},
		{pattern: "POST /desk/webhooks", may: access.Integrate, staff: s.changeWebhooks},
		{pattern: "GET /desk", may: access.SeeTasks, staff: s.desk},
		{pattern: "POST /desk", may: access.SeeTasks, staff: s.desk},
		{pattern: "GET /desk/detainers/new", may: access.Record, staff: s.askKind("detainer", "detainer")},
		{pattern: "POST /desk/detainers/new", may: access.Record, staff: s.askKind("detainer", "detainer")},
		{pattern: "POST /desk/papers", may: access.Record, staff: s.papers, limit: paperLimit},
		{pattern: "GET /desk/papers/{id}/{n}", may: access.Record, staff: s.paperCrop},
		{pattern: "GET /desk/assist", may: access.Record, staff: s.askKind("assistance", "assist")},
		{pattern: "POST /desk/assist", may: access.Record, staff: s.askKind("assistance", "assist")},
		{pattern: "GET /desk/scene", may: access.Record, staff: s.scene},
		{pattern: "POST /desk/scene", may: access.Record, staff: s.scene},
		{pattern: "GET /desk/scene/cards/{id}", may: access.SeeCase, staff: s.sceneCard},
		{pattern: "POST /desk/scene/requests", may: access.Record, staff: s.sceneSend},
		{pattern: "POST /desk/scene/requests/{id}/acts", may: access.Act, staff: s.sceneAct},
		{pattern: "GET /desk/scene/manifest.json", may: access.Record, staff: s.sceneManifest},
		{pattern: "GET /desk/scene/worker.js", may: access.Record, staff: s.sceneWorker},
		{pattern: "GET /desk/call", may: access.Record, staff: s.call},
		{pattern: "POST /desk/call", may: access.Record, staff: s.call},
		{pattern: "GET /desk/calls", may: access.SeeTasks, staff: s.callWall},
		{pattern: "GET /desk/taken-for-ice", may: access.Record, staff: s.askKind("misidentification", "taken")},
		{pattern: "POST /desk/taken-for-ice", may: access.Record, staff: s.askKind("misidentification", "taken")},
		{pattern: "GET /desk/informal", may: access.Record, staff: s.askKind("informal", "")},
		{pattern: "POST /desk/informal", may: access.Record, staff: s.askKind("informal", "")},
		{pattern: "GET /desk/unattributed", may: access.Record, staff: s.askKind("unattributed", "")},
		{pattern: "POST /desk/unattributed", may: access.Record, staff: s.askKind("unattributed", "")},
		{pattern: "GET /desk/attribution", may: access.Record, staff: s.askKind("attribution", "")},
		{pattern: "POST /desk/attribution", may: access.Record, staff: s.askKind("attribution", "")},
		{pattern: "GET /desk/database", may: access.Record, staff: s.askKind("database-access", "")},
		{pattern: "POST /desk/database", may: access.Record, staff: s.askKind("database-access", "")},
		{pattern: "GET /desk/flow", may: access.Record, staff: s.askKind("automatic-flow", "")},
		{pattern: "POST /desk/flow", may: access.Record, staff: s.askKind("automatic-flow", "")},
		{pattern: "GET /desk/equipment", may: access.Record, staff: s.askKind("equipment", "")},
		{pattern: "POST /desk/equipment", may: access.Record, staff: s.askKind("equipment", "")},
		{pattern: "GET /desk/complaint", may: access.Record, staff: s.askKind("complaint", "")},
		{pattern: "POST /desk/complaint", may: access.Record, staff: s.askKind("complaint", "")},
		{pattern: "GET /desk/complaint-outcome", may: access.Record, staff: s.askKind("complaint-outcome", "")},
		{pattern: "POST /desk/complaint-outcome", may: access.Record, staff: s.askKind("complaint-outcome", "")},
		{pattern: "GET /desk/figures", may: access.SeeRegisters, staff: s.figures},
		{pattern: "GET /desk/figures.csv", may: access.SeeRegisters, staff: s.figuresCSV},
		{pattern: "GET /desk/contest", may: access.Contest, staff: s.askKind("contest", "")},
		{pattern: "POST /desk/contest", may: access.Contest, staff: s.askKind("contest", "")},
		{pattern: "GET /desk/rebuttal", may: access.Contest, staff: s.askKind("rebuttal", "")},
		{pattern: "POST /desk/rebuttal", may: access.Contest, staff: s.askKind("rebuttal", "")},
		{pattern: "GET /desk/agreements", may: access.SeeRegisters, staff: s.agreements},
		{pattern: "POST /desk/agreements", may: access.SeeRegisters, staff: s.agreements},
		{pattern: "GET /desk/agreements/new", may: access.KeepRegisters, staff: s.askKind("instrument", "agreements")},
		{pattern: "POST /desk/agreements/new", may: access.KeepRegisters, staff: s.askKind("instrument", "agreements")},
		{pattern: "GET /desk/agreements/event", may: access.KeepRegisters, staff: s.askKind("instrument-event", "agreements")},
		{pattern: "POST /desk/agreements/event", may: access.KeepRegisters, staff: s.askKind("instrument-event", "agreements")},
		{pattern: "GET /desk/agreements/none", may: access.KeepRegisters, staff: s.askKind("no-instrument", "agreements")},
		{pattern: "POST /desk/agreements/none", may: access.KeepRegisters, staff: s.askKind("no-instrument", "agreements")},
		{pattern: "GET /desk/agreements/letter", may: access.KeepRegisters, staff: s.askKind("designation", "agreements")},
		{pattern: "POST /desk/agreements/letter", may: access.KeepRegisters, staff: s.askKind("designation", "agreements")},
		{pattern: "GET /desk/agreements/end", may: access.KeepRegisters, staff: s.askKind("designation-end", "agreements")},
		{pattern: "POST /desk/agreements/end", may: access.KeepRegisters, staff: s.askKind("designation-end", "agreements")},
		{pattern: "GET /desk/agreements/compare", may: access.SeeRegisters, staff: s.compareAgreements},
		{pattern: "POST /desk/agreements/compare", may: access.SeeRegisters, staff: s.compareAgreements, limit: 2 << 20},
		{pattern: "GET /desk/deputy", may: access.Record, staff: s.askKind("delegated", "agreements")},
		{pattern: "POST /desk/deputy", may: access.Record, staff: s.askKind("delegated", "agreements")},
		{pattern: "GET /desk/door", may: access.CheckDoor, staff: s.doorCheck},
		{pattern: "POST /desk/door", may: access.CheckDoor, staff: s.doorCheck},
		{pattern: "GET /desk/joint", may: access.SeeTasks, staff: s.planner(s.joint)},
		{pattern: "GET /desk/joint/call", may: access.Plan, staff: s.askKind("deconfliction", "joint")},
		{pattern: "POST /desk/joint/call", may: access.Plan, staff: s.askKind("deconfliction", "joint")},
		{pattern: "GET /desk/joint/minutes", may: access.Plan, staff: s.askKind("minutes", "joint")},
		{pattern: "POST /desk/joint/minutes", may: access.Plan, staff: s.askKind("minutes", "joint")},
		{pattern: "GET /desk/joint/action", may: access.Plan, staff: s.askKind("minutes-action", "joint")},
		{pattern: "POST /desk/joint/action", may: access.Plan, staff: s.askKind("minutes-action", "joint")},
		{pattern: "GET /desk/joint/plan", may: access.Plan, staff: s.planner(s.editPlan)},
		{pattern: "POST /desk/joint/plan", may: access.Plan, staff: s.planner(s.editPlan)},
		{pattern: "GET /desk/joint/plans/{id}", may: access.SeeCase, staff: s.planner(s.plan)},
		{pattern: "GET /desk/joint/plans/{id}/edit", may: access.Plan, staff: s.planner(s.editPlan)},
		{pattern: "POST /desk/joint/plans/{id}/edit", may: access.Plan, staff: s.planner(s.editPlan)},
		{pattern: "POST /desk/joint/plans/{id}/ask", may: access.Plan, staff: s.planner(s.askPeers)},
		{pattern: "POST /desk/joint/plans/{id}/check", may: access.Plan, staff: s.planner(s.checkPlan)},
		{pattern: "GET /desk/joint/plans/{id}/steps/{kind}", may: access.SeeCase, staff: s.planner(s.stepForm)},
		{pattern: "POST /desk/joint/plans/{id}/steps/{kind}", may: access.SeeCase, staff: s.planner(s.stepForm)},
		{pattern: "GET /desk/joint/plans/{id}/statement", may: access.Plan, staff: s.planner(s.statementForm)},
		{pattern: "POST /desk/joint/plans/{id}/statement", may: access.Plan, staff: s.planner(s.statementForm)},
		{pattern: "GET /desk/joint/plans/{id}/after", may: access.Plan, staff: s.planner(s.afterForm)},
		{pattern: "POST /desk/joint/plans/{id}/after", may: access.Plan, staff: s.planner(s.afterForm)},
		{pattern: "GET /desk/entries/{id}", may: access.SeeCase, staff: s.entry},
		{pattern: "POST /desk/entries/{id}/acts", may: access.Act, staff: s.act},
		{pattern: "GET /desk/detainers", may: access.SeeTasks, staff: s.detainers},
		{pattern: "GET /desk/custody", may: access.Act, staff: s.askHeld("custody")},
		{pattern: "POST /desk/custody", may: access.Act, staff: s.askHeld("custody")},
		{pattern: "GET /desk/release-call", may: access.Act, staff: s.askHeld("release-call")},
		{pattern: "POST /desk/release-call", may: access.Act, staff: s.askHeld("release-call")},
		{pattern: "GET /desk/hand-over", may: access.Serve, staff: s.askHeld("transfer")},
		{pattern: "POST /desk/hand-over", may: access.Serve, staff: s.askHeld("transfer")},
		{pattern: "GET /desk/entries/{id}/print", may: access.SeeCase, staff: s.printBack},
		{pattern: "GET /desk/entries/{id}/interview", may: access.Open, staff: s.interview},
		{pattern: "GET /desk/entries/{id}/handed-over", may: access.Open, staff: s.handedOver},
		{pattern: "POST /desk/entries/{id}/corrections", may: access.Correct, staff: s.moved},
		{pattern: "GET /desk/entries/{id}/notice", may: access.Open, staff: s.notice},
		{pattern: "POST /desk/entries/{id}/notice", may: access.Serve, staff: s.served},
		{pattern: "GET /desk/entries/{id}/receipt", may: access.SeeCase, staff: s.receipt},
		{pattern: "GET /desk/entries/{id}/receipt.json", may: access.SeeCase, staff: s.receiptFile},
		{pattern: "GET /desk/entries/{id}/receipt.png", may: access.SeeCase, staff: s.receiptCode},
		{pattern: "POST /desk/entries/{id}/packet", may: access.SeeCase, staff: s.packet},
		{pattern: "GET /desk/orders", may: access.SeeHolds, staff: s.orders},
		{pattern: "GET /desk/entries/{id}/hold", may: access.Order, staff: s.hold},
		{pattern: "POST /desk/entries/{id}/hold", may: access.Order, staff: s.hold},
		{pattern: "GET /desk/entries/{id}/erase", may: access.Order, staff: s.erase},
		{pattern: "POST /desk/entries/{id}/erase", may: access.Order, staff: s.erase},
		{pattern: "GET /desk/entries/{id}/look", may: access.AskDisclosure, staff: s.askLook},
		{pattern: "POST /desk/entries/{id}/look", may: access.AskDisclosure, staff: s.askLook},
		{pattern: "GET /desk/looks/{id}", may: access.SeeHolds, staff: s.look},
		{pattern: "POST /desk/looks/{id}/answer", may: access.AnswerDisclosure, staff: s.answerLook},
		{pattern: "POST /desk/looks/{id}/open", may: access.AskDisclosure, staff: s.openLook},
		{pattern: "GET /desk/viewings", may: access.SeeAccessLog, staff: s.viewings},
		{pattern: "GET /desk/entries/{id}/counsel", may: access.Record, staff: s.askCounsel},
		{pattern: "POST /desk/entries/{id}/counsel", may: access.Record, staff: s.askCounsel},
		{pattern: "GET /desk/notes", may: access.Advise, staff: s.notes},
		{pattern: "GET /desk/entries/{id}/notes", may: access.Advise, staff: s.notesOf},
		{pattern: "POST /desk/entries/{id}/notes", may: access.Advise, staff: s.notesOf},
		{pattern: "GET /desk/holdings", may: access.SeeRegisters, staff: s.holdings},
		{pattern: "GET /desk/entries/{id}/disclosure", may: access.Record, staff: s.disclosure},
		{pattern: "GET /desk/entries/{id}/disclosure/{kind}", may: access.Export, staff: s.disclosureCSV},
		{pattern: "GET /desk/entries/{id}/letter", may: access.Record, staff: s.letter},
		{pattern: "GET /desk/registers", may: access.SeeRegisters, staff: s.dockets},
		{pattern: "GET /desk/registers/{kind}", may: access.SeeRegisters, staff: s.docket},
		{pattern: "GET /desk/registers/{kind}/list.csv", may: access.Export, staff: s.docketCSV},
		{pattern: "GET /desk/registers/{kind}/new", may: access.Record, staff: s.docketForm},
		{pattern: "POST /desk/registers/{kind}/new", may: access.Record, staff: s.docketForm},
		{pattern: "GET /desk/registers/{kind}/step", may: access.Record, staff: s.docketStep},
		{pattern: "POST /desk/registers/{kind}/step", may: access.Record, staff: s.docketStep},
		{pattern: "GET /desk/export/{kind}", may: access.Export, staff: s.export},

		// Programs; every operation is described at /api/openapi.json.
		{pattern: "/api/", serve: s.api(), limit: decideLimit}, // POST decide, requests, requests/{id}/acts; GET entries, entries/{id}, receipts/{id}

		// The public log (docs/contracts.md).
		{pattern: "GET /log/{path...}", serve: s.logFile},

		// Files.
		{pattern: "GET /static/{name...}", serve: s.static},
		{pattern: "GET /robots.txt", serve: s.robots},
	}
}

func (s *site) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		if r.staff != nil {
			r.serve = s.staff(r.may, r.staff)
		}
		mux.HandleFunc(r.pattern, s.limited(r.limit, r.serve))
	}
	return mux
}
