// What can be done with a message: copy a reply, say whether it helped, change what one said.
import * as chat from "./chat.js";
import { Parts } from "./parts.js";
import { addHelped, addPractice } from "./store.js";
import { tell } from "./talk-line.js";

const parts = new Parts("talk-parts");
const { said } = parts;

/** Return the practice that a reply ends, if it does; its class says so. */
function practiceDone(row) {
  return /(?:^| )done-(\S+)/.exec(row.querySelector(".reply").className)?.[1];
}

/** Put the tools under every message that is whole, once. */
function offer() {
  for (const row of document.querySelectorAll("#talk .bot-row:has(.reply.whole)")) {
    if (row.querySelector(":scope > .tools")) continue;
    const tools = parts.piece(".reply-tools");
    if (!row.querySelector(".reply:is(.coaching, .practice)")) {
      for (const needless of tools.querySelectorAll(".helped, .unhelped")) needless.remove();
    }
    if (!practiceDone(row)) tools.querySelector(".note").remove();
    row.append(tools);
  }
  for (const row of document.querySelectorAll("#talk .user-row")) {
    if (!row.querySelector(":scope > .tools")) row.append(parts.piece(".said-tools"));
  }
}

/** Return a reply as plain text, with its sources by name. */
function plain(reply) {
  const sources = [...reply.querySelectorAll(".source")].map((source) => {
    const part = (selector) => source.querySelector(selector)?.textContent.trim() ?? "";
    return [`[${part(".number")}] ${part("b")}`, part("i")].filter(Boolean).join(", ");
  });
  const ways = [...reply.querySelectorAll(".contacts li")].map((way) =>
    [...way.querySelectorAll("b, .button")].map((one) => one.textContent.trim()).join(": "),
  );
  return [...chat.paragraphs(reply), ways.join("\n"), sources.join("\n")].filter(Boolean).join("\n\n");
}

async function copy(reply) {
  try {
    await navigator.clipboard.writeText(plain(reply));
    tell(said.copied);
  } catch {
    tell(said.cannot_copy);
  }
}

/** Keep in this browser whether a reply helped; pressed once more, nothing is said of it. */
async function mark(button) {
  const helped = button.classList.contains("helped");
  const pressed = button.getAttribute("aria-pressed") !== "true";
  for (const one of button.parentElement.querySelectorAll(".helped, .unhelped")) {
    one.setAttribute("aria-pressed", String(one === button && pressed));
  }
  tell("");
  if (!pressed) return;
  const reply = button.closest(".bot-row").querySelector(".reply");
  const articles = [...reply.querySelectorAll(".full")].map(
    (link) => new URL(link.href).pathname.split("/").pop(),
  );
  try {
    await addHelped([...new Set(articles)], helped);
    tell(helped ? said.noted_helped : said.noted_unhelped);
  } catch {
    button.setAttribute("aria-pressed", "false");
    tell(said.cannot_keep);
  }
}

/** Note on the path that a practice was done. */
async function note(button, practice) {
  try {
    await addPractice(practice);
    tell(said.noted_practice);
    button.remove();
  } catch {
    tell(said.cannot_keep);
  }
}

/** Go back to just before a message, with its words in the box; nothing is lost until it is sent. */
async function change(row) {
  await chat.stop();
  const at = [...document.querySelectorAll("#talk .user-row")].indexOf(row);
  const before = chat.held();
  const draft = chat.box().value;
  const talk = JSON.parse(before);
  const words = talk.exchanges[at].said;
  await chat.hold(at ? JSON.stringify({ exchanges: talk.exchanges.slice(0, at) }) : "");
  chat.write([words, draft].filter(Boolean).join("\n\n"));
  chat.box().focus();
  tell(said.changing, () => {
    chat.hold(before);
    chat.write(draft);
  });
}

chat.watch(offer);
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("#talk .tools button");
  if (!button) return;
  const row = button.closest(".message-row");
  if (button.matches(".copy")) copy(row.querySelector(".reply"));
  if (button.matches(".helped, .unhelped")) mark(button);
  if (button.matches(".note")) note(button, practiceDone(row));
  if (button.matches(".change")) change(row);
});
