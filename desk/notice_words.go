package desk

func noticeEnglish() noticeWords {
	return noticeWords{
		lang:    "en",
		title:   "Notice of an immigration request about you",
		came:    "What we received",
		intends: "What this agency means to do",
		times:   "Dates and times",
		rights:  "What you may do",
		hold:    "On {day} we received a request about you from {from}: an ICE detainer. It asks us to keep you for up to 48 hours after you would otherwise go free, and to tell the federal officers before you are released. It is a request. No judge signed it.",
		lent:    "On {day} we received a request about you from {from}: an ICE detainer with box 2 ticked. It says that the federal government lent you to us for a court case or investigation and wants you back when that ends. No judge signed it.",
		tell:    "On {day} we received a request about you from {from}: an ICE form I-247N. It asks us to tell the federal officers when you will be released. It does not ask us to keep you.",
		other:   "On {day} we received a paper about you from {from} that asks for help with immigration enforcement.",
		will:    "The law here tells this agency to do what the request asks, for a limited time. The times are below.",
		willNot: "The law here does not let this agency keep you because of this request. You go free when no other reason keeps you.",
		may:     "The law here lets this agency decide. You will be told what it decides. If it keeps you, the times below are the latest.",
		unclear: "This agency has not decided. A supervisor and the agency's lawyer will look at it. You will be told what they decide.",
		told:    "This agency will tell the federal officers when you are to be released.",
		noTell:  "This agency will not tell the federal officers when you are to be released.",
		release: "You would go free, but for the request: {when}.",
		form:    "The form asks for no more than 48 hours. They end: {when}.",
		federal: "The federal regulation counts 48 hours without Saturdays, Sundays and holidays. They end: {when}.",
		noTimes: "The time at which you would otherwise go free is not known yet. You will get this notice again when it is.",
		code:    "Keep this code: {code}. By it this agency finds its entry about this request without your name, for you, a lawyer or a court. The entry stands in a record that nobody can quietly change.",
		mayDo: []string{
			"A copy of the request belongs with this notice. Keep both.",
			"You may show this notice to a lawyer, to your family or to your consulate.",
			"You may ask for a lawyer. You do not have to answer questions about where you were born or how you came here, and you do not have to sign anything you do not understand.",
			"If you are a citizen of the United States, or believe that this is a mistake, tell the staff and a lawyer now. The request itself prints a telephone number for this.",
			"If you are kept after the last time printed above, tell the staff, a lawyer or a judge.",
		},
		service: []string{
			"Given to the person on (day, time)", "By (role of the staff member)", "Language of this notice", "Read aloud or interpreted by (role)",
			"Copy of the request handed over (yes or no)", "Signature of the person, or: did not wish to sign",
		},
	}
}

func noticeSpanish() noticeWords {
	return noticeWords{
		lang:    "es",
		title:   "Aviso de una solicitud de inmigración sobre usted",
		came:    "Lo que recibimos",
		intends: "Lo que esta agencia piensa hacer",
		times:   "Fechas y horas",
		rights:  "Lo que usted puede hacer",
		hold:    "El {day} recibimos de {from} una solicitud sobre usted: una solicitud de retención de ICE (detainer). Nos pide que sigamos teniéndole en la cárcel hasta 48 horas después del momento en que quedaría en libertad, y que avisemos a los agentes federales antes de su puesta en libertad. Es una solicitud. Ningún juez la firmó.",
		lent:    "El {day} recibimos de {from} una solicitud sobre usted: una solicitud de retención de ICE (detainer) con la casilla 2 marcada. Dice que el gobierno federal le entregó a esta cárcel solo por un tiempo, para un proceso o una investigación, y que pide su regreso cuando termine. Ningún juez la firmó.",
		tell:    "El {day} recibimos de {from} una solicitud sobre usted: el formulario I-247N de ICE. Nos pide que avisemos a los agentes federales cuándo será su puesta en libertad. No nos pide que sigamos teniéndole en la cárcel.",
		other:   "El {day} recibimos de {from} un papel sobre usted que pide ayuda para asuntos de inmigración.",
		will:    "La ley de aquí ordena a esta agencia hacer lo que la solicitud pide, por un tiempo limitado. Las horas están abajo.",
		willNot: "La ley de aquí no deja que esta agencia le retenga por esta solicitud. Usted queda en libertad cuando no haya otro motivo.",
		may:     "La ley de aquí deja que esta agencia decida. Se le dirá lo que decida. Si le retiene, las horas de abajo son las últimas.",
		unclear: "Esta agencia no ha decidido. Un supervisor y el abogado de la agencia lo van a revisar. Se le dirá lo que decidan.",
		told:    "Esta agencia avisará a los agentes federales cuándo será su puesta en libertad.",
		noTell:  "Esta agencia no avisará a los agentes federales cuándo será su puesta en libertad.",
		release: "Usted quedaría en libertad, si no fuera por la solicitud: {when}.",
		form:    "El formulario pide no más de 48 horas. Terminan: {when}.",
		federal: "El reglamento federal cuenta 48 horas sin sábados, domingos ni días feriados. Terminan: {when}.",
		noTimes: "Todavía no se sabe la hora en que usted quedaría en libertad. Recibirá este aviso otra vez cuando se sepa.",
		code:    "Guarde este código: {code}. Con él esta agencia encuentra su anotación sobre esta solicitud sin el nombre de usted, para usted, un abogado o un tribunal. La anotación está en un registro que nadie puede cambiar a escondidas.",
		mayDo: []string{
			"Con este aviso va una copia de la solicitud. Guarde los dos papeles.",
			"Puede mostrar este aviso a un abogado, a su familia o a su consulado.",
			"Puede pedir un abogado. No tiene que contestar preguntas sobre dónde nació o cómo llegó, y no tiene que firmar nada que no entienda.",
			"Si usted tiene la ciudadanía de los Estados Unidos, o cree que esto es un error, dígalo ahora al personal y a un abogado. La solicitud misma trae un número de teléfono para esto.",
			"Si le retienen después de la última hora impresa arriba, dígalo al personal, a un abogado o a un juez.",
		},
		service: []string{
			"Entregado a la persona el (día, hora)", "Por (cargo del empleado)", "Idioma de este aviso", "Leído en voz alta o interpretado por (cargo)",
			"Copia de la solicitud entregada (sí o no)", "Firma de la persona, o: no quiso firmar",
		},
	}
}
