package law

import (
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
)

// A shippedClock asks the shipped law one question and expects one clock of
// its answer. What is due was counted by hand: the comment above each row is
// the count, and no line of the code under test had a part in it.
type shippedClock struct {
	name, in, actor, act string
	facts                string // fact=value, divided by blanks
	at                   string // the question's own instant
	rule                 string // whose clock: the beginning of the rule's id, or a part of its citation
	due                  string
	turn                 string // verdicts a minute before the end and at it, where it ends an act
}

const (
	detainer     = "document.detainer=i-247a document.detainer_shows=probable-cause document.admin_warrant=i-200 document.served_on_person=true person.custody=jailed person.release_due=true "
	victimsForm  = "event.kind=request-received person.role=victim "
	federalClock = "us/8cfr287#7.d"
	formClock    = "us/form-i247a#box1"
)

// Pennsylvania has no statute of its own on detainers, so federal law speaks alone.
var federalClocks = []shippedClock{
	// Friday 7 hours to midnight; Saturday and Sunday out; Monday 24 (31); Tuesday 17.
	{"over a weekend", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-02-06T17:00:00-05:00", "2026-02-06T18:00:00-05:00", federalClock, "2026-02-10T17:00:00-05:00", "permitted prohibited"},
	// The form counts Saturday and Sunday too.
	{"over a weekend, the form", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-02-06T17:00:00-05:00", "2026-02-06T18:00:00-05:00", formClock, "2026-02-08T17:00:00-05:00", "permitted permitted"},
	// Free on a Saturday: nothing counts before Monday 00:00, and Monday and Tuesday are the 48 hours.
	{"free on a Saturday", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-02-07T10:00:00-05:00", "2026-02-07T11:00:00-05:00", federalClock, "2026-02-11T00:00:00-05:00", "permitted prohibited"},
	// Wednesday 12; Thanksgiving (26 November) out; Friday 24 (36); weekend out; Monday 12.
	{"over Thanksgiving", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-11-25T12:00:00-05:00", "2026-11-25T13:00:00-05:00", federalClock, "2026-11-30T12:00:00-05:00", "permitted prohibited"},
	{"over Thanksgiving, the form", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-11-25T12:00:00-05:00", "2026-11-25T13:00:00-05:00", formClock, "2026-11-27T12:00:00-05:00", ""},
	// Clocks go forward on Sunday 8 March, which is out: Friday 6, Monday 24 (30), Tuesday 18.
	{"spring", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-03-06T18:00:00-05:00", "2026-03-06T19:00:00-05:00", federalClock, "2026-03-10T18:00:00-04:00", "permitted prohibited"},
	// 48 hours on, the wall clock shows an hour more.
	{"spring, the form", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-03-06T18:00:00-05:00", "2026-03-06T19:00:00-05:00", formClock, "2026-03-08T19:00:00-04:00", ""},
	// Clocks go back on Sunday 1 November, which is out: Friday 6, Monday 24 (30), Tuesday 18.
	{"autumn", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-30T18:00:00-04:00", "2026-10-30T19:00:00-04:00", federalClock, "2026-11-03T18:00:00-05:00", "permitted prohibited"},
	{"autumn, the form", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-30T18:00:00-04:00", "2026-10-30T19:00:00-04:00", formClock, "2026-11-01T17:00:00-05:00", ""},
	// 1 January 2022 was a Saturday, so Friday the 31st was the holiday: Thursday 4; Friday to Sunday out; Monday 24 (28); Tuesday 20.
	{"New Year observed on Friday", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2021-12-30T20:00:00-05:00", "2021-12-30T21:00:00-05:00", federalClock, "2022-01-04T20:00:00-05:00", "permitted prohibited"},
	{"New Year observed on Friday, the form", "us-pa", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2021-12-30T20:00:00-05:00", "2021-12-30T21:00:00-05:00", formClock, "2022-01-01T20:00:00-05:00", ""},
	// The day after Thanksgiving is a holiday of Nebraska, and lengthens no hold: the count is the same as above.
	{"over a holiday of the state", "us-ne", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-11-25T12:00:00-06:00", "2026-11-25T13:00:00-06:00", federalClock, "2026-11-30T12:00:00-06:00", "permitted prohibited"},
	// Custody passed to ICE on Saturday 20:00; 48 hours on, after the change of clocks, it is 21:00.
	{"agreement: 48 hours in ICE custody", "us-oh", "county-jail", "hold-on-detainer", detainer + "agreement.model=wso agreement.officer_certified=true person.custody=federal-immigration person.ice_custody_at=2026-03-07T20:00:00-05:00 person.release_due_at=2026-03-07T19:00:00-05:00", "2026-03-09T21:00:00-04:00", "us/moa-wso#A.48h", "2026-03-09T21:00:00-04:00", ""},
}

var stateClocks = []shippedClock{
	// North Carolina from 1 October 2025: 48 plain hours from release. Friday 22:00 daylight time, Sunday 21:00 standard time.
	{"NC from release", "us-nc", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2025-10-31T22:00:00-04:00", "2025-10-31T23:00:00-04:00", "us/nc/gs-162-62#b1.hold", "2025-11-02T21:00:00-05:00", "required prohibited"},
	// Until 30 September 2025: 48 hours from receipt, whenever release falls. 9 March 2025 has 23 hours.
	{"NC from receipt", "us-nc", "county-jail", "hold-on-detainer", detainer + "request.received_at=2025-03-08T10:00:00-05:00 person.release_due_at=2025-03-09T10:00:00-04:00", "2025-03-09T12:00:00-04:00", "us/nc/gs-162-62#b1.hold.2024", "2025-03-10T11:00:00-04:00", "required prohibited"},
	// Two hours after ICE was asked, over the hour that does not exist: 01:30 standard is 04:30 daylight time.
	{"NC after the query", "us-nc", "county-jail", "hold-for-status-check", "charge.class=felony federal.queried_at=2026-03-08T01:30:00-05:00", "2026-03-08T03:10:00-04:00", "us/nc/gs-162-62#15a-534.hold", "2026-03-08T04:30:00-04:00", "required prohibited"},
	// Two hours to tell ICE, in the night with the doubled hour: 00:30 daylight, 01:30 standard.
	{"NC notice to ICE", "us-nc", "county-jail", "notify-release", detainer + "person.release_due_at=2026-11-01T00:30:00-04:00", "2026-11-01T00:40:00-04:00", "us/nc/gs-162-62#b1.notice", "2026-11-01T01:30:00-05:00", ""},
	// New Jersey: 23:59 by the wall clock, however long the day is.
	{"NJ in spring", "us-nj", "county-jail", "hold-on-detainer", detainer + "charge.list=nj-violent-or-serious person.release_due_at=2026-03-08T01:00:00-05:00", "2026-03-08T12:00:00-04:00", "us/nj/directive-2018-6#II.B.6.keys", "2026-03-08T23:59:00-04:00", ""},
	{"NJ in autumn", "us-nj", "county-jail", "hold-on-detainer", detainer + "charge.list=nj-violent-or-serious person.release_due_at=2020-11-01T00:30:00-04:00", "2020-11-01T12:00:00-05:00", "us/nj/directive-2018-6#II.B.6.keys", "2020-11-01T23:59:00-05:00", ""},
	// New York City, over Columbus Day of 2018, before a court of the state closed this door (Wells, 14 November):
	// Friday 15; Saturday to Monday out; Tuesday 24 (39); Wednesday 9.
	{"NYC police", "us-ny-nyc", "municipal-police", "hold-on-detainer", detainer + "person.watchlist_match=true person.release_due_at=2018-10-05T09:00:00-04:00", "2018-10-05T10:00:00-04:00", "us/ny/nyc/14-154#b.2", "2018-10-10T09:00:00-04:00", "permitted prohibited"},
	// Colorado: six hours after bond. 00:30 and six hours, one of them skipped, is 07:30.
	{"CO in spring", "us-co", "county-jail", "delay-release", "person.bond_posted_at=2026-03-08T00:30:00-07:00 person.release_due=true", "2026-03-08T04:00:00-06:00", "us/co/article-76.6#102.delay", "2026-03-08T07:30:00-06:00", ""},
	// 22:00 and six hours, one of them twice, is 03:00.
	{"CO in autumn", "us-co", "county-jail", "delay-release", "person.bond_posted_at=2026-10-31T22:00:00-06:00 person.release_due=true", "2026-10-31T23:00:00-06:00", "us/co/article-76.6#102.delay", "2026-11-01T03:00:00-07:00", ""},
	// Texas: plain hours, weekend and change of clocks included: Saturday noon daylight, Monday 11:00 standard time.
	{"TX", "us-tx-harris", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/tx/ccp-2a060#a1", "2026-11-02T11:00:00-06:00", "required permitted"},
	{"FL", "us-fl-orange", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-03-07T15:00:00-05:00", "2026-03-07T16:00:00-05:00", "us/fl/ch908#105.1c", "2026-03-09T16:00:00-04:00", "required permitted"},
	// Christmas counts like any day.
	{"GA over Christmas", "us-ga", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2025-12-24T18:00:00-05:00", "2025-12-24T19:00:00-05:00", "us/ga/42-1-11.5#hold", "2025-12-26T18:00:00-05:00", "required permitted"},
	// Alabama until 30 September 2025: 48 hours from booking to ask; 9 March 2025 has 23 hours.
	{"AL status at booking", "us-al", "county-jail", "verify-status-at-booking", "event.kind=booking person.foreign_national=true person.booked_at=2025-03-08T10:00:00-06:00", "2025-03-08T11:00:00-06:00", "us/al/ch31-13#18", "2025-03-10T11:00:00-05:00", ""},
	{"AL notice at booking", "us-al", "county-jail", "verify-status-at-booking", "event.kind=booking person.foreign_national=true person.booked_at=2025-03-08T10:00:00-06:00", "2025-03-08T11:00:00-06:00", "us/al/ch31-13#12b", "2025-03-09T11:00:00-05:00", ""},
	// South Carolina: 72 hours from booking.
	{"SC status at booking", "us-sc", "county-jail", "verify-status-at-booking", "event.kind=booking person.custody=jailed charge.class=misdemeanor person.booked_at=2026-03-07T10:00:00-05:00", "2026-03-07T11:00:00-05:00", "23-3-1100(A)", "2026-03-10T11:00:00-04:00", ""},
	// New Hampshire over Labor Day: the duty of RSA 106-R ends after 48 plain hours, on Sunday;
	{"NH every agency", "us-nh", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-09-04T15:00:00-04:00", "2026-09-04T16:00:00-04:00", "us/nh/106-r#3.comply", "2026-09-06T15:00:00-04:00", "required permitted"},
	// the leave of RSA 30-B after 48 counted ones: Friday 9; Saturday to Labor Day out; Tuesday 24 (33); Wednesday 15.
	{"NH county jail", "us-nh", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-09-04T15:00:00-04:00", "2026-09-07T16:00:00-04:00", "us/nh/sb62#30-B", "2026-09-09T15:00:00-04:00", "permitted prohibited"},
	// Every other state that makes the form's request a duty counts 48 plain hours: Saturday noon daylight time, Monday 11:00 standard time.
	{"ID", "us-id-ada", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-06:00", "2026-10-31T13:00:00-06:00", "us/id/", "2026-11-02T11:00:00-07:00", ""},
	{"IN", "us-in-marion", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-04:00", "2026-10-31T13:00:00-04:00", "us/in/", "2026-11-02T11:00:00-05:00", ""},
	{"KS", "us-ks-johnson", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/ks/", "2026-11-02T11:00:00-06:00", ""},
	{"LA", "us-la", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/la/", "2026-11-02T11:00:00-06:00", ""},
	{"TN", "us-tn-shelby", "county-jail", "hold-on-detainer", detainer + "agreement.model=wso person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/tn/", "2026-11-02T11:00:00-06:00", ""},
	{"IA", "us-ia", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/ia/", "2026-11-02T11:00:00-06:00", ""},
	{"OK", "us-ok", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-05:00", "2026-10-31T13:00:00-05:00", "us/ok/", "2026-11-02T11:00:00-06:00", ""},
	{"WV", "us-wv", "county-jail", "hold-on-detainer", detainer + "person.release_due_at=2026-10-31T12:00:00-04:00", "2026-10-31T13:00:00-04:00", "us/wv/", "2026-11-02T11:00:00-05:00", ""},
	// Oregon: one month after the last day of January is the last of February.
	{"OR report", "us-or", "municipal-police", "file-report", "event.kind=request-received request.received_at=2026-01-31T10:00:00-08:00", "2026-02-01T10:00:00-08:00", "us/or/sanctuary-promise#826.3.report", "2026-02-28", ""},
	// Georgia, 48 hours from booking over the doubled hour.
	{"GA status at booking", "us-ga", "county-jail", "verify-status-at-booking", "event.kind=booking person.custody=jailed charge.class=felony person.foreign_national=true person.booked_at=2025-11-01T12:00:00-04:00", "2025-11-01T13:00:00-04:00", "us/ga/42-4-14#b", "2025-11-03T11:00:00-05:00", ""},
}

// Requests for a U or T visa certification. A row with business days names
// every holiday that it passes.
var certificationClocks = []shippedClock{
	// Illinois, 90 days: December has 30 left, January 31 (61), February 28 (89), 1 March.
	{"IL request", "us-il", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-12-01T09:00:00-06:00", "2025-12-02T09:00:00-06:00", "us/il/voices#10", "2026-03-01", ""},
	// 30 business days over the turn of the year: 16-19 December (4); 22, 23, 24, 26 (8), Christmas out; 29-31 (11);
	// 2 January (12), New Year out; 5-9 (17); 12-16 (22); 20-23 (26), King Day out; 26-29 (30).
	{"IL appeal over New Year", "us-il", "municipal-police", "decide-visa-certification", "event.kind=certification-appeal request.received_at=2025-12-15T09:00:00-06:00", "2025-12-16T09:00:00-06:00", "us/il/voices#11", "2026-01-29", ""},
	// 2-6 February (5); 9, 10, 11, 13 (9), Lincoln out; 17-20 (13), Presidents' Day out; 23-27 (18); 3-6 March (22),
	// Pulaski out; 9-13 (27); 16-18 (30). Without the state's own two holidays it would be 16 March.
	{"IL appeal over the state's holidays", "us-il", "municipal-police", "decide-visa-certification", "event.kind=certification-appeal request.received_at=2026-01-30T09:00:00-06:00", "2026-02-02T09:00:00-06:00", "us/il/voices#11", "2026-03-18", ""},
	// Nebraska, 90 business days: 25, 26 November (2), Thanksgiving and the day after out; 1-5 December (7); 8-12 (12); 15-19 (17);
	// 22, 23, 24, 26 (21); 29-31, 2 January (25); 5-9 (30); 12-16 (35); 20-23 (39), King Day out; 26-30 (44); 2-6 February (49);
	// 9-13 (54); 17-20 (58), Presidents' Day out; 23-27 (63); 2-6 March (68); 9-13 (73); 16-20 (78); 23-27 (83); 30 March-3 April (88); 6, 7 (90).
	{"NE over Thanksgiving and New Year", "us-ne", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-11-24T12:00:00-06:00", "2025-11-25T12:00:00-06:00", "us/ne/29-217#3", "2026-04-07", ""},
	// 5-9 January (5); 12-16 (10); 20-23 (14); 26-30 (19); 2-6 February (24); 9-13 (29); 17-20 (33); 23-27 (38); 2-6 March (43); 9-13 (48);
	// 16-20 (53); 23-27 (58); 30 March-3 April (63); 6-10 (68); 13-17 (73); 20-23 (77), Arbor Day out; 27 April-1 May (82); 4-8 (87); 11-13 (90).
	{"NE over Arbor Day", "us-ne", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2026-01-02T12:00:00-06:00", "2026-01-05T12:00:00-06:00", "us/ne/29-217#2", "2026-05-13", ""},
	// New Jersey, 120 days: October has 26 left, November 30 (56), December 31 (87), January 31 (118), 2 February.
	{"NJ", "us-nj", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2026-10-05T09:00:00-04:00", "2026-10-06T09:00:00-04:00", "us/nj/s3521#visa", "2027-02-02", ""},
	// Washington, 90 days: November has 20 left, December 31 (51), January 31 (82), 8 February, a Sunday: plain days do not move.
	{"WA", "us-wa", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-11-10T09:00:00-08:00", "2025-11-11T09:00:00-08:00", "us/wa/crime-victim-certification#020.3", "2026-02-08", ""},
	// Connecticut, 60 days: December has 16 left, January 31 (47), 13 February.
	{"CT", "us-ct", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-12-15T09:00:00-05:00", "2025-12-16T09:00:00-05:00", "us/ct/other-statutes#46b-38b.g5", "2026-02-13", ""},
	// California, 30 days: December has 11 left, 19 January, which is King Day: plain days do not move.
	{"CA", "us-ca", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-12-20T09:00:00-08:00", "2025-12-21T09:00:00-08:00", "us/ca/penal-679#10", "2026-01-19", ""},
	// Virginia, 120 days: December has 30 left, January 31 (61), February 28 (89), March 31 (120).
	{"VA", "us-va", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-12-01T09:00:00-05:00", "2025-12-02T09:00:00-05:00", "9.1-1501(A)", "2026-03-31", ""},
	// Minnesota, 90 days over a leap day: December 30, January 31 (61), 29 February 2028.
	{"MN", "us-mn", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2027-12-01T09:00:00-06:00", "2027-12-02T09:00:00-06:00", "us/mn/611a-95#2", "2028-02-29", ""},
	// Milwaukee, 90 days: December 21, January 31 (52), February 28 (80), 10 March.
	{"Milwaukee", "us-wi-milwaukee", "municipal-police", "decide-visa-certification", victimsForm + "request.received_at=2025-12-10T09:00:00-06:00", "2025-12-11T09:00:00-06:00", "us/wi/milwaukee/sop-130#visa", "2026-03-10", ""},
}

// A claim against the United States: two years from the day itself, which is
// not counted, so that the last day is the same day two years on.
var remedyClocks = []shippedClock{
	{"an arrest in March", "us-il", "resident", "file-complaint", "officer.level=federal suit.relief=money-damages event.happened_on=2024-03-10", "2026-01-05T10:00:00-06:00", "us/remedies#2401b.claim", "2026-03-10", ""},
	// 2026 has no 29 February. Two years that begin with 1 March 2024 end with 28 February.
	{"on a leap day", "us-tx", "resident", "file-complaint", "officer.level=federal suit.relief=money-damages event.happened_on=2024-02-29", "2026-01-05T10:00:00-06:00", "us/remedies#2401b.claim", "2026-02-28", ""},
	// and two years that begin with 1 March 2022 end with 28 February 2024, a day before the leap day, which is safe.
	{"into a leap year", "us-ca", "resident", "file-complaint", "officer.level=federal suit.relief=money-damages event.happened_on=2022-02-28", "2023-01-05T10:00:00-08:00", "us/remedies#2401b.claim", "2024-02-28", ""},
	{"on the last day of a year", "us-fl-orange", "bystander", "file-complaint", "officer.level=federal suit.relief=money-damages event.happened_on=2025-12-31", "2026-01-05T10:00:00-05:00", "us/remedies#2401b.claim", "2027-12-31", ""},
	// The day on which the denial was mailed is not asked, so no last day to sue is given.
	{"the suit after a denial", "us-il", "resident", "file-complaint", "officer.level=federal suit.relief=money-damages event.happened_on=2024-03-10", "2026-01-05T10:00:00-06:00", "us/remedies#2401b.suit", "", ""},
}

func TestFederalClocks(t *testing.T)       { testShippedClocks(t, federalClocks) }
func TestStateClocks(t *testing.T)         { testShippedClocks(t, stateClocks) }
func TestCertificationClocks(t *testing.T) { testShippedClocks(t, certificationClocks) }
func TestRemedyClocks(t *testing.T)        { testShippedClocks(t, remedyClocks) }

func testShippedClocks(t *testing.T, rows []shippedClock) {
	b := shipped(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			d := ask(t, b, r.question(t, r.at))
			i := slices.IndexFunc(d.Clocks, func(k comity.Clock) bool {
				return strings.HasPrefix(k.Rule, r.rule) || strings.Contains(k.Cite, r.rule)
			})
			switch {
			case i < 0:
				t.Fatalf("%s has no clock in the answer: %s by %v, clocks %v", r.rule, d.Verdict, d.Rules, d.Clocks)
			case d.Clocks[i].Due != r.due:
				t.Fatalf("due %s, counted by hand %s", d.Clocks[i].Due, r.due)
			}
			if r.turn == "" {
				return
			}
			end, err := time.Parse(time.RFC3339, r.due)
			if err != nil {
				t.Fatal(err)
			}
			before := ask(t, b, r.question(t, end.Add(-time.Minute).Format(time.RFC3339)))
			after := ask(t, b, r.question(t, r.due))
			if got := string(before.Verdict + " " + after.Verdict); got != r.turn {
				t.Errorf("at the end the verdict turns %q, want %q", got, r.turn)
			}
		})
	}
}

func (r shippedClock) question(t testing.TB, at string) comity.Question {
	t.Helper()
	facts := comity.Facts{}
	for pair := range strings.FieldsSeq(r.facts) {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			t.Fatalf("%q is no fact and value", pair)
		}
		facts[name] = value
	}
	return comity.Question{In: r.in, On: at[:10], At: at, Actor: r.actor, Act: r.act, Facts: facts, Closed: true}
}
