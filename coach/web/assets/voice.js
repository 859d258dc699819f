// Talking by voice: where the server can hear or speak, put its buttons on the page and let
// them do what they say; where it cannot, say how to get a voice.
import * as chat from "./chat.js";
import { Parts } from "./parts.js";
import { Preferences } from "./speak.js";
import { Voice } from "./voice-turns.js";
import { View } from "./voice-view.js";

const STILL_HERE_MS = 30_000;
const SAME_PRESS_MS = 1000;

/** Let the buttons do what they say. */
function wire(voice, view, preferences) {
  const hold = view.buttons.querySelector(".hold");
  let handled = 0; // When a pointer was last let go; the click that follows is not another press.
  hold?.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    hold.setPointerCapture(event.pointerId);
    voice.press();
  });
  hold?.addEventListener("lostpointercapture", (event) => {
    handled = event.timeStamp;
    voice.release();
  });
  hold?.addEventListener("contextmenu", (event) => event.preventDefault());
  hold?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    if (event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) voice.press();
  });
  hold?.addEventListener("keyup", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    voice.release();
  });
  hold?.addEventListener("blur", () => voice.release());
  hold?.addEventListener("click", (event) => {
    if (event.detail === 0 || event.timeStamp - handled > SAME_PRESS_MS) voice.toggle();
  });
  view.buttons.querySelector(".free")?.addEventListener("click", () => voice.free());

  const mute = view.buttons.querySelector(".mute");
  mute?.setAttribute("aria-pressed", String(preferences.muted));
  mute?.addEventListener("click", () => {
    preferences.set("muted", !preferences.muted);
    mute.setAttribute("aria-pressed", String(preferences.muted));
    if (preferences.muted) voice.hush();
  });
  for (const name of ["speed", "volume"]) {
    const dial = view.sound.querySelector(`.${name}`);
    if (!dial) continue;
    dial.value = preferences[name];
    dial.addEventListener("input", () => {
      preferences.set(name, Number(dial.value));
      voice.speech.unlock();
    });
  }
  view.hush.addEventListener("click", () => voice.hush());

  document.addEventListener("click", ({ target }) => {
    const aloud = target.closest?.("#talk .aloud");
    if (aloud) voice.readAloud(aloud.closest(".bot-row").querySelector(".reply"));
    if (target.closest?.("#again")) voice.hush();
    if (target.closest?.("#stop")) voice.hush();
  });
  const outOfSight = () => {
    if (voice.mode === "free") voice.stop("out_of_sight");
    else voice.release();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) outOfSight();
  });
  addEventListener("putaway", () => {
    outOfSight();
    voice.hush();
  });
  for (const kind of ["pointerup", "keydown", "click"]) {
    addEventListener(kind, () => voice.speech.wake(), { passive: true });
  }
  setInterval(() => voice.stayAwake(), STILL_HERE_MS);
  for (const going of ["pagehide", "leave"]) addEventListener(going, () => voice.stop());
}

function offerToInstall(why) {
  const line = new Parts("voice-parts").piece(".voice-missing");
  line.textContent = why;
  document.querySelector("#settings").append(line);
}

/** Return what the server can hear and say; nothing where it does not tell. */
async function askAbout() {
  try {
    return await (await fetch("/voice/about")).json();
  } catch {
    return { hear: false, speak: false, why: "" };
  }
}

async function begin() {
  const about = await askAbout();
  await chat.until(() => chat.box() && document.querySelector("#send"));
  if (!about.hear || !about.speak) offerToInstall(about.why);
  if (!about.hear && !about.speak) return;
  const view = new View(about);
  const preferences = new Preferences();
  if (!about.speak) preferences.muted = true;
  const voice = new Voice(view, preferences);
  wire(voice, view, preferences);
  view.place();
  view.show("off", "off", "off", false);
}

begin();
