package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"sceau/dossier"
)

// Rows are committed when what opens them and what says they were written is durable.
// A key store or a log of traces that takes nothing keeps everybody out, and the same
// dossier enters once they take again.
func TestNoRowIsCommittedWithoutItsWrapsAndItsTrace(t *testing.T) {
	p := open(t)
	ctx := context.Background()
	const campaign = "durable"
	in := p.campaignIntake(t, campaign)
	lines, err := invent(ctx, 4, 909, false)
	if err != nil {
		t.Fatal(err)
	}
	create := func(line []byte) (dossier.Entry, error) {
		return in.Create(ctx, campaign, bytes.Clone(line)) // what was sent in is wiped
	}
	// What the process knows of the campaign is in memory after the first.
	if e, err := create(lines[0]); err != nil || e.Refused != nil {
		t.Fatal(e.Refused, err)
	}
	count := func(cluster, table string) (n int) {
		t.Helper()
		if err := p.owner[cluster].QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE campaign = $1", ident(table)), campaign).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tables := []string{"blind_index", "routing", "account", "identity_other", "health"}
	for i, tt := range []struct {
		cluster, table, role string
		untraced             bool
	}{
		{"keyring", "unit_secret", "sceau_keyring_write", false},
		{"audit", "trace", "sceau_trace_write", true},
	} {
		before := map[string]int{}
		for _, table := range tables {
			before[table] = count("data", table)
		}
		p.exec(t, tt.cluster, fmt.Sprintf("REVOKE INSERT ON %s FROM %s", tt.table, tt.role))
		e, err := create(lines[1+i])
		p.exec(t, tt.cluster, fmt.Sprintf("GRANT INSERT ON %s TO %s", tt.table, tt.role))
		if err == nil || e.Ref != (dossier.Ref{}) || errors.Is(err, dossier.ErrNotTraced) != tt.untraced {
			t.Errorf("%s takes nothing: entered as %s, %v", tt.table, e.Ref, err)
		}
		for _, table := range tables {
			if n := count("data", table); n != before[table] {
				t.Errorf("%s takes nothing: %s has %d rows, %d before", tt.table, table, n, before[table])
			}
		}
		if e, err := create(lines[1+i]); err != nil || e.Refused != nil {
			t.Errorf("%s takes again: %v, %v", tt.table, e.Refused, err)
		}
	}

	units, secrets := count("keyring", "unit_secret"), count("keyring", "unit_class_secret")
	if e, err := create(lines[1]); err != nil || e.Refused == nil || e.Ref != (dossier.Ref{}) {
		t.Errorf("a registration number that is known: %+v, %v", e, err)
	}
	if u, s := count("keyring", "unit_secret"), count("keyring", "unit_class_secret"); u != units || s != secrets {
		t.Errorf("a dossier that was refused left %d wraps", u-units+s-secrets)
	}
}
