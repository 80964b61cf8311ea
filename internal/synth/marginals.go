package synth

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/marginals.csv
var marginalsCSV string

// A cell is one row of the marginals: so many programmes of a kind ("filière"),
// in an academy or everywhere, and how they are asked for.
type cell struct {
	Academy, Track, Detail string
	Programmes             int // formations
	Institutions           int // établissements
	Selective, Public      int // of the programmes
	Capacity               [3]int
	Wishes                 int // candidatures
	Admitted               int
	General, Techno, Pro   int // of the admitted, per 10,000
	SameAcademy            int // of the admitted, per 10,000
}

// marginals are the real figures of a session, by scope.
type marginals struct {
	academies []cell
	kinds     []cell // one a filière
	cells     []cell // academy x filière
	details   []cell
}

// readMarginals reads the embedded figures once.
var readMarginals = sync.OnceValue(func() marginals {
	m, err := parseMarginals(marginalsCSV)
	if err != nil {
		// The file is part of the program: it is wrong only if the build is.
		panic(err)
	}
	return m
})

func parseMarginals(text string) (m marginals, err error) {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = ';'
	in.LazyQuotes = true
	rows, err := in.ReadAll()
	if err != nil {
		return m, fmt.Errorf("reading the marginals: %w", err)
	}
	header := rows[0]
	for n, row := range rows[1:] {
		number := func(column string, unit float64) int {
			k := slices.Index(header, column)
			if k < 0 || row[k] == "" {
				return 0
			}
			x, parse := strconv.ParseFloat(row[k], 64)
			if parse != nil && err == nil {
				err = fmt.Errorf("marginals line %d: %s is not a number", n+2, column)
			}
			return int(x*unit + 0.5)
		}
		c := cell{
			Academy: academyName(row[1]), Track: row[2],
			// The set writes some labels with two blanks or a hanging dash.
			Detail:     strings.Trim(strings.Join(strings.Fields(row[3]), " "), " -"),
			Programmes: number("formations", 1), Institutions: number("etablissements", 1),
			Selective: number("formations_selectives", 1), Public: number("formations_publiques", 1),
			Capacity: [3]int{number("capacite_p10", 1), number("capacite_p50", 1), number("capacite_p90", 1)},
			Wishes:   number("candidatures", 1), Admitted: number("admis", 1),
			General: number("part_bac_general_admis", 1e4), Techno: number("part_bac_techno_admis", 1e4), Pro: number("part_bac_pro_admis", 1e4),
			SameAcademy: number("part_meme_academie", 1e4),
		}
		switch row[0] {
		case "academie":
			m.academies = append(m.academies, c)
		case "filiere":
			m.kinds = append(m.kinds, c)
		case "academie_filiere":
			m.cells = append(m.cells, c)
		case "filiere_detail":
			m.details = append(m.details, c)
		}
	}
	return m, err
}

// academyName spells an academy as the catalogue does.
func academyName(s string) string {
	switch s {
	case "Besancon":
		return "Besançon"
	case "Etranger":
		return abroad
	case "Polynésie Française":
		return "Polynésie française"
	}
	return s
}

// abroad is the academy of those who live in none.
const abroad = "étranger"

// residents estimates how the candidates live among the academies: those who were
// admitted where they live. The set has no count of residents.
func (m marginals) residents() []share[string] {
	var out []share[string]
	for _, a := range m.academies {
		if a.Academy != abroad {
			out = append(out, share[string]{max(1, a.Admitted*a.SameAcademy/10_000), a.Academy})
		}
	}
	return out
}
