// A figure to breathe with: a circle that widens and narrows, and the same in words with the
// seconds counted.  Where motion is not wanted there are the words alone (`practice.css`).
export class Breath {
  #phases;
  #said;
  #next;

  /**
   * @param {Element} element A copy of the figure of `aloud_parts.html`.
   * @param {number} inward Seconds of a breath in.
   * @param {number} outward Seconds of a breath out.
   * @param {DOMStringMap} said The phrases `breathe_in` and `breathe_out`.
   */
  constructor(element, inward, outward, said) {
    this.element = element;
    this.#said = said;
    this.#phases = [
      { name: "in", words: said.breathe_in, seconds: inward },
      { name: "out", words: said.breathe_out, seconds: outward },
    ];
  }

  start() {
    this.stop();
    // The circle is narrow before the first breath in widens it.
    this.element.classList.remove("in");
    this.element.getBoundingClientRect();
    this.#count(0, 1);
  }

  stop() {
    clearTimeout(this.#next);
    this.element.classList.remove("in");
  }

  /** Show a second of a breath, and go on to the next one. */
  #count(at, second) {
    const { name, words, seconds } = this.#phases[at];
    this.element.style.setProperty("--lasts", `${seconds}s`);
    this.element.classList.toggle("in", name === "in");
    this.element.querySelector(".words").textContent = `${words} … ${second}`;
    const goOn = () => (second < seconds ? this.#count(at, second + 1) : this.#count(1 - at, 1));
    this.#next = setTimeout(goOn, 1000);
  }
}
