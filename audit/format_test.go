package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"sceau/catalogue"
	"sceau/crypto"
)

// Sealed once, under the day key of `fixed`, and kept: what this version reads for ever.
type sealedOnce struct {
	Agent, Candidate, Request, Detail string
	Row                               *Row
	Connection                        struct {
		Record, Subject Tag
		Cells           map[catalogue.ItemID][]byte
		Values          map[catalogue.ItemID]json.RawMessage
	}
}

const onceFile = "testdata/sealed.json"

func TestATraceSealedOnceOpensForEver(t *testing.T) {
	k := fixed(t, "2026-04-02")
	if *update {
		sealOnce(t, k)
	}
	text, err := os.ReadFile(onceFile)
	if err != nil {
		t.Fatal(err)
	}
	var v sealedOnce
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	agent, err := k.openAgent(v.Row)
	if err != nil || agent != v.Agent {
		t.Errorf("the agent opens to %q, error %v", agent, err)
	}
	candidate, request, detail, err := k.openRest(v.Row)
	if err != nil || candidate != v.Candidate || request != v.Request || string(detail) != v.Detail {
		t.Errorf("the rest opens to %q, %q, %q, error %v", candidate, request, detail, err)
	}
	c := ConnectionRow{Day: k.day, Subject: v.Connection.Subject, Record: v.Connection.Record, Cells: v.Connection.Cells}
	for item, want := range v.Connection.Values {
		padded, err := k.connection.Open(nil, nil, c.Cells[item], c.bound(item))
		if err != nil {
			t.Fatalf("%s of the connection: %v", item, err)
		}
		if parts, err := unpad(padded, 1); err != nil || !bytes.Equal(parts[0], want) {
			t.Errorf("%s of the connection opens to %q, error %v", item, parts, err)
		}
	}

	// The twins: one bit, another place, and a form of another number, which would be
	// bound to other words.
	altered := *v.Row
	altered.SealedRest = bytes.Clone(v.Row.SealedRest)
	altered.SealedRest[20] ^= 1
	moved := *v.Row
	moved.Seq++
	newer := *v.Row
	newer.SealedRest = k.trace.Seal(nil, nil, pad(restSize, nil, nil, nil), bytes.Replace(v.Row.bound("rest"), []byte("trace 1"), []byte("trace 2"), 1))
	for what, row := range map[string]*Row{"altered": &altered, "moved": &moved, "of a newer form": &newer} {
		if _, _, _, err := k.openRest(row); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("a trace %s: %v, want ErrOpen", what, err)
		}
	}
}

func sealOnce(t *testing.T, k *dayKey) {
	t.Helper()
	if _, err := os.Stat(onceFile); err == nil {
		return // sealed once
	}
	v := sealedOnce{Agent: "mission-0007", Candidate: "bihdcgy3ci62qii4pk2dsi462i", Request: "ICYKQ23EQZS3KICPYGUXTTBS53", Detail: `{"format":1,"cells":812,"revision":1}`}
	e := &Event{Campaign: "2026", Recipient: "SYS-intake", Organisation: "sceau", Purpose: "P1", Action: "write", Decision: Granted, Rule: "intake",
		Subject: []byte("file-ines"), Agent: v.Agent, Candidate: v.Candidate, Request: v.Request, Detail: []byte(v.Detail)}
	v.Row = k.row(e, NewFieldSet([]catalogue.ItemID{"A12.03"}).ID, 41, time.Date(2026, 4, 2, 9, 30, 0, 123456000, time.UTC))
	v.Connection.Record, v.Connection.Subject = Tag{9}, k.subjectTag([]byte("file-ines"))
	v.Connection.Values = map[catalogue.ItemID]json.RawMessage{ItemIP: json.RawMessage(`"192.0.2.184"`), ItemMedium: json.RawMessage("null")}
	v.Connection.Cells = map[catalogue.ItemID][]byte{}
	c := ConnectionRow{Day: k.day, Subject: v.Connection.Subject, Record: v.Connection.Record}
	for item, value := range v.Connection.Values {
		v.Connection.Cells[item] = k.connection.Seal(nil, nil, pad(connectionSize, value), c.bound(item))
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = os.WriteFile(onceFile, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
