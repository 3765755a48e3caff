package badge

import (
	"fmt"
	"strings"
)

// letters45 are the characters of base45 (RFC 9285), those that a QR code packs best.
const letters45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// encode45 writes base45.
func encode45(b []byte) string {
	var out strings.Builder
	for ; len(b) >= 2; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		out.WriteByte(letters45[n%45])
		out.WriteByte(letters45[n/45%45])
		out.WriteByte(letters45[n/45/45])
	}
	if len(b) == 1 {
		out.WriteByte(letters45[int(b[0])%45])
		out.WriteByte(letters45[int(b[0])/45])
	}
	return out.String()
}

// decode45 reads base45; three characters beyond 65535, two beyond 255 and one
// alone are refused.
func decode45(s string) ([]byte, error) {
	bad := fmt.Errorf("%w: base45", ErrForm)
	out := make([]byte, 0, len(s)/3*2+1)
	for len(s) > 0 {
		n, each := 0, min(3, len(s))
		for i := each - 1; i >= 0; i-- {
			c := strings.IndexByte(letters45, s[i])
			if c < 0 {
				return nil, bad
			}
			n = n*45 + c
		}
		switch {
		case each == 3 && n <= 0xffff:
			out = append(out, byte(n>>8), byte(n))
		case each == 2 && n <= 0xff:
			out = append(out, byte(n))
		default:
			return nil, bad
		}
		s = s[each:]
	}
	return out, nil
}
