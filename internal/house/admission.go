package house

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
	"time"

	"sceau/catalogue"
	"sceau/core/campaign"
	"sceau/core/explain"
	"sceau/core/run"
	"sceau/core/session"
	"sceau/core/view"
	"sceau/crypto"
	"sceau/internal/postgres/runs"
	"sceau/internal/runfiles"
)

const outputKind = "output"

// An Admission is the runs of one campaign, as the core: it opens files of runs, and
// nobody's dossier.
type Admission struct {
	house    *House
	book     runs.Book
	files    runfiles.Files
	campaign string
	progress func(doing string, done, of int64)
}

// Admission prepares the runs of a campaign.
func (h *House) Admission(ctx context.Context, campaign string, progress func(string, int64, int64)) (*Admission, error) {
	book, err := h.Runs(ctx)
	if err != nil {
		return nil, err
	}
	files, err := h.RunFiles(admission)
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	return &Admission{h, book, files, campaign, progress}, nil
}

// ErrNotYet means that a run has nothing to stand on yet.
var ErrNotYet = errors.New("something has to come first")

// Runs lists the runs that have ended, in order, each compared with its signature.
func (a *Admission) Runs(ctx context.Context) (ended []run.Run, err error) {
	all, err := a.book.Runs(ctx, a.campaign)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Ended.IsZero() {
			continue // a kill cut it: nothing stands on it
		}
		if err := a.house.VerifyRun(r); err != nil {
			return nil, err
		}
		if !r.Dropped.IsZero() && r.Kind != run.Projection {
			// That it was dropped is not signed, and only a projection ever is.
			return nil, fmt.Errorf("run %d of campaign %s: %w", r.Number, r.Campaign, ErrRecord)
		}
		ended = append(ended, r)
	}
	return ended, nil
}

// Offer keeps what programmes decided, for the days to come. Without a calendar it has
// that of the offer before.
func (a *Admission) Offer(ctx context.Context, o *session.Offer) (run.Run, error) {
	all, err := a.Runs(ctx)
	if err != nil {
		return run.Run{}, err
	}
	if last, ok := lastOf(all, run.Offer); ok && o.Calendar == "" {
		before, err := a.offer(ctx, last)
		if err != nil {
			return run.Run{}, err
		}
		o.Calendar, o.ReservationEnd = before.Calendar, before.ReservationEnd
	}
	if err := o.Check(); err != nil {
		return run.Run{}, err
	}
	if err := a.house.runKey(ctx, a.campaign); err != nil {
		return run.Run{}, err
	}
	r := a.begin(run.Offer, 0, "")
	return r, a.keep(ctx, &r, o.Write, nil)
}

func (a *Admission) begin(kind run.Kind, day int, takes string) run.Run {
	r := run.Run{ID: rand.Text(), Campaign: a.campaign, Kind: kind, Day: day, Rules: explain.Rule, Takes: takes,
		Input: run.File{Name: runfiles.Name()}, Started: a.house.Now().UTC().Truncate(time.Second)}
	return r
}

// keep records a run, its input and its output, and signs it. The record stands before
// the files: what a kill leaves is a run that has not ended, and that nobody believes.
func (a *Admission) keep(ctx context.Context, r *run.Run, input func(io.Writer) ([32]byte, error), output func(io.Writer) error) (err error) {
	if output != nil {
		r.Output.Name = runfiles.Name()
	}
	if *r, err = a.book.Begin(ctx, *r); err != nil {
		return err
	}
	err = a.files.Keep(ctx, a.campaign, crypto.RunFile{Run: r.ID, Kind: inputKind}, r.Input.Name, func(w io.Writer) (err error) {
		r.Input.Digest, err = input(w)
		return err
	})
	if err != nil {
		return err
	}
	if output != nil {
		err = a.files.Keep(ctx, a.campaign, crypto.RunFile{Run: r.ID, Kind: outputKind}, r.Output.Name, func(w io.Writer) error {
			sum := sha256.New()
			err := output(io.MultiWriter(w, sum))
			r.Output.Digest = view.Digest(sum.Sum(nil))
			return err
		})
		if err != nil {
			return err
		}
	}
	return a.house.endRun(ctx, a.book, r)
}

// open reads a file of a run, and compares it with the digest that was signed.
func (a *Admission) open(ctx context.Context, r run.Run, kind string, read func(io.Reader) error) error {
	of := r.Input
	if kind == outputKind {
		of = r.Output
	}
	file, err := a.files.Open(ctx, a.campaign, crypto.RunFile{Run: r.ID, Kind: kind}, of.Name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := &summing{r: file, hash: sha256.New()}
	if err := read(sum); err != nil {
		return fmt.Errorf("%s of run %d: %w", kind, r.Number, err)
	}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return err
	}
	if view.Digest(sum.hash.Sum(nil)) != of.Digest {
		return fmt.Errorf("%s of run %d: %w", kind, r.Number, ErrRecord)
	}
	return nil
}

type summing struct {
	r    io.Reader
	hash hash.Hash
}

func (s *summing) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.hash.Write(b[:n])
	return n, err
}

func (a *Admission) offer(ctx context.Context, r run.Run) (o *session.Offer, err error) {
	err = a.open(ctx, r, inputKind, func(file io.Reader) (err error) {
		o, _, err = session.OpenOffer(file)
		return err
	})
	return o, err
}

func lastOf(all []run.Run, kind run.Kind) (last run.Run, ok bool) {
	for _, r := range all {
		if r.Kind == kind && r.Dropped.IsZero() {
			last, ok = r, true
		}
	}
	return last, ok
}

// A stand is where a session stands before a run: what it was made of, and what has
// happened since.
type stand struct {
	session  *session.Session
	first    *session.Offer
	view     run.Run
	firstRun run.Run
	before   []run.Run // days and answers, in order
	state    *campaign.State
	shown    *session.Shown
	last     *session.Day
}

// stand builds a session from the runs below a number, and replays its log.
func (a *Admission) stand(ctx context.Context, all []run.Run, below int) (s *stand, err error) {
	s = &stand{}
	orders, ok := lastOf(all, run.CallOrder)
	if !ok {
		return nil, fmt.Errorf("call orders of campaign %s: %w", a.campaign, ErrNotYet)
	}
	a.progress("reading the view and the offer", 0, 0)
	m, err := a.manifest(ctx, orders)
	if err != nil {
		return nil, err
	}
	if err := s.found(ctx, a, all, m); err != nil {
		return nil, err
	}
	// The orders are computed anew with each session: another program must not go on from them.
	sum := sha256.New()
	if err := s.session.WriteOrders(sum); err != nil {
		return nil, err
	}
	if view.Digest(sum.Sum(nil)) != orders.Output.Digest {
		return nil, fmt.Errorf("the call orders computed again are not those of run %d: %w", orders.Number, ErrRecord)
	}
	var segments [][]campaign.Event
	for _, r := range all {
		if r.Number >= below || r.Kind != run.Day && r.Kind != run.Answers {
			continue
		}
		var events []campaign.Event
		err := a.open(ctx, r, outputKind, func(file io.Reader) (err error) {
			if r.Kind == run.Answers {
				events, err = session.ReadAnswers(file)
				return err
			}
			s.last, events, err = session.ReadDay(file)
			return err
		})
		if err != nil {
			return nil, err
		}
		s.before, segments = append(s.before, r), append(segments, events)
	}
	if err := s.follows(ctx, a, m); err != nil {
		return nil, err
	}
	a.progress("replaying the log", 0, 0)
	var ranks []int32
	if s.last != nil {
		s.shown = &s.last.Shown
		ranks = s.shown.WaitingRank
	}
	s.state, err = campaign.Replay(s.session.Config, concat(segments), ranks)
	return s, err
}

// follows compares the runs that a stand is built on with what the last of them says it
// stood on: none between was taken out, put in or put in the place of another, and view and
// offer are still those of the first day.
func (s *stand) follows(ctx context.Context, a *Admission, orders session.Manifest) error {
	if len(s.before) == 0 {
		return nil
	}
	last := s.before[len(s.before)-1]
	m, err := a.manifest(ctx, last)
	if err != nil {
		return err
	}
	var before []session.Ref
	for _, b := range s.before[:len(s.before)-1] {
		before = append(before, refOf(b))
	}
	if m.View != orders.View || m.First != orders.First || !slices.Equal(m.Before, before) {
		return fmt.Errorf("what run %d stands on: %w", last.Number, ErrRecord)
	}
	return nil
}

// found makes the session of a manifest, of the very files that it names.
func (s *stand) found(ctx context.Context, a *Admission, all []run.Run, m session.Manifest) (err error) {
	if s.view, err = find(all, m.View); err != nil {
		return err
	}
	if s.firstRun, err = find(all, m.First); err != nil {
		return err
	}
	v, err := a.house.OpenView(ctx, s.view)
	if err != nil {
		return err
	}
	if s.first, err = a.offer(ctx, s.firstRun); err != nil {
		return err
	}
	s.session, err = session.New(v, s.first)
	return err
}

func find(all []run.Run, ref session.Ref) (run.Run, error) {
	for _, r := range all {
		if r.ID == ref.Run && ref.Digest == digestOf(r) {
			return r, nil
		}
	}
	return run.Run{}, fmt.Errorf("run %s: %w", ref.Run, ErrRecord)
}

// digestOf is what others know a run by: what it gave, or what it is.
func digestOf(r run.Run) string {
	if r.Output.Name != "" {
		return r.Output.Digest.String()
	}
	return r.Input.Digest.String()
}

func refOf(r run.Run) session.Ref { return session.Ref{Run: r.ID, Digest: digestOf(r)} }

func concat(segments [][]campaign.Event) iter.Seq[campaign.Event] {
	return func(yield func(campaign.Event) bool) {
		for _, s := range segments {
			for _, e := range s {
				if !yield(e) {
					return
				}
			}
		}
	}
}

func (a *Admission) manifest(ctx context.Context, r run.Run) (m session.Manifest, err error) {
	err = a.open(ctx, r, inputKind, func(file io.Reader) (err error) {
		m, _, err = session.ReadManifest(file)
		return err
	})
	return m, err
}

// A DayRun is what a run of a day did.
type DayRun struct {
	Run     run.Run
	Orders  run.Run // that of the call orders, when the day began with it
	Figures session.Figures
	Stopped []session.Key // groups isolated by the verification
	Left    session.Left
	Groups  int
}

// RunDay computes a day of proposals and publishes it: the first begins with the call
// orders, on the newest projection and the newest offer. Killed, it has published
// nothing, and is run again.
func (a *Admission) RunDay(ctx context.Context, day int) (out DayRun, err error) {
	release, err := a.book.Alone(ctx, a.campaign)
	if err != nil {
		return out, err
	}
	defer release()
	all, err := a.Runs(ctx)
	if err != nil {
		return out, err
	}
	if _, ok := lastOf(all, run.CallOrder); !ok {
		for _, r := range all {
			if r.Kind == run.Day || r.Kind == run.Answers {
				return out, fmt.Errorf("the call orders that run %d stands on: %w", r.Number, ErrRecord)
			}
		}
		if out.Orders, err = a.orders(ctx, all); err != nil {
			return out, err
		}
		all = append(all, out.Orders)
	}
	s, err := a.stand(ctx, all, 1<<30)
	if err != nil {
		return out, err
	}
	offers, ok := lastOf(all, run.Offer)
	if !ok {
		return out, fmt.Errorf("an offer of campaign %s: %w", a.campaign, ErrNotYet)
	}
	today, err := a.offer(ctx, offers)
	if err != nil {
		return out, err
	}
	at, err := a.instant(ctx, s, day)
	if err != nil {
		return out, err
	}
	m := session.Manifest{Rule: explain.Rule, Campaign: a.campaign, Day: day, At: at,
		View: refOf(s.view), First: refOf(s.firstRun), Today: refOf(offers)}
	for _, r := range s.before {
		m.Before = append(m.Before, refOf(r))
	}
	a.progress("computing and verifying the day", 0, 0)
	d, events, err := s.compute(m.At, today)
	if err != nil {
		return out, err
	}
	r := a.begin(run.Day, day, s.view.ID)
	err = a.keep(ctx, &r, m.Write, func(w io.Writer) error { return session.WriteDay(w, a.campaign, d, events) })
	out.Run, out.Figures, out.Stopped, out.Left, out.Groups = r, d.Figures, d.Isolated, s.session.Left, len(s.session.Groups)
	return out, err
}

// compute runs a day on a stand, and gives the events that it appended.
func (s *stand) compute(at time.Time, today *session.Offer) (*session.Day, []campaign.Event, error) {
	from := s.state.Log().Len()
	d, err := s.session.Run(s.state, at, s.first, today, s.shown)
	if err != nil {
		return nil, nil, err
	}
	var events []campaign.Event
	for e := range s.state.Log().Since(from) {
		events = append(events, e)
	}
	return d, events, nil
}

// orders computes the call orders and boarding ranks that the session stands on.
func (a *Admission) orders(ctx context.Context, all []run.Run) (run.Run, error) {
	offers, ok := lastOf(all, run.Offer)
	if !ok {
		return run.Run{}, fmt.Errorf("an offer of campaign %s (`sceau admission offer`): %w", a.campaign, ErrNotYet)
	}
	projection, ok := lastOf(all, run.Projection)
	if !ok {
		return run.Run{}, fmt.Errorf("a projection of campaign %s (`sceau admission project`): %w", a.campaign, ErrNotYet)
	}
	a.progress("computing and verifying the call orders", 0, 0)
	m := session.Manifest{Rule: explain.Rule, Campaign: a.campaign, At: a.house.Now().UTC().Truncate(time.Second),
		View: refOf(projection), First: refOf(offers), Today: refOf(offers)}
	var s stand
	if err := s.found(ctx, a, all, m); err != nil {
		return run.Run{}, err
	}
	r := a.begin(run.CallOrder, 0, projection.ID)
	return r, a.keep(ctx, &r, m.Write, s.session.WriteOrders)
}

// publication is the hour of Paris at which a day's proposals are published.
const publication = 6 * time.Hour

// instant is when a day is published: early on its morning, or after the last answer of
// that day. A day that has not come, or in whose phase nobody is proposed anything, is
// refused.
func (a *Admission) instant(ctx context.Context, s *stand, day int) (time.Time, error) {
	if day < 1 {
		return time.Time{}, fmt.Errorf("day %d: the first day is day 1", day)
	}
	date := s.session.Config.Calendar.DateOf(day)
	at := date.Starts().Add(publication)
	if date.Starts().After(a.house.Now()) {
		return at, fmt.Errorf("day %d is %s, and has not come", day, date)
	}
	if n := s.state.Log().Len(); n > 0 {
		last := s.state.Log().Event(n).At
		if !last.Before(date.Ends()) {
			return at, fmt.Errorf("day %d is %s, and something happened on %s: it is over", day, date, campaign.DateOf(last))
		}
		if last.After(at) {
			at = last
		}
	}
	register, err := a.house.Register(ctx)
	if err != nil {
		return at, err
	}
	campaigns, err := register.Campaigns(ctx)
	if err != nil {
		return at, err
	}
	for _, c := range campaigns {
		if phase := c.Calendar.Phase(at); c.ID == a.campaign && phase != "PH4" && phase != "PH5" {
			return at, fmt.Errorf("day %d is %s, in %s: proposals are made in PH4 and PH5", day, date, phaseName(phase))
		}
	}
	return at, nil
}

func phaseName(p catalogue.Phase) string {
	if p == "" {
		return "no phase"
	}
	return string(p)
}

// A Replayed says whether a run, computed again, gives what was signed.
type Replayed struct {
	Run   run.Run
	Again view.Digest
	Same  bool
}

// Replay computes a run again, from the very files that its input names, and compares.
func (a *Admission) Replay(ctx context.Context, id string) (out Replayed, err error) {
	all, err := a.Runs(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range all {
		if r.ID == id || fmt.Sprint(r.Number) == id {
			out.Run = r
		}
	}
	r := out.Run
	if r.ID == "" {
		return out, fmt.Errorf("campaign %s has no run %s that has ended", a.campaign, id)
	}
	sum := sha256.New()
	switch r.Kind {
	case run.CallOrder:
		m, err := a.manifest(ctx, r)
		if err != nil {
			return out, err
		}
		var s stand
		if err := s.found(ctx, a, all, m); err != nil {
			return out, err
		}
		err = s.session.WriteOrders(sum)
		if err != nil {
			return out, err
		}
	case run.Day:
		if err := a.replayDay(ctx, all, r, sum); err != nil {
			return out, err
		}
	case run.Answers:
		// Replaying the log judges every answer again; an altered one stops it.
		if _, err := a.stand(ctx, all, r.Number+1); err != nil {
			return out, err
		}
		out.Again, out.Same = r.Output.Digest, true
		return out, nil
	default:
		return out, fmt.Errorf("run %d is of kind %s, which computes nothing", r.Number, r.Kind)
	}
	out.Again = view.Digest(sum.Sum(nil))
	out.Same = out.Again == r.Output.Digest
	// What was kept is looked at too: what could be computed again may be lost all the same.
	return out, a.open(ctx, r, outputKind, func(io.Reader) error { return nil })
}

func (a *Admission) replayDay(ctx context.Context, all []run.Run, r run.Run, w io.Writer) error {
	m, err := a.manifest(ctx, r)
	if err != nil {
		return err
	}
	s, err := a.stand(ctx, all, r.Number)
	if err != nil {
		return err
	}
	if len(s.before) != len(m.Before) {
		return fmt.Errorf("run %d: %w", r.Number, ErrRecord)
	}
	for i, b := range s.before {
		if refOf(b) != m.Before[i] {
			return fmt.Errorf("run %d: %w", r.Number, ErrRecord)
		}
	}
	offers, err := find(all, m.Today)
	if err != nil {
		return err
	}
	today, err := a.offer(ctx, offers)
	if err != nil {
		return err
	}
	a.progress("computing the day again", 0, 0)
	d, events, err := s.compute(m.At, today)
	if err != nil {
		return err
	}
	return session.WriteDay(w, a.campaign, d, events)
}
