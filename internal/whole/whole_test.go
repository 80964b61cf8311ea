package whole_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sceau/internal/whole"
)

var text = []byte(strings.Repeat("a secret that is longer than what is let through. ", 4))

// ways of writing, and what each leaves when it is cut. The last is the one that this
// package is there to replace: a cut that leaves nothing there would prove nothing.
var ways = map[string]struct {
	write  func(string, []byte) error
	leaves bool
}{
	"Write":        {whole.Write, false},
	"WriteNew":     {whole.WriteNew, false},
	"os.WriteFile": {func(path string, text []byte) error { return os.WriteFile(path, text, 0o600) }, true},
}

// The child is this test binary: the system lets it write sixteen bytes and no more. It
// is told so, or killed for it.
func TestAWriteThatIsCutLeavesNoFileUnderItsName(t *testing.T) {
	if way := os.Getenv("SCEAU_TEST_WAY"); way != "" {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16, Max: 16}); err != nil {
			t.Fatal(err)
		}
		t.Fatal(ways[way].write(os.Getenv("SCEAU_TEST_PATH"), text))
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "accounts.key")
			cmd := exec.Command(os.Args[0], "-test.run=^TestAWriteThatIsCutLeavesNoFileUnderItsName$")
			cmd.Env = append(os.Environ(), "SCEAU_TEST_WAY="+name, "SCEAU_TEST_PATH="+path)
			if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("file too large")) && !bytes.Contains(out, []byte("SIGXFSZ")) {
				t.Fatalf("the write was not cut: %v\n%s", err, out)
			}
			if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) == way.leaves {
				t.Errorf("cut, the file: %v", err)
			}
			if way.leaves {
				return
			}
			if err := way.write(path, text); err != nil {
				t.Errorf("and then written again: %v", err)
			}
			if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, text) {
				t.Errorf("it holds %q, %v", got, err)
			}
		})
	}
}

func TestAFileThatIsThereIsNeverWrittenOverByANewOne(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "missions", "accounts.key")
	var all sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		all.Go(func() {
			switch err := whole.WriteNew(path, bytes.Repeat([]byte{'a' + byte(i)}, 4096)); {
			case err == nil:
				won[i] = true
			case !errors.Is(err, os.ErrExist):
				t.Error(err)
			default:
				// Who was late reads a whole one, however soon.
				if got, err := os.ReadFile(path); err != nil || len(got) != 4096 {
					t.Errorf("the file that is there already has %d bytes, %v", len(got), err)
				}
			}
		})
	}
	all.Wait()
	wins := 0
	for i, w := range won {
		if !w {
			continue
		}
		wins++
		if got, _ := os.ReadFile(path); !bytes.Equal(got, bytes.Repeat([]byte{'a' + byte(i)}, 4096)) {
			t.Error("the file is not that of who wrote it")
		}
	}
	if wins != 1 {
		t.Errorf("%d wrote it, want one", wins)
	}
	if err := whole.Write(path, text); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, text) {
		t.Error("the file was not replaced")
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", name, info.Mode(), want)
		}
	}
	if held, err := os.ReadDir(filepath.Dir(path)); err != nil || len(held) != 1 {
		t.Errorf("beside it lies %v, %v", held, err)
	}
}
