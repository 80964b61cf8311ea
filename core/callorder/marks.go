package callorder

import "sceau/core"

// marks are the candidates met in one group, forgotten at once for the next. Candidates
// are positions, so that a slice serves where a map would be ten times slower.
type marks struct {
	met []uint32 // the age at which each was met last
	age uint32
}

// clear forgets all marks.
func (m *marks) clear() {
	if m.age++; m.age == 0 { // every 2³² times
		clear(m.met)
		m.age = 1
	}
}

// first marks a candidate, and is whether they were not marked.
func (m *marks) first(c core.Candidate) bool {
	if int(c) >= len(m.met) {
		m.met = append(m.met, make([]uint32, max(int(c)+1, 2*len(m.met))-len(m.met))...)
	}
	was := m.met[c]
	m.met[c] = m.age
	return was != m.age
}
