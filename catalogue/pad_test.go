package catalogue_test

import (
	"testing"

	"sceau/catalogue"
)

func TestASizeDoesNotTellTheValue(t *testing.T) {
	c := catalogue.MustLoad()
	for _, tt := range []struct {
		name string
		want int
	}{
		{"boarding_requested", 16}, {"sex", 16}, {"birth_date", 16}, {"lycee_bursary_step", 16},
		{"academy_of_residence", 32}, {"ine", 32}, {"mobile_phone", 32},
		{"medical_certificate_held", 16}, {"disability_liaison_form", 256}, {"curriculum_vitae", 256},
		{"responsible_email", 128}, {"assimilation_reason", 2048}, {"caes_preference", 512},
		{"last_name", 0}, {"motivated_study_project", 0}, {"marks", 0},
	} {
		item, ok := c.ItemNamed(tt.name)
		if !ok || item.Pad != tt.want {
			t.Errorf("%s is padded to %d, want %d", tt.name, item.Pad, tt.want)
		}
	}
}

func TestTextsGoUpInSteps(t *testing.T) {
	item, _ := catalogue.MustLoad().ItemNamed("motivated_study_project")
	for _, tt := range []struct{ n, want int }{
		{4, 32}, {28, 32}, {29, 64}, {60, 64}, {61, 128}, {1000, 1024}, {1021, 2048},
	} {
		if got, ok := item.Padded(tt.n); !ok || got != tt.want {
			t.Errorf("%d bytes take %d, want %d", tt.n, got, tt.want)
		}
	}
	if _, ok := item.Padded(2 << 20); ok {
		t.Error("two megabytes fit a cell")
	}
}
