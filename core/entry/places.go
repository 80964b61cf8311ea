package entry

// MinimumShare is how many of a programme's places a minimum rate asks for, in percent,
// rounded up in the candidates' favour: for vocational candidates in STS, technological ones
// in IUT ("pourcentage minimal de bacheliers professionnels, technologiques", article
// L. 612-3 of the education code; law 2018-166, article 1).
//
// The core never compares tracks: a group with places of its own is how the rate is kept,
// and the places that its candidates leave empty are for the programme to move, day by day.
func MinimumShare(places int64, rate int) int64 { return (places*int64(rate) + 99) / 100 }
