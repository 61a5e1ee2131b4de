// Stored pictures: whole segments fetched and laid at their wall time on one time line.
//
// Owns no clock: the page calls `sync(position, rate, playing)` several times a second, and learns
// whether there is a picture ("ready"), it is on its way ("loading"), there is no footage ("gap")
// or the browser cannot play it ("unplayable").

import { get, query } from "shanasheel-ui/api.js";
import { frameTimes } from "shanasheel-ui/frame_times.js";

const BEHIND_S = 20;
const LIST_BEFORE_US = 60e6;
const LIST_AFTER_US = 600e6;
const DRIVEN_RATE = 8; // faster, or backwards, the page's clock drives and pictures are sought
const NUDGE = 0.08; // how much faster or slower a camera runs to meet the others
const RELIST_MS = 5000;

export class SegmentPlayer {
  constructor(video, { camera, stream = "shielded", grant = null }) {
    Object.assign(this, { video, camera, stream, grant });
    this.segments = [];
    this.frames = new Map();
    this.fault = null;
    this.reset(0);
  }

  reset(epoch_us) {
    this.abort?.abort();
    this.abort = new AbortController();
    if (this.url) URL.revokeObjectURL(this.url);
    Object.assign(this, { epoch_us, buffer: null, mime: null, appended: new Set(), fetching: null });
    this.media = new MediaSource();
    this.url = URL.createObjectURL(this.media);
    this.video.src = this.url;
    this.video.dataset.epochUs = epoch_us;
  }

  stop() {
    this.abort.abort();
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.url);
    this.stopped = true;
  }

  /** Bring the picture to `at_us` and return {state, position_us, next_us}. */
  sync(at_us, rate, playing) {
    if (!this.epoch_us || at_us < this.epoch_us || at_us > this.epoch_us + 2 * 86400e6) {
      this.reset(at_us - 43200e6);
    }
    this.list(at_us);
    const segment = this.segments.find((one) => one.start_us <= at_us && at_us < one.end_us);
    if (segment && !MediaSource.isTypeSupported(segment.mime)) return this.hold("unplayable", { mime: segment.mime });
    this.fill(rate < 0 ? at_us - 10e6 : at_us, Math.max(20, 20 * Math.abs(rate)));
    if (!segment) return this.hold(this.listed(at_us) ? "gap" : "loading");
    const target = (at_us - this.epoch_us) / 1e6;
    if (!this.has(target)) return this.hold("loading");
    this.follow(target, rate, playing);
    return { state: "ready", position_us: this.epoch_us + this.video.currentTime * 1e6, seeking: this.video.seeking, signed: segment.signed || null };
  }

  hold(state, more = {}) {
    if (!this.video.paused) this.video.pause();
    return { state, ...more };
  }

  follow(target, rate, playing) {
    const ahead = this.video.currentTime - target;
    const drift = Math.abs(ahead);
    if (playing && (rate > DRIVEN_RATE || rate < 0)) {
      if (!this.video.paused) this.video.pause();
      if (!this.video.seeking && drift > 0.04) this.video.currentTime = target;
      return;
    }
    if (!this.video.seeking && drift > (playing ? 0.35 * Math.max(1, rate) : 0.002)) this.video.currentTime = target;
    // Small drift between cameras is met by running a little slower or faster, not by a jump.
    const nudge = playing && drift > 0.03 ? 1 - Math.sign(ahead) * NUDGE : 1;
    this.video.playbackRate = Math.min(16, Math.max(0.0625, Math.abs(rate) * nudge));
    if (playing && this.video.paused) this.video.play().catch(() => undefined);
    if (!playing && !this.video.paused) this.video.pause();
  }

  /** Return the moment shown now, in microseconds since 1970, or null before there is a picture. */
  shownAt() {
    return this.epoch_us && this.video.readyState >= 2 ? this.epoch_us + this.video.currentTime * 1e6 : null;
  }

  /** Return the moment of the picture before (-1) or after (1) that of `at_us`; null when unknown. */
  neighbour(at_us, direction) {
    const here = this.segments.findIndex((one) => one.start_us <= at_us && at_us < one.end_us);
    const times = this.segments.slice(Math.max(0, here - 1), here + 2).flatMap((one) => (this.frames.get(one.id) || []).map((time_s) => one.start_us + time_s * 1e6));
    const index = times.findLastIndex((one) => one <= at_us + 500);
    const found = index >= 0 ? times[index + direction] : undefined;
    if (found !== undefined) return Math.round(found) + 1000;
    const beside = this.segments[here + direction];
    if (here < 0 || !beside) return null;
    return direction > 0 ? beside.start_us + 1000 : beside.end_us - 1000;
  }

  /** Return when stored footage begins after a moment, as far as is listed; null when it does not. */
  nextStart(at_us) {
    return this.segments.find((one) => one.start_us > at_us)?.start_us ?? null;
  }

  /** Return where the buffer begins again after a small hole, in microseconds, or null. */
  afterHole(within_s = 3) {
    const { buffered, currentTime } = this.video;
    for (let index = 0; index < buffered.length; index += 1) {
      const start = buffered.start(index);
      if (start > currentTime && start - currentTime < within_s) return this.epoch_us + start * 1e6 + 5000;
    }
    return null;
  }

  has(target) {
    const { buffered } = this.video;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) - 0.15 <= target && target < buffered.end(index) + 0.15) return true;
    }
    return false;
  }

  listed(at_us) {
    return this.list_span && this.list_span[0] <= at_us && at_us < this.list_span[1];
  }

  async list(at_us) {
    const near = this.list_span && this.list_span[0] <= at_us && at_us < this.list_span[1] - 60e6;
    const recent = this.listed_at && performance.now() - this.listed_at < RELIST_MS;
    if (this.listing || near || (recent && this.listed(at_us))) return;
    this.listing = true;
    const span = [Math.round(at_us - LIST_BEFORE_US), Math.round(at_us + LIST_AFTER_US)];
    try {
      const path = `/cameras/${encodeURIComponent(this.camera)}/segments`;
      const found = await get(path + query({ from: span[0], to: span[1], stream: this.stream, grant: this.grant }));
      this.segments = found.items.slice().sort((one, other) => one.start_us - other.start_us);
      this.list_span = span;
      this.fault = null;
    } catch (fault) {
      this.fault = fault;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    } finally {
      this.listed_at = performance.now();
      this.listing = false;
    }
  }

  fill(at_us, ahead_s) {
    if (this.fetching || this.media.readyState !== "open" || this.buffer?.updating) return;
    const until_us = at_us + ahead_s * 1e6;
    const wanted = this.segments.find(
      (one) => one.end_us > at_us && one.start_us < until_us && !this.appended.has(one.id) && MediaSource.isTypeSupported(one.mime),
    );
    if (wanted) this.load(wanted);
    else this.trim(at_us);
  }

  async load(segment) {
    const { signal } = this.abort;
    this.fetching = segment.id;
    try {
      const answer = await fetch(segment.url, { credentials: "same-origin", signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const content = await answer.arrayBuffer();
      this.frames.set(segment.id, frameTimes(content));
      if (!signal.aborted) await this.append(segment, content);
      this.appended.add(segment.id);
    } catch (fault) {
      if (signal.aborted) return;
      if (fault.name === "QuotaExceededError") this.forget(segment.start_us - 5e6, segment.start_us + 30e6);
      else this.appended.add(segment.id); // unreadable: leave a hole, go on with the next
    } finally {
      if (!signal.aborted) this.fetching = null;
    }
  }

  append(segment, content) {
    if (!this.buffer) this.buffer = this.media.addSourceBuffer(segment.mime);
    else if (segment.mime !== this.mime) this.buffer.changeType(segment.mime);
    this.mime = segment.mime;
    this.buffer.timestampOffset = (segment.start_us - this.epoch_us) / 1e6;
    return new Promise((resolve, reject) => {
      this.buffer.onupdateend = resolve;
      this.buffer.onerror = () => reject(new Error("append"));
      this.buffer.appendBuffer(content);
    });
  }

  trim(at_us) {
    const { buffered } = this.video;
    if (!buffered.length) return;
    const target = (at_us - this.epoch_us) / 1e6;
    if (buffered.start(0) < target - BEHIND_S * 6) this.forget(at_us - BEHIND_S * 1e6, Infinity);
  }

  /** Drop what lies outside `[from, to)` by whole segments; they are fetched again when wanted. */
  forget(from_us, to_us) {
    if (!this.buffer || this.buffer.updating) return;
    let until_us = from_us;
    for (const one of this.segments) {
      if (one.end_us <= from_us || one.start_us >= to_us) {
        this.appended.delete(one.id);
        this.frames.delete(one.id);
      }
      else until_us = Math.min(until_us, one.start_us);
    }
    const until = (until_us - this.epoch_us) / 1e6;
    this.buffer.onupdateend = null;
    if (until > 0) this.buffer.remove(0, until);
  }
}
