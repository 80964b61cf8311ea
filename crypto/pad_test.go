package crypto

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestPaddingHidesTheSize(t *testing.T) {
	for _, tt := range []struct {
		name  string
		size  Padding
		short string
		long  string
	}{
		{"yes and no take the same place", Padding{Fixed: 16}, "true", "false"},
		{"a null takes the place of a code", Padding{Fixed: 16}, "null", `"en_attent"`},
		{"a null takes the place of a sentence", Padding{Fixed: 128}, "null", "Trouble du spectre autistique, tiers temps, ordinateur et salle à part"},
		{"two first names take the same place", Padding{}, `"Malo"`, `"Aïcha"`},
		{"a step of its own is kept", Padding{Steps: []int{48, 96}}, "a", "Lycée polyvalent de la mer, Gujan-Mestras"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			short, long := must(Pad(nil, []byte(tt.short), tt.size)), must(Pad(nil, []byte(tt.long), tt.size))
			if len(short) != len(long) {
				t.Errorf("%d and %d bytes", len(short), len(long))
			}
		})
	}
}

func TestAValueTooLongForAFixedSizeIsRefused(t *testing.T) {
	if got, err := Pad([]byte("before"), make([]byte, 12), Padding{Fixed: 16}); err != nil || len(got) != 6+16 {
		t.Errorf("12 bytes in 16: %d bytes, error %v", len(got), err)
	}
	if got, err := Pad([]byte("before"), make([]byte, 13), Padding{Fixed: 16}); err == nil || string(got) != "before" {
		t.Errorf("13 bytes in 16: %d bytes, no error", len(got))
	}
}

func TestWhatWasPaddedComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "value")
		size := rapid.SampledFrom([]Padding{{}, {Fixed: 5004}, {Steps: []int{16}}, {Steps: []int{32, 64, 128, 256}}}).Draw(t, "size")
		padded := must(Pad(nil, value, size))
		if got, err := Unpad(padded); err != nil || !bytes.Equal(got, value) {
			t.Fatalf("%d bytes came back as %d, error %v", len(value), len(got), err)
		}
		if size.Fixed == 0 && len(value) > 300 && float64(len(padded)) > 1.12*float64(len(value)+padHead) {
			t.Fatalf("%d bytes take %d, more than 12 %% over", len(value), len(padded))
		}
	})
}

func TestALongTextGivesAwayOnlyItsSizeClass(t *testing.T) {
	classes := map[int]bool{}
	for n := range 10_000 {
		classes[must(Padding{}.Size(n))] = true
	}
	if len(classes) > 110 {
		t.Errorf("10,000 lengths fall in %d classes, want at most 110", len(classes))
	}
}

func TestAPaddingThatIsNotZeroIsRefused(t *testing.T) {
	padded := must(Pad(nil, []byte("oui"), Padding{Fixed: 16}))
	for i := 7; i < 16; i++ {
		padded[i] = 1
		if _, err := Unpad(padded); !errors.Is(err, ErrOpen) {
			t.Errorf("byte %d of the tail not zero: %v, want ErrOpen", i, err)
		}
		padded[i] = 0
	}
}

func FuzzUnpad(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 3, 'o', 'u', 'i', 0})
	f.Add([]byte{255, 255, 255, 255, 0})
	f.Fuzz(func(t *testing.T, padded []byte) {
		value, err := Unpad(padded)
		if err != nil {
			if !errors.Is(err, ErrOpen) {
				t.Errorf("%x: %v, want ErrOpen", padded, err)
			}
			return
		}
		if again := must(Pad(nil, value, Padding{Fixed: len(padded)})); !bytes.Equal(again, padded) {
			t.Errorf("%x has two readings", padded)
		}
	})
}
