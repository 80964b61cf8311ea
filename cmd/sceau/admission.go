package main

type admissionVerbs struct {
	Project admissionProjectVerb `cmd:"" help:"Project a campaign: derived attributes of its candidates under random pseudonyms, into a sealed file that runs are computed on."`
}
