//go:build !windows

package widgetpage

import (
	"os"
	"os/exec"
	"syscall"
)

func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func runningAsRoot() bool { return os.Geteuid() == 0 }
