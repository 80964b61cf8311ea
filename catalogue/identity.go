package catalogue

import (
	"io/fs"
	"slices"
)

// An Identity is one process with credentials of its own: what it may ask of
// the key service, and for whom it opens. A stolen identity opens its classes
// and no others.
type Identity struct {
	Name       string
	Label      string
	Recipients []RecipientID       // for whom it opens
	Classes    []ClassID           // which it opens, or seals
	Verbs      map[string][]string // encrypt, decrypt, hmac, rewrap: on which families of keys
	Batch      bool                // may send many items in one call
	Task       string              // why it has classes that it opens for nobody: seals, keeps, checks, reseals, traces, or ""
	// Job says that no credential of it lies anywhere: an administrator issues one for
	// a single log-in, when there is a job to do.
	Job bool
}

var (
	verbs    = []string{"encrypt?", "decrypt?", "hmac?", "rewrap?", "admin?"}
	tasks    = []string{"seals", "keeps", "checks", "reseals", "traces"}
	families = []string{"person", "class", "index", "routing", "hold", "day", "run"}
)

// Identities are those of the house, each its own process in production.
func (c *Catalogue) Identities() []Identity { return c.identities }

// Identity returns the identity of that name.
func (c *Catalogue) Identity(name string) (Identity, bool) {
	i := slices.IndexFunc(c.identities, func(x Identity) bool { return x.Name == name })
	if i < 0 {
		return Identity{}, false
	}
	return c.identities[i], true
}

// IdentityFor names the identity that opens a class for a recipient.
func (c *Catalogue) IdentityFor(r RecipientID, class ClassID) (string, bool) {
	name, ok := c.identityFor[r][class]
	return name, ok
}

func (c *Catalogue) readIdentities(fsys fs.FS) error {
	doc, err := c.document(fsys, "identities.yaml")
	if err != nil {
		return err
	}
	top := doc.root.fields("identities")
	c.identityFor = map[RecipientID]map[ClassID]string{}
	for _, e := range wordEntries(top, "identities") {
		if err := c.readIdentity(e); err != nil {
			return err
		}
	}
	return top.err
}

func (c *Catalogue) readIdentity(e entry) error {
	f := e.fields("name", "label", "opens?", "classes", "verbs", "batch?", "task?", "job?")
	x := Identity{Name: f.text("name"), Label: f.text("label"), Verbs: map[string][]string{}, Batch: f.yes("batch"), Task: f.text("task"), Job: f.yes("job")}
	if x.Task != "" && !slices.Contains(tasks, x.Task) {
		f.fail(e.errorf("identity %s: unknown task %q", x.Name, x.Task))
	}
	if _, twice := c.Identity(x.Name); twice {
		f.fail(e.errorf("identity %s appears twice", x.Name))
	}
	names, es := f.words("classes")
	for n, id := range names {
		if _, ok := c.classIndex[ClassID(id)]; !ok {
			f.fail(es[n].errorf("identity %s: unknown class %q", x.Name, id))
		}
	}
	x.Classes = convert[ClassID](names)
	if v, ok := f.values["verbs"]; ok && f.err == nil {
		vf := v.fields(verbs...)
		for verb := range vf.values {
			keys, kes := vf.words(verb)
			for n, k := range keys {
				if !slices.Contains(families, k) {
					vf.fail(kes[n].errorf("identity %s: unknown family of keys %q", x.Name, k))
				}
			}
			x.Verbs[verb] = keys
		}
		f.fail(vf.err)
	}
	opened := map[string]bool{}
	for _, o := range wordEntries(f, "opens") {
		of := o.fields("classes", "recipients")
		classes, ces := of.words("classes")
		recipients, res := of.words("recipients")
		for n, id := range classes {
			opened[id] = true
			if !slices.Contains(x.Classes, ClassID(id)) {
				of.fail(ces[n].errorf("identity %s opens %s, which is not among its classes", x.Name, id))
			}
		}
		for n, r := range recipients {
			if _, ok := c.recIndex[RecipientID(r)]; !ok {
				of.fail(res[n].errorf("identity %s: unknown recipient %q", x.Name, r))
			}
			if !slices.Contains(x.Recipients, RecipientID(r)) {
				x.Recipients = append(x.Recipients, RecipientID(r))
			}
			for _, class := range classes {
				of.fail(c.opensFor(o, RecipientID(r), ClassID(class), x.Name))
			}
		}
		f.fail(of.err)
	}
	if x.Task != "" && len(opened) > 0 {
		f.fail(e.errorf("identity %s opens classes, and has the task of one that opens none", x.Name))
	}
	for n, id := range names {
		// A key that a process has for nobody is one more that its thief has.
		if !opened[id] && x.Task == "" {
			f.fail(es[n].errorf("identity %s has class %s, opens it for nobody, and no task says why", x.Name, id))
		}
	}
	if x.Job && len(opened) > 0 {
		f.fail(e.errorf("identity %s opens classes for people, who wait for no administrator: it is no job", x.Name))
	}
	if f.err != nil {
		return f.err
	}
	c.identities = append(c.identities, x)
	return nil
}

func (c *Catalogue) opensFor(e entry, r RecipientID, class ClassID, name string) error {
	if c.identityFor[r] == nil {
		c.identityFor[r] = map[ClassID]string{}
	}
	// Two identities for one couple would let a process choose its credentials.
	if other, ok := c.identityFor[r][class]; ok {
		return e.errorf("%s opens %s for %s, and so does %s", name, class, r, other)
	}
	c.identityFor[r][class] = name
	return nil
}
