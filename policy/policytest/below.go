// Package policytest is what tests know of the sheets of this program.
package policytest

// Below lists what the sheets of this program leave out of the ceiling, and why: a
// deployment that grants less has chosen to. Each is a row of the ceiling and an item of
// which the sheet keeps the reading and not the writing.
var Below = map[string]string{
	"N0380 A15.01": "the offer says whether a programme selects",
	"N0380 A15.05": "who receives a file says whether it is complete",
	"N0418 A15.01": "the offer says whether a programme selects",
	"N0418 A15.05": "who receives a file says whether it is complete",
	"N0509 A15.01": "the offer says whether a programme selects",
	"N0509 A15.05": "who receives a file says whether it is complete",
	"N0174 A04.01": "the candidate's own request",
	"N0174 A04.02": "the candidate's own request",
	"N0174 A04.03": "the candidate's own reason",
	"N0174 A05.01": "the candidate's own reason",
	"N0794 A04.04": "a piece that the candidate sent",
	"N0794 A04.05": "a piece that the candidate sent",
	"N0794 A04.06": "a piece that the candidate sent",
	"N0794 A04.07": "a piece that the candidate sent",
	"N0794 A04.08": "a piece that the candidate sent",
	"N0794 A04.09": "a piece that the candidate sent",
	"N0288 A05.01": "the candidate's own reason",
	"N0288 A15.12": "the candidate's own preference",
}
