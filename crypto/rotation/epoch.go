package rotation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sceau/crypto"
)

// An Epoch makes every copy of the keyring older than itself useless: those who were
// forgotten before it open nowhere, in whatever backup. It stops before the trim, for
// the word of a second person.
type Epoch struct {
	Campaign  string     `json:"campaign"`
	Number    int        `json:"number"`
	Key       string     `json:"-"`       // the name of the persons' key
	Version   uint32     `json:"version"` // what is below it is trimmed
	State     EpochState `json:"state"`
	Forgotten int64      `json:"forgotten"` // units forgotten since the epoch before
	OrderedBy string     `json:"ordered_by"`
	OrderedAt time.Time  `json:"ordered_at"`
	Kept      Kept       `json:"kept"`
	// ApprovedBy is another than OrderedBy.
	ApprovedBy string    `json:"approved_by,omitempty"`
	ApprovedAt time.Time `json:"approved_at,omitzero"`
	TrimmedAt  time.Time `json:"trimmed_at,omitzero"`
}

// EpochState is the step of an epoch.
type EpochState string

const (
	Turning  EpochState = "turning"  // a turn of the persons' key: re-wrap all, verify all
	Keeping  EpochState = "keeping"  // a backup of keyring and Vault, restored aside, opens a control
	Waiting  EpochState = "waiting"  // for a second person
	Trimming EpochState = "trimming" // approved
	Ended    EpochState = "ended"
)

// Kept is the backup that an epoch made and tried before it trims.
type Kept struct {
	Where    string    `json:"where"`  // as the one who keeps it names it
	Digest   string    `json:"digest"` // of its manifest
	At       time.Time `json:"at,omitzero"`
	Controls int       `json:"controls"` // secrets opened in what was restored from it
}

// fresh is how long a backup counts as one of today's state: who approves later has
// another made first.
const fresh = 7 * 24 * time.Hour

// between is the time between two epochs that nobody ordered.
const between = 7 * 24 * time.Hour

// A Trial backs up and tries what it backed up.
type Trial interface {
	// Keep backs up the keyring and the key service together, restores both aside and
	// opens the controls there: secrets of persons, and the branch keys. A backup that
	// the epoch has from an earlier run, and that was not tried, may be tried again. It
	// answers the backup also when trying it failed.
	Keep(ctx context.Context, e Epoch, controls []Control) (Kept, error)
	// Still says whether what was kept is still there and whole.
	Still(ctx context.Context, k Kept) error
	// WhileNoBackup does what must not happen in the middle of a backup.
	WhileNoBackup(ctx context.Context, do func(context.Context) error) error
}

// A Control is what must open in a restored copy as it does here.
type Control struct {
	Key   crypto.KeyName
	Wraps []crypto.Placed
}

// Epochs keeps them.
type Epochs interface {
	// OpenEpoch is the one that has not ended, if there is one.
	OpenEpoch(ctx context.Context, campaign string) (e Epoch, open bool, err error)
	// LastEpoch is the last that ended.
	LastEpoch(ctx context.Context, campaign string) (e Epoch, any bool, err error)
	// SaveEpoch adds one whose Number is 0, and gives it one.
	SaveEpoch(ctx context.Context, e Epoch) (Epoch, error)
	// Forgotten counts the units that stood under a version of the persons' key, or a newer
	// one, when they were forgotten: copies of the keyring open them until it is trimmed.
	Forgotten(ctx context.Context, campaign string, from uint32) (int64, error)
	// Revived names what is in the ledger of those forgotten and stands in the keyring all
	// the same: somebody put back a wrap that they had kept.
	Revived(ctx context.Context, campaign string) (targets []string, err error)
}

// An EpochJob carries j.Epochs.
type EpochJob struct {
	*Job
	Epochs Epochs
	Trial  Trial
}

var (
	// ErrNotDue means that nobody was forgotten since the last epoch, or that it is
	// less than a week old.
	ErrNotDue = errors.New("no epoch is due")
	// ErrSamePerson means that who ordered an epoch tried to approve it.
	ErrSamePerson = errors.New("an epoch is approved by another person than the one who ordered it")
	// ErrDoubt means that an epoch stopped before its trim, and keeps both versions.
	ErrDoubt = errors.New("nothing was trimmed")
)

// Run carries the epoch of a campaign to where it waits for a second person, from
// wherever it was. It begins one when one is due, or when ordered is set.
func (j EpochJob) Run(ctx context.Context, campaign, by string, ordered bool) (Epoch, error) {
	release, err := j.Store.Alone(ctx, campaign)
	if err != nil {
		return Epoch{}, err
	}
	defer release()
	e, open, err := j.Epochs.OpenEpoch(ctx, campaign)
	if err != nil {
		return e, err
	}
	if !open {
		if e, err = j.begin(ctx, campaign, by, ordered); err != nil {
			return e, err
		}
	}
	key, err := j.personKey(ctx, e.Campaign)
	if err != nil {
		return e, err
	}
	if err := j.noneRevived(ctx, campaign); err != nil {
		return e, err
	}
	if e.State == Turning {
		t, err := j.turn(ctx, key, e.OrderedAt)
		if err != nil {
			return e, fmt.Errorf("%w: %w", ErrDoubt, err)
		}
		e.Version, e.State = t.Version, Keeping
		if e, err = j.Epochs.SaveEpoch(ctx, e); err != nil {
			return e, err
		}
	}
	if e.State == Waiting && j.now().Sub(e.Kept.At) > fresh {
		e.State, e.Kept = Keeping, Kept{} // who approves now would trust the state of another week
	}
	if e.State == Keeping {
		controls, err := j.controls(ctx, key)
		if err != nil {
			return e, err
		}
		kept, failed := j.Trial.Keep(ctx, e, controls)
		if e.Kept = kept; failed == nil {
			e.State = Waiting
		}
		// What was made is remembered even when it was not tried: the next run tries it.
		if e, err = j.Epochs.SaveEpoch(ctx, e); err != nil {
			return e, err
		}
		if failed != nil {
			return e, fmt.Errorf("%w: backing up and trying the backup: %w", ErrDoubt, failed)
		}
	}
	if e.State == Trimming {
		return j.trim(ctx, key, e)
	}
	return e, nil
}

func (j EpochJob) begin(ctx context.Context, campaign, by string, ordered bool) (Epoch, error) {
	key, err := j.personKey(ctx, campaign)
	if err != nil {
		return Epoch{}, err
	}
	last, any, err := j.Epochs.LastEpoch(ctx, campaign)
	if err != nil {
		return Epoch{}, err
	}
	forgotten, err := j.Epochs.Forgotten(ctx, campaign, last.Version)
	if err != nil {
		return Epoch{}, err
	}
	switch {
	case ordered:
	case forgotten == 0:
		return Epoch{}, fmt.Errorf("%w: nobody was forgotten since the last", ErrNotDue)
	case any && j.now().Sub(last.OrderedAt) < between:
		return Epoch{}, fmt.Errorf("%w before %s", ErrNotDue, last.OrderedAt.Add(between).Format(time.DateOnly))
	}
	return j.Epochs.SaveEpoch(ctx, Epoch{Campaign: campaign, Key: key.Name, State: Turning, Forgotten: forgotten, OrderedBy: by, OrderedAt: j.now()})
}

// Approve is the word of the second person, and trims.
func (j EpochJob) Approve(ctx context.Context, campaign, by string) (Epoch, error) {
	release, err := j.Store.Alone(ctx, campaign)
	if err != nil {
		return Epoch{}, err
	}
	defer release()
	e, open, err := j.Epochs.OpenEpoch(ctx, campaign)
	switch {
	case err != nil:
		return e, err
	case !open:
		return e, j.noneWaits(ctx, campaign)
	case e.State == Turning, e.State == Keeping:
		return e, fmt.Errorf("epoch %d of campaign %s is not ready to be approved: it is %s", e.Number, campaign, e.State)
	case e.OrderedBy == by:
		return e, ErrSamePerson
	}
	key, err := j.personKey(ctx, campaign)
	if err != nil {
		return e, err
	}
	if e.State == Waiting {
		if age := j.now().Sub(e.Kept.At); age > fresh {
			return e, fmt.Errorf("%w: the backup of epoch %d is %d days old: the next run makes another", ErrDoubt, e.Number, int(age.Hours()/24))
		}
		if err := j.certain(ctx, key, e); err != nil {
			return e, err
		}
		e.ApprovedBy, e.ApprovedAt, e.State = by, j.now(), Trimming
		if e, err = j.Epochs.SaveEpoch(ctx, e); err != nil {
			return e, err
		}
	}
	return j.trim(ctx, key, e)
}

// noneWaits says, to one who was killed after the last step, that it was the last.
func (j EpochJob) noneWaits(ctx context.Context, campaign string) error {
	last, any, err := j.Epochs.LastEpoch(ctx, campaign)
	if err != nil {
		return err
	}
	text := ""
	if any {
		text = fmt.Sprintf(": epoch %d ended on %s, approved by %s", last.Number, last.TrimmedAt.Format(time.DateOnly), last.ApprovedBy)
	}
	return fmt.Errorf("no epoch of campaign %s waits for a second person%s", campaign, text)
}

// trim is the one step that cannot be taken back. Raising the oldest accepted version
// can: a control that would no longer open is seen between the two.
func (j EpochJob) trim(ctx context.Context, key crypto.KeyName, e Epoch) (Epoch, error) {
	err := j.Trial.WhileNoBackup(ctx, func(ctx context.Context) error {
		release, err := j.Store.Settling(ctx, key.Campaign)
		if err != nil {
			return err
		}
		defer release()
		if key, err = j.personKey(ctx, key.Campaign); err != nil {
			return fmt.Errorf("%w: %w", ErrDoubt, err) // frozen since it was looked up
		}
		before, err := j.Keeper.Versions(ctx, key.Name)
		if err != nil {
			return err
		}
		if before.Kept < e.Version { // a kill may have come after the trim
			if err := j.certain(ctx, key, e); err != nil {
				return err
			}
			if err := j.Keeper.Accept(ctx, key.Name, e.Version); err != nil {
				return err
			}
			if err := j.control(ctx, key); err != nil {
				return errors.Join(fmt.Errorf("%w: %w", ErrDoubt, err), j.Keeper.Accept(ctx, key.Name, before.Opens))
			}
			if err := j.Keeper.Trim(ctx, key.Name, e.Version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	e.State, e.TrimmedAt = Ended, j.now()
	return j.Epochs.SaveEpoch(ctx, e)
}

// certain asks once more everything that a trim rests on.
func (j EpochJob) certain(ctx context.Context, key crypto.KeyName, e Epoch) error {
	if key.Name != e.Key {
		return fmt.Errorf("%w: the persons' key is %s, and the epoch turned %s", ErrDoubt, key.Name, e.Key)
	}
	v, err := j.Keeper.Versions(ctx, key.Name)
	if err != nil {
		return err
	}
	switch {
	case v.Newest < e.Version:
		return fmt.Errorf("%w: the key service is at version %d, behind the epoch's %d: was it restored?", ErrDoubt, v.Newest, e.Version)
	case v.Opens > e.Version:
		// A freeze that was cut half way, or an administrator: to accept the epoch's
		// version would open again what somebody closed.
		return fmt.Errorf("%w: the key service opens nothing below version %d, beyond the epoch's %d: somebody closed the key", ErrDoubt, v.Opens, e.Version)
	}
	if err := j.noneRevived(ctx, e.Campaign); err != nil {
		return err
	}
	if err := j.settled(ctx, key, e.Version); err != nil {
		return fmt.Errorf("%w: %w", ErrDoubt, err)
	}
	if err := j.Trial.Still(ctx, e.Kept); err != nil {
		return fmt.Errorf("%w: the backup of the epoch: %w", ErrDoubt, err)
	}
	return nil
}

// atOnce is how many secrets of a key are opened as a control.
const atOnce = 64

// control opens some secrets of persons, as the second identity.
func (j EpochJob) control(ctx context.Context, key crypto.KeyName) error {
	page, _, err := j.Wraps.Page(ctx, key, 0, nil, atOnce)
	if err == nil {
		err = crypto.Verify(ctx, j.Verifier, key, page)
	}
	if err != nil {
		return fmt.Errorf("opening a control: %w", err)
	}
	return nil
}

// controls are what must open in the restored copy: some of everything that wraps.
func (j EpochJob) controls(ctx context.Context, person crypto.KeyName) ([]Control, error) {
	names, err := Wrapping(ctx, j.Store, person.Campaign)
	if err != nil {
		return nil, err
	}
	var all []Control
	for _, key := range names {
		page, _, err := j.Wraps.Page(ctx, key, 0, nil, atOnce)
		if err != nil {
			return nil, err
		}
		if len(page) > 0 {
			all = append(all, Control{key, page})
		}
	}
	return all, nil
}

func (j EpochJob) personKey(ctx context.Context, campaign string) (crypto.KeyName, error) {
	names, err := j.Store.Names(ctx, campaign)
	if err != nil {
		return crypto.KeyName{}, err
	}
	for _, key := range names {
		if key.Role == crypto.RolePerson && key.State == crypto.KeyActive {
			return key, nil
		}
	}
	return crypto.KeyName{}, fmt.Errorf("campaign %s has no active key of persons", campaign)
}
