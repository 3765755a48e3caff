package badge

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verified is what a credential says once it was found good.
type Verified struct {
	Issuer string
	Claims map[string]any // with what was disclosed, without digests
	Bound  bool           // whoever showed it has the key that it names
}

const (
	vcType      = "dc+sd-jwt"
	bindingType = "kb+jwt"
	// A key binding is made for one look: an older one is another's.
	bindingLife = 5 * time.Minute
	// iat, aud, nonce, sd_hash: another claim could take back what these say.
	bindingClaims = 4
	// A credential has few claims: more digests or disclosures are no badge.
	mostDisclosed = 256
)

// fixed are claims that nobody may disclose or withhold at will (SD-JWT VC).
var fixed = [...]string{"iss", "nbf", "exp", "iat", "cnf", "vct", "status"}

// SDJWT checks a credential as RFC 9901, section 7, has it, with the rules of
// SD-JWT VC where the verifier has a type.
func (v Verifier) SDJWT(text string) (Verified, error) {
	if len(text) > longest {
		return Verified{}, fmt.Errorf("%w: more than %d bytes", ErrForm, longest)
	}
	parts := strings.Split(text, "~")
	if len(parts) < 2 || len(parts) > mostDisclosed {
		return Verified{}, fmt.Errorf("%w: an SD-JWT ends with ~ or with a key binding", ErrForm)
	}
	token, err := parseJWS(parts[0])
	if err != nil {
		return Verified{}, err
	}
	issuer, err := v.issuer(token)
	if err != nil {
		return Verified{}, err
	}
	if err := token.verify(v.key(issuer, token.kid)); err != nil {
		return Verified{}, err
	}
	open := opening{found: map[string]disclosure{}, seen: map[string]bool{}, vc: v.Type != ""}
	claims, err := open.all(token.payload, parts[1:len(parts)-1])
	if err != nil {
		return Verified{}, err
	}
	out := Verified{Issuer: issuer, Claims: claims}
	if err := v.times(claims); err != nil {
		return Verified{}, err
	}
	if out.Bound, err = v.bound(claims, text, parts[len(parts)-1]); err != nil {
		return Verified{}, err
	}
	return out, v.status(issuer, claims)
}

// issuer checks what kind of credential it is and says whose.
func (v Verifier) issuer(token jws) (string, error) {
	iss, named := token.payload["iss"].(string)
	if _, there := token.payload["iss"]; there && !named {
		return "", fmt.Errorf("%w: iss is no text", ErrForm)
	}
	if v.Type == "" {
		if token.typ == bindingType || token.typ == statusType {
			return "", fmt.Errorf("%w: typ %.30q", ErrType, token.typ)
		}
		return iss, nil
	}
	if token.typ != vcType {
		return "", fmt.Errorf("%w: typ %.30q", ErrType, token.typ)
	}
	if vct, _ := token.payload["vct"].(string); vct != v.Type {
		return "", fmt.Errorf("%w: vct %.40q", ErrType, vct)
	}
	if iss == "" {
		return "", fmt.Errorf("%w: no issuer", ErrForm)
	}
	return iss, nil
}

func (v Verifier) key(issuer, kid string) *ecdsa.PublicKey {
	if v.Keys == nil {
		return nil
	}
	return v.Keys(issuer, kid)
}

func (v Verifier) times(claims map[string]any) error {
	iat, _, err := moment(claims, "iat")
	if err != nil {
		return err
	}
	nbf, early, err := moment(claims, "nbf")
	if err != nil {
		return err
	}
	exp, ends, err := moment(claims, "exp")
	if err != nil {
		return err
	}
	if !ends {
		if v.Type != "" {
			return fmt.Errorf("%w: no end", ErrForm)
		}
		exp = v.Now.Add(time.Second)
	}
	from := iat
	if early && nbf.After(from) {
		from = nbf
	}
	if ends && !from.Before(exp) {
		return fmt.Errorf("%w: it ends before it begins", ErrForm)
	}
	if !v.in(from, exp) {
		return ErrTime
	}
	return nil
}

// A disclosure is a claim, or an element of a list, with its salt.
type disclosure struct {
	name    string
	value   any
	element bool
	used    bool
}

// An opening puts disclosures where their digests stand.
type opening struct {
	found map[string]disclosure // by digest
	seen  map[string]bool       // digests, each of which may stand once
	vc    bool
}

func (o opening) all(payload map[string]any, texts []string) (map[string]any, error) {
	if alg, there := payload["_sd_alg"]; there && alg != "sha-256" {
		return nil, fmt.Errorf("%w: digests of another kind", ErrForm)
	}
	for _, text := range texts {
		d, err := readDisclosure(text)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(text))
		digest := encode(sum[:])
		if _, twice := o.found[digest]; twice {
			return nil, fmt.Errorf("%w: a disclosure stands twice", ErrForm)
		}
		o.found[digest] = d
	}
	delete(payload, "_sd_alg")
	claims, err := o.object(payload, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range o.found {
		if !d.used {
			return nil, fmt.Errorf("%w: a disclosure without its digest", ErrForm)
		}
	}
	return claims, nil
}

func readDisclosure(text string) (disclosure, error) {
	b, err := decode(text)
	if err != nil {
		return disclosure{}, fmt.Errorf("disclosure: %w", err)
	}
	value, err := readJSON(b)
	if err != nil {
		return disclosure{}, fmt.Errorf("disclosure: %w", err)
	}
	list, _ := value.([]any)
	if len(list) != 2 && len(list) != 3 {
		return disclosure{}, fmt.Errorf("%w: a disclosure has two or three parts", ErrForm)
	}
	if salt, ok := list[0].(string); !ok || salt == "" {
		return disclosure{}, fmt.Errorf("%w: a disclosure without salt", ErrForm)
	}
	if len(list) == 2 {
		return disclosure{value: list[1], element: true}, nil
	}
	name, ok := list[1].(string)
	if !ok || name == "_sd" || name == "..." || name == "_sd_alg" {
		return disclosure{}, fmt.Errorf("%w: a disclosure of a name that is none", ErrForm)
	}
	return disclosure{name: name, value: list[2]}, nil
}

// take gives what was disclosed for a digest, if it was.
func (o opening) take(value any, element bool) (disclosure, bool, error) {
	digest, ok := value.(string)
	if b, err := decode(digest); !ok || err != nil || len(b) != sha256.Size {
		return disclosure{}, false, fmt.Errorf("%w: a digest that is none", ErrForm)
	}
	if o.seen[digest] {
		return disclosure{}, false, fmt.Errorf("%w: a digest stands twice", ErrForm)
	}
	o.seen[digest] = true
	d, shown := o.found[digest]
	if !shown {
		return disclosure{}, false, nil
	}
	if d.element != element {
		return disclosure{}, false, fmt.Errorf("%w: a disclosure in another's place", ErrForm)
	}
	d.used = true
	o.found[digest] = d
	return d, true, nil
}

func (o opening) object(in map[string]any, depth int) (map[string]any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("%w: more than %d levels", ErrForm, deepest)
	}
	out := map[string]any{}
	for name, value := range in {
		if name == "..." || name == "_sd_alg" {
			return nil, fmt.Errorf("%w: the name %q where none may stand", ErrForm, name)
		}
		if name == "_sd" {
			continue
		}
		if o.vc && depth == 0 && slices.Contains(fixed[:], name) && hides(value) {
			return nil, fmt.Errorf("%w: a part of %s is a digest", ErrForm, name)
		}
		opened, err := o.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		out[name] = opened
	}
	hidden, there := in["_sd"]
	if !there {
		return out, nil
	}
	digests, ok := hidden.([]any)
	if !ok || len(digests) > mostDisclosed {
		return nil, fmt.Errorf("%w: _sd is no list of digests", ErrForm)
	}
	for _, digest := range digests {
		d, shown, err := o.take(digest, false)
		if err != nil {
			return nil, err
		}
		if !shown {
			continue
		}
		if _, shadows := in[d.name]; shadows {
			return nil, fmt.Errorf("%w: %.20q is said twice", ErrForm, d.name)
		}
		if _, shadows := out[d.name]; shadows || o.vc && depth == 0 && slices.Contains(fixed[:], d.name) {
			return nil, fmt.Errorf("%w: %.20q may not be disclosed", ErrForm, d.name)
		}
		if out[d.name], err = o.value(d.value, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hides says whether a value has digests in it.
func hides(value any) bool {
	switch x := value.(type) {
	case map[string]any:
		for name, inner := range x {
			if name == "_sd" || name == "..." || hides(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, hides)
	}
	return false
}

func (o opening) value(in any, depth int) (any, error) {
	switch x := in.(type) {
	case map[string]any:
		return o.object(x, depth)
	case []any:
		return o.list(x, depth)
	}
	return in, nil
}

func (o opening) list(in []any, depth int) ([]any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("%w: more than %d levels", ErrForm, deepest)
	}
	out := []any{}
	for _, value := range in {
		if m, ok := value.(map[string]any); ok {
			if digest, hidden := m["..."]; hidden {
				if len(m) != 1 {
					return nil, fmt.Errorf("%w: a digest with company", ErrForm)
				}
				d, shown, err := o.take(digest, true)
				if err != nil {
					return nil, err
				}
				if !shown {
					continue
				}
				value = d.value
			}
		}
		opened, err := o.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, opened)
	}
	return out, nil
}

// bound checks the key binding, RFC 9901, section 4.3.
func (v Verifier) bound(claims map[string]any, text, binding string) (bool, error) {
	wanted := v.Audience != "" || v.Nonce != ""
	if !wanted && binding == "" {
		return false, nil
	}
	if !wanted || binding == "" {
		return false, fmt.Errorf("%w: a key binding is wanted %t and there %t", ErrBinding, wanted, binding != "")
	}
	token, err := parseJWS(binding)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrBinding, err)
	}
	if token.typ != bindingType || token.kid != "" || len(token.payload) != bindingClaims {
		return false, fmt.Errorf("%w: typ %.30q with %d claims", ErrBinding, token.typ, len(token.payload))
	}
	cnf, _ := claims["cnf"].(map[string]any)
	jwk, _ := cnf["jwk"].(map[string]any)
	key, err := publicKey(jwk)
	if err != nil || len(cnf) != 1 {
		return false, fmt.Errorf("%w: the credential names no key", ErrBinding)
	}
	if err := token.verify(key); err != nil {
		return false, fmt.Errorf("%w: %w", ErrBinding, err)
	}
	at, _, err := moment(token.payload, "iat")
	if err != nil || !v.in(at, at.Add(bindingLife)) {
		return false, fmt.Errorf("%w: of another time", ErrBinding)
	}
	sum := sha256.Sum256([]byte(text[:len(text)-len(binding)]))
	if !same(token.payload["sd_hash"], encode(sum[:])) || !same(token.payload["aud"], v.Audience) || !same(token.payload["nonce"], v.Nonce) {
		return false, fmt.Errorf("%w: made for another look", ErrBinding)
	}
	return true, nil
}

func same(value any, want string) bool {
	s, ok := value.(string)
	return ok && subtle.ConstantTimeCompare([]byte(s), []byte(want)) == 1
}
