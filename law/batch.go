package law

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"comity"
)

// A BatchCount says what a batch met.
type BatchCount struct {
	Lines  int // lines answered, refused ones included
	Errors int // lines refused
}

const (
	maxLine    = 1 << 20 // one question
	chunkLines = 256
)

// DecideBatch reads one question a line and writes one answer a line in the
// same order. A line that cannot be answered gives {"id","error"} and the run
// goes on; the count says how many. Empty lines are passed over. The error is
// about reading or writing only.
func (b *Book) DecideBatch(r io.Reader, w io.Writer) (BatchCount, error) {
	var (
		workers = runtime.GOMAXPROCS(0)
		todo    = make(chan *chunk, workers)
		queue   = make(chan *chunk, 4*workers) // in order of the input
		stop    = make(chan struct{})
		readErr error
		wait    sync.WaitGroup
	)
	go func() {
		defer close(queue)
		defer close(todo)
		readErr = readChunks(r, func(c *chunk) bool {
			select {
			case queue <- c:
			case <-stop:
				return false
			}
			todo <- c
			return true
		})
	}()
	for range workers {
		wait.Go(func() {
			line := newLineAnswerer(b)
			for c := range todo {
				c.answer(line)
			}
		})
	}
	count, err := writeChunks(w, queue, stop)
	wait.Wait()
	if err == nil && readErr != nil {
		err = fmt.Errorf("read questions: %w", readErr)
	}
	return count, err
}

// A chunk is some lines and, once answered, their answers.
type chunk struct {
	text    []byte
	starts  []int // of each line; a line longer than the bound has length 0 and is marked
	tooLong map[int]bool
	out     []byte
	count   BatchCount
	done    chan struct{}
}

var chunkPool = sync.Pool{New: func() any { return &chunk{} }}

// newChunk uses the memory of one that was written.
func newChunk() *chunk {
	c := chunkPool.Get().(*chunk)
	*c = chunk{text: c.text[:0], starts: c.starts[:0], out: c.out[:0], done: make(chan struct{})}
	return c
}

func (c *chunk) line(i int) []byte {
	end := len(c.text)
	if i+1 < len(c.starts) {
		end = c.starts[i+1]
	}
	return bytes.TrimSpace(c.text[c.starts[i]:end])
}

func readChunks(r io.Reader, send func(*chunk) bool) error {
	in := bufio.NewReaderSize(r, 1<<16)
	c := newChunk()
	for {
		start := len(c.text)
		long, err := c.readLine(in)
		if len(c.text) > start || long {
			if long {
				c.text = c.text[:start]
				if c.tooLong == nil {
					c.tooLong = map[int]bool{}
				}
				c.tooLong[len(c.starts)] = true
			}
			c.starts = append(c.starts, start)
		}
		if len(c.starts) >= chunkLines || len(c.text) > maxLine || err != nil && len(c.starts) > 0 {
			if !send(c) {
				return nil
			}
			c = newChunk()
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine appends one line; of a line that is too long it keeps nothing.
func (c *chunk) readLine(in *bufio.Reader) (long bool, err error) {
	n := 0
	for {
		part, err := in.ReadSlice('\n')
		n += len(part)
		if n <= maxLine {
			c.text = append(c.text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n > maxLine, err
		}
	}
}

func (c *chunk) answer(a *lineAnswerer) {
	defer close(c.done)
	for i := range c.starts {
		line := c.line(i)
		if len(line) == 0 && !c.tooLong[i] {
			continue
		}
		c.count.Lines++
		var bad *comity.Problem
		if c.tooLong[i] {
			bad = problem("bad-json", "", "the line is longer than 1 MB", "send one question a line")
			c.out = appendError(c.out, "", bad)
		} else {
			c.out, bad = a.answer(c.out, line)
		}
		if bad != nil {
			c.count.Errors++
		}
		c.out = append(c.out, '\n')
	}
}

func writeChunks(w io.Writer, queue <-chan *chunk, stop chan struct{}) (count BatchCount, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	for c := range queue {
		if err != nil {
			continue // let the workers end
		}
		<-c.done
		count.Lines += c.count.Lines
		count.Errors += c.count.Errors
		if _, err = out.Write(c.out); err != nil {
			close(stop)
		}
		chunkPool.Put(c)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		err = fmt.Errorf("write answers: %w", err)
	}
	return count, err
}

// A lineAnswerer answers lines one after the other and keeps its memory.
type lineAnswerer struct {
	book *Book
	q    comity.Question
	c    asked
}

func newLineAnswerer(b *Book) *lineAnswerer {
	return &lineAnswerer{book: b, c: asked{book: b}}
}

// answer appends the JSON of one answer, or of the problem with the line.
func (a *lineAnswerer) answer(out, line []byte) ([]byte, *comity.Problem) {
	bad := readQuestion(line, &a.q)
	if bad == nil {
		bad = a.c.resolve(&a.q)
	}
	if bad != nil {
		return appendError(out, a.q.ID, bad), bad
	}
	d := a.c.decide()
	return appendDecision(out, &d), nil
}

// DecideJSON answers one question given as JSON.
func (b *Book) DecideJSON(question []byte) ([]byte, error) {
	out, bad := newLineAnswerer(b).answer(nil, bytes.TrimSpace(question))
	if bad != nil {
		return out, bad
	}
	return out, nil
}
