package flow

import (
	"frontdesk/apiclient"
)

// ToSign lists the text blocks that can be signed, the required ones among
// them marked by ConfirmationRequired.
func (s Signup) ToSign() []apiclient.TextBlock {
	var list []apiclient.TextBlock
	for _, block := range s.TextBlocks() {
		if block.HasSignature {
			list = append(list, block)
		}
	}
	return list
}

// SigningNeeded reports whether the member signs before any payment: the
// contract itself, or a text block that must be signed.
func (s Signup) SigningNeeded() bool {
	if s.Offer == nil {
		return false
	}
	if s.Offer.ContractSignaturesRequired {
		return true
	}
	for _, block := range s.ToSign() {
		if block.ConfirmationRequired {
			return true
		}
	}
	return false
}

func (s Signup) signed(f Signed) Signup {
	if s.Stage() != StageSigning {
		return s
	}
	s.Signature = &Signature{For: s.contractKey(), Contract: f.Contract, Blocks: f.Blocks}
	s.Page.Refused = false
	return s.noted("signed", "")
}

// signedFor reports whether everything that must be signed is, for this very
// contract.
func (s Signup) signedFor() bool {
	if s.Signature == nil || s.Signature.For != s.contractKey() {
		return false
	}
	if s.Offer.ContractSignaturesRequired && s.Signature.Contract.IsZero() {
		return false
	}
	for _, block := range s.ToSign() {
		if block.ConfirmationRequired && s.Signature.Blocks[block.ID].IsZero() {
			return false
		}
	}
	return true
}
