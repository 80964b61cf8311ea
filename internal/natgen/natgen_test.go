package natgen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"
)

// What another implementation computes on a tenth of the country, to the last candidate.
func TestATenthOfTheCountryGivesTheKnownChecksums(t *testing.T) {
	var file bytes.Buffer
	s, err := Write(&file, Tenth)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%016x, %d entries", s.Checksum, s.Entries); got != "711d7de317472185, 1087395 entries" {
		t.Fatalf("the instance itself is another: %s", got)
	}
	want := []string{
		"call order 1087395 c4c523576adb2d3b",
		"day 1 82000 38dc12d01e3a9450", "day 2 54226 6ad434a0ec2b3f64", "day 3 34929 edca46a65fdc1517",
		"day 4 22602 cec838ee27ead297", "day 5 14937 b3388fab200ae5d2", "day 6 9998 be24dadcf5f9aeac",
		"answering machine 79150 1f63ea48c42901d5",
	}
	for _, threads := range []int{1, 3} {
		var got []string
		err := Play{Days: 6, Answering: true, Threads: threads, Done: func(r Run) {
			if r.Checksum != 0 {
				got = append(got, fmt.Sprintf("%s %d %x", r.Name, r.Count, r.Checksum))
			}
		}}.Run(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Errorf("on %d threads:\n got %q\nwant %q", threads, got, want)
				break
			}
		}
	}
}

// The whole country, where there is time for it.
func TestTheCountryGivesTheKnownCallOrder(t *testing.T) {
	if os.Getenv("SCEAU_SOAK") == "" {
		t.Skip("a country takes half a minute: make soak")
	}
	var file bytes.Buffer
	s, err := Write(&file, National)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%016x, %d entries, %d places, largest %d", s.Checksum, s.Entries, s.Places, s.Largest); got != "1aa3b43df63735b4, 10907613 entries, 818545 places, largest 23668" {
		t.Fatalf("the instance itself is another: %s", got)
	}
	err = Play{Days: 1, Answering: true, Done: func(r Run) { // each of them verified
		if r.Name == "call order" && fmt.Sprintf("%x", r.Checksum) != "fc711b4302c4b053" {
			t.Errorf("call order %x", r.Checksum)
		}
	}}.Run(&file)
	if err != nil {
		t.Fatal(err)
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
