package synth

// Texts are built from a small grammar: a sentence is a beginning and an end, and
// sentences follow until the text is long enough.
type grammar struct{ beginnings, ends []string }

var (
	appraisal = grammar{
		[]string{"Trimestre sérieux", "Ensemble solide", "Des résultats encourageants", "Un travail régulier", "De réelles capacités", "Une participation active", "Bilan contrasté", "Des efforts visibles", "Un bon état d'esprit"},
		[]string{"qui demande encore de la méthode.", "malgré des lacunes à l'écrit.", "et une progression nette depuis la rentrée.", "avec de belles réussites à l'oral.", "mais un manque d'approfondissement.", "à poursuivre dans cette voie.", "dans une classe exigeante.", "avec un raisonnement clair et des exemples bien choisis."},
	}
	project = grammar{
		[]string{"Cette formation m'attire", "Je souhaite rejoindre ce cursus", "Mon projet s'est construit au lycée", "J'ai assisté à une journée d'immersion", "Les débouchés me correspondent", "J'ai comparé plusieurs programmes", "Le stage prévu en deuxième année compte beaucoup pour moi", "Je connais les attendus"},
		[]string{"parce que j'aime comprendre avant d'appliquer.", "car elle mêle théorie et pratique.", "et j'en ai parlé avec mes professeurs.", "afin de poursuivre ensuite en master.", "et je m'y prépare depuis deux ans.", "pour travailler un jour au service des autres.", "grâce à un exposé préparé en classe.", "même si le rythme est exigeant."},
	}
	head = grammar{
		[]string{"Projet cohérent", "Candidature réfléchie", "Dossier équilibré", "Choix ambitieux", "Une vraie motivation", "Élève autonome"},
		[]string{"au vu du travail de l'année.", "que l'équipe soutient.", "à condition de garder le rythme.", "avec des bases suffisantes.", "dans la continuité de son parcours."},
	}
	life = grammar{
		[]string{"J'ai encadré un atelier de lecture", "Je suis membre du conseil de la vie lycéenne", "J'aide à l'accueil d'un club de quartier", "J'ai fait un stage d'observation", "Je participe à une collecte solidaire", "Je garde des enfants le mercredi", "J'ai tenu la caisse d'une fête locale", "Je joue dans un orchestre amateur"},
		[]string{"pendant deux ans.", "et cela m'a appris à écouter.", "chaque samedi matin.", "avec une équipe de dix personnes.", "sans manquer les cours.", "ce qui m'a donné confiance."},
	}
	reason = grammar{
		[]string{"Ma famille change d'académie", "Le logement proposé se trouve dans l'autre bassin", "Un responsable est muté", "L'établissement le plus proche relève de cette académie", "La formation n'existe pas dans mon académie"},
		[]string{"à la rentrée prochaine.", "depuis le mois de janvier.", "selon l'attestation jointe.", "et les trajets dépasseraient deux heures."},
	}
	health = grammar{
		[]string{"Mon état de santé demande un suivi régulier", "Un traitement impose de rester près d'un centre de soins", "Ma situation de handicap limite les trajets"},
		[]string{"dans cette ville.", "comme l'explique la pièce jointe.", "tout au long de l'année."},
	}
	refusal = grammar{
		[]string{"Les pièces transmises ne suffisent pas", "Le motif invoqué n'entre pas dans les cas prévus", "La demande est arrivée après le délai"},
		[]string{"pour établir la situation.", "et un recours reste possible dans les deux mois.", "au regard du code de l'éducation."},
	}
	fraud = grammar{
		[]string{"Bulletin modifié", "Attestation qui ne correspond à aucun établissement", "Double inscription sous deux identités"},
		[]string{"signalé par la formation.", "constaté lors de la vérification.", "dossier transmis au service juridique."},
	}
)

// write makes a text of at least that many bytes, and of one more sentence at
// most: a little less in characters.
func (g grammar) write(d *dice, least int) string {
	b := make([]byte, 0, least+120)
	for len(b) < least {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, pick(d, g.beginnings)...)
		b = append(b, ' ')
		b = append(b, pick(d, g.ends)...)
	}
	return string(b)
}

// opening words of an appraisal, by sex: texts of teachers agree with it.
func regards(d *dice, sex string) string {
	if sex == female {
		return pick(d, []string{"Élève investie.", "Attentive et volontaire.", "Elle progresse.", "Sérieuse mais réservée.", "Elle doit oser davantage."})
	}
	return pick(d, []string{"Élève investi.", "Attentif et volontaire.", "Il progresse.", "Sérieux mais réservé.", "Il doit oser davantage."})
}
