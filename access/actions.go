package access

// An Action is one thing that staff do. Each staff address and each operation
// of the API names one.
type Action string

// The actions. A new one is its line here, in its group below, and in the
// policy of every role that may do it.
const (
	SeeTasks Action = "see-tasks" // the desk's column of tasks, and lists
	SeeCase  Action = "see-case"  // one case, without what is sealed
	Open     Action = "open"      // see what is sealed of it
	Export   Action = "export"    // the agency's entries, nothing personal

	Record     Action = "record"      // ask about a case, and have it recorded
	Act        Action = "act"         // record what was done
	Correct    Action = "correct"     // by a new entry
	Serve      Action = "serve"       // give notice, and record it
	CheckDoor  Action = "check-door"  // answer a call-back
	BookVisits Action = "book-visits" // of the agency's own staff, with cards and marked vehicles
	Visit      Action = "visit"       // be sent: a shift, its words and numbers
	Contest    Action = "contest"     // or answer who contests
	Supervise  Action = "supervise"   // decide where the law leaves it to a supervisor
	GivePacket Action = "give-packet" // a file for a court

	UseScene    Action = "use-scene"    // the card at a scene
	UseDispatch Action = "use-dispatch" // the card of a 911 call
	ReadPaper   Action = "read-paper"   // have a scan read

	Plan        Action = "plan"         // a joint operation; deconflict it
	ApprovePlan Action = "approve-plan" // say go
	ReviewPlan  Action = "review-plan"  // vote on it beforehand

	SeeRegisters  Action = "see-registers"  // agreements, designations, demands, requests
	KeepRegisters Action = "keep-registers" // change them
	Sign          Action = "sign"           // an agreement or a statement
	Advise        Action = "advise"         // counsel's own notes and answers
	Train         Action = "train"          // take a course or a quiz
	Teach         Action = "teach"          // keep courses and attendance
	Print         Action = "print"          // procedures, cards and notices from the rules
	Integrate     Action = "integrate"      // booking events, webhooks, code maps
	AnswerDoor    Action = "answer-door"    // check a visit for whoever rings or sends a message
	Describe      Action = "describe"       // the agency's own staff, on its page "how to tell it is us"

	SeeHolds         Action = "see-holds"         // litigation holds in force
	Order            Action = "order"             // carry out what a court orders: hold, lift, erase
	AskDisclosure    Action = "ask-disclosure"    // of a sealed field, and open what was granted
	AnswerDisclosure Action = "answer-disclosure" // as the second person

	SeeSelf       Action = "see-self"       // one's own devices and roles
	SeePeople     Action = "see-people"     // accounts, devices, what their access rests on
	ChangePeople  Action = "change-people"  // invite, end, give roles
	ReviewAccess  Action = "review-access"  // confirm or end, after the law changed
	SeeAccessLog  Action = "see-access-log" // who looked at which case, for what
	DrawChecks    Action = "draw-checks"    // a sample of looks, and what was found
	BreakGlass    Action = "break-glass"    // let somebody in whose device is lost, with a reason
	AnswerDevices Action = "answer-devices" // let another device of the same person in
)

// A Group is a set of actions that policies and tables name at once.
type Group struct {
	Name    string
	Actions []Action
}

func groups() []Group {
	return []Group{
		{"reading", []Action{SeeTasks, SeeCase, Open, Export}},
		{"casework", []Action{Record, Act, Correct, Serve, CheckDoor, BookVisits, Visit, Contest, Supervise, GivePacket, UseScene, UseDispatch, ReadPaper}},
		{"joint-work", []Action{Plan, ApprovePlan, ReviewPlan}},
		{"office", []Action{SeeRegisters, KeepRegisters, Sign, Advise, Train, Teach, Print, Integrate, AnswerDoor, Describe}},
		{"orders", []Action{SeeHolds, Order, AskDisclosure, AnswerDisclosure}},
		{"people", []Action{SeeSelf, SeePeople, ChangePeople, ReviewAccess, SeeAccessLog, DrawChecks, BreakGlass, AnswerDevices}},
	}
}

// Actions lists all of them, group by group.
func Actions() []Action {
	var out []Action
	for _, g := range groups() {
		out = append(out, g.Actions...)
	}
	return out
}
