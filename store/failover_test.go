//go:build linux

package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/jackc/pgx/v5"

	"comity"
)

var failovers = flag.Int("failovers", 0, "how often to kill the primary of a PostgreSQL cluster under Patroni")

// The primary of a cluster is killed under load, with its Patroni, as when its
// machine is lost: nothing that was acknowledged is lost or there twice, the
// index has no gap, and writing resumes by itself.
func TestFailover(t *testing.T) {
	if *failovers == 0 {
		t.Skip("wants -failovers N")
	}
	k := newCluster(t)
	k.await(t, "a primary and two standbys, one of them synchronous", func() bool { return k.healthy() })
	owner, serve := k.prepare(t)

	c := newClock()
	c.address = owner
	dir := filepath.Join(t.TempDir(), "data")
	first, err := Create(t.Context(), dir, Identity{Origin: "record.example/log", Agency: cook, Sample: true}, c.config())
	if err != nil {
		t.Fatal(err)
	}
	c.address = serve
	first = reopen(t, first, c)
	servers := []*Store{first, beside(t, first, c)}

	crowd := &crowd{c: c, servers: servers, acks: map[string]ack{}}
	crowd.start(t, 16)
	for i := range *failovers {
		crowd.expectMore(t, 300)
		killed := time.Now()
		node := k.killPrimary(t)
		k.await(t, "acknowledged writes after the primary was killed", func() bool { return crowd.since(killed.Add(2*time.Second)) > 100 })
		t.Logf("counted: failover %d: %.1f s without an acknowledged write", i+1, crowd.longestSilence(killed).Seconds())
		k.start(t, node)
		k.await(t, "the killed server back as a standby", func() bool { return k.healthy() })
	}
	crowd.expectMore(t, 300)
	crowd.stop()
	crowd.judge(t)
}

// A crowd writes to several servers, and sends again what was not answered.
type crowd struct {
	c       *clock
	servers []*Store
	done    atomic.Bool
	wait    sync.WaitGroup

	mu       sync.Mutex
	acks     map[string]ack
	times    []time.Time // of the answers, in order
	unknown  int         // answers that it is not known whether it was stored
	surprise []string
}

type ack struct {
	index   int64
	receipt string
}

func (w *crowd) start(t *testing.T, writers int) {
	for n := range writers {
		w.wait.Go(func() {
			for i := 0; !w.done.Load(); i++ {
				w.write(fmt.Sprintf("w%d-%d", n, i), n)
			}
		})
	}
	for _, s := range w.servers {
		w.wait.Go(func() {
			for !w.done.Load() {
				_, _ = s.Publish(context.Background()) // fails while the database is away; the end shows what became of it
				time.Sleep(200 * time.Millisecond)
			}
		})
	}
}

// write sends one entry until it is acknowledged, each time to another server.
func (w *crowd) write(id string, n int) {
	d := draft(id, w.c.now())
	for try := n; ; try++ {
		a, err := w.servers[try%len(w.servers)].Append(context.Background(), d)
		var p *comity.Problem
		switch {
		case err == nil:
			w.mu.Lock()
			w.acks[id] = ack{a.Index, string(a.Receipt)}
			w.times = append(w.times, time.Now())
			w.mu.Unlock()
			return
		case errors.As(err, &p) && (p.Code == "no-database" || p.Code == "not-known"):
			w.mu.Lock()
			if p.Code == "not-known" {
				w.unknown++
			}
			w.mu.Unlock()
			time.Sleep(50 * time.Millisecond)
		default:
			w.mu.Lock()
			w.surprise = append(w.surprise, fmt.Sprintf("%s: %v", id, err))
			w.mu.Unlock()
			return
		}
	}
}

func (w *crowd) stop() {
	w.done.Store(true)
	w.wait.Wait()
}

func (w *crowd) since(t time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for i := len(w.times) - 1; i >= 0 && w.times[i].After(t); i-- {
		n++
	}
	return n
}

// longestSilence is the longest time between two answers since shortly before t.
func (w *crowd) longestSilence(t time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	var longest time.Duration
	for i := len(w.times) - 1; i > 0 && w.times[i].After(t); i-- {
		longest = max(longest, w.times[i].Sub(w.times[i-1]))
	}
	return longest
}

func (w *crowd) expectMore(t *testing.T, n int) {
	t.Helper()
	from := time.Now()
	for w.since(from) < n {
		if time.Since(from) > time.Minute {
			t.Fatalf("only %d answers in a minute", w.since(from))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// judge compares what is in the record with what was acknowledged.
func (w *crowd) judge(t *testing.T) {
	for _, s := range w.surprise {
		t.Error(s)
	}
	s := w.servers[0]
	seen := map[string]int{}
	next, lost, doubled, moved := int64(0), 0, 0, 0
	for {
		page, err := s.Entries(t.Context(), "", next-1, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if e.Index != next {
				t.Fatalf("a gap before index %d", e.Index)
			}
			next++
			seen[e.ID]++
			if a, ok := w.acks[e.ID]; ok && a.index != e.Index {
				moved++
			}
		}
	}
	for id := range w.acks {
		if seen[id] == 0 {
			lost++
		}
	}
	for _, n := range seen {
		if n > 1 {
			doubled++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.acks))[:min(200, len(w.acks))] { // the first receipt is given again
		a, err := s.Append(t.Context(), draft(id, w.c.now()))
		if err != nil || !a.Again || string(a.Receipt) != w.acks[id].receipt {
			t.Errorf("%s again: %+v, %v", id, a, err)
		}
	}
	w.c.add(time.Minute)
	for i, s := range w.servers {
		head := mustPublish(t, s)
		if report, err := s.Check(t.Context()); err != nil || report.Checkpoint.Root != head.Root || head.Size != next {
			t.Errorf("server %d: %+v, %v", i, report, err)
		}
	}
	if lost+doubled+moved > 0 {
		t.Errorf("%d acknowledged entries are lost, %d are there twice, %d at another index", lost, doubled, moved)
	}
	t.Logf("counted: %d failovers: %d acknowledged, %d lost, %d doubled, %d answered not-known and asked again, index 0 to %d without a gap",
		*failovers, len(w.acks), lost, doubled, w.unknown, next-1)
}

// A cluster is three PostgreSQL servers under Patroni and etcd, in a private
// folder, gone at the end however the test ends.
type cluster struct {
	dir, bin  string
	nodes     []*node
	etcdPort  int
	attribute *syscall.SysProcAttr
}

type node struct {
	Name, Dir, Bin   string
	Port, REST, Etcd int
	patroni          *exec.Cmd
}

// guard ends everything when its standard input does: at the end of the test or
// of the process, also when that is killed.
const guard = `cat >/dev/null
cd "$1" || exit
for f in *.pid; do kill -9 "$(cat "$f")"; done
for f in */data/postmaster.pid; do kill -QUIT "$(head -n 1 "$f")"; done
for f in */data/postmaster.pid; do p=$(head -n 1 "$f"); while kill -0 "$p"; do sleep 0.1; done; done
cd / && rm -rf "$1"`

func newCluster(t *testing.T) *cluster {
	t.Helper()
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(bins) == 0 {
		t.Fatal("PostgreSQL is not installed: ./test -install")
	}
	dir, err := os.MkdirTemp("", "comity-failover-")
	if err != nil {
		t.Fatal(err)
	}
	k := &cluster{dir: dir, bin: bins[len(bins)-1], attribute: &syscall.SysProcAttr{Setpgid: true}}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		k.attribute.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	g := exec.Command("sh", "-c", guard, "guard", dir)
	g.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := g.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); g.Wait() })

	k.startEtcd(t)
	for _, name := range []string{"a", "b", "c"} {
		n := &node{Name: name, Dir: filepath.Join(dir, name), Bin: k.bin, Port: freePort(t), REST: freePort(t), Etcd: k.etcdPort}
		k.nodes = append(k.nodes, n)
		k.configure(t, n)
		k.start(t, n)
		if name == "a" {
			k.await(t, "a first primary", func() bool { return k.primary() == n })
		}
	}
	return k
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// run starts a program of the cluster; its process id lies in NAME.pid.
func (k *cluster) run(t *testing.T, name string, path string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.SysProcAttr = k.dir, k.attribute
	cmd.Env = append(os.Environ(), "HOME="+k.dir, "PATH="+k.bin+":"+os.Getenv("PATH"))
	log, err := os.OpenFile(filepath.Join(k.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(k.dir, name+".pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o644); err != nil {
		t.Fatal(err)
	}
	go cmd.Wait()
	return cmd
}

func (k *cluster) startEtcd(t *testing.T) {
	client, peer := freePort(t), freePort(t)
	k.etcdPort = client
	clientURL, peerURL := fmt.Sprintf("http://127.0.0.1:%d", client), fmt.Sprintf("http://127.0.0.1:%d", peer)
	k.run(t, "etcd", "etcd", "--data-dir", filepath.Join(k.dir, "etcd"), "--listen-client-urls", clientURL, "--advertise-client-urls", clientURL,
		"--listen-peer-urls", peerURL, "--initial-advertise-peer-urls", peerURL, "--initial-cluster", "default="+peerURL)
	k.await(t, "etcd", func() bool { return get(clientURL+"/health") == http.StatusOK })
}

var patroniFile = template.Must(template.New("").Parse(`scope: comity
name: {{.Name}}
restapi: {listen: '127.0.0.1:{{.REST}}', connect_address: '127.0.0.1:{{.REST}}'}
etcd3: {hosts: '127.0.0.1:{{.Etcd}}'}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 60, shared_buffers: 32MB, wal_keep_size: 256MB}
  initdb: [encoding: UTF8, locale: C, data-checksums]
postgresql:
  listen: 127.0.0.1:{{.Port}}
  connect_address: 127.0.0.1:{{.Port}}
  data_dir: {{.Dir}}/data
  bin_dir: {{.Bin}}
  pgpass: {{.Dir}}/pgpass
  remove_data_directory_on_diverged_timelines: true
  authentication:
    superuser: {username: postgres, password: test}
    replication: {username: standby, password: test}
    rewind: {username: rewind, password: test}
  parameters: {unix_socket_directories: '{{.Dir}}'}
  pg_hba: [local all all trust, host all all 127.0.0.1/32 trust, host replication standby 127.0.0.1/32 trust]
`))

func (k *cluster) configure(t *testing.T, n *node) {
	t.Helper()
	if err := os.Mkdir(n.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(n.Dir + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(patroniFile.Execute(f, n), f.Close()); err != nil {
		t.Fatal(err)
	}
	if k.attribute.Credential != nil {
		if err := os.Chown(n.Dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
}

func (k *cluster) start(t *testing.T, n *node) {
	n.patroni = k.run(t, n.Name, "patroni", n.Dir+".yml")
}

// primary is the node that takes writes, nil if there is none.
func (k *cluster) primary() *node {
	for _, n := range k.nodes {
		if get(fmt.Sprintf("http://127.0.0.1:%d/primary", n.REST)) == http.StatusOK {
			return n
		}
	}
	return nil
}

func get(url string) int {
	client := http.Client{Timeout: time.Second}
	r, err := client.Get(url)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

// healthy: two standbys stream, one of them synchronously.
func (k *cluster) healthy() bool {
	n := k.primary()
	if n == nil || len(k.nodes) < 3 {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", n.Port))
	if err != nil {
		return false
	}
	defer c.Close(ctx)
	var streaming, inSync int
	err = c.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication WHERE state = 'streaming' AND usename = 'standby'`).Scan(&streaming, &inSync)
	return err == nil && streaming == 2 && inSync == 1
}

func (k *cluster) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for from := time.Now(); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Since(from) > 2*time.Minute {
			k.tellLogs(t)
			t.Fatalf("two minutes without %s", what)
		}
	}
}

func (k *cluster) tellLogs(t *testing.T) {
	logs, _ := filepath.Glob(filepath.Join(k.dir, "*.log"))
	for _, path := range logs {
		data, _ := os.ReadFile(path)
		t.Logf("%s:\n%s", filepath.Base(path), data[max(0, len(data)-3000):])
	}
}

// prepare makes accounts and database, and returns the addresses for owner and
// application: all three servers, of which the one that takes writes is found.
func (k *cluster) prepare(t *testing.T) (owner, serve string) {
	t.Helper()
	var hosts []string
	for _, n := range k.nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", n.Port))
	}
	c, err := pgx.Connect(t.Context(), "postgres://postgres@"+strings.Join(hosts, ",")+"/postgres?target_session_attrs=read-write")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for _, s := range []string{
		`CREATE ROLE ` + appRole + ` NOLOGIN`, `CREATE ROLE ` + ownerAccount + ` LOGIN`, `CREATE ROLE ` + serveAccount + ` LOGIN IN ROLE ` + appRole,
		`CREATE DATABASE comity OWNER ` + ownerAccount + ` TEMPLATE template0 ENCODING 'UTF8'`,
	} {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	at := strings.Join(hosts, ",") + "/comity"
	return "postgres://" + ownerAccount + "@" + at, "postgres://" + serveAccount + "@" + at
}

// killPrimary kills the primary's Patroni, its postmaster and every backend.
func (k *cluster) killPrimary(t *testing.T) *node {
	t.Helper()
	n := k.primary()
	if n == nil {
		t.Fatal("there is no primary to kill")
	}
	pidFile, err := os.ReadFile(filepath.Join(n.Dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(pidFile), "\n")
	postmaster, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	backends, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", postmaster, postmaster))
	if err != nil {
		t.Fatal(err)
	}
	kill := func(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) } // some may be gone already
	kill(n.patroni.Process.Pid)
	kill(postmaster)
	for _, b := range strings.Fields(string(backends)) {
		if pid, err := strconv.Atoi(b); err == nil {
			kill(pid)
		}
	}
	return n
}
