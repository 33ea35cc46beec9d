package tui

// Sign-ups that wait, and what this desk keeps.
const (
	textOneWaits     = "One sign-up waits to be finished"
	textManyWait     = "{n} sign-ups wait to be finished"
	textUrgentFirst  = "First what is marked !: a payment or an answer hangs on it."
	textWaitingHelp  = "Sign-ups that were begun on this desk and not finished. Go on with one, or begin with a new member."
	textWaitingShort = ": w shows the list."
	textNoOfferYet   = "no membership chosen yet"
	textTakingOver   = "being opened …"
	textGoOnWith     = "go on with it"
	textNewMember    = "new member"
	textNotBlank     = "Finish this sign-up first, or give it up: then another one can be opened."

	textDiscardTitle = "Discard {code}?"
	textDiscardWhat  = "What was typed is erased and cannot be brought back. Nothing was paid."
	textDiscardYes   = "discard it"
	textDiscardNo    = "keep it"
	textDiscarded    = "Discarded. What was typed is erased."
	textNotDiscarded = "This one cannot be discarded: a payment or an answer hangs on it. Enter goes on with it."

	textResumed    = "{code} is resumed. Everything is as it was left."
	textFormerPage = "Resumed. The former page is gone: a token that it shows can be pasted with p."
)

// The journal.
const (
	textJournalFailed  = "The journal cannot be written."
	textJournalSafe    = "What was paid is safe; nothing is paid or sent meanwhile. F5 tries again."
	textJournalHolds   = "Not while the journal cannot be written. Do what the red lines say, then press F5."
	textJournalAgain   = "Trying to write the journal …"
	textJournalLeaving = "The journal cannot be written: what was done last would be gone."
)
