// The same points seen from above, in metres: put by a click, moved by dragging or arrow keys.

import { number } from "shanasheel-ui/format.js";
import { niceLength } from "shanasheel-ui/plane.js";
import { t } from "shanasheel-ui/strings.js";

const WIDTH = 420;
const HEIGHT = 240;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEP_M = 0.5;
const FINE_M = 0.1;

const known = (point) => point.right_m !== null && point.ahead_m !== null;
const decimetres = (metres) => Math.round(metres * 10) / 10;

export default {
  props: { points: { type: Array, required: true }, chosen: { type: Number, default: -1 }, others: { type: Array, required: true }, standing: { type: Boolean, default: false } },
  emits: ["choose", "move"],
  template: `
    <div class="shn-plane" dir="ltr" data-role="ground-plan"><svg ref="plan" viewBox="0 0 420 240" :aria-label="t('ground.plan')" @click="put">
        <line v-for="x in lines(0)" :key="'x' + x" :x1="x" :x2="x" y1="0" y2="240"></line><line v-for="y in lines(1)" :key="'y' + y" x1="0" x2="420" :y1="y" :y2="y"></line>
        <g v-for="one in others" :key="one.name" :transform="at(one.metres)" class="other"><circle r="4"></circle><text y="15" text-anchor="middle">{{ one.name }}</text></g>
        <g v-if="standing" :transform="at([0, 0])" class="here"><circle r="6"></circle></g>
        <g v-for="{ point, place } in placed" :key="place" :transform="at([point.right_m, point.ahead_m])" class="mark" :class="{ on: place === chosen }" tabindex="0" role="button" :data-mark="place" :aria-label="t('ground.point', { number: place + 1 })" @focus="$emit('choose', place)" @click.stop @pointerdown.stop.prevent="grab($event, place)" @pointermove="drag" @pointerup="dragged = null" @pointercancel="dragged = null" @keydown="key($event, place)"><circle r="10"></circle><text y="4" text-anchor="middle">{{ place + 1 }}</text></g>
      </svg><bdi class="scale">{{ number(step, 0) }} {{ t('unit.m') }}</bdi></div>`,
  data: () => ({ dragged: null, frozen: null }),
  computed: {
    placed() {
      return this.points.map((point, place) => ({ point, place })).filter(({ point }) => known(point));
    },
    frame() {
      if (this.frozen) return this.frozen;
      const spots = this.placed.map(({ point }) => [point.right_m, point.ahead_m]).concat(this.standing ? [[0, 0]] : []);
      if (!spots.length) return { middle: [0, 10], scale: 0.2 };
      const [low, high] = [Math.min, Math.max].map((best) => [0, 1].map((axis) => best(...spots.map((spot) => spot[axis]))));
      return { middle: [0, 1].map((axis) => (low[axis] + high[axis]) / 2), scale: Math.max(20 / HEIGHT, (1.4 * (high[0] - low[0])) / WIDTH, (1.4 * (high[1] - low[1])) / HEIGHT) };
    },
    step() {
      return niceLength(40 * this.frame.scale);
    },
  },
  methods: {
    t, number,
    at(spot) {
      const { middle, scale } = this.frame;
      return `translate(${WIDTH / 2 + (spot[0] - middle[0]) / scale} ${HEIGHT / 2 - (spot[1] - middle[1]) / scale})`;
    },
    lines(axis) {
      const { middle, scale } = this.frame;
      const size = axis ? HEIGHT : WIDTH;
      const first = Math.ceil((middle[axis] - (size / 2) * scale) / this.step);
      return Array.from({ length: Math.floor((size * scale) / this.step) + 1 }, (_, index) => size / 2 + ((axis ? -1 : 1) * ((first + index) * this.step - middle[axis])) / scale);
    },
    spotOf(event) {
      const box = this.$refs.plan.getBoundingClientRect();
      const { middle, scale } = this.frame;
      const [x, y] = [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
      return [decimetres(middle[0] + (x - WIDTH / 2) * scale), decimetres(middle[1] - (y - HEIGHT / 2) * scale)];
    },
    put(event) {
      if (this.points[this.chosen]) this.$emit("move", this.chosen, this.spotOf(event));
    },
    grab(event, place) {
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      this.dragged = place;
      this.frozen = this.frame; // the plan does not run away under the hand
      window.addEventListener("pointerup", () => (this.frozen = null), { once: true });
    },
    drag(event) {
      if (this.dragged !== null) this.$emit("move", this.dragged, this.spotOf(event));
    },
    key(event, place) {
      const turn = STEPS[event.key];
      if (!turn) return;
      const { right_m, ahead_m } = this.points[place];
      const far = event.shiftKey ? FINE_M : STEP_M;
      this.$emit("move", place, [decimetres(right_m + turn[0] * far), decimetres(ahead_m + turn[1] * far)]);
      event.preventDefault();
      event.stopPropagation();
    },
  },
};
