package door

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"comity"
)

// longestMessage is more than a code and a house number ever need.
const longestMessage = 100

// ParseMessage reads a whole text message: the code of the letter, then the
// house number, as in "AB-C123 412". What stands before or between them is
// refused, not guessed at.
func ParseMessage(text string) (Code, House, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:،؛", r) })
	s := Screen.shape()
	for n := 1; n < len(words) && len(text) <= longestMessage; n++ {
		typed := strings.Join(words[:n], " ")
		if long := utf8.RuneCountInString(plain(typed)); long < s.group+s.secret {
			continue
		} else if long > s.group+s.secret {
			break
		}
		code, err := ParseCode(Screen, typed)
		if err != nil {
			return Code{}, "", err
		}
		house, err := ParseHouse(strings.Join(words[n:], " "))
		return code, house, err
	}
	return Code{}, "", &comity.Problem{
		Code: "bad-message", Where: "text",
		Message: "the message is not a code and a house number",
		Hint:    "the code as it stands in the letter, a space, the number of the house",
	}
}
