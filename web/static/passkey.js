// Signs in with the device's passkey, or makes one. Without this script the
// sign-in link works.
"use strict";
(() => {
  const send = async (address, body) => {
    const reply = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}) });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  };
  const ask = async (button) => {
    const { ceremony, options } = await send(button.dataset.begin);
    const credential = button.dataset.new
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    const label = document.getElementById("key-label");
    return send(button.dataset.passkey, { ceremony, label: label ? label.value : "", credential: credential.toJSON() });
  };
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const failed = document.querySelector("[data-passkey-failed]");
    button.addEventListener("click", async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        const { to } = await ask(button);
        const kept = document.getElementById("kept");
        if (kept) kept.requestSubmit();
        else if (document.body.querySelector("[data-stay]")) location.reload();
        else location.assign(to);
      } catch (fault) {
        failed.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
