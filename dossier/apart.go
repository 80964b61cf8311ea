package dossier

import (
	"slices"

	"sceau/catalogue"
	"sceau/policy"
)

// Whatever stands under a file number stands without a name: no answer has a value that
// is pseudonymised and, as it is, an item that says whose it is.

// tells says whether an answer says who the person is, or where to find them.
func tells(it catalogue.Item, g policy.Grant) bool {
	return (it.Class == "identity" || it.Class == "contact") && g.Form == catalogue.FormClear
}

// apart keeps the two from one answer. Where no item was named, what is pseudonymised is
// left out: it is granted, and asked for by itself. Where both were named, the request is
// refused and says so.
func (g *Gate) apart(a asking, wanted []want, answers []answer, named bool) ([]answer, *Refusal) {
	pseudonymised := func(x answer) bool { return x.grant.Form == catalogue.FormPseudonymised }
	names := slices.ContainsFunc(answers, func(x answer) bool { return tells(wanted[x.want].item, x.grant) })
	at := slices.IndexFunc(answers, pseudonymised)
	if !names || at < 0 {
		return answers, nil
	}
	if named {
		x := answers[at]
		row := g.table().Row(x.grant.Row)
		return nil, g.refusal(a, wanted[x.want].item.ID, policy.Refusal{Article: row.Article,
			Reason: "granted under a file number, and so in no answer that says whose it is: ask for it by itself"})
	}
	return slices.DeleteFunc(answers, pseudonymised), nil
}
