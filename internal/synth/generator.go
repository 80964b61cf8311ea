package synth

import (
	"fmt"

	"sceau/catalogue"
)

// A generator holds what all candidates of a file have in common. It is read by
// several goroutines and changes no more once made.
type generator struct {
	o     Options
	base  uint64 // seed of this session's people
	world *world
	form  *form
	edges []edgeLine

	registration, ine, exam, campus permutation
}

func newGenerator(o Options) (*generator, error) {
	if o.Candidates < 0 || o.Candidates > maxCandidates {
		return nil, fmt.Errorf("candidates: 0 to %d, as many as registration numbers", maxCandidates)
	}
	if o.Session == 0 {
		o.Session = 2026
	}
	if o.Reference == nil {
		reference, err := DefaultReference()
		if err != nil {
			return nil, err
		}
		o.Reference = reference
	}
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	g := &generator{o: o, base: mix(o.Seed, uint64(o.Session))}
	if g.form, err = newForm(c); err != nil {
		return nil, err
	}
	if g.world, err = newWorld(o.Reference, sessionOf(o.Session)); err != nil {
		return nil, err
	}
	if o.Edge {
		g.edges = edgeLines()
		if least := len(g.edges) + leastCanaries; o.Candidates < least {
			return nil, fmt.Errorf("candidates: the edge cases and canaries take %d lines", least)
		}
	}
	g.registration = permute(registrationNumbers, g.base, 1)
	g.ine = permute(ineNumbers, g.base, 2)
	g.exam = permute(examNumbers, g.base, 3)
	g.campus = permute(campusNumbers, g.base, 4)
	return g, nil
}

// leastCanaries there are, whatever the number of candidates; beyond, one in
// perCanary.
const (
	leastCanaries = 5
	perCanary     = 10_000
)

// isCanary spreads the canaries: the lines after the edge cases are cut into as
// many parts, and each part has one, somewhere.
func (g *generator) isCanary(line int) bool {
	first, n := len(g.edges), g.o.Candidates-len(g.edges)
	if line < first {
		return false
	}
	if n <= leastCanaries {
		return true
	}
	k := max(leastCanaries, (n+perCanary-1)/perCanary)
	part := (line - first) * k / n
	from, to := (part*n+k-1)/k, ((part+1)*n+k-1)/k
	return line-first == from+newDice(g.base, 5, uint64(part)).below(to-from)
}

// A pen writes lines, with memory of its own.
type pen struct {
	g *generator
	d dice
	p person
	w writer
}

func (g *generator) pen() *pen {
	n := &pen{g: g}
	n.p.d, n.p.w = &n.d, g.world
	n.w.d, n.w.size = &n.d, g.o.Documents
	return n
}

// write appends the lines from..to-1, and what the canaries among them hold.
func (n *pen) write(lines, marks []byte, from, to int) ([]byte, []byte, error) {
	n.w.buf = lines
	for i := from; i < to; i++ {
		n.person(i)
		n.w.seal = nil
		if n.p.canary {
			n.w.seal = &canary{line: i + 1, d: newDice(n.g.base, 6, uint64(i)), marks: marks}
		}
		n.w.dossier(n.g.form, &n.p)
		if n.w.seal != nil {
			if n.w.seal.err != nil {
				return nil, nil, fmt.Errorf("canary on line %d: %w", i+1, n.w.seal.err)
			}
			marks = n.w.seal.marks
		}
	}
	return n.w.buf, marks, nil
}

// person invents the candidate of a line: from the seed and the number of the line,
// and from nothing else, so that any goroutine may do it.
func (n *pen) person(line int) {
	g, p := n.g, &n.p
	p.reset()
	p.line, p.base = line, g.base
	p.canary = g.isCanary(line)
	if line >= len(g.edges) {
		n.d.seed(g.base, 7, uint64(line))
		p.draw()
		p.number(g, line)
		return
	}
	e := g.edges[line]
	p.edge = true
	n.d.seed(g.edgeSeed(line, e)...)
	if e.script.before != nil {
		e.script.before(p, e.k)
	}
	p.draw()
	p.number(g, line)
	if e.script.after != nil {
		e.script.after(p, e.k, newDice(g.base, 8, uint64(e.index)))
	}
	if e.script.otherSession {
		// The INE is for life: that of the same person in any session.
		p.ine = "999" + digits(int(mix(g.o.Seed)%1_000_000), 6) + "ZA"
	}
}

func (g *generator) edgeSeed(line int, e edgeLine) []uint64 {
	switch {
	case e.script.otherSession:
		return []uint64{g.o.Seed, 9}
	case e.script.alike:
		return []uint64{g.base, 7, uint64(line - e.k)}
	}
	return []uint64{g.base, 7, uint64(line)}
}
