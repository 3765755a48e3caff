package record

import (
	"errors"
	"strings"

	"comity"
)

// An Inquiry is what a person holds who wants a receipt checked, all of it as
// text. It is answered offline and the same everywhere: in a browser, on a
// server and at the command line.
type Inquiry struct {
	Key       string `json:"key"`       // of the log, as served at /log/key
	Receipt   string `json:"receipt"`   //
	Cosigners string `json:"cosigners"` // verifier keys, one a line, or a policy; may be empty
	Earlier   string `json:"earlier"`   // a checkpoint of this log that the person kept; may be empty
}

// A Finding is the answer in sentences, those of Key.Receipt and Proved.Vouch.
// Where it is not good, Problem says why and nothing else is said.
type Finding struct {
	Good      bool            `json:"good"`
	Sentences []string        `json:"sentences"`
	Problem   *comity.Problem `json:"problem,omitempty"`
}

// Answer checks what the person holds. lang is en or es.
func (q Inquiry) Answer(lang string) Finding {
	sentences, err := q.check()
	f := Finding{Good: err == nil, Sentences: []string{}}
	var p *comity.Problem
	switch {
	case errors.As(err, &p):
		said := *p
		f.Problem = &said
	case err != nil:
		f.Problem = &comity.Problem{Code: "bad-proof", Message: err.Error()}
	default:
		f.Sentences = sentences
	}
	if lang != "es" {
		return f
	}
	for i, s := range f.Sentences {
		f.Sentences[i] = Spanish(s)
	}
	if f.Problem != nil {
		f.Problem.Message, f.Problem.Hint = Spanish(f.Problem.Message), Spanish(f.Problem.Hint)
	}
	return f
}

func (q Inquiry) check() ([]string, error) {
	key, err := ParseKey(q.Key)
	if err != nil {
		return nil, err
	}
	p, err := key.Receipt([]byte(q.Receipt))
	if err != nil {
		return nil, err
	}
	out := p.Sentences()
	if strings.TrimSpace(q.Cosigners) != "" {
		policy, err := readCosigners(q.Cosigners)
		if err != nil {
			return nil, err
		}
		v, err := p.Vouch(policy)
		if err != nil {
			return nil, err
		}
		out = append(out, v.Sentences()...)
	}
	if strings.TrimSpace(q.Earlier) != "" {
		said, err := q.notBefore(key, p)
		if err != nil {
			return nil, err
		}
		out = append(out, said...)
	}
	return out, nil
}

// notBefore holds the receipt against a checkpoint that was kept: if the entry
// should have been public by then and was not yet in the log, it is back-dated.
func (q Inquiry) notBefore(key Key, p Proved) ([]string, error) {
	kept, err := key.Checkpoint([]byte(withNewline(q.Earlier)))
	if err != nil {
		return nil, in(err, "earlier")
	}
	if err := p.BackDated(kept.Size, kept.At, "the checkpoint that was kept"); err != nil {
		return nil, err
	}
	switch {
	case !p.Receipt.Complete():
		return nil, nil
	case *p.Receipt.Index < kept.Size:
		return []string{"The log was already large enough to hold it in the checkpoint that was kept, of " + day(kept.At) + "."}, nil
	default:
		return []string{"It is not back-dated past the checkpoint that was kept, of " + day(kept.At) + "."}, nil
	}
}

// withNewline mends what a text field of a page takes off: a signed note ends
// with its last line.
func withNewline(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) + "\n"
}

// readCosigners reads a policy, or a list of keys all of whose holders must
// have signed.
func readCosigners(text string) (Policy, error) {
	lines := strings.Fields(text)
	if strings.Contains(text, "quorum") {
		return ParsePolicy([]byte(text))
	}
	var list []PolicyCosigner
	names := map[string]bool{}
	for _, line := range lines {
		c, err := ParseCosigner(line)
		if err != nil {
			return Policy{}, err
		}
		list = append(list, PolicyCosigner{Key: c})
		names[c.Name()] = true
	}
	return NewPolicy(list, len(names))
}
