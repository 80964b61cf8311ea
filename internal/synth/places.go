package synth

import (
	"fmt"
	"strconv"
)

// departments of each academy, as birth and residence are written.
var departments = map[string][]string{
	"Aix-Marseille": {"04", "05", "13", "84"}, "Amiens": {"02", "60", "80"}, "Besançon": {"25", "39", "70", "90"},
	"Bordeaux": {"24", "33", "40", "47", "64"}, "Clermont-Ferrand": {"03", "15", "43", "63"}, "Corse": {"2A", "2B"},
	"Créteil": {"77", "93", "94"}, "Dijon": {"21", "58", "71", "89"}, "Grenoble": {"07", "26", "38", "73", "74"},
	"Guadeloupe": {"971"}, "Guyane": {"973"}, "La Réunion": {"974"}, "Lille": {"59", "62"}, "Limoges": {"19", "23", "87"},
	"Lyon": {"01", "42", "69"}, "Martinique": {"972"}, "Mayotte": {"976"}, "Montpellier": {"11", "30", "34", "48", "66"},
	"Nancy-Metz": {"54", "55", "57", "88"}, "Nantes": {"44", "49", "53", "72", "85"}, "Nice": {"06", "83"},
	"Normandie": {"14", "27", "50", "61", "76"}, "Orléans-Tours": {"18", "28", "36", "37", "41", "45"}, "Paris": {"75"},
	"Poitiers": {"16", "17", "79", "86"}, "Reims": {"08", "10", "51", "52"}, "Rennes": {"22", "29", "35", "56"},
	"Strasbourg": {"67", "68"}, "Toulouse": {"09", "12", "31", "32", "46", "65", "81", "82"}, "Versailles": {"78", "91", "92", "95"},
	"Saint-Pierre-et-Miquelon": {"975"},
}

// landlines in the ranges kept for fiction, by the zone of the numbering plan.
var landlines = map[string]string{
	"Paris": "+33199", "Créteil": "+33199", "Versailles": "+33199",
	"Normandie": "+33261", "Rennes": "+33261", "Nantes": "+33261", "Orléans-Tours": "+33261", "La Réunion": "+33261", "Mayotte": "+33261",
	"Amiens": "+33353", "Lille": "+33353", "Reims": "+33353", "Nancy-Metz": "+33353", "Strasbourg": "+33353", "Besançon": "+33353", "Dijon": "+33353",
	"Aix-Marseille": "+33465", "Nice": "+33465", "Corse": "+33465", "Lyon": "+33465", "Grenoble": "+33465", "Clermont-Ferrand": "+33465", "Montpellier": "+33465",
}

// landline draws one of 10,000 numbers of a range: they repeat, on purpose, and
// are no key.
func landline(d *dice, academy string) string {
	zone, ok := landlines[academy]
	if !ok {
		zone = "+33536"
	}
	middle := map[string]string{"+33199": "00", "+33261": "91", "+33353": "01", "+33465": "71", "+33536": "49"}[zone]
	return zone + middle + digits(d.below(10_000), 4)
}

func mobile(d *dice) string { return "+3363998" + digits(d.below(10_000), 4) }

var streets = []string{"rue des Exemples", "allée du Spécimen", "impasse de la Fiction", "avenue des Essais", "rue de l'Échantillon",
	"place du Modèle", "chemin des Hypothèses", "boulevard de l'Invention", "rue du Conte", "square de la Maquette"}

// A commune is a number of the invented range 99nnn. The last hundred are kept for
// those who are alone in theirs.
const (
	communes    = 900
	loneCommune = 999
)

func address(d *dice, commune int) string {
	return fmt.Sprintf("%d %s, 99%03d Ville-Fictive-%02d", d.between(1, 180), pick(d, streets), commune, commune%100)
}

func basin(commune int) string { return fmt.Sprintf("Bassin de Ville-Fictive-%02d", commune%100) }

// overseas academies are far from all others.
var overseas = map[string]bool{"Guadeloupe": true, "Guyane": true, "La Réunion": true, "Martinique": true, "Mayotte": true,
	"Nouvelle-Calédonie": true, "Polynésie française": true, "Wallis-et-Futuna": true, "Saint-Pierre-et-Miquelon": true}

// distance in tenths of a kilometre, between a home and a programme.
func distance(d *dice, from, to string) int {
	switch {
	case from == abroad || to == abroad:
		return d.between(3_000, 95_000)
	case from == to:
		// The sum of two: few live next door, few at the other end.
		return d.between(2, 450) + d.geometric(120_000, 900)
	case overseas[from] || overseas[to]:
		return d.between(62_000, 95_000)
	}
	return d.between(400, 4_500) + d.between(100, 4_500)
}

var ipv4 = []string{"192.0.2.", "198.51.100.", "203.0.113."}

// ipAddress draws from the ranges kept for documentation.
func ipAddress(d *dice, six bool) string {
	if !six {
		return pick(d, ipv4) + strconv.Itoa(d.between(1, 254))
	}
	// No group is zero, so that the address has one spelling.
	group := func() string { return strconv.FormatInt(int64(d.between(0x1000, 0xffff)), 16) }
	return "2001:db8:" + group() + ":" + group() + ":" + group() + ":" + group() + ":" + group() + ":" + group()
}

// Countries of birth and nationality, other than France, by rough weight.
var otherCountries = choose(
	share[string]{16, "DZA"}, share[string]{16, "MAR"}, share[string]{9, "TUN"}, share[string]{8, "PRT"}, share[string]{6, "ITA"},
	share[string]{5, "SEN"}, share[string]{5, "CIV"}, share[string]{5, "CMR"}, share[string]{5, "COM"}, share[string]{4, "TUR"},
	share[string]{4, "ESP"}, share[string]{4, "BEL"}, share[string]{4, "DEU"}, share[string]{4, "GBR"}, share[string]{3, "CHN"},
	share[string]{3, "VNM"}, share[string]{3, "HTI"}, share[string]{3, "MDG"}, share[string]{2, "ROU"}, share[string]{2, "POL"},
	share[string]{2, "UKR"}, share[string]{2, "BRA"}, share[string]{2, "USA"}, share[string]{2, "LBN"}, share[string]{1, "JPN"},
)

func digits(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
