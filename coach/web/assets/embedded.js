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
    // Escape in an open list closes the list alone.
    if (event.target instanceof Element && event.target.closest('[aria-expanded="true"]')) return;
    tell("escape");
  });

  addEventListener("message", ({ source, data }) => {
    if (source === window.parent && data?.homeward === "closed") dispatchEvent(new Event("putaway"));
  });
}
