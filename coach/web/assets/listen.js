// Listen: the microphone on one side, the server's ears on the other, as long as they are
// wanted.  Sound is passed on and held nowhere.
const RATE = 16000;
const TAIL_MS = 250;

/** A reason why nobody can be heard; its message is the name of one of the page's phrases. */
export class Deaf extends Error {}

const WHY = {
  NotAllowedError: "not_allowed",
  SecurityError: "not_allowed",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
};

/** The microphone, from `open` to `close`; calls `heard` with blocks of 16-bit samples. */
class Microphone {
  static async open(heard, lost) {
    if (!navigator.mediaDevices?.getUserMedia || !self.AudioWorkletNode) throw new Deaf("not_secure");
    const microphone = new Microphone();
    try {
      microphone.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      microphone.context = new AudioContext();
      await microphone.context.audioWorklet.addModule("/look/microphone.js");
      await microphone.context.resume();
    } catch (error) {
      microphone.close();
      throw new Deaf(WHY[error.name] ?? "microphone_taken");
    }
    const source = microphone.context.createMediaStreamSource(microphone.stream);
    const node = new AudioWorkletNode(microphone.context, "microphone");
    node.port.onmessage = (event) => heard(event.data);
    // What is connected to nothing is not run everywhere; this node puts out silence.
    source.connect(node).connect(microphone.context.destination);
    for (const track of microphone.stream.getTracks()) track.onended = lost;
    return microphone;
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.context?.close();
    this.context = this.stream = undefined;
  }
}

/**
 * One time of listening.  `on` holds what to call for each of the server's events by its
 * name, and `on.lost` with the name of a phrase when it ends without being asked to.
 */
export class Ear {
  #mode;
  #on;
  #socket;
  #microphone;
  #waiting = [];
  #closed = false;

  constructor(mode, on) {
    this.#mode = mode;
    this.#on = on;
  }

  /** Open the microphone and the connection; throw `Deaf` where one cannot be had. */
  async open() {
    const microphone = await Microphone.open(
      (block) => this.#send(block),
      () => this.#lose("microphone_lost"),
    );
    if (this.#closed) {
      microphone.close();
      return;
    }
    this.#microphone = microphone;
    this.#connect();
  }

  /** Say that the turn is over; what was said in the last moment is still passed on. */
  async end() {
    await new Promise((resolve) => setTimeout(resolve, TAIL_MS));
    this.#shut();
    this.#send(JSON.stringify({ end: true }));
  }

  /** Forget what came of this turn. */
  reset() {
    this.#send(JSON.stringify({ reset: true }));
  }

  close() {
    this.#closed = true;
    this.#shut();
    this.#socket?.close();
  }

  #shut() {
    this.#microphone?.close();
    this.#microphone = undefined;
  }

  #connect() {
    const address = new URL("/voice/listen", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ mode: this.#mode, rate: RATE }));
      for (const frame of this.#waiting.splice(0)) socket.send(frame);
    };
    socket.onmessage = ({ data }) => {
      if (this.#closed) return;
      const told = JSON.parse(data);
      this.#on[told.event]?.(told);
    };
    socket.onclose = () => this.#lose("connection_lost");
  }

  #send(frame) {
    if (this.#closed) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
    else this.#waiting.push(frame);
  }

  #lose(why) {
    if (this.#closed) return;
    this.close();
    this.#on.lost(why);
  }
}
