package crypto_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"sceau/crypto"
	"sceau/crypto/rotation"
)

func sealRun(t *testing.T, key *crypto.RunKey, content []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := key.Seal(&sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func openRun(key *crypto.RunKey, sealed []byte) ([]byte, error) {
	r, err := key.Open(bytes.NewReader(sealed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestARunFileOpensInItsPlaceAndInNoOther(t *testing.T) {
	h := newHouse(t)
	input := crypto.RunFile{Run: "r1", Kind: "input"}
	key, err := h.NewRunKey(t.Context(), &h.store, "2026", input)
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("pseudonym"), 30_000)
	sealed := sealRun(t, key, content)
	key.Zero()
	if _, err := key.Seal(io.Discard); err == nil {
		t.Error("a zeroed key seals")
	}
	fresh := &crypto.Keyring{Service: &h.service, Store: &h.store}
	again, err := fresh.OpenRunKey(t.Context(), &h.store, "2026", input)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openRun(again, sealed); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("%d bytes came back, error %v", len(got), err)
	}
	if _, err := h.NewRunKey(t.Context(), &h.store, "2026", input); err == nil {
		t.Error("a second key of one file orphans what the first has sealed")
	}
	for _, other := range []crypto.RunFile{{Run: "r2", Kind: "input"}, {Run: "r1", Kind: "output"}} {
		k, err := h.NewRunKey(t.Context(), &h.store, "2026", other)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := openRun(k, sealed); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("as the %s: %v, want ErrOpen", other, err)
		}
		// Its key moved with it: the wrap is bound to the place as well.
		if err := h.store.DropRunKeys(t.Context(), "2026", other.Run); err != nil {
			t.Fatal(err)
		}
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)/2] ^= 1
	for what, file := range map[string][]byte{"altered": altered, "cut": sealed[:len(sealed)-1], "cut at a segment": sealed[:2<<16]} {
		if _, err := openRun(again, file); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", what, err)
		}
	}
}

func TestTheWrapOfARunKeyIsOfItsPlaceAlone(t *testing.T) {
	h := newHouse(t)
	from := crypto.RunFile{Run: "r1", Kind: "input"}
	if _, err := h.NewRunKey(t.Context(), &h.store, "2026", from); err != nil {
		t.Fatal(err)
	}
	wrap, _, err := h.store.RunKey(t.Context(), "2026", from)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []crypto.RunFile{{Run: "r2", Kind: "input"}, {Run: "r1", Kind: "log"}} {
		if err := h.store.AddRunKey(t.Context(), "2026", to, wrap); err != nil {
			t.Fatal(err)
		}
		if _, err := h.OpenRunKey(t.Context(), &h.store, "2026", to); err == nil {
			t.Errorf("the wrap of the %s opens as that of the %s", from, to)
		}
	}
	if _, err := h.OpenRunKey(t.Context(), &h.store, "2026", crypto.RunFile{Run: "r9", Kind: "input"}); !errors.Is(err, crypto.ErrForgotten) {
		t.Errorf("a file without a key: %v, want ErrForgotten", err)
	}
}

func TestAFrozenCampaignHasNoRunKey(t *testing.T) {
	h := newHouse(t)
	names, err := h.store.Names(t.Context(), "2026")
	if err != nil {
		t.Fatal(err)
	}
	if has, err := h.HasRunKey(t.Context(), "2026"); err != nil || !has {
		t.Errorf("has a key for runs: %v, %v", has, err)
	}
	if err := rotation.Freeze(t.Context(), &h.service, &h.store, names); err != nil {
		t.Fatal(err)
	}
	fresh := &crypto.Keyring{Service: &h.service, Store: &h.store}
	if _, err := fresh.NewRunKey(t.Context(), &h.store, "2026", crypto.RunFile{Run: "r1", Kind: "input"}); !errors.Is(err, crypto.ErrFrozen) {
		t.Errorf("%v, want ErrFrozen", err)
	}
}
