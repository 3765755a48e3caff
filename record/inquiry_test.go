package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// An inquirySample is a log of some entries, and a receipt of the last.
type inquirySample struct {
	Inquiry
	signer *Signer
	at     time.Time
}

func newInquirySample(t *testing.T, stored time.Time) inquirySample {
	t.Helper()
	secret, err := NewSigner("record.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ParseSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	draft := Draft{ID: "a-1", Agency: "IL0160000", Kind: "detainer", At: stored}
	salted := newSalted(&draft, []string{digestOf("one"), digestOf("two")})
	r, leaf, err := signer.promise("a-1", salted.Header.Stub(), salted.Salt, stored, stored.Add(2*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	leaves := []tlog.Hash{tlog.RecordHash([]byte("first")), leaf.Hash()}
	root := treeHash(leaves)
	signed, err := signer.checkpoint(2, root, stored.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	r = r.complete(1, tlog.RecordProof{leaves[0]}, signed)
	return inquirySample{Inquiry{Key: signer.Key().String(), Receipt: string(r.Marshal())}, signer, stored}
}

var inquiryDay = time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC)

// The answers are those of Key.Receipt; Spanish leaves no English word behind.
func TestInquiry(t *testing.T) {
	s := newInquirySample(t, inquiryDay)
	f := s.Answer("en")
	if !f.Good || f.Problem != nil || len(f.Sentences) != 3 || !strings.Contains(f.Sentences[1], "entry number 1 of 2") {
		t.Errorf("%+v", f)
	}
	es := s.Answer("es")
	want := []string{"El registro record.example/log firmó que la anotación a-1", "Es la anotación número 1 de 2 en el registro publicado el 3 de marzo de 2026, 14:01 UTC;", "Se publicó a tiempo, antes del 3 de marzo de 2026, 14:02 UTC."}
	for i, w := range want {
		if i >= len(es.Sentences) || !strings.Contains(es.Sentences[i], w) {
			t.Errorf("in Spanish %q, want %q", es.Sentences, w)
		}
	}
}

// A changed byte, another key, a wrong cosigner: refused with words in both
// languages, and no sentence of what a good receipt would prove.
func TestInquiryRefuses(t *testing.T) {
	s, other := newInquirySample(t, inquiryDay), newInquirySample(t, inquiryDay)
	secret, err := NewCosignKey("cosigner.example/w1", false)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseCosignKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*Inquiry)
		code   string
		en, es string
	}{
		{"another id", func(q *Inquiry) { q.Receipt = strings.Replace(q.Receipt, `"a-1"`, `"a-2"`, 1) }, "bad-proof", "the promise is refused", "la promesa se rechaza"},
		{"an hour earlier", func(q *Inquiry) {
			q.Receipt = strings.Replace(q.Receipt, "2026-03-03T14:00:00Z", "2026-03-03T13:00:00Z", 1)
		}, "bad-proof", "a time was changed", "una hora"},
		{"another key", func(q *Inquiry) { q.Key = other.Key }, "bad-proof", "did not sign it", "no la firmó"},
		{"no key", func(q *Inquiry) { q.Key = "" }, "bad-key", "not the public key", "no es la clave"},
		{"no receipt", func(q *Inquiry) { q.Receipt = "hello" }, "bad-receipt", "not in the form of one", "no tiene esa forma"},
		{"a cosigner who did not sign", func(q *Inquiry) { q.Cosigners = keys[0].Public().String() }, "bad-proof", "too few cosigners", "muy pocos cofirmantes"},
		{"no cosigner's key", func(q *Inquiry) { q.Cosigners = "someone" }, "bad-key", "cosigner", "cofirmante"},
		{"no checkpoint", func(q *Inquiry) { q.Earlier = "yesterday" }, "bad-proof", "checkpoint is refused", "punto de control se rechaza"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := s.Inquiry
			c.change(&q)
			for lang, want := range map[string]string{"en": c.en, "es": c.es} {
				f := q.Answer(lang)
				if f.Good || f.Problem == nil || len(f.Sentences) != 0 || f.Problem.Code != c.code || !strings.Contains(f.Problem.Message, want) {
					t.Errorf("%s: %+v %v", lang, f, f.Problem)
				}
			}
		})
	}
}

// R2: an entry that says it was written an hour before it was. A checkpoint
// kept from between shows it.
func TestInquiryFlagsBackDating(t *testing.T) {
	s := newInquirySample(t, inquiryDay)
	kept := func(size int64, at time.Time) string {
		signed, err := s.signer.checkpoint(size, tlog.RecordHash([]byte("first")), at)
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	q := s.Inquiry
	q.Earlier = strings.TrimSpace(kept(1, inquiryDay.Add(time.Hour))) // an hour later it was not there
	if f := q.Answer("en"); f.Good || !strings.Contains(f.Problem.Message, "back-dated") {
		t.Errorf("%+v", f)
	}
	if f := q.Answer("es"); f.Good || !strings.Contains(f.Problem.Message, "fecha anterior a la verdadera") || !strings.Contains(f.Problem.Message, "según el punto de control guardado") {
		t.Errorf("%+v", f.Problem)
	}
	for _, fair := range []string{kept(1, inquiryDay.Add(-time.Hour)), kept(5, inquiryDay.Add(time.Hour))} {
		q.Earlier = fair
		if f := q.Answer("es"); !f.Good || len(f.Sentences) != 4 || !strings.Contains(f.Sentences[3], "punto de control guardado, del 3 de marzo") {
			t.Errorf("%+v %v", f, f.Problem)
		}
	}
}

// Every sentence that answers an inquiry has its twin: the functions that make
// them are read, and each text with a space in it must stand in the table.
func TestEverySentenceIsInSpanish(t *testing.T) {
	makers := map[string][]string{
		"receipt.go":       {"ParseReceipt", "Key.checkPromise", "Key.checkIncluded", "Receipt.checkShown"},
		"key.go":           {"ParseKey", "Key.open"},
		"checkpoint.go":    {"Key.Checkpoint", "Key.checkpoint"},
		"cosigner.go":      {"ParseCosigner", "cosignatures"},
		"cosign_verify.go": {"Proved.Vouch", "notEnough", "Proved.BackDated", "Vouched.Sentences", "Follow", "SameView", "SameHistory"},
		"inquiry.go":       {"Inquiry.notBefore"},
		"verify.go":        {"Proved.Sentences", "Report.Sentences", "Grown.Sentences", "Verify", "addBundle", "Report.compare", "unreadable", "Consistent"},
		"stamp/log.go":     {"Sentences", "Read", "list", "readOne"},
		"stamp/stamp.go":   {"Request.Check", "Verify", "open", "parse", "forStamps", "names", "refused"},
	}
	var table []string
	for _, name := range []string{"spanish.go", "spanish_log.go"} {
		ast.Inspect(parseFile(t, name), func(n ast.Node) bool {
			if text, ok := literal(n); ok {
				table = append(table, text)
			}
			return true
		})
	}
	all := strings.Join(table, "\n")
	seen := 0
	for file, names := range makers {
		for _, d := range parseFile(t, file).Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !slices.Contains(names, funcName(f)) {
				continue
			}
			names = slices.DeleteFunc(names, func(n string) bool { return n == funcName(f) })
			ast.Inspect(f, func(n ast.Node) bool {
				text, ok := literal(n)
				if text = verb.ReplaceAllString(text, "%s"); !ok || !strings.Contains(strings.TrimSpace(text), " ") || text == "2 January 2006" {
					return true
				}
				seen++
				if !strings.Contains(all, strings.TrimSpace(text)) && !strings.Contains(all, strings.ReplaceAll(text, "%s+%s", "%s")) {
					t.Errorf("%s: no Spanish for %q", file, text)
				}
				return true
			})
		}
		if len(names) > 0 {
			t.Errorf("%s has no %v", file, names)
		}
	}
	if seen < 30 {
		t.Errorf("only %d sentences were found", seen)
	}
	for _, twin := range slices.Concat(twins(), logTwins(), stampTwins()) {
		if strings.Count(twin[0], "%s") != strings.Count(twin[1], "%s") {
			t.Errorf("holes differ: %q", twin)
		}
	}
}

var verb = regexp.MustCompile(`%[.0-9]*[dqvs]`)

func parseFile(t *testing.T, name string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func funcName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name + "." + f.Name.Name
}
