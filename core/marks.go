package core

// Marks is a number for each candidate met, forgotten at once by Clear. Candidates are
// positions, so that a slice serves where a map would be ten times slower.
type Marks struct {
	at  []mark
	age uint32
}

type mark struct {
	age    uint32
	number int32
}

// Clear forgets all marks.
func (m *Marks) Clear() {
	if m.age++; m.age == 0 { // every 2³² times
		clear(m.at)
		m.age = 1
	}
}

// Mark gives a candidate a number, and is whether they had none.
func (m *Marks) Mark(c Candidate, number int32) (first bool) {
	if int(c) >= len(m.at) {
		m.at = append(m.at, make([]mark, max(int(c)+1, 2*len(m.at))-len(m.at))...)
	}
	first = m.at[c].age != m.age
	m.at[c] = mark{m.age, number}
	return first
}

// Of is the number of a candidate.
func (m *Marks) Of(c Candidate) (int32, bool) {
	if int(c) >= len(m.at) || m.at[c].age != m.age {
		return 0, false
	}
	return m.at[c].number, true
}
