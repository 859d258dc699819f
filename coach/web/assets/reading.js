// A page to read or to practise from: timers beside the steps, the voice, addresses that copy.
import { canSpeak, letReadAloud } from "./aloud.js";
import { Parts } from "./parts.js";
import { countdownOf, wordsOf } from "./steps.js";

const { said } = new Parts("practice-parts");
const announcer = document.querySelector(".announcer");
const countdowns = new Map();

for (const step of document.querySelectorAll(".steps .passage")) {
  const countdown = countdownOf(step);
  if (!countdown) continue;
  countdowns.set(step, countdown);
  countdown.element.addEventListener("pausebegin", () => {
    for (const other of countdowns.values()) if (other !== countdown) other.stop();
  });
  step.querySelector(".passage-tools").before(countdown.element);
}

addEventListener("leave", () => {
  for (const countdown of countdowns.values()) countdown.stop();
});

/** What is read aloud: the steps where there are some, else the whole text. */
function passages() {
  const steps = document.querySelectorAll(".steps .passage");
  const read = steps.length ? steps : document.querySelectorAll(".passage");
  const spoken = Array.from(read, (element) => ({
    element,
    text: wordsOf(element),
    countdown: countdowns.get(element),
  }));
  return Promise.resolve([{ text: document.querySelector("h1").textContent }, ...spoken]);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.address");
  if (!link) return;
  announcer.textContent = "";
  try {
    await navigator.clipboard.writeText(link.href);
    announcer.textContent = said.passage_copied;
  } catch {
    // The link has done what links do: the address stands where the browser shows it.
  }
});

const aloud = document.querySelector("header .aloud"); // who leaves at once empties the page
if (await canSpeak()) letReadAloud(aloud, passages);
