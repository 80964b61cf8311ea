package synth

// A day counts days since 1970-01-01, an instant seconds. Both are our own: the
// same bytes must come out where no zone database is installed.
type (
	day     int
	instant int64
)

// on is the day of a civil date (Hinnant's algorithm).
func on(year, month, dom int) day {
	if month <= 2 {
		year--
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + dom - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return day(era*146_097 + doe - 719_468)
}

func (d day) date() (year, month, dom int) {
	z := int(d) + 719_468
	era := z / 146_097
	doe := z - era*146_097
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = doy - (153*mp+2)/5 + 1
	month = (mp+2)%12 + 1
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, dom
}

func (d day) append(b []byte) []byte {
	y, m, n := d.date()
	b = appendDigits(b, y, 4)
	b = append(b, '-')
	b = appendDigits(b, m, 2)
	b = append(b, '-')
	return appendDigits(b, n, 2)
}

func (d day) String() string { return string(d.append(nil)) }

func appendDigits(b []byte, n, width int) []byte {
	for unit := [...]int{1, 10, 100, 1000}[width-1]; unit > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit%10))
	}
	return b
}

// lastSunday of a month of 31 days: the clocks change in March and October.
func lastSunday(year, month int) day {
	d := on(year, month, 31)
	return d - (d+4)%7 // 1970-01-01 was a Thursday
}

// parisOffset is what Paris adds to UTC, in hours.
func (t instant) parisOffset() int {
	y, _, _ := day(t / 86_400).date()
	const one = 3600 // the change is at 01:00 UTC
	if t >= instant(lastSunday(y, 3))*86_400+one && t < instant(lastSunday(y, 10))*86_400+one {
		return 2
	}
	return 1
}

// at is an instant of a day, by the clock of Paris.
func (d day) at(second int) instant {
	t := instant(d)*86_400 + instant(second)
	// Wrong for the hour that the autumn change repeats, where it takes the first.
	return t - instant((t-3600).parisOffset())*3600
}

// append writes RFC 3339 with the offset of Paris.
func (t instant) append(b []byte) []byte {
	offset := t.parisOffset()
	local := t + instant(offset)*3600
	b = day(local / 86_400).append(b)
	s := int(local % 86_400)
	b = append(b, 'T')
	b = appendDigits(b, s/3600, 2)
	b = append(b, ':')
	b = appendDigits(b, s/60%60, 2)
	b = append(b, ':')
	b = appendDigits(b, s%60, 2)
	b = append(b, '+')
	b = appendDigits(b, offset, 2)
	return append(b, ":00"...)
}

// A session is the calendar of a campaign, in which events fall.
type session struct {
	year                                               int
	opening, wishes, confirmation, examination         day // PH0 to PH3
	admission, complementary, enrolment, closed, depot day // PH4 to PH8
}

// sessionOf is the calendar of docs/examples/demo/campaign.yaml, whatever the year.
func sessionOf(year int) session {
	return session{
		year: year, opening: on(year-1, 12, 15), wishes: on(year, 1, 14), confirmation: on(year, 3, 13), examination: on(year, 4, 2),
		admission: on(year, 6, 2), complementary: on(year, 6, 11), enrolment: on(year, 7, 11), closed: on(year, 9, 15), depot: on(year+2, 9, 15),
	}
}
