// Search in the articles by meaning.  What is typed goes into the body of one request, and
// nowhere else: not into an address, not into the history.
const form = document.querySelector(".search");
const field = form.querySelector("input");
const status = form.querySelector("[role=status]");
const found = document.querySelector(".found");
const care = document.querySelector(".care");
const clear = document.querySelector(".clear");
const card = document.getElementById("found-passage").content;

let asking; // The request that is under way.

async function ask(query) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  status.classList.remove("unseen");
  status.textContent = form.dataset.looking;
  try {
    const answer = await fetch("/api/search", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query }),
      signal,
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(String(answer.status));
    show(told);
  } catch {
    if (signal.aborted) return;
    list([]);
    status.textContent = form.dataset.failed;
  }
}

function show({ passages, resources }) {
  list(passages);
  // People to reach stay in sight once they were shown, whatever is looked for next.
  if (resources.length) {
    care.querySelector("ul").replaceChildren(...resources.map(contact));
    care.hidden = false;
    care.scrollIntoView({ block: "nearest" });
  }
  clear.hidden = found.hidden && care.hidden;
  // Where someone may be in danger nothing is counted: what is shown first is told first.
  status.classList.toggle("unseen", resources.length > 0);
  status.textContent = resources.length ? wordsOf(care) : counted(passages.length);
}

function list(passages) {
  found.hidden = passages.length === 0;
  found.replaceChildren(...passages.map(passage));
}

function counted(passages) {
  const said = form.dataset;
  if (passages === 0) return said.none;
  return passages === 1 ? said.one : said.some.replace("{count}", passages);
}

function wordsOf(section) {
  return Array.from(section.querySelectorAll("h2, p"), (part) => part.textContent).join(". ");
}

function passage({ title, section, text, address }) {
  const item = card.cloneNode(true);
  const link = item.querySelector("a");
  link.textContent = title;
  link.href = address;
  item.querySelector(".facts").textContent = section;
  item.querySelector(".line").textContent = text;
  return item;
}

function contact({ name, call, text, url }) {
  const item = document.createElement("li");
  const heading = document.createElement("h3");
  heading.textContent = name;
  const ways = document.createElement("span");
  ways.className = "ways";
  if (call) ways.append(way(form.dataset.call.replace("{number}", call), dialled("tel:", call)));
  if (text) ways.append(way(form.dataset.text.replace("{number}", text), dialled("sms:", text)));
  if (url) {
    const site = url.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
    const link = way(form.dataset.visit.replace("{site}", site), url);
    Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    ways.append(link);
  }
  item.append(heading, ways);
  return item;
}

/** Return the address that dials a number, nothing where it is no bare number. */
function dialled(scheme, number) {
  return /^\+?[\d\s()./-]+$/.test(number) ? scheme + number.replace(/[^\d+]/g, "") : "";
}

function way(words, address) {
  const element = document.createElement(address ? "a" : "span");
  element.className = address ? "button" : "button plain";
  element.textContent = words;
  if (address) element.href = address;
  return element;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = field.value.trim();
  if (query) ask(query);
  else field.focus();
});

clear.addEventListener("click", () => {
  asking?.abort();
  list([]);
  care.hidden = clear.hidden = true;
  status.textContent = "";
  field.value = "";
  field.focus();
});

form.hidden = false;
