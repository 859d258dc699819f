// What a path is made of, and the check of every field of it, whether it comes from this
// browser or from a file.  Flow: `store.js` -> here.
const VERSION = 1;

/** The most characters that a line of a visitor's own may have. */
export const LINE = 500;
/** The most characters of a kept talk's title. */
export const TITLE = 200;
const TALK = 2_000_000;
const MOST_ARTICLES = 50;

const isText = (value, most) => typeof value === "string" && value.length <= most;
const isLine = (value) => isText(value, LINE);
const isSlug = (value) => isText(value, 100) && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value);
const isId = (value) => isText(value, 64) && /^[A-Za-z0-9-]+$/.test(value);
const isAnswer = (value) => [1, 2, 3].includes(value);

/** Times stand as `Date.toISOString` writes them, so that they sort as texts. */
function isTime(value) {
  if (typeof value !== "string" || !/^\d{4}-/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.valueOf()) && time.toISOString() === value;
}

const KINDS = {
  checkins: {
    at: isTime,
    answers: (value) => Array.isArray(value) && value.length === 3 && value.every(isAnswer),
    line: isLine,
  },
  practices: { at: isTime, id: isSlug },
  steps: {
    id: isId,
    at: isTime,
    text: (value) => isLine(value) && value.trim() !== "",
    went: (value) => [null, "did", "partly", "not-yet"].includes(value),
    note: isLine,
  },
  helped: {
    at: isTime,
    articles: (value) =>
      Array.isArray(value) && value.length <= MOST_ARTICLES && value.every(isSlug),
    helped: (value) => typeof value === "boolean",
  },
  talks: {
    id: isId,
    at: isTime,
    title: (value) => isText(value, TITLE),
    held: (value) => isText(value, TALK),
  },
};
const WITH_ID = new Set(["steps", "talks"]);

/** The names of the lists that a path has. */
export const LISTS = Object.keys(KINDS);

/** Why something could not be kept or read in.

    `reason` is one of `none` (the browser keeps nothing), `full`, `gone` (it was deleted
    meanwhile), `too_large`, `not_json`, `not_a_path`, `newer`, `field` (`where` names it). */
export class StoreProblem extends Error {
  constructor(reason, where = "") {
    super(where ? `${reason}: ${where}` : reason);
    this.name = "StoreProblem";
    this.reason = reason;
    this.where = where;
  }
}

/** Return a path without an entry. */
export const empty = () => ({
  version: VERSION,
  ...Object.fromEntries(LISTS.map((list) => [list, []])),
});

/** Return what an entry is known by: its id, or where it has none of its own, all of it. */
export const keyOf = (list, entry) => (WITH_ID.has(list) ? entry.id : JSON.stringify(entry));

/** Order entries by their time, the first first. */
export const byTime = (one, other) => (one.at < other.at ? -1 : Number(one.at > other.at));

/** Return an entry with exactly the fields of its list, in their order. */
export function checked(list, entry, where = list) {
  if (!isObject(entry)) throw new StoreProblem("field", where);
  refuseOthers(entry, Object.keys(KINDS[list]), `${where}, `);
  return Object.fromEntries(
    Object.entries(KINDS[list]).map(([name, fits]) => {
      if (!Object.hasOwn(entry, name) || !fits(entry[name])) {
        throw new StoreProblem("field", `${where}, ${name}`);
      }
      return [name, entry[name]];
    }),
  );
}

/** Return the path that a text holds, every field checked, nothing doubled. */
export function parsed(text) {
  const found = fromJson(text);
  refuseOthers(found, ["version", ...LISTS]);
  const path = empty();
  for (const list of LISTS) {
    const entries = Object.hasOwn(found, list) ? found[list] : [];
    if (!Array.isArray(entries)) throw new StoreProblem("field", list);
    path[list] = once(list, entries.map((entry, at) => checked(list, entry, `${list} ${at + 1}`)));
  }
  return path;
}

/** Return what is whole in a text that `parsed` refuses. */
export function salvaged(text) {
  const path = empty();
  let found;
  try {
    found = fromJson(text);
  } catch {
    return path;
  }
  for (const list of LISTS) {
    const entries = Array.isArray(found[list]) ? found[list] : [];
    path[list] = once(list, entries.flatMap((entry) => {
      try {
        return [checked(list, entry)];
      } catch {
        return [];
      }
    }));
  }
  return path;
}

function once(list, entries) {
  return [...new Map(entries.map((entry) => [keyOf(list, entry), entry])).values()];
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuseOthers(entry, names, where = "") {
  const other = Object.keys(entry).find((name) => !names.includes(name));
  if (other !== undefined) throw new StoreProblem("field", `${where}${other.slice(0, 40)}`);
}

function fromJson(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new StoreProblem("not_json");
  }
  if (!isObject(found) || !Number.isInteger(found.version)) throw new StoreProblem("not_a_path");
  if (found.version > VERSION) throw new StoreProblem("newer");
  if (found.version !== VERSION) throw new StoreProblem("not_a_path");
  return found;
}
