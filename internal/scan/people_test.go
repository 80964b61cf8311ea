package scan

import (
	"fmt"
	"math/rand/v2"
)

// people invents canaries: as the generator's, twenty random characters in a text
// with accents, and values of a constrained item.
func people(n int) []Canary {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var all []Canary
	for i := range n {
		b := make([]byte, 20)
		for k := range b {
			b[k] = letters[r.IntN(len(letters))]
		}
		value := string(b)
		switch i % 5 {
		case 1:
			value = "Inès d'Éréhwon-" + value
		case 2:
			value = value[:10] + " ç&<œ> \"" + value[10:]
		case 3:
			value = fmt.Sprintf("+336399%05d", r.IntN(100000))
		case 4:
			value = fmt.Sprintf("malo.%s@example.org", value[:6])
		}
		all = append(all, Canary{Line: 1 + i/100, Item: fmt.Sprintf("A01.%02d", i%100), Name: "name", Value: value})
	}
	return all
}
