// The silence of a practice step: a button that begins it, the seconds counted down in words
// and by a thin line, and its end told once.
import { fill } from "./parts.js";

const TICK_MS = 250;

/** The running or waiting countdown of one step.  `breath`, if there is one, runs along. */
export class Countdown {
  #seconds;
  #said;
  #announcer;
  #breath;
  #ticking;
  #over;

  /**
   * @param {Element} element A copy of `pause.html`.
   * @param {number} seconds How long it lasts.
   * @param {DOMStringMap} said The phrases `pause_begin`, `pause_left` and `pause_over`.
   * @param {() => Element} announcer Where its end is told to screen readers.
   */
  constructor(element, seconds, said, announcer, breath) {
    this.#seconds = seconds;
    this.#said = said;
    this.#announcer = announcer;
    this.#breath = breath;
    this.element = element;
    this.begin = element.querySelector(".begin");
    this.passing = element.querySelector(".passing");
    if (breath) this.passing.append(breath.element);
    this.begin.textContent = this.#filled(said.pause_begin);
    this.begin.addEventListener("click", () => this.start());
    element.querySelector(".end").addEventListener("click", () => {
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
    this.#breath?.start();
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
    const words = fill(this.#said.pause_left, { seconds: Math.ceil(left) });
    const counted = this.element.querySelector(".left");
    if (counted.textContent !== words) counted.textContent = words;
    if (left === 0) this.#finish(true);
  }

  #finish(whole) {
    if (!this.running) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#breath?.stop();
    const focused = this.passing.contains(document.activeElement);
    this.#show({ over: whole });
    if (focused) this.begin.focus();
    if (whole) this.#announcer().textContent = this.#filled(this.#said.pause_over);
    this.#over?.(whole);
  }

  #show({ passing = false, over = false }) {
    this.begin.hidden = passing;
    this.passing.hidden = !passing;
    const words = this.element.querySelector(".over");
    words.hidden = !over;
    words.textContent = over ? this.#filled(this.#said.pause_over) : "";
    this.#announcer().textContent = "";
  }

  #filled(phrase) {
    return fill(phrase, { seconds: this.#seconds });
  }
}
