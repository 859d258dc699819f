// The safety plan: kept in this browser when its writer says so, and nowhere else.
const KEY = "plan";

const fields = [...document.querySelectorAll("textarea")];
const region = document.querySelector(".region");
const keep = document.querySelector(".keep");
const status = keep.querySelector("[role=status]");
const button = (id) => document.getElementById(id);

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function words() {
  return Object.fromEntries(fields.map((field) => [field.id, field.value]));
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

// A text field prints only what it has room for, so paper is given a copy of its words.
function mirror(field) {
  field.nextElementSibling.textContent = field.value;
}

function restore() {
  const kept = stored();
  button("delete").hidden = kept === null;
  if (kept === null) return;
  for (const field of fields) {
    if (typeof kept[field.id] === "string") field.value = kept[field.id];
    mirror(field);
  }
  say(keep.dataset.restored);
}

function save() {
  try {
    localStorage.setItem(KEY, JSON.stringify(words()));
  } catch {
    say(keep.dataset.cannotSave);
    return;
  }
  button("delete").hidden = false;
  say(keep.dataset.saved);
}

function forget() {
  localStorage.removeItem(KEY);
  button("save").focus();
  button("delete").hidden = true;
  say(keep.dataset.deleted);
}

function lines() {
  return [...document.querySelectorAll("#lines li")].map((line) => {
    const ways = [...line.querySelectorAll(".button")].map((way) => way.textContent.trim());
    return `${line.querySelector("h3").textContent}: ${ways.join(", ")}`;
  });
}

function asText() {
  const parts = [document.querySelector("h1").textContent];
  for (const field of fields) {
    const part = field.closest("section");
    parts.push([
      part.querySelector("h2").textContent,
      ...(part.querySelector("#lines") ? lines() : []),
      field.value.trim(),
    ].filter(Boolean).join("\n"));
  }
  parts.push(document.querySelector(".emergency").textContent);
  return `${parts.join("\n\n")}\n`;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([asText()], { type: "text/plain;charset=utf-8" }));
  link.download = keep.dataset.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  say(keep.dataset.downloaded);
}

// Other helplines are shown without leaving the page, which would lose what was written.
async function showLines(event) {
  event.preventDefault();
  try {
    const answer = await fetch(`${region.action}?${new URLSearchParams(new FormData(region))}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("lines").replaceChildren(...page.getElementById("lines").children);
  } catch {
    say(keep.dataset.noLines);
  }
}

function compare() {
  const kept = stored();
  if (kept !== null) say(JSON.stringify(kept) === JSON.stringify(words()) ? "" : keep.dataset.changed);
}

for (const field of fields) {
  field.addEventListener("input", () => {
    mirror(field);
    compare();
  });
}
button("save").addEventListener("click", save);
button("delete").addEventListener("click", forget);
button("download").addEventListener("click", download);
button("print").addEventListener("click", () => window.print());
region.addEventListener("submit", showLines);

// Without this script, choosing a region loads the page anew: it stands before anything is
// written.  With it, the choice can stand where it shows.
document.getElementById("lines").before(region);
document.documentElement.classList.add("scripted");
keep.hidden = false;
restore();
