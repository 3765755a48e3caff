package badge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
)

const uncompressed = 4 // first byte of a point with both coordinates (SEC 1)

// publicKey reads the four members of a key of P-256. A point that is not on the
// curve is refused, and a key that says more: what it is for, or a certificate.
func publicKey(jwk map[string]any) (*ecdsa.PublicKey, error) {
	bad := fmt.Errorf("%w: a key that is none of P-256", ErrForm)
	if jwk["kty"] != "EC" || jwk["crv"] != "P-256" || len(jwk) != 4 {
		return nil, bad
	}
	point := []byte{uncompressed}
	for _, name := range [...]string{"x", "y"} {
		text, _ := jwk[name].(string)
		b, err := decode(text)
		if err != nil || len(b) != half {
			return nil, bad
		}
		point = append(point, b...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, bad
	}
	return key, nil
}

func coordinates(key *ecdsa.PublicKey) (x, y []byte, err error) {
	point, err := key.Bytes()
	if err != nil {
		return nil, nil, err
	}
	if len(point) != 1+2*half {
		return nil, nil, fmt.Errorf("%w: a key of another curve", ErrForm)
	}
	return point[1 : 1+half], point[1+half:], nil
}
