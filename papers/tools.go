package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strconv"
)

// lookFor finds an optional program on this machine.
func lookFor(program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		return ""
	}
	return path
}

const (
	mostDrawn = maxPages * pageWidth * pageWidth * 2
	mostWords = 8 << 20
)

// draw makes pictures of the first pages of a PDF.
func (r *Reader) draw(ctx context.Context, pdf []byte) ([]*image.Gray, error) {
	out, err := run(ctx, pdf, mostDrawn, r.Draw, "-gray", "-scale-to-x", strconv.Itoa(pageWidth), "-scale-to-y", "-1", "-l", strconv.Itoa(maxPages), "-")
	if err != nil {
		return nil, fmt.Errorf("draw pages: %w", err)
	}
	return readPGM(out)
}

// scan reads the words off a picture.
func (r *Reader) scan(ctx context.Context, picture *image.Gray) ([]word, error) {
	out, err := run(ctx, pgm(picture), mostWords, r.Scan, "stdin", "stdout", "-l", "eng", "--psm", "3", "--dpi", "200", "tsv")
	if err != nil {
		return nil, fmt.Errorf("read a scan: %w", err)
	}
	return readTSV(out, picture.Rect.Dx(), picture.Rect.Dy())
}

// run feeds a program through a pipe and reads its answer from one: the paper
// touches no disk. The program gets no environment, limits on memory, time and
// files, and where the kernel allows it no network (confine). What it says of
// errors is not kept: it could quote the paper.
func run(ctx context.Context, in []byte, most int, program string, args ...string) ([]byte, error) {
	out, err := attempt(ctx, true, in, most, program, args...)
	if errors.Is(err, errNotStarted) && ctx.Err() == nil {
		out, err = attempt(ctx, false, in, most, program, args...) // this kernel lends no namespaces
	}
	return out, err
}

var errNotStarted = errors.New("it could not be started")

func attempt(ctx context.Context, apart bool, in []byte, most int, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"LC_ALL=C", "OMP_THREAD_LIMIT=1", "HOME=/nonexistent", "PATH=/usr/bin:/bin"}
	cmd.Dir = "/"
	confine(cmd, apart)
	out := &bounded{most: most, full: cancel}
	cmd.Stdout = out
	feed, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotStarted, err)
	}
	limit(cmd.Process.Pid)
	go func() {
		_, _ = feed.Write(in) // a program that stops reading says so by its end
		_ = feed.Close()
	}()
	if err := cmd.Wait(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// bounded keeps what a program says, and ends it when it says too much.
type bounded struct {
	bytes.Buffer
	most int
	full func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.full()
		return 0, errors.New("too much came out")
	}
	return b.Buffer.Write(p)
}
