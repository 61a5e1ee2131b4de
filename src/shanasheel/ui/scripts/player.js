// Live pictures: fragments pushed over a WebSocket into Media Source Extensions.
//
// The server sends {"type":"segment","start_us","mime"}, then the segment's first bytes (init) and
// its fragments. Every segment is laid at its own wall time on one time line (timestampOffset), so
// the picture's age is known at any moment: now - (epoch + currentTime).

import { query, socketUrl } from "shanasheel-ui/api.js";

const KEEP_S = 30; // buffer kept behind the picture
const QUEUE_BOUND = 400; // messages waiting to be appended; above, start afresh (hidden tab)
const SILENT_MS = 5000; // without bytes for so long, the picture is old: say so
const TICK_MS = 250;

export class LivePlayer {
  /** @param report called with {state, cause, mime, detail, delayMs} on every change and tick. */
  constructor(video, { camera, stream = "shielded", grant = null, report }) {
    Object.assign(this, { video, camera, stream, grant, report });
    this.wait_ms = 500;
    this.stopped = false;
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.onVisible = () => document.visibilityState === "visible" && this.toEdge();
    document.addEventListener("visibilitychange", this.onVisible);
    this.open();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.close();
  }

  close() {
    if (this.socket) {
      this.socket.onclose = this.socket.onmessage = null;
      this.socket.close();
      this.socket = null;
    }
    this.buffer = null;
    this.video.removeAttribute("src");
    this.video.load();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }

  open() {
    this.close();
    Object.assign(this, { queue: [], epoch_us: null, mime: null, skipping: false, state: null });
    Object.assign(this, { step_s: 0.5, lastEnd: 0, heard_at: performance.now() });
    this.media = new MediaSource();
    this.url = URL.createObjectURL(this.media);
    this.video.src = this.url;
    this.media.addEventListener("sourceopen", () => this.pump(), { once: true });
    this.say("connecting");
    const path = `/cameras/${encodeURIComponent(this.camera)}/live`;
    this.socket = new WebSocket(socketUrl(path + query({ stream: this.stream, grant: this.grant })));
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = (message) => this.hear(message.data);
    this.socket.onclose = () => this.again();
    this.video.onerror = () => this.again();
  }

  again() {
    if (this.stopped || this.refused) return;
    if (this.state !== "waiting") this.say("connecting");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => !this.stopped && this.open(), this.wait_ms);
    this.wait_ms = Math.min(this.wait_ms * 2, 10000);
  }

  say(state, more = {}) {
    this.state = state;
    this.report({ state, delayMs: this.delayMs(), ...more });
  }

  hear(data) {
    if (typeof data === "string") return this.hearText(JSON.parse(data));
    this.heard_at = performance.now();
    this.queue.push({ data });
    if (this.queue.length > QUEUE_BOUND) return this.open();
    return this.pump();
  }

  hearText(message) {
    if (message.type === "segment") {
      this.queue.push({ mime: message.mime, start_us: message.start_us });
      this.pump();
    } else if (message.type === "waiting") {
      this.say("waiting", { cause: message.cause });
    } else if (message.type === "unplayable") {
      this.say("unplayable", { mime: message.mime });
    } else if (message.type === "error") {
      this.refused = message.code === "Denied" || message.code === "LoginRequired" || message.code === "NotFound";
      this.say("refused", { detail: message.detail || message.code });
    }
  }

  pump() {
    while (this.media.readyState === "open" && this.queue.length && !this.buffer?.updating) {
      const next = this.queue.shift();
      try {
        if (next.mime !== undefined) this.beginSegment(next);
        else if (!this.skipping && this.buffer) this.buffer.appendBuffer(next.data);
      } catch (fault) {
        if (fault.name !== "QuotaExceededError") return this.again();
        this.queue.unshift(next);
        return this.trim(5);
      }
    }
    return undefined;
  }

  beginSegment({ mime, start_us }) {
    this.skipping = !MediaSource.isTypeSupported(mime);
    if (this.skipping) return this.say("unplayable", { mime });
    if (this.epoch_us === null) this.epoch_us = start_us;
    if (!this.buffer) {
      this.media.duration = Infinity;
      this.buffer = this.media.addSourceBuffer(mime);
      this.buffer.addEventListener("updateend", () => this.appended());
    } else {
      this.buffer.abort(); // a segment cut short must not leave the parser in mid-fragment
      if (mime !== this.mime) this.buffer.changeType(mime);
    }
    this.mime = mime;
    this.buffer.timestampOffset = (start_us - this.epoch_us) / 1e6;
    return undefined;
  }

  appended() {
    if (!this.buffer) return;
    const end = this.end();
    const step = end - this.lastEnd;
    // Fragments come in steps; the longest recent step is what must stay buffered.
    if (step > 0.01 && step < 5) this.step_s = Math.max(step, this.step_s * 0.95);
    this.lastEnd = end;
    if (this.video.buffered.length && this.video.buffered.start(0) < this.video.currentTime - KEEP_S - 5) {
      this.trim(KEEP_S);
    }
    this.pump();
  }

  trim(keep_s) {
    const until = this.video.currentTime - keep_s;
    if (this.buffer && !this.buffer.updating && until > 0) this.buffer.remove(0, until);
  }

  end() {
    const ranges = this.video.buffered;
    return ranges.length ? ranges.end(ranges.length - 1) : 0;
  }

  toEdge() {
    const ranges = this.video.buffered;
    if (!ranges.length) return;
    const last = ranges.length - 1;
    this.video.currentTime = Math.max(ranges.start(last), ranges.end(last) - this.target());
  }

  target() {
    return Math.min(Math.max(0.35, this.step_s * 1.1), 2);
  }

  /** Keep near the newest picture: jump when far behind, run a little faster when slightly. */
  tick() {
    if (this.buffer && this.video.buffered.length) {
      const lag_s = this.end() - this.video.currentTime;
      const allowed_s = Math.max(1.5, this.target() + this.step_s);
      if (lag_s > allowed_s || !this.inBuffer()) this.toEdge();
      this.video.playbackRate = lag_s > this.target() + 0.25 ? 1.08 : 1;
      if (this.video.paused) this.video.play().catch(() => undefined);
    }
    const fresh = performance.now() - this.heard_at < SILENT_MS;
    if (this.video.readyState >= 2 && fresh && !this.skipping) {
      if (this.state !== "playing") this.wait_ms = 500;
      this.say("playing");
    } else if (this.state === "playing") {
      this.say("waiting", { cause: null });
    }
  }

  inBuffer() {
    const { buffered, currentTime } = this.video;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) - 0.05 <= currentTime && currentTime <= buffered.end(index) + 0.05) return true;
    }
    return false;
  }

  /** Return the age of the picture shown, in milliseconds, or null before the first. */
  delayMs() {
    if (this.epoch_us === null || this.epoch_us === undefined || this.video.readyState < 2) return null;
    return Math.round(Date.now() - (this.epoch_us / 1000 + this.video.currentTime * 1000));
  }
}
