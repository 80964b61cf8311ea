package scan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Memory looks for the canaries in all that a live process can read: its heap, what
// the collector freed and nothing wrote over yet, its stacks. Who looks is root, or
// the same user where the process lets them.
func (s *Scanner) Memory(ctx context.Context, pid int) (Result, error) {
	f := newFindings(s, fmt.Sprintf("memory of process %d", pid))
	err := Memory(pid, func(region string, r io.Reader) error {
		n, err := s.stream(ctx, r, func(k int32, at int64) { f.hit(k, region, at) })
		f.result.Files++
		f.result.Bytes += n
		return err
	})
	if ctx.Err() != nil {
		return f.result, ctx.Err()
	}
	if err != nil {
		f.miss("", err)
	}
	return f.done()
}

// Memory gives every readable region of a live process, named as the system lists it.
// A region that went meanwhile is passed over; Linux alone has this door.
func Memory(pid int, see func(region string, r io.Reader) error) error {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return fmt.Errorf("listing the memory of process %d: %w", pid, err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return fmt.Errorf("reading the memory of process %d: %w", pid, err)
	}
	defer memory.Close()
	seen := 0
	for lines := bufio.NewScanner(strings.NewReader(string(maps))); lines.Scan(); {
		from, size, ok := region(lines.Text())
		if !ok {
			continue
		}
		r := &mapped{r: bufio.NewReaderSize(io.NewSectionReader(memory, from, size), window)}
		if err := see(lines.Text(), r); err != nil {
			return fmt.Errorf("reading the memory of process %d, %s: %w", pid, lines.Text(), err)
		}
		seen++
	}
	if seen == 0 {
		return fmt.Errorf("reading the memory of process %d: it has none left", pid)
	}
	return nil
}

// region reads a line of /proc/PID/maps. What the kernel lends to every process alike
// is not the process's memory.
func region(line string) (from, size int64, ok bool) {
	place, rest, _ := strings.Cut(line, " ")
	first, last, _ := strings.Cut(place, "-")
	a, err1 := strconv.ParseUint(first, 16, 63)
	b, err2 := strconv.ParseUint(last, 16, 63)
	kernel := strings.HasSuffix(line, "[vvar]") || strings.HasSuffix(line, "[vvar_vclock]") || strings.HasSuffix(line, "[vsyscall]")
	return int64(a), int64(b - a), err1 == nil && err2 == nil && strings.HasPrefix(rest, "r") && !kernel
}

// mapped ends where a region was unmapped or shrunk since it was listed.
type mapped struct{ r io.Reader }

func (m *mapped) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	var at *os.PathError
	if errors.As(err, &at) {
		err = io.EOF
	}
	return n, err
}
