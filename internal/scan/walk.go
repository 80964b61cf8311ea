package scan

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A Place is a file or a folder where bytes rest, or the memory of a live process.
type Place struct {
	Name string
	Path string
	PID  int // in place of a path
	// Skip names what lies inside and is a place of its own.
	Skip []string
}

// Path looks for the canaries in a file, or in every file of a folder and in their
// names. The error says what was found or could not be looked at, and wraps
// ErrFound or ErrIncomplete; the result is whole all the same.
func (s *Scanner) Path(ctx context.Context, p Place) (Result, error) {
	if p.PID != 0 {
		return s.Memory(ctx, p.PID)
	}
	w := walker{s: s, findings: newFindings(s, p.Name), skip: map[string]bool{}, seen: map[string]bool{}}
	root, err := filepath.Abs(p.Path)
	if err != nil {
		return w.result, err
	}
	w.root, w.result.Path = root, root
	for _, skip := range p.Skip {
		skip, err := filepath.Abs(skip)
		if err != nil {
			return w.result, err
		}
		w.skip[skip] = true
	}
	if _, err := os.Lstat(root); err != nil {
		w.miss(root, err) // a place that is not there was not scanned
		return w.done()
	}
	w.walk(ctx, root)
	if err := ctx.Err(); err != nil {
		return w.result, err
	}
	return w.done()
}

type walker struct {
	*findings
	s    *Scanner
	root string
	skip map[string]bool
	head [4096]byte
	seen map[string]bool // folders already entered, for links that turn in circles
}

func (w *walker) walk(ctx context.Context, path string) {
	switch {
	case ctx.Err() != nil:
		return
	case w.s.exclude[path]:
		w.result.Excluded = append(w.result.Excluded, path)
		return
	case w.skip[path]:
		return
	}
	// A name is at rest too: a file called after somebody tells.
	name := []byte(filepath.Base(path))
	w.s.match.scan(name, 0, len(name)-gram, func(k int32, at int) { w.hit(k, "a name in "+filepath.Dir(path), int64(at)) })

	info, err := os.Stat(path) // follows links: tablespaces are links
	if err != nil {
		w.gone(path, err)
		return
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		w.folder(ctx, path)
	case mode.IsRegular():
		w.file(ctx, path)
	case mode&(fs.ModeSocket|fs.ModeNamedPipe) != 0: // hold nothing at rest
	default:
		w.miss(path, errors.New("neither a file nor a folder"))
	}
}

func (w *walker) folder(ctx context.Context, dir string) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		w.gone(dir, err)
		return
	}
	if w.seen[real] {
		return
	}
	w.seen[real] = true
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.gone(dir, err)
		return
	}
	var segments []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		w.walk(ctx, path)
		if walSegment.MatchString(e.Name()) && e.Type().IsRegular() && !w.s.exclude[path] {
			segments = append(segments, path)
		}
	}
	w.joinedSegments(ctx, dir, segments)
}

func (w *walker) file(ctx context.Context, path string) {
	f, err := os.Open(path)
	if err != nil {
		w.gone(path, err)
		return
	}
	defer f.Close()
	n, err := io.ReadFull(f, w.head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		w.miss(path, err)
		return
	}
	format := compressed(w.head[:n])
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		w.miss(path, err)
		return
	}
	read, err := w.insideOf(ctx, format, f)
	w.result.Files++
	w.result.Bytes += read
	if err != nil {
		w.miss(path, err)
	}
}

// joinedSegments reads a folder's write-ahead log once more, as one text.
func (w *walker) joinedSegments(ctx context.Context, dir string, segments []string) {
	if len(segments) == 0 || ctx.Err() != nil {
		return
	}
	slices.Sort(segments)
	r := &fileSequence{paths: segments}
	defer r.Close()
	name := filepath.Join(dir, "(pages joined)")
	if _, err := w.s.stream(ctx, &walJoiner{r: r}, func(k int32, at int64) { w.hit(k, name, at) }); err != nil {
		w.miss(name, err)
	}
}

// gone notes what vanished since its folder was listed, as files of a running
// server do: it rests there no more. A link to nowhere and anything else is missed.
func (w *walker) gone(path string, err error) {
	if _, still := os.Lstat(path); errors.Is(still, fs.ErrNotExist) {
		w.result.Gone++
		return
	}
	w.miss(path, err)
}

// A fileSequence reads files one after the other. One that has gone since, such as
// a recycled segment, is passed over.
type fileSequence struct {
	paths []string
	open  *os.File
}

func (s *fileSequence) Read(p []byte) (int, error) {
	for {
		if s.open == nil {
			if len(s.paths) == 0 {
				return 0, io.EOF
			}
			f, err := os.Open(s.paths[0])
			s.paths = s.paths[1:]
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return 0, err
			}
			s.open = f
		}
		n, err := s.open.Read(p)
		if err != io.EOF {
			return n, err
		}
		s.Close()
		if n > 0 {
			return n, nil
		}
	}
}

func (s *fileSequence) Close() {
	if s.open != nil {
		s.open.Close()
		s.open = nil
	}
}
