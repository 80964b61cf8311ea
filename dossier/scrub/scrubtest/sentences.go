package scrubtest

import "sceau/catalogue"

// A frame is what a piece is said to be by the sentence around it.
type frame int

const (
	who      frame = iota // the candidate
	titled                // the candidate, behind M. or Mme
	whose                 // a responsible
	number                // a number of the file
	home                  // an address, or a part that reads as one
	postcode              // alone
	town                  // alone
	contact               // a mail or an account
	call                  // a phone
	aged                  // "âgé de"
	has                   // "j'ai"
	at                    // "à"
	soon                  // "bientôt"
	born                  // "né le"
	bornIn                // "né en"
	dated                 // a date with nothing that says of what
	has18                 // of age or not
)

// A voice is who writes: what they write in, what they say without naming anybody, and
// the sentences in which something can be planted: {planted ~ here|or nothing}.
type voice struct {
	items    []catalogue.ItemID
	ordinary []string
	frames   map[frame][]string
}

// sentences that both voices lack are those of the candidate: a school writes an
// address in no other way.
func (v voice) sentences(f frame) []string {
	if s := v.frames[f]; len(s) > 0 {
		return s
	}
	return candidate.frames[f]
}

var voices = []voice{school, candidate, candidate}

// school is what teachers and heads of school write.
var school = voice{
	items: []catalogue.ItemID{"A08.11", "A08.13", "A08.15", "A08.17"},
	ordinary: []string{
		"Trimestre sérieux, avec des efforts visibles à l'écrit.",
		"Ensemble solide malgré quelques lacunes en Mathématiques.",
		"Moyenne de 14,5 pour une classe à 11,2.",
		"Un grand investissement dans la vie du lycée.",
		"Petit bémol : les devoirs rendus en retard.",
		"De réelles capacités, à confirmer en Terminale.",
		"TRES BON TRIMESTRE. CONTINUEZ AINSI.",
		"Bon niveau B2 en anglais, B1 en espagnol.",
		"Rang : 12 sur 34, puis 8 sur 33.",
		"Participation active lors du projet mené avec l'Université de Lorraine.",
		"Beau travail sur Victor Hugo et sur Le Rouge et le Noir.",
		"A présenté un exposé sur Pierre et Marie Curie.",
		"Manque de méthode, mais le travail paie depuis le mois de janvier.",
		"Absences justifiées du 12/01/2026 au 16/01/2026.",
		"Juste ce qu'il faut de curiosité ; il faut oser davantage.",
		"Une victoire collective au tournoi inter-lycées, 3e place sur 45.",
		"Sage en classe, trop parfois.",
		"Le stage en entreprise de 4 semaines a été réussi.",
		"Option DGEMC suivie avec constance.",
		"L'élève sait se montrer modeste et beau joueur.",
		"Le conseil de classe encourage un projet ambitieux.",
		"Les résultats en SES, HGGSP et EPS sont fort bons.",
		"Un esprit clair, des copies bien présentées.",
		"Avis très favorable pour une licence de droit à Lyon ou à Paris.",
		"Progression nette : 9, puis 11, puis 13 de moyenne.",
		"Le travail de groupe sur les toits du marchand de Venise a été remarqué.",
		"Marche vers la réussite, dans une classe exigeante de 35 élèves.",
		"Bac blanc : 15/20 à l'écrit, 17/20 à l'oral.",
		"Le niveau est fort, la prudence un peu excessive.",
		"Sens de l'écoute. Esprit d'équipe. Rigueur.",
	},
	frames: map[frame][]string{
		who: {
			"{~|Cette élève} a fourni un travail régulier.",
			"{~|L'élève} participe volontiers mais doit approfondir.",
			"Le travail {de~|de l'élève} est sérieux.",
			"Les progrès {de~|de l'élève} sont nets depuis janvier.",
			"Je recommande {~|cette candidature} sans réserve.",
			"Félicitations à {~|toute la classe} pour ce trimestre.",
			"On attend {de~|de l'élève} plus de rigueur à l'écrit.",
			"Avec {~|ce groupe}, le travail en équipe avance.",
			"Nous pensons {que~|que l'élève} peut viser une mention.",
			"Bilan très positif pour {~|l'élève}, qui sait s'organiser.",
			"Très bon ensemble : {~|l'élève} peut continuer ainsi !",
			"Bulletin ({~|élève}) remis en main propre.",
		},
		titled: {
			"{Mlle ~|Cette élève} a su s'imposer.",
			"Bon travail de {M. ~|l'élève}, à poursuivre.",
			"{Mr ~|L'élève} bavarde trop.",
			"Le conseil félicite {Melle ~|l'élève}.",
		},
		whose: {
			"Entretien avec Mme {~|la mère} au mois de février.",
			"Les parents ({~|la famille}) ont été reçus.",
			"M. {~|le père} est venu à la réunion de rentrée.",
			"Un échange avec {~|la famille} a eu lieu en décembre.",
		},
		number: {
			"Dossier n° {~|en cours} transmis par le secrétariat.",
			"Bulletin de l'élève, numéro {~|non repris}, première période.",
		},
		contact: {
			"On peut joindre la famille {à ~|par le secrétariat}.",
			"Contact : {~|le secrétariat} (professeur principal).",
		},
		call: {
			"La famille est joignable {au ~|par le secrétariat}.",
			"Tél. : {~|au secrétariat}.",
		},
		aged: {
			"Élève {âgée de ~, |}sérieuse et volontaire.",
			"Cet élève {âgé de ~ |}travaille avec constance.",
		},
		has: {
			"L'élève {a ~ et |}sait déjà où aller.",
			"Elle {a ~ et |}montre une grande maturité.",
		},
		born: {
			"Élève {née le ~|sérieuse}, en progrès.",
			"Date de naissance : {~|non reprise}.",
		},
		bornIn: {"Élève {né en ~|sérieux}, en progrès."},
	},
}

// candidate is what candidates write of themselves.
var candidate = voice{
	items: []catalogue.ItemID{"A07.02", "A07.11", "A07.12", "A07.15", "A07.16", "A10.08", "A10.09", "A15.10"},
	ordinary: []string{
		"Cette formation m'attire parce que j'aime comprendre avant d'appliquer.",
		"Je souhaite rejoindre ce cursus car il mêle théorie et pratique.",
		"Mon projet s'est construit au lycée, puis pendant un stage de 3 semaines.",
		"J'ai assisté à une journée d'immersion le 14 février 2026.",
		"Je pratique le judo depuis 12 ans et le piano depuis 6 ans.",
		"Le stage prévu en deuxième année compte beaucoup pour moi.",
		"J'ai lu Le Petit Prince, Les Misérables et la Peste.",
		"J'ai encadré un atelier de lecture dans un quartier de Marseille.",
		"Je suis membre du conseil de la vie lycéenne depuis 2024.",
		"Mon équipe a remporté la victoire en finale, 3 à 1.",
		"La taille de pierre et la rose des vents me passionnent depuis un voyage.",
		"J'aime le climat clément du Sud et l'accent marin des ports.",
		"Un petit groupe d'amis m'a suivi dans cette aventure.",
		"J'ai visité le lycée Louis-le-Grand et l'École normale supérieure.",
		"Un marchand de vélos m'a pris en stage : j'ai beaucoup appris.",
		"J'ai couru le 1 500 m en 4 min 32 et le 10 km en 41 min.",
		"Pour 2 500 euros de collecte, nous avons financé un blanc de travail pour chacun.",
		"Je veux devenir ingénieur, ou professeur de Physique-Chimie.",
		"Après un BTS, je voudrais poursuivre en Licence professionnelle.",
		"Au Parlement des jeunes, j'ai défendu la place des femmes dans la rue.",
		"Le métier demande du sérieux, de la prudence et un grand sens de l'écoute.",
		"J'ai tenu la caisse d'une fête locale, chaque samedi de 9 h à 12 h 30.",
		"Fort de cette expérience, je sais gérer mon temps.",
		"Mon oncle est berger ; il m'a appris la patience.",
		"J'ai aidé aux moissons, au moulin du village, à l'aurore.",
		"Le Val de Loire et le Mont-Blanc m'ont donné le goût de la géologie.",
		"J'ai obtenu le PIX avec 480 points et le TOEIC avec 875.",
		"En 2025, j'ai participé aux Olympiades de France, à Lille puis à Nice.",
		"Je lis Modiano, Annie Ernaux et Alexandre Dumas.",
		"Le projet Erasmus nous a conduits de Turin à Porto.",
		"J'ai été délégué de classe deux fois, en Seconde puis en Première.",
		"Je voudrais une école où l'on avance par projets.",
		"Le roux d'une sauce n'a plus de secret pour moi, ni le blanc d'œuf.",
		"Mon entreprise d'accueil m'attend à la rentrée pour 24 mois.",
		"Le contrat prévoit 3 jours en entreprise et 2 jours en cours.",
		"La porte reste ouverte : j'y travaille du bois et du métal.",
	},
	frames: map[frame][]string{
		who: {
			"{Je m'appelle ~ et je|Je} souhaite devenir infirmière.",
			"{Moi, ~, je|Je} m'engage à suivre toute la formation.",
			"Mes amis {m'appellent ~ et |}me disent volontaire.",
			"Mon professeur a écrit : « {~|cet élève} sait écouter ».",
			"Le blog {de~|de la classe} raconte ce voyage.",
			"L'équipe {de~|du club} a fini première.",
			"Je vous remercie de votre attention. {~.|Cordialement.}",
			"Attestation au nom {de~|du club}, jointe au dossier.",
			"On m'a dit {que~|que l'on} chantait juste.",
			"Candidature de la part {de~|du club}, pour la rentrée.",
		},
		titled: {
			"Mon tuteur écrit : « {Mme ~|cette stagiaire} apprend vite ».",
			"Convention signée pour {M. ~|le club}.",
		},
		whose: {
			"Ma mère, {~, |}infirmière, m'a encouragée.",
			"J'ai fait mon stage dans l'atelier {de~|de ma famille}.",
			"Mon père ({~|artisan}) m'a transmis ce goût.",
			"Merci à {~|ma famille}, qui m'a soutenu.",
		},
		number: {
			"Mon numéro est {~|dans mon dossier}, comme demandé.",
			"INE : {~|voir dossier}.",
			"Je joins l'attestation (n° {~|jointe}) à ce projet.",
			"Numéro de candidat {~|déjà donné} pour l'épreuve.",
		},
		home: {
			"J'habite {~|tout près} avec ma famille.",
			"Mon adresse : {~|voir dossier}.",
			"Je vis {au ~|à côté}, à dix minutes de l'arrêt.",
			"L'atelier se trouve {~|non loin}, c'est pratique.",
		},
		postcode: {
			"Mon code postal, {~|connu}, est dans le dossier.",
			"Je viens du {~|centre}, au nord du département.",
		},
		town: {
			"Je vis {à ~|en zone rurale} depuis trois ans.",
			"Les trajets depuis {~|le village} sont longs.",
			"Le club {de~|du village} m'a beaucoup apporté.",
		},
		contact: {
			"On peut m'écrire {à ~|par la messagerie} à tout moment.",
			"Contact : {~|par la messagerie}.",
			"Mon travail est visible, me demander {(~)|un lien} si besoin.",
		},
		call: {
			"Je suis joignable {au ~|par la messagerie} après les cours.",
			"Tél {~|voir dossier}, merci.",
			"Mon maître de stage ({~|un artisan}) peut témoigner.",
		},
		aged: {
			"Candidate {âgée de ~ et |}motivée, je connais les attendus.",
			"{Âgé de ~, je|Je} travaille déjà le soir.",
		},
		has: {
			"{J'ai ~ et je|Je} suis en Terminale.",
			"Je {viens d'avoir ~ et je |}cherche une alternance.",
		},
		at: {
			"{À ~, j'ai|J'ai} monté ma première association.",
			"{L'année de mes ~, j'ai|J'ai} passé le BAFA.",
		},
		soon: {
			"Je {vais avoir ~ en mai et je |}cherche un logement.",
			"J'ai {fêté mes ~ et |}repris le sport.",
			"Depuis {mes ~|deux ans}, je donne des cours à des collégiens.",
			"Sportive {de ~|régulière}, je m'entraîne chaque soir.",
			"{Du haut de mes ~, je|Je} sais ce que je veux.",
		},
		born: {
			"{Née le ~, je|Je} suis en Terminale générale.",
			"Je suis {né le ~ et |}bilingue.",
			"Candidate, {née à l'étranger le ~, |}parlant trois langues.",
		},
		bornIn: {"{Né en ~, j'ai|J'ai} grandi ici.", "Je suis {née en ~ et |}passionnée de danse."},
		dated: {
			"Acte du {~|dossier}, joint à ma demande.",
			"Vu la pièce du {~|dossier}, mon parcours est complet.",
		},
		has18: {
			"Je suis {~, donc |}disponible pour un contrat.",
			"Je serai {~ et |}libre à la rentrée.",
		},
	},
}
