package main

import (
	"errors"

	"comity"
	"comity/record"
)

// said is an answer in the reader's language. Words about a wrong flag stay as
// they are: they name flags.
func (q verification) said(list []string) []string {
	if q.lang != "es" {
		return list
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = record.Spanish(s, verifyTwins()...)
	}
	return out
}

// refused is why not, in the reader's language.
func (q verification) refused(err error) error {
	var p *comity.Problem
	if q.lang != "es" || !errors.As(err, &p) {
		return err
	}
	said := *p
	said.Message, said.Hint = record.Spanish(p.Message, verifyTwins()...), record.Spanish(p.Hint, verifyTwins()...)
	return &said
}

// verifyTwins are the sentences of this command; the record's own are beside it.
func verifyTwins() [][2]string {
	return [][2]string{
		{"The cosigner %s keeps the same history: it has seen %s entries.", "El cofirmante %s guarda la misma historia: ha visto %s anotaciones."},
		{"The log %s is followed from its checkpoint of %s, size %s.", "Se sigue el registro %s desde su punto de control del %s, de %s anotaciones."},
		{"The packet of entry %s holds %s signed entries; every field in case.json is one that its entry committed to.", "El expediente de la anotación %s contiene %s anotaciones firmadas; cada campo de case.json es uno del que su anotación responde."},
		{"It names no court order, and nothing sealed is in it.", "No nombra ninguna orden judicial y no contiene nada sellado."},
		{"Sealed fields are in it under %s; the record holds an entry that says so.", "Contiene campos sellados en virtud de %s; el registro tiene una anotación que lo dice."},
		{"entries were removed, or an old log is shown: the receipt is of a log of %s entries, here are %s", "se quitaron anotaciones o se muestra un registro antiguo: la constancia es de un registro de %s anotaciones y aquí hay %s"},
		{"what the cosigner %s keeps cannot be read: %s", "no se puede leer lo que guarda el cofirmante %s: %s"},
		{"leave its address out to check its signature only", "omita su dirección para comprobar solo su firma"},
		{"keep both checkpoints: they prove it", "guarde ambos puntos de control: lo demuestran"},
		{"the cosigner %s has seen %s entries, the log shows %s: entries were removed, or an old log is shown here", "el cofirmante %s ha visto %s anotaciones y el registro muestra %s: se quitaron anotaciones o aquí se muestra un registro antiguo"},
		{"the later checkpoint cannot be read", "no se puede leer el punto de control posterior"},
		{"the log does not answer: %s", "el registro no responde: %s"},
		{"the beat is late: the last checkpoint seen is of %s, one is promised every %s, and the log cannot be read now (%s)", "el compás se retrasa: el último punto de control visto es del %s, se promete uno cada %s y ahora no se puede leer el registro (%s)"},
		{"there is no published log here", "aquí no hay ningún registro publicado"},
		{"give the folder that holds the file checkpoint, or an address", "indique la carpeta que contiene el archivo checkpoint, o una dirección"},
		{"the packet is refused: its list of files cannot be read", "el expediente se rechaza: no se puede leer su lista de archivos"},
		{"the packet is refused: it is of the log %s, the key is of %s", "el expediente se rechaza: es del registro %s y la clave es de %s"},
		{"the packet is refused: the file is not the one that the packet lists", "el expediente se rechaza: el archivo no es el que figura en la lista"},
		{"the packet is refused: a file that it lists is missing", "el expediente se rechaza: falta un archivo de su lista"},
		{"the packet is refused: it is of another case", "el expediente se rechaza: es de otro caso"},
		{"the packet is refused: sealed fields are in it (%s), and it names no court order", "el expediente se rechaza: contiene campos sellados (%s) y no nombra ninguna orden judicial"},
		{"the packet is refused: it says something that its receipts do not show", "el expediente se rechaza: dice algo que sus constancias no muestran"},
		{"the packet is refused: it names a court order that has no entry in the record", "el expediente se rechaza: nombra una orden judicial que no tiene anotación en el registro"},
		{"the packet is refused: the file cannot be opened", "el expediente se rechaza: no se puede abrir el archivo"},
		{"the packet is refused: the file is changed, too large or there twice", "el expediente se rechaza: el archivo está cambiado, es demasiado grande o aparece dos veces"},
		{"the packet is refused: the file is cut off or changed", "el expediente se rechaza: el archivo está cortado o cambiado"},
	}
}
