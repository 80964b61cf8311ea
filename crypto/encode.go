package crypto

import "encoding/binary"

// appendFields writes each field behind its length. A separator would let two
// lists of fields be one list of bytes ("ab","c" and "a","bc"), hence one cell
// be taken for another.
func appendFields(dst []byte, fields ...string) []byte {
	for _, f := range fields {
		dst = appendField(dst, f)
	}
	return dst
}

func appendField[T string | []byte](dst []byte, f T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f)))
	return append(dst, f...)
}

func appendNumber(dst []byte, n uint32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 4)
	return binary.BigEndian.AppendUint32(dst, n)
}

// The contexts bind each wrap to its owner: a wrap copied to another row opens
// nothing there.

func personContext(campaign string, unit UnitID) []byte {
	return appendFields(nil, "sceau person", campaign, string(unit[:]))
}

func ownContext(campaign, class string, unit UnitID) []byte {
	return appendFields(nil, "sceau own class", campaign, class, string(unit[:]))
}

func branchContext(campaign, class, fate string, version uint32) []byte {
	return appendNumber(appendFields(nil, "sceau branch", campaign, class, fate), version)
}

func runContext(campaign string, f RunFile) []byte {
	return appendFields(nil, "sceau run file", campaign, f.Run, f.Kind)
}

func heldContext(campaign string, p WrapPlace) []byte {
	return appendNumber(appendFields(nil, "sceau held", campaign, p.Case, string(p.Unit[:]), p.Class, p.Fate), p.Version)
}
