// A list of "My path" on the screen: what is there stays in place when something changes, so
// that nobody loses what they are writing below it.
import { keyOf } from "./path-entries.js";
import { date, filled, part, say } from "./path-parts.js";

const SHOWN = 6;

/** Say something in a section, with a way to take back what was just done, if there is one. */
export function tell(section, words, undo = null) {
  const told = section.querySelector(":scope > .told");
  const back = told.querySelector(".undo");
  told.firstElementChild.textContent = words;
  if (!back) return;
  back.hidden = undo === null;
  back.onclick = undo;
}

/** Name a button for those who do not see beside what it stands. */
export function name(button, phrase, what) {
  button.setAttribute("aria-label", filled(phrase, { what }));
}

export class List {
  #items = new Map();
  #all = false;
  #latest = [];

  /** `make` returns an entry's element, `fill` writes the entry into it. */
  constructor(section, list, { item, make = () => {}, fill, remove, into = ".entries" }) {
    Object.assign(this, { section, list, item, make, fill, remove });
    this.place = section.querySelector(into);
    this.none = section.querySelector(".none");
    this.more = section.querySelector(".more");
    this.more?.addEventListener("click", () => {
      this.#all = true;
      this.show(this.#latest);
      [...this.#items.values()][SHOWN]?.querySelector("button, a, summary")?.focus();
    });
  }

  /** Show entries in this order. */
  show(entries) {
    this.#latest = entries;
    const items = new Map(entries.map((entry) => {
      const key = keyOf(this.list, entry);
      return [key, this.#items.get(key) ?? this.#made(entry)];
    }));
    for (const [key, item] of this.#items) if (!items.has(key)) item.remove();
    this.#items = items;
    entries.forEach((entry, index) => {
      const item = items.get(keyOf(this.list, entry));
      this.fill(item, entry);
      item.hidden = Boolean(this.more) && !this.#all && index >= SHOWN;
      if (this.place.children[index] !== item) {
        this.place.insertBefore(item, this.place.children[index] ?? null);
      }
    });
    if (this.none) this.none.hidden = entries.length > 0;
    if (this.more) this.more.hidden = this.#all || entries.length <= SHOWN;
  }

  #made(entry) {
    const item = part(this.item);
    this.make(item, entry);
    item.querySelector(".away").addEventListener("click", () => this.remove(entry));
    return item;
  }
}

/** Fill in an entry that is one line with its day. */
export function fillLine(item, entry, ...what) {
  if (item.dataset.at === entry.at) return;
  item.dataset.at = entry.at;
  const line = item.querySelector(".what");
  line.replaceChildren(...what);
  item.querySelector(".when").replaceChildren(date(entry.at));
  name(item.querySelector(".away"), say.delete_one, line.textContent);
}
