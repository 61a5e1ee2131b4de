// One time line for one or many cameras, from a month to a second; only rows in sight are asked for.
//
// Over the rows: a click plays from there, a drag scrubs, the wheel zooms. Over the ruler a drag
// moves the view. Over the names the wheel scrolls and a click chooses what plays.

import { get, query, ROOT } from "shanasheel-ui/api.js";
import { dateTime, duration } from "shanasheel-ui/format.js";
import { rtl, t, tk } from "shanasheel-ui/strings.js";
import { Painter, ROW_PX, RULER_PX } from "shanasheel-ui/timeline_paint.js";
import { MAX_SPAN_US, MIN_SPAN_US, Scale } from "shanasheel-ui/timeline_scale.js";

const LABEL_PX = 150;
const MOST_ROWS = 8; // in sight at once; the rest scrolls
const ASK_MS = 150;
const FRESH_MS = 10000;
const PREVIEW_MS = 140;
const PREVIEW_STEP_US = 2e6; // shielded key pictures come so often
const CLICK_PX = 4;

export default {
  props: {
    rows: { type: Array, required: true }, // {id, name}, in order
    chosen: { type: Array, required: true },
    position: { type: Number, required: true },
    marks: { type: Array, default: () => [null, null] },
  },
  emits: ["seek", "play", "toggle", "loaded"],
  template: `
    <div class="shn-timeline" dir="ltr" ref="box" tabindex="0" role="slider" :aria-label="t('timeline.label')" :aria-valuemin="Math.round(view[0] / 1e6)" :aria-valuemax="Math.round(view[1] / 1e6)" :aria-valuenow="Math.round(position / 1e6)" :aria-valuetext="spoken"
         :data-from-us="Math.round(view[0])" :data-span-us="Math.round(view[1] - view[0])" :data-exact="told ? told.exact : null" :style="{ blockSize: tall + 'px' }"
         @wheel="wheel" @pointerdown="press" @pointermove="move" @pointerup="release" @pointercancel="cancel" @pointerleave="hint = null">
      <canvas ref="canvas"></canvas>
      <div v-if="rows.length > most" class="bar" :style="barStyle"></div>
      <div v-if="hint" class="shn-hint" :dir="pageDir" :style="{ left: hint.x + 'px', bottom: hint.y + 'px' }">
        <img v-if="picture" :src="picture" alt="" @error="picture = null" data-role="preview">
        <strong>{{ hint.title }}</strong><span v-for="line in hint.lines" :key="line">{{ line }}</span>
      </div>
    </div>`,
  data() {
    const half = 1800e6;
    return { hint: null, picture: null, view: [this.position - half, this.position + half], told: null, scroll: 0, most: MOST_ROWS, pageDir: document.documentElement.dir };
  },
  computed: {
    tall() {
      return RULER_PX + Math.min(MOST_ROWS, Math.max(1, this.rows.length)) * ROW_PX + 6;
    },
    spoken() {
      return dateTime(this.position);
    },
    inSight() {
      const first = Math.floor(this.scroll / ROW_PX);
      return this.rows.slice(first, first + MOST_ROWS + 1);
    },
    lines() {
      return new Map((this.told?.items || []).map((line) => [line.camera, line]));
    },
    barStyle() {
      const share = MOST_ROWS / this.rows.length;
      return { top: `${RULER_PX + (this.scroll / ROW_PX / this.rows.length) * MOST_ROWS * ROW_PX}px`, blockSize: `${Math.max(14, share * MOST_ROWS * ROW_PX)}px` };
    },
  },
  watch: {
    rows() {
      this.scroll = Math.min(this.scroll, this.mostScroll());
      this.changed();
    },
    chosen: "draw",
    marks: "draw",
    position: "keepInView",
  },
  mounted() {
    this.fingers = new Map();
    this.observer = new ResizeObserver(() => this.changed());
    this.observer.observe(this.$refs.box);
    window.addEventListener("shn-theme", this.draw);
    this.refresher = setInterval(() => this.view[1] > (Date.now() - 60000) * 1000 && this.ask(), FRESH_MS);
    this.changed();
  },
  beforeUnmount() {
    this.observer.disconnect();
    window.removeEventListener("shn-theme", this.draw);
    clearInterval(this.refresher);
    clearTimeout(this.asking);
    clearTimeout(this.looking);
  },
  methods: {
    t,
    scale() {
      const width = this.$refs.box.clientWidth;
      return new Scale(this.view, width, width < 560 ? 8 : LABEL_PX, rtl);
    },
    mostScroll() {
      return Math.max(0, (this.rows.length - MOST_ROWS) * ROW_PX);
    },
    keepInView() {
      const [from, to] = this.view;
      if (!this.held && (this.position > to || this.position < from)) {
        // While playing the view turns like a page; after a jump the moment stands in the middle.
        const span = to - from;
        const onward = this.position > to && this.position < to + span;
        const start = onward ? to - span * 0.05 : this.position - span / 2;
        this.setView(start, start + span);
      }
      this.draw();
    },
    setView(from, to) {
      const span = Math.min(Math.max(to - from, MIN_SPAN_US), MAX_SPAN_US);
      const latest = Date.now() * 1000 + span / 10; // a month ends today
      const start = Math.min(from + (to - from - span) / 2, latest - span);
      this.view = [start, start + span];
      this.changed();
    },
    zoom(factor, around = this.position) {
      const [from, to] = this.view;
      const span = Math.min(Math.max((to - from) * factor, MIN_SPAN_US), MAX_SPAN_US);
      const share = Math.min(1, Math.max(0, (around - from) / (to - from)));
      this.setView(around - share * span, around + (1 - share) * span);
    },
    scrollBy(rows) {
      this.scroll = Math.min(this.mostScroll(), Math.max(0, this.scroll + rows * ROW_PX));
      this.changed();
    },
    changed() {
      this.draw();
      clearTimeout(this.asking);
      this.asking = setTimeout(this.ask, ASK_MS);
    },
    /** Ask for rows in sight, half a view beyond both ends, so that a small move asks nothing. */
    async ask() {
      const cameras = [...new Set([...this.inSight.map((row) => row.id), ...this.chosen])];
      if (!cameras.length || !this.$refs.box) return;
      const [from, to] = this.view;
      const span = to - from;
      const wanted = { cameras: cameras.join(","), from: Math.round(from - span / 2), to: Math.round(to + span / 2), px: Math.min(4000, Math.max(16, 2 * this.$refs.box.clientWidth)) };
      this.turn = (this.turn || 0) + 1;
      const turn = this.turn;
      const told = await get(`/timeline${query(wanted)}`).catch(() => null);
      if (!told || turn !== this.turn) return;
      this.told = told;
      this.$emit("loaded", told);
      this.draw();
    },
    wheel(event) {
      event.preventDefault();
      const [from, to] = this.view;
      const scale = this.scale();
      if (!scale.inside(event.offsetX)) {
        this.scroll = Math.min(this.mostScroll(), Math.max(0, this.scroll + event.deltaY));
        this.changed();
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const shift = event.deltaX * scale.pixel_us;
        this.setView(from + shift, to + shift);
      } else {
        this.zoom(Math.exp(Math.sign(event.deltaY) * 0.25), scale.at(event.offsetX));
      }
    },
    press(event) {
      if (event.button !== 0) return;
      const [x, y] = this.place(event);
      this.$refs.box.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, x);
      if (!this.scale().inside(x)) this.held = { label: this.rowAt(y) };
      else if (this.fingers.size === 2) this.held = { pinch: this.spread() };
      else this.held = { x, y, ruler: y < RULER_PX, view: [...this.view] };
    },
    place(event) {
      const frame = this.$refs.box.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    },
    spread() {
      const [one, other] = [...this.fingers.values()];
      return Math.max(8, Math.abs(one - other));
    },
    move(event) {
      const [x, y] = this.place(event);
      const held = this.held;
      if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, x);
      if (held?.pinch && this.fingers.size === 2) {
        const [one, other] = [...this.fingers.values()];
        this.zoom(held.pinch / this.spread(), this.scale().at((one + other) / 2));
        held.pinch = this.spread();
      } else if (held?.x !== undefined && (held.moved || Math.abs(x - held.x) > CLICK_PX)) {
        held.moved = true;
        if (held.ruler) {
          const shift = (held.x - x) * this.scale().pixel_us;
          this.setView(held.view[0] + shift, held.view[1] + shift);
        } else this.$emit("seek", Math.round(this.scale().at(x)));
      }
      this.describe(x, y);
    },
    release(event) {
      const [x, y] = this.place(event);
      const held = this.held;
      this.cancel(event);
      if (held?.label) this.$emit("toggle", held.label.id);
      if (held?.x === undefined || held.moved) return;
      const mark = this.markAt(x, y);
      if (mark?.alert) location.assign(`/alerts#${mark.alert}`);
      else this.$emit("play", Math.round(this.scale().at(x)));
    },
    cancel(event) {
      this.fingers.delete(event.pointerId);
      this.held = null;
    },
    rowAt(y) {
      return y < RULER_PX ? null : this.rows[Math.floor((y - RULER_PX + this.scroll) / ROW_PX)] || null;
    },
    marksOf(id) {
      return [...(this.told?.alerts || []), ...(this.told?.events || [])].filter((mark) => mark.camera === id);
    },
    markAt(x, y) {
      const row = this.rowAt(y);
      const near_us = this.scale().pixel_us * 6;
      return row && this.marksOf(row.id).find((mark) => Math.abs(mark.at_us - this.scale().at(x)) < near_us);
    },
    describe(x, y) {
      const row = this.rowAt(y);
      const scale = this.scale();
      if (!row || !scale.inside(x)) {
        this.hint = this.picture = null;
        return;
      }
      const at_us = Math.round(scale.at(x));
      const place = { x: Math.min(Math.max(4, x - 110), this.$refs.box.clientWidth - 232), y: this.tall + 4 };
      this.hint = { ...place, ...this.words(row, at_us, this.markAt(x, y), scale.pixel_us * 3) };
      this.look(row, at_us);
    },
    words(row, at_us, mark, near_us) {
      if (mark) {
        const family = mark.code ? t("timeline.alert") : t("timeline.event");
        return { title: `${family}: ${tk("kind", mark.kind)}`, lines: [row.name, dateTime(mark.at_us), mark.code ? `${mark.code} · ${tk("state", mark.state)}` : "", mark.alert ? t("timeline.open") : ""].filter(Boolean) };
      }
      const line = this.lines.get(row.id);
      const within = (spans) => spans?.some(([from, to]) => from <= at_us && at_us < to);
      const gap = line?.gaps.find(([from, to]) => from - near_us <= at_us && at_us < to + near_us);
      const shed = line?.shed.find(([from, to]) => from - near_us <= at_us && at_us < to + near_us);
      const lines = [row.name];
      if (gap) lines.push(tk("cause", gap[2]) || t("player.no_footage"), gap[0] < gap[1] ? `${dateTime(gap[0])} · ${duration((gap[1] - gap[0]) / 1e6)}` : dateTime(gap[0]));
      else if (shed) lines.push(t("timeline.shed", { cause: tk("shed", shed[2]) }), `${dateTime(shed[0])} · ${duration((shed[1] - shed[0]) / 1e6)}`);
      else if (within(line?.recorded)) lines.push(t("timeline.recorded"));
      else lines.push(within(line?.deleted) ? t("timeline.deleted") : t("timeline.nothing"));
      if (this.movesAt(line, at_us)) lines.push(t("timeline.active"));
      if (within(line?.held)) lines.push(t("timeline.held"));
      return { title: dateTime(at_us), lines };
    },
    movesAt(line, at_us) {
      const place = Math.floor((at_us - (this.told?.begin_us || 0)) / (this.told?.bucket_us || 1));
      return Number(line?.active?.[place] || 0) > 0;
    },
    /** Show the picture of the moment under the pointer, once it rests for a moment. */
    look(row, at_us) {
      clearTimeout(this.looking);
      const at = Math.ceil(at_us / PREVIEW_STEP_US) * PREVIEW_STEP_US;
      const address = `${ROOT}/cameras/${encodeURIComponent(row.id)}/preview${query({ at, width: 220 })}`;
      const line = this.lines.get(row.id);
      const there = line?.shielded.some(([from, to]) => from <= at_us && at_us < to);
      if (!there) this.picture = null;
      else if (address !== this.picture) this.looking = setTimeout(() => { this.picture = address; }, PREVIEW_MS);
    },
    draw() {
      const { box, canvas } = this.$refs;
      if (!canvas || !box.clientWidth) return;
      const scale = this.scale();
      const painter = new Painter(box, canvas, scale, { right: rtl });
      painter.grid();
      const first = Math.floor(this.scroll / ROW_PX);
      this.inSight.forEach((camera, index) => {
        const top = RULER_PX + (first + index) * ROW_PX - this.scroll;
        painter.row(top, { camera, line: this.lines.get(camera.id) || null, told: this.told, chosen: this.chosen.includes(camera.id) });
        for (const mark of this.marksOf(camera.id).reverse()) painter.mark(top, mark);
      });
      painter.ruler();
      painter.marked(this.marks);
      painter.moment(this.position);
    },
  },
};
