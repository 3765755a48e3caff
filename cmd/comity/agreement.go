package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"comity"
	"comity/atlas"
	"comity/data"
)

// runAgreement lays texts of agreements beside each other.
func runAgreement(ctx context.Context, e env, args []string) error {
	f := newFlags("agreement")
	asJSON := f.Bool("json", false, "say it as JSON")
	if err := f.parse(e, args, 3); err != nil {
		return err
	}
	switch {
	case f.NArg() == 3 && f.Arg(0) == "compare":
		return compareTexts(ctx, e, f.Arg(1), f.Arg(2), *asJSON)
	case f.NArg() == 2 && f.Arg(0) == "clauses":
		return tellClauses(ctx, e, f.Arg(1), *asJSON)
	}
	return &comity.Problem{Code: "bad-argument", Message: "say which texts to read", Hint: "comity agreement compare FILE FILE, or comity agreement clauses FILE; PDF or plain text"}
}

func compareTexts(ctx context.Context, e env, first, second string, asJSON bool) error {
	a, err := clausesOf(ctx, first)
	if err != nil {
		return err
	}
	b, err := clausesOf(ctx, second)
	if err != nil {
		return err
	}
	changes, same := atlas.CompareClauses(a, b)
	if asJSON {
		return json.NewEncoder(e.out).Encode(struct {
			Same    int                  `json:"same"`
			Changes []atlas.ClauseChange `json:"changes"`
		}{same, changes})
	}
	fmt.Fprintf(e.out, "%d clauses say the same, %d do not\n", same, len(changes))
	for _, c := range changes {
		which := c.First
		if c.Kind == atlas.ClauseAdded {
			which = c.Second
		}
		fmt.Fprintf(e.out, "\n%s %s %s\n", c.Kind, which.Path, which.Heading)
		tellSaid(e.out, "-", c.Removed)
		tellSaid(e.out, "+", c.Added)
	}
	return nil
}

func tellSaid(w io.Writer, sign string, list []atlas.Said) {
	for _, s := range list {
		duty := ""
		if s.Duty {
			duty = " [duty]"
		}
		fmt.Fprintf(w, "  %s%s %s\n", sign, duty, s.Text)
	}
}

// tellClauses lists the clauses of one text, and which published texts have
// each of them word for word.
func tellClauses(ctx context.Context, e env, name string, asJSON bool) error {
	clauses, err := clausesOf(ctx, name)
	if err != nil {
		return err
	}
	texts, err := atlas.LoadTexts(data.FS)
	if err != nil {
		return fmt.Errorf("read the published texts: %w", err)
	}
	same := texts.With(clauses)
	if asJSON {
		return json.NewEncoder(e.out).Encode(same)
	}
	for _, s := range same {
		var in []string
		for _, t := range s.In {
			in = append(in, t.Name)
		}
		where := "in no published text that is known here"
		if len(in) > 0 {
			where = "as in " + strings.Join(in, ", ")
		}
		fmt.Fprintf(e.out, "%s %s\n  %s\n  %s\n", s.Clause.Path, s.Clause.Heading, s.Clause.Hash, where)
	}
	return nil
}

func clausesOf(ctx context.Context, name string) ([]atlas.Clause, error) {
	text, err := plainText(ctx, name)
	if err != nil {
		return nil, err
	}
	clauses := atlas.ReadClauses(text)
	if len(clauses) == 0 {
		return nil, &comity.Problem{Code: "no-clauses", Message: "no numbered clause was found in this text", Where: name,
			Hint: "a paper that is only a picture must be typed or read by a scanner first"}
	}
	return clauses, nil
}

// plainText is the file, or the text layer of a PDF.
func plainText(ctx context.Context, name string) (string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "", noFile(name, "")
	}
	if !strings.HasPrefix(string(b[:min(len(b), 5)]), "%PDF-") {
		return string(b), nil
	}
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		return "", &comity.Problem{Code: "no-program", Message: "this is a PDF, and pdftotext is not installed", Where: name, Hint: "install poppler-utils, or give the plain text"}
	}
	out, err := exec.CommandContext(ctx, program, "-layout", name, "-").Output()
	if err != nil {
		return "", &comity.Problem{Code: "bad-file", Message: "the PDF could not be read", Where: name, Hint: "open it in a viewer; if it shows, give its plain text"}
	}
	return string(out), nil
}

// importTexts reads published agreements, named by a manifest in their folder,
// into hashes of their clauses.
func importTexts(ctx context.Context, e env, dir, manifest string) error {
	file, err := os.Open(manifest)
	if err != nil {
		return noFile(manifest, "")
	}
	defer file.Close()
	texts, err := atlas.ReadManifest(file, filepath.Base(manifest))
	if err != nil {
		return err
	}
	for i, t := range texts {
		name := filepath.Join(filepath.Dir(manifest), filepath.Base(t.Name))
		b, err := os.ReadFile(name)
		if err != nil {
			return noFile(name, "")
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != t.SHA256 {
			return &comity.Problem{Code: "bad-digest", Message: "the file is not the one that the list names", Where: t.Name}
		}
		text, err := plainText(ctx, name)
		if err != nil {
			return err
		}
		texts[i].Has = atlas.Hashed(atlas.ReadClauses(text))
		fmt.Fprintf(e.err, "comity: %s: %d clauses\n", t.Name, len(texts[i].Has))
	}
	first, err := create(dir, "texts.csv")
	if err != nil {
		return err
	}
	second, err := create(dir, "clauses.csv")
	if err != nil {
		return err
	}
	if err := atlas.WriteTexts(first, second, texts); err != nil {
		return err
	}
	if err := first.Close(); err != nil {
		return err
	}
	return second.Close()
}
