// Draws the time line on its canvas: ruler, rows with their layers, marks, the moment shown.

import { clockTime, dateTime } from "shanasheel-ui/format.js";
import { ticks } from "shanasheel-ui/timeline_scale.js";

export const RULER_PX = 28;
export const ROW_PX = 32;
const BAR_PX = 13;
const BAR_TOP = 13;
const ACTIVE_PX = 8;
const SHED_PX = 5;

export const CAUSE_COLOURS = {
  signal_lost: "--gap-lost",
  unreachable: "--gap-unreachable",
  refused: "--gap-refused",
  format_changed: "--gap-format",
  clock_stepped: "--gap-clock",
  worker_stopped: "--gap-stopped",
  worker_killed: "--gap-killed",
  disk: "--gap-disk",
};

export class Painter {
  constructor(box, canvas, scale, { right }) {
    const ratio = window.devicePixelRatio || 1;
    [this.width, this.height] = [box.clientWidth, box.clientHeight];
    canvas.width = this.width * ratio;
    canvas.height = this.height * ratio;
    canvas.style.width = `${this.width}px`;
    canvas.style.height = `${this.height}px`;
    this.pen = canvas.getContext("2d");
    this.pen.scale(ratio, ratio);
    this.style = getComputedStyle(box);
    this.colours = {};
    this.scale = scale;
    this.rtl = right;
    this.pen.font = `12px ${this.style.fontFamily}`;
    this.pen.textBaseline = "middle";
  }

  colour(name) {
    this.colours[name] ??= this.style.getPropertyValue(name).trim();
    return this.colours[name];
  }

  fill(from, to, y, height, colour, least = 1) {
    const { scale, pen } = this;
    const x0 = Math.max(scale.left, scale.x(from));
    const x1 = Math.min(scale.right, Math.max(scale.x(to), scale.x(from) + least));
    if (x1 <= x0 || x0 > scale.right) return;
    pen.fillStyle = colour.startsWith?.("--") ? this.colour(colour) : colour;
    pen.fillRect(x0, y, x1 - x0, height);
  }

  /** Return strokes from lower left to upper right, as a pattern to fill with. */
  hatch(colour) {
    const tile = Object.assign(document.createElement("canvas"), { width: 5, height: 5 });
    const pen = tile.getContext("2d");
    pen.strokeStyle = this.colour(colour);
    pen.lineWidth = 1.6;
    for (const shift of [-5, 0, 5]) {
      pen.moveTo(shift - 1, 6);
      pen.lineTo(shift + 6, -1);
    }
    pen.stroke();
    return this.pen.createPattern(tile, "repeat");
  }

  ruler() {
    const { pen, scale } = this;
    pen.fillStyle = this.colour("--panel");
    pen.fillRect(0, 0, this.width, RULER_PX);
    pen.textAlign = "center";
    pen.direction = this.rtl ? "rtl" : "ltr"; // of the words of a date, not of time
    for (const tick of ticks(scale)) {
      const x = Math.round(scale.x(tick.at_us)) + 0.5;
      if (!scale.inside(x)) continue;
      pen.strokeStyle = this.colour(tick.strong ? "--dim" : "--line");
      pen.beginPath();
      pen.moveTo(x, RULER_PX - 6);
      pen.lineTo(x, RULER_PX);
      pen.stroke();
      pen.fillStyle = this.colour(tick.strong ? "--text" : "--dim");
      if (x > scale.left + 26 && x < scale.right - 26) pen.fillText(tick.label, x, RULER_PX / 2 - 2);
    }
    pen.textAlign = "start";
  }

  grid() {
    const { pen, scale } = this;
    pen.strokeStyle = this.colour("--line");
    for (const tick of ticks(scale)) {
      const x = Math.round(scale.x(tick.at_us)) + 0.5;
      if (!scale.inside(x)) continue;
      pen.beginPath();
      pen.moveTo(x, RULER_PX);
      pen.lineTo(x, this.height);
      pen.stroke();
    }
  }

  /** @param line what the server told of the camera; null while it is on its way. */
  row(top, { camera, line, told, chosen }) {
    const bar = top + BAR_TOP;
    this.fill(this.scale.from, this.scale.to, bar, BAR_PX, "--panel-3");
    if (line) this.layers(bar, line, told);
    this.label(top, camera, chosen);
  }

  layers(bar, line, told) {
    for (const [from, to] of line.deleted) this.fill(from, to, bar, BAR_PX, "--deleted");
    for (const [from, to] of line.recorded) this.fill(from, to, bar, BAR_PX, "--recorded");
    for (const [from, to] of line.shielded) this.fill(from, to, bar + BAR_PX - 3, 3, "--shielded");
    if (line.shed.length) this.hatching ??= this.hatch("--shed");
    for (const [from, to] of line.shed) {
      this.fill(from, to, bar + BAR_PX - SHED_PX, SHED_PX, "--shed-ground", 2);
      this.fill(from, to, bar + BAR_PX - SHED_PX, SHED_PX, this.hatching, 2);
    }
    for (const [from, to, cause, part] of line.gaps) {
      const colour = CAUSE_COLOURS[cause] || "--gap-lost";
      const tall = part > 0.5 ? BAR_PX : Math.round(BAR_PX / 2);
      if (from < to) this.fill(from, to, bar, tall, colour, 2);
      else this.fill(from, from, bar - 4, BAR_PX + 8, colour, 3); // a moment: the clock was set back
    }
    for (const [from, to] of line.held) this.fill(from, to, bar + BAR_PX + 1, 2, "--raw");
    this.digits(line.active, told, (from, to, ninths) => {
      const tall = Math.max(1, Math.round((ninths / 9) * ACTIVE_PX));
      this.fill(from, to, bar - 1 - tall, tall, "--activity");
    });
    this.digits(line.events, told, (from, to, count) => {
      const x = this.scale.x((from + to) / 2);
      this.dot(x, bar + BAR_PX / 2, Math.min(4.5, 2 + count / 3), "--info");
    });
  }

  digits(text, told, draw) {
    const first = Math.max(0, Math.floor((this.scale.from - told.begin_us) / told.bucket_us));
    const last = Math.min(text.length, Math.ceil((this.scale.to - told.begin_us) / told.bucket_us));
    let begun = first;
    for (let place = first; place < last; place += 1) {
      if (place + 1 < last && text[place + 1] === text[place]) continue; // alike: drawn as one, without seams
      const value = text.charCodeAt(place) - 48;
      if (value) draw(told.begin_us + begun * told.bucket_us, told.begin_us + (place + 1) * told.bucket_us, value);
      begun = place + 1;
    }
  }

  label(top, camera, chosen) {
    const { pen, scale } = this;
    const [from, to] = this.rtl ? [scale.right, this.width] : [0, scale.left];
    if (to - from < 40) return;
    pen.fillStyle = this.colour(chosen ? "--accent-soft" : "--panel");
    pen.fillRect(from, top, to - from, ROW_PX);
    if (chosen) {
      pen.fillStyle = this.colour("--accent");
      pen.fillRect(this.rtl ? to - 3 : from, top + 3, 3, ROW_PX - 6);
    }
    pen.fillStyle = this.colour(chosen ? "--text" : "--dim");
    pen.save();
    pen.beginPath();
    pen.rect(from, top, to - from - 6, ROW_PX);
    pen.clip();
    pen.direction = this.rtl ? "rtl" : "ltr";
    pen.textAlign = "start";
    pen.fillText(camera.name, this.rtl ? to - 12 : from + 12, top + ROW_PX / 2);
    pen.restore();
  }

  dot(x, y, radius, colour) {
    if (!this.scale.inside(x)) return;
    this.pen.fillStyle = this.colour(colour);
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, 7);
    this.pen.fill();
  }

  mark(top, mark) {
    const x = this.scale.x(mark.at_us);
    if (!mark.code) return this.dot(x, top + BAR_TOP + BAR_PX / 2, 3, "--info");
    return this.dot(x, top + BAR_TOP - 2, 5, mark.state === "dismissed" ? "--dim" : mark.state === "new" ? "--bad" : "--warn");
  }

  /** Shade the span that was marked; one border alone is a line. */
  marked([from, to]) {
    const { pen } = this;
    if (from !== null && to !== null) {
      pen.globalAlpha = 0.18;
      this.fill(from, to, RULER_PX, this.height, "--accent");
      pen.globalAlpha = 1;
    }
    for (const at of [from, to]) if (at !== null) this.fill(at, at, RULER_PX - 10, this.height, "--accent", 2);
  }

  moment(position) {
    const { pen, scale } = this;
    const now = scale.x(Date.now() * 1000);
    if (scale.inside(now)) this.fill(Date.now() * 1000, Date.now() * 1000, RULER_PX, this.height, "--dim", 1);
    const x = scale.x(position);
    if (!scale.inside(x)) return;
    pen.fillStyle = this.colour("--text");
    pen.fillRect(x - 1, RULER_PX - 8, 2, this.height);
    const label = scale.to - scale.from > 86400e6 ? dateTime(position) : clockTime(position);
    const wide = pen.measureText(label).width + 14;
    const at = Math.min(Math.max(x - wide / 2, scale.left), scale.right - wide);
    pen.fillStyle = this.colour("--accent");
    pen.beginPath();
    pen.roundRect(at, 2, wide, 19, 5);
    pen.fill();
    pen.fillStyle = this.colour("--on-accent");
    pen.textAlign = "center";
    pen.direction = this.rtl ? "rtl" : "ltr";
    pen.fillText(label, at + wide / 2, 12);
  }
}
