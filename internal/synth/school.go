package synth

import "slices"

// A schoolYear is one year, the current one first.
type schoolYear struct {
	year       int // it ends in
	school     int // index of the offer, or -1
	levels     []string
	curricula  []string
	speciality []string
	options    []string
	languages  []string

	higher  *higherYear
	current bool
}

// A higherYear is a year after the baccalauréat.
type higherYear struct{ institution, level, curriculum, option string }

// A subject is one year's work in one subject.
type subject struct {
	year    int
	name    string
	terms   []mark
	average int // hundredths
	class   [3]int
	size    int
	rank    int // 0: none
	current bool
	future  bool // has an appraisal in the future form ("fiche Avenir")
}

type mark struct {
	term string
	mark int // hundredths
}

// A test is one of the baccalauréat, or of a language.
type test struct {
	name    string
	mark    int // hundredths; -1 is none yet
	average bool
	french  string // level
	score   int
}

var (
	specialities = []string{"arts", "biologie-écologie", "éducation physique, pratiques et culture sportives", "HGGSP", "HLP", "LLCA", "LLCER",
		"mathématiques", "NSI", "physique-chimie", "SVT", "sciences de l'ingénieur", "SES"}
	specialityWeights = cumulate(4, 1, 2, 17, 8, 1, 15, 37, 7, 26, 26, 5, 24)
	generalOptions    = []string{"maths complémentaires", "maths expertes", "DGEMC", "LVC", "arts", "EPS", "LCA"}
	techSeries        = choose(share[string]{50, "STMG"}, share[string]{20, "STI2D"}, share[string]{6, "STL"}, share[string]{16, "ST2S"},
		share[string]{3, "STD2A"}, share[string]{2, "STHR"}, share[string]{1, "S2TMD"}, share[string]{2, "STAV"})
	techSpecialities = map[string][]string{
		"STMG": {"management, sciences de gestion et numérique", "droit et économie"}, "STI2D": {"ingénierie, innovation et développement durable", "physique-chimie et mathématiques"},
		"STL": {"biochimie, biologie, biotechnologies", "physique-chimie et mathématiques"}, "ST2S": {"chimie, biologie et physiopathologie humaines", "sciences et techniques sanitaires et sociales"},
		"STD2A": {"analyse et méthodes en design", "conception et création en design"}, "STHR": {"sciences et technologies culinaires", "économie et gestion hôtelières"},
		"S2TMD": {"économie, droit et environnement du spectacle", "culture et sciences chorégraphiques"}, "STAV": {"gestion des ressources et de l'alimentation", "territoires et technologies"},
	}
	// Thirty invented specialities of the professional baccalauréat.
	trades = []string{"Maintenance des automates d'exemple", "Accueil et conseil simulés", "Commerce d'échantillons", "Cuisine de démonstration", "Menuiserie de maquettes",
		"Électricité des modèles", "Logistique des spécimens", "Soins et services fictifs", "Gestion de bureaux imaginaires", "Carrosserie d'essai", "Plasturgie de prototypes",
		"Mode et patrons d'étude", "Productions végétales témoins", "Élevage expérimental", "Chaudronnerie de banc", "Réseaux de laboratoire", "Froid et climats simulés",
		"Bâtiments modèles", "Travaux publics de papier", "Optique de contrôle", "Prothèse de formation", "Sécurité des exercices", "Transport d'exemples", "Imprimerie d'épreuves",
		"Aéronautique en réduction", "Nautisme de bassin", "Forêts d'essai", "Laboratoire témoin", "Vente de fictions", "Animation d'ateliers"}
	commonSubjects = map[bac][]string{
		general:       {"Philosophie", "Histoire-géographie", "Enseignement scientifique", "Anglais", "Espagnol", "EPS"},
		technological: {"Philosophie", "Histoire-géographie", "Mathématiques", "Anglais", "Espagnol", "EPS"},
		professional:  {"Français", "Histoire-géographie", "Mathématiques", "Anglais", "Économie-gestion", "Prévention-santé-environnement", "EPS", "Arts appliqués"},
		otherBac:      {"Langue et littérature", "Mathématiques", "Histoire", "Sciences", "Anglais", "Français", "Géographie", "EPS"},
	}
	languages      = choose(share[string]{70, "espagnol"}, share[string]{15, "allemand"}, share[string]{8, "italien"}, share[string]{3, "portugais"}, share[string]{2, "chinois"}, share[string]{2, "arabe"})
	higherDiplomas = []string{"Licence 1 - Droit", "Licence 1 - Psychologie", "Licence 1 - Économie et gestion", "PASS", "BUT 1 - Informatique", "BTS 1 - Services", "Licence 1 - STAPS", "CPGE 1 - Scientifique"}
	oldSeries      = []string{"S", "ES", "L"}
	loneLanguage   = "wallisien" // that of the one who is alone to learn it
)

// drawSchooling draws the years, marks and tests of the person.
func (p *person) drawSchooling() {
	p.school = -1
	p.drawSeries()
	year := p.w.session.year
	switch p.group {
	case pupil:
		p.drawSchool()
		p.lyceeYear(year, true)
		p.lyceeYear(year-1, false)
		p.seconde = year - 2
		if p.d.percent(7) {
			p.seconde--
		}
		p.drawSubjects(year, true, "T1", "T2")
		p.drawSubjects(year-1, false, "T1", "T2", "T3")
	case reorientation:
		p.drawSchool()
		p.years = append(p.years, schoolYear{year: year, school: -1, current: true, higher: &higherYear{
			institution: "Université de " + townName(p.d), level: "première année", curriculum: pick(p.d, higherDiplomas), option: "majeure"}})
		p.lyceeYear(year-1, false)
		p.seconde = year - 3
		p.drawSubjects(year-1, false, "T1", "T2", "T3")
		if p.canary {
			p.drawSubjects(year, true, "S1")
		}
	case resuming:
		p.years = append(p.years, schoolYear{year: year, school: -1, current: true, levels: []string{"non scolarisé"}})
		born, _, _ := p.birth.date()
		p.seconde = born + 15
		if p.d.percent(60) {
			p.drawSchool()
			p.lyceeYear(min(p.seconde+3, year-1), false)
		}
	case foreign:
		p.years = append(p.years, schoolYear{year: year, school: -1, current: true, levels: []string{"dernière année du secondaire"},
			curricula: []string{"programme du pays"}, languages: []string{"français", "anglais"}})
		p.seconde = year - 2
		p.drawSubjects(year, true, "S1", "S2")
	}
	p.drawTests()
}

func (p *person) drawSeries() {
	switch p.bac {
	case general:
		p.series = "générale"
		if born, _, _ := p.birth.date(); born+18 < 2021 {
			p.series = pick(p.d, oldSeries)
		}
	case technological:
		p.series = techSeries.draw(p.d)
	case professional:
		p.series = "professionnelle"
	default:
		p.series = "étrangère"
	}
}

func (p *person) drawSchool() {
	near := p.w.schools[p.academy]
	if len(near) == 0 {
		// An academy that the reference gives no school to: somewhere else.
		p.school = p.d.below(p.w.loneSchool)
		return
	}
	p.school = pick(p.d, near)
}

// lyceeYear adds a year at the lycée: première, or terminale.
func (p *person) lyceeYear(year int, current bool) {
	d := p.d
	first := p.group == pupil && !current
	y := schoolYear{year: year, school: p.school, current: current, curricula: []string{"série " + p.series}}
	level := "terminale"
	if first {
		level = "première"
	}
	// The second says which class of that level.
	y.levels = []string{level, classLabel(level, p.bac, d.between(1, 6))}
	y.languages = []string{"anglais"}
	if p.bac != professional {
		y.languages = append(y.languages, languages.draw(d))
	}
	if first {
		last := p.years[0]
		y.speciality, y.options = last.speciality, nil
		y.languages = last.languages
		if p.bac == general {
			y.speciality = append(append([]string{}, last.speciality...), p.otherSpeciality(last.speciality))
		}
		p.years = append(p.years, y)
		return
	}
	switch p.bac {
	case general:
		y.speciality = append(y.speciality, p.otherSpeciality(nil))
		y.speciality = append(y.speciality, p.otherSpeciality(y.speciality))
		if d.percent(40) {
			y.options = []string{pick(d, generalOptions)}
		}
	case technological:
		y.speciality = techSpecialities[p.series]
	case professional:
		y.speciality = []string{pick(d, trades)}
	}
	p.years = append(p.years, y)
}

func classLabel(level string, b bac, n int) string {
	letter := map[string]string{"terminale": "T", "première": "P"}[level]
	return letter + [bacs]string{"G", "T", "P", "X"}[b] + digits(n, 1)
}

func (p *person) otherSpeciality(taken []string) string {
	for {
		if s := specialities[p.d.weighted(specialityWeights)]; !slices.Contains(taken, s) {
			return s
		}
	}
}

// drawSubjects gives 8 to 12 subjects of a year, with their marks.
func (p *person) drawSubjects(year int, current bool, terms ...string) {
	d := p.d
	var special []string
	for _, y := range p.years {
		if y.year == year {
			special = append(append(special, y.speciality...), y.options...)
		}
	}
	size := d.between(12, 36)
	add := func(name string) {
		s := subject{year: year, name: capital(name), size: size, current: current}
		level := 1_130 + p.ability*230/1000 + d.bell()*190/1000
		for _, t := range terms {
			m := clampMark(level + d.bell()*110/1000)
			s.terms = append(s.terms, mark{t, m})
			s.average += m
		}
		s.average /= len(terms)
		class := 1_150 + d.bell()*90/1000
		s.class = [3]int{min(s.average, clampMark(class-d.between(300, 700))), clampMark(class), max(s.average, clampMark(class+d.between(300, 700)))}
		if d.percent(45) {
			// Where the average stands between the lowest and the highest.
			s.rank = 1 + (s.class[2]-s.average)*(size-1)/max(1, s.class[2]-s.class[0])
		}
		s.future = current && p.group == pupil && d.percent(40) || p.canary
		p.subjects = append(p.subjects, s)
	}
	for _, name := range special {
		add(name)
	}
	for _, name := range commonSubjects[p.bac] {
		if name == "Philosophie" && !current && p.group == pupil {
			name = "Français" // not before terminale
		}
		add(name)
	}
	if p.canary && len(p.subjects) > 4 {
		p.subjects = p.subjects[:4]
	}
}

func clampMark(m int) int { return min(2_000, max(0, m)) }

// drawTests gives the tests of the baccalauréat: those taken in advance for
// pupils, all of them for those who hold it; and of French for foreign schooling.
func (p *person) drawTests() {
	d := p.d
	result := func(name string, average bool) {
		p.tests = append(p.tests, test{name: name, mark: clampMark(1_160 + p.ability*220/1000 + d.bell()*200/1000), average: average})
	}
	if p.group == pupil || p.group == reorientation || p.canary {
		result("Français écrit", false)
		result("Français oral", false)
	}
	if p.group == pupil && p.bac == general || p.group == reorientation {
		for _, y := range p.years {
			if y.current || p.group == reorientation {
				for _, s := range y.speciality {
					result(capital(s), false)
				}
			}
		}
		result("Philosophie", false)
	}
	if (p.group == reorientation || p.group == resuming) && d.percent(80) || p.canary {
		result("Moyenne générale", true)
	}
	if p.group == foreign && d.percent(80) || p.canary {
		p.tests = append(p.tests, test{name: pick(d, []string{"TCF-DAP", "DELF", "DALF", "TEF"}), mark: -1, french: pick(d, []string{"B1", "B2", "B2", "C1"}), score: d.between(300, 650)})
	}
}

// honours of those who hold the baccalauréat, by their level.
func (p *person) honours() string {
	switch m := 1_160 + p.ability*200/1000; {
	case m >= 1_750:
		return "félicitations"
	case m >= 1_600:
		return "TB"
	case m >= 1_400:
		return "B"
	case m >= 1_200:
		return "AB"
	}
	return "sans mention"
}
