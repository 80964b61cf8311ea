package grants_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"sceau/internal/postgres/grants"
	"sceau/internal/postgres/roles"
	"sceau/internal/testkit"
)

var update = flag.Bool("update", false, "rewrite what the migrations make; the difference is for a person to review")

func TestWhatIsWrittenOfTheMigrationsIsWhatTheyMake(t *testing.T) {
	for _, cluster := range roles.Clusters {
		db, err := pgxpool.New(t.Context(), testkit.Postgres(t, cluster).Admin())
		if err != nil {
			t.Fatal(err)
		}
		found, err := grants.Made(t.Context(), db, cluster)
		db.Close()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range found {
			b.WriteString(f.String() + "\n")
		}
		file := "made/" + cluster + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("the migrations make something else than %s says; go test ./internal/postgres/grants -update writes it", file)
		}
	}
}
