// A list of alerts of any length: only the rows in sight are drawn, and more are asked for near the end.

import { KIND_ICONS, reason } from "shanasheel-ui/reason.js";
import { when } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";

const ROW_PX = 66; // NOTE: as `.shn-rows .row` in the style sheet
const SPARE = 8; // rows drawn beyond each edge, so that scrolling shows no holes
const ASK_ROWS = 30; // so near to the end more is asked for

export default {
  props: { items: { type: Array, required: true }, chosen: { type: String, default: null }, fresh: { type: Set, required: true }, more: { type: Boolean, default: false }, nameOf: { type: Function, required: true } },
  emits: ["choose", "open", "toggle", "more"],
  template: `
    <div class="shn-alert-list shn-rows" ref="box" @scroll.passive="look" data-role="alert-list" :data-listed="items.length" :data-first="first">
      <ol :style="{ blockSize: items.length * rowPx + 'px' }">
        <li v-for="one in shown" :key="one.alert.id" :style="{ insetBlockStart: one.index * rowPx + 'px' }" :aria-posinset="one.index + 1" :aria-setsize="more ? -1 : items.length">
          <button type="button" class="row" :class="[one.alert.state, one.alert.priority, one.alert.escalation, { on: one.alert.id === chosen, fresh: fresh.has(one.alert.id) }]" :aria-current="one.alert.id === chosen" :data-alert="one.alert.id" :data-state="one.alert.state" :data-escalation="one.alert.escalation" @click="$emit('choose', one.alert.id)" @keydown.enter.prevent="$emit('open', one.alert.id)" @keydown.space.prevent="$emit('toggle')">
            <span class="mi" aria-hidden="true">{{ icons[one.alert.kind] || 'notifications' }}</span>
            <span class="words"><strong :title="reason(one.alert)">{{ reason(one.alert) }}</strong>
              <small>{{ one.alert.cameras.map(nameOf).join(' · ') }} · <bdi>{{ one.alert.code }}</bdi><template v-if="one.alert.events > 1"> · {{ t('alerts.events', { count: one.alert.events }) }}</template></small></span>
            <span class="end"><bdi class="num">{{ when(one.alert.at) }}</bdi><span class="shn-tag" :class="'s-' + one.alert.state">{{ asking(one.alert) || tk('state', one.alert.state) }}</span></span>
          </button>
        </li>
      </ol>
    </div>`,
  data: () => ({ first: 0, count: 30, rowPx: ROW_PX, icons: KIND_ICONS }),
  computed: {
    shown() {
      return this.items.slice(this.first, this.first + this.count).map((alert, index) => ({ alert, index: this.first + index }));
    },
  },
  watch: { "items.length": function () { this.$nextTick(this.look); } },
  mounted() {
    this.sizes = new ResizeObserver(this.look);
    this.sizes.observe(this.$refs.box);
  },
  beforeUnmount() {
    this.sizes.disconnect();
  },
  methods: {
    t, tk, reason, when,
    asking(alert) {
      return alert.state === "new" && alert.escalation !== "none" ? tk("escalation", alert.escalation) : "";
    },
    look() {
      const box = this.$refs.box;
      if (!box) return;
      this.first = Math.max(0, Math.floor(box.scrollTop / ROW_PX) - SPARE);
      this.count = Math.ceil(box.clientHeight / ROW_PX) + 2 * SPARE;
      if (this.more && box.scrollTop + box.clientHeight > (this.items.length - ASK_ROWS) * ROW_PX) this.$emit("more");
    },
    /** Bring a row into sight and give it the keyboard. */
    async show(index, focus) {
      const box = this.$refs.box;
      if (!box || index < 0) return;
      const top = index * ROW_PX;
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + ROW_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_PX - box.clientHeight;
      this.look();
      await this.$nextTick();
      if (focus) box.querySelector(`[data-alert="${CSS.escape(this.items[index].id)}"]`)?.focus({ preventScroll: true });
    },
  },
};
