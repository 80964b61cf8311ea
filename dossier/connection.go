package dossier

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"sceau/audit"
	"sceau/catalogue"
)

// ConnectionReader opens connection data (annex, heading 14), which lie beside the
// traces under the key of their day and go with them after a year. Nil in a process
// whose identity does not open them.
type ConnectionReader interface {
	ConnectionsOf(ctx context.Context, fileNos [][]byte, first, last audit.Day, items ...catalogue.ItemID) ([]audit.Connection, error)
}

// connectionTable stands for a table in the place of an item of heading 14.
const connectionTable = -1

// placed finds where an item of a dossier lies.
func (g *Gate) placed(id catalogue.ItemID) (place, bool) {
	if slices.Contains(audit.ConnectionItems, id) {
		return place{table: connectionTable}, true
	}
	at, ok := g.Layout.byItem[id]
	return at, ok
}

// settleConnections decides the items of heading 14, which have no record to look
// at: the file's facts decide.
func (g *Gate) settleConnections(a asking, h held, wanted []want) []answer {
	q, err := g.query(a)
	if err != nil {
		return nil
	}
	var granted []answer
	for i, w := range wanted {
		if w.place.table != connectionTable {
			continue
		}
		q.Relations, q.Guards = h.relations, h.guards|h.classes[w.item.Class]|h.items[w.item.ID]
		grant, ok := g.table().Decide(&q, w.index)
		if !ok {
			continue
		}
		if f, ok := opens(w.item, grant, a.mission.Recipient); ok && f != nil {
			granted = append(granted, answer{want: i, grant: grant, derive: f})
		}
	}
	return granted
}

// openConnections adds the connections of the last year to a view.
func (g *Gate) openConnections(ctx context.Context, h held, v *View, wanted []want, answers []answer) error {
	var items []catalogue.ItemID
	of := map[catalogue.ItemID]answer{}
	for _, x := range answers {
		if x.row == nil {
			it := wanted[x.want].item
			items = append(items, it.ID)
			of[it.ID] = x
		}
	}
	if len(items) == 0 {
		return nil
	}
	now := g.Now().UTC()
	found, err := g.Connections.ConnectionsOf(ctx, [][]byte{h.file[:]}, audit.DayOf(now.AddDate(-1, 0, 0)), audit.DayOf(now), items...)
	if err != nil {
		return fmt.Errorf("opening connections: %w", err)
	}
	for n, c := range found {
		for _, id := range items {
			x := of[id]
			value, err := drawn(x.derive, c.Values[id])
			if err != nil {
				return fmt.Errorf("%s in form %s: %w", id, x.grant.Derive, err)
			}
			f := g.field(h, wanted[x.want].item, x, value)
			f.Record, f.Ordinal = strconv.Itoa(n+1), n
			v.give(f)
		}
	}
	return nil
}
