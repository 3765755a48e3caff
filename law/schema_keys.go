package law

// The keys of a pack in the order in which they are written: the loader takes
// these, the schema offers them and the canonical form sorts by them. The
// rule's own list, ruleKeys, stands with its reader.
var (
	packKeys = []string{"pack", "place", "layer", "agency", "reach", "title", "title_es", "draft", "added", "known_from", "as_of",
		"next_check", "reviewed", "define", "rules", "orders", "silent", "impossible", "tables", "tests"}
	reviewKeys  = []string{"by", "role", "on", "signature"}
	saysKeys    = []string{"en", "es"}
	citeKeys    = []string{"ref", "quote", "source", "page", "checked", "grade", "from", "until"}
	dutyKeys    = []string{"act", "to", "event", "within", "cite", "from", "until"}
	clockKeys   = []string{"kind", "starts", "length", "excludes", "after", "by", "period", "nil", "to"}
	orderKeys   = []string{"id", "suspends", "for", "agency", "when", "from", "until", "learned", "withdrawn", "unsettled", "says", "cite"}
	silenceKeys = []string{"acts", "kind", "binds", "from", "until", "why", "why_es"}
	tableKeys   = []string{"id", "title", "fact", "value", "from", "until", "rows", "cite"}
	rowKeys     = []string{"section", "is", "from", "until"}
	testKeys    = []string{"name", "on", "day", "days", "at", "agency", "actor", "act", "facts", "open", "expect", "expect_not", "must_cite", "must_not_cite", "expect_flags", "believed", "why"}
	answerKeys  = []string{"expect", "expect_not", "must_cite", "must_not_cite", "expect_flags", "believed"}
	numberKeys  = []string{"lt", "le", "gt", "ge"}
)

// clockKeysOf says which keys a kind of clock has, kind first, and which it needs.
type clockKeysOf struct {
	kind        string
	keys, needs []string
}

var clockKinds = []clockKeysOf{
	{"limit", []string{"kind", "starts", "length", "excludes", "after"}, []string{"kind", "starts", "length", "after"}},
	{"due", []string{"kind", "by", "starts", "length", "excludes", "period", "nil", "to"}, []string{"kind"}},
	{"keep", []string{"kind", "starts", "length"}, []string{"kind", "length"}},
}
