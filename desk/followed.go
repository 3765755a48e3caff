package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/record"
)

// A Following says whether what was done about a case followed the card that
// was shown: the recorded answer, under the law as it was then known. A law
// that was corrected later changes nothing in it.
type Following struct {
	Case      Card              // as it stands now; empty where the complaint points to none
	Card      string            // digest of the answers as they were given
	Known     string            // day whose knowledge of the law they were given on
	Why       Unfollowed        // empty: the card was followed
	Corrected []string          // acts that the law as known today answers otherwise
	Immunity  []comity.Citation // of that card, in the words that it quotes
}

// An Unfollowed is why nobody may say that the card was followed.
type Unfollowed string

const (
	NoCard       Unfollowed = "no-card"            // no case with an answer stands behind the complaint
	NoAct        Unfollowed = "no-act"             // what was done is not on record
	NotConfirmed Unfollowed = "card-not-confirmed" // the law loaded now does not give the recorded answer
	AgainstCard  Unfollowed = "against-card"       // done against the answer of that moment, or overridden
	PastCard     Unfollowed = "past-card"          // the person was kept longer than it allowed
	NoPapers     Unfollowed = "papers-missing"     // held or handed over without the notice or the paper
)

// Followed replays the case behind a complaint.
func (d *Desk) Followed(ctx context.Context, complaint Card) (Following, error) {
	if complaint.Ref == "" {
		return Following{Why: NoCard}, nil
	}
	e, err := d.Record.Entry(ctx, complaint.Ref)
	if IsNotFound(err) || err == nil && e.Agency != complaint.Agency {
		return Following{Why: NoCard}, nil
	}
	if err != nil {
		return Following{}, fmt.Errorf("read the case behind a complaint: %w", err)
	}
	later, err := d.Record.Follow(ctx, e.ID)
	if err != nil {
		return Following{}, fmt.Errorf("read what followed the case behind a complaint: %w", err)
	}
	return d.follows(e, later)
}

// follows replays a case. Each act is laid beside the case as it stood when the
// act was written: a correction that came later was not on the card.
func (d *Desk) follows(e record.Entry, later []record.Entry) (Following, error) {
	card := ReadCard(e)
	shown := card
	if e.Erased || len(card.Questions) == 0 {
		return Following{Case: card, Why: NoCard}, nil
	}
	out := Following{Card: card.Digest, Known: card.Decisions[0].Known}
	for i, q := range card.Questions {
		was := card.Decisions[i]
		if !d.gives(q, was, was.Known) {
			out.Why = NotConfirmed
		}
		if !d.gives(q, was, d.Now().UTC().Format(time.DateOnly)) {
			out.Corrected = append(out.Corrected, q.Act)
		}
	}
	acts, let := 0, false
	for _, l := range later {
		step := ReadCard(l)
		if step.Kind == act.Name && !step.Erased {
			against, err := d.wasAgainst(step, card)
			if err != nil {
				return Following{}, err
			}
			if against {
				out.Why = cmp.Or(out.Why, AgainstCard)
			}
			acts++
			let = let || step.Form["done"] == Released
		}
		card.lay(step)
	}
	out.Case = card
	if acts == 0 {
		out.Why = cmp.Or(out.Why, NoAct)
	}
	out.Why = cmp.Or(out.Why, d.kept(e, later))
	if out.Why == "" && let {
		out.Immunity = immunity(shown.Decisions)
	}
	return out, nil
}

// gives reports whether the law loaded now, as known on a day, gives a recorded
// answer. An answer that rules carry was written down as of what is never stored
// at its ordinary values; one that none carries may rest on those facts, and
// stands while it is possible.
func (d *Desk) gives(q comity.Question, was comity.Decision, known string) bool {
	q.Known = known
	usual := q
	usual.Facts = with(q.Facts, d.ordinary())
	if now, err := d.Law.Decide(usual); err == nil && now.Verdict == was.Verdict {
		return true
	}
	q.Open = append(slices.Clone(q.Open), was.Withheld...)
	now, err := d.Law.Decide(q)
	return err == nil && (now.Verdict == was.Verdict || len(was.Rules) == 0 && slices.Contains(now.Possible, was.Verdict))
}

// wasAgainst reports whether an act went against the answer for its moment, by
// the law known when it was done or when the card was given, whichever is later.
func (d *Desk) wasAgainst(step, card Card) (bool, error) {
	if step.Form["done"] == Overridden {
		return true, nil
	}
	for i, q := range step.Questions {
		known := step.Decisions[i].Known
		if first, asked := card.Decision(q.Act); asked {
			known = max(q.On, first.Known)
		}
		q.Known = known
		verdict, err := d.stands(q, card)
		if err != nil {
			return false, fmt.Errorf("replay an act: %w", err)
		}
		if against(step.Form["done"], verdict.Verdict) == "contrary-act" {
			return true, nil
		}
	}
	return false, nil
}

// kept looks at what the book of detainers shows of this one: hours past a
// clock, a notice or a paper that is not on record. A moment that was written
// down wrongly is mended by a correction, which counts here.
func (d *Desk) kept(e record.Entry, later []record.Entry) Unfollowed {
	var book DetainerBook
	for _, f := range fold(append([]record.Entry{e}, later...)) {
		d.enter(&book, f)
	}
	switch {
	case len(book.Over) > 0:
		return PastCard
	case len(book.Unserved)+len(book.Handover) > 0:
		return NoPapers
	}
	return ""
}

// immunity is what the rules of an answer quote of it. Where a pack quotes
// nothing, nothing is said.
func immunity(decisions []comity.Decision) []comity.Citation {
	var out []comity.Citation
	for _, one := range decisions {
		for _, c := range one.Citations {
			same := func(x comity.Citation) bool { return x.Ref == c.Ref && x.Quote == c.Quote }
			if strings.Contains(strings.ToLower(c.Quote), "immunity") && !slices.ContainsFunc(out, same) {
				out = append(out, c)
			}
		}
	}
	return out
}

// closes checks that a complaint may end with "the card was followed", and
// writes down which card that was. A request that comes again is not judged
// again.
func (d *Desk) closes(ctx context.Context, c *contact, complaint Card) error {
	was, again, err := d.earlier(ctx, c.ID)
	if err != nil {
		return err
	}
	if again {
		c.Form["card"], c.Form["known"] = valueOf(was, formPrefix+"card"), valueOf(was, formPrefix+"known")
		return nil
	}
	f, err := d.Followed(ctx, complaint)
	if err != nil {
		return err
	}
	if f.Why != "" {
		return &comity.Problem{Code: string(f.Why), Message: unfollowed(f.Why), Hint: "record what the replay shows, with another outcome: within policy, not sustained, policy at fault, sustained", Where: "outcome"}
	}
	c.Form["card"], c.Form["known"] = f.Card, f.Known
	return nil
}

func unfollowed(why Unfollowed) string {
	switch why {
	case NoCard:
		return "no case with an answer stands behind this complaint, so there is no card that could have been followed"
	case NoAct:
		return "what was done about the case is not on record, so nothing shows that the card was followed"
	case NotConfirmed:
		return "the law loaded now, as known on that day, does not give the recorded answer: have counsel look at both"
	case AgainstCard:
		return "the record shows an act against the answer for its moment, as the law was then known"
	case PastCard:
		return "the record shows the person kept longer than the card allowed; if a moment is wrong there, correct it first"
	}
	return "the notice to the person or a paper of the hand-over is not on record; if it was given, record it first"
}
