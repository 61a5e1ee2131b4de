// Zones and lines over a camera's picture, moved by mouse and by keyboard. Points are ratios.

import { movedBy, ratioIn, within } from "shanasheel-ui/point_moves.js";
import { t } from "shanasheel-ui/strings.js";

const NEW_AWAY = 0.03;

export default {
  props: { picture: { type: String, required: true }, shapes: { type: Array, required: true }, chosen: { type: Number, default: -1 } },
  emits: ["choose", "change", "failed"],
  template: `
    <div class="shn-canvas" dir="ltr"><img v-if="picture" :src="picture" :alt="t('zones.picture')" draggable="false" @error="$emit('failed')">
      <svg ref="sheet" viewBox="0 0 1000 1000" preserveAspectRatio="none" data-role="canvas" @pointerdown="begin" @pointermove="drag" @pointerup="dragged = null" @pointercancel="dragged = null">
        <template v-for="(shape, place) in shapes" :key="place">
          <component :is="shape.line ? 'polyline' : 'polygon'" :points="shape.points.map(([x, y]) => x * 1000 + ',' + y * 1000).join(' ')" :class="{ line: shape.line, zone: !shape.line, on: place === chosen }" @pointerdown.stop="$emit('choose', place)"></component>
          <path v-if="shape.line && shape.points.length === 2" class="arrow" :d="arrow(shape.points)"></path>
        </template></svg>
      <template v-if="shape"><button v-for="([x, y], corner) in shape.points" :key="corner" type="button" class="handle" :class="{ last: shape.line && corner === 1 }" :style="{ left: x * 100 + '%', top: y * 100 + '%' }" :data-corner="corner" :aria-label="t('zones.corner', { number: corner + 1, count: shape.points.length, name: shape.name })" @pointerdown.stop.prevent="grab($event, corner)" @pointermove="drag" @pointerup="dragged = null" @pointercancel="dragged = null" @keydown="key($event, corner)"></button></template>
    </div>`,
  data: () => ({ dragged: null }),
  computed: {
    shape() {
      return this.shapes[this.chosen];
    },
  },
  methods: {
    t,
    ratio(event) {
      return ratioIn(this.$refs.sheet, event);
    },
    /** A click beside every shape adds a corner to the chosen one. */
    begin(event) {
      if (!this.shape || (this.shape.line && this.shape.points.length > 1)) return;
      this.put([...this.shape.points, this.ratio(event)]);
      this.dragged = this.shape.points.length;
    },
    grab(event, corner) {
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      this.dragged = corner;
    },
    drag(event) {
      if (this.dragged !== null && this.shape?.points[this.dragged]) this.move(this.dragged, this.ratio(event));
    },
    key(event, corner) {
      const [x, y] = this.shape.points[corner];
      const moved = movedBy(event, [x, y]);
      const points = [...this.shape.points];
      if (moved) this.move(corner, moved);
      else if ((event.key === "Insert" || event.key === "+") && !this.shape.line) this.put([...points.slice(0, corner + 1), [within(x + NEW_AWAY), y], ...points.slice(corner + 1)]);
      else if ((event.key === "Delete" || event.key === "Backspace") && points.length > 3) this.put(points.filter((_, place) => place !== corner));
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    move(corner, point) {
      this.put(this.shape.points.map((before, place) => (place === corner ? point : before)));
    },
    put(points) {
      this.$emit("change", points);
    },
    /** An arrow across the middle of a line, to the side that counts as forward. */
    arrow([[x1, y1], [x2, y2]]) {
      const [x, y, dx, dy] = [(x1 + x2) * 500, (y1 + y2) * 500, (x2 - x1) * 1000, (y2 - y1) * 1000];
      const long = Math.hypot(dx, dy) || 1;
      const [ax, ay] = [(-dy / long) * 60, (dx / long) * 60];
      const [bx, by] = [(dx / long) * 16, (dy / long) * 16];
      return `M${x},${y} L${x + ax},${y + ay} M${x + ax * 0.7 + bx},${y + ay * 0.7 + by} L${x + ax},${y + ay} L${x + ax * 0.7 - bx},${y + ay * 0.7 - by}`;
    },
  },
};
