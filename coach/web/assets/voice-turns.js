// The turns of a talk by voice: what is heard goes to the talk, what the talk answers is said.
import * as chat from "./chat.js";
import { Deaf, Ear } from "./listen.js";
import { Parts } from "./parts.js";
import { pauseOf, stopPause } from "./pause.js";
import { sentences, Speech } from "./speak.js";

const TAP_MS = 350;
const IN_A_CRISIS = 0.85;
const SETTLED_MS = 80;
const ECHO_WORDS = 4;

const parts = new Parts("voice-parts");
const { said } = parts;
const bare = (words) => words.toLowerCase().replace(/[^\p{L}\p{N}' ]+/gu, " ").replace(/\s+/g, " ").trim();
const answers = (list, words) => said[list].split("|").includes(bare(words));

/** The turns of one visitor; `view` shows what is going on. */
export class Voice {
  #view;
  #preferences;
  #ear;
  #mode = "off";
  #stage = "off";
  #fromVoice = false; // The words in the box were spoken, so that the reply will be too.
  #said = 0;
  #following; // The reply that is spoken while it grows.
  #reading; // The reply that was read aloud last.
  #doubted = ""; // Words that were asked back.
  #pressedAt = 0;
  #endedByPress = false;
  #missedSome = false;
  #inTurn = false; // A voice was heard, and its words were not told yet.

  constructor(view, preferences) {
    this.#view = view;
    this.#preferences = preferences;
    this.speech = new Speech(preferences, {
      changed: () => this.#show(),
      failed: () => this.#view.note("cannot_speak"),
    });
    chat.watch(() => this.#look());
  }

  get mode() {
    return this.#mode;
  }

  // ---- Hold to talk

  press() {
    if (this.#mode === "hold") {
      if (this.#endedByPress && this.#stage === "opening") this.#leave("ready_now");
      else if (this.#endedByPress) this.#finish();
      return;
    }
    this.hush();
    this.speech.unlock();
    stopPause();
    this.#pressedAt = performance.now();
    this.#endedByPress = false;
    this.#listen("hold");
  }

  /** End the turn; after a short press it goes on until the next one, for hands that cannot hold. */
  release() {
    if (this.#mode !== "hold" || this.#endedByPress || this.#stage === "writing") return;
    if (performance.now() - this.#pressedAt < TAP_MS) {
      this.#endedByPress = true;
      this.#show();
    } else if (this.#stage === "opening") {
      this.#leave("ready_now");
    } else {
      this.#finish();
    }
  }

  /** Begin, or end, by a press that cannot be held: a screen reader's, or the Enter key's. */
  toggle() {
    this.press();
    if (this.#mode === "hold" && this.#stage !== "writing") {
      this.#endedByPress = true;
      this.#show();
    }
  }

  // ---- Hands free

  free() {
    if (this.#mode === "free") {
      this.stop();
      return;
    }
    this.hush();
    this.speech.unlock();
    this.#listen("free");
  }

  /** Stop listening and speaking, and say why if there is a reason. */
  stop(why) {
    this.hush();
    stopPause();
    this.#leave(why);
  }

  // ---- Speaking

  /** Say a reply that stands there, or fall silent if it is just being said. */
  readAloud(reply) {
    const again = this.speech.busy && this.#reading === reply;
    this.hush();
    if (again) return;
    this.#reading = reply;
    this.speech.unlock();
    this.#sayAll({ reply, spoken: 0 });
  }

  hush() {
    this.#following = undefined;
    this.speech.stop();
    if (this.#stage === "thinking") this.#rest();
  }

  // ---- What the ear tells

  async #listen(mode) {
    this.#ear?.close();
    this.#mode = mode;
    this.#stage = "opening";
    this.#doubted = "";
    this.#missedSome = this.#inTurn = false;
    this.#view.note();
    this.#show();
    const ear = new Ear(mode, {
      ready: () => this.#atWork(ear) && this.#become("listening"),
      speech: () => this.#atWork(ear) && this.#voiceBegan(),
      partial: ({ text }) => this.#atWork(ear) && this.#view.partly(text),
      heard: (heard) => this.#atWork(ear) && this.#heard(heard),
      asleep: () => this.#atWork(ear) && this.stop("asleep"),
      busy: ({ message }) => this.#atWork(ear) && this.#missed(message),
      error: ({ message }) => this.#atWork(ear) && this.#missed(message),
      too_long: ({ message }) => this.#atWork(ear) && this.#view.say(message),
      // A server that hangs up after it said why has said it better.
      lost: (why) => this.#atWork(ear) && this.stop(this.#missedSome ? undefined : why),
    });
    this.#ear = ear;
    try {
      await ear.open();
    } catch (error) {
      if (this.#ear === ear) this.stop(error instanceof Deaf ? error.message : "microphone_taken");
    }
  }

  /** Keep the server from falling asleep while the coach speaks or a pause goes on. */
  stayAwake() {
    const busy = this.speech.busy || this.#stage === "quiet";
    if (this.#mode === "free" && busy && !this.#inTurn) this.#ear.reset();
  }

  #atWork(ear) {
    return this.#ear === ear;
  }

  #voiceBegan() {
    this.#inTurn = true;
    if (this.#mode !== "free") return;
    this.speech.hold();
    this.#become("listening");
  }

  #heard({ text, sure }) {
    this.#missedSome = this.#inTurn = false;
    this.#view.partly("");
    if (this.#mode === "hold") {
      this.#leave(text ? (sure ? "heard" : "unsure") : "nothing_heard");
      if (text) this.#toBox(text);
    } else if (!text || this.#isEcho(text)) {
      this.speech.resume();
      this.#show();
    } else {
      this.#answer(text, sure);
    }
  }

  /** Take what was said with hands free: send it, or ask back. */
  #answer(text, sure) {
    const doubted = this.#doubted;
    this.#doubted = "";
    this.speech.stop();
    this.#view.note();
    if (doubted && chat.box().value === doubted) chat.write("");
    if (doubted && answers("said_yes", text)) {
      this.#send(doubted);
    } else if (doubted && answers("said_no", text)) {
      this.#view.note("ask_again");
      this.#speak(said.ask_again);
    } else if (sure) {
      this.#send(text);
    } else {
      this.#doubted = text;
      if (!chat.box().value) chat.write(text);
      const question = parts.filled("ask_back", { words: text });
      this.#view.say(question);
      this.#speak(question);
    }
  }

  #send(text) {
    stopPause();
    this.#become("thinking");
    chat.send(text);
  }

  /** Put the words behind what stands in the box, to be corrected and sent by hand. */
  #toBox(text) {
    const box = chat.box();
    chat.write([box.value.trimEnd(), text].filter(Boolean).join(" "));
    this.#fromVoice = true;
    if (matchMedia("(hover: hover)").matches) box.focus();
  }

  #missed(message) {
    this.#missedSome = true;
    this.#inTurn = false;
    if (this.#mode === "hold") this.#leave();
    this.speech.resume();
    this.#view.say(message);
  }

  /** Tell the coach's own voice, come back by the microphone, from the visitor's. */
  #isEcho(text) {
    const words = bare(text);
    const enough = words.split(" ").length >= ECHO_WORDS;
    return enough && this.speech.busy && bare(this.speech.lately.join(" ")).includes(words);
  }

  async #finish() {
    this.#stage = "writing";
    this.#show();
    await this.#ear.end();
  }

  #leave(why) {
    this.#ear?.close();
    this.#ear = undefined;
    this.#mode = this.#stage = "off";
    this.#view.partly("");
    if (why) this.#view.note(why);
    this.#show();
  }

  #become(stage) {
    this.#stage = stage;
    this.#show();
  }

  // ---- The talk

  /** See whether somebody spoke or the reply grew, however the turn was begun. */
  #look() {
    const times = chat.saidTimes();
    if (times !== this.#said) this.#turnBegan(times > this.#said);
    this.#said = times;
    if (this.#following) this.#follow();
    this.#view.offerReading(chat.answering() ? [] : chat.replies());
  }

  #turnBegan(forward) {
    this.speech.stop();
    stopPause();
    const aloud = forward && (this.#mode === "free" || this.#fromVoice);
    const before = chat.replies().length;
    this.#following = aloud ? { before, spoken: 0, whole: false, problem: chat.problem() } : undefined;
    this.#fromVoice = false;
    if (forward) this.#view.note();
    if (aloud) this.#become("thinking");
    else if (this.#stage === "thinking") this.#rest();
  }

  #follow() {
    const turn = this.#following;
    turn.reply = chat.replies()[turn.before];
    const failed = !turn.reply && chat.problem() && chat.problem() !== turn.problem;
    if (failed) {
      this.#following = undefined;
      this.#rest();
    } else if (turn.reply) {
      if (!this.#preferences.muted) this.#sayMore(turn, turn.whole);
      // The last words may be drawn after the buttons have changed back.
      if (!turn.whole && !chat.answering()) {
        turn.settling ??= setTimeout(() => this.#whole(turn), SETTLED_MS);
      }
    }
  }

  #whole(turn) {
    turn.settling = undefined;
    if (this.#following !== turn || chat.answering()) return;
    turn.whole = true;
    this.#rest();
    if (this.#preferences.muted) this.#quiet(turn.reply);
    else this.#sayAll(turn);
  }

  /** Say the sentences of a reply that were not said yet; the last one may still be growing. */
  #sayMore(turn, whole) {
    const all = chat.paragraphs(turn.reply).flatMap(sentences);
    const pace = turn.reply.classList.contains("crisis") ? IN_A_CRISIS : 1;
    for (const sentence of all.slice(turn.spoken, whole ? all.length : -1)) {
      this.speech.say(sentence, pace);
      turn.spoken += 1;
      if (tellsPause(sentence, turn.reply)) {
        turn.paused = true;
        this.speech.then(() => this.#quiet(turn.reply));
      }
    }
  }

  #sayAll(turn) {
    this.#sayMore(turn, true);
    if (chat.secondsOfPause(turn.reply) && !turn.paused) this.speech.then(() => this.#quiet(turn.reply));
  }

  /** With hands free, be silent for the seconds of a practice step, and go on listening. */
  async #quiet(reply) {
    if (this.#mode !== "free") return;
    // The button for it appears when the reply is whole.
    await chat.until(() => pauseOf(reply) || !reply.isConnected);
    const pause = pauseOf(reply);
    if (!pause || this.#mode !== "free") return;
    this.#become("quiet");
    const whole = await pause.start();
    if (this.#stage === "quiet") this.#become("listening");
    if (whole && !this.speech.busy) this.#speak(said.pause_next);
  }

  #speak(words) {
    if (!this.#preferences.muted) this.speech.say(words);
    this.#show();
  }

  #rest() {
    if (this.#mode === "free") this.#become("listening");
    else this.#become("off");
  }

  #show() {
    const { speaking, busy, held } = this.speech;
    const resting = this.#stage === "listening" || this.#stage === "off";
    const thinking = busy && !held && resting && this.#mode !== "hold";
    const stage = speaking ? "speaking" : thinking ? "thinking" : this.#stage;
    const until = stage === "listening" && this.#mode === "hold" && this.#endedByPress;
    this.#view.show(stage, until ? "listening_until" : stage, this.#mode, busy && stage !== "quiet");
  }
}

function tellsPause(sentence, reply) {
  const seconds = chat.secondsOfPause(reply);
  return seconds > 0 && new RegExp(`\\b${seconds} seconds\\b`).test(sentence);
}
