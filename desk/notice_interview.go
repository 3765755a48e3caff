package desk

import (
	"slices"
	"time"

	"comity"
)

// An InterviewForm is the written form that stands before an interview by
// immigration officers: its purpose, that it is voluntary, that the person may
// decline or have a lawyer. Nobody reviewed any of the wordings yet; pages say so.
type InterviewForm struct {
	Lang    string
	Title   string
	Text    []string
	Choices []string    // what the person ticks
	Sign    []string    // lines filled in by hand
	Law     []NoticeLaw // the sections that ask for the form, where the law here does
}

// InterviewLangs are the languages that California's Government Code 7283.1(a)
// names for the form.
var InterviewLangs = []string{"en", "es", "zh", "tl", "vi", "ko"}

// Interview writes the form in one of InterviewLangs; another language gives English.
func (d *Desk) Interview(card Card, lang string) InterviewForm {
	all := interviewWords()
	i := max(slices.IndexFunc(all, func(f InterviewForm) bool { return f.Lang == lang }), 0)
	out := all[i]
	out.Law = d.asksForForm(card)
	return out
}

// asksForForm quotes the sections that bar an interview without the form, where
// the law here does and the form would lift the bar.
func (d *Desk) asksForForm(card Card) []NoticeLaw {
	i := slices.IndexFunc(card.Questions, func(q comity.Question) bool { return q.Act == "jail-interview-access" })
	if i < 0 {
		return nil
	}
	without, err := d.interviewWith(card.Questions[i], comity.Facts{"consent.interview": "none"})
	if err != nil || without.Verdict != comity.Prohibited {
		return nil
	}
	signed, err := d.interviewWith(card.Questions[i], comity.Facts{"consent.interview": "written", "consent.rights_explained": "true"})
	if err != nil || signed.Verdict == comity.Prohibited {
		return nil
	}
	var out []NoticeLaw
	for _, c := range without.Citations {
		out = append(out, NoticeLaw{c.Ref, c.Quote, string(c.Grade)})
	}
	return out
}

func (d *Desk) interviewWith(q comity.Question, consent comity.Facts) (comity.Decision, error) {
	q.Known = d.Now().UTC().Format(time.DateOnly)
	q.Facts = with(with(q.Facts, d.ordinary()), consent)
	return d.Law.Decide(q)
}

func interviewWords() []InterviewForm {
	return []InterviewForm{
		{
			Lang: "en", Title: "An interview by immigration officers: you decide",
			Text: []string{
				"Federal immigration officers ask to interview you. The purpose is to ask questions about your immigration matters.",
				"The interview is voluntary. You do not have to take part.",
				"You may say no. You may also choose to be interviewed only with your lawyer present.",
			},
			Choices: []string{"I do not want to be interviewed.", "Only with my lawyer present.", "I agree to be interviewed without a lawyer."},
			Sign:    []string{"Signature", "Day and time"},
		},
		{
			Lang: "es", Title: "Una entrevista con agentes de inmigración: usted decide",
			Text: []string{
				"Agentes federales de inmigración piden entrevistarle. El motivo es hacerle preguntas sobre sus asuntos migratorios.",
				"La entrevista es voluntaria. Usted no tiene que participar.",
				"Usted puede decir que no. También puede elegir que le entrevisten solo con su abogado presente.",
			},
			Choices: []string{"No quiero que me entrevisten.", "Solo con mi abogado presente.", "Acepto que me entrevisten sin abogado."},
			Sign:    []string{"Firma", "Día y hora"},
		},
		{
			Lang: "zh", Title: "移民官員要求會談：由您決定",
			Text: []string{
				"聯邦移民官員要求與您會談。目的是詢問有關您的移民事務的問題。",
				"會談是自願的。您不必參加。",
				"您可以拒絕。您也可以選擇只在您的律師在場時接受會談。",
			},
			Choices: []string{"我不願意接受會談。", "只在我的律師在場時接受會談。", "我同意在沒有律師的情況下接受會談。"},
			Sign:    []string{"簽名", "日期和時間"},
		},
		{
			Lang: "tl", Title: "Panayam ng mga opisyal ng imigrasyon: kayo ang magpapasya",
			Text: []string{
				"Hinihiling ng mga pederal na opisyal ng imigrasyon na makapanayam kayo. Ang layunin ay magtanong tungkol sa inyong usapin sa imigrasyon.",
				"Boluntaryo ang panayam. Hindi ninyo kailangang lumahok.",
				"Maaari kayong tumanggi. Maaari rin ninyong piliin na makapanayam lamang kung naroroon ang inyong abogado.",
			},
			Choices: []string{"Ayaw kong makapanayam.", "Kung naroroon lamang ang aking abogado.", "Pumapayag akong makapanayam nang walang abogado."},
			Sign:    []string{"Lagda", "Petsa at oras"},
		},
		{
			Lang: "vi", Title: "Viên chức di trú xin phỏng vấn: quý vị quyết định",
			Text: []string{
				"Viên chức di trú liên bang xin phỏng vấn quý vị. Mục đích là hỏi về vấn đề di trú của quý vị.",
				"Cuộc phỏng vấn là tự nguyện. Quý vị không bắt buộc phải tham gia.",
				"Quý vị có thể từ chối. Quý vị cũng có thể chọn chỉ trả lời phỏng vấn khi có luật sư của quý vị hiện diện.",
			},
			Choices: []string{"Tôi không muốn được phỏng vấn.", "Chỉ khi có luật sư của tôi hiện diện.", "Tôi đồng ý được phỏng vấn mà không có luật sư."},
			Sign:    []string{"Chữ ký", "Ngày giờ"},
		},
		{
			Lang: "ko", Title: "이민 당국자의 면담 요청: 귀하가 결정합니다",
			Text: []string{
				"연방 이민 당국자가 귀하와의 면담을 요청합니다. 목적은 귀하의 이민 문제에 대해 질문하는 것입니다.",
				"면담은 자발적인 것입니다. 귀하는 응하지 않아도 됩니다.",
				"귀하는 거절할 수 있습니다. 또한 귀하의 변호사가 참석한 경우에만 면담에 응할 수도 있습니다.",
			},
			Choices: []string{"면담을 원하지 않습니다.", "제 변호사가 참석할 때만 응하겠습니다.", "변호사 없이 면담하는 데 동의합니다."},
			Sign:    []string{"서명", "날짜와 시간"},
		},
	}
}
