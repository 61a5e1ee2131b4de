// Who looks at raw footage, written across it, so that a filmed screen names its source.

import { clockTime, date } from "shanasheel-ui/format.js";
import { t } from "shanasheel-ui/strings.js";

const TILES = 12;

export default {
  props: { grant: { type: Object, required: true } },
  emits: ["expired"],
  template: `
    <div class="shn-watermark" aria-hidden="true">
      <span v-for="tile in tiles" :key="tile">
        <bdi>{{ grant.person }}</bdi> · {{ entry }} · <bdi>{{ day }} {{ now }}</bdi>
      </span>
    </div>`,
  data: () => ({ tiles: TILES, now: clockTime(new Date()), day: date(new Date()) }),
  computed: {
    entry() {
      return t("raw.entry", { entry: this.grant.entry });
    },
  },
  mounted() {
    this.timer = setInterval(() => {
      this.now = clockTime(new Date());
      this.day = date(new Date());
    }, 1000);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
};
