// What a visitor sees of the voice: the buttons, the line that says what is going on, and a
// button below each reply.  What the server cannot do has no button.
const parts = document.getElementById("voice-parts");
const said = parts.dataset;

/** Return a new copy of a part of the page. */
export const part = (selector) => parts.content.querySelector(selector).cloneNode(true);

export class View {
  constructor(about) {
    this.buttons = part(".voice-buttons");
    this.line = part(".voice-line");
    this.hush = this.line.querySelector(".hush");
    this.about = about;
    if (!about.hear) {
      for (const needless of this.buttons.querySelectorAll(".hold, .free")) needless.remove();
    }
    if (!about.speak) {
      for (const needless of this.buttons.querySelectorAll(".mute")) needless.remove();
      for (const needless of this.line.querySelectorAll(".hush, .sound")) needless.remove();
    }
  }

  place() {
    document.querySelector("#write").append(this.buttons);
    document.querySelector("#write").after(this.line);
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
      const row = reply.closest(".bot-row");
      if (!row.querySelector(":scope > .aloud")) row.append(part(".aloud"));
    }
  }
}

/** Change a text; what stays is not written again, so that nobody reads it out again. */
function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
