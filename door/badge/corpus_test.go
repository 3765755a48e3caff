package badge

import (
	"bytes"
	"compress/zlib"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// known are the reasons that a verifier may give.
var known = []error{ErrForm, ErrKey, ErrSignature, ErrTime, ErrRevoked, ErrStatus, ErrBinding, ErrType}

const doorPage = "../../docs/door.md"

func TestForgeMakesValidOnes(t *testing.T) {
	f := newForge(t)
	for name, c := range map[string]mutant{
		"credential": {text: f.credential()},
		"bound":      {text: f.bind(f.credential()), bound: true},
		"status":     {group: ofList, text: f.goodList(), place: testPlace},
		"code":       {group: ofCode, text: f.goodCode()},
	} {
		c.list, c.now = f.goodList(), testNow
		if err := f.check(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every mutant is refused, with a reason of this package's own and without a panic.
func TestEveryMutantIsRefused(t *testing.T) {
	f := newForge(t)
	all := append(f.all(), f.bombs()...)
	named, groups, taken := map[string]bool{}, map[string]int{}, 0
	for _, c := range all {
		id := c.group + ": " + c.name
		if named[id] {
			t.Errorf("%s stands twice", id)
		}
		named[id] = true
		groups[c.group]++
		if reason := refusal(f, c); reason != "" {
			t.Errorf("%s: %s", id, reason)
			taken++
		}
	}
	page, err := os.ReadFile(doorPage)
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprintf("%d,%03d mutants", len(all)/1000, len(all)%1000); !strings.Contains(string(page), said) {
		t.Errorf("docs/door.md does not say %q", said)
	}
	t.Logf("counted: %d mutants of badges, status lists and codes, %d of them not refused as they should; %v", len(all), taken, groups)
}

// refusal says what is wrong with how a mutant was refused.
func refusal(f forge, c mutant) (wrong string) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint("panic: ", p)
		}
	}()
	err := f.check(c)
	if err == nil {
		return "was taken"
	}
	for _, k := range known {
		if errors.Is(err, k) {
			return ""
		}
	}
	return "refused without a reason that callers know: " + err.Error()
}

func TestMutantsAreTheSameInEveryRun(t *testing.T) {
	sum := func() [32]byte {
		f := newForge(t)
		h := sha256.New()
		for _, c := range f.all() {
			fmt.Fprintf(h, "%s\x00%s\x00%s\x00", c.group, c.name, c.text)
		}
		return [32]byte(h.Sum(nil))
	}
	if first, again := sum(), sum(); first != again {
		t.Error("they differ")
	}
}

// s and the order less s verify alike (ES256 has no rule). A credential may come
// from anybody's library, and nothing here is told apart by its bytes, so both
// are taken; a code of a minute is only ever ours, and has one spelling.
func TestTwinsOfASignature(t *testing.T) {
	f := newForge(t)
	text := f.token(f.header().String(), f.payload().String())
	cut := strings.LastIndex(text, ".")
	signature, err := decode(text[cut+1:])
	if err != nil {
		t.Fatal(err)
	}
	r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
	twin := text[:cut+1] + encode(raw(r, new(big.Int).Sub(elliptic.P256().Params().N, s)))
	if err := f.check(mutant{text: join(twin, f.shown()...), list: f.goodList(), now: testNow}); err != nil {
		t.Errorf("the twin of a credential's: %v", err)
	}
	for range 20 {
		code, err := f.issuer.Compact(testBadge())
		if err == nil {
			err = f.check(mutant{group: ofCode, text: code, now: testNow})
		}
		if err != nil {
			t.Errorf("a code that was just signed: %v", err)
		}
	}
}

// What a list says it is packed from is never unpacked whole.
func TestBombIsNotUnpacked(t *testing.T) {
	small := map[string]any{"bits": json.Number("8"), "lst": encode(bomb(2))}
	if z, err := zlib.NewReader(bytes.NewReader(bomb(2))); err != nil {
		t.Fatal(err)
	} else if n, err := io.Copy(io.Discard, z); err != nil || n != 2*chunkBytes {
		t.Fatalf("the bomb is none: %d bytes, %v", n, err)
	}
	gibibyte := map[string]any{"bits": json.Number("8"), "lst": encode(bomb(256))}
	for name, list := range map[string]map[string]any{"8 MiB": small, "1 GiB": gibibyte} {
		packed := len(list["lst"].(string))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := readStatus(list, 0); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 8*largestList+4*uint64(packed) {
			t.Errorf("%s: reading it took %d bytes", name, took)
		}
	}
}

// What differs in spelling or order alone and is right.
func TestValidVariantsAreTaken(t *testing.T) {
	f := newForge(t)
	shown := f.shown()
	token := f.token(f.header().String(), f.payload().String())
	for name, text := range map[string]string{
		"disclosures in another order":         join(token, shown[2], shown[0], shown[1]),
		"no disclosure":                        join(token),
		"one disclosure":                       join(token, shown[0]),
		"spaces in what was signed":            join(f.token(`{ "kid": `+quoted(KeyID(&f.key.PublicKey))+`, "typ": "dc+sd-jwt", "alg": "ES256" }`, " "+f.payload().String()+"\n"), shown...),
		"a claim that nobody knows":            join(f.token(f.header().String(), f.payload().with("x", `[1.5,-1e3,{"y":null}]`).String()), shown...),
		"not before now":                       join(f.token(f.header().String(), f.payload().with("nbf", seconds(testNow)).String()), shown...),
		"iat as late as the skew":              join(f.token(f.header().String(), f.payload().with("iat", seconds(testNow.Add(clockSkew))).String()), shown...),
		"ended as long ago as the skew has it": join(f.token(f.header().String(), f.payload().with("iat", seconds(testNow.Add(-time.Hour))).with("exp", seconds(testNow.Add(time.Second-clockSkew))).String()), shown...),
	} {
		if err := f.check(mutant{text: text, list: f.goodList(), now: testNow}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
