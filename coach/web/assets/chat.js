// The talk as the voice finds it on the page: what the coach said last, whether it still
// answers, and the box.
const find = (selector) => document.querySelector(selector);
const seen = (selector) => find(selector)?.checkVisibility() ?? false;

export const saidTimes = () => document.querySelectorAll("#talk .user-row").length;
export const replies = () => [...document.querySelectorAll("#talk [data-testid=bot] .reply")];
export const box = () => find("#box textarea");
export const heldBox = () => find("#held textarea");
export const problem = () => find("#problem .problem");

/** Whether the coach is still answering; Gradio may take "Send" away before "Stop" is there. */
export const answering = () => seen("#stop") || !seen("#send");

/** Call `look` now and whenever the page changes. */
export function watch(look) {
  new MutationObserver(look).observe(document.body, {
    attributes: true,
    attributeFilter: ["class", "hidden"],
    characterData: true,
    childList: true,
    subtree: true,
  });
  look();
}

/** Resolve once something is so; it is looked at whenever the page changes. */
export function until(so) {
  return new Promise((resolve) => {
    const watching = new MutationObserver(() => {
      if (!so()) return;
      watching.disconnect();
      resolve();
    });
    watching.observe(document.body, {
      attributes: true,
      characterData: true,
      childList: true,
      subtree: true,
    });
    if (so()) {
      watching.disconnect();
      resolve();
    }
  });
}

function type(field, words) {
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put words into the box, as if they had been typed. */
export const write = (words) => type(box(), words);

/** Return the talk as it is, as JSON; empty where nothing has been said. */
export const held = () => heldBox()?.value ?? "";

/** Show another talk instead, empty for none; resolve with whether it could be shown. */
export async function hold(talk) {
  const times = exchanges(talk);
  if (times === undefined) return false;
  const before = problem();
  const refused = () => problem() && problem() !== before;
  type(heldBox(), talk);
  await new Promise((resolve) => setTimeout(resolve));
  find("#resume").click();
  await until(() => saidTimes() === times || refused());
  return !refused();
}

/** Return how often something was said in a talk; undefined for a text that is none. */
function exchanges(talk) {
  if (!talk) return 0;
  try {
    return JSON.parse(talk).exchanges.length;
  } catch {
    return undefined;
  }
}

/** Stop an answer that is under way. */
export async function stop() {
  if (answering()) find("#stop")?.click();
  await until(() => seen("#send"));
}

/** Send words; what stood in the box comes back to it, and an answer under way is stopped. */
export async function send(words) {
  const draft = box().value;
  await stop();
  const before = saidTimes();
  write(words);
  await new Promise((resolve) => setTimeout(resolve));
  find("#send").click();
  if (!draft) return;
  await until(() => saidTimes() > before && !box().value);
  write(draft);
}

/** Return the paragraphs of a reply as they are said: without sources, buttons and marks. */
export function paragraphs(reply) {
  const words = reply.cloneNode(true);
  words.querySelectorAll(".position, .contacts, .sources, .marker").forEach((part) => part.remove());
  return [...words.querySelectorAll("p, li:not(:has(p))")]
    .map((part) => part.textContent.replace(/\s+/g, " ").trim())
    .filter(Boolean);
}

/** Return the seconds of silence that belong to a reply, 0 if none do; the page keeps no other
    attribute of a message than its class. */
export function secondsOfPause(reply) {
  return Number(/(?:^| )pause-(\d+)/.exec(reply.className)?.[1] ?? 0);
}
