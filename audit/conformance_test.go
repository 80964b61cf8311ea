package audit_test

import (
	"testing"

	"sceau/audit/audittest"
	"sceau/crypto"
	"sceau/crypto/cryptotest"
)

func inMemory(t *testing.T) audittest.Parts {
	store := audittest.NewStore()
	return audittest.Parts{Store: store, Read: store, Tamper: store, Keys: keys(t), DayKey: "sceau-trace-day"}
}

func keys(t testing.TB) *cryptotest.Service {
	service := &cryptotest.Service{}
	if err := service.CreateKey(t.Context(), "sceau-trace-day", crypto.WrapKey); err != nil {
		t.Fatal(err)
	}
	return service
}

func TestTheMemoryTwinKeepsTraces(t *testing.T) { audittest.Conformance(t, inMemory) }

func TestEachTamperingIsFound(t *testing.T) { audittest.Tampering(t, inMemory) }
