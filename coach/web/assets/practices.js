// The library of practices: choose by mood, length and company; listen to one where it stands.
// Nothing that is chosen is sent or kept.
import { canSpeak, letReadAloud } from "./aloud.js";
import { countdownOf, wordsOf } from "./steps.js";

const choices = document.querySelector(".choices");
const status = choices.querySelector("[role=status]");
const clear = choices.querySelector("[type=reset]");
const cards = [...document.querySelectorAll(".shelf .card")];

function fits({ dataset }, { mood, time, company }) {
  return (
    (!mood || dataset.moods.split(" ").includes(mood)) &&
    (!time || Number(dataset.minutes) <= Number(time)) &&
    (!company || [company, "either"].includes(dataset.company))
  );
}

function phrase(left) {
  const said = choices.dataset;
  if (left === 0) return said.none;
  if (left === 1) return said.one;
  return (left === cards.length ? said.all : said.some).replace("{count}", left);
}

function choose() {
  const chosen = Object.fromEntries(new FormData(choices));
  for (const card of cards) card.hidden = !fits(card, chosen);
  status.textContent = phrase(cards.filter((card) => !card.hidden).length);
  const nothing = Object.values(chosen).every((value) => !value);
  if (nothing && document.activeElement === clear) choices.querySelector("input:checked").focus();
  clear.hidden = nothing;
}

/** Return the steps of a practice from its own page. */
async function passages(card) {
  const answer = await fetch(card.querySelector("h2 a").href);
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const title = { text: card.querySelector("h2").textContent, element: card };
  return [title, ...Array.from(page.querySelectorAll(".steps .passage"), (step) => {
    const countdown = countdownOf(step);
    countdown?.element.addEventListener("pausebegin", () => {
      card.querySelector(".pause")?.remove();
      card.append(countdown.element);
    });
    return { text: wordsOf(step), element: card, countdown };
  })];
}

choices.addEventListener("change", choose);
choices.addEventListener("submit", (event) => event.preventDefault());
choices.addEventListener("reset", () => setTimeout(choose));
choices.hidden = false;
choose();

if (await canSpeak()) {
  for (const card of cards) letReadAloud(card.querySelector(".aloud"), () => passages(card));
}
