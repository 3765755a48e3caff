package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"comity"
)

// errHelp ends a command that was asked to explain itself, and did.
var errHelp = errors.New("help")

// flags reads a command's arguments. What is wrong with them is said once, in
// the program's own voice.
type flags struct {
	*flag.FlagSet
	name string
	rest []string // the arguments that are no flags
}

func newFlags(name string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), name: name}
	f.SetOutput(io.Discard)
	return f
}

// parse takes flags before, between and after the other arguments, and refuses
// unknown flags and arguments beyond the most that are allowed.
func (f *flags) parse(e env, args []string, most int) error {
	for {
		err := f.FlagSet.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			f.usage(e.out)
			return errHelp
		case err != nil:
			return &comity.Problem{Code: "bad-flag", Message: err.Error(), Hint: "comity " + f.name + " -h lists the flags"}
		case f.FlagSet.NArg() == 0:
			return nil
		case len(f.rest) == most:
			return &comity.Problem{Code: "bad-argument", Message: fmt.Sprintf("%q is one argument too many", f.FlagSet.Arg(0)), Hint: "comity " + f.name + " -h lists the arguments"}
		}
		f.rest = append(f.rest, f.FlagSet.Arg(0))
		args = f.FlagSet.Args()[1:]
	}
}

// Args, NArg and Arg are of the arguments that are no flags.
func (f *flags) Args() []string { return f.rest }

func (f *flags) NArg() int { return len(f.rest) }

func (f *flags) Arg(i int) string {
	if i < len(f.rest) {
		return f.rest[i]
	}
	return ""
}

// needDay refuses what is not a day.
func needDay(name, value string) error {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		return &comity.Problem{Code: "bad-date", Message: fmt.Sprintf("%q is not a day", value), Where: "-" + name, Hint: "write it as 2006-01-02"}
	}
	return nil
}

// need refuses an empty value of a flag that has no default.
func need(name, value, example string) error {
	if value != "" {
		return nil
	}
	return &comity.Problem{Code: "missing-flag", Message: "-" + name + " is missing", Hint: "for example -" + name + " " + example}
}

func (f *flags) usage(w io.Writer) {
	for _, c := range commands() {
		if c.name == f.name {
			fmt.Fprintf(w, "usage: comity %s %s\n%s\n\n", c.name, c.usage, c.short)
		}
	}
	for _, v := range lawVerbs() {
		if args, says, _ := strings.Cut(v.usage, ": "); "law "+v.name == f.name {
			fmt.Fprintf(w, "usage: comity law %s %s\n%s\n", v.name, args, says)
			if more := moreOf(v.name); more != "" {
				fmt.Fprintf(w, "\n%s\n", more)
			}
			fmt.Fprintln(w)
		}
	}
	f.SetOutput(w)
	f.PrintDefaults()
	f.SetOutput(io.Discard)
}

// pairs collects -fact NAME=VALUE, given many times.
type pairs struct{ facts comity.Facts }

func (p *pairs) String() string { return "" }

func (p *pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" || value == "" {
		return fmt.Errorf("%q is not NAME=VALUE, for example document.detainer=i-247a", s)
	}
	if old, again := p.facts[name]; again && old != value {
		return fmt.Errorf("%s is given twice, as %s and as %s", name, old, value)
	}
	if p.facts == nil {
		p.facts = comity.Facts{}
	}
	p.facts[name] = value
	return nil
}

// list collects a flag given many times, or values separated by commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(s string) error {
	*l = append(*l, strings.Split(s, ",")...)
	return nil
}
