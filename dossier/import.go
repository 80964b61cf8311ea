package dossier

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"sceau/catalogue"
)

// An ImportReport is what an import did, over all its runs.
type ImportReport struct {
	Campaign string    `json:"campaign"`
	Lines    int64     `json:"lines"`
	Entered  int64     `json:"entered"`
	Refused  []Refused `json:"refused"`
	Fields   int64     `json:"fields"`
	Seconds  float64   `json:"seconds"`
	// FieldsPerSecond is of this run alone.
	FieldsPerSecond float64 `json:"fields_per_second"`
	Resumed         bool    `json:"resumed,omitempty"`
	// Before says that an earlier run had entered the whole file: this one entered
	// nothing, and tells again what became of its lines.
	Before bool `json:"imported_before,omitempty"`
}

// An Arrival tells which line became which candidate.
type Arrival struct {
	Line     int64    `json:"line"`
	Ref      Ref      `json:"candidate"`
	Accounts []string `json:"accounts"`
}

// ImportOptions tune an import; the zero value is good.
type ImportOptions struct {
	Source   string              // names the file across runs: the same source resumes
	Batch    int                 // dossiers in one transaction; 0: 128
	Progress func(bytes int64)   // called as lines are done
	Arrived  func(a Arrival)     // called for each candidate entered in this run
	Refused  func(bad []Refused) // called for lines refused in this run
}

// A File is read along, and again from its start when an import is told about.
type File interface {
	io.ReadSeeker
	io.ReaderAt
}

// Import streams a file of dossiers, one a line. It resumes after a kill where its
// last transaction ended, so nothing enters twice and nothing acknowledged is lost.
func (in *Intake) Import(ctx context.Context, campaign string, file File, o ImportOptions) (ImportReport, error) {
	if o.Batch == 0 {
		o.Batch = 128
	}
	report := ImportReport{Campaign: campaign}
	at, err := in.Vestry.Progress(ctx, campaign, o.Source)
	if err != nil {
		return report, err
	}
	if _, err := file.Seek(at.Offset, io.SeekStart); err != nil {
		return report, err
	}
	report.Resumed, report.Before = at.Offset > 0 && !at.Done, at.Done
	began, fieldsBefore := time.Now(), at.Fields
	if o.Progress != nil {
		o.Progress(at.Offset)
	}
	if o.Arrived != nil && at.Offset > 0 {
		if err := in.recall(ctx, campaign, io.NewSectionReader(file, 0, at.Offset), o); err != nil {
			return report, err
		}
	}
	if !at.Done {
		if err := in.stream(ctx, campaign, file, &at, o); err != nil {
			return report, err
		}
	}
	report.Lines, report.Entered, report.Fields = at.Lines, at.Entered, at.Fields
	report.Seconds = time.Since(began).Seconds()
	if report.Seconds > 0 {
		report.FieldsPerSecond = float64(at.Fields-fieldsBefore) / report.Seconds
	}
	report.Refused, err = in.Vestry.Refusals(ctx, at.Import)
	return report, err
}

// recall tells of the candidates that earlier runs entered. No table keeps which line
// became whom, since the order of a file tells: they are looked up again by their
// registration numbers, which opens nothing.
func (in *Intake) recall(ctx context.Context, campaign string, lines io.Reader, o ImportOptions) error {
	x, ok := in.Catalogue.Index(registrationIndex)
	if !ok {
		return fmt.Errorf("the catalogue has no index %s", registrationIndex)
	}
	work, ctx := errgroup.WithContext(ctx)
	parcels := make(chan *parcel, runtime.GOMAXPROCS(0))
	work.Go(func() error {
		defer close(parcels)
		return in.read(ctx, work, lines, 0, o.Batch, parcels)
	})
	work.Go(func() error {
		for p := range parcels {
			select {
			case <-p.parsed:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := in.recallParcel(ctx, campaign, x, p, o.Arrived); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return work.Wait()
}

func (in *Intake) recallParcel(ctx context.Context, campaign string, x catalogue.Index, p *parcel, arrived func(Arrival)) error {
	inputs := make([][]byte, len(p.filings))
	for i, f := range p.filings {
		inputs[i], _ = x.Input(f.items(x.Items)) // a filing without one was refused
	}
	if len(inputs) == 0 {
		return nil
	}
	macs, err := in.Ring.Index(ctx, campaign, x.ID, inputs...)
	if err != nil {
		return err
	}
	refs, err := in.Vestry.Entered(ctx, campaign, x.ID, macs)
	if err != nil {
		return err
	}
	for i, f := range p.filings {
		if refs[i] != (Ref{}) {
			a := Arrival{Line: f.Line, Ref: refs[i]}
			for n := 0; n <= len(f.many["per_responsible"]); n++ {
				a.Accounts = append(a.Accounts, AccountID(refs[i], n))
			}
			arrived(a)
		}
		f.Close()
	}
	return nil
}

// registrationIndex finds a candidate by the number that the session issued.
const registrationIndex = "registration"

func nothingToKeep([]Lost) func() error { return func() error { return nil } }

// A parcel is a run of lines on its way through the stages.
type parcel struct {
	filings  []*Filing
	refusals []Refused
	lines    int64
	bytes    int64
	parsed   chan struct{}
}

// stream reads, parses and enters. Lines are parsed by several goroutines and
// entered in the order of the file, because progress is one number.
func (in *Intake) stream(ctx context.Context, campaign string, file io.Reader, at *Progress, o ImportOptions) error {
	work, ctx := errgroup.WithContext(ctx)
	parcels := make(chan *parcel, 2*runtime.GOMAXPROCS(0))
	work.Go(func() error {
		defer close(parcels)
		return in.read(ctx, work, file, at.Lines, o.Batch, parcels)
	})
	work.Go(func() error {
		for p := range parcels {
			select {
			case <-p.parsed:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := in.enterParcel(ctx, campaign, p, at, o); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		at.Since, at.Done = at.Lines, true
		_, err := in.Vestry.Store(ctx, Batch{Campaign: campaign, Progress: at}, nothingToKeep)
		return err
	})
	return work.Wait()
}

func (in *Intake) enterParcel(ctx context.Context, campaign string, p *parcel, at *Progress, o ImportOptions) error {
	next := *at
	next.Since, next.Lines = at.Lines, at.Lines+p.lines
	next.Offset += p.bytes
	next.Refused += int64(len(p.refusals))
	entries, err := in.Enter(ctx, campaign, p.filings, &next, p.refusals)
	if err != nil {
		return err
	}
	*at = next
	for i, e := range entries {
		if e.Refused == nil && o.Arrived != nil {
			o.Arrived(Arrival{Line: p.filings[i].Line, Ref: e.Ref, Accounts: e.Accounts})
		}
		p.filings[i].Close()
	}
	if o.Progress != nil {
		o.Progress(at.Offset)
	}
	return nil
}

// parcelBytes bounds a parcel of long lines, so that memory stays flat.
const parcelBytes = 8 << 20

func (in *Intake) read(ctx context.Context, work *errgroup.Group, file io.Reader, line int64, batch int, parcels chan<- *parcel) error {
	lines := bufio.NewReaderSize(file, 1<<20)
	var raw [][]byte
	var size int64
	flush := func() error {
		if size == 0 {
			return nil
		}
		p := &parcel{lines: int64(len(raw)), bytes: size, parsed: make(chan struct{})}
		first, mine := line, raw
		line, raw, size = line+int64(len(raw)), nil, 0
		select {
		case parcels <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
		work.Go(func() error {
			defer close(p.parsed)
			p.parse(in.Forms, first, mine)
			return nil
		})
		return nil
	}
	for {
		text, n, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n > 0 {
			raw = append(raw, text)
			size += n
		}
		if len(raw) >= batch || size >= parcelBytes || err != nil {
			if err := flush(); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readLine reads a line with its end, and passes over what is longer than a line
// may be: it is counted, and refused by Parse for its length.
func readLine(r *bufio.Reader) (line []byte, size int64, err error) {
	for {
		part, err := r.ReadSlice('\n')
		size += int64(len(part))
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, err
		}
	}
}

func (p *parcel) parse(forms *Forms, first int64, raw [][]byte) {
	for i, text := range raw {
		line := first + int64(i) + 1
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		f, err := forms.Parse(text)
		if err != nil {
			var bad *LineError
			if !errors.As(err, &bad) {
				bad = &LineError{Rule: "line: malformed"}
			}
			p.refusals = append(p.refusals, Refused{Line: line, Item: bad.Item, Rule: bad.Rule})
			continue
		}
		f.Line = line
		p.filings = append(p.filings, f)
	}
}
