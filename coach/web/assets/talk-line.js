// One line above the box, for what a person has just done to the talk; read out once, gone
// with the next turn.
import { saidTimes, until, watch } from "./chat.js";
import { Parts, put } from "./parts.js";

const parts = new Parts("talk-parts");
const line = parts.piece(".talk-line");
const words = line.querySelector(".words");
const undo = line.querySelector(".undo");
let since = 0; // How often something had been said when the line was written.

/** Show a phrase; with a way back if `back` is given. */
export function tell(phrase, back) {
  since = saidTimes();
  put(words, phrase);
  undo.hidden = !back;
  undo.onclick = () => {
    tell("");
    back();
  };
}

until(() => document.querySelector("#write")).then(() => {
  document.querySelector("#write").before(line);
  watch(() => {
    if (saidTimes() > since) tell("");
  });
});
