package papers

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// confine starts the program as nobody, in namespaces of its own: no network,
// no other process to see. It dies with the server.
func confine(cmd *exec.Cmd, apart bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if !apart {
		return
	}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWPID
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getgid(), Size: 1}}
}

// limit bounds a program that has just started and waits for its input: memory,
// processor time, and no file that it could write.
func limit(pid int) {
	for what, most := range map[int]uint64{unix.RLIMIT_AS: 1 << 30, unix.RLIMIT_CPU: 60, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0} {
		// A kernel that refuses leaves the limits of context and pipe.
		_ = unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
}
