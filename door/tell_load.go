package door

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"comity"

	"go.yaml.in/yaml/v3"
)

const (
	tellDir  = "tell"
	maxTell  = 64 << 10
	maxStale = 366
)

// LoadTell reads tell/*.yaml. Every fault of every file is reported: the error
// joins *comity.Problem values.
func LoadTell(fsys fs.FS) ([]Tell, error) {
	names, err := fs.Glob(fsys, path.Join(tellDir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []Tell
	var problems []error
	for _, name := range names {
		t, err := readTell(fsys, name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out = append(out, t)
	}
	return out, errors.Join(problems...)
}

func readTell(fsys fs.FS, name string) (Tell, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil || len(data) > maxTell {
		return Tell{}, problem(name, "unreadable", "the page cannot be read or is too large", "")
	}
	var t Tell
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&t); err != nil {
		return Tell{}, problem(name, "bad-yaml", strings.TrimPrefix(err.Error(), "yaml: "), "compare with tell/sample-police.yaml")
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Tell{}, problem(name, "several-documents", "the file holds more than one YAML document", "keep one page in a file")
	}
	c := checker{file: name}
	c.tell(t)
	return t, errors.Join(c.problems...)
}

func problem(where, code, message, hint string) error {
	return &comity.Problem{Code: code, Message: message, Hint: hint, Where: where}
}

type checker struct {
	file     string
	problems []error
}

func (c *checker) need(ok bool, key, code, message string) {
	if !ok {
		c.problems = append(c.problems, problem(c.file+" "+key, code, message, ""))
	}
}

var (
	tellID    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	oriForm   = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{7}$`)
	placeForm = regexp.MustCompile(`^us(-[a-z0-9]+)*$`)
	ruleForm  = regexp.MustCompile(`^us(/[a-z0-9-]+)+#[A-Za-z0-9.-]+$`)
	phone     = regexp.MustCompile(`^(911|311|[0-9]{3}-[0-9]{3}-[0-9]{4})$`)
	numbers   = regexp.MustCompile(`[0-9]`)
	others    = regexp.MustCompile(`(?i)\b(ICE|DHS|CBP|HSI|federal(es)?|immigration|inmigración|border patrol)\b`)
)

func (c *checker) tell(t Tell) {
	c.need(t.ID+".yaml" == path.Base(c.file) && tellID.MatchString(t.ID), "id", "wrong-id", "the id is not the name of the file")
	c.need(t.Name != "", "name", "no-name", "the agency has no name")
	c.need(placeForm.MatchString(t.Place), "place", "bad-place", "the place is not a place id")
	if t.Sample {
		c.need(t.ORI == "" && strings.Contains(t.Name, "(sample data)"), "name", "bad-sample", "a sample has no ORI and says (sample data) in its name")
	} else {
		c.need(oriForm.MatchString(t.ORI), "ori", "bad-ori", "the ORI is not nine letters and digits")
	}
	c.own("uniforms", t.Uniforms)
	c.own("vehicles", t.Vehicles)
	c.list("never_ask", t.NeverAsk)
	c.numbers(t)
	c.need(len(t.Limits) > 0, "limits", "missing", "the page does not say what the agency may do here")
	for i, l := range t.Limits {
		c.text(fmt.Sprintf("limits[%d]", i), l.Text)
		for _, r := range l.Rules {
			c.need(ruleForm.MatchString(r), fmt.Sprintf("limits[%d]", i), "bad-rule", r+" is not a rule id")
		}
	}
	c.fingerprints(t.Fingerprints)
	c.day("checked_on", t.CheckedOn)
	c.need(t.StaleAfter > 0 && t.StaleAfter <= maxStale, "stale_after_days", "bad-stale", "the page must grow stale after 1 to 366 days")
}

// own keeps descriptions to the agency's own staff: no word on anybody else's,
// and no number that would single out one officer or one vehicle.
func (c *checker) own(key string, list []Text) {
	c.list(key, list)
	for i, t := range list {
		at := fmt.Sprintf("%s[%d]", key, i)
		c.need(!others.MatchString(t.EN+" "+t.ES), at, "describes-others", "describe your own staff only")
		c.need(!numbers.MatchString(t.EN+t.ES), at, "singles-out", "write no numbers here: no badge, unit or plate")
	}
}

func (c *checker) list(key string, list []Text) {
	c.need(len(list) > 0, key, "missing", "the page needs at least one line here")
	for i, t := range list {
		c.text(fmt.Sprintf("%s[%d]", key, i), t)
	}
}

func (c *checker) text(key string, t Text) {
	for _, s := range []string{t.EN, t.ES} {
		c.need(s != "" && s == strings.TrimSpace(s) && !strings.ContainsAny(s, "!\n"), key, "bad-text", "one plain line in English and one in Spanish are needed")
	}
}

func (c *checker) numbers(t Tell) {
	c.need(len(t.Numbers) > 0, "numbers", "missing", "the page gives no number to ring")
	for i, n := range t.Numbers {
		at := fmt.Sprintf("numbers[%d]", i)
		c.text(at, n.Label)
		c.text(at, n.When)
		c.need(phone.MatchString(n.Number), at, "bad-number", "write the number as 911, 311 or 555-555-0100")
		fictional := n.Number == "911" || strings.Contains(n.Number, "-555-01")
		c.need(!t.Sample || fictional, at, "real-number", "a sample uses only numbers kept free for fiction, such as 555-555-0100")
	}
}

func (c *checker) fingerprints(f Fingerprints) {
	c.text("fingerprints", f.Text)
	c.need(len(f.Cite) > 0, "fingerprints", "no-source", "the note on fingerprints needs a source")
	for i, s := range f.Cite {
		at := fmt.Sprintf("fingerprints.cite[%d]", i)
		c.need(s.Ref != "" && s.Title != "" && strings.HasPrefix(s.Address, "http"), at, "no-citation", "a source needs ref, title and a public address")
		c.need(s.Grade == comity.GradeA || s.Grade == comity.GradeB || s.Grade == comity.GradeC, at, "bad-grade", "the grade is A, B or C")
		c.day(at, s.Checked)
	}
}

func (c *checker) day(key, day string) {
	t, err := time.Parse(time.DateOnly, day)
	c.need(err == nil && t.Year() >= 1996 && t.Year() < 2100, key, "bad-day", "write a quoted day such as \"2026-11-21\"")
}
