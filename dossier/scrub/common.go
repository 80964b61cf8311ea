package scrub

import (
	_ "embed"
	"strings"
)

// Words that are names too, and the words of school that a name is near to. A word that
// stands here is held for a name where a capital or a neighbour says so; one that does
// not is a name wherever it stands. So a word too many costs a name written in lower
// case, and one too few costs a word of the text: the list is short, and of words that
// texts of files do use.
//
//go:embed common.txt
var commonText string

var common = set(commonText)

// Articles and the like are parts of many names and none by themselves.
var articles = set("a au aux bel ben bin d da das de degli del della den der des di do dos du e el en et i l la le les lo los o san ten ter van vom von y zu un une ce sa se si on ou ne ma ta tu il ni or car")

// Particles stand between a first and a last name.
var particles = set("al ben bin d da das de del della den der des di do dos du el l la le les los ten ter van vom von y zu")

// Titles stand before a name.
var titles = set("m mm mr mme mmes mlle melle mlles monsieur madame mademoiselle messieurs mesdames")

// What stands between the two names of somebody who has two.
var betweenNames = set("ne nee epouse ep dit dite veuve vve ou alias usage")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func isCommon(word []byte) bool       { return common[string(word)] || articles[string(word)] }
func isArticle(word []byte) bool      { return articles[string(word)] }
func isParticle(word []byte) bool     { return particles[string(word)] }
func isTitle(word []byte) bool        { return titles[string(word)] }
func isBetweenNames(word []byte) bool { return betweenNames[string(word)] }
