// Points of the ground over a camera's picture, and the grid of metres they lay over it.

import { movedBy, ratioIn } from "shanasheel-ui/point_moves.js";
import { t } from "shanasheel-ui/strings.js";

export default {
  props: { picture: { type: String, required: true }, points: { type: Array, required: true }, grid: { type: Object, default: null }, chosen: { type: Number, default: -1 }, fixed: { type: Boolean, default: false } },
  emits: ["choose", "move", "failed", "shape"],
  template: `
    <div class="shn-canvas ground" dir="ltr"><img v-if="picture" :src="picture" :alt="t('zones.picture')" draggable="false" @error="$emit('failed')" @load="$emit('shape', $event.target.naturalWidth / $event.target.naturalHeight)">
      <svg ref="sheet" viewBox="0 0 1 1" preserveAspectRatio="none" data-role="ground-canvas" @pointerdown="put">
        <template v-if="grid"><line v-for="(one, place) in grid.fine" :key="'f' + place" class="fine" :x1="one[0]" :y1="one[1]" :x2="one[2]" :y2="one[3]"></line>
          <line v-for="(one, place) in grid.coarse" :key="'c' + place" class="coarse" :x1="one[0]" :y1="one[1]" :x2="one[2]" :y2="one[3]"></line></template></svg>
      <button v-for="(point, place) in fixed ? [] : points" :key="place" type="button" class="handle numbered" :class="{ last: place === chosen }" :style="{ left: point.at[0] * 100 + '%', top: point.at[1] * 100 + '%' }" :data-point="place" :aria-label="t('ground.point', { number: place + 1 })" @focus="$emit('choose', place)" @pointerdown.stop.prevent="grab($event, place)" @pointermove="drag" @pointerup="dragged = null" @pointercancel="dragged = null" @keydown="key($event, place)">{{ place + 1 }}</button>
    </div>`,
  data: () => ({ dragged: null }),
  methods: {
    t,
    /** A click beside the points puts the chosen one there. */
    put(event) {
      if (!this.fixed && this.points[this.chosen]) this.$emit("move", this.chosen, ratioIn(this.$refs.sheet, event));
    },
    grab(event, place) {
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      this.dragged = place;
    },
    drag(event) {
      if (this.dragged !== null) this.$emit("move", this.dragged, ratioIn(this.$refs.sheet, event));
    },
    key(event, place) {
      const moved = movedBy(event, this.points[place].at);
      if (!moved) return;
      this.$emit("move", place, moved);
      event.preventDefault();
      event.stopPropagation();
    },
  },
};
