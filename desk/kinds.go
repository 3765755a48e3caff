package desk

import "comity/record"

// Kinds lists every sort of entry that staff write. A new kind is one file
// kind_<name>.go and its line here.
func Kinds() []*Kind {
	return []*Kind{
		&detainer,
		&assistance,
		&call,
		&informal,
		&unattributed,
		&attribution,
		&databaseAccess,
		&automaticFlow,
		&equipment,
		&complaint,
		&complaintOutcome,
		&misidentification,
		&instrument,
		&instrumentEvent,
		&noInstrument,
		&designation,
		&designationEnd,
		&delegated,
		&deconfliction,
		&deconflictionCheck,
		&jointOperation,
		&jointStep,
		&jointStatement,
		&afterAction,
		&minutes,
		&minutesAction,
		&demand,
		&demandStep,
		&recordsRequest,
		&recordsStep,
		&certification,
		&certificationStep,
		&shield,
		&militarySupport,
		&militaryStep,
		&cost,
		&statement,
		&statementStep,
		&act,
		&notice,
		&custody,
		&releaseCall,
		&transfer,
		&correction,
		&contest,
		&rebuttal,
		&look,
	}
}

// KindOf finds a kind by its name.
func KindOf(name string) (*Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}

// RecordKinds is the same list as the record needs it, with what the desk
// writes without a form.
func RecordKinds() []record.Kind {
	out := []record.Kind{disclosure}
	for _, k := range Kinds() {
		out = append(out, k.Record)
	}
	return out
}
