// "My path": what someone keeps of their own weeks.  Nothing is asked before they open a
// question, and nothing is kept before they press a button that says so.
import * as store from "./store.js";
import { asMarkdown } from "./path-markdown.js";
import { fillLine, List, name, tell } from "./path-list.js";
import { date, day, filled, QUESTIONS, reading, say, SCALE, WENT } from "./path-parts.js";
import { draw } from "./path-plot.js";

const find = (selector) => document.querySelector(selector);
const chosen = (form, group) => form.querySelector(`[name="${group}"]:checked`)?.value;
const MET = { did: say.met_did, partly: say.met_partly, "not-yet": say.met_not_yet };

/** Do something that may fail; say in its section why it did. */
async function attempt(section, work) {
  try {
    await work();
  } catch (error) {
    const phrase = say[`problem_${error.reason}`] ?? say.problem_unknown;
    tell(section, filled(phrase, { where: error.where }));
  }
}

/** Delete an entry, and offer it back. */
function removing(selector, list) {
  const section = find(selector);
  return (entry) => attempt(section, async () => {
    await store.remove(list, entry);
    tell(section, say.deleted, () => attempt(section, async () => {
      await store.putBack(list, entry);
      section.querySelector("h2").focus();
      tell(section, "");
    }));
    show();
    section.querySelector("h2").focus();
  });
}

/** Hide a section that has nothing to show, unless something can be brought back in it. */
function hideEmpty(selector, entries) {
  const section = find(selector);
  section.hidden = entries.length === 0 && section.querySelector(".undo").hidden;
}

/** Close what was filled in and kept. */
function finish(form) {
  form.reset();
  const details = form.closest("details");
  details.open = false;
  details.querySelector("summary").focus();
}

// --- Check-ins, over the weeks.

const checkins = new List(find("#weeks"), "checkins", {
  item: ".checkin",
  into: "tbody",
  remove: removing("#weeks", "checkins"),
  fill(row, { at, answers, line }) {
    row.cells[0].replaceChildren(date(at));
    QUESTIONS.forEach((_, index) => {
      row.cells[index + 1].textContent = SCALE[answers[index] - 1];
    });
    row.querySelector(".line").textContent = line;
    name(row.querySelector(".away"), say.delete_one, day(at));
  },
});

find("#checkin form").addEventListener("submit", ({ target }) => {
  const section = find("#checkin");
  const groups = QUESTIONS.map((_, index) => `question-${index + 1}`);
  const open = groups.find((group) => !chosen(target, group));
  if (open) {
    tell(section, say.unanswered);
    target.querySelector(`[name="${open}"]`).focus();
    return;
  }
  attempt(section, async () => {
    const line = find("#line").value.trim();
    await store.addCheckin(groups.map((group) => Number(chosen(target, group))), line);
    finish(target);
    tell(section, say.kept);
  });
});

// --- Small steps.

const steps = new List(find("#steps"), "steps", {
  item: ".step",
  remove: removing("#steps", "steps"),
  make(item, { id, went, note }) {
    const form = item.querySelector("form");
    const line = form.querySelector("[type=text]");
    const answer = [...form.querySelectorAll("[name=went]")].find(({ value }) => value === went);
    if (answer) answer.checked = true;
    line.value = note;
    form.addEventListener("submit", () => {
      const now = chosen(form, "went");
      if (!now) {
        tell(item, say.step_choose);
        return;
      }
      attempt(item, async () => {
        await store.changeStep(id, { went: now, note: line.value.trim() });
        const details = form.closest("details");
        details.open = false;
        details.querySelector("summary").focus();
        tell(item, MET[now]);
      });
    });
  },
  fill(item, { at, text, went, note }) {
    const told = item.querySelector(".went");
    const summary = item.querySelector("summary");
    item.querySelector(".what").textContent = text;
    item.querySelector(".when").textContent = filled(say.step_planned, { date: day(at) });
    told.hidden = went === null;
    told.children[0].textContent = WENT[went] ?? "";
    told.children[1].textContent = note;
    summary.textContent = went === null ? say.step_went : say.step_change;
    summary.setAttribute("aria-label", `${summary.textContent} ${text}`);
    name(item.querySelector(".away"), say.delete_one, text);
  },
});

find("#steps > details form").addEventListener("submit", ({ target }) => {
  const section = find("#steps");
  const text = find("#step").value.trim();
  if (!text) {
    tell(section, say.step_empty);
    find("#step").focus();
    return;
  }
  attempt(section, async () => {
    await store.addStep(text);
    finish(target);
    tell(section, say.kept);
  });
});

/** Steps that are still before someone come first. */
function stepsInOrder(all) {
  const open = ({ went }) => went === null || went === "not-yet";
  const entries = store.newestFirst(all);
  return [...entries.filter(open), ...entries.filter((step) => !open(step))];
}

// --- Practices, what helped, talks.

const practices = new List(find("#practices"), "practices", {
  item: ".entry",
  remove: removing("#practices", "practices"),
  fill: (item, entry) => fillLine(item, entry, reading(entry.id)),
});

find("#practices form").addEventListener("submit", () => {
  const section = find("#practices");
  attempt(section, async () => {
    await store.addPractice(find("#practice").value);
    tell(section, say.kept);
  });
});

const helped = new List(find("#helped"), "helped", {
  item: ".entry",
  remove: removing("#helped", "helped"),
  fill(item, entry) {
    const links = entry.articles.flatMap((slug) => [", ", reading(slug)]).slice(1);
    fillLine(item, entry, entry.helped ? say.helped_yes : say.helped_no, ": ", ...links);
  },
});

const talks = new List(find("#talks"), "talks", {
  item: ".entry",
  remove: removing("#talks", "talks"),
  make(item, { id }) {
    const link = document.createElement("a");
    link.href = `/#talk=${id}`;
    link.className = "on";
    link.textContent = say.talk_on;
    item.querySelector(".tools").prepend(link);
  },
  fill(item, entry) {
    fillLine(item, entry, entry.title);
    name(item.querySelector(".on"), say.talk_on_one, entry.title);
  },
});

// --- Files, paper, and deleting everything.

const files = find("#files");

function download(text, file, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

find("#save-json").addEventListener("click", () => {
  download(store.exportAll(), `${say.file_name}.json`, "application/json");
  tell(files, say.file_saved);
});

find("#save-markdown").addEventListener("click", () => {
  download(asMarkdown(store.read()), `${say.file_name}.md`, "text/markdown");
  tell(files, say.file_saved);
});

find("#print").addEventListener("click", () => print());

find("#read-in").addEventListener("click", () => find("#file").click());
find("#file").addEventListener("change", ({ target }) => attempt(files, async () => {
  const [file] = target.files;
  if (file.size > store.MOST_OF_A_FILE) throw new store.StoreProblem("too_large");
  const taken = await store.importAll(await file.text());
  tell(files, taken ? say.taken_in : say.taken_nothing);
}).finally(() => {
  target.value = "";
}));

find("#wipe").addEventListener("click", () => {
  find("#sure").returnValue = "";
  find("#sure").showModal();
});
find("#sure").addEventListener("close", ({ target }) => {
  if (target.returnValue !== "yes") return;
  attempt(files, async () => {
    await store.wipe();
    document.querySelectorAll("#path form").forEach((form) => form.reset());
    document.querySelectorAll("#path .told").forEach(({ parentElement }) => tell(parentElement, ""));
    tell(files, say.wiped);
    show();
  });
});

find("#aside-save").addEventListener("click", () => {
  download(store.setAside().join("\n\n"), say.aside_name, "text/plain");
  tell(find("#aside"), say.file_saved);
});
find("#aside-drop").addEventListener("click", () => attempt(find("#aside"), async () => {
  await store.dropSetAside();
  files.querySelector("h2").focus();
}));

// Paper has the table that the screen folds away.
let folded = false;
addEventListener("beforeprint", () => {
  folded = !find("#weeks .table").open;
  find("#weeks .table").open = true;
});
addEventListener("afterprint", () => {
  if (folded) find("#weeks .table").open = false;
});

function show() {
  const path = store.read();
  const checked = store.newestFirst(path.checkins);
  checkins.show(checked);
  for (const part of [".plot", ".table"]) find(`#weeks ${part}`).hidden = !checked.length;
  if (checked.length) draw(find("#weeks .plot"), [...checked].reverse());
  hideEmpty("#weeks", checked);
  steps.show(stepsInOrder(path.steps));
  practices.show(store.newestFirst(path.practices));
  helped.show(store.newestFirst(path.helped));
  hideEmpty("#helped", path.helped);
  talks.show(store.newestFirst(path.talks));
  find("#aside").hidden = store.setAside().length === 0;
}

store.watch(show);
addEventListener("pageshow", ({ persisted }) => persisted && show());
find("#path").hidden = false;
show();
if (!store.available()) tell(find("#checkin"), say.problem_none);
