// Speak: sentence after sentence through the loudspeaker, the next one fetched while one is
// said.  How fast, how loud and whether at all is the one thing that the browser remembers.
const REMEMBERED = "voice";
const SLOWEST = 0.5;
const FASTEST = 2;
const AHEAD = 2;
const BREATH_MS = 120;

/** How the voice is liked; kept in this browser once it was changed, if the browser lets us. */
export class Preferences {
  constructor() {
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(REMEMBERED)) ?? {};
    } catch {
      // Nothing can be kept here, or what was kept cannot be read.
    }
    this.muted = kept.muted === true;
    this.speed = within(kept.speed, 0.6, 1.6);
    this.volume = within(kept.volume, 0.1, 1);
  }

  set(name, value) {
    this[name] = value;
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify(this));
    } catch {
      // It holds for this visit.
    }
  }
}

function within(value, least, most) {
  return typeof value === "number" && value >= least && value <= most ? value : 1;
}

/** Return the sentences of a text, as the reader's browser finds them. */
export function sentences(text) {
  if (!Intl.Segmenter) return [text];
  const found = new Intl.Segmenter("en", { granularity: "sentence" }).segment(text);
  return Array.from(found, ({ segment }) => segment.trim()).filter(Boolean);
}

/**
 * A voice with a queue.  `changed` is called when it begins, pauses and falls silent, and
 * `failed` when a sentence cannot be had; the queue is dropped then.
 */
export class Speech {
  #preferences;
  #changed;
  #failed;
  #context;
  #loudness;
  #queue = [];
  #source;
  #running = false;
  #held = false;

  /** The sentence that is said now, and those said lately; for telling an echo. */
  lately = [];

  constructor(preferences, { changed, failed }) {
    this.#preferences = preferences;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Whether it is heard, breaths between sentences included. */
  speaking = false;

  /** Whether anything is left to say, or said now. */
  get busy() {
    return this.#queue.length > 0;
  }

  get held() {
    return this.#held;
  }

  /** Go on with sound that the browser held back, if this is a press that it wants for it. */
  wake() {
    if (this.#context) this.unlock();
  }

  /** Be ready for sound; browsers want this from within a press of a button or key. */
  unlock() {
    this.#context ??= new AudioContext();
    if (!this.#loudness) {
      this.#loudness = this.#context.createGain();
      this.#loudness.connect(this.#context.destination);
    }
    this.#loudness.gain.value = this.#preferences.volume;
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
  }

  /** Say a sentence after those before it; `pace` slows it down or speeds it up. */
  say(text, pace = 1) {
    this.#add({ text, pace });
  }

  /** Do something once all before it was said; what comes after waits for its promise. */
  then(work) {
    this.#add({ work });
  }

  /** Fall silent in the middle of a sentence, which is said anew after `resume`. */
  hold() {
    this.#held = true;
    if (this.#queue.length) this.#queue[0].interrupted = true;
    this.#hush();
  }

  resume() {
    if (!this.#held) return;
    this.#held = false;
    this.#run();
  }

  /** Fall silent, and forget what was still to be said. */
  stop() {
    const dropped = this.#queue.splice(0);
    this.#held = false;
    for (const item of dropped) item.fetching?.abort();
    this.#hush();
  }

  #hush() {
    this.#source?.stop();
    this.#sound(false);
  }

  #sound(speaking) {
    if (this.speaking === speaking) return;
    this.speaking = speaking;
    this.#changed();
  }

  #add(item) {
    this.#queue.push(item);
    this.#run();
  }

  async #run() {
    this.#prefetch();
    if (this.#running || this.#held) return;
    this.#running = true;
    try {
      while (this.#queue.length && !this.#held) await this.#perform(this.#queue[0]);
    } finally {
      this.#running = false;
      this.speaking = false;
      this.#changed();
    }
  }

  /** Do the first of the queue; take it out unless it was interrupted. */
  async #perform(item) {
    item.interrupted = false;
    try {
      if (item.work) {
        this.#sound(false);
        await item.work();
      } else {
        await this.#play(item, await item.sound);
      }
    } catch {
      if (item !== this.#queue[0]) return;
      this.stop();
      this.#failed();
      return;
    }
    if (item !== this.#queue[0] || (item.interrupted && !item.work)) return;
    this.#queue.shift();
    this.#prefetch();
  }

  /** Fetch the next that is wanted, one at a time, so that the first is there the soonest. */
  #prefetch() {
    this.unlock();
    const item = this.#queue.slice(0, AHEAD).find(({ text, fetched }) => text && !fetched);
    if (!item || item.sound) return;
    item.fetching = new AbortController();
    item.sound = this.#fetch(item);
    const done = () => {
      item.fetched = true;
      this.#prefetch();
    };
    item.sound.then(done, done);
  }

  async #fetch({ text, pace, fetching }) {
    const speed = Math.min(FASTEST, Math.max(SLOWEST, this.#preferences.speed * pace));
    const answer = await fetch("/v1/audio/speech", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ input: text, response_format: "pcm", speed }),
      signal: fetching.signal,
    });
    // A sentence without any word, such as a row of stars, has no sound.
    if (answer.status === 400) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    const samples = new Int16Array(await answer.arrayBuffer());
    if (samples.length === 0) return null;
    const rate = Number(answer.headers.get("X-Sample-Rate"));
    const sound = this.#context.createBuffer(1, samples.length, rate);
    sound.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    return sound;
  }

  async #play(item, sound) {
    if (!sound || item !== this.#queue[0] || item.interrupted) return;
    await this.#context.resume();
    if (item !== this.#queue[0] || item.interrupted) return;
    const source = this.#context.createBufferSource();
    source.buffer = sound;
    source.connect(this.#loudness);
    this.lately = [...this.lately.slice(-2), item.text];
    this.#source = source;
    this.#sound(true);
    await new Promise((resolve) => {
      source.onended = resolve;
      source.start();
    });
    this.#source = undefined;
    if (item === this.#queue[0] && !item.interrupted) {
      await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
    }
  }
}
