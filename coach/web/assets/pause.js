// The silence of a practice step: a button that begins it, the seconds counted down in words
// and by a thin line, and its end told once.
import { answering, replies, secondsOfPause, watch } from "./chat.js";
import { Parts } from "./parts.js";

const TICK_MS = 250;

const parts = new Parts("voice-parts");

let shown; // The pause of the newest reply, if it has one.

class Pause {
  #seconds;
  #ticking;
  #over;

  constructor(reply) {
    this.reply = reply;
    this.#seconds = secondsOfPause(reply);
    this.element = parts.piece(".pause");
    this.begin = this.element.querySelector(".begin");
    this.passing = this.element.querySelector(".passing");
    this.begin.textContent = this.#filled("pause_begin");
    this.begin.addEventListener("click", () => this.start());
    this.element.querySelector(".end").addEventListener("click", () => {
      this.stop();
      this.begin.focus();
    });
  }

  get running() {
    return this.#ticking !== undefined;
  }

  /** Count down; resolve with true once it is over, with false if it was stopped. */
  start() {
    this.stop();
    const until = performance.now() + 1000 * this.#seconds;
    const focused = document.activeElement === this.begin;
    this.#show({ passing: true });
    if (focused) this.element.querySelector(".end").focus();
    this.#tick(until);
    this.element.dispatchEvent(new Event("pausebegin", { bubbles: true }));
    this.element.scrollIntoView({ block: "nearest" });
    this.#ticking = setInterval(() => this.#tick(until), TICK_MS);
    return new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  stop() {
    this.#finish(false);
  }

  #tick(until) {
    const left = Math.max(0, until - performance.now()) / 1000;
    const line = this.element.querySelector("progress");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    line.max = this.#seconds;
    line.value = this.#seconds - (calm ? Math.ceil(left) : left);
    const words = parts.filled("pause_left", { seconds: Math.ceil(left) });
    const counted = this.element.querySelector(".left");
    if (counted.textContent !== words) counted.textContent = words;
    if (left === 0) this.#finish(true);
  }

  #finish(whole) {
    if (!this.running) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    const focused = this.passing.contains(document.activeElement);
    this.#show({ over: whole });
    if (focused) this.begin.focus();
    if (whole) announcer().textContent = this.#filled("pause_over");
    this.#over?.(whole);
  }

  #show({ passing = false, over = false }) {
    this.begin.hidden = passing;
    this.passing.hidden = !passing;
    const words = this.element.querySelector(".over");
    words.hidden = !over;
    words.textContent = over ? this.#filled("pause_over") : "";
    announcer().textContent = "";
  }

  #filled(name) {
    return parts.filled(name, { seconds: this.#seconds });
  }
}

function announcer() {
  const own = document.querySelector("body > .announcer");
  if (own) return own;
  const made = parts.piece(".announcer");
  document.body.append(made);
  return made;
}

/** Return the pause of a reply, if it is the newest and has one. */
export function pauseOf(reply) {
  return shown?.reply === reply ? shown : undefined;
}

/** Stop the silence that is running, if one is. */
export function stopPause() {
  shown?.stop();
}

watch(() => {
  const newest = replies().at(-1);
  if (shown && (shown.reply !== newest || !shown.element.isConnected)) {
    shown.stop();
    shown.element.remove();
    shown = undefined;
  }
  if (!newest || shown || answering() || !secondsOfPause(newest)) return;
  shown = new Pause(newest);
  newest.closest(".bot-row").append(shown.element);
});

addEventListener("leave", stopPause);
