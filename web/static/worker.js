// Keeps a page on the phone, with its files: the card for a scene with the law of
// one state, or the check of a badge. What was asked is never here (queue.js keeps
// that, encrypted). The list held stands above this text, written by the server:
// another list, another worker.
"use strict";
const name = "comity-scene " + held.page;
const patience = 2500; // ms until a bad signal counts as none

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(name);
    const missing = [];
    for (const file of held.pinned) if (!(await cache.match(file))) missing.push(file);
    await cache.addAll([...missing, ...held.fresh, held.page]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(name), wanted = new Set([...held.pinned, ...held.fresh, held.page]);
    for (const request of await cache.keys()) {
      const at = new URL(request.url);
      if (!wanted.has(at.pathname + at.search)) await cache.delete(request);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const at = new URL(event.request.url), file = at.pathname + at.search;
  if (event.request.method !== "GET" || at.origin !== location.origin) return;
  if (held.pinned.includes(file)) event.respondWith(kept(event.request));
  else if (file === held.page || held.fresh.includes(file)) event.respondWith(fresh(event.request));
});

async function kept(request) {
  return (await (await caches.open(name)).match(request)) || fetch(request);
}

// fresh is what the server says now, or what it said last.
async function fresh(request) {
  const cache = await caches.open(name);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    const answer = await fetch(request, { signal: late.signal });
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    if (answer.status < 500) return answer;
    return (await cache.match(request)) || answer;
  } catch (fault) {
    const last = await cache.match(request);
    if (last) return last;
    throw fault;
  } finally {
    clearTimeout(timer);
  }
}
