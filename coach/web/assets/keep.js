// Keep this talk on this device, for who chooses so: it is there after a reload and on
// another day.  Who does not choose so loses it with the page.  Each tab keeps a talk of its
// own; a talk that another tab has open is gone on with as a copy.
import * as chat from "./chat.js";
import { Parts } from "./parts.js";
import { forgetTalk, keepTalk, newId, talks } from "./store.js";
import { tell } from "./talk-line.js";

const parts = new Parts("talk-parts");
const TITLE = 60;
const PATIENCE_MS = 1000;
const KEPT = "talk"; // In this tab's storage: which talk it keeps.
const HANDED_OVER = "talk-handed-over"; // And a talk that only passes from one page to the next.

const { said } = parts;
const button = parts.piece(".keep");
let id = null; // Of the talk that is kept; null while none is.
let last = "";
let lost = null; // How often something had been said when the connection was lost, and what
// was being answered then.
const opened = new Set(); // The talks that this tab has had open.

/** Have a talk open in this tab until the page is left; false where another tab has it. */
function hasOpen(talk) {
  if (opened.has(talk) || !navigator.locks) return true;
  opened.add(talk);
  return new Promise((resolve) => {
    const first = { signal: AbortSignal.timeout(PATIENCE_MS) };
    const lock = navigator.locks.request(`talk-${talk}`, first, () => {
      resolve(true);
      return new Promise(() => {});
    });
    lock.catch(() => {
      opened.delete(talk);
      resolve(false);
    });
  });
}

function show() {
  button.setAttribute("aria-pressed", String(id !== null));
  button.querySelector("span").textContent = id === null ? said.keep : said.keeping;
}

function inThisTab(key, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(key);
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // A browser without storage keeps nothing, and the button says so when it is pressed.
  }
  return null;
}

function title(held) {
  const words = JSON.parse(held).exchanges[0].said.replace(/\s+/g, " ").trim();
  return words.length > TITLE ? `${words.slice(0, TITLE - 1).trimEnd()}…` : words;
}

/** Write the talk as it is now, if it is kept and has changed. */
async function write() {
  const held = chat.held();
  if (id === null || held === last || !held) return;
  last = held;
  try {
    await keepTalk({ id, title: title(held), held });
  } catch {
    leave();
    tell(said.cannot_keep);
  }
}

async function begin() {
  id = newId();
  hasOpen(id);
  inThisTab(KEPT, id);
  show();
  await write();
  if (id !== null) tell(said.kept);
}

async function end() {
  const kept = id;
  leave();
  await forgetTalk(kept);
  tell(said.forgotten);
}

/** Keep no talk from here on; what was kept stays kept. */
function leave() {
  id = null;
  last = "";
  inThisTab(KEPT, null);
  show();
}

/** Go on with a kept talk, if it still is; as a copy where another tab has it open. */
export async function goOn(wanted) {
  const talk = talks().find((one) => one.id === wanted);
  leave();
  if (!talk) return false;
  if (!(await chat.hold(talk.held))) {
    if (!chat.problem()) tell(said.talk_unread);
    return true;
  }
  id = (await hasOpen(wanted)) ? wanted : newId();
  last = id === wanted ? talk.held : "";
  inThisTab(KEPT, id);
  show();
  tell(said.resumed);
  return true;
}

/** Let the talk, and what stands in the box, pass over a page that is loaded anew: for another
    language, or by Gradio once a lost connection is back, when what was being answered is asked
    again.  They are kept no longer than that. */
function handOver(asked = "") {
  const held = id === null ? before(asked) : "";
  inThisTab(HANDED_OVER, JSON.stringify({ held, draft: chat.box().value, asked }));
}

/** Return what was said last if the reply to it is not whole; empty if it is. */
function unanswered() {
  const held = chat.held();
  return chat.answering() && held ? JSON.parse(held).exchanges.at(-1).said : "";
}

/** Return the talk without the exchange that is to be asked again, if that stands last in it. */
function before(asked) {
  const held = chat.held();
  const exchanges = held ? JSON.parse(held).exchanges : [];
  if (!asked || exchanges.at(-1)?.said !== asked) return held;
  exchanges.pop();
  return exchanges.length ? JSON.stringify({ exchanges }) : "";
}

/** Ask once more, in place of what had come of it, so that no turn stands twice. */
async function askAgain(asked) {
  const talk = before(asked);
  if (talk !== chat.held()) await chat.hold(talk);
  await chat.send(asked);
}

async function takeOver() {
  const passed = JSON.parse(inThisTab(HANDED_OVER) ?? "{}");
  inThisTab(HANDED_OVER, null);
  const kept = inThisTab(KEPT);
  if (passed.held) await chat.hold(passed.held);
  else if (kept) await goOn(kept);
  if (passed.draft) chat.write(passed.draft);
  if (passed.asked) await askAgain(passed.asked);
}

async function start() {
  await chat.until(() => chat.heldBox() && document.querySelector("#again"));
  document.querySelector("#again").before(button);
  show();
  button.addEventListener("click", () => (id === null ? begin() : end()));
  document.querySelector("#again").addEventListener("click", leave);
  document.querySelector(".languages").addEventListener("click", ({ target }) => {
    if (target.closest("a")) handOver();
  });
  await takeOver();
  chat.watch(() => setTimeout(write));
  addEventListener("connectionlost", () => {
    lost ??= { times: chat.saidTimes(), asked: unanswered() };
  });
  addEventListener("pagehide", () => {
    write();
    if (lost?.times === chat.saidTimes()) handOver(lost.asked);
  });
  addEventListener("leave", () => {
    lost = null;
    inThisTab(KEPT, null);
  });
}

export const started = start();
