package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// Logs is what a directory saw of the logs of many agencies.
type Logs interface {
	// Logs are all that are or were watched, in order of their origin.
	Logs() []record.Watched
	// Note is a checkpoint that a proof names.
	Note(ctx context.Context, digest string) ([]byte, error)
	// Receipt proves what the directory last wrote about the log of that key.
	Receipt(ctx context.Context, key string) ([]byte, error)
}

type logsView struct {
	Kept    bool
	Asked   logsQuery
	Total   int // that are on the list
	Struck  int // that were
	Well    int // on the list, with nothing wrong
	Counts  []faultCount
	Proofs  []logLine // logs with proofs against them
	Found   int
	Lines   []logLine
	Next    string
	Refresh string // when the newest look was, RFC 3339
}

func (logsView) template() string { return "logs" }

// A logsQuery is what a reader asks the list for.
type logsQuery struct {
	Text  string // in origin, agency or ORI
	Show  string // a fault, or well
	After string // ID of a log
}

type faultCount struct {
	Fault string
	N     int
}

// A logLine is one log as the pages show it.
type logLine struct {
	record.Watched
	Name  string // of the agency
	Count int    // of entries
	Fresh string // how long ago its last checkpoint was made
}

const (
	logsShown = 40
	wellShown = "well"
)

// logs lists the logs of many agencies, in order of their names: how large,
// how fresh, who cosigned, and what is wrong. A log that is not here is not
// known, not zero.
func (s *site) logs(w http.ResponseWriter, r *http.Request) error {
	if s.Logs == nil {
		return s.show(w, r, logsView{})
	}
	q := r.URL.Query()
	v := logsView{Kept: true, Asked: logsQuery{strings.TrimSpace(q.Get("q")), q.Get("show"), q.Get("after")}}
	if v.Asked.Show != "" && v.Asked.Show != wellShown && !slices.Contains(record.AllFaults(), record.Fault(v.Asked.Show)) {
		return s.missing(r, "no-page")
	}
	l, all := s.langOf(r), s.Logs.Logs()
	v.count(all)
	var newest time.Time
	for _, x := range all {
		if x.Looked.After(newest) {
			newest = x.Looked
		}
		if len(x.Proofs) > 0 && len(v.Proofs) < logsShown {
			v.Proofs = append(v.Proofs, s.logLine(l, x))
		}
	}
	if !newest.IsZero() {
		v.Refresh = newest.UTC().Format(time.RFC3339)
	}
	found := s.findLogs(all, v.Asked)
	v.Found = len(found)
	page, next := logsAfter(found, v.Asked.After, logsShown)
	if v.Next = next; page == nil && v.Asked.After != "" {
		return s.missing(r, "no-page")
	}
	for _, x := range page {
		v.Lines = append(v.Lines, s.logLine(l, x))
	}
	return s.show(w, r, v)
}

func (v *logsView) count(all []record.Watched) {
	n := map[record.Fault]int{}
	for _, x := range all {
		if x.Struck {
			v.Struck++
			continue
		}
		v.Total++
		if len(x.Faults) == 0 && !x.Reached.IsZero() {
			v.Well++
		}
		for _, f := range x.Faults {
			n[f]++
		}
	}
	for _, f := range record.AllFaults() {
		if n[f] > 0 {
			v.Counts = append(v.Counts, faultCount{string(f), n[f]})
		}
	}
}

// findLogs are those that a query asks for.
func (s *site) findLogs(all []record.Watched, q logsQuery) []record.Watched {
	text := strings.ToLower(q.Text)
	return slices.DeleteFunc(slices.Clone(all), func(x record.Watched) bool {
		shown := q.Show == "" || x.Has(record.Fault(q.Show)) || q.Show == wellShown && len(x.Faults) == 0 && !x.Reached.IsZero()
		return !shown || text != "" && !strings.Contains(strings.ToLower(x.Origin+"\n"+x.Agency+"\n"+s.agencyName(x.Agency)), text)
	})
}

// logsAfter is a page of a list, and the ID after which the next one begins.
func logsAfter(list []record.Watched, after string, most int) (page []record.Watched, next string) {
	from := 0
	if after != "" {
		i := slices.IndexFunc(list, func(x record.Watched) bool { return x.ID() == after })
		if i < 0 {
			return nil, ""
		}
		from = i + 1
	}
	page = list[from:min(from+most, len(list))]
	if from+len(page) < len(list) {
		next = page[len(page)-1].ID()
	}
	return page, next
}

func (s *site) agencyName(ori string) string {
	if s.Agencies == nil {
		return ori
	}
	a, _ := s.Agencies.Get(ori)
	return cmp.Or(a.Name, ori)
}

func (s *site) logLine(l *lang, x record.Watched) logLine {
	line := logLine{Watched: x, Name: s.agencyName(x.Agency), Count: int(x.Size)}
	if !x.At.IsZero() {
		line.Fresh = l.ago(s.Now().Sub(x.At))
	}
	return line
}

// ago says how long ago something was, in one unit; what lies ahead of our
// clock by more than a minute is said to.
func (l *lang) ago(d time.Duration) string {
	switch {
	case d < -time.Minute:
		return l.say("logs.ahead-of-clock")
	case d < 2*time.Minute:
		return l.say("logs.just-now")
	case d < 2*time.Hour:
		return l.say("logs.minutes-ago", "N", int(d.Minutes()))
	case d < 48*time.Hour:
		return l.say("logs.hours-ago", "N", int(d.Hours()))
	}
	return l.say("logs.days-ago", "N", int(d.Hours())/24)
}

type logView struct {
	logLine
	HasAgency bool
	Seconds   int // between two checkpoints
}

func (logView) template() string { return "logs_one" }

// oneLog shows one log, the proofs against it, and how to check all of it.
func (s *site) oneLog(w http.ResponseWriter, r *http.Request) error {
	x, ok := s.logOf(r)
	if !ok {
		return s.missing(r, "no-log")
	}
	v := logView{logLine: s.logLine(s.langOf(r), x), Seconds: int(x.Beat)}
	if s.Agencies != nil {
		_, v.HasAgency = s.Agencies.Get(x.Agency)
	}
	return s.show(w, r, v)
}

func (s *site) logOf(r *http.Request) (record.Watched, bool) {
	if s.Logs == nil {
		return record.Watched{}, false
	}
	all := s.Logs.Logs()
	i := slices.IndexFunc(all, func(x record.Watched) bool { return x.ID() == r.PathValue("id") })
	if i < 0 {
		return record.Watched{}, false
	}
	return all[i], true
}

// logCheckpoint is the last checkpoint that the directory took of a log, for
// others to compare with theirs.
func (s *site) logCheckpoint(w http.ResponseWriter, r *http.Request) error {
	x, ok := s.logOf(r)
	if !ok || x.Note == "" {
		return noLogFile()
	}
	publicFile(w, "text/plain; charset=utf-8", []byte(x.Note))
	return nil
}

// logReceipt proves that the directory's own log says so.
func (s *site) logReceipt(w http.ResponseWriter, r *http.Request) error {
	x, ok := s.logOf(r)
	if !ok || x.Entry == "" {
		return noLogFile()
	}
	receipt, err := s.Logs.Receipt(r.Context(), x.Key)
	if err != nil {
		return err
	}
	publicFile(w, "application/json", receipt)
	return nil
}

// logNote is one of the two checkpoints of a proof.
func (s *site) logNote(w http.ResponseWriter, r *http.Request) error {
	x, ok := s.logOf(r)
	digest := r.PathValue("note")
	if !ok || !slices.ContainsFunc(x.Proofs, func(p record.Proof) bool { return p.From == digest || p.To == digest }) {
		return noLogFile()
	}
	note, err := s.Logs.Note(r.Context(), digest)
	if err != nil {
		return err
	}
	publicFile(w, "text/plain; charset=utf-8", note)
	return nil
}

func noLogFile() error {
	return &failure{http.StatusNotFound, comity.Problem{Code: "not-found", Message: "the directory has no such file", Hint: "the page /logs lists the logs and leads to their files"}}
}

// publicFile writes a small file that programs anywhere may read.
func publicFile(w http.ResponseWriter, kind string, data []byte) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", kind)
	_, _ = w.Write(data) // a reader who left is not our fault
}
