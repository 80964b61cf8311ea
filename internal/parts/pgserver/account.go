package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Account is the user that runs a server. PostgreSQL refuses root, so root lends
// an unprivileged account; anybody else runs the server under their own.
type Account struct {
	Name     string
	UID, GID int
	lent     bool
}

// Lend picks the account: the package's own user, else nobody.
func Lend() (Account, error) {
	if os.Geteuid() != 0 {
		return Account{Name: "uid " + strconv.Itoa(os.Geteuid()), UID: os.Geteuid(), GID: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 != nil || err2 != nil || uid == 0 {
			continue
		}
		return Account{Name: name, UID: uid, GID: gid, lent: true}, nil
	}
	return Account{}, errors.New("running as root, and neither postgres nor nobody exists to run PostgreSQL")
}

// Credential is what a child process takes to run as the account; nil when it
// already does.
func (a Account) Credential() *syscall.Credential {
	if !a.lent {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID)}
}

// Own gives a file or folder to the account.
func (a Account) Own(path string) error {
	if !a.lent {
		return nil
	}
	return os.Chown(path, a.UID, a.GID)
}

// CanReach says whether the account may enter every folder down to path. A home of
// mode 0700 stops it, and the server would fail far from the cause.
func (a Account) CanReach(path string) error {
	if !a.lent {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return fmt.Errorf("reading the owner of %s", dir)
		}
		need := os.FileMode(0o001)
		switch {
		case int(st.Uid) == a.UID:
			need = 0o100
		case int(st.Gid) == a.GID:
			need = 0o010
		}
		if info.Mode().Perm()&need == 0 {
			return fmt.Errorf("account %s cannot enter %s", a.Name, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}
