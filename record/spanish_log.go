package record

// logTwins are sentences about a whole log, its growth, its cosigners and its
// time stamps.
func logTwins() [][2]string {
	return [][2]string{
		// What was found.
		{"The log %s holds %s as of %s.", "El registro %s contiene %s al %s."},
		{"Every entry stands where the signed root says; nothing was removed or changed (%s tiles compared).", "Cada anotación está donde dice la raíz firmada; no se quitó ni se cambió nada (se compararon %s teselas)."},
		{"Nothing was removed or changed since %s: the first %s are still the same; %s were added.", "No se ha quitado ni cambiado nada desde el %s: siguen iguales las primeras (%s); se añadieron %s."},
		{"The time-stamp authority %s confirms that %s stood in the log on %s, as they stand now, and %s on %s.", "La autoridad de sellado de tiempo %s confirma que el registro contenía %s el %s, igual que ahora, y %s el %s."},
		{"The time-stamp authority %s confirms that %s stood in the log on %s, as they stand now.", "La autoridad de sellado de tiempo %s confirma que el registro contenía %s el %s, igual que ahora."},
		// Refusals.
		{"entries were removed: %s stamped %s entries on %s, the log shows %s", "se quitaron anotaciones: %s selló %s anotaciones el %s y el registro muestra %s"},
		{"entries were removed: there were %s, now there are %s", "se quitaron anotaciones: había %s y ahora hay %s"},
		{"the log shows two different histories of %s entries", "el registro muestra dos historias distintas de %s anotaciones"},
		{"the tiles do not add up to the later checkpoint: %s", "las teselas no dan el punto de control posterior: %s"},
		{"an entry was removed or changed: the first %s entries are not what they were", "se quitó o se cambió una anotación: las primeras %s anotaciones no son las que eran"},
		{"the log is refused: its %s leaves do not add up to the root that was signed", "el registro se rechaza: sus %s hojas no dan la raíz que se firmó"},
		{"the leaves are refused: %s", "las hojas se rechazan: %s"},
		{"the tile is refused: its hashes are not those of the leaves below it", "la tesela se rechaza: sus resúmenes no son los de las hojas que tiene debajo"},
		{"a file of the log cannot be read: %s", "no se puede leer un archivo del registro: %s"},
		{"a log that withholds a file cannot be called good; try again or ask whoever runs it", "un registro que retiene un archivo no puede darse por bueno; inténtelo de nuevo o pregunte a quien lo mantiene"},
		{"the log shows its checkpoint of %s again after that of %s: it is not fresh", "el registro vuelve a mostrar su punto de control del %s después del del %s: no es reciente"},
		{"the beat is late: the last checkpoint is of %s, and one is promised every %s", "el compás se retrasa: el último punto de control es del %s, y se promete uno cada %s"},
		{"what it keeps is not a checkpoint signed by %s", "lo que guarda no es un punto de control firmado por %s"},
		{"two histories: a checkpoint of %s entries that the log signed is not the beginning of what the log shows here", "dos historias: un punto de control de %s anotaciones que el registro firmó no es el comienzo de lo que el registro muestra aquí"},
		{"more was seen than the log shows", "se vio más de lo que muestra el registro"},
		{"the time stamp is refused: %s", "el sello de tiempo se rechaza: %s"},
		{"none of the %s newest stampings is by an authority that the given roots stand behind", "ninguno de los %s sellados más recientes es de una autoridad respaldada por las raíces dadas"},
		{"the log may have none yet, or other authorities than you expect: the list is at /log/%s", "puede que el registro aún no tenga ninguno, o que tenga otras autoridades que las esperadas: la lista está en /log/%s"},
		{"the list of stampings is damaged", "la lista de sellados está dañada"},
		{"what was stamped cannot be read: %s", "no se puede leer lo que se selló: %s"},
	}
}

// stampTwins are the reasons for which a time stamp is refused.
func stampTwins() [][2]string {
	return [][2]string{
		{"it answers another request", "responde a otra petición"},
		{"none of the given roots stands behind its certificate", "ninguna de las raíces dadas respalda su certificado"},
		{"it cannot be read", "no se puede leer"},
		{"it is not a granted answer with a good signature: %s", "no es una respuesta concedida con una firma válida: %s"},
		{"it stamps other bytes", "sella otros bytes"},
		{"its signature cannot be read", "no se puede leer su firma"},
		{"it does not carry the certificate of its one signer", "no lleva el certificado de su único firmante"},
		{"its certificate is not one for time stamps alone", "su certificado no es solo para sellos de tiempo"},
		{"it does not name the certificate it was signed with", "no nombra el certificado con el que se firmó"},
		{"it was signed for another certificate", "se firmó para otro certificado"},
	}
}
