// One clock for many cameras: the first that shows a picture leads, the others follow it.
//
// The page calls `tick(views)` several times a second. Holes in all cameras are shown for a moment,
// then passed over. Backwards and at 16× the clock runs by itself and pictures are sought.

const DRIVEN_RATE = 8;
const STALL_MS = 350;
const SHOW_GAP_MS = 1200;

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];

export class PlayClock {
  /** @param skip asked for the next footage when no view knows of any; may answer null. */
  constructor(at_us, { skip }) {
    Object.assign(this, { position: at_us, rate: 1, playing: false, skip, lead: null });
  }

  seek(at_us) {
    this.position = Math.min(Math.round(at_us), Date.now() * 1000);
    this.lead = this.stalled_at = this.hole_at = null;
  }

  step(views, direction) {
    this.playing = false;
    for (const view of views) {
      const at_us = view.neighbour(this.position, direction);
      if (at_us !== null) return this.seek(at_us);
    }
    return undefined;
  }

  tick(views) {
    const now = performance.now();
    const passed_us = (now - (this.ticked_at || now)) * 1000 * this.rate;
    this.ticked_at = now;
    const driven = this.playing && (this.rate > DRIVEN_RATE || this.rate < 0);
    if (driven) this.position = Math.min(this.position + passed_us, Date.now() * 1000);
    else if (this.playing && this.lead && views.includes(this.lead)) this.follow(now);
    const shown = views.map((view) => ({ view, ...view.sync(this.position, this.rate, this.playing) }));
    if (!this.playing || !shown.length) return;
    const leads = shown.find((one) => one.state === "ready");
    this.lead = leads?.view ?? null;
    if (leads) this.hole_at = null;
    if (leads && !driven) this.watch(leads, now);
    else if (!leads && shown.some((one) => one.state === "unplayable")) this.position += driven ? 0 : passed_us;
    else if (!leads && !shown.some((one) => one.state === "loading")) this.passHole(views, now);
  }

  follow(now) {
    const at_us = this.lead.shownAt();
    if (at_us === null || at_us <= this.position || at_us > this.position + 5e6 * Math.max(1, this.rate)) return;
    if (at_us > this.position + 1000) this.moved_at = now;
    this.position = Math.round(at_us);
  }

  /** Get over a hole of a few pictures between two segments, where the leading picture stands. */
  watch(leads, now) {
    if (leads.seeking || leads.position_us > this.position + 1000) {
      this.stalled_at = null;
      return;
    }
    this.stalled_at ??= now;
    if (now - Math.max(this.stalled_at, this.moved_at || 0) < STALL_MS) return;
    this.stalled_at = null;
    this.position = Math.round(leads.after_hole_us ?? this.position + 300000);
  }

  passHole(views, now) {
    this.hole_at ??= now;
    if (now - this.hole_at < SHOW_GAP_MS) return;
    if (this.rate < 0) {
      this.position -= 5e6; // backwards: look a little earlier
      return;
    }
    const starts = views.map((view) => view.nextStart(this.position)).filter((one) => one !== null);
    const next = starts.length ? Math.min(...starts) : this.skip(this.position);
    this.hole_at = null;
    if (next === null) this.playing = false;
    else this.position = next + 1000;
  }
}
