package record

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Spanish says a sentence of this package, or of its stamps, in Spanish, where
// it is one that a reader is answered with; any other text comes back as it is.
// The sentences are made in English in one place each; a test sees that every
// one of them is here. more are twins of the caller's own sentences, with %s for
// what is filled in.
func Spanish(s string, more ...[2]string) string {
	for _, t := range slices.Concat(more, twins(), logTwins()) {
		if holes, ok := match(t[0], s); ok {
			args := make([]any, len(holes))
			for i, h := range holes {
				args[i] = spanishPart(h)
			}
			return fmt.Sprintf(t[1], args...)
		}
	}
	return s
}

// twins are sentences about a receipt in English and in Spanish; %s stands for
// what is filled in.
func twins() [][2]string {
	return [][2]string{
		// What a receipt proves.
		{"The log %s signed that entry %s (%s, %s, agency %s) was written %s.", "El registro %s firmó que la anotación %s (%s, %s, agencia %s) se escribió el %s."},
		{"It is entry number %s of %s in the record as published on %s; it cannot be taken out without this receipt showing it.", "Es la anotación número %s de %s en el registro publicado el %s; no se puede quitar sin que esta constancia lo muestre."},
		{"It was published in time, before %s.", "Se publicó a tiempo, antes del %s."},
		{"It is a promise: by %s a published checkpoint must cover the entry. Ask for the receipt again then.", "Es una promesa: a más tardar el %s un punto de control publicado debe cubrir la anotación. Pida entonces de nuevo la constancia."},
		{"It was written late: %s or more after it happened.", "Se escribió tarde: %s o más después de lo ocurrido."},
		{"It says %s: %s.", "Dice %s: %s."},
		// What cosigners say.
		{"The cosigner %s signed this on %s%s; it signs only if nothing that it saw before was removed or changed.", "El cofirmante %s firmó esto el %s%s; solo firma si no se quitó ni se cambió nada de lo que vio antes."},
		{"%s's cosigner (%s) signed this on %s%s; it signs only if nothing that it saw before was removed or changed.", "El cofirmante de %s (%s) firmó esto el %s%s; solo firma si no se quitó ni se cambió nada de lo que vio antes."},
		{"Nothing has been removed or changed since %s, says %s, which signed this on %s%s.", "No se ha quitado ni cambiado nada desde el %s, según %s, que firmó esto el %s%s."},
		{"The cosigner %s has not signed this.", "El cofirmante %s no ha firmado esto."},
		{"%s's cosigner (%s) has not signed this.", "El cofirmante de %s (%s) no ha firmado esto."},
		{"The clocks differ: the log says that it signed on %s, %s says %s. One of them is wrong, or the checkpoint is back-dated.", "Los relojes difieren: el registro dice que firmó el %s, %s dice el %s. Uno de ellos está mal, o el punto de control lleva una fecha anterior a la verdadera."},
		// What a kept checkpoint says.
		{"The log was already large enough to hold it in the checkpoint that was kept, of %s.", "En el punto de control guardado, del %s, el registro ya era lo bastante largo para contenerla."},
		{"It is not back-dated past the checkpoint that was kept, of %s.", "No lleva una fecha anterior al punto de control guardado, del %s."},
		// Refusals.
		{"the entry is back-dated: the log signed that it was written %s and public by %s, but on %s it held %s entries, says %s, and this is entry number %s", "la anotación lleva una fecha anterior a la verdadera: el registro firmó que se escribió el %s y que sería pública a más tardar el %s, pero el %s contenía %s anotaciones, según %s, y esta es la número %s"},
		{"this is not a receipt of the record: %s", "esto no es una constancia del registro: %s"},
		{"the receipt is of the log %s, the key is of %s", "la constancia es del registro %s, la clave es de %s"},
		{"the promise is refused: id, header, salt or a time was changed, or %s did not sign it", "la promesa se rechaza: se cambió la identificación, el encabezado, la sal o una hora, o %s no la firmó"},
		{"the checkpoint is refused: its text is not a checkpoint of %s", "el punto de control se rechaza: su texto no es un punto de control de %s"},
		{"the checkpoint is refused: the log did not sign when it was made", "el punto de control se rechaza: el registro no firmó cuándo se hizo"},
		{"the checkpoint is refused: %s", "el punto de control se rechaza: %s"},
		{"the proof is refused: it does not lead from entry %s to the root of the checkpoint", "la prueba se rechaza: no lleva de la anotación %s a la raíz del punto de control"},
		{"the proof is refused: %s", "la prueba se rechaza: %s"},
		{"the shown field is not a salted name and value", "el campo mostrado no es un nombre y un valor con sal"},
		{"the shown field is refused: the header does not commit to it", "el campo mostrado se rechaza: el encabezado no responde de él"},
		{"no cosigner has signed a promise: ask for the receipt again after %s", "ningún cofirmante ha firmado una promesa: pida de nuevo la constancia después del %s"},
		{"the receipt is refused: %s", "la constancia se rechaza: %s"},
		{"too few cosigners signed the checkpoint of %s; missing: %s", "muy pocos cofirmantes firmaron el punto de control del %s; faltan: %s"},
		{"a receipt carries Ed25519 lines, and only as many as fit: ask with an Ed25519 key, a lower quorum, or check the log itself", "una constancia lleva líneas Ed25519, y solo cuantas caben: pregunte con una clave Ed25519, con menos cofirmantes, o compruebe el registro mismo"},
		{"this is not the public key of a log", "esta no es la clave pública de un registro"},
		{"the key is one line, ORIGIN+HASH+BASE64, as served at /log/key", "la clave es una línea, ORIGEN+RESUMEN+BASE64, como se da en /log/key"},
		{"this is not the public key of a cosigner", "esta no es la clave pública de un cofirmante"},
		{"the key is one line, NAME+HASH+BASE64, as comity cosign -new-key writes it into the .pub file", "la clave es una línea, NOMBRE+RESUMEN+BASE64, como comity cosign -new-key la escribe en el archivo .pub"},
		{"the cosigner key %s is given twice", "la clave de cofirmante %s se da dos veces"},
		{"the policy is too long or not text", "la política es demasiado larga o no es texto"},
		{"the policy has no line that begins with quorum", "la política no tiene ninguna línea que empiece con quorum"},
		{"lines are: witness NAME VKEY [URL], group NAME all|any|N NAME…, quorum NAME|none", "las líneas son: witness NOMBRE CLAVE [URL], group NOMBRE all|any|N NOMBRE…, quorum NOMBRE|none"},
	}
}

// spanishPart says what was filled into a sentence.
func spanishPart(s string) string {
	for _, t := range append(stampTwins(), [][2]string{
		{"%s's cosigner (%s)", "el cofirmante de %s (%s)"},
		{", with %s and %s", ", con %s y %s"}, {"%s days", "%s días"},
		{"the checkpoint that was kept", "el punto de control guardado"},
		{"its own checkpoint", "su propio punto de control"},
		{"1 entry", "1 anotación"}, {"%s entries", "%s anotaciones"},
		{"it is too long", "es demasiado larga"}, {"it is not in the form of one", "no tiene esa forma"},
		{"a key or a value is not spelled as a receipt spells it", "una clave o un valor no está escrito como en una constancia"},
		{"its format is not %s", "su formato no es %s"},
		{"its id, salt or proof has a wrong length", "su identificación, su sal o su prueba tiene otra longitud"},
		{"its promise carries more than one signature", "su promesa lleva más de una firma"},
		{"its times are not in UTC as 2006-01-02T15:04:05Z", "sus horas no están en UTC como 2006-01-02T15:04:05Z"},
		{"index and checkpoint belong together", "el índice y el punto de control van juntos"},
		{"it is not signed by %s", "no está firmado por %s"},
		{"its signature is wrong or it was changed", "su firma es falsa o se cambió"},
		{"a signature is not in its one right form", "una firma no está en su única forma correcta"},
		{"it carries no plain signature by %s", "no lleva la firma simple de %s"},
		{"one of its lines is neither the log's nor a cosigner's", "una de sus líneas no es ni del registro ni de un cofirmante"},
		{"the signature of the cosigner %s is wrong", "la firma del cofirmante %s es falsa"},
		{"the signature of the cosigner %s is not in its one right form", "la firma del cofirmante %s no está en su única forma correcta"},
		{"it is not a signed note", "no es una nota firmada"},
	}...) {
		if holes, ok := match(t[0], s); ok {
			args := make([]any, len(holes))
			for i, h := range holes {
				args[i] = h
			}
			return fmt.Sprintf(t[1], args...)
		}
	}
	if strings.HasPrefix(s, "the cosigner ") { // one or several
		return strings.ReplaceAll(s, "the cosigner ", "el cofirmante ")
	}
	return spanishDay(s)
}

var monthNames = regexp.MustCompile(`^(\d{1,2}) ([A-Z][a-z]+) (\d{4})(, \d\d:\d\d UTC)?$`)

func spanishDay(s string) string {
	m := monthNames.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	at, err := time.Parse("January", m[2])
	if err != nil {
		return s
	}
	months := strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
	return m[1] + " de " + months[at.Month()-1] + " de " + m[3] + m[4]
}

// match reads what stands in a template's holes, each as short as can be. %q
// holes come with their quotes.
func match(template, s string) (holes []string, ok bool) {
	parts := strings.Split(template, "%s")
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok || len(parts) == 1 {
		return nil, ok && rest == ""
	}
	for i, part := range parts[1:] {
		at := strings.Index(rest, part)
		if i == len(parts)-2 { // the last one ends the sentence
			at = len(rest) - len(part)
			if !strings.HasSuffix(rest, part) {
				at = -1
			}
		} else if part == "" { // two holes together: the second begins with a comma or is empty
			at = strings.Index(rest, ", with ")
			if end := strings.Index(rest, parts[i+2]); at < 0 || end >= 0 && end < at {
				at = end
			}
		}
		if at < 0 {
			return nil, false
		}
		hole := rest[:at]
		if plain, err := strconv.Unquote(hole); err == nil {
			hole = "«" + plain + "»"
		}
		holes, rest = append(holes, hole), rest[at+len(part):]
	}
	return holes, true
}
