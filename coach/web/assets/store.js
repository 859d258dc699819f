// What a visitor keeps of their path, in this browser and nowhere else: check-ins, practices
// done, small steps, what helped, talks.  All of it is one text under one key of localStorage,
// read anew before each change, and changed by one tab at a time.
//
// A change resolves once it is kept, and rejects with a `StoreProblem` when it is not; then
// nothing has changed.  What cannot be read is never thrown away: before the first change it
// is set aside as it was, and what of it can be read goes on.
import { alone } from "./one-at-a-time.js";
import {
  byTime, checked, empty, keyOf, LISTS, parsed, salvaged, StoreProblem, TITLE,
} from "./path-entries.js";

export { LINE, StoreProblem } from "./path-entries.js";

const KEY = "homeward";
const ASIDE = "homeward-set-aside";
/** The most bytes of a file that is read in. */
export const MOST_OF_A_FILE = 16_000_000;

const listeners = [];

/** Call `listener` after each change, whichever tab made it. */
export const watch = (listener) => listeners.push(listener);

/** Say whether this browser lets a page read what it kept. */
export function available() {
  try {
    localStorage.getItem(KEY);
    return true;
  } catch {
    return false;
  }
}

/** Return all that is kept and can be read: `{version, checkins, practices, steps, …}`. */
export const read = () => (available() ? load().path : empty());

/** Return entries by their time, the newest first. */
export const newestFirst = (entries) => [...entries].sort((one, other) => byTime(other, one));

export const addCheckin = (answers, line = "") => add("checkins", { at: now(), answers, line });
export const addPractice = (slug) => add("practices", { at: now(), id: slug });
export const addHelped = (articles, helped) => add("helped", { at: now(), articles, helped });
export const addStep = (text) =>
  add("steps", { id: newId(), at: now(), text, went: null, note: "" });

/** Change the text of a step, how it went, or the note about it; return it as it is then. */
export async function changeStep(id, changes) {
  let changed;
  await change((path) => {
    const steps = path.steps.map((step) => {
      if (step.id !== id) return step;
      changed = checked("steps", { ...step, ...changes, id, at: step.at });
      return changed;
    });
    if (!changed) throw new StoreProblem("gone");
    return { ...path, steps };
  });
  return changed;
}

/** Return the kept talks, the newest first. */
export const talks = () => newestFirst(read().talks);

/** Keep a talk, or under the id of a kept one, as it stands now; return it with its id. */
export const keepTalk = ({ id = newId(), title, held }) =>
  add("talks", { id, at: now(), title: title.slice(0, TITLE), held });

export const forgetTalk = (id) => remove("talks", { id });

/** Remove an entry from one of the lists; one that is gone already is no problem. */
export const remove = (list, entry) =>
  change((path) => ({ ...path, [list]: without(path, list, entry) }));

/** Add an entry as it was when it was removed; return it. */
export const putBack = (list, entry) => add(list, entry);

/** Return everything as the text of a file that `importAll` takes. */
export const exportAll = () => `${JSON.stringify(read(), null, 2)}\n`;

/** Add what a file holds to what is here; return how many entries are new or newer.

    The file is taken whole or not at all.  What is here stays: an entry that is here already
    is not doubled, a step keeps how it went, and of one talk the one kept later wins. */
export async function importAll(text) {
  if (text.length > MOST_OF_A_FILE) throw new StoreProblem("too_large");
  const file = parsed(text);
  let taken = 0;
  await change((path) => {
    const merged = { ...path };
    for (const list of LISTS) {
      const found = new Map(path[list].map((entry) => [keyOf(list, entry), entry]));
      for (const entry of file[list]) {
        const here = found.get(keyOf(list, entry));
        if (here && !isLater(list, entry, here)) continue;
        found.set(keyOf(list, entry), entry);
        taken += 1;
      }
      merged[list] = [...found.values()].sort(byTime);
    }
    return merged;
  });
  return taken;
}

/** Return the texts that were found here and could not be read. */
export function setAside() {
  if (!available()) return [];
  const { damaged } = load();
  const texts = asideTexts();
  return damaged === null || texts.includes(damaged) ? texts : [...texts, damaged];
}

/** Delete what could not be read, and nothing else. */
export async function dropSetAside() {
  await alone(KEY, () => {
    const { path, damaged } = load();
    if (damaged !== null) keep(path);
    localStorage.removeItem(ASIDE);
  });
  tell();
}

/** Delete everything of the path from this browser, also what was set aside. */
export async function wipe() {
  if (!available()) throw new StoreProblem("none");
  await alone(KEY, () => {
    localStorage.removeItem(KEY);
    localStorage.removeItem(ASIDE);
  });
  tell();
}

addEventListener("storage", ({ key }) => {
  if ([null, KEY, ASIDE].includes(key)) tell();
});

const tell = () => listeners.forEach((listener) => listener());
const now = () => new Date().toISOString();

/** Return a random id; `crypto.randomUUID` is there over https only. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function add(list, entry) {
  const whole = checked(list, entry);
  await change((path) => ({ ...path, [list]: [...without(path, list, whole), whole] }));
  return whole;
}

function without(path, list, entry) {
  const key = keyOf(list, entry);
  return path[list].filter((other) => keyOf(list, other) !== key);
}

/** Say whether a file's entry should stand in place of the one of the same id. */
function isLater(list, entry, here) {
  if (list === "steps") return here.went === null && entry.went !== null;
  return list === "talks" && entry.at > here.at;
}

/** Replace what is kept by what `edit` makes of it. */
async function change(edit) {
  if (!available()) throw new StoreProblem("none");
  await alone(KEY, () => {
    const { path, damaged } = load();
    const edited = edit(path);
    if (damaged !== null) put(ASIDE, JSON.stringify(setAside()));
    keep(edited);
  });
  tell();
}

function load() {
  const text = localStorage.getItem(KEY);
  if (text === null) return { path: empty(), damaged: null };
  try {
    return { path: parsed(text), damaged: null };
  } catch {
    return { path: salvaged(text), damaged: text };
  }
}

function asideTexts() {
  const text = localStorage.getItem(ASIDE);
  if (text === null) return [];
  try {
    const texts = JSON.parse(text);
    if (Array.isArray(texts) && texts.every((one) => typeof one === "string")) return texts;
  } catch {
    // It was damaged as well, and stays as it is.
  }
  return [text];
}

function keep(path) {
  if (LISTS.some((list) => path[list].length)) put(KEY, JSON.stringify(path));
  else localStorage.removeItem(KEY);
}

function put(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch (error) {
    throw new StoreProblem(error?.name === "QuotaExceededError" ? "full" : "none");
  }
}
