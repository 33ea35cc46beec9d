package tui

const (
	textLoseTitle = "An authorised payment would not be used"
	textLoseWhat  = "It is not taken unless a sign-up uses it, and it lapses by itself. The member would have to pay again."
	textLoseYes   = "go on anyway"
	textLoseNo    = "leave it as it is"

	textGiveUpTitle = "Give this sign-up up?"
	textGiveUpWhat  = "No contract is made. What was typed is wiped when you go on to the next member."
	textGiveUpYes   = "give it up"
	textGiveUpNo    = "go on with it"

	textPressRetry = "r tries again"
)
