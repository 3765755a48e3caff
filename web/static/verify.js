// The verifier on the reader's own device: verify.wasm is loaded when the reader
// asks for it; from then on a receipt is checked without a network and sent
// nowhere. A QR code is read from the camera or a picture, here too.
"use strict";
(() => {
  const page = document.getElementById("verify");
  const at = (name) => document.getElementById("verify-" + name);
  const say = (key) => { at("status").textContent = page.dataset[key] || ""; };
  let loading;

  const load = () => {
    if (window.comityVerify) return Promise.resolve();
    loading ||= (async () => {
      say("loading");
      at("progress").hidden = false;
      try {
        await comityModule(page.dataset, (part) => { at("progress").value = 100 * part; });
        if (page.dataset.scanner) await camera.scanner(); // so that a code can be read without a network too
        say("ready");
      } catch (fault) {
        console.error(fault);
        loading = undefined;
        say("failed");
        throw fault;
      } finally {
        at("progress").hidden = true;
      }
    })();
    return loading;
  };
  async function check() {
    at("answer").hidden = true;
    if (!at("receipt").value.trim()) return say("nothing");
    try { await load(); } catch { return; }
    say("");
    const inquiry = { key: at("key").value, receipt: at("receipt").value, cosigners: at("cosigners").value, earlier: at("earlier").value };
    show(JSON.parse(comityVerify(JSON.stringify(inquiry), document.documentElement.lang)));
  }

  function show(found) {
    const sentence = (s) => s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? "" : ".");
    const said = found.good ? found.sentences : [found.problem.message, found.problem.hint].filter(Boolean).map(sentence);
    at("verdict").textContent = page.dataset[found.good ? "good" : "refused"];
    at("answer").dataset.good = found.good;
    at("sentences").replaceChildren(...said.map((s) => Object.assign(document.createElement("li"), { textContent: s })));
    at("answer").hidden = false;
    at("answer").focus();
  }

  at("load").addEventListener("click", () => load().catch(() => {}));
  at("check").addEventListener("click", check);

  // A file is a receipt, or a picture of its code.
  async function take(file) {
    if (!file) return;
    if (!file.type.startsWith("image/")) {
      at("receipt").value = await file.text();
      return check();
    }
    await camera.picture(file);
  }
  function taken(text) {
    at("receipt").value = text;
    say("read");
    return check();
  }
  at("file").addEventListener("change", () => take(at("file").files[0]));
  page.addEventListener("dragover", (event) => event.preventDefault());
  page.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return; // text goes where it is dropped
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });

  const camera = comityCamera({ address: page.dataset.scanner, button: at("camera"), video: at("video"), taken, say });
})();
