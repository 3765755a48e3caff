package store

import (
	"context"
	"encoding/base64"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// A bucket keeps objects in an S3 bucket under PREFIX/ab/abcd…. Locks are S3's
// object lock (governance, so that a court's order can still be obeyed by whoever
// has that right at the provider) and legal hold; where the bucket offers none,
// Lock and Hold say so rather than pretend.
type bucket struct {
	client *minio.Client
	name   string
	prefix string // "" or ending with /
	spool  string // folder for what is being uploaded
	now    func() time.Time
}

func openBucket(ctx context.Context, place string) (*bucket, error) {
	b, options, endpoint, err := parseBucket(place)
	if err != nil {
		return nil, err
	}
	options.Creds = credentials.NewEnvAWS()
	if b.client, err = minio.New(endpoint, options); err != nil {
		return nil, evidenceFault("open "+place, err)
	}
	there, err := b.client.BucketExists(ctx, b.name)
	if err != nil {
		return nil, evidenceFault("open "+place, err)
	}
	if !there {
		return nil, problem("no-bucket", place, "make the bucket first, with object lock and versions where the provider has them", "there is no bucket %q", b.name)
	}
	return b, nil
}

func parseBucket(place string) (*bucket, *minio.Options, string, error) {
	bad := func(why string) (*bucket, *minio.Options, string, error) {
		return nil, nil, "", problem("bad-address", "evidence", "s3://BUCKET/PREFIX?endpoint=HOST:PORT&region=REGION", "the address of the bucket is refused: %s", why)
	}
	u, err := url.Parse(place)
	switch {
	case err != nil:
		return bad("it is not an address")
	case u.User != nil:
		return bad("credentials belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, not in an address")
	case u.Host == "":
		return bad("it names no bucket")
	}
	q := u.Query()
	for key := range q {
		if key != "endpoint" && key != "region" && key != "insecure" {
			return bad("it has an unknown part, " + key)
		}
	}
	endpoint := q.Get("endpoint")
	if endpoint == "" {
		return bad("it names no endpoint")
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &bucket{name: u.Host, prefix: prefix, spool: os.TempDir(), now: time.Now},
		&minio.Options{Region: q.Get("region"), Secure: q.Get("insecure") != "true"}, endpoint, nil
}

func (b *bucket) key(d Digest) string {
	name := d.String()
	return b.prefix + name[:2] + "/" + name
}

func (b *bucket) Put(ctx context.Context, r io.Reader, want Digest) (Object, error) {
	// The name is known only at the end, so the bytes wait on the disk.
	path, got, size, err := spool(ctx, b.spool, r)
	if err != nil {
		return Object{}, evidenceFault("write", err)
	}
	defer os.Remove(path)
	if err := checkWant(got, want); err != nil {
		return Object{}, err
	}
	if o, err := b.Stat(ctx, got); err == nil && readThrough(ctx, b, got) == nil {
		return o, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return Object{}, evidenceFault("write", err)
	}
	defer file.Close()
	_, err = b.client.PutObject(ctx, b.name, b.key(got), file, size, minio.PutObjectOptions{
		ContentType:      "application/octet-stream",
		DisableMultipart: true, // one part, so that the checksum is of the whole
		// The provider compares what arrived with what was meant.
		UserMetadata: map[string]string{"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(got[:])},
	})
	if err != nil {
		return Object{}, evidenceFault("write", err)
	}
	return b.Stat(ctx, got)
}

func (b *bucket) Open(ctx context.Context, d Digest) (io.ReadCloser, error) {
	if _, err := b.Stat(ctx, d); err != nil {
		return nil, err
	}
	o, err := b.client.GetObject(ctx, b.name, b.key(d), minio.GetObjectOptions{})
	if err != nil {
		return nil, evidenceFault("read", err)
	}
	return newChecked(o, d), nil
}

func (b *bucket) Stat(ctx context.Context, d Digest) (Object, error) {
	info, err := b.client.StatObject(ctx, b.name, b.key(d), minio.StatObjectOptions{})
	if answer(err) == http.StatusNotFound {
		return Object{}, noObject(d)
	}
	if err != nil {
		return Object{}, evidenceFault("look", err)
	}
	o := Object{Digest: d, Size: info.Size, Held: info.Metadata.Get("X-Amz-Object-Lock-Legal-Hold") == string(minio.LegalHoldEnabled)}
	if until := info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"); until != "" {
		if o.Until, err = time.Parse(time.RFC3339, until); err != nil {
			return Object{}, evidenceFault("look", err) // a lock that cannot be read is not no lock
		}
	}
	return o, nil
}

// unset reports an answer that means: no lock here.
func unset(err error) bool {
	switch minio.ToErrorResponse(err).Code {
	case "NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "InvalidRequest", "NotImplemented", "MethodNotAllowed":
		return true
	}
	return false
}

func answer(err error) int { return minio.ToErrorResponse(err).StatusCode }

func (b *bucket) Lock(ctx context.Context, d Digest, until time.Time) error {
	o, err := b.Stat(ctx, d)
	if err != nil {
		return err
	}
	if err := o.earlier(until); err != nil {
		return err
	}
	mode := minio.Governance
	return b.lockFault("lock", b.client.PutObjectRetention(ctx, b.name, b.key(d), minio.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until}))
}

func (b *bucket) Hold(ctx context.Context, d Digest, on bool) error {
	if _, err := b.Stat(ctx, d); err != nil {
		return err
	}
	status := minio.LegalHoldDisabled
	if on {
		status = minio.LegalHoldEnabled
	}
	return b.lockFault("hold", b.client.PutObjectLegalHold(ctx, b.name, b.key(d), minio.PutObjectLegalHoldOptions{Status: &status}))
}

func (b *bucket) lockFault(doing string, err error) error {
	if err != nil && unset(err) {
		return problem("no-lock", "bucket "+b.name, "make a bucket with object lock, copy the evidence there, and use that", "this bucket cannot lock objects: nothing was locked")
	}
	return evidenceFault(doing, err)
}

// Remove takes every version: a marker of deletion would leave the bytes.
func (b *bucket) Remove(ctx context.Context, d Digest) error {
	o, err := b.Stat(ctx, d)
	if err != nil {
		return err
	}
	if err := o.refusal(b.now()); err != nil {
		return err
	}
	for v := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.key(d), WithVersions: true, Recursive: true}) {
		if v.Err != nil {
			return evidenceFault("remove", v.Err)
		}
		if err := b.client.RemoveObject(ctx, b.name, v.Key, minio.RemoveObjectOptions{VersionID: v.VersionID}); err != nil {
			return evidenceFault("remove", err)
		}
	}
	switch _, err := b.Stat(ctx, d); {
	case err == nil:
		return problem("not-removed", "object "+d.String(), "look at the rules of the bucket", "the bucket still shows the object after it was removed")
	case code(err) != "not-found":
		return err
	}
	return nil
}

func (b *bucket) All(ctx context.Context) iter.Seq2[Digest, error] {
	return func(yield func(Digest, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop() // ends the listing when the caller has seen enough
		for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
			if o.Err != nil {
				yield(Digest{}, evidenceFault("list", o.Err))
				return
			}
			d, err := ParseDigest(o.Key[strings.LastIndexByte(o.Key, '/')+1:])
			if err != nil || b.key(d) != o.Key {
				continue // not ours
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}
