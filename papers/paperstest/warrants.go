package paperstest

// Immigration lays out an I-200, I-203 or I-205, or an immigration subpoena.
func Immigration(kind string, f Fill) Paper {
	l := &layout{}
	l.top(f)
	l.bold(70, 95, 17, "U.S. DEPARTMENT OF HOMELAND SECURITY")
	l.text(660, 140, 15, "File No. "+f.File)
	l.text(660, 168, 15, "Date: "+f.Date)
	p := Paper{Kind: kind, Truth: map[string]string{"attached": kind, "attached_signed": yesNo(f.Signed)}}
	switch kind {
	case "i-200":
		l.bold(640, 95, 17, "Warrant for Arrest of Alien")
		y := l.wrap(80, 220, 15, 840, "To: Any immigration officer authorized pursuant to sections 236 and 287 of the Immigration and Nationality Act and part 287 of title 8, Code of Federal Regulations, to serve warrants of arrest for immigration violations")
		l.text(80, y+12, 15, "I have determined that there is probable cause to believe that "+f.Name)
		y = l.wrap(80, y+34, 15, 840, "is removable from the United States. This determination is based upon:")
		for i, c := range []string{
			"the execution of a charging document to initiate removal proceedings against the subject;", "the pendency of ongoing removal proceedings against the subject;",
			"the failure to establish admissibility subsequent to deferred inspection;",
			"biometric confirmation of the subject's identity and a records check of federal databases that affirmatively indicate that the subject either lacks immigration status or notwithstanding such status is removable under U.S. immigration law; and/or",
			"statements made voluntarily by the subject to an immigration officer and/or other reliable evidence.",
		} {
			l.box(110, y-4, i == 1)
			y = l.wrap(140, y+8, 15, 760, c) + 4
		}
		y = l.wrap(80, y+20, 15, 840, "YOU ARE COMMANDED to arrest and take into custody for removal proceedings under the Immigration and Nationality Act, the above-named alien.")
		l.signature(500, y+60, 420, "(Signature of Authorized Immigration Officer)", f.Signed)
		l.signature(500, y+120, 420, "(Printed Name and Title of Authorized Immigration Officer)", false)
		l.text(520, y+113, 14, "Sample Officer, Supervisory Detention and Deportation Officer")
		l.bold(400, y+190, 17, "Certificate of Service")
		l.wrap(80, y+225, 14, 840, "I hereby certify that the Warrant for Arrest of Alien was served by me at ____________ on ____________ and the contents of this notice were read to him or her in the ____________ language.")
		l.foot(f, "")
		if !f.NoNumber {
			l.text(760, 1245, 14, "Form I-200 (Rev. 09/16)")
		}
	case "i-205":
		l.bold(390, 200, 18, "WARRANT OF REMOVAL/DEPORTATION")
		y := l.wrap(80, 260, 15, 840, "To any immigration officer of the United States Department of Homeland Security:")
		l.text(80, y+20, 15, "Full name of alien: "+f.Name)
		y = l.wrap(80, y+50, 15, 840, "is subject to removal/deportation from the United States, based upon a final order by:")
		for i, c := range []string{"an immigration judge in exclusion, deportation, or removal proceedings", "a designated official", "the Board of Immigration Appeals", "a United States District or Magistrate Court Judge"} {
			l.box(110, y-2, i == 3)
			y = l.wrap(140, y+10, 15, 760, c) + 4
		}
		y = l.wrap(80, y+20, 15, 840, "I, the undersigned officer of the United States, by virtue of the power and authority vested in the Secretary of Homeland Security under the laws of the United States and by his or her direction, command you to take into custody and remove from the United States the above-named alien.")
		l.signature(480, y+80, 420, "(Signature of immigration officer)", f.Signed)
		l.signature(480, y+140, 420, "(Title of immigration officer)", false)
		l.foot(f, "ICE Form I-205 (8/07)")
	case "i-203":
		l.bold(340, 200, 18, "ORDER TO DETAIN OR RELEASE ALIEN")
		l.text(80, 250, 15, "To: (INS Officer in Charge, Officer in Charge of facility)")
		l.text(80, 290, 15, "Name of Alien: "+f.Name)
		l.text(80, 320, 15, "Country of Citizenship: "+f.Country)
		l.box(110, 352, true)
		l.text(140, 364, 15, "Please DETAIN the above-named alien in your custody")
		l.box(110, 382, false)
		l.text(140, 394, 15, "Please RELEASE the above-named alien from your custody")
		l.signature(480, 520, 420, "(Signature of Immigration Officer)", f.Signed)
		l.foot(f, "Form I-203 (Rev. 8/1/07)")
		p.Truth["attached"] = "other-ice-form"
	case "subpoena":
		l.bold(380, 200, 18, "IMMIGRATION ENFORCEMENT SUBPOENA")
		y := l.wrap(80, 260, 15, 840, "To: Sample County Sheriff. YOU ARE HEREBY COMMANDED, by the authority of section 287 of the Immigration and Nationality Act, to produce records to the immigration officer named below at the time stated.")
		y = l.wrap(80, y+20, 15, 840, "Failure to comply may subject you to an order of contempt by a federal District Court, as provided by law.")
		l.signature(480, y+80, 420, "(Signature of Immigration Officer)", f.Signed)
		l.foot(f, "DHS Form I-138 (6/09)")
		p.Truth["attached"] = "other-ice-form"
	}
	p.Items = l.items
	return p
}

// CourtPaper lays out an arrest warrant, a search warrant or a subpoena, of a
// federal court or of a state's.
func CourtPaper(kind string, federal bool, f Fill) Paper {
	l := &layout{}
	l.top(f)
	if federal {
		l.bold(300, 110, 22, "UNITED STATES DISTRICT COURT")
		l.text(420, 140, 15, "for the")
		l.text(350, 165, 16, "Northern District of Sample")
		l.text(120, 220, 15, "United States of America")
	} else {
		l.bold(200, 110, 20, "IN THE CIRCUIT COURT OF SAMPLE COUNTY")
		l.text(340, 140, 16, "STATE OF SAMPLE")
		l.text(120, 220, 15, "The People of the State")
	}
	l.text(200, 245, 15, "v.")
	l.text(560, 235, 15, "Case No. 26-CR-00017")
	l.text(120, 275, 15, "Sample Defendant")
	l.text(160, 300, 13, "Defendant")
	p := Paper{Kind: kind, Judicial: true, Truth: map[string]string{"court": kind}}
	switch kind {
	case "arrest-warrant":
		l.bold(400, 350, 20, "ARREST WARRANT")
		y := l.wrap(80, 395, 15, 840, "To: Any authorized law enforcement officer")
		y = l.wrap(80, y+10, 15, 840, "YOU ARE COMMANDED to arrest and bring before a United States magistrate judge without unnecessary delay the person named above, who is accused of an offense or violation based on the following document filed with the court:")
		for i, c := range []string{"Indictment", "Information", "Complaint", "Order of the Court"} {
			l.box(90+float64(i)*210, y+8, i == 0)
			l.text(115+float64(i)*210, y+20, 15, c)
		}
		y = l.wrap(80, y+60, 15, 840, "This offense is briefly described as follows: Felon in possession of a firearm, 18 U.S.C. 922(g)(1).")
		l.text(80, y+60, 15, "Date:")
		l.signature(520, y+70, 380, "Issuing officer's signature", f.Signed)
		l.text(80, y+120, 15, "City and state:")
		l.signature(520, y+130, 380, "Printed name and title", false)
		l.text(530, y+122, 14, signerTitle(federal))
		l.bold(460, y+200, 17, "Return")
		l.wrap(80, y+235, 14, 840, "This warrant was received on (date) ________, and the person was arrested on (date) ________ at (city and state) ________.")
		l.foot(f, "AO 442 (Rev. 11/11) Arrest Warrant")
	case "search-warrant":
		l.bold(310, 350, 20, "SEARCH AND SEIZURE WARRANT")
		y := l.wrap(80, 395, 15, 840, "To: Any authorized law enforcement officer")
		y = l.wrap(80, y+10, 15, 840, "An application by a federal law enforcement officer or an attorney for the government requests the search of the following person or property: the storage unit described in Attachment A. I find that the affidavit establishes probable cause to search and seize the property described in Attachment B.")
		y = l.wrap(80, y+10, 15, 840, "YOU ARE COMMANDED to execute this warrant on or before the date below, in the daytime 6:00 a.m. to 10:00 p.m., and to return this warrant and an inventory to the magistrate judge.")
		l.signature(520, y+80, 380, "Judge's signature", f.Signed)
		l.signature(520, y+140, 380, "Printed name and title", false)
		l.text(530, y+132, 14, signerTitle(federal))
		l.foot(f, "AO 93 (Rev. 11/13) Search and Seizure Warrant")
	case "subpoena":
		l.bold(260, 350, 20, "SUBPOENA TO PRODUCE DOCUMENTS IN A CRIMINAL CASE")
		y := l.wrap(80, 395, 15, 840, "To: Records custodian, Sample County Jail. YOU ARE COMMANDED to produce at the time, date, and place set forth below the following books, papers, documents, or other objects.")
		l.signature(520, y+80, 380, "Signature of Clerk or Deputy Clerk", f.Signed)
		l.foot(f, "AO 89B (07/16) Subpoena")
	}
	p.Items = l.items
	if kind != "subpoena" {
		p.Truth["court_signed"] = "none"
		if f.Signed {
			p.Truth["court_signed"] = map[bool]string{true: "federal-magistrate", false: "state-judge"}[federal]
		}
	}
	return p
}

func signerTitle(federal bool) string {
	if federal {
		return "Sample Judge, United States Magistrate Judge"
	}
	return "Sample Judge, Circuit Judge"
}

// AgreementPage lays out the first page of a 287(g) agreement.
func AgreementPage(f Fill) Paper {
	l := &layout{}
	l.top(f)
	l.bold(330, 120, 20, "MEMORANDUM OF AGREEMENT")
	l.bold(280, 150, 18, "287(g) Warrant Service Officer Model")
	y := l.wrap(80, 210, 15, 840, "This Memorandum of Agreement (MOA) constitutes an agreement between U.S. Immigration and Customs Enforcement (ICE), a component of the Department of Homeland Security (DHS), and the Sample County Sheriff's Office (Law Enforcement Agency, LEA), pursuant to which ICE delegates to nominated, trained, certified, and authorized LEA personnel the authority to perform certain immigration enforcement functions.")
	l.wrap(80, y+20, 15, 840, "I. PURPOSE. The LEA and ICE enter into this MOA in good faith and agree to abide by the terms and conditions contained herein. Section 287(g) of the Immigration and Nationality Act, codified at 8 U.S.C. 1357(g)(1), authorizes the Secretary of Homeland Security to enter into written agreements.")
	return Paper{Kind: "agreement", Items: l.items, Truth: map[string]string{}}
}

// Letter lays out a page that is none of the papers.
func Letter(text string) Paper {
	l := &layout{}
	l.text(80, 120, 16, "Sample County Jail, Records")
	y := l.wrap(80, 200, 15, 840, text)
	l.text(80, y+40, 15, "Sample clerk")
	return Paper{Kind: "unknown", Items: l.items, Truth: map[string]string{}}
}
