// The law engine on the reader's own device: law.wasm, the law of one state and
// the words of one language are loaded when a page asks for them; from then on
// nothing is fetched and nothing is sent. What the law says comes from the engine
// as data (docs/library.md), how it is said from the catalogues.
"use strict";
const comityDevice = (() => {
  let words, held;

  // element("p", {class: "x"}, …) builds what the page shows; text stays text.
  function element(tag, attributes, ...inside) {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === false || value === undefined) continue;
      if (name === "onclick") e.addEventListener("click", value);
      else e.setAttribute(name, value === true ? "" : value);
    }
    e.append(...inside.flat(9).filter((x) => x !== null && x !== undefined && x !== ""));
    return e;
  }

  // say fills the braces of a text of the catalogue.
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  const say = (key, values) => fill(words.texts[key], values);
  const spanish = document.documentElement.lang === "es";
  const english = spanish ? { lang: "en" } : {};
  const own = (two) => (spanish && two.es) || two.en;
  const foreign = (two) => (spanish && !two.es && two.en ? english : {});
  const capital = (s) => s.charAt(0).toUpperCase() + s.slice(1);
  const list = (all) => (all.length < 2 ? all.join("") : all.slice(0, -1).join(", ") + " " + words.texts.and + " " + all[all.length - 1]);

  function day(s) {
    const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(s) || [];
    return year ? say("day", { Day: Number(date), Month: words.months[month - 1], Year: year }) : s;
  }
  // moment says an instant as it is read at a place; a day stays a day.
  function moment(s, place) {
    if (!/T/.test(s)) return day(s);
    const local = JSON.parse(comity.local(place, Date.parse(s)));
    return say("moment", { Day: day(local.on), Time: local.at.slice(11, 16), Zone: local.zone });
  }
  function placeName(id) {
    const place = held.places.find((p) => p.id === id);
    return place.kind === "nation" ? words.texts.nation : place.name;
  }
  const ask = (name) => words.facts[name].ask;
  function value(name, v, place) {
    const fact = words.facts[name];
    if (fact.type === "date" || fact.type === "instant") return moment(v, place);
    if (fact.unit === "years" && /^\d+$/.test(v)) return v === "1" ? say("agoOne") : say("ago", { N: v });
    return fact.values[v] || v;
  }

  // load fetches the engine, its starter, the words and the law of a state, side
  // by side. The addresses are data of the element at; come is told how much of
  // the engine is there, from 0 to 1.
  async function load(at, state, come) {
    performance.mark("device-asked");
    const fetched = async (url) => {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(url + ": " + answer.status);
      return answer;
    };
    const [law, texts] = await Promise.all([
      fetched("/law/bundle/" + encodeURIComponent(state)).then((a) => a.arrayBuffer()),
      words || fetched(at.words).then((a) => a.json()),
      window.comity || comityModule(at, come),
      Promise.allSettled([...document.fonts].map((face) => face.load())), // else a card fetches them when it is shown
    ]);
    const opened = JSON.parse(comity.open(new Uint8Array(law)));
    if (opened.error) throw new Error(opened.error.message);
    words = texts;
    held = opened;
    performance.mark("device-loaded");
    return { words, held };
  }

  // card answers a question: the card of the server, in the same order.
  function card(question) {
    const sheet = JSON.parse(comity.answer(JSON.stringify(question)));
    if (sheet.error) return element("p", { class: "note", role: "alert", tabindex: "-1", ...english }, sheet.error.message + " " + sheet.error.hint);
    const d = sheet.decision;
    const how = (...kinds) => sheet.rules.filter((r) => kinds.includes(r.how));
    const section = (title, ...inside) => (inside.flat(9).length ? element("section", {}, element("h3", {}, title), inside) : null);
    const pairs = (rows) => element("dl", { class: "pairs" }, rows.map(([label, text]) => element("div", {}, element("dt", {}, label), element("dd", {}, text))));
    const items = (all) => element("ul", {}, all.map((x) => element("li", {}, x)));
    const may = how("may-carry");
    const unreviewed = sheet.rules.length > 0 && sheet.rules.every((r) => !r.reviewed);
    const given = words.order.facts.filter((n) => n in question.facts);
    const voices = words.order.layers.filter((l) => (d.layers[l] || "silent") !== "silent");
    const mark = document.querySelector(`template[data-mark="${d.verdict}"]`).content.cloneNode(true);
    const [sentence, lang] = sentenceOf(d, sheet);
    const more = [
      given.length ? [element("h3", {}, say("given")), pairs(given.map((n) => [ask(n), words.facts[n].secret ? say("notKept") : value(n, question.facts[n], question.in)]))] : [],
      sheet.assumed.length ? [element("h3", {}, say("assumed")), pairs(sheet.assumed.map((n) => [ask(n), value(n, String(d.assumed[n]), question.in)]))] : [],
      voices.length ? [element("h3", {}, say("layers")), pairs(voices.map((l) => [words.layers[l], words.voices[d.layers[l]]]))] : [],
      d.withheld.length ? [element("h3", {}, say("withheld")), items(d.withheld.map(ask))] : [],
    ].flat();
    return element("article", { class: "card v-" + d.verdict, "aria-labelledby": "card-question" },
      element("header", {},
        element("h2", { class: "asked", id: "card-question", tabindex: "-1" }, say("question", { Who: words.who[question.actor][0], Place: placeName(question.in), Act: words.act[question.act] })),
        element("p", { class: "asked-on" }, say("when", { When: question.at ? moment(question.at, question.in) : day(d.on) }))),
      element("div", { class: "verdict" }, mark, element("p", { class: "says" }, element("strong", {}, words.verdicts[d.verdict].word + "."), " ", element("span", lang, sentence))),
      flags(d, sheet),
      d.flags.includes("unverified") ? element("p", { class: "note" }, say("belief")) : null,
      reach(d),
      unreviewed ? element("p", { class: "small muted" }, say("unreviewed")) : null,
      sheet.missing.length ? section(say("missing"), items(sheet.missing.map(ask))) : null,
      section(say("tasks"), tasks(d, question)),
      section(say("why"), how("carries").map(reason)),
      may.length > 3 ? element("details", { class: "more" }, element("summary", {}, say("mayCarry") + " (" + may.length + ")"), may.map(reason)) : section(say("mayCarry"), may.map(reason)),
      section(say("setAside"), how("overridden", "defeated", "suspended", "replaced").map(reason)),
      section(say("sides"), sides(d, sheet)),
      sheet.protected ? section(say("protectedTitle"), element("p", {}, say("protected"))) : null,
      sheet.nearest.length ? section(say("nearest"), pairs(sheet.nearest.map((f) => [ask(f.fact), say("if", { Value: value(f.fact, f.value, question.in) })])),
        element("p", {}, say("then", { Word: words.verdicts[sheet.then].word }))) : null,
      sheet.change.length ? section(say("change"), pairs(sheet.change.map((n) => [ask(n), say("taken", { Value: value(n, String(d.assumed[n]), question.in) })]))) : null,
      d.exact ? null : element("p", { class: "note" }, say("inexact")),
      d.uncovered.length ? section(say("uncovered"), element("p", {}, say("uncoveredSays", { Layers: list(d.uncovered.map((l) => words.layers[l])) })),
        sheet.gaps.length ? items(sheet.gaps.map(own)) : []) : null,
      more.length ? element("details", { class: "more" }, element("summary", {}, say("more")), more) : null,
      element("footer", { class: "small" },
        element("p", {}, say("known", { Known: day(d.known) }) + " " + say("law") + " ", element("code", {}, d.law)),
        element("p", {}, say("notAdvice")),
        element("p", { class: "no-print" }, element("button", { type: "button", "data-print": true }, say("print")))));
  }

  // brief is the answer on one act in short, as the desk's pages give it.
  function brief(sheet, title) {
    const d = sheet.decision, how = (...kinds) => sheet.rules.filter((r) => kinds.includes(r.how)).map(reason);
    const [sentence, lang] = sentenceOf(d, sheet), why = [how("carries"), how("may-carry"), how("overridden", "defeated", "suspended", "replaced")].flat();
    return element("article", { class: "card brief v-" + d.verdict }, element("h3", {}, title),
      element("div", { class: "verdict" }, document.querySelector(`template[data-mark="${d.verdict}"]`).content.cloneNode(true),
        element("p", { class: "says" }, element("strong", {}, words.verdicts[d.verdict].word + "."), " ", element("span", lang, sentence))),
      flags(d, sheet), d.flags.includes("unverified") ? element("p", { class: "note" }, say("belief")) : null, reach(d),
      sheet.missing.length ? [element("p", { class: "small" }, say("missing") + ":"), element("ul", { class: "small" }, sheet.missing.map((x) => element("li", {}, ask(x))))] : null,
      why.length ? element("details", {}, element("summary", {}, words.texts.why), why) : null);
  }

  function sentenceOf(d, sheet) {
    const carrier = sheet.rules.find((r) => r.id === sheet.carrier && r.how === "carries");
    switch (d.verdict) {
      case "needs-facts":
        return [say("depends", { Possible: words.order.verdicts.filter((v) => d.possible.includes(v)).map((v) => words.verdicts[v].word).join(" · ") }), {}];
      case "needs-counsel":
        return [d.believed ? say("believed", { Word: words.verdicts[d.believed].word }) : words.verdicts[d.verdict].says, {}];
      case "no-rule":
        return [words.verdicts[d.verdict].says, {}];
    }
    return carrier && own(carrier.says) ? [own(carrier.says), foreign(carrier.says)] : [words.verdicts[d.verdict].says, {}];
  }

  function flags(d, sheet) {
    const flag = (label, says) => element("li", {}, element("details", {}, element("summary", { class: "tag" }, label), element("p", {}, says)));
    const all = d.flags.map((f) => flag(...words.flags[f]));
    if (d.stale.length) all.push(flag(words.flags.stale[0], fill(words.flags.stale[1], { Packs: list(sheet.stale.map(own)) })));
    return all.length ? element("ul", { class: "flags" }, all) : null;
  }

  function reach(d) {
    const row = (key, who) => (who.length ? element("div", {}, element("dt", {}, say(key)), element("dd", {}, list(who.map((a) => words.who[a][1])))) : null);
    const rows = [row("binds", d.binds.actors), row("notBound", d.binds.not)].filter(Boolean);
    return rows.length ? element("dl", { class: "reach" }, rows) : null;
  }

  function reason(r) {
    return element("div", { class: "reason" },
      element("p", {}, element("span", foreign(r.says), own(r.says))),
      r.by.length ? element("p", {}, say(r.how, { By: list(r.by) })) : null,
      r.cites.map(cite),
      element("p", { class: "small" }, element("a", { href: words.rules + ruleAddress(r.id) }, own(r.title)), " ", element("span", { class: "muted" }, "(" + words.layers[r.layer] + ")")));
  }

  function ruleAddress(id) {
    const [pack, section] = id.split("#");
    return pack + "/" + encodeURIComponent(section);
  }

  function cite(c) {
    const ref = [element("span", { class: "ref", lang: "en" }, c.ref), " ", element("span", { class: "muted small" }, words.grades[c.grade])];
    const where = element("p", { class: "small muted" }, c.source ? [say("source") + " ", element("span", { lang: "en" }, c.source), ". "] : [], say("checked", { Day: day(c.checked) }));
    if (!c.quote) return element("div", { class: "cite" }, element("p", {}, ref), where);
    return element("details", { class: "cite" }, element("summary", {}, ref), element("blockquote", { lang: "en" }, c.quote), where);
  }

  // tasks are clocks and duties, the earliest first, those without a time last.
  function tasks(d, question) {
    const length = (s) => {
      const same = /^(.*) same day$/.exec(s);
      if (same) return say("sameDay", { Time: same[1] });
      const [, n, unit] = /^(\d+)(\w+)$/.exec(s) || [];
      return unit && words.lengths[unit] ? fill(words.lengths[unit][n === "1" ? 0 : 1], { N: n }) : s;
    };
    const instant = (due) => (/T/.test(due) ? new Date(due).toISOString() : due);
    const who = (to) => say("to", { Who: words.notify[to] });
    const clocks = d.clocks.map((k) => ({
      what: words.clocks[k.kind], due: k.due, cite: k.cite, ends: k.kind !== "keep",
      how: [length(k.length), k.excludes && say("excludes", { Days: list(k.excludes.split(",").map((x) => words.days[x.trim()] || x)) }),
        k.starts && say("starts", { What: words.starts[k.starts] || words.events[k.starts] }), k.to && who(k.to),
        k.after && say("after", { Word: words.verdicts[k.after].word })],
    }));
    const duties = d.duties.map((x) => {
      const within = length(x.within);
      return { what: capital(words.act[x.act]), due: x.due, cite: x.cite, ends: true, said: x.within && within === x.within ? x.within : "",
        how: [x.to && who(x.to), x.event && say("event", { Event: words.events[x.event] }), x.within && within !== x.within && say("within", { Length: within })] };
    });
    const rows = [...clocks, ...duties].sort((a, b) => !a.due - !b.due || (instant(a.due) < instant(b.due) ? -1 : instant(a.due) > instant(b.due) ? 1 : 0));
    const late = (t) => t.ends && t.due && question.at && Date.now() > (/T/.test(t.due) ? Date.parse(t.due) : Date.parse(JSON.parse(comity.instant(question.in, t.due, "00:00"))) + 864e5);
    return rows.length ? element("ul", { class: "tasks" }, rows.map((t) => element("li", { class: late(t) ? "late" : undefined },
      element("p", {}, element("strong", {}, t.what), t.due ? element("span", { class: "due" }, moment(t.due, question.in)) : null, late(t) ? [" ", element("span", { class: "tag" }, say("late"))] : null),
      t.how.some(Boolean) ? element("p", { class: "small" }, t.how.filter(Boolean).join("; ")) : null,
      t.said ? element("p", { class: "small" }, say("inWords") + " ", element("q", { lang: "en" }, t.said)) : null,
      t.cite ? element("p", { class: "small muted", lang: "en" }, t.cite) : null))) : [];
  }

  function sides(d, sheet) {
    const contested = sheet.rules.filter((r) => r.how === "carries" && r.contested).map((r) => element("li", english, r.contested));
    const other = d.flags.includes("conflict") ? sheet.rules.filter((r) => r.how === "overridden").map((r) =>
      element("li", foreign(r.says), say("otherSide", { Word: words.verdicts[r.verdict].word, Says: own(r.says), Ref: r.cites.length ? r.cites[0].ref : r.id }))) : [];
    return contested.length + other.length ? element("ul", {}, contested, other) : [];
  }
  return { load, card, brief, list, act: (name) => words.act[name], element, say, english, capital, day, ask, value, placeName };
})();
