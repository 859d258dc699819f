// The talk as the voice finds it on the page: what the coach said last, whether it still
// answers, and the box.
const find = (selector) => document.querySelector(selector);
const seen = (selector) => find(selector)?.checkVisibility() ?? false;

export const saidTimes = () => document.querySelectorAll("#talk .user-row").length;
export const replies = () => [...document.querySelectorAll("#talk [data-testid=bot] .reply")];
export const box = () => find("#box textarea");
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

/** Put words into the box, as if they had been typed. */
export function write(words) {
  box().value = words;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

/** Send words; what stood in the box comes back to it, and an answer under way is stopped. */
export async function send(words) {
  const draft = box().value;
  if (answering()) find("#stop")?.click();
  await until(() => seen("#send"));
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
