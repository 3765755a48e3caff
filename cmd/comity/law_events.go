package main

import (
	"fmt"
	"strings"

	"comity"
	"comity/law"
)

// A shownEvent is a change of a rule, as `law diff` gives it.
type shownEvent struct {
	On    string        `json:"on"`
	What  law.EventIs   `json:"what"`
	By    law.EventKind `json:"by"`
	Rule  string        `json:"rule"`
	Order string        `json:"order"`
	Place string        `json:"place"`
	Acts  []string      `json:"acts"`
	Ref   string        `json:"ref"`
	Grade comity.Grade  `json:"grade"`
	Says  string        `json:"says"`
}

func showEvents(list []law.Event) []shownEvent {
	out := []shownEvent{}
	for _, e := range list {
		s := shownEvent{e.On, e.What, e.By, e.Rule.ID, "", e.Rule.Pack().Place, e.Rule.Acts, e.Cite.Ref, e.Cite.Grade, e.Rule.Says.EN}
		if e.Order != nil {
			s.Order = e.Order.ID
		}
		out = append(out, s)
	}
	return out
}

// printEvents lists each changed rule with its day, kind of act and citation.
func printEvents(e env, title string, list []shownEvent, markdown bool) {
	if markdown {
		fmt.Fprintf(e.out, "### Which rules change: %s\n\n", title)
		if len(list) > 0 {
			fmt.Fprint(e.out, "| day | rule | what | by | citation |\n|---|---|---|---|---|\n")
		}
		for _, x := range list {
			fmt.Fprintf(e.out, "| %s | %s | %s | %s | %s |\n", x.On, x.Rule, x.What, x.By, markdownCell(x.Ref))
		}
		fmt.Fprintf(e.out, "\n%d changes of rules.\n\n", len(list))
		return
	}
	fmt.Fprintln(e.out, title)
	for _, x := range list {
		fmt.Fprintf(e.out, "%s  %s %s (%s)\n  %s\n  %s\n", x.On, x.Rule, x.What, x.By, strings.Join(x.Acts, ", "), x.Ref)
		if x.Order != "" {
			fmt.Fprintf(e.out, "  by the order %s\n", x.Order)
		}
	}
	fmt.Fprintf(e.out, "%d changes of rules\n\n", len(list))
}
