package web

import (
	"context"
	"fmt"
	"net/http"

	"comity/oversight"
)

// Figures are published numbers that headers and totals do not tell; ok is
// false while they are being counted.
type Figures interface {
	Figures(ctx context.Context) (list []oversight.Figure, ok bool, err error)
}

// A recordFigure is one of them with its question in words.
type recordFigure struct {
	oversight.Figure
	Words string
	Share string
}

// recordFigures are the newest, as many as fit on a page.
func (s *site) recordFigures(ctx context.Context, l *lang) (out []recordFigure, counting bool, err error) {
	if s.Figures == nil {
		return nil, false, nil
	}
	list, ok, err := s.Figures.Figures(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, f := range list[:min(len(list), countsShown)] {
		one := recordFigure{f, l.figureWords(f), ""}
		if f.Answer != "" {
			one.Share = fmt.Sprintf("%.0f %%", 100*float64(f.Count)/float64(f.Of))
		}
		out = append(out, one)
	}
	return out, !ok, nil
}

// figureWords is the question of the form with its answer.
func (l *lang) figureWords(f oversight.Figure) string {
	if f.Field == "override" {
		return l.say("record-figures.override")
	}
	key := "desk." + f.Kind + "." + f.Field
	if f.Field == oversight.FigureEvents {
		return l.say(key + ".ask")
	}
	answer := l.say("record-figures.minutes")
	if f.Answer != "" {
		answer = l.option(key, f.Answer)
	}
	return l.say(key+".ask") + " " + answer
}

// countedFigures are all of them, for a file.
func (s *site) countedFigures(r *http.Request) ([]oversight.Figure, error) {
	if s.Figures == nil {
		return nil, nil
	}
	list, ok, err := s.Figures.Figures(r.Context())
	if err == nil && !ok {
		err = s.problem(r, http.StatusServiceUnavailable, "counting")
	}
	return list, err
}
