package badge

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// What testdata/oracle/ask.mjs is asked and answers.
type (
	question struct {
		Now         int64  `json:"now"`
		Skew        int64  `json:"skew"`
		Issuer      string `json:"issuer"`
		Agency      string `json:"agency"`
		Type        string `json:"type"`
		Kid         string `json:"kid"`
		Audience    string `json:"audience"`
		Nonce       string `json:"nonce"`
		ListAddress string `json:"listAddress"`
		Place       int    `json:"place"`

		Key       map[string]string `json:"key"`
		Cases     []asked           `json:"cases,omitempty"`
		Published []publishedCase   `json:"published,omitempty"`
		Write     *writing          `json:"write,omitempty"`
	}
	asked struct {
		Text     string `json:"text"`
		List     string `json:"list"`
		Now      int64  `json:"now"`
		Nonce    string `json:"nonce,omitempty"`
		Audience string `json:"audience,omitempty"`
		OfList   bool   `json:"ofList"`
		OfToken  bool   `json:"ofToken"`
	}
	publishedCase struct {
		Text  string         `json:"text"`
		Key   map[string]any `json:"key"`
		Now   int64          `json:"now"`
		Nonce string         `json:"nonce,omitempty"`
	}
	writing struct {
		PrivateKey map[string]string `json:"privateKey"`
		Holder     map[string]string `json:"holder"`
	}
	reply struct {
		Answers []answered
		Read    []struct {
			Claims any
			Error  string
		}
		Written []struct {
			Name, Text, Nonce string
			Claims            any
		}
		Lists []struct {
			Bits     int
			Text     string
			Statuses []int
		}
	}
	answered struct {
		SDJWT bool
		Jose  *bool
	}
)

// ask asks the other implementations. Where they are not installed the test is
// not run, and ./test says so.
func ask(t *testing.T, f forge, q question) reply {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("not run: node is not installed")
	}
	folder := filepath.Join("..", "..", "web", "build")
	for _, name := range []string{"@sd-jwt/sd-jwt-vc", "jose"} {
		if _, err := os.Stat(filepath.Join(folder, "node_modules", name)); err != nil {
			t.Skip("not run: npm ci in web/build first")
		}
	}
	q.Now, q.Skew, q.Issuer, q.Agency, q.Type, q.Kid = testNow.Unix(), int64(clockSkew/time.Second), testAddress, testAgency, Type, KeyID(&f.key.PublicKey)
	q.Audience, q.Nonce, q.ListAddress, q.Place = testAudience, testNonce, testList, testPlace
	q.Key = jwkOf(t, f.key.PublicKey.Bytes, nil)
	q.Write = &writing{jwkOf(t, f.key.PublicKey.Bytes, f.key.Bytes), jwkOf(t, f.holder.PublicKey.Bytes, f.holder.Bytes)}
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "oracle", "ask.mjs"), folder)
	var out, complaint bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(text), &out, &complaint
	if err := command.Run(); err != nil {
		t.Fatalf("%v: %s", err, complaint.String())
	}
	var r reply
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func jwkOf(t *testing.T, public, private func() ([]byte, error)) map[string]string {
	t.Helper()
	point, err := public()
	if err != nil {
		t.Fatal(err)
	}
	jwk := map[string]string{"kty": "EC", "crv": "P-256", "x": encode(point[1 : 1+half]), "y": encode(point[1+half:])}
	if private != nil {
		d, err := private()
		if err != nil {
			t.Fatal(err)
		}
		jwk["d"] = encode(d)
	}
	return jwk
}

// askedOf puts a mutant as a whole credential with its status list.
func (f forge) askedOf(c mutant) asked {
	a := asked{Text: c.text, List: c.list, Now: c.now.Unix(), OfToken: c.ofToken}
	if c.bound {
		a.Nonce, a.Audience = testNonce, testAudience
	}
	if c.group == ofList {
		a.OfList, a.List = true, c.text
		a.Text = join(f.token(f.header().String(), f.payload().with("status", status(fmt.Sprint(c.place), testList)).String()), f.shown()...)
	}
	return a
}

// Others and this verifier agree on what is valid, whoever wrote it. Of what is
// not, @sd-jwt and jose take some.
func TestOracle(t *testing.T) {
	f := newForge(t)
	valid := f.valid(t)
	names := slices.Sorted(maps.Keys(valid))
	var mutants []mutant
	for _, c := range f.all() {
		if c.group != ofCode { // they have no COSE
			mutants = append(mutants, c)
		}
	}
	var q question
	for _, name := range names {
		q.Cases = append(q.Cases, f.askedOf(valid[name]))
	}
	for _, c := range mutants {
		q.Cases = append(q.Cases, f.askedOf(c))
	}
	var vectors, drafted []signedVector
	readVectors(t, "rfc9901/signed.json", &vectors)
	readVectors(t, "sd-jwt-vc/signed.json", &drafted)
	vectors = append(vectors, drafted...)
	for _, c := range vectors {
		q.Published = append(q.Published, publishedCase{c.Text, c.Key, vectorVerifier(t, c).Now.Unix(), c.Nonce})
	}
	r := ask(t, f, q)
	if len(r.Answers) != len(q.Cases) || len(r.Read) != len(vectors) {
		t.Fatalf("%d answers to %d questions", len(r.Answers), len(q.Cases))
	}

	t.Run("takes what is issued here", func(t *testing.T) {
		for i, name := range names {
			if err := f.check(valid[name]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if a := r.Answers[i]; !a.SDJWT || a.Jose == nil || !*a.Jose {
				t.Errorf("%s: @sd-jwt takes it %t, jose %t", name, a.SDJWT, a.Jose != nil && *a.Jose)
			}
		}
	})
	t.Run("reads what is published as it is read here", func(t *testing.T) {
		for i, c := range vectors {
			if got := r.Read[i]; got.Error != "" || !reflect.DeepEqual(got.Claims, c.Claims) {
				t.Errorf("%s, %s: %s %v", c.Section, c.What, got.Error, got.Claims)
			}
		}
	})
	t.Run("writes what is taken here", func(t *testing.T) { theirs(t, f, r) })
	t.Run("takes what is refused here", func(t *testing.T) { compared(t, mutants, r.Answers[len(names):]) })
}

// valid are credentials of ours and of the forge.
func (f forge) valid(t *testing.T) map[string]mutant {
	t.Helper()
	b := testBadge()
	with, err := f.issuer.SDJWT(b, Status{testPlace, testList})
	if err != nil {
		t.Fatal(err)
	}
	b.Picture = nil
	without, err := f.issuer.SDJWT(b, Status{testPlace, testList})
	if err != nil {
		t.Fatal(err)
	}
	list, err := f.issuer.Status(testList, []int{0, testPlace - 1, testPlace + 1, Statuses - 1}, testNow)
	if err != nil {
		t.Fatal(err)
	}
	token, _, _ := strings.Cut(with, "~")
	out := map[string]mutant{"picture": {text: with}, "no picture": {text: without}, "nothing shown": {text: token + "~"}, "forge": {text: f.credential()}, "forge, bound": {text: f.bind(f.credential()), bound: true}}
	for name, c := range out {
		c.list, c.now, c.ofToken = list, testNow, true
		out[name] = c
	}
	return out
}

// theirs reads what the others wrote.
func theirs(t *testing.T, f forge, r reply) {
	t.Helper()
	if len(r.Written) != 18 || len(r.Lists) != 4 {
		t.Fatalf("%d credentials and %d lists", len(r.Written), len(r.Lists))
	}
	for i, c := range r.Written {
		v := f.verifier(mutant{list: r.Lists[i%len(r.Lists)].Text, now: testNow.Add(time.Second), bound: c.Nonce != ""})
		found, err := v.SDJWT(c.Text)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		} else if got := plain(t, found.Claims); !reflect.DeepEqual(got, c.Claims) || found.Bound != (c.Nonce != "") {
			t.Errorf("%s: %v, not %v", c.Name, got, c.Claims)
		}
	}
	for _, l := range r.Lists {
		v := f.verifier(mutant{now: testNow})
		for i := 0; i < len(l.Statuses); i += 13 { // each place is checked whole
			want := l.Statuses[i]
			if got, err := v.StatusAt(testAddress, l.Text, testList, int64(i)); err != nil || int(got) != want {
				t.Fatalf("list of %d bits, place %d: %d, %v, not %d", l.Bits, i, got, err, want)
			}
		}
		if _, err := v.StatusAt(testAddress, l.Text, testList, int64(len(l.Statuses))); !errors.Is(err, ErrForm) {
			t.Errorf("list of %d bits, past the end: %v", l.Bits, err)
		}
	}
}

// compared counts the mutants that others take, and docs/door.md has the counts.
// TestEveryMutantIsRefused shows that none is taken here.
func compared(t *testing.T, mutants []mutant, answers []answered) {
	t.Helper()
	type score struct{ mutants, sdjwt, ofToken, jose int }
	var all score
	groups := map[string]score{}
	for i, c := range mutants {
		s := groups[c.group]
		for _, score := range []*score{&s, &all} {
			score.mutants++
			if answers[i].SDJWT {
				score.sdjwt++
			}
			if j := answers[i].Jose; j != nil {
				score.ofToken++
				if *j {
					score.jose++
				}
			}
		}
		groups[c.group] = s
		if testing.Verbose() && (answers[i].SDJWT || answers[i].Jose != nil && *answers[i].Jose) {
			t.Logf("@sd-jwt takes it %t, jose %t: %s: %q", answers[i].SDJWT, answers[i].Jose != nil && *answers[i].Jose, c.group, c.name)
		}
	}
	t.Logf("counted: of %d mutants of badges and status lists @sd-jwt takes %d; of %d whose fault is in a token jose takes %d; this verifier none", all.mutants, all.sdjwt, all.ofToken, all.jose)
	var table strings.Builder
	table.WriteString("| what is wrong | mutants | `@sd-jwt` takes | `jose` was asked of | `jose` takes | this verifier takes |\n|---|---|---|---|---|---|\n")
	for _, name := range append(slices.Sorted(maps.Keys(groups)), "all") {
		s := groups[name]
		if name == "all" {
			s = all
		}
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | 0 |\n", name, s.mutants, s.sdjwt, s.ofToken, s.jose)
	}
	inDocs(t, table.String())
}

var update = flag.Bool("update", false, "write the table in docs/door.md")

// inDocs compares what was counted with docs/door.md.
func inDocs(t *testing.T, table string) {
	t.Helper()
	const from, to = "<!-- oracle -->\n", "<!-- /oracle -->"
	text, err := os.ReadFile(doorPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), from)
	old, after, ends := strings.Cut(rest, to)
	if !found || !ends {
		t.Fatal("docs/door.md has no place for the table")
	}
	if old == table {
		return
	}
	if !*update {
		t.Errorf("the counts changed; review them and run with -update:\n%s", table)
	} else if err := os.WriteFile(doorPage, []byte(before+from+table+to+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
