package main

import (
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/law"
)

// A shownForms is how the law was compiled and compared with itself.
type shownForms struct {
	Questions int              `json:"questions"`
	Patterns  int              `json:"patterns"`
	Forms     map[law.Form]int `json:"forms"`
	Nodes     int              `json:"nodes"`
	Largest   int              `json:"largest"`
	Apart     []shownApart     `json:"apart"`
}

type shownApart struct {
	In       string                    `json:"in"`
	On       string                    `json:"on"`
	Agency   string                    `json:"agency"`
	Actor    string                    `json:"actor"`
	Act      string                    `json:"act"`
	Facts    comity.Facts              `json:"facts"`
	Verdicts map[string]comity.Verdict `json:"verdicts"`
}

func showForms(x law.CrossCheck) shownForms {
	out := shownForms{x.Questions, x.Patterns, x.Forms, x.Nodes, x.Largest, []shownApart{}}
	for _, a := range x.Apart {
		out.Apart = append(out.Apart, shownApart(a))
	}
	return out
}

// print says how many questions each form answers: the matrix only where a
// layer is too large for a diagram.
func (s shownForms) print(e env) {
	for _, a := range s.Apart {
		fmt.Fprintf(e.out, "FAIL the compiled forms give different verdicts: in %s on %s, %s, %s: %v on %v\n", a.In, a.On, a.Actor, a.Act, a.Verdicts, a.Facts)
	}
	fmt.Fprintf(e.out, "%d questions compiled (", s.Questions)
	for i, form := range slices.Sorted(maps.Keys(s.Forms)) {
		if i > 0 {
			fmt.Fprint(e.out, ", ")
		}
		fmt.Fprintf(e.out, "%s %d", form, s.Forms[form])
	}
	fmt.Fprintf(e.out, "), %d patterns compared in each form, %d apart\n", s.Patterns, len(s.Apart))
}

// A compiledForm is how one question is compiled, whatever its facts.
type compiledForm struct {
	Form  law.Form             `json:"form"`
	Nodes map[comity.Layer]int `json:"nodes"`
}

func formOf(book *law.Book, q comity.Question) (compiledForm, error) {
	d, err := book.Compile(q.In, q.On, q.Known, q.Agency, q.Actor, q.Act)
	if err != nil {
		return compiledForm{}, fmt.Errorf("compile the question: %w", err)
	}
	return compiledForm{d.Form(), d.Nodes()}, nil
}
