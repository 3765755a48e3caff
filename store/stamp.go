package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"comity/record/stamp"
)

// authorityPatience is how long an authority may take for one answer.
const authorityPatience = 20 * time.Second

// CheckAuthorities says what is wrong with a list of time-stamp authorities.
func CheckAuthorities(list []string) error {
	for _, a := range list {
		if u, err := url.Parse(a); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return problem("bad-address", a, "give the address of an RFC 3161 service, https://…", "the address of the time-stamp authority cannot be read")
		}
	}
	if len(list) > stamp.MaxAuthorities {
		return problem("bad-address", "stamp", "two are enough", "there may be at most %d time-stamp authorities", stamp.MaxAuthorities)
	}
	return nil
}

// RunStamps has the checkpoint stamped by these authorities, now and then
// again and again until ctx ends. One that is down holds up nothing.
func (s *Store) RunStamps(ctx context.Context, authorities []string, every time.Duration) {
	for {
		if err := s.Stamp(ctx, authorities, every); err != nil && ctx.Err() == nil {
			s.config.Log.Warn("a checkpoint was not stamped by every authority", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// Stamp has the public checkpoint stamped, unless that was done less than half
// of every ago. The error names authorities that did not answer; what the
// others answered is kept.
func (s *Store) Stamp(ctx context.Context, authorities []string, every time.Duration) error {
	now := s.config.Now()
	if recent, err := s.stampedSince(ctx, now.Add(-every/2), now); recent || err != nil {
		return err
	}
	signed, err := s.files.ReadFile(ctx, "checkpoint")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing is public yet
	}
	if err != nil {
		return explain("stamp", err)
	}
	c, err := s.Key().Checkpoint(signed)
	if err != nil {
		return err
	}
	responses := make([][]byte, len(authorities))
	errs := make([]error, len(authorities))
	var wait sync.WaitGroup
	for i, a := range authorities {
		wait.Go(func() { responses[i], errs[i] = askAuthority(ctx, a, signed) })
	}
	wait.Wait()
	if err := s.keepStamps(ctx, now, signed, c.Size, responses); err != nil {
		return errors.Join(explain("keep time stamps", err), errors.Join(errs...))
	}
	return errors.Join(errs...)
}

func (s *Store) stampedSince(ctx context.Context, since, now time.Time) (bool, error) {
	text, err := s.files.ReadFile(ctx, stamp.Month(now))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, explain("read the list of time stamps", err)
	}
	last := string(text[bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n')+1:])
	return last > strings.TrimPrefix(stamp.Folder(since), "stamps/"), nil
}

// keepStamps writes what was stamped, the answers, and then the line that
// lists them. A crash between leaves a folder that nothing names.
func (s *Store) keepStamps(ctx context.Context, now time.Time, signed []byte, size int64, responses [][]byte) error {
	folder, any := stamp.Folder(now), false
	for i, r := range responses {
		if r == nil {
			continue
		}
		any = true
		if err := s.files.WriteFile(ctx, fmt.Sprintf("%s/%d.tsr", folder, i+1), r); err != nil {
			return err
		}
	}
	if !any {
		return nil
	}
	if err := s.files.WriteFile(ctx, folder+"/checkpoint", signed); err != nil {
		return err
	}
	text, err := s.files.ReadFile(ctx, stamp.Month(now))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.files.WriteFile(ctx, stamp.Month(now), append(text, stamp.Line(now, size)...))
}

// askAuthority has bytes stamped. What leaves is their hash.
func askAuthority(ctx context.Context, address string, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, authorityPatience)
	defer cancel()
	r, err := stamp.NewRequest(data)
	if err != nil {
		return nil, err
	}
	body, err := r.Marshal()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be reached or does not answer", address)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	response, err := io.ReadAll(io.LimitReader(resp.Body, stamp.MaxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("%s broke off its answer", address)
	}
	if _, err := r.Check(response); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return response, nil
}
