package stamp_test

import (
	"bytes"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/record/stamp"
	"comity/record/stamp/stamptest"
)

var (
	now  = time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC)
	data = []byte("record.example/log\n3\nroot\n\n— signature\n")
)

func authority(t testing.TB, change func(*x509.Certificate)) (*stamptest.Authority, *x509.CertPool) {
	t.Helper()
	a, err := stamptest.New("Test Authority", now, change)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := stamp.Roots(a.Root)
	if err != nil {
		t.Fatal(err)
	}
	return a, roots
}

func stamped(t testing.TB, a *stamptest.Authority, at time.Time) (stamp.Request, []byte) {
	t.Helper()
	r, err := stamp.NewRequest(data)
	if err != nil {
		t.Fatal(err)
	}
	der, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.Respond(der, at)
	if err != nil {
		t.Fatal(err)
	}
	return r, response
}

func TestStamp(t *testing.T) {
	a, roots := authority(t, nil)
	r, response := stamped(t, a, now)
	want := stamp.Stamp{At: now, Authority: "Test Authority"}
	if s, err := r.Check(response); err != nil || s != want {
		t.Errorf("Check = %+v, %v", s, err)
	}
	if s, err := stamp.Verify(response, data, roots); err != nil || s != want {
		t.Errorf("Verify = %+v, %v", s, err)
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"other bytes":                 {verify(response, append([]byte("x"), data...), roots), "other bytes"},
		"another root":                {verify(response, data, rootsOf(authority(t, nil))), "none of the given roots"},
		"no answer":                   {verify(nil, data, roots), "not a granted answer"},
		"another request":             {check(requestOf(stamped(t, a, now)), response), "another request"},
		"after its certificate ended": {verify(responseOf(stamped(t, a, now.AddDate(2, 0, 0))), data, roots), "refused"},
		"a certificate for servers": {verifyChanged(t, func(c *x509.Certificate) {
			c.ExtraExtensions = nil
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}), "for time stamps alone"},
		"not critical": {verifyChanged(t, func(c *x509.Certificate) { c.ExtraExtensions[0].Critical = false }), "for time stamps alone"},
	} {
		p, ok := c.err.(*comity.Problem)
		if !ok || p.Code != "bad-proof" && !(name == "another root" && p.Code == "proof-other-root") || !strings.Contains(p.Message, c.want) {
			t.Errorf("%s: %v, want %q", name, c.err, c.want)
		}
	}
}

func verify(response, data []byte, roots *x509.CertPool) error {
	_, err := stamp.Verify(response, data, roots)
	return err
}

func check(r stamp.Request, response []byte) error { _, err := r.Check(response); return err }

func rootsOf(_ *stamptest.Authority, roots *x509.CertPool) *x509.CertPool { return roots }
func requestOf(r stamp.Request, _ []byte) stamp.Request                   { return r }
func responseOf(_ stamp.Request, response []byte) []byte                  { return response }

func verifyChanged(t *testing.T, change func(*x509.Certificate)) error {
	a, roots := authority(t, change)
	_, response := stamped(t, a, now)
	return verify(response, data, roots)
}

// Every flipped byte of a response is refused, or says the same.
func TestFlippedStampsAreRefused(t *testing.T) {
	a, roots := authority(t, nil)
	_, response := stamped(t, a, now)
	refused := 0
	for i := range response {
		bad := bytes.Clone(response)
		bad[i] ^= 0x10
		s, err := stamp.Verify(bad, data, roots)
		switch {
		case err != nil:
			refused++
		case s.At != now:
			t.Fatalf("byte %d: another time is taken: %v", i, s.At)
		}
	}
	if refused < len(response)*9/10 {
		t.Errorf("of %d flipped bytes only %d were refused", len(response), refused)
	}
}

// OpenSSL takes our request and its own check takes the stamp; our check takes
// a stamp that OpenSSL made.
func TestOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openssl := func(args ...string) {
		t.Helper()
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	write("checkpoint", data)
	a, err := stamptest.New("Test Authority", time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, ours := stamped(t, a, time.Now())
	write("ours.tsr", ours)
	write("root.pem", a.Root)
	openssl("ts", "-verify", "-in", "ours.tsr", "-data", "checkpoint", "-CAfile", "root.pem")

	write("tsa.cnf", []byte("[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\nsigner_digest=sha256\ness_cert_id_alg=sha384\n"+
		"[req]\ndistinguished_name=dn\n[dn]\n[ext]\nextendedKeyUsage=critical,timeStamping\n"))
	write("serial", []byte("01\n"))
	openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=OpenSSL root", "-days", "9")
	openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=OpenSSL authority", "-config", "tsa.cnf")
	openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "tsa.pem", "-days", "8", "-extfile", "tsa.cnf", "-extensions", "ext")
	r, err := stamp.NewRequest(data)
	if err != nil {
		t.Fatal(err)
	}
	der, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	write("request.tsq", der)
	openssl("ts", "-reply", "-queryfile", "request.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-config", "tsa.cnf", "-section", "t", "-out", "theirs.tsr")
	theirs, err := os.ReadFile(filepath.Join(dir, "theirs.tsr"))
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots, err := stamp.Roots(pem)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Check(theirs); err != nil {
		t.Error(err)
	}
	if s, err := stamp.Verify(theirs, data, roots); err != nil || s.Authority != "OpenSSL authority" || time.Since(s.At).Abs() > time.Minute {
		t.Errorf("Verify = %+v, %v", s, err)
	}
}

func TestRoots(t *testing.T) {
	for _, bad := range []string{"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if _, err := stamp.Roots([]byte(bad)); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

func FuzzStamp(f *testing.F) {
	a, roots := authority(f, nil)
	_, response := stamped(f, a, now)
	f.Add(response)
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x02})
	f.Fuzz(func(t *testing.T, response []byte) {
		s, err := stamp.Verify(response, data, roots)
		if err == nil && s.At != now {
			t.Errorf("took a stamp of %v that nobody made", s.At)
		}
		if _, ok := err.(*comity.Problem); err != nil && !ok {
			t.Errorf("not a Problem: %v", err)
		}
	})
}
