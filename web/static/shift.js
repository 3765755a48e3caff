// The code of a badge, a new one every fifteen seconds. Without a script the
// page has a link for the next one.
"use strict";
(() => {
  const code = document.getElementById("badge-code"), first = code.src;
  setInterval(() => { code.src = first + (first.includes("?") ? "&" : "?") + "n=" + Date.now(); }, 15000);
})();
