// The check of a badge. Where the page was kept on this phone it is done here
// with the server's own code and nothing is sent; else what was scanned is posted
// as the form posts it. A code is never opened, whatever it holds.
"use strict";
(() => {
  const page = document.getElementById("badge");
  if (!page) return; // an answer
  document.documentElement.classList.add("has-js");
  const at = (name) => document.getElementById("badge-" + name);
  const say = (key) => { at("status").textContent = page.dataset[key] || ""; };
  const store = "comity-badge " + page.dataset.keys;
  let loading;

  // load makes this phone able to check by itself.
  const load = () => {
    loading ||= (async () => {
      say("loading");
      at("progress").hidden = false;
      try {
        await comityModule(page.dataset, (part) => { at("progress").value = 100 * part; });
        await camera.scanner();
        say("");
      } catch (fault) {
        loading = undefined;
        say("failed");
        throw fault;
      } finally {
        at("progress").hidden = true;
      }
    })();
    return loading;
  };

  // keys are what the city publishes now, or what it published when there was a
  // network last. They come from this page's own address, never from a badge's.
  async function keys() {
    const held = await caches.open(store);
    try {
      const answer = await fetch(page.dataset.keys, { cache: "no-store", signal: AbortSignal.timeout(4000) });
      if (answer.ok) {
        await held.put(page.dataset.keys, answer.clone());
        return { metadata: await answer.text(), fresh: true };
      }
    } catch { /* no network */ }
    const last = await held.match(page.dataset.keys);
    return { metadata: last ? await last.text() : "", fresh: false };
  }
  async function list() {
    try {
      const answer = await fetch(page.dataset.list, { cache: "no-store", signal: AbortSignal.timeout(4000) });
      if (answer.ok) return await answer.text();
    } catch { /* no network */ }
    return "";
  }

  async function taken(text) {
    at("text").value = text;
    if (!window.comityBadge) return page.submit();
    say("looking");
    const inquiry = { text, now: Math.floor(Date.now() / 1000), status: text.includes("~") ? await list() : "", ...await keys() };
    show(JSON.parse(comityBadge(JSON.stringify(inquiry))));
  }

  function show(found) {
    const answer = document.querySelector(`template[data-answer="${found.answer}"]`).content.cloneNode(true);
    const fill = (name, value) => { const part = answer.querySelector(`[data-${name}]`); if (part) part.textContent = value || ""; };
    fill("title", found.title);
    fill("host", found.host);
    const picture = answer.querySelector("[data-picture]");
    if (picture && found.picture) {
      picture.src = "data:image/jpeg;base64," + found.picture;
      picture.hidden = false;
    }
    const ask = answer.querySelector("[data-ask]");
    if (ask) ask.addEventListener("click", () => navigator.onLine ? page.submit() : say("failed"));
    say("");
    page.parentElement.classList.add("answered"); // nothing else is shown beside an answer
    at("found").replaceChildren(answer);
    at("found").hidden = false;
    at("found").focus();
  }

  const camera = comityCamera({ address: page.dataset.scanner, button: at("camera"), video: at("video"), taken, say });
  at("file").addEventListener("change", () => at("file").files[0] && camera.picture(at("file").files[0]));
  if (!at("keep")) return;
  at("keep").addEventListener("click", async () => {
    try {
      if ("serviceWorker" in navigator) await navigator.serviceWorker.register(page.dataset.worker, { scope: location.pathname, updateViaCache: "none" });
      await load();
      await keys();
      say("kept");
    } catch (fault) { console.error(fault); say("failed"); }
  });
  if (navigator.serviceWorker && navigator.serviceWorker.controller) load().catch(console.error);
})();
