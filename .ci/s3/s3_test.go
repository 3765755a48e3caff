// Package s3 holds the store of evidence to its rules in a real S3 server,
// VersityGW, which runs inside the test. It is a module of its own, so that
// the server is no dependency of the product.
package s3

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"comity/store"
	"comity/store/evidencetest"
)

const (
	access = "test-access"
	secret = "test-secret"
)

func TestEvidenceBucket(t *testing.T) {
	root, addr := gateway(t)
	t.Setenv("AWS_ACCESS_KEY_ID", access)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	client, err := minio.New(addr, &minio.Options{Creds: credentials.NewStaticV4(access, secret, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []struct {
		name  string
		locks bool
	}{{"locking", true}, {"plain", false}} {
		t.Run(b.name, func(t *testing.T) {
			if err := client.MakeBucket(t.Context(), b.name, minio.MakeBucketOptions{ObjectLocking: b.locks}); err != nil {
				t.Fatal(err)
			}
			place := url.URL{Scheme: "s3", Host: b.name, Path: "/county/evidence", RawQuery: url.Values{
				"endpoint": {addr}, "region": {"us-east-1"}, "insecure": {"true"}}.Encode()}
			e, err := store.OpenEvidence(t.Context(), place.String())
			if err != nil {
				t.Fatal(err)
			}
			evidencetest.Test(t, evidencetest.Case{
				Evidence: e, Locks: b.locks,
				Pass: func() { time.Sleep(2500 * time.Millisecond) },
				Damage: func(t *testing.T, d store.Digest) {
					path := filepath.Join(root, b.name, "county", "evidence", d.String()[:2], d.String())
					data, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					data[len(data)/2] ^= 1
					if err := os.WriteFile(path, data, 0o600); err != nil {
						t.Fatal(err)
					}
				},
			})
		})
	}
	if _, err := store.OpenEvidence(t.Context(), "s3://missing?endpoint="+addr+"&region=us-east-1&insecure=true"); err == nil {
		t.Error("a bucket that is not there was opened")
	}
}

// gateway runs an S3 server over a folder until the test ends.
func gateway(t *testing.T) (root, addr string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"data", "meta", "versions"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root = filepath.Join(dir, "data")
	side, err := meta.NewSideCar(filepath.Join(dir, "meta"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := posix.New(root, side, posix.PosixOpts{SideCarDir: filepath.Join(dir, "meta"), VersioningDir: filepath.Join(dir, "versions")})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- embedgw.RunVersityGW(ctx, back, &embedgw.Config{
			RootUserAccess: access, RootUserSecret: secret, Region: "us-east-1", Ports: []string{addr},
			MaxConnections: 100, MaxRequests: 100, MultipartMaxParts: 10000, Quiet: true,
		})
	}()
	t.Cleanup(func() { stop(); <-ended })
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return root, addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the S3 server did not start")
	return "", ""
}
