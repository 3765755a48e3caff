package atlas

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A Clause is one numbered part of the text of an agreement.
type Clause struct {
	Path      string   // numbers from the top, such as IV.C
	Heading   string   // as printed
	Sentences []string // in order, with parties, page furniture and signatures taken out
}

// Hash is the SHA-256 of what the clause says, whatever its number, its breaks
// of lines and pages, and the names of the parties.
func (c Clause) Hash() string {
	sum := sha256.New()
	sum.Write([]byte(folded(c.Heading)))
	for _, s := range c.Sentences {
		sum.Write([]byte("\n" + folded(s)))
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// A ClauseChange is a clause that two texts do not share word for word.
type ClauseChange struct {
	Kind          string // added, removed or changed
	First, Second Clause // the empty one where only the other text has it
	Removed       []Said // sentences of the first text only
	Added         []Said // sentences of the second text only
}

// A Said is one sentence; Duty is true where it binds somebody to something.
type Said struct {
	Text string
	Duty bool
}

// Kinds of a change.
const (
	ClauseAdded   = "added"
	ClauseRemoved = "removed"
	ClauseChanged = "changed"
)

// most of a text that is read: the longest agreement seen has 30,000 characters.
const longestAgreement = 1 << 20

// ReadClauses finds the clauses in the plain text of an agreement: headings in
// capitals with a Roman number, below them those with a letter, and the
// appendices. What stands before the first is not part of any.
func ReadClauses(text string) []Clause {
	text = text[:min(len(text), longestAgreement)]
	lines := withoutFurniture(strings.Split(strings.ReplaceAll(text, "\f", "\n\f"), "\n"))
	var out []Clause
	var body []string
	top := ""
	end := func() {
		if len(out) > 0 {
			out[len(out)-1].Sentences = sentences(strings.Join(body, " "))
		}
		body = nil
	}
	for _, line := range lines {
		h := headingOf(line)
		if h == nil {
			body = append(body, strings.TrimSpace(line))
			continue
		}
		end()
		path := h.number
		if h.below && top != "" {
			path = top + "." + h.number
		} else {
			top = h.number
		}
		out = append(out, Clause{Path: path, Heading: h.text})
	}
	end()
	parties := partiesOf(out)
	for i := range out {
		for j, s := range out[i].Sentences {
			out[i].Sentences[j] = anonymous(s, parties)
		}
	}
	return slices.DeleteFunc(out, func(c Clause) bool { return signatures.MatchString(c.Heading) })
}

// CompareClauses lays two texts beside each other, in the order of the first;
// what only the second has stands at the end. The second result counts the
// clauses that say the same.
func CompareClauses(first, second []Clause) ([]ClauseChange, int) {
	var out []ClauseChange
	same := 0
	left := slices.Clone(second)
	for _, a := range first {
		i := slices.IndexFunc(left, func(b Clause) bool { return sameHeading(a, b) })
		if i < 0 {
			out = append(out, ClauseChange{Kind: ClauseRemoved, First: a, Removed: said(a.Sentences)})
			continue
		}
		b := left[i]
		left = slices.Delete(left, i, i+1)
		removed, added := apart(a.Sentences, b.Sentences)
		if len(removed)+len(added) == 0 {
			same++
			continue
		}
		out = append(out, ClauseChange{ClauseChanged, a, b, said(removed), said(added)})
	}
	for _, b := range left {
		out = append(out, ClauseChange{Kind: ClauseAdded, Second: b, Added: said(b.Sentences)})
	}
	return out, same
}

type heading struct {
	number, text string
	below        bool
}

var (
	romanHeading  = regexp.MustCompile(`^\s*([IVX]{1,6})\.\s+([A-Z][A-Z0-9 ,&()/’'.-]{3,})$`)
	letterHeading = regexp.MustCompile(`^\s*([A-Z])\.\s+([A-Z][A-Z0-9 ,&()/’'.-]{5,})$`)
	appendix      = regexp.MustCompile(`^\s*APPENDIX\s+([A-Z])\s*$`)
	signatures    = regexp.MustCompile(`(?i)^(points? of cont ?act|signatures?)`)
)

// headingOf reads a line as a heading. I, V and X are letters as well as
// numbers: V and X are read as numbers, I as a letter unless it is the first
// heading of the forms.
func headingOf(line string) *heading {
	line = strings.TrimPrefix(line, "\f")
	if m := appendix.FindStringSubmatch(line); m != nil {
		return &heading{number: "Appendix " + m[1], text: "Appendix " + m[1]}
	}
	if m := letterHeading.FindStringSubmatch(line); m != nil && !strings.Contains("VX", m[1]) && (m[1] != "I" || !slices.Contains([]string{"PARTIES", "PURPOSE"}, oneSpaced(m[2]))) {
		return &heading{m[1], oneSpaced(m[2]), true}
	}
	if m := romanHeading.FindStringSubmatch(line); m != nil {
		return &heading{m[1], oneSpaced(m[2]), false}
	}
	return nil
}

func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// A shorter line that stands three times in a text is on every page of it.
const runningTitle = 60

var (
	pageNumber = regexp.MustCompile(`^\s*(page\s+)?\d{1,3}(\s+of\s+\d{1,3})?\s*$`)
	revision   = regexp.MustCompile(`(?i)\brevised\s+\d{1,2}/\d{1,2}/\d{4}\s*$`)
	ruled      = regexp.MustCompile(`_{4,}`)
	signature  = regexp.MustCompile(`(?i)^\s*(signature|signed|date|name|title|by)\s*:`)
	signing    = regexp.MustCompile(`(By signing this MOA, .*?allowed by law\.).*`) // what follows are signatures
	bullet     = regexp.MustCompile(`\s(?:[•x]|o)\s+([A-Z])`)                       // as printed, and as a text layer says it
)

// withoutFurniture drops page numbers, running titles, the line of the edition,
// and signature blocks.
func withoutFurniture(lines []string) []string {
	times := map[string]int{}
	for _, line := range lines {
		times[oneSpaced(line)]++
	}
	var out []string
	for _, line := range lines {
		switch plain := oneSpaced(line); {
		case times[plain] > 2 && len(plain) < runningTitle:
		case pageNumber.MatchString(line), revision.MatchString(line), ruled.MatchString(line), signature.MatchString(line):
		case plain == "":
		default:
			out = append(out, line)
		}
	}
	return out
}

// sentences cuts a text where a full stop is followed by a capital, and at the
// marks of a list.
func sentences(text string) []string {
	text = signing.ReplaceAllString(oneSpaced(text), "$1")
	text = bullet.ReplaceAllString(text, "\n$1")
	var out []string
	start := 0
	for i := 0; i < len(text); i++ {
		if !sentenceEnds(text, i) {
			continue
		}
		if s := strings.TrimSpace(text[start : i+1]); s != "" {
			out = append(out, s)
		}
		start = i + 1
	}
	if s := strings.TrimSpace(text[start:]); s != "" {
		out = append(out, s)
	}
	return out
}

var shortened = []string{"U.S.", "U.S.C.", "C.F.R.", "Pub.", "No.", "e.g.", "i.e.", "L.", "St.", "Mr.", "Ms.", "Dr."}

func sentenceEnds(text string, i int) bool {
	if text[i] == ';' || text[i] == '\n' {
		return true
	}
	if text[i] != '.' || i+2 >= len(text) || text[i+1] != ' ' {
		return false
	}
	next := rune(text[i+2])
	if !unicode.IsUpper(next) && next < 0x80 {
		return false
	}
	word := text[strings.LastIndexByte(text[:i], ' ')+1 : i+1]
	return !slices.Contains(shortened, word)
}

// The first clause names the local side, in two ways of drafting it: "and X,
// hereinafter the law enforcement agency (LEA)" and "and X (Department)".
var betweenParties = regexp.MustCompile(`\(DHS\),? and (?:the )?(.{3,80}?)(?:,? hereinafter|,? \(([A-Z][A-Za-z]+)\))`)

// partiesOf finds how the local side is called: its name, and the short one.
func partiesOf(clauses []Clause) []string {
	for _, c := range clauses {
		for _, s := range c.Sentences {
			if m := betweenParties.FindStringSubmatch(s); m != nil {
				return slices.DeleteFunc(m[1:], func(name string) bool { return name == "" })
			}
		}
	}
	return nil
}

// anonymous puts LEA, as the forms do, where the local side is named.
func anonymous(s string, parties []string) string {
	for _, p := range parties {
		s = strings.ReplaceAll(s, p, "LEA")
	}
	s = strings.ReplaceAll(s, "LEA of ", "Department of ") // a short name that other offices bear too
	return strings.ReplaceAll(s, "(LEA)", "LEA")
}

// folded is a text without what scans, editions and typewriters do to it.
func folded(s string) string {
	s = strings.NewReplacer("’", "'", "“", `"`, "”", `"`, "–", "-", "—", "-").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func sameHeading(a, b Clause) bool { return folded(a.Heading) == folded(b.Heading) }

// apart is what each of two lists of sentences has that the other lacks, by
// the longest run of sentences in common.
func apart(a, b []string) (removed, added []string) {
	n, m := len(a), len(b)
	long := make([][]int, n+1)
	for i := range long {
		long[i] = make([]int, m+1)
	}
	fa, fb := foldAll(a), foldAll(b)
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if fa[i] == fb[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n && j < m {
		switch {
		case fa[i] == fb[j]:
			i, j = i+1, j+1
		case long[i+1][j] >= long[i][j+1]:
			removed, i = append(removed, a[i]), i+1
		default:
			added, j = append(added, b[j]), j+1
		}
	}
	return append(removed, a[i:]...), append(added, b[j:]...)
}

func foldAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = folded(s)
	}
	return out
}

var binding = regexp.MustCompile(`(?i)\b(shall|must|will|agrees? to|is responsible for|are responsible for|(?:is|are) required to|may not)\b`)

func said(list []string) []Said {
	var out []Said
	for _, s := range list {
		out = append(out, Said{s, binding.MatchString(s)})
	}
	return out
}
