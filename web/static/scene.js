// The card for a scene, answered on the phone (docs/scene-card.md): what is asked
// is kept first, answered next, and sent when there is a signal.
"use strict";
(() => {
  const scene = document.getElementById("scene"), at = (name) => document.getElementById("scene-" + name);
  const ask = at("ask").querySelector("form"), { element, capital, day } = comityDevice;
  const template = (name) => at(name).content;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  const text = (key, values) => fill(template("texts").querySelector(`[data-key="${key}"]`).textContent, values);
  const label = (key) => template("labels").querySelector(`[data-key="${key}"]`).textContent;
  let law, known, last, mending; // mending: number of the refused piece that is being written anew

  // The law and the words, from the network or from what the worker keeps.
  const ready = (async () => {
    const place = comityDevice.load(scene.dataset, scene.dataset.state, () => {});
    if ("serviceWorker" in navigator) await navigator.serviceWorker.register(scene.dataset.worker, { scope: scene.dataset.scope, updateViaCache: "none" }).catch(console.error);
    law = (await place).held;
    known = scene.dataset.today;
    const kept = "caches" in window ? await caches.match("/law/bundle/" + scene.dataset.state) : null;
    const fetched = kept && new Date(kept.headers.get("date"));
    if (fetched && !isNaN(fetched) && fetched.toISOString().slice(0, 10) < known) known = fetched.toISOString().slice(0, 10); // of an older law nothing newer is known
    await status(); // before anybody taps: it moves what stands below
    scene.dataset.ready = "yes";
    await sync();
  })();
  ready.catch((fault) => { console.error(fault); at("status").textContent = text("device.failed"); });

  // status says what law answers and what waits.
  async function status(state) {
    const waiting = await comityQueue.count();
    const parts = [];
    if (!navigator.onLine || state === "no-signal") parts.push(text("device.no-signal"));
    if (law) parts.push(text("device.held", { Day: day(known), Newest: day(law.newest) }));
    parts.push(waiting ? text("device.waiting", { N: waiting }) : text("device.waiting-none"));
    if (["sign-in", "other-account", "refused"].includes(state)) parts.push(text("device." + state));
    at("status").textContent = parts.join(" ");
    at("status").classList.toggle("waiting", waiting > 0 || !navigator.onLine);
    scene.dataset.waiting = waiting;
  }
  async function sync() {
    const turned = [];
    const state = await comityQueue.send(scene.dataset.account, (good, body, told, piece) => {
      if (!good) turned.push({ ...piece, body, says: [told.title, told.hint].filter(Boolean).join(". ") });
      if (!last || (body.id !== last.id && body.id !== last.done)) return;
      if (!good) return outcome(text("device.refused") + " " + (told.hint || ""));
      outcome(text("device.sent"), element("a", { href: told.card }, label("open")));
      if (told.digest && told.digest !== last.digest) at("answers").prepend(element("p", { class: "note", role: "alert" }, text("device.differs")));
    });
    await status(state);
    refused(turned);
  }

  // refused lists what the record did not take: whoever wrote it mends or drops it.
  function refused(list) {
    at("refused").hidden = list.length === 0;
    at("refused").querySelector("ul").replaceChildren(...list.map((piece) => {
      const { body } = piece, act = body.kind === undefined;
      const what = act ? at("done").querySelector(`[value="${CSS.escape(body.done)}"]`).nextElementSibling.textContent
        : comityDevice.list((body.fields.asked || "").split(" ").filter(Boolean).map((h) => text("help." + h)));
      const mend = element("button", { type: "button", "data-mend": "" }, text("device.mend"));
      const drop = element("button", { type: "button", class: "plain", "data-drop": "" }, text("device.drop"));
      mend.addEventListener("click", () => (act ? mendAct(piece) : mendRequest(piece)));
      drop.addEventListener("click", async () => {
        if (drop.dataset.sure === undefined) { drop.dataset.sure = ""; drop.textContent = text("device.drop-sure"); return; }
        await comityQueue.drop(piece.number);
        if (mending === piece.number) mending = undefined;
        await sync();
      });
      return element("li", {}, element("p", {}, element("strong", {}, capital(what)), " ", body.at.slice(0, 16).replace("T", " ")), element("p", { lang: "en" }, piece.says), element("p", { class: "actions" }, mend, drop));
    }));
  }
  const answers = (form, values) => {
    form.reset();
    for (const field of form.elements) {
      if (!(field.name in values)) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = values[field.name].split(" ").includes(field.value);
      else field.value = values[field.name];
    }
  };
  // A request keeps its id, so that what was done about it still points to it.
  function mendRequest({ number, body }) {
    answers(ask, body.fields);
    ask.elements.id.value = body.id;
    ask.querySelector("details.more").open = true;
    at("card").hidden = true;
    at("ask").hidden = false;
    mending = number;
    ask.querySelector("input:checked, input:not([type=hidden])").focus();
  }
  function mendAct({ number, address, body, says }) {
    answers(at("done"), body);
    last = { id: decodeURIComponent(address.split("/").at(-2)) };
    at("answers").replaceChildren(element("p", { class: "note", role: "status", lang: "en" }, says), element("p", { class: "outcome", role: "status" }));
    at("ask").hidden = true;
    at("card").hidden = false;
    mending = number;
    at("done").querySelector("input:checked").focus();
  }
  const outcome = (...said) => at("answers").querySelector(".outcome").replaceChildren(...said.flatMap((x) => [x, " "]));
  addEventListener("online", () => sync());
  addEventListener("offline", () => status());

  ask.addEventListener("submit", async (event) => {
    if (!scene.dataset.ready) return; // the server answers
    event.preventDefault();
    const fields = {};
    for (const [name, value] of new FormData(ask)) if (value && name !== "id" && name !== "at" && name !== "ref") fields[name] = name in fields ? fields[name] + " " + value : value;
    const request = { id: ask.elements.id.value, agency: scene.dataset.agency, kind: "assistance", in: scene.dataset.place,
      at: JSON.parse(comity.local(scene.dataset.place, Date.now())).at, known, actor: scene.dataset.actor, fields };
    const card = JSON.parse(comity.scene(JSON.stringify(request)));
    at("wrong").hidden = true;
    for (const f of ask.querySelectorAll("[aria-invalid]")) f.removeAttribute("aria-invalid");
    if (card.fields || card.error) return wrong(card.fields || []);
    await comityQueue.add(scene.dataset.account, scene.dataset.send, { ...request, shown: card.digest, signal: navigator.onLine ? "" : "none" }, mending);
    mending = undefined;
    last = { id: request.id, digest: card.digest };
    show(card, fields);
    await sync();
  });
  function wrong(fields) {
    at("wrong").hidden = false;
    for (const name of fields) document.getElementById("f-" + name)?.setAttribute("aria-invalid", "true");
    (document.getElementById("f-" + fields[0]) || at("wrong")).scrollIntoView({ block: "center" });
    document.getElementById("f-" + fields[0])?.focus();
  }

  function show(card, fields) {
    const list = comityDevice.list, help = (names) => list(names.map((n) => text("help." + n)));
    const say = (p) => text(`say.${p.to}.${p.key}`, { Help: help(p.help), Refs: list(p.refs), By: text("by." + fields.by), Purpose: text("purpose." + fields.purpose),
      Paper: text("paper." + fields.paper), Card: card.digest.replace("sha256:", "").slice(0, 12) });
    const hearer = (to) => element("div", { class: "to-" + to }, element("dt", {}, text("to." + to)), element("dd", {}, card.says.filter((p) => p.to === to).map(say).join(" ")));
    const brief = (sheet, title) => comityDevice.brief(sheet, capital(title));
    const n = card.help.length;
    at("answers").replaceChildren(
      element("h1", { tabindex: "-1" }, document.title.split(" · ")[0]),
      ...card.stops.filter((s) => s !== "contradiction").map((s) => template("stop-" + s).cloneNode(true)),
      element("section", { class: "says" }, element("h2", {}, label("aloud")), element("dl", {}, ["federal", "crowd", "commander"].map(hearer))),
      element("section", { class: "answers" }, element("h2", {}, label("answers")), card.help.map((h, i) => brief(card.sheets[i], text("help." + h)))),
      element("section", { class: "answers" }, element("h2", {}, label("policing")), brief(card.sheets[n], comityDevice.act(card.acts[n]))),
      element("p", { class: "small" }, label("proof"), " ", element("code", { title: card.digest }, card.digest.replace("sha256:", "").slice(0, 12))),
      element("p", { class: "outcome", role: "status" }));
    at("ask").hidden = true;
    at("card").hidden = false;
    scrollTo(0, 0);
    at("answers").querySelector("h1").focus();
  }

  at("done").addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(at("done"));
    const body = { id: newID(), done: data.get("done"), at: JSON.parse(comity.local(scene.dataset.place, Date.now())).at };
    if (body.done === "overridden") Object.assign(body, { reason: data.get("reason"), rank: data.get("rank") });
    await comityQueue.add(scene.dataset.account, scene.dataset.send + "/" + encodeURIComponent(last.id) + "/acts", body, mending);
    mending = undefined;
    last.done = body.id;
    outcome(text("device.done-sent"));
    await sync();
  });
  at("again").addEventListener("click", () => {
    mending = undefined;
    ask.reset();
    ask.elements.id.value = newID();
    at("done").reset();
    at("card").hidden = true;
    at("ask").hidden = false;
    scrollTo(0, 0);
  });
  const newID = () => "scene-" + [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
})();
