// The interview on the reader's own device, by device.js.
"use strict";
(() => {
  const here = document.getElementById("here");
  const { element, say, english, capital, day, ask, value, placeName } = comityDevice;
  const at = (name) => document.getElementById("here-" + name);
  const form = { load: at("load"), start: at("start") };
  let words, held, question, order;

  form.load.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.load.querySelector("button");
    button.disabled = true;
    at("failed").hidden = true;
    at("status").textContent = here.dataset.loading;
    at("progress").hidden = false;
    try {
      ({ words, held } = await comityDevice.load(here.dataset, form.load.state.value, (part) => { at("progress").value = 100 * part; }));
      offer(placeName(form.load.state.value));
    } catch (fault) {
      console.error(fault);
      at("status").textContent = "";
      at("failed").hidden = false;
    }
    at("progress").hidden = true;
    button.disabled = false;
  });

  at("other").addEventListener("click", () => {
    form.load.hidden = false;
    form.load.state.focus();
  });

  const option = (id, text) => element("option", { value: id }, text);
  function offer(name) {
    at("status").textContent = say("ready");
    at("held").replaceChildren(say("held", { Place: name, Day: day(here.dataset.today), Newest: day(held.newest) }) + " " + say("heldLaw") + " ",
      element("code", { title: held.law }, held.law.replace("sha256:", "").slice(0, 12)));
    const kinds = ["nation", "state", "territory", "county", "city", "tribe"];
    const several = held.places.filter((p) => p.kind === "state").length > 1; // else the state goes without saying
    const label = (p) => placeName(p.id) + (several && p.in ? ", " + p.in : "");
    const places = held.places.filter((p) => p.kind !== "nation" || several)
      .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || label(a).localeCompare(label(b)));
    at("place").replaceChildren(...kinds.filter((k) => places.some((p) => p.kind === k)).map((k) =>
      element("optgroup", { label: words.kinds[k] }, places.filter((p) => p.kind === k).map((p) => option(p.id, label(p))))));
    at("actor").replaceChildren(...words.actors.map((g) => element("optgroup", { label: g.name }, g.choices.map((a) => option(a, capital(words.who[a][0]))))));
    at("on").value = here.dataset.today;
    acts();
    form.load.hidden = true;
    form.start.hidden = false;
    at("talk").replaceChildren();
    at("place").focus();
  }
  // acts are those that this actor may be asked about.
  function acts() {
    const groups = words.acts[words.does[at("actor").value]];
    at("act").replaceChildren(...groups.map((g) => element("optgroup", { label: g.name }, g.choices.map((a) => option(a, capital(words.act[a]))))));
  }
  at("actor").addEventListener("change", acts);

  form.start.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = JSON.parse(comity.local(at("place").value, Date.now()));
    // The law is held as it was known on the day it was loaded.
    question = { in: at("place").value, on: at("on").value, known: here.dataset.today, actor: at("actor").value, act: at("act").value, facts: {}, open: [] };
    if (question.on === now.on) question.at = now.at; // clocks need an instant
    order = [];
    talk();
  });

  // talk asks the next fact, or answers.
  function talk(problem, done) {
    const next = JSON.parse(comity.next(JSON.stringify(question)));
    if (next.error) return refused(next.error);
    const step = next.fact && !done ? factStep(next, problem) : comityDevice.card(question);
    at("talk").replaceChildren(step, ...soFar());
    at("talk").querySelector("[tabindex='-1']").focus();
  }
  // refused takes back an answer that cannot be used and asks it again.
  function refused(error) {
    const name = (error.where || "").replace(/^facts\./, "");
    if (name in question.facts) return takeBack(name, error);
    at("talk").replaceChildren(element("p", { class: "note", role: "alert", tabindex: "-1", ...english }, error.message + " " + error.hint));
    at("talk").firstChild.focus();
  }

  function factStep(next, problem) {
    const name = next.fact, fact = words.facts[name];
    const unknown = () => { question.open.push(name); order.push(name); talk(); };
    const choice = (v, text) => element("li", { class: "choice" }, element("label", {}, element("input", { type: "radio", name: "v", value: v, required: true }), " ", element("span", {}, text)));
    const field = (label, attributes) => element("label", { class: "field" }, element("span", {}, label), element("input", attributes));
    const years = fact.unit === "years"; // is asked for as the day from which they count
    const number = fact.type === "int" && !years;
    const inputs = next.values.length
      ? element("ul", { class: "choices" }, next.values.map((v) => choice(v, fact.values[v])), choice("?", say("cannotTell")))
      : [number ? field(say("number"), { type: "number", name: "v", min: fact.min, max: fact.max, step: 1, required: true })
        : field(say("askDay"), { type: "date", name: "v", required: true }),
      fact.type === "instant" ? field(say("askTime"), { type: "time", name: "clock", required: true }) : null];
    const left = next.most === 1 ? say("leftOne") : say("left", { N: next.most });
    const often = next.often && next.often < next.most ? " " + say("often", { Often: next.often }) : "";
    const f = element("form", { autocomplete: "off" },
      element("p", { class: "muted" }, left + often + (next.exact ? "" : " " + say("bound"))),
      problem ? element("p", { class: "note", role: "alert", ...english }, problem.message + " " + problem.hint) : null,
      element("fieldset", {}, element("legend", { tabindex: "-1" }, fact.ask),
        fact.help ? element("p", { class: "hint" }, fact.help) : null,
        next.assumed ? element("p", { class: "hint" }, say("usual", { Value: value(name, next.assumed, question.in) })) : null,
        inputs),
      element("div", { class: "actions" }, element("button", { class: "first" }, say("next")),
        next.values.length ? null : element("button", { type: "button", onclick: unknown }, say("cannotTell")),
        order.length ? element("button", { type: "button", onclick: () => takeBack(order[order.length - 1]) }, say("back")) : null,
        element("button", { type: "button", onclick: () => talk(null, true) }, say("showNow"))));
    f.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = new FormData(f);
      const v = data.get("v");
      if (v === "?") return unknown();
      question.facts[name] = fact.type === "instant" ? JSON.parse(comity.instant(question.in, v, data.get("clock"))) : years ? yearsSince(v) : v;
      order.push(name);
      talk();
    });
    return f;
  }

  function takeBack(name, problem) {
    delete question.facts[name];
    question.open = question.open.filter((x) => x !== name);
    order = order.filter((x) => x !== name);
    talk(problem);
  }

  // yearsSince counts full years up to the day asked about; a day that is still
  // to come is left as it is, and refused with words that show it.
  function yearsSince(day) {
    if (day > question.on) return day;
    const years = question.on.slice(0, 4) - day.slice(0, 4);
    return String(question.on.slice(5) < day.slice(5) ? years - 1 : years);
  }

  function soFar() {
    const rows = order.map((name) => element("div", {},
      element("dt", {}, ask(name)),
      element("dd", {}, name in question.facts ? value(name, question.facts[name], question.in) : say("cannotTell")),
      element("dd", { class: "no-print" }, element("button", {
        class: "plain", type: "button", "aria-label": say("changeThis", { What: ask(name) }),
        onclick: () => takeBack(name),
      }, say("changeIt")))));
    return rows.length ? [element("h2", {}, say("soFar")), element("dl", { class: "answers-so-far" }, rows)] : [];
  }
})();
