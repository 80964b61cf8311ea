package dossier

import (
	"slices"

	"sceau/catalogue"
	"sceau/policy"
)

// Whatever stands under a file number stands without a name: no answer has a value that
// is pseudonymised and, as it is, an item that says whose it is.

// tells says whether an answer says who the person is, or where to find them: whatever a
// form is called, where the value leaves as it is.
func tells(it catalogue.Item, g policy.Grant) bool {
	whole := g.Form == catalogue.FormClear || g.Derive == "as-is" || g.Derive == "own-couple"
	return (it.Class == "identity" || it.Class == "contact") && whole
}

// apart keeps the two from one answer: where somebody is named in it, what is
// pseudonymised is taken out. It is granted, and asked for by itself.
func apart(wanted []want, answers []answer) (left, out []answer) {
	if !slices.ContainsFunc(answers, func(x answer) bool { return tells(wanted[x.want].item, x.grant) }) {
		return answers, nil
	}
	for _, x := range answers {
		if x.grant.Form == catalogue.FormPseudonymised {
			out = append(out, x)
		} else {
			left = append(left, x)
		}
	}
	return left, out
}

// beside refuses what was taken out of an answer for which it was named.
func (g *Gate) beside(a asking, wanted []want, x answer) *Refusal {
	return g.refusal(a, wanted[x.want].item.ID, policy.Refusal{Article: g.table().Row(x.grant.Row).Article,
		Reason: "granted under a file number, and so in no answer that says whose it is: ask for it by itself"})
}
