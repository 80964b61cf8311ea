package dossier

import (
	"slices"
	"time"

	"sceau/catalogue"
)

// A Census counts, without opening anything, whom a change of the table concerns: the
// missions in force of a recipient, and the files that they reach by a relation.
//
// Files are counted where they are known: two scopes of one mission that know the same
// candidate are two, because no scope can be joined to another. So a count is at most
// that many candidates, and never fewer than there are.
type Census struct {
	Candidates int64 // files of the open campaigns
	missions   map[catalogue.RecipientID]int
	files      map[Reach]int64
}

// A Reach is a recipient, and by what it reaches files; by any relation where none is named.
type Reach struct {
	Recipient catalogue.RecipientID
	Relation  catalogue.Relation
}

// A Headcount is what the database counts for a census.
type Headcount struct {
	Missions     []Mission
	Routes       map[Counted]int64 // routing rows, by campaign, scope and state
	Facts        map[string]int64  // facts in force, by kind
	Accounts     int64             // of candidates
	Responsibles int64
}

// Counted is what routing rows are counted by.
type Counted struct {
	Campaign string
	Scope    Scope
	State    RouteState
}

// Take makes a census of a day.
func (h Headcount) Take(on time.Time) Census {
	c := Census{missions: map[catalogue.RecipientID]int{}, files: map[Reach]int64{}}
	perCampaign := map[string]int64{}
	for at, n := range h.Routes {
		if at.Scope.Kind == ScopeFile {
			c.Candidates += n
			perCampaign[at.Campaign] += n
		}
	}
	byScope := map[Counted][]Counted{} // without their state
	for at := range h.Routes {
		scope := Counted{Campaign: at.Campaign, Scope: at.Scope}
		byScope[scope] = append(byScope[scope], at)
	}
	c.files[Reach{"S1", "self"}], c.files[Reach{"S2", "minor_child"}], c.files[Reach{"S2", "self"}] = h.Accounts, h.Responsibles, h.Responsibles
	c.missions["S1"], c.missions["S2"] = int(h.Accounts), int(h.Responsibles)

	type scoped struct {
		recipient catalogue.RecipientID
		at        Counted
	}
	seen := map[scoped]bool{} // two missions on one scope reach its files once
	for _, m := range h.Missions {
		if !m.inForce(on) {
			continue
		}
		c.missions[m.Recipient]++
		if at := (Counted{Campaign: m.Campaign}); m.Scopes.National && !seen[scoped{m.Recipient, at}] {
			seen[scoped{m.Recipient, at}] = true
			c.files[Reach{m.Recipient, "national"}] += perCampaign[m.Campaign]
		}
		for _, s := range m.scopes() {
			at := Counted{Campaign: m.Campaign, Scope: s}
			if seen[scoped{m.Recipient, at}] {
				continue
			}
			seen[scoped{m.Recipient, at}] = true
			for _, routes := range byScope[at] {
				for _, rel := range (Route{Scope: s, State: routes.State}).Relations() {
					c.files[Reach{m.Recipient, rel}] += h.Routes[routes]
				}
			}
		}
	}
	for kind, n := range h.Facts {
		for r := range c.missions {
			if key := (Reach{r, catalogue.Relation(kind)}); c.files[key] == 0 {
				c.files[key] = n
			}
		}
	}
	return c
}

// Missions are those in force of the recipients given, accounts among them.
func (c Census) Missions(recipients ...catalogue.RecipientID) (n int) {
	for _, r := range slices.Compact(slices.Sorted(slices.Values(recipients))) {
		n += c.missions[r]
	}
	return n
}

// Files is how many a recipient reaches by a relation; by none named, by any.
func (c Census) Files(r catalogue.RecipientID, by catalogue.Relation) (n int64) {
	for at, files := range c.files {
		if at.Recipient == r && (by == "" || at.Relation == by) {
			n += files
		}
	}
	return min(n, c.Candidates)
}

// Concerned counts the missions and the files of several reaches, each once.
func (c Census) Concerned(by ...Reach) (missions int, files int64) {
	var recipients []catalogue.RecipientID
	counted := map[Reach]bool{}
	for _, r := range by {
		recipients = append(recipients, r.Recipient)
		counted[r] = true
	}
	for r := range counted {
		if r.Relation != "" && counted[Reach{Recipient: r.Recipient}] {
			continue // counted with every relation of that recipient
		}
		files += c.Files(r.Recipient, r.Relation)
	}
	return c.Missions(recipients...), min(files, c.Candidates)
}
