package promises_test

import (
	"context"
	"strings"
	"testing"

	"sceau/internal/postgres/columns"
	"sceau/internal/postgres/roles"
)

// Four changes that nobody may make unseen fail the build, each shown by a test that
// makes it:
//
//	an undeclared column                 here, and internal/postgres/columns
//	an item outside the annex            catalogue: TestWhatIsWrongIsRefusedAtItsLine, TestTheRegisterAgreesWithTheAnnexBothWays
//	a grant above the ceiling            policy/publish: TestAGrantAboveTheCeilingIsASentence, TestEveryWideningIsCaught;
//	                                     policy/proof: TestEachCellOfARowIsHeldToTheDecree
//	an import against the folder order   internal/archtest: TestOneMoreImportInThePresentHouseIsFound
//
// and beside them a value that is revealed elsewhere than behind the door
// (internal/revealcheck) or put in a message (internal/secretlint).

func TestAnUndeclaredColumnIsFoundInEachLiveDatabase(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	for cluster, tables := range map[string][]string{
		"data": {"health", "routing", "mission", "campaign"}, "keyring": {"unit_secret", "branch_key"}, "audit": {"trace", "connection", "day_log"},
	} {
		conn := p.connect(t, cluster, roles.Owner)
		found, err := columns.Differences(ctx, conn, cluster, p.Catalogue.Columns())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			t.Error(d)
		}
		for _, table := range tables {
			for _, tt := range []struct{ change, want string }{
				{"ALTER TABLE " + table + " ADD COLUMN remark text", table + ".remark is not declared"},
				{"CREATE TABLE notebook (remark text)", "notebook.remark is not declared"},
			} {
				// In a transaction that never ends well: the house stays as it is.
				tx, err := conn.Begin(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tx.Exec(ctx, tt.change); err != nil {
					t.Fatalf("%s: %v", tt.change, err)
				}
				found, err := columns.Differences(ctx, conn, cluster, p.Catalogue.Columns())
				if err != nil || !strings.Contains(strings.Join(found, "\n"), tt.want) {
					t.Errorf("%s: %s: %q, %v, want %q", cluster, tt.change, found, err, tt.want)
				}
				if err := tx.Rollback(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Every sealed column holds bytes that are sealed, in every row there is: a cell in
// clear, or an empty one, would stand out by its first byte.
func TestEverySealedCellHasTheFormOfOne(t *testing.T) {
	l := loadLedger(t, open(t))
	seen := map[string]bool{}
	for _, c := range l.cells {
		b := c.bytes()
		if len(b) < 1+4+12+16+16 || b[0] != 1 {
			t.Fatalf("%s: a cell of %d bytes is no sealed value", column(l.place, c), len(b))
		}
		nonce := string(b[5:17])
		if seen[nonce] {
			t.Fatalf("%s: a nonce was used twice", column(l.place, c))
		}
		seen[nonce] = true
	}
	t.Logf("%d cells, as many nonces", len(l.cells))
}
