// The steps of a practice as they stand on its page: their words, their quiet, their breath.
import { Breath } from "./breath.js";
import { Countdown } from "./countdown.js";

const parts = document.getElementById("practice-parts");
const announcer = document.querySelector(".announcer");

const copy = (selector) => parts.content.querySelector(selector).cloneNode(true);

/** Return the countdown of the quiet after a step, and its breath, if they belong to it. */
export function countdownOf(step) {
  const quiet = step.querySelector(".quiet");
  if (!quiet) return undefined;
  const { seconds, in: inward, out: outward } = quiet.dataset;
  const breath = inward
    ? new Breath(copy(".breath"), Number(inward), Number(outward), parts.dataset)
    : undefined;
  return new Countdown(copy(".pause"), Number(seconds), parts.dataset, () => announcer, breath);
}

/** Return the words of a passage as they are said. */
export function wordsOf(passage) {
  return passage.querySelector(".said").textContent.replace(/\s+/g, " ").trim();
}
