// What a visitor sees of the voice: the buttons, the line that says what is going on, and a
// button below each reply.  What the server cannot do has no button.
import { footLine } from "./more.js";
import { Parts, put } from "./parts.js";

const parts = new Parts("voice-parts");
const { said } = parts;

export class View {
  constructor(about) {
    this.buttons = parts.piece(".voice-buttons");
    this.line = parts.piece(".voice-line");
    this.hush = this.line.querySelector(".hush");
    this.sound = parts.piece(".sound");
    this.about = about;
    if (!about.hear) {
      for (const needless of this.buttons.querySelectorAll(".hold, .free")) needless.remove();
    }
    if (!about.speak) {
      for (const needless of this.buttons.querySelectorAll(".mute")) needless.remove();
      this.hush.remove();
    }
  }

  place() {
    document.querySelector("#write").append(this.buttons);
    footLine.then((line) => line.prepend(this.line));
    if (this.about.speak) document.querySelector("#settings").append(this.sound);
  }

  /** Show a stage in words, and which of the buttons are pressed. */
  show(stage, phrase, mode, busy) {
    this.line.dataset.stage = stage;
    put(this.line.querySelector(".words"), said[phrase]);
    this.buttons.querySelector(".hold")?.setAttribute("aria-pressed", String(mode === "hold"));
    this.buttons.querySelector(".free")?.setAttribute("aria-pressed", String(mode === "free"));
    if (this.about.speak) this.hush.hidden = !busy;
  }

  /** Say a phrase by its name until the next turn; none takes the last one away. */
  note(name) {
    this.say(name ? said[name] : "");
  }

  say(words) {
    put(this.line.querySelector(".note"), words);
  }

  partly(words) {
    put(this.line.querySelector(".partly"), words);
  }

  /** Put a button under each of these replies, if there is a voice. */
  offerReading(replies) {
    if (!this.about.speak) return;
    for (const reply of replies) {
      const tools = reply.closest(".bot-row").querySelector(":scope > .tools");
      if (tools && !tools.querySelector(".aloud")) tools.prepend(parts.piece(".aloud"));
    }
  }
}
