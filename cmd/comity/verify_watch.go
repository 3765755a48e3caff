package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"comity"
	"comity/record"
)

// watch follows a log: at every beat it looks whether the log has only grown
// since the checkpoint that file keeps, in time, and as its cosigners saw it.
// It ends with the first thing that is wrong (1), or when it is told to.
func (q verification) watch(ctx context.Context, e env, file string, beat time.Duration, looks int, asJSON bool) error {
	if q.where == "" || q.receipt != "" || q.from != "" || q.to != "" {
		return &comity.Problem{Code: "bad-flag", Message: "following a log takes its address and no receipt or checkpoint", Where: "-watch", Hint: "comity verify -key VKEY -watch FILE https://record.example"}
	}
	if beat < time.Second || beat > 24*time.Hour {
		return &comity.Problem{Code: "bad-flag", Message: "the beat must be between 1s and 24h", Where: "-beat"}
	}
	last, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		last = nil
	case err != nil:
		return noFile(file, "")
	default:
		if _, err := q.key.Checkpoint(last); err != nil {
			return &comity.Problem{Code: "bad-checkpoint", Message: "the file does not hold a checkpoint of this log", Where: file, Hint: "it was changed, or is of another log: move it away to begin anew"}
		}
	}
	for n := 1; ; n++ {
		said, signed, err := q.look(ctx, last, beat)
		if ctx.Err() != nil {
			return nil
		}
		unreadable := code(err) == "unreadable" || code(err) == "no-log"
		if unreadable {
			err = q.overdue(err, last, beat)
		}
		if code(err) != "unreadable" || n == looks {
			if shown := q.show(e, said, err, asJSON); shown != nil {
				return shown
			}
		} else {
			tellProblem(e, problemOf(q.refused(err)))
		}
		if err == nil {
			if last = signed; replaceFile(file, last) != nil {
				return notWritten(file)
			}
		}
		if n == looks || sleep(ctx, beat) != nil {
			return nil
		}
	}
}

// look checks the log once.
func (q verification) look(ctx context.Context, last []byte, beat time.Duration) (verified, []byte, error) {
	var v verified
	files, err := logAt(q.where)
	if err != nil {
		return v, nil, err
	}
	signed, err := files.ReadFile(ctx, "checkpoint")
	if err != nil {
		return v, nil, &comity.Problem{Code: "unreadable", Where: q.where, Message: "the log does not answer: " + err.Error()}
	}
	g, err := record.Follow(ctx, q.key, files, last, signed, time.Now(), beat)
	if err != nil {
		return v, nil, err
	}
	if last == nil {
		v.Sentences = append(v.Sentences, fmt.Sprintf("The log %s is followed from its checkpoint of %s, size %d.", g.To.Origin, g.To.At.Format(time.RFC3339), g.To.Size))
	} else {
		v.Sentences = append(v.Sentences, g.Sentences()...)
	}
	_, err = q.outside(ctx, &v, files, g.To, signed, last)
	return v, signed, err
}

// overdue: a log that does not answer is late once its last beat is too old.
func (q verification) overdue(unreadable error, last []byte, beat time.Duration) error {
	if last == nil {
		return unreadable
	}
	c, err := q.key.Checkpoint(last)
	if err != nil || c.Overdue(time.Now(), beat) <= 0 {
		return unreadable
	}
	return &comity.Problem{Code: "bad-proof", Where: q.where,
		Message: fmt.Sprintf("the beat is late: the last checkpoint seen is of %s, one is promised every %v, and the log cannot be read now (%v)", c.At.Format(time.RFC3339), beat, unreadable)}
}

func problemOf(err error) *comity.Problem {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p
	}
	return &comity.Problem{Code: "unreadable", Message: err.Error()}
}

func code(err error) string {
	var p *comity.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}
