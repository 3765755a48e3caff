package web

import "comity/access"

// A menuItem is one page of the desk that is neither in the bar nor a form to
// write: desk.menu.<name> is its text.
type menuItem struct {
	Name, Path string
	may        access.Action
}

// deskMenu is every such page, in the order in which the desk lists them. A new
// one is a line here.
func deskMenu() []menuItem {
	return []menuItem{
		{"deputy", "/desk/deputy", access.Record},
		{"detainers", "/desk/detainers", access.SeeTasks},
		{"agreements", "/desk/agreements", access.SeeRegisters},
		{"registers", "/desk/registers", access.SeeRegisters},
		{"visits", "/desk/visits", access.BookVisits},
		{"tell", "/desk/tell", access.Describe},
		{"training", "/desk/training", access.Train},
		{"viewings", "/desk/viewings", access.SeeAccessLog},
		{"notes", "/desk/notes", access.Advise},
	}
}

// Menu is what of it this person may see.
func (p deskPage) Menu() []menuItem {
	var out []menuItem
	for _, item := range deskMenu() {
		if p.Who.May(item.may) {
			out = append(out, item)
		}
	}
	return out
}
