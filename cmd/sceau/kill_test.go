package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// What takes long is killed at random moments, as by a power cut, and typed again until
// it ends. Whatever the moments: what was acknowledged before a kill is there once and
// opens, a copy that was cut is taken for no copy, no version of a key goes before its
// last wrap has moved and a second person has spoken, and nothing is left lying about.
func TestWhatIsKilledAtRandomMomentsResumesWhereItWas(t *testing.T) {
	t.Parallel()
	seed, rounds, candidates := uint64(time.Now().UnixNano()), 1, 160
	if os.Getenv("SCEAU_SOAK") != "" {
		rounds, candidates = 10, 400
	}
	if s, err := strconv.ParseUint(os.Getenv("SCEAU_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SCEAU_SEED=%d", seed)

	h := raisedHouse.own(t)
	w := watch(t, h, candidates)
	k := &killer{h: h, dice: rand.New(rand.NewPCG(seed, 0)), struck: w.struck}
	victims := []*victim{w.importing(6), w.epoch(4), w.approval(4), w.rotation(3), w.backup(3)}
	for _, v := range victims {
		k.measure(t, v)
	}
	w.mustBeWhole(t, "before the first kill")
	for range rounds {
		for _, v := range victims {
			k.kill(t, v)
			w.mustBeWhole(t, v.name)
		}
	}
	t.Logf("%d kills, and %d times too late for one", k.kills, k.late)
	if k.late > k.kills {
		t.Errorf("%d kills, and %d came after the end of what they should have cut: this proves little", k.kills, k.late)
	}
	if err := eachReadsTheirOwn(t, w.open, w.everybody()); err != nil {
		t.Error(err)
	}
	t.Run("the same eyes see what is not as it should be", func(t *testing.T) { w.seesWhatIsWrong(t) })
}

// A victim is a command that is killed.
type victim struct {
	name  string
	kills int // in a round
	// ready sees to it that there is work to do, and gives the command.
	ready func(t *testing.T) []string
	// over says, from what is there and not from how a process ended, that the work is
	// done; share is how much of it is left otherwise. Both may be nil.
	over  func(t *testing.T) bool
	share func(t *testing.T) float64
	// after looks at what a kill left, before anybody mends it. It may be nil.
	after func(t *testing.T)

	args   []string
	ended  bool
	length time.Duration // of a run that nobody cuts
}

func (v *victim) done(t *testing.T) bool { return v.ended || v.over != nil && v.over(t) }

// A killer runs commands, and kills them.
type killer struct {
	h           *testHouse
	dice        *rand.Rand
	struck      func(t *testing.T, what string) // after each kill
	kills, late int
}

// measure lets a command run to its end.
func (k *killer) measure(t *testing.T, v *victim) {
	t.Helper()
	v.args = v.ready(t)
	began := time.Now()
	k.finish(t, v)
	v.length = time.Since(began)
	t.Logf("%s takes %v", v.name, v.length.Round(time.Millisecond))
}

// kill cuts a command at moments spread over its length, one in each part of it, and
// lets it end.
func (k *killer) kill(t *testing.T, v *victim) {
	t.Helper()
	for n, tries := 0, 0; n < v.kills; tries++ {
		if tries > 3*v.kills {
			t.Fatalf("%s: %d of %d kills came in time", v.name, n, v.kills)
		}
		if v.done(t) {
			v.args, v.ended = v.ready(t), false
		}
		left := 1.0
		if v.share != nil {
			left = v.share(t)
		}
		moment := time.Duration((float64(n) + k.dice.Float64()) / float64(v.kills) * left * float64(v.length))
		killed, took := k.run(t, v, moment)
		if !killed {
			k.late++
			if left == 1 {
				v.length = min(v.length, took)
			}
			continue
		}
		n++
		k.kills++
		t.Logf("%s: killed after %v", v.name, moment.Round(time.Millisecond))
		k.struck(t, v.name)
		if v.after != nil {
			v.after(t)
		}
	}
	k.finish(t, v)
}

// finish types the command again until the work is done.
func (k *killer) finish(t *testing.T, v *victim) {
	t.Helper()
	for !v.done(t) {
		k.run(t, v, time.Hour)
	}
}

// run runs the command, and kills it at a moment unless it has ended.
func (k *killer) run(t *testing.T, v *victim, moment time.Duration) (killed bool, took time.Duration) {
	t.Helper()
	cmd := k.h.command(v.args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// SIGKILL: nothing in the process hears of it.
	timer := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is asked of its state
	timer.Stop()
	took = time.Since(began)
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		t.Fatal("this system does not say how a process ended")
	}
	if status.Signaled() {
		return true, took
	}
	// One that was killed after its last step has nothing left to do, and may say so.
	if status.ExitStatus() != done && (v.over == nil || !v.over(t)) {
		t.Fatalf("%s failed by itself: %s", v.name, said.String())
	}
	v.ended = true
	return false, took
}
