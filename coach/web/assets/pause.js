// The silence that belongs to the newest reply of the talk, where it is a practice step.
import { answering, replies, secondsOfPause, watch } from "./chat.js";
import { Countdown } from "./countdown.js";
import { Parts } from "./parts.js";

const parts = new Parts("voice-parts");

let shown; // The pause of the newest reply, if it has one.

class Pause extends Countdown {
  constructor(reply) {
    super(parts.piece(".pause"), secondsOfPause(reply), parts.said, announcer);
    this.reply = reply;
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
