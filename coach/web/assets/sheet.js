// The other screens, opened over the talk: the talk stays where it is, and "back", Escape or
// "Close" return to it.  A link that is opened in a tab of its own stays an ordinary link.
import { Parts } from "./parts.js";

const parts = new Parts("talk-parts");
const PAGES = /^\/(read|practices|path|help|plan)(\/|$)/;

const sheet = parts.piece(".sheet");
const heading = sheet.querySelector(".sheet-title");
const elsewhere = sheet.querySelector(".elsewhere");
document.body.append(sheet);

const PRESSED_MS = 400;

let closing; // The timer that closes after Escape.
let frame;
let steps = 0; // How many pages the frame has shown since it was opened.

/** Show a page of this site over the talk. */
export function open(address) {
  if (!frame) history.pushState({ sheet: true }, "");
  frame?.remove();
  steps = 0;
  frame = document.createElement("iframe");
  frame.title = "";
  frame.src = address;
  frame.addEventListener("load", loaded);
  sheet.append(frame);
  if (!sheet.open) sheet.showModal();
}

function loaded() {
  const inner = frame.contentWindow;
  steps += 1;
  const [title] = frame.contentDocument.title.split(" · ");
  heading.textContent = title;
  frame.title = title;
  elsewhere.href = inner.location.href;
  inner.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // Not at once: Escape pressed three times leaves, and a press is lost while a frame goes.
    clearTimeout(closing);
    closing = setTimeout(() => sheet.close(), PRESSED_MS);
  });
  inner.focus();
}

sheet.addEventListener("close", () => {
  clearTimeout(closing);
  frame?.remove();
  frame = undefined;
  // The page that the sheet put into the history goes with it, unless the frame added others.
  if (history.state?.sheet && steps === 1) history.back();
});
sheet.querySelector(".close").addEventListener("click", () => sheet.close());
addEventListener("popstate", () => {
  if (sheet.open) sheet.close();
});
addEventListener("hashchange", () => {
  if (sheet.open) sheet.close();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || sheet.contains(link) || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const { origin, pathname } = new URL(link.href, location.href);
  if (origin !== location.origin || !PAGES.test(pathname)) return;
  event.preventDefault();
  open(link.href);
});
