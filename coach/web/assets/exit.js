// Leave at once: by the link, or by Escape pressed three times.  The page is emptied before
// another takes its place in the history, so that neither waiting for that page nor the
// browser's "back" shows what stood here; every other tab of this site leaves with it.
// In a frame of another site's page only the frame is emptied; the page around it stays.
// The event "leave" silences the voice and shuts the microphone before anything else.
const PRESSES = 3;
const WITHIN_MS = 2000;

const exit = document.querySelector(".exit a");
const tabs = new BroadcastChannel("leave");
let pressed = [];
let left = false;

function leave() {
  left = true;
  dispatchEvent(new Event("leave"));
  document.querySelectorAll("link[rel=icon]").forEach((icon) => icon.remove());
  document.title = exit.dataset.title;
  document.body.replaceChildren();
  const away = window.parent === window ? exit.href : exit.dataset.left;
  location.replace(navigator.onLine ? away : "about:blank");
}

function leaveEverywhere() {
  tabs.postMessage("");
  leave();
}

exit.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leaveEverywhere();
});

tabs.addEventListener("message", leave);

function press() {
  const now = performance.now();
  pressed = [...pressed, now].slice(-PRESSES);
  if (pressed.length === PRESSES && now - pressed[0] <= WITHIN_MS) leaveEverywhere();
}

/** Let the page around count a press, too: the first one takes a page over the talk away. */
function tellAround() {
  try {
    if (window.parent !== window) window.parent.dispatchEvent(new Event("escaped"));
  } catch {
    // The page around is another site's.
  }
}

addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing) return;
  if (event.key !== "Escape") {
    pressed = [];
    return;
  }
  tellAround();
  press();
}, { capture: true });

addEventListener("escaped", press);

// A browser that kept the page after all, and shows it again, is sent on.
addEventListener("pageshow", (event) => {
  if (event.persisted && left) leave();
});
