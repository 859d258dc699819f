// Ways to begin from another page: `#about=SLUG/ANCHOR` speaks of a passage,
// `#practice=SLUG` asks to be led, `#talk=ID` goes on with a kept talk.
import * as chat from "./chat.js";
import { goOn, started } from "./keep.js";
import { Parts } from "./parts.js";
import { tell } from "./talk-line.js";

const parts = new Parts("talk-parts");
const QUOTED = 240;

/** Return a passage's document and its first sentences. */
async function read(slug, anchor) {
  const answer = await fetch(`/read/${encodeURIComponent(slug)}`);
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const plain = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const passage = plain(page.getElementById(anchor)?.querySelector("p, li") ?? page.getElementById(anchor));
  const sentences = passage.match(/[^.!?]+[.!?]+["”’)]*\s*|[^.!?]+$/g) ?? [];
  let quote = "";
  for (const sentence of sentences) {
    if (quote && quote.length + sentence.length > QUOTED) break;
    quote += sentence;
  }
  return { title: plain(page.querySelector("h1")), quote: quote.trim() };
}

async function beginWith(name, value) {
  if (name === "talk") {
    if (!(await goOn(value))) tell(parts.said.talk_gone);
    return;
  }
  const [slug, anchor] = value.split("/");
  try {
    const document = await read(slug, anchor ?? "");
    const phrase = name === "practice" ? "lead_message" : document.quote ? "about_passage" : "about_article";
    await chat.send(parts.filled(phrase, document));
  } catch {
    tell(parts.said.page_gone);
  }
}

async function look() {
  const [name, value] = decodeURIComponent(location.hash.slice(1)).split("=");
  if (!["about", "practice", "talk"].includes(name) || !value) return;
  history.replaceState(null, "", "/");
  await started;
  await beginWith(name, value);
}

look();
addEventListener("hashchange", look);
