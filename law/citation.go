package law

import "regexp"

// An Authority is what sort of source a citation names.
type Authority string

// Kinds of authority. A citation of several, such as a code section with the
// act that enacted it, is of the first kind below that it names.
const (
	ByConstitution Authority = "constitution"
	ByCase         Authority = "case"
	ByStatute      Authority = "statute"
	ByRegulation   Authority = "regulation"
	ByOrdinance    Authority = "ordinance"
	ByAct          Authority = "act" // a session law or a bill
	ByOrder        Authority = "order"
	ByOpinion      Authority = "opinion" // of an attorney general or counsel
	ByAgreement    Authority = "agreement"
	ByPolicy       Authority = "policy" // of an agency, its forms and manuals
)

// AuthorityOf reads a citation and says what it names. It is false where the
// text names no source that a reader could look up.
func AuthorityOf(ref string) (Authority, bool) {
	for _, f := range citationForms {
		if f.form.MatchString(ref) {
			return f.is, true
		}
	}
	return "", false
}

// A citationForm tells a kind of authority by its words. The order is that of
// the kinds: what a text is known by first.
type citationForm struct {
	is   Authority
	form *regexp.Regexp
}

// codes are the abbreviations of codes of statutes as their states write them.
const codes = `USC|ILCS|RCW|ORS|NRS|HRS|MCL|SDCL|TCA|T\.C\.A\.|C\.?G\.?S\.?|G\.?S\.?|F\.S\.|C\.?R\.?S\.?|A\.?R\.?S\.?|AS|O\.S\.|Pa\.? ?C\.?S\.?|M\.?R\.?S\.?(?:A\.?)?|` +
	`V\.?S\.?A\.?|Del\. C\.|O\.?C\.?G\.?A\.?|R\.S\.|RSA|N\.J\.S\.A?\.?|Stat\.|Statutes|G\.L\.|M\.G\.L\.|K\.?R\.?S\.?|K\.?S\.?A\.?|W\.S\.|M\.?C\.?A\.?|N\.D\.C\.C\.|NDCC|C\.?P\.?L\.?|NMSA|IC|RSMo|R\.C\.|ORC|RIGL|R\.I\. Gen\. Laws|Laws`

var citationForms = []citationForm{
	{ByConstitution, regexp.MustCompile(`\bConst(\.|itution)|Amendment\b|\bam\. [IVX]`)},
	{ByCase, regexp.MustCompile(` v\. |\bIn re\b|\bex rel\.|\b[0-9]:[0-9]{2}-(cv|cr)-|\b[0-9]+ (U\.S\.|F\.(2d|3d|4th)|F\. Supp\.|S\.W\.|Mass\.|A\.D\.|N\.E\.|P\.|A\.) ?[0-9]?d? [0-9]+|\b(consent (decree|judgment)|injunction|habeas order|[Cc]ourt order|[Aa]greed order|judgment)\b|\b(D\.|[NSEWCM]\.D\.) [A-Z]|\bCir\.|\bTRO\b|Chancery|\bcommon law\b|\bCourt of\b`)},
	{ByStatute, regexp.MustCompile(`\b(` + codes + `) ?(ch\. |c\. |art\. |tit\. |§+ ?)?[0-9]|[0-9] (` + codes + `)|\b(Code|Law|Laws|Act)\b[^;]{0,60}?[0-9]+[-.:][0-9]|\b(Penal|Gov\.|Gov't|Civ\.|Educ\.|Health|Veh\.|Labor|Crim\.|Family|Transp\.)[^;]{0,25}(Code|Law|Proc\.)[^;]{0,20}[0-9]|\b(Rights|Executive|Correction|Public Officers|Criminal Procedure|Correctional Services|State Government|Public Safety|Municipal|Judiciary)( Law)? [0-9]`)},
	{ByRegulation, regexp.MustCompile(`\bC\.?F\.?R\.?\b|\bAdmin(istrative|\.)? ?(Rule|Reg)|\b(N\.J\.A\.C|WAC|OAR)\b|\bFed\. R\.|\bRule [0-9]|Crim\. P\.|\bUTCR\b`)},
	{ByOrdinance, regexp.MustCompile(`\bO20[0-9]{2}-[0-9]|\b([Oo]rdinances?|Ord\.|Municipal Code|County Code|City Code|MCC|DRMC|D\.R\.M\.C\.|Admin(istrative|\.) Code|Local Law|Board Policy|Resolution|Code|Coun\. J\.|Board of Supervisors)\b[^;]*[0-9]`)},
	{ByAct, regexp.MustCompile(`\b(HB|SB|AB|SEA|HEA|LD|HF|SF|LB|HR|H\.R|A|S|H|HCS|SJR|HJR|Bill) ?-?[0-9]{1,5}\b|\b(P\.A\.|P\.L\.|Pub\. ?(L|Ch|Act)\.?|S\.L\.|SL|St\.|Acts?|Chapter|cc?\.|ch\.|c) ?(of )?[0-9]|\b[0-9]{4} (cc?|ch|s)\.? [0-9]|Senate Bill|House Bill|\b[HS]\.[BF]\. ?[0-9]|[Bb]udget (article|of [0-9])|\b[Aa]ct of [0-9]|Authorization Act|\bAct on\b|\b[SH]\.[0-9]|\b[Aa]mendment of [0-9]{4}|\bTrust Act\b|\bAct (of|No\.) [0-9]`)},
	{ByOrder, regexp.MustCompile(`\b([Ee]xecutive|[Ss]pecial|[Gg]eneral|[Ee]mergency|[Oo]perations|[Mm]ayor'?s?) [Oo]rder\b|\bEO[ -]?(No\. )?[0-9]|\bE\.O\. ?[0-9]|\bProclamation\b|\bOrder (No\. )?[0-9]`)},
	{ByOpinion, regexp.MustCompile(`\b(Op\.|Ops\.|[Oo]pinion|OLC)\b?`)},
	{ByAgreement, regexp.MustCompile(`\b(MOA|MOU|[Aa]greement|[Ss]ettlement)\b`)},
	{ByPolicy, regexp.MustCompile(`\b([Dd]irective|[Pp]olicy|[Pp]olicies|[Mm]anual|[Gg]uidance|[Gg]uidelines|[Tt]raining|Form|[Ss]tatement|FAQ|[Mm]emo(randum)?|[Aa]dvisory|[Tt]oolkit|Department|[Ll]etter|Appendix|SOP|Sheriff)\b`)},
}
