// Print and copy for answer cards. Without it the text stands on the page to be
// marked by hand, and the browser's own menu prints.
document.documentElement.classList.add("has-js");
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  if ("copy" in button.dataset) {
    await navigator.clipboard.writeText(button.closest("details").querySelector("pre").textContent);
    button.textContent = button.dataset.done;
  }
});
