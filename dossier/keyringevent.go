package dossier

import "sceau/audit"

// KeyringRecipient is the actor of the decree's tables that turns keys and opens nothing.
const KeyringRecipient = "SYS-keyring"

// KeyringEvent is the trace of what somebody does to the keys of a campaign, or of all
// of them when it is empty. The rule says which step or which thing.
func KeyringEvent(campaign, action, rule, by string) audit.Event {
	return audit.Event{Campaign: campaign, Recipient: KeyringRecipient, Organisation: "sceau", Purpose: "P1", Action: action,
		Decision: audit.Granted, Rule: rule, Agent: by}
}
