// The steps of a practice as they stand on its page: their words, their quiet, their breath.
import { Breath } from "./breath.js";
import { Countdown } from "./countdown.js";
import { Parts } from "./parts.js";

const parts = new Parts("practice-parts");
const announcer = document.querySelector(".announcer");

/** Return the countdown of the quiet after a step, and its breath, if they belong to it. */
export function countdownOf(step) {
  const quiet = step.querySelector(".quiet");
  if (!quiet) return undefined;
  const { seconds, in: inward, out: outward } = quiet.dataset;
  const breath = inward
    ? new Breath(parts.piece(".breath"), Number(inward), Number(outward), parts.said)
    : undefined;
  return new Countdown(parts.piece(".pause"), Number(seconds), parts.said, () => announcer, breath);
}

/** Return the words of a passage as they are said. */
export function wordsOf(passage) {
  return passage.querySelector(".said").textContent.replace(/\s+/g, " ").trim();
}
