package audittest

import (
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sceau/audit"
)

// A Tamperer changes what is stored as the owner of the database could, behind the
// back of the log.
type Tamperer interface {
	ChangeClear(t testing.TB, d audit.Day, seq int64)  // the purpose
	ChangeSealed(t testing.TB, d audit.Day, seq int64) // one bit of the sealed rest
	Redate(t testing.TB, d audit.Day, seq int64)       // an hour earlier
	Swap(t testing.TB, d audit.Day, a, b int64)
	Delete(t testing.TB, d audit.Day, seq int64)
	Add(t testing.TB, d audit.Day)                      // a copy of the last trace, after it
	ChangeHash(t testing.TB, d audit.Day, i int)        // of the last run, the i-th hash
	Truncate(t testing.TB, d audit.Day, size int64)     // traces and hashes from there on
	Erase(t testing.TB, d audit.Day)                    // traces and hashes of the day
	ChangeRoot(t testing.TB, d audit.Day, to tlog.Hash) // in the log of days
	ForgetClosing(t testing.TB, d audit.Day)            // its line in the log of days
	ReplaceCheckpoints(t testing.TB, all []audit.Checkpoint)
	ChangeFieldSet(t testing.TB, id audit.FieldSetID)
}

var _ Tamperer = (*Store)(nil)

func (s *Store) on(d audit.Day, seq int64) *audit.Row {
	for _, r := range s.days[d].rows {
		if r.Seq == seq {
			return r
		}
	}
	return nil
}

func (s *Store) ChangeClear(t testing.TB, d audit.Day, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on(d, seq).Purpose = "P3"
}

func (s *Store) ChangeSealed(t testing.TB, d audit.Day, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.on(d, seq)
	r.SealedRest = slices.Clone(r.SealedRest)
	r.SealedRest[20] ^= 1
}

func (s *Store) Redate(t testing.TB, d audit.Day, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.on(d, seq)
	r.At = r.At.Add(-hour)
}

func (s *Store) Swap(t testing.TB, d audit.Day, a, b int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, two := s.on(d, a), s.on(d, b)
	one.Seq, two.Seq = two.Seq, one.Seq
}

func (s *Store) Delete(t testing.TB, d audit.Day, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.days[d].rows = slices.DeleteFunc(s.days[d].rows, func(r *audit.Row) bool { return r.Seq == seq })
}

func (s *Store) Add(t testing.TB, d audit.Day) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.days[d]
	last := *it.rows[len(it.rows)-1]
	last.Seq++
	it.rows = append(it.rows, &last)
}

func (s *Store) ChangeHash(t testing.TB, d audit.Day, i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.days[d]
	it.runs[len(it.runs)-1].Hashes[i][7] ^= 1
}

func (s *Store) Truncate(t testing.TB, d audit.Day, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.days[d]
	it.rows = slices.DeleteFunc(it.rows, func(r *audit.Row) bool { return r.Seq >= size })
	it.runs = slices.DeleteFunc(it.runs, func(r audit.HashRun) bool { return r.First >= size })
}

func (s *Store) Erase(t testing.TB, d audit.Day) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.days, d)
}

func (s *Store) ChangeRoot(t testing.TB, d audit.Day, to tlog.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.log {
		if s.log[i].Day == d {
			s.log[i].Root = to
		}
	}
}

func (s *Store) ForgetClosing(t testing.TB, d audit.Day) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = slices.DeleteFunc(s.log, func(l audit.DayRoot) bool { return l.Day == d })
}

func (s *Store) ReplaceCheckpoints(t testing.TB, all []audit.Checkpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checkpoints = slices.Clone(all)
}

func (s *Store) ChangeFieldSet(t testing.TB, id audit.FieldSetID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets[id] = append(slices.Clone(s.sets[id]), "A01.06")
}
