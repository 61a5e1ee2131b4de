// Keyboard shortcuts by place on the keyboard, so that they work under an Arabic layout too.

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

/** Call `handlers[event.code]` on key presses outside fields and dialogs; returns how to stop. */
export function onKeys(handlers) {
  const listen = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (TYPING.has(event.target.tagName) && event.target.type !== "checkbox") return;
    if (document.querySelector(".shn-dialog") && event.code !== "Escape") return;
    // A focused button takes Space and Enter for itself, a link Enter.
    if (["BUTTON", "SUMMARY"].includes(event.target.tagName) && (event.code === "Space" || event.code === "Enter")) return;
    if (event.target.tagName === "A" && event.code === "Enter") return;
    const handler = handlers[event.code];
    if (!handler) return;
    event.preventDefault();
    handler(event);
  };
  window.addEventListener("keydown", listen);
  window.addEventListener("click", releaseButton);
  return () => {
    window.removeEventListener("keydown", listen);
    window.removeEventListener("click", releaseButton);
  };
}

/** After a mouse click a button lets go of the keyboard: Space shall play, not press it again. */
function releaseButton(event) {
  const pressed = event.detail > 0 && event.target.closest?.("button");
  if (pressed && document.activeElement === pressed) pressed.blur();
}
