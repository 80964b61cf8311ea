package natgen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
)

// What another implementation computes on a tenth of the country, to the last candidate;
// and on the whole of it, where there is time. Each day is verified besides.
func TestTheCountryGivesTheKnownChecksums(t *testing.T) {
	try(t, Tenth, "711d7de317472185, 1087395 entries", []int{1, 3}, []string{
		"call order 1087395 c4c523576adb2d3b",
		"day 1 82000 38dc12d01e3a9450", "day 2 54226 6ad434a0ec2b3f64", "day 3 34929 edca46a65fdc1517",
		"day 4 22602 cec838ee27ead297", "day 5 14937 b3388fab200ae5d2", "day 6 9998 be24dadcf5f9aeac",
		"answering machine 79150 1f63ea48c42901d5",
	})
	if os.Getenv("SCEAU_SOAK") != "" {
		// Of the days of the whole, no other implementation has told its checksums: these
		// are ours, as they were when every day verified.
		try(t, National, "1aa3b43df63735b4, 10907613 entries", []int{0}, []string{
			"call order 10907613 fc711b4302c4b053",
			"day 1 830365 62330ee866d45b1", "day 2 559769 fdc0c30bf8de18ee", "day 3 363174 9c911fc46b0a9c7c",
			"day 4 237077 5191233c6bb31911", "day 5 156639 267804a209ca4df0", "day 6 103693 7fd6fdfe6f7df61e",
			"answering machine 797974 42a382e099e24824",
		})
	}
}

// try writes an instance and holds what is computed on it to what is known.
func try(t *testing.T, size Size, instance string, threads []int, want []string) {
	t.Helper()
	var file bytes.Buffer
	s, err := Write(&file, size)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%016x, %d entries", s.Checksum, s.Entries); got != instance {
		t.Fatalf("the instance itself is another: %s", got)
	}
	for _, threads := range threads {
		var got []string
		err := Play{Days: 6, Answering: true, Threads: threads, Done: func(r Run) {
			if r.Checksum != 0 {
				got = append(got, fmt.Sprintf("%s %d %x", r.Name, r.Count, r.Checksum))
			}
		}}.Run(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("on %d threads:\n got %q\nwant %q", threads, got, want)
		}
	}
}

func TestAFileThatIsNoInstanceIsRefused(t *testing.T) {
	var file bytes.Buffer
	if _, err := Write(&file, Size{7, 200, 40, 200, 2}); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	if _, err := Read(bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if _, err := Read(bytes.NewReader(whole[:n])); err == nil {
			t.Fatalf("cut after %d of %d bytes, it is read", n, len(whole))
		}
	}
	if _, err := Read(bytes.NewReader(append(whole, 0))); err == nil {
		t.Error("one byte more is read")
	}
}

// A count is believed as it is read: a few bytes that speak of billions are cut.
func TestAFileOfAFewBytesThatSaysBillionsIsRefusedAtOnce(t *testing.T) {
	for at := range 4 {
		head := append([]byte("NATG0001"), make([]byte, 24)...)
		binary.LittleEndian.PutUint32(head[8+4*at:], 1<<32-1)
		in, err := Read(bytes.NewReader(head))
		if !errors.Is(err, ErrNotNational) {
			t.Errorf("count %d: %v, %v", at, in, err)
		}
	}
}
