// Command comity says what the law in force on a day prohibits, permits or
// requires where local government meets federal immigration enforcement, keeps
// the signed record of every contact, shows it, and replays it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"comity"
	"comity/law"
)

// Exit codes, as docs/commands.md promises them.
const (
	exitRan     = 0 // the answer is on standard output
	exitFinding = 1 // a finding, or a bad proof
	exitInput   = 2 // bad input: nothing was changed
	exitOurs    = 3 // our fault
)

// A command is one verb of the program. Its answer goes to io.out; what it
// tells the user about errors is the error it returns.
type command struct {
	name  string
	usage string // arguments
	short string // one line
	run   func(ctx context.Context, env env, args []string) error
}

// env is what a command may touch, so that tests can drive it.
type env struct {
	in       io.Reader
	out, err io.Writer
}

// commands is the whole table. One file a command.
func commands() []command {
	return []command{
		{"demo", "[-addr H:P] [-dir D] [-json]", "try everything with sample data, in a browser", runDemo},
		{"init", "-dir D -origin NAME -agency ORI [-sample] [-json]", "create a record: its origin and keys", runInit},
		{"serve", "-dir D -addr H:P [-parts desk,public,door] [-json]", "serve the pages, the API and the log", runServe},
		{"decide", "-in PLACE -on DAY -actor A -act B -fact F=V… | -batch FILE", "say what the law of a day says", runDecide},
		{"ask", "[-in PLACE] [-actor A] [-act B] [-fact F=V]… [-lang es] [-no-input] [-json]", "ask the fewest questions that lead to an answer", runAsk},
		{"verify", "-key FILE|VKEY (URL|DIR) [-receipt F] [-from C -to C] [-cosigner VKEY]… [-watch FILE] [-json]", "check a record and its receipts, or follow it", runVerify},
		{"cosign", "-dir D -key FILE -log VKEY|FILE… -addr H:P | -new-key NAME -o FILE", "watch the records of others and sign what only grew", runCosign},
		{"deconflict", "key", "make the key that two agencies share to keep planned operations apart", runDeconflict},
		{"webhook", "key", "make the secret that signs what another system is told", runWebhook},
		{"directory", "serve|once -dir D -logs FILE [-json] | check FILE | verify -key FILE|VKEY URL", "watch the records of many agencies and show what was seen of each", runDirectory},
		{"account", "add|list|link|end|readmit|review -dir D [-label L -role R [-basis RULE] [-until DAY]] [-id ID] [-json]", "give and end people's access", runAccount},
		{"record", "hold|lift|holds|erase|ledger|show -dir D -entry ID …", "carry out what counsel orders about an entry", runRecord},
		{"replay", "[-json|-csv] [FILE.csv|DIR|URL]", "decide each row or entry again", runReplay},
		{"report", "statistics -year YEAR [-csv|-json] (DIR|URL|EXPORT)", "make a report that anyone can make again", runReport},
		{"export", "-o DIR [-format csv,jsonl,parquet] (DIR|URL)", "write the whole public record into files", runExport},
		{"import", "agencies|agreements|detainers|texts FILE… [-o DIR] [-oris FILE] | lookups FILE.csv… [-on DAY] | bookings -map FILE FILE.csv…", "turn a published file into our own form", runImport},
		{"agreement", "compare FILE FILE | clauses FILE [-json]", "lay texts of agreements beside each other, clause by clause", runAgreement},
		{"law", "check|test|show|explain|coverage|gaps|conflicts|prove|diff|schema|fmt|new|view|update …", "look at the law itself", runLaw},
		{"print", "-in PLACE -actor A [-sheet procedure|card|public] [-on DAY] [-known DAY|then] [-from DAY] [-lang es] [-pdf FILE] [-json]", "draw a procedure, roll-call card or public page from the rules", runPrint},
		{"release", "-disclosure FILE -key FILE,FILE -o FILE | -new-key NAME -o FILE", "sign the law for others to install without a network", runRelease},
		{"backup", "-dir D -o FILE -to RECIPIENT [-keys] [-json] | -new-key FILE", "write a record, or its keys, into one encrypted file", runBackup},
		{"restore", "FILE (-dir D | -drill) -identity FILE -keys FILE [-ledger FILE] [-log URL|DIR] [-json]", "make a record from a backup and check all of it", runRestore},
		{"door", "check -agency ORI [-channel sms] URL | odds", "check a visit as a telephone system does; the odds of guessing a code", runDoor},
		{"evidence", "packet -dir D -o FILE [-order COURT] ID", "put one case, its law and its proofs into a file for a court", runEvidence},
		{"doctor", "[-dir D] [-repair] [-json]", "check everything and say what to do", runDoctor},
		{"version", "[-json]", "print version and law digest", runVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, env{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// run finds the command, runs it and turns its error into words and a code.
func run(ctx context.Context, e env, args []string) int {
	if len(args) == 0 || slices.Contains([]string{"-h", "-help", "--help", "help"}, args[0]) {
		usage(e.out)
		return exitRan
	}
	table := commands()
	i := slices.IndexFunc(table, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return tell(e, &comity.Problem{
			Code: "unknown-command", Message: fmt.Sprintf("there is no command %q", args[0]),
			Hint: "comity help lists the commands",
		})
	}
	return tell(e, table[i].run(ctx, e, args[1:]))
}

// errFinding ends a command that ran well and found something.
var errFinding = errors.New("finding")

// tell prints err in the one voice of the program and gives its exit code.
func tell(e env, err error) int {
	var p *comity.Problem
	var many law.Problems
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitRan
	case errors.Is(err, errFinding):
		return exitFinding
	case errors.As(err, &many):
		for _, p := range many {
			tellProblem(e, p)
		}
		return exitInput
	case errors.As(err, &p):
		tellProblem(e, p)
		return problemExit(p)
	}
	fmt.Fprintf(e.err, "comity: %v\n", err)
	return exitOurs
}

func tellProblem(e env, p *comity.Problem) {
	fmt.Fprintf(e.err, "comity: %v\n", p)
	if p.Hint != "" {
		fmt.Fprintf(e.err, "hint: %s\n", p.Hint)
	}
}

// problemExit: a full disk or a broken record is no fault of the input.
func problemExit(p *comity.Problem) int {
	switch {
	case p.Code == "bad-proof" || strings.HasPrefix(p.Code, "proof-"):
		return exitFinding
	case slices.Contains([]string{"disk-full", "disk-fault", "read-only", "damaged", "no-database", "not-known"}, p.Code):
		return exitOurs
	}
	return exitInput
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Comity: what the law of a day says, written down so that nobody can quietly change it.\nNot legal advice.\n\nusage: comity COMMAND [arguments]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n           %s\n", c.name, c.short, c.usage)
	}
	fmt.Fprint(w, "\nThe answer goes to standard output. Exit: 0 ran, 1 a finding or a bad proof, 2 bad input, 3 our fault.\n")
}
