// The time line: what is recorded, gaps by cause, events and alerts, for several cameras.
//
// Time runs left to right in both languages, as on a player. Drag over the rows moves the picture,
// drag over the ruler moves the view, the wheel zooms from a day to seconds.

import { clockTime, date, duration, minuteTime } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";

const RULER_PX = 26;
const ROW_PX = 34;
const LABEL_PX = 132;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600];
const MIN_SPAN_US = 10e6;
const HOUR_US = 3600e6;

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

export default {
  props: {
    rows: { type: Array, required: true },
    day: { type: Array, required: true },
    position: { type: Number, required: true },
  },
  emits: ["seek", "open-alert"],
  template: `
    <div class="shn-timeline" dir="ltr" ref="box" tabindex="0" :aria-label="t('timeline.label')"
         @wheel.prevent="wheel" @pointerdown="press" @pointermove="move" @pointerup="release"
         @pointercancel="release" @pointerleave="hint = null">
      <canvas ref="canvas"></canvas>
      <div v-if="hint" class="shn-hint" :dir="pageDir" :style="{ left: hint.x + 'px', top: hint.y + 'px' }">
        <strong>{{ hint.title }}</strong><span v-for="line in hint.lines" :key="line">{{ line }}</span>
      </div>
    </div>`,
  data: () => ({ hint: null, view: [0, 1] }),
  computed: {
    pageDir: () => document.documentElement.dir,
  },
  created() {
    // Begins with the hour before and after: a whole day is one turn of the wheel away.
    this.view = [Math.max(this.day[0], this.position - HOUR_US), Math.min(this.day[1], this.position + HOUR_US)];
  },
  mounted() {
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.$refs.box);
    window.addEventListener("shn-theme", this.draw);
    this.draw();
  },
  beforeUnmount() {
    this.observer.disconnect();
    window.removeEventListener("shn-theme", this.draw);
  },
  watch: {
    rows: { handler: "draw", deep: true },
    day() {
      this.view = [...this.day];
      this.draw();
    },
    position: "keepInView",
  },
  methods: {
    t,
    left() {
      return this.$refs.box.clientWidth < 560 ? 8 : LABEL_PX;
    },
    x(at_us) {
      const left = this.left();
      return left + ((at_us - this.view[0]) / (this.view[1] - this.view[0])) * (this.$refs.box.clientWidth - left);
    },
    at(x) {
      const left = this.left();
      return this.view[0] + ((x - left) / (this.$refs.box.clientWidth - left)) * (this.view[1] - this.view[0]);
    },
    keepInView() {
      const [from, to] = this.view;
      if (!this.dragging && (this.position > to || this.position < from)) {
        const half = (to - from) / 2;
        this.setView(this.position - half, this.position + half);
      }
      this.draw();
    },
    setView(from, to) {
      const span = Math.min(Math.max(to - from, MIN_SPAN_US), this.day[1] - this.day[0]);
      const start = Math.min(Math.max(from, this.day[0]), this.day[1] - span);
      this.view = [start, start + span];
      this.draw();
    },
    zoom(factor, around = this.position) {
      const [from, to] = this.view;
      this.setView(around - (around - from) * factor, around + (to - around) * factor);
    },
    wheel(event) {
      const [from, to] = this.view;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const shift = (event.deltaX / this.$refs.box.clientWidth) * (to - from);
        this.setView(from + shift, to + shift);
      } else {
        this.zoom(Math.exp(Math.sign(event.deltaY) * 0.25), this.at(event.offsetX));
      }
    },
    press(event) {
      if (event.button !== 0) return;
      this.$refs.box.setPointerCapture(event.pointerId);
      this.dragging = event.offsetY < RULER_PX ? { pan: this.at(event.offsetX) } : { scrub: true };
      this.move(event);
    },
    move(event) {
      if (this.dragging?.pan) {
        const shift = this.dragging.pan - this.at(event.offsetX);
        this.setView(this.view[0] + shift, this.view[1] + shift);
      } else if (this.dragging) {
        this.$emit("seek", Math.round(Math.min(Math.max(this.at(event.offsetX), this.day[0]), this.day[1])));
      }
      this.hint = this.describe(event.offsetX, event.offsetY);
    },
    release() {
      this.dragging = null;
    },
    describe(x, y) {
      const row = this.rows[Math.floor((y - RULER_PX) / ROW_PX)];
      if (!row || x < this.left()) return null;
      const at_us = this.at(x);
      const near_us = this.at(x + 5) - at_us;
      const place = { x: Math.min(x + 12, this.$refs.box.clientWidth - 230), y: y + 14 };
      const marks = [...row.alerts.map((one) => [one, "alert"]), ...row.events.map((one) => [one, "event"])];
      const mark = marks.find(([one]) => Math.abs(one.at_us - at_us) < near_us);
      if (mark) {
        const [one, family] = mark;
        const state = one.state ? tk("state", one.state) : one.subject || "";
        return { ...place, title: `${family === "alert" ? t("timeline.alert") : t("timeline.event")}: ${tk("kind", one.kind)}`, lines: [clockTime(one.at_us), state].filter(Boolean) };
      }
      const gap = row.gaps.find((one) => one.start_us - near_us <= at_us && at_us < one.end_us + near_us);
      if (gap) {
        const span = `${clockTime(gap.start_us)} – ${clockTime(gap.end_us)}`;
        return { ...place, title: tk("cause", gap.cause), lines: [span, duration((gap.end_us - gap.start_us) / 1e6), gap.detail].filter(Boolean) };
      }
      const recorded = row.recorded.some(([from, to]) => from <= at_us && at_us < to);
      const within = (spans) => spans.some(([from, to]) => from <= at_us && at_us < to);
      const words = recorded ? t("timeline.recorded") : within(row.deleted) ? t("timeline.deleted") : t("timeline.nothing");
      return { ...place, title: clockTime(at_us), lines: within(row.held) ? [words, t("timeline.held")] : [words] };
    },
    draw() {
      const { box, canvas } = this.$refs;
      if (!canvas || !box.clientWidth) return;
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [box.clientWidth, RULER_PX + Math.max(1, this.rows.length) * ROW_PX + 6];
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      const pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const style = getComputedStyle(box);
      const colour = (name) => style.getPropertyValue(name).trim();
      pen.font = `12px ${style.fontFamily}`;
      this.drawRuler(pen, colour, width, height);
      this.rows.forEach((row, index) => this.drawRow(pen, colour, { row, top: RULER_PX + index * ROW_PX, width }));
      this.drawNow(pen, colour, width, height);
    },
    drawRuler(pen, colour, width, height) {
      const [from, to] = this.view;
      const perPixel_s = (to - from) / 1e6 / (width - this.left());
      const step_s = STEPS_S.find((one) => one / perPixel_s > 78) || 21600;
      const midnight = new Date(this.day[0] / 1000).getTime() * 1000;
      pen.textBaseline = "middle";
      pen.textAlign = "center";
      for (let at = midnight + Math.ceil((from - midnight) / (step_s * 1e6)) * step_s * 1e6; at <= to; at += step_s * 1e6) {
        const x = Math.round(this.x(at)) + 0.5;
        pen.strokeStyle = colour("--line");
        pen.beginPath();
        pen.moveTo(x, RULER_PX - 6);
        pen.lineTo(x, height);
        pen.stroke();
        pen.fillStyle = colour("--dim");
        if (x > this.left() + 16 && x < width - 20) pen.fillText(step_s < 60 ? clockTime(at) : minuteTime(at), x, RULER_PX / 2 - 2);
      }
      pen.textAlign = "start";
    },
    drawRow(pen, colour, { row, top, width }) {
      const [left, bar, tall] = [this.left(), top + 7, ROW_PX - 14];
      pen.fillStyle = colour("--panel-3");
      pen.fillRect(left, bar, width - left, tall);
      const span = (from, to, fill, inset = 0) => {
        const x0 = Math.max(left, this.x(from));
        const x1 = Math.min(width, this.x(to));
        if (x1 < left || x0 > width) return;
        pen.fillStyle = fill;
        pen.fillRect(x0, bar + inset, Math.max(1, x1 - x0), tall - 2 * inset);
      };
      for (const [from, to] of row.deleted) span(from, to, colour("--deleted"));
      for (const [from, to] of row.recorded) span(from, to, colour("--recorded"));
      for (const gap of row.gaps) span(gap.start_us, gap.end_us, colour(CAUSE_COLOURS[gap.cause] || "--gap-lost"), 0);
      for (const [from, to] of row.held) this.band(pen, { from, to, left, width, y: bar - 3, fill: colour("--raw") });
      for (const event of row.events) this.mark(pen, this.x(event.at_us), bar + tall - 3, 2.5, colour("--info"));
      for (const alert of row.alerts) {
        this.mark(pen, this.x(alert.at_us), bar - 1, 4.5, colour(alert.state === "dismissed" ? "--dim" : alert.state === "new" ? "--bad" : "--warn"));
      }
      if (left < LABEL_PX) return;
      pen.fillStyle = colour("--text");
      pen.save();
      pen.beginPath();
      pen.rect(0, top, left - 8, ROW_PX);
      pen.clip();
      pen.direction = "ltr";
      pen.fillText(row.name, 4, top + ROW_PX / 2);
      pen.restore();
    },
    /** Draw the thin line of a hold above the bar. */
    band(pen, { from, to, left, width, y, fill }) {
      const [x0, x1] = [Math.max(left, this.x(from)), Math.min(width, this.x(to))];
      pen.fillStyle = fill;
      if (x1 > x0) pen.fillRect(x0, y, x1 - x0, 2);
    },
    mark(pen, x, y, radius, fill) {
      if (x < this.left()) return;
      pen.fillStyle = fill;
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.fill();
    },
    drawNow(pen, colour, width, height) {
      const now = this.x(Date.now() * 1000);
      if (now > this.left() && now < width) {
        pen.strokeStyle = colour("--dim");
        pen.setLineDash([3, 3]);
        pen.strokeRect(Math.round(now) + 0.5, RULER_PX, 0, height);
        pen.setLineDash([]);
      }
      const x = Math.round(this.x(this.position)) + 0.5;
      if (x < this.left()) return;
      pen.fillStyle = colour("--accent");
      pen.fillRect(x - 1, RULER_PX - 8, 2, height);
      const label = this.view[1] - this.view[0] > 86400e6 ? date(this.position) : clockTime(this.position);
      const wide = pen.measureText(label).width + 12;
      const at = Math.min(Math.max(x - wide / 2, this.left()), width - wide);
      pen.beginPath();
      pen.roundRect(at, 2, wide, 18, 4);
      pen.fill();
      pen.fillStyle = colour("--on-accent");
      pen.fillText(label, at + 6, 11.5);
    },
  },
};
