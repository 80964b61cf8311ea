package keyring_test

import (
	"slices"
	"testing"

	"sceau/crypto"
	"sceau/crypto/cryptotest"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

func TestTheNamesOfEveryCampaignAreListedOnce(t *testing.T) {
	db := testkit.Postgres(t, "keyring")
	var service cryptotest.Service
	owner, reader := open(t, db.DSN(roles.Owner)), open(t, db.DSN("sceau_keyring_read"))
	var want []crypto.KeyName
	for _, campaign := range []string{"2026", "2027"} {
		if err := crypto.CreateCampaignKeys(t.Context(), &service, owner, campaign, plan); err != nil {
			t.Fatal(err)
		}
		names, err := owner.Names(t.Context(), campaign)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, names...)
	}
	slices.SortFunc(want, func(a, b crypto.KeyName) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	got, err := reader.EveryName(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d names, want %d, %v", len(got), len(want), err)
	}
}
