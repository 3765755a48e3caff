package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/record"
)

// Done is what was really done about a request.
type Done struct {
	ID       string
	Agency   string // ORI; must be the agency of the request
	Done     string // honoured, declined, …
	About    string // the act of the request that is meant; empty is the main one
	At       string // instant; empty is now
	Reason   string // required with rank where the answer says otherwise
	Rank     string // of the supervisor who decided, never a name
	Ground   string // custody fact that ended a release's last reason
	Compared string // "yes": a supervisor laid our own record beside the form
	Role     string
	Ended    string // instant when the whole contact ended, where it did

	more comity.Facts // said at the act itself, such as facts that are never stored
}

// Act records what was really done. What the answer forbids, or the omission
// of what it demands, is refused unless a supervisor's reason and rank stand
// beside it: then it is recorded as an override (R9).
func (d *Desk) Act(ctx context.Context, request string, done Done) (Answer, error) {
	c, earlier, err := d.checkAct(ctx, request, done)
	if err != nil {
		return Answer{}, err
	}
	if earlier != nil {
		return d.again(ctx, c, *earlier)
	}
	appended, err := d.Record.Append(ctx, c.draft(d))
	if err != nil {
		return Answer{}, fmt.Errorf("record what was done: %w", err)
	}
	return c.answer(appended), nil
}

func (d *Desk) checkAct(ctx context.Context, request string, done Done) (*contact, *record.Entry, error) {
	card, err := d.Case(ctx, request, done.Agency)
	if err != nil {
		return nil, nil, err
	}
	if len(card.Questions) == 0 {
		return nil, nil, &comity.Problem{Code: "nothing-asked", Message: "this entry asked for nothing that could be done", Hint: "point to the request itself", Where: "id"}
	}
	earlier, found, err := d.earlier(ctx, done.ID)
	if err != nil {
		return nil, nil, err
	}
	if found && done.At == "" {
		done.At = valueOf(earlier, fieldAt)
	}
	c, err := d.actContact(card, done)
	if err != nil {
		return nil, nil, err
	}
	if found {
		return c, &earlier, nil
	}
	return c, nil, nil
}

// actContact reads the form of an act and decides the request again as of the
// moment of the act: a clock may have run out since.
func (d *Desk) actContact(card Card, done Done) (*contact, error) {
	place, _ := d.Law.Place(card.In)
	c := &contact{kind: &act, zone: d.zone(place, card.Agency, card.At), Request: Request{
		ID: done.ID, Agency: card.Agency, Ref: card.ID, In: card.In, At: done.At, Actor: card.Actor, Role: done.Role,
		Form: Form{"done": done.Done, "about": done.About, "ground": done.Ground, "compared": done.Compared, "reason": done.Reason, "rank": done.Rank},
	}}
	if err := c.readTime(d.Now()); err != nil {
		return nil, err
	}
	if err := c.readForm(); err != nil {
		return nil, err
	}
	if err := c.readEnd(done.Ended); err != nil {
		return nil, err
	}
	c.Items, c.More = itemsDone(card, done), done.more
	if len(c.Items) == 0 {
		return nil, &comity.Problem{Code: "wrong-act", Message: "the request did not ask about this act", Hint: "it asked about: " + commas(card.acts()), Where: "about"}
	}
	return c, d.weigh(c, card)
}

func (c *contact) readEnd(ended string) error {
	if ended == "" {
		return nil
	}
	at, problem := readInstant(ended, c.zone)
	if problem != "" {
		return &comity.Problem{Code: "bad-date", Message: problem, Hint: "give an instant such as 2026-11-21T09:00:00-06:00", Where: "ended"}
	}
	c.Ended = at
	return nil
}

func (c *Card) acts() []string {
	var out []string
	for _, q := range c.Questions {
		out = append(out, q.Act)
	}
	return out
}

// itemsDone is what of the request an act touches: the act it names, the
// transfer, or the main act; for help, every kind of help that was asked.
func itemsDone(card Card, done Done) []Item {
	var all []Item
	for _, q := range card.Questions {
		if q.Act != "ordinary-policing" {
			all = append(all, Item{q.Act, q.Facts})
		}
	}
	if len(all) == 0 {
		return nil
	}
	wanted := done.About
	if done.Done == Transferred && card.Kind == detainer.Name {
		wanted = "transfer-custody"
	}
	if wanted == "" {
		if card.Kind == assistance.Name || card.Kind == informal.Name {
			return all
		}
		return all[:1]
	}
	if i := slices.IndexFunc(all, func(i Item) bool { return i.Act == wanted }); i >= 0 {
		return all[i : i+1]
	}
	if wanted == "transfer-custody" { // done without having been asked: the same facts decide it
		return []Item{{wanted, with(all[0].Facts, comity.Facts{"request.kind": "transfer"})}}
	}
	return nil
}

// weigh decides every item as of now and refuses what goes against it.
func (d *Desk) weigh(c *contact, card Card) error {
	form := c.Form
	settled := form["reason"] != "" && form["rank"] != ""
	override := form["done"] == Overridden
	for i := range c.Items {
		q := c.question(i)
		q.Known = d.Now().UTC().Format(time.DateOnly)
		decision, kept, err := d.weighOne(q, card, c.More)
		if err != nil {
			return itemProblem(i, err)
		}
		c.told, c.kept = append(c.told, decision), append(c.kept, kept)
		switch against := against(form["done"], decision.Verdict); {
		case against == "":
		case !settled:
			return refusal(against, decision, form)
		case against == "contrary-act":
			override = true
		}
	}
	if form["done"] == Honoured && unconfirmed(card.Kind, card.Form) && !settled {
		return refusal("identity-not-confirmed", comity.Decision{}, form)
	}
	if override {
		form["override"] = yes
	}
	return nil
}

// weighOne decides one item of an act: on what is on record, or on what was said
// at the act itself.
func (d *Desk) weighOne(q comity.Question, card Card, more comity.Facts) (told, kept comity.Decision, err error) {
	if len(more) == 0 {
		told, err = d.stands(q, card)
		return told, told, err
	}
	q.Facts = with(q.Facts, more)
	if told, err = d.Law.Decide(q); err != nil {
		return told, told, err
	}
	kept, err = d.keep(q, told)
	return told, kept, err
}

// stands is the decision as of the moment in the question, on the facts that
// are kept. Where the first answer is still among the possible ones it stands;
// where time or a correction has closed it, the new one does.
func (d *Desk) stands(q comity.Question, card Card) (comity.Decision, error) {
	first, asked := card.Decision(q.Act)
	q.Open = append(slices.Clone(q.Open), first.Withheld...)
	now, err := d.Law.Decide(q)
	if err != nil || !asked {
		return now, err
	}
	if now.Verdict == first.Verdict || slices.Contains(now.Possible, first.Verdict) {
		now.Verdict, now.Believed = first.Verdict, first.Believed
	}
	return now, nil
}

// against says why an act needs a supervisor, or nothing.
func against(done string, verdict comity.Verdict) string {
	performed := done == Honoured || done == Transferred
	omitted := done == Declined || done == Released
	switch {
	case performed && verdict == comity.Prohibited, omitted && verdict == comity.Required:
		return "contrary-act"
	case performed && verdict != comity.Required && verdict != comity.Permitted:
		return "needs-supervisor"
	}
	return ""
}

func refusal(code string, d comity.Decision, form Form) error {
	p := &comity.Problem{Code: code, Where: "reason"}
	if form["reason"] != "" {
		p.Where = "rank"
	}
	p.Hint = "record what agrees with the answer, or give the reason and the rank of the supervisor who decided otherwise"
	switch code {
	case "contrary-act":
		p.Message = fmt.Sprintf("the answer for this moment is %q and this goes against it", d.Verdict)
		p.Hint += "; it is then recorded as an override"
	case "identity-not-confirmed":
		p.Message = "the requester was not called back, so a supervisor decides whether help is given"
	default:
		p.Message = fmt.Sprintf("the answer for this moment is %q: nothing on file lets staff do this alone", d.Verdict)
	}
	return p
}

// Case is a request as it stands now: the entry, with later corrections laid over it.
func (d *Desk) Case(ctx context.Context, id, agency string) (Card, error) {
	entry, err := d.Record.Entry(ctx, id)
	if IsNotFound(err) || err == nil && entry.Agency != agency {
		return Card{}, NoCase(id)
	}
	if err != nil {
		return Card{}, fmt.Errorf("read the request: %w", err)
	}
	later, err := d.Record.Follow(ctx, id)
	if err != nil {
		return Card{}, fmt.Errorf("read what followed: %w", err)
	}
	card := ReadCard(entry)
	for _, e := range later {
		card.lay(ReadCard(e))
	}
	return card, nil
}

// NoCase is the answer to an id that the agency has no entry for. It is the
// same whether nobody or another agency has one.
func NoCase(id string) error {
	return &comity.Problem{Code: "no-entry", Message: "this agency has no entry with this id", Hint: "check the id on the receipt", Where: "id " + id}
}
