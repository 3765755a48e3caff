package web

import "net/http"

// A handler answers one address; what it returns is shown as an error page, or
// as problem+json below /api and /log.
type handler func(w http.ResponseWriter, r *http.Request) error

// A route is one address. Every page has a Spanish twin under /es.
type route struct {
	pattern string
	serve   handler
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
		{pattern: "GET /desk", serve: s.staff(s.desk)},
		{pattern: "POST /desk", serve: s.staff(s.desk)},
		{pattern: "GET /desk/detainers/new", serve: s.askKind("detainer", "detainer")},
		{pattern: "POST /desk/detainers/new", serve: s.askKind("detainer", "detainer")},
		{pattern: "GET /desk/assist", serve: s.askKind("assistance", "assist")},
		{pattern: "POST /desk/assist", serve: s.askKind("assistance", "assist")},
		{pattern: "GET /desk/taken-for-ice", serve: s.askKind("misidentification", "taken")},
		{pattern: "POST /desk/taken-for-ice", serve: s.askKind("misidentification", "taken")},
		{pattern: "GET /desk/informal", serve: s.askKind("informal", "")},
		{pattern: "POST /desk/informal", serve: s.askKind("informal", "")},
		{pattern: "GET /desk/unattributed", serve: s.askKind("unattributed", "")},
		{pattern: "POST /desk/unattributed", serve: s.askKind("unattributed", "")},
		{pattern: "GET /desk/attribution", serve: s.askKind("attribution", "")},
		{pattern: "POST /desk/attribution", serve: s.askKind("attribution", "")},
		{pattern: "GET /desk/database", serve: s.askKind("database-access", "")},
		{pattern: "POST /desk/database", serve: s.askKind("database-access", "")},
		{pattern: "GET /desk/flow", serve: s.askKind("automatic-flow", "")},
		{pattern: "POST /desk/flow", serve: s.askKind("automatic-flow", "")},
		{pattern: "GET /desk/equipment", serve: s.askKind("equipment", "")},
		{pattern: "POST /desk/equipment", serve: s.askKind("equipment", "")},
		{pattern: "GET /desk/complaint", serve: s.askKind("complaint", "")},
		{pattern: "POST /desk/complaint", serve: s.askKind("complaint", "")},
		{pattern: "GET /desk/complaint-outcome", serve: s.askKind("complaint-outcome", "")},
		{pattern: "POST /desk/complaint-outcome", serve: s.askKind("complaint-outcome", "")},
		{pattern: "GET /desk/contest", serve: s.askKind("contest", "")},
		{pattern: "POST /desk/contest", serve: s.askKind("contest", "")},
		{pattern: "GET /desk/rebuttal", serve: s.askKind("rebuttal", "")},
		{pattern: "POST /desk/rebuttal", serve: s.askKind("rebuttal", "")},
		{pattern: "GET /desk/door", serve: s.writes(s.doorCheck)},
		{pattern: "POST /desk/door", serve: s.writes(s.doorCheck)},
		{pattern: "GET /desk/entries/{id}", serve: s.staff(s.entry)},
		{pattern: "POST /desk/entries/{id}/acts", serve: s.writes(s.act)},
		{pattern: "POST /desk/entries/{id}/corrections", serve: s.writes(s.moved)},
		{pattern: "GET /desk/entries/{id}/notice", serve: s.staff(s.notice)},
		{pattern: "POST /desk/entries/{id}/notice", serve: s.writes(s.served)},
		{pattern: "GET /desk/entries/{id}/receipt", serve: s.staff(s.receipt)},
		{pattern: "GET /desk/entries/{id}/receipt.json", serve: s.staff(s.receiptFile)},
		{pattern: "GET /desk/entries/{id}/receipt.png", serve: s.staff(s.receiptCode)},
		{pattern: "POST /desk/entries/{id}/packet", serve: s.staff(s.packet)},
		{pattern: "GET /desk/export/{kind}", serve: s.staff(s.export)},

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
		mux.HandleFunc(r.pattern, s.limited(r.limit, r.serve))
	}
	return mux
}
