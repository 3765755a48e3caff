// What a phone has still to send to the record. Each piece is encrypted under a
// key that this browser made and cannot give out, and is deleted when the record
// has it; signing out deletes key and pieces. Ids are made once, so that what is
// sent twice is recorded once.
"use strict";
const comityQueue = (() => {
  const folder = "comity-desk";
  const asked = (request) => new Promise((good, bad) => { request.onsuccess = () => good(request.result); request.onerror = () => bad(request.error); });
  const ended = (work) => new Promise((good, bad) => { work.oncomplete = good; work.onabort = work.onerror = () => bad(work.error); });

  async function open() {
    const request = indexedDB.open(folder, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("waiting", { autoIncrement: true });
    };
    return asked(request);
  }
  async function withStore(store, mode, use) {
    const db = await open();
    try {
      const work = db.transaction(store, mode, { durability: "strict" });
      const result = use(work.objectStore(store));
      const done = ended(work);
      const value = await asked(result);
      await done;
      return value;
    } finally {
      db.close();
    }
  }
  async function key() {
    const found = await withStore("keys", "readonly", (s) => s.get("queue"));
    if (found) return found;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await withStore("keys", "readwrite", (s) => s.put(made, "queue"));
    return withStore("keys", "readonly", (s) => s.get("queue"));
  }

  // add returns when the piece would survive the browser. With a number it takes
  // the place of the piece that the record refused.
  async function add(account, address, body, number) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify({ address, body }));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text);
    const piece = { account, iv, sealed };
    return withStore("waiting", "readwrite", (s) => (number === undefined ? s.add(piece) : s.put(piece, number)));
  }
  const drop = (number) => withStore("waiting", "readwrite", (s) => s.delete(number));
  const exists = async () => !indexedDB.databases || (await indexedDB.databases()).some((d) => d.name === folder);
  const count = async () => ((await exists()) ? withStore("waiting", "readonly", (s) => s.count()) : 0);

  // send gives the record everything that waits, in order, and tells of each
  // answer. It stops where the signal does, and where somebody must sign in.
  const send = (account, tell) => navigator.locks.request(folder, async () => {
    if (!(await exists())) return "sent";
    const numbers = await withStore("waiting", "readonly", (s) => s.getAllKeys());
    let state = "sent";
    for (const number of numbers) {
      const piece = await withStore("waiting", "readonly", (s) => s.get(number));
      if (piece.account !== account) { state = "other-account"; continue; }
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: piece.iv }, await key(), piece.sealed);
      const { address, body } = JSON.parse(new TextDecoder().decode(plain));
      let answer;
      try {
        answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      } catch {
        return "no-signal";
      }
      if (answer.status === 401) return "sign-in";
      if (answer.status >= 500) return "no-signal";
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) await withStore("waiting", "readwrite", (s) => s.delete(number));
      else state = "refused";
      if (tell) tell(answer.ok, body, told, { number, address });
    }
    return state;
  });

  async function clear() {
    if (!(await exists())) return;
    await new Promise((good) => { const gone = indexedDB.deleteDatabase(folder); gone.onsuccess = gone.onerror = gone.onblocked = good; });
    for (const name of await caches.keys()) if (name.startsWith("comity-scene")) await caches.delete(name);
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  }

  // Whoever signs out leaves nothing behind; what waits is sent first.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-waiting]");
    if (!form) return;
    event.preventDefault();
    if (await count()) await send(form.dataset.account).catch(() => {});
    const waiting = await count();
    if (waiting && !confirm(form.dataset.waiting.replace("{N}", waiting))) return;
    await clear();
    form.submit();
  });
  return { add, drop, count, send, clear };
})();
