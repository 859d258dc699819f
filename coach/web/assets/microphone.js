// What the browser's audio thread does with the microphone: one channel, 16,000 samples a
// second, 16 bits, in blocks of 32 ms.  A windowed sinc keeps what lies above 8 kHz from
// folding back into the voice.
const RATE = 16000;
const BLOCK = 512;
const ZEROS = 16;
const PHASES = 64;
const PASSED = 0.94;

/** Return for each of PHASES places between two samples the weights of those around it. */
function filterBank(half, cutoff) {
  return Array.from({ length: PHASES }, (_, phase) => {
    const weights = Float32Array.from({ length: 2 * half }, (_, tap) => {
      const at = tap - half + 1 - phase / PHASES;
      const swing = Math.PI * cutoff * at;
      const sinc = swing === 0 ? 1 : Math.sin(swing) / swing;
      return Math.abs(at) >= half ? 0 : sinc * Math.cos((Math.PI * at) / (2 * half)) ** 2;
    });
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
}

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ratio = sampleRate / RATE;
    this.half = Math.ceil(ZEROS * Math.max(1, this.ratio));
    this.bank = filterBank(this.half, PASSED / Math.max(1, this.ratio));
    this.waiting = new Float32Array(this.half);
    this.at = this.half;
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
  }

  process([channels]) {
    if (channels?.length) this.take(channels);
    return true;
  }

  /** Add a block of input, and pass on what can be said of it at the lower rate. */
  take(channels) {
    const input = new Float32Array(this.waiting.length + channels[0].length);
    input.set(this.waiting);
    for (let i = 0; i < channels[0].length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      input[this.waiting.length + i] = sum / channels.length;
    }
    for (; this.at + this.half < input.length; this.at += this.ratio) this.put(this.sample(input));
    const done = Math.floor(this.at) - this.half;
    this.waiting = input.slice(done);
    this.at -= done;
  }

  sample(input) {
    const before = Math.floor(this.at);
    const weights = this.bank[Math.floor((this.at - before) * PHASES)];
    const first = before - this.half + 1;
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) sum += weights[tap] * input[first + tap];
    return sum;
  }

  put(sample) {
    this.block[this.filled++] = Math.round(32767 * Math.max(-1, Math.min(1, sample)));
    if (this.filled < BLOCK) return;
    this.port.postMessage(this.block.buffer, [this.block.buffer]);
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
  }
}

registerProcessor("microphone", Microphone);
