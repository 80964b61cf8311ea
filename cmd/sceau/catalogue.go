package main

import (
	"fmt"
	"os"

	"sceau/catalogue"
)

type catalogueVerbs struct {
	Check    catalogueCheckVerb    `cmd:"" help:"Compare the register with an annex, both ways."`
	Register catalogueRegisterVerb `cmd:"" help:"Print the record of processing (GDPR art. 30)."`
}

type catalogueCheckVerb struct {
	Annex string `required:"" type:"existingfile" placeholder:"FILE.csv" help:"The annex of the decree as CSV."`
	JSON  bool   `help:"Print JSON." name:"json"`
}

func (v catalogueCheckVerb) Run(t *terminal) error {
	c, err := catalogue.Load()
	if err != nil {
		return err
	}
	f, err := os.Open(v.Annex)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := c.CheckAnnex(f, v.Annex)
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(t, map[string]any{"agree": report.Agree, "of": report.Of, "gaps": report.Gaps})
	} else {
		_, err = fmt.Fprintln(t.out, report)
	}
	if err == nil && !report.OK() {
		return quietly{failed}
	}
	return err
}

type catalogueRegisterVerb struct {
	Format string `enum:"md,json" default:"md" help:"md or json."`
}

func (v catalogueRegisterVerb) Run(t *terminal) error {
	c, err := catalogue.Load()
	if err != nil {
		return err
	}
	return c.Register(t.out, v.Format)
}
