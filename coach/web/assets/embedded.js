// In a frame on another site's page: tell that page's button (`embed.js`) what happens, and hear
// from it.  No word of the talk is told, only that the frame is ready, that Escape was pressed,
// or that the talk was left.
if (window.parent !== window) {
  const tell = (what) => window.parent.postMessage({ homeward: what }, "*");

  document.documentElement.dataset.framed = "";
  tell(location.pathname === "/left" ? "left" : "ready");
  addEventListener("leave", () => tell("left"));

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || event.isComposing || event.defaultPrevented) return;
    // What is open in here closes first; the button counts such a press, and shuts nothing.
    const list = event.target instanceof Element && event.target.closest('[aria-expanded="true"]');
    tell(list || document.querySelector("dialog[open]") ? "pressed" : "escape");
  });

  // Escape in a page over the talk, which is gone by now.
  addEventListener("escaped", () => tell("pressed"));

  addEventListener("message", ({ source, data }) => {
    if (source === window.parent && data?.homeward === "closed") dispatchEvent(new Event("putaway"));
  });
}
