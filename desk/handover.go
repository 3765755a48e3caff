package desk

import (
	"context"

	"comity"
)

// HandOver records that a person was handed over: the paper, both sides and the
// receipts first, then the act, which the law weighs. Where the law, the missing
// notice or a contradiction speaks against it, nothing is recorded.
func (d *Desk) HandOver(ctx context.Context, r Request) (Answer, error) {
	r.Kind = transfer.Name
	again, err := d.handedOver(ctx, &r)
	if err != nil {
		return Answer{}, err
	}
	c, err := d.check(r)
	if err != nil {
		return Answer{}, err
	}
	if speaksAgainst(c.Form) && (c.Form["reason"] == "" || c.Form["rank"] == "") {
		return Answer{}, contradicted()
	}
	done := Done{
		ID: r.ID + ".act", Agency: r.Agency, Done: Transferred, At: c.At, Role: r.Role,
		Reason: c.Form["reason"], Rank: c.Form["rank"], more: neverStoredFacts(c.Form),
	}
	if _, _, err := d.checkAct(ctx, r.Ref, done); err != nil && !again {
		return Answer{}, err
	}
	r.At = c.At
	answer, err := d.Handle(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	_, err = d.Act(ctx, r.Ref, done)
	return answer, err
}

// handedOver finds the moment of a hand-over that was recorded before, so that
// sent again it is the same.
func (d *Desk) handedOver(ctx context.Context, r *Request) (bool, error) {
	e, known, err := d.earlier(ctx, r.ID)
	if err != nil || !known {
		return false, err
	}
	if r.At == "" {
		r.At = valueOf(e, fieldAt)
	}
	return true, nil
}

// speaksAgainst reports whether our own record or a document shown does not
// agree with the form.
func speaksAgainst(f Form) bool {
	return f[contradicts.Name] == yes || f[shown.Name] != "" && f[shown.Name] != "none" && f[shown.Name] != "other-id"
}

func contradicted() error {
	return &comity.Problem{
		Code: "contradiction", Message: "something on record or shown does not agree with the form: a supervisor looks before anybody is handed over",
		Hint: "give the reason and the rank of the supervisor who looked; what it was is not written down", Where: "reason",
	}
}

// neverStoredFacts is what was said at the hand-over and is not written down.
func neverStoredFacts(f Form) comity.Facts {
	out := comity.Facts{}
	if v := trueFalse(f[contradicts.Name]); v != "" {
		out["person.record_contradicts"] = v
	}
	if v := f[shown.Name]; v != "" {
		out["person.citizenship_proof"] = v
	}
	return out
}
