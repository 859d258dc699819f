// What is going on with a reply: a word while it is long in coming, and its text read out by a
// screen reader once, when it is whole.  Gradio's log would read every piece as it grows.
import { answering, paragraphs, saidTimes, until, watch } from "./chat.js";
import { Parts, put } from "./parts.js";

const LONG_MS = 1500;

const parts = new Parts("talk-parts");
const whole = parts.piece(".reply-whole");
const slow = parts.piece(".reply-slow");
document.body.append(whole);

let told = 0; // How often something had been said when a reply was last read out.
let waiting; // The timer of a reply that has not begun.

/** Return the reply to what was said last, if it has begun. */
function answer() {
  const rows = document.querySelectorAll("#talk :is(.user-row, .bot-row)");
  const last = rows[rows.length - 1];
  return last?.matches(".bot-row") ? last.querySelector(".reply") : null;
}

function readOut() {
  told = Math.min(told, saidTimes());
  const reply = answer();
  if (told === saidTimes() || answering() || !reply?.matches(".whole")) return;
  told = saidTimes();
  put(whole, paragraphs(reply).join(" "));
}

function sayThatItTakesLong() {
  const silent = answering() && saidTimes() > 0 && !answer();
  if (silent) waiting ??= setTimeout(() => put(slow, parts.said.thinking), LONG_MS);
  else {
    clearTimeout(waiting);
    waiting = undefined;
    put(slow, "");
  }
}

until(() => document.querySelector("#write")).then(() => {
  document.querySelector("#write").before(slow);
  watch(() => {
    readOut();
    sayThatItTakesLong();
  });
});
