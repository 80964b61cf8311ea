package dossier

import (
	"context"
	"fmt"
	"slices"

	"sceau/catalogue"
	"sceau/crypto"
)

// follow opens routes of files, and finds the facts on which the table decides.
func (w *projecting) follow(ctx context.Context, routes []Route) ([]*coreFile, error) {
	files := make([]*coreFile, 0, len(routes))
	tags, of := make([][16]byte, 0, len(routes)), map[[16]byte]*coreFile{}
	to, err := Addressee{Recipient: ProjectRecipient}.key()
	if err != nil {
		return nil, err
	}
	for _, r := range routes {
		pointer, err := openRoute(asking{key: w.routing}, r)
		if err != nil {
			return nil, err
		}
		f := &coreFile{ref: pointer.Candidate, facts: facts{boards: pointer.Marks&markBoarder != 0}}
		files = append(files, f)
		tag := factTag(w.routing, responderActive, to, f.ref)
		tags, of[tag] = append(tags, tag), f
	}
	rows, err := w.Rows.Facts(ctx, w.campaign.ID, tags)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		f := of[row.Tag]
		if f == nil || row.Kind != responderActive || !row.holds(w.Now().In(paris), string(ProjectRecipient)) {
			continue
		}
		raw, err := w.routing.Open(nil, factScope(row.Kind), row.ID, row.bound(), row.Sealed)
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", row.ID, err)
		}
		d, err := decodeFact(raw)
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", row.ID, err)
		}
		if d.Candidate != f.ref {
			return nil, fmt.Errorf("fact %s leads elsewhere", row.ID)
		}
		f.facts.responds = true
	}
	return files, nil
}

// A reading is one table, the columns that are selected of it, and of whom.
type reading struct {
	Selection
	items []catalogue.Item
}

// readings says what is selected of whom: for each table the columns that the table of
// access grants, nobody's cell that it does not grant them.
func (w *projecting) readings(files []*coreFile) (all []reading) {
	at := map[string]int{}
	for _, id := range Projected(w.Catalogue) {
		if id == bandItem {
			continue // of the records that ask for boarding, once these are known
		}
		var units []crypto.UnitID
		for _, f := range files {
			if w.grants[f.facts].items[id] {
				units = append(units, f.ref)
			}
		}
		if len(units) == 0 {
			continue
		}
		it, _ := w.Catalogue.Item(id)
		place := w.Layout.byItem[id]
		key := fmt.Sprint(place.table, " ", len(units))
		if k, ok := at[key]; ok && slices.Equal(all[k].Units, units) {
			all[k].Columns, all[k].items = append(all[k].Columns, place.column), append(all[k].items, it)
			continue
		}
		at[key] = len(all)
		all = append(all, reading{Selection{Table: place.table, Columns: []int{place.column}, Units: units}, []catalogue.Item{it}})
	}
	everybody := make([]crypto.UnitID, len(files))
	for i, f := range files {
		everybody[i] = f.ref
	}
	return append(all, reading{Selection{Table: w.Layout.Pseudonym(), Columns: []int{0}, Units: everybody}, nil})
}

// bandItem is the one item that is read of some records of a file and not of others.
const bandItem catalogue.ItemID = "A15.03"

// fetch selects the ciphertext of a page.
func (w *projecting) fetch(ctx context.Context, files []*coreFile) error {
	of := make(map[crypto.UnitID]*coreFile, len(files))
	for _, f := range files {
		of[f.ref] = f
	}
	read := func(all []reading) error {
		selections := make([]Selection, len(all))
		for i := range all {
			selections[i] = all[i].Selection
		}
		rows, err := w.Rows.Cells(ctx, w.campaign.ID, selections)
		if err != nil {
			return err
		}
		for i := range all {
			for k := range rows[i] {
				row := &rows[i][k]
				row.Table = all[i].Table
				f := of[row.Unit]
				if f == nil {
					return fmt.Errorf("selecting from %s: a row of a unit that was not asked for", w.Layout.Plan(row.Table).Name)
				}
				if row.Table != w.Layout.Pseudonym() && row.Record != (crypto.RecordID{}) && readFace(w.routing, row.Record).Padding {
					continue
				}
				f.rows = append(f.rows, coreRow{row, all[i].items})
			}
		}
		return nil
	}
	if err := read(w.readings(files)); err != nil {
		return err
	}
	// The distance, of wishes with boarding alone.
	it, _ := w.Catalogue.Item(bandItem)
	place := w.Layout.byItem[bandItem]
	wishes := w.Layout.byItem["A15.X1"].table
	var bands []reading
	for _, f := range files {
		if !w.grants[f.facts].items[bandItem] {
			continue
		}
		var records []crypto.RecordID
		for _, r := range f.rows {
			if r.Table == wishes && boards(readFace(w.routing, r.Record)) {
				records = append(records, r.Record)
			}
		}
		if len(records) > 0 {
			bands = append(bands, reading{Selection{Table: place.table, Columns: []int{place.column}, Units: []crypto.UnitID{f.ref}, Records: records}, []catalogue.Item{it}})
		}
	}
	if len(bands) == 0 {
		return nil
	}
	return read(bands)
}

// boards says whether the record of a wish asks for boarding.
func boards(face recordFace) bool {
	return face.Marks&marks(recordMarks, func(g catalogue.Guard) bool { return g == boardingWish }) != 0
}
