package access

// Purposes are the codes of what somebody looks an entry up for. The vague one
// stands last: its share is a figure that the board sees.
func Purposes() []string {
	return []string{"booking", "release", "notice", "scene", "complaint", "court", "records-request", "handover", Vague}
}

// Vague is the purpose that says nothing.
const Vague = "other"
