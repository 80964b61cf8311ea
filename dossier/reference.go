package dossier

// A Reference is what the campaign knows of programmes and schools: public facts,
// no personal data.
type Reference struct {
	Programmes map[string]Programme
	Schools    map[string]School
}

// NewReference indexes programmes and schools.
func NewReference(programmes []Programme, schools []School) *Reference {
	r := &Reference{Programmes: make(map[string]Programme, len(programmes)), Schools: make(map[string]School, len(schools))}
	for _, p := range programmes {
		r.Programmes[p.ID] = p
	}
	for _, s := range schools {
		r.Schools[s.UAI] = s
	}
	return r
}

func (p Programme) has(flag string) bool {
	for _, f := range p.Flags {
		if f == flag {
			return true
		}
	}
	return false
}
