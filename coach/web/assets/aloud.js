// Reading a page aloud: passage after passage, with the quiet that belongs to a step, by the
// voice that the talk speaks with.  One text is read at a time.
import { Parts } from "./parts.js";
import { Preferences, sentences, Speech } from "./speak.js";

const { said } = new Parts("practice-parts");
const announcer = document.querySelector(".announcer");

let reading; // The button whose text is read now, and how to end it.

const speech = new Speech(new Preferences(), {
  changed: () => {},
  failed: () => {
    stopReading();
    announcer.textContent = said.aloud_failed;
  },
});

/** Tell whether the server has a voice; false where it does not say. */
export async function canSpeak() {
  try {
    return (await (await fetch("/voice/about")).json()).speak;
  } catch {
    return false;
  }
}

/** Fall silent, and end the quiet that is kept. */
export function stopReading() {
  const stopped = reading;
  if (!stopped) return;
  reading = undefined;
  speech.stop();
  stopped.countdown?.stop();
  stopped.button.querySelector("span").textContent = stopped.words;
  document.querySelectorAll(".spoken").forEach((one) => one.classList.remove("spoken"));
}

/**
 * Let a button read aloud, and stop what it reads.
 *
 * @param {HTMLButtonElement} button A copy of `aloud.html`.
 * @param {() => Promise<Passage[]>} passages What to read: `{text, element, countdown}`, of which
 *   the last two may be missing.
 */
export function letReadAloud(button, passages) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const own = reading?.button === button;
    stopReading();
    if (!own) read(button, passages);
  });
}

async function read(button, passages) {
  const label = button.querySelector("span");
  const now = { button, words: label.textContent };
  reading = now;
  announcer.textContent = "";
  label.textContent = button.dataset.stop;
  speech.unlock(); // Within the press, as browsers want it.
  let found;
  try {
    found = await passages();
  } catch {
    found = null;
  }
  if (reading !== now) return;
  if (!found) {
    stopReading();
    announcer.textContent = said.aloud_failed;
    return;
  }
  for (const passage of found) {
    speech.then(() => mark(passage));
    for (const sentence of sentences(passage.text)) speech.say(sentence);
    if (passage.countdown) speech.then(() => keepQuiet(now, passage.countdown));
  }
  speech.then(() => reading === now && stopReading());
}

function mark({ element }) {
  document.querySelectorAll(".spoken").forEach((one) => one.classList.remove("spoken"));
  element?.classList.add("spoken");
  element?.scrollIntoView({ block: "nearest" });
}

async function keepQuiet(now, countdown) {
  if (reading !== now) return;
  now.countdown = countdown;
  await countdown.start();
  now.countdown = undefined;
}

for (const going of ["pagehide", "leave"]) addEventListener(going, stopReading);
