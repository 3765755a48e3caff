// comityModule loads a module of Go (law.wasm, verify.wasm) with the script that
// starts it. The addresses are data of an element of the page; come is told how
// much is there, from 0 to 1.
"use strict";
const comityModule = async (at, come) => {
  const fetched = fetch(at.module);
  await new Promise((good, bad) => {
    document.head.append(Object.assign(document.createElement("script"), { src: at.starter, onload: good, onerror: bad }));
  });
  const answer = await fetched;
  if (!answer.ok) throw new Error(at.module + ": " + answer.status);
  let bytes = 0;
  const counted = answer.body.pipeThrough(new TransformStream({
    transform(piece, out) {
      bytes += piece.byteLength;
      come(bytes / Number(at.size));
      out.enqueue(piece);
    },
  }));
  const go = new Go();
  const made = await WebAssembly.instantiateStreaming(new Response(counted, { headers: { "Content-Type": "application/wasm" } }), go.importObject);
  go.run(made.instance); // ends with the page
};
