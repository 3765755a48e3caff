package atlas

import "strings"

// postalCodes gives the postal code of each state, the District and the
// territories by its name in capitals.
func postalCodes() map[string]string {
	codes := make(map[string]string, 56)
	for line := range strings.SplitSeq(strings.TrimSpace(stateNames), "\n") {
		code, name, _ := strings.Cut(line, " ")
		codes[name] = code
	}
	return codes
}

// stateOf reads the printed name of a state. A name that is one letter off
// exactly one state is read as that state; sure is then false.
func stateOf(printed string) (code string, sure bool) {
	codes := postalCodes()
	printed = strings.ToUpper(strings.Join(strings.Fields(printed), " "))
	if code, ok := codes[printed]; ok {
		return code, true
	}
	var near []string
	for name, code := range codes {
		if oneLetterOff(name, printed) {
			near = append(near, code)
		}
	}
	if len(near) != 1 {
		return "", false
	}
	return near[0], false
}

// oneLetterOff reports whether one letter put in, left out or changed makes a of b.
func oneLetterOff(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

const stateNames = `
AL ALABAMA
AK ALASKA
AZ ARIZONA
AR ARKANSAS
CA CALIFORNIA
CO COLORADO
CT CONNECTICUT
DE DELAWARE
DC DISTRICT OF COLUMBIA
FL FLORIDA
GA GEORGIA
HI HAWAII
ID IDAHO
IL ILLINOIS
IN INDIANA
IA IOWA
KS KANSAS
KY KENTUCKY
LA LOUISIANA
ME MAINE
MD MARYLAND
MA MASSACHUSETTS
MI MICHIGAN
MN MINNESOTA
MS MISSISSIPPI
MO MISSOURI
MT MONTANA
NE NEBRASKA
NV NEVADA
NH NEW HAMPSHIRE
NJ NEW JERSEY
NM NEW MEXICO
NY NEW YORK
NC NORTH CAROLINA
ND NORTH DAKOTA
OH OHIO
OK OKLAHOMA
OR OREGON
PA PENNSYLVANIA
RI RHODE ISLAND
SC SOUTH CAROLINA
SD SOUTH DAKOTA
TN TENNESSEE
TX TEXAS
UT UTAH
VT VERMONT
VA VIRGINIA
WA WASHINGTON
WV WEST VIRGINIA
WI WISCONSIN
WY WYOMING
AS AMERICAN SAMOA
GU GUAM
MP NORTHERN MARIANA ISLANDS
PR PUERTO RICO
VI U.S. VIRGIN ISLANDS
`
