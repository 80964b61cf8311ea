package catalogue

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Headers of the decree's tables. A column more or less means that another
// version of the law was put in the folder, which is for a person to see.
var (
	annexHeader     = strings.Split("id,heading_no,heading_fr,line_fr,item_fr,name_en,subject,applies_to,kind,key_class,gdpr_status,research_role,core_need,core_form,rectifiable_by,explicit,fate_2020,fate_amended,presence_secret,repeats,note", ",")
	classHeader     = strings.Split("key_class,data_subjects,why_a_boundary,who_ever_opens_it,design_note", ",")
	recipientHeader = strings.Split("id,parent_id,type,article3_ref,label_fr,name_en,relation_required,purposes_allowed,purposes_need_to_know,identification_level,note", ",")
)

// readRecords reads a CSV file. With a header, the columns must be exactly
// those; without one, whatever columns the file has are taken by name.
func readRecords(r io.Reader, file string, header []string) ([]record, error) {
	cr := csv.NewReader(r)
	names, err := cr.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: %w", file, errNoRows)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	names = slices.Clone(names)
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // a spreadsheet's mark
	if header != nil && !slices.Equal(names, header) {
		return nil, fmt.Errorf("%s:1: the columns are not %s", file, strings.Join(header, ","))
	}
	columns := make(map[string]int, len(names))
	for i, n := range names {
		columns[n] = i
	}
	var out []record
	for {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := cr.FieldPos(0)
		out = append(out, record{file, line, columns, row})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s:2: %w", file, errNoRows)
	}
	return out, nil
}

func readTable(fsys fs.FS, file string, header []string) ([]record, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRecords(f, file, header)
}

func (c *Catalogue) readClasses(fsys fs.FS) error {
	rows, err := readTable(fsys, "decree/key-classes.csv", classHeader)
	if err != nil {
		return err
	}
	c.classIndex = map[ClassID]int{}
	for _, r := range rows {
		id := ClassID(r.get("key_class"))
		if _, ok := c.classIndex[id]; ok {
			return r.errorf("class %s appears twice", id)
		}
		c.classIndex[id] = len(c.classes)
		c.classes = append(c.classes, Class{
			ID: id, Subjects: r.get("data_subjects"), Why: r.get("why_a_boundary"),
			Opens: r.get("who_ever_opens_it"), Note: r.get("design_note"),
		})
	}
	return nil
}

func (c *Catalogue) readRecipients(fsys fs.FS) error {
	rows, err := readTable(fsys, "decree/recipients.csv", recipientHeader)
	if err != nil {
		return err
	}
	c.recIndex = map[RecipientID]int{}
	for _, r := range rows {
		id := RecipientID(r.get("id"))
		if _, ok := c.recIndex[id]; ok {
			return r.errorf("recipient %s appears twice", id)
		}
		parent := RecipientID(r.get("parent_id"))
		if _, ok := c.recIndex[parent]; parent != "" && !ok {
			return r.errorf("recipient %s: unknown parent %s", id, parent)
		}
		c.recIndex[id] = len(c.recipients)
		c.recipients = append(c.recipients, Recipient{
			ID: id, Parent: parent, Type: r.get("type"), Article: r.get("article3_ref"),
			Label: r.get("label_fr"), Name: r.get("name_en"), Relation: r.get("relation_required"),
			PurposesAllowed: splitIDs[Purpose](r.get("purposes_allowed"), ";"),
			PurposesNeeded:  splitIDs[Purpose](r.get("purposes_need_to_know"), ";"),
			Level:           r.get("identification_level"), Note: r.get("note"),
		})
	}
	return nil
}

func splitIDs[T ~string](s, sep string) []T {
	if s == "" {
		return nil
	}
	return convert[T](strings.Split(s, sep))
}
