package access

// A Role is what a person does in an agency.
type Role string

// The roles of an agency. Nobody of a federal agency has one (H21).
const (
	Clerk          Role = "clerk"           // records and booking
	Sergeant       Role = "sergeant"        // supervises a patrol
	Dispatcher     Role = "dispatcher"      // takes 911 calls
	Supervisor     Role = "supervisor"      // of a shift in a jail
	WatchCommander Role = "watch-commander" // of the police on a shift
	Commander      Role = "commander"       // chief or sheriff
	Counsel        Role = "counsel"         // city or county attorney
	Auditor        Role = "auditor"         // oversight within the agency
	Board          Role = "board"           // of review, from outside
	Administrator  Role = "administrator"   // IT: people and devices, no cases
	Integrator     Role = "integrator"      // a program: the jail's or dispatch's own system
	Gateway        Role = "gateway"         // a program: the city's own telephone menu or SMS system
	Trainer        Role = "trainer"         // courses and quizzes, no cases
	FieldWorker    Role = "field-worker"    // is sent on booked visits, sees no case
	Admin          Role = "admin"           // the token that setting up a record prints
)

// Roles lists them in the order in which tables show them.
func Roles() []Role {
	return []Role{Clerk, Sergeant, Dispatcher, Supervisor, WatchCommander, Commander, Counsel, Auditor, Board, Administrator, Integrator, Gateway, Trainer, FieldWorker, Admin}
}

// Given lists the roles that an administrator gives to people and programs.
func Given() []Role { return Roles()[:len(Roles())-1] }

// OfProgram reports whether the role is for a token alone: nobody signs in with it.
func (r Role) OfProgram() bool { return r == Integrator || r == Gateway }
