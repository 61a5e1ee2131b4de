// How long a grant lasts, counted down; emits `expired` once.

import { t } from "shanasheel-ui/strings.js";

export default {
  props: { grant: { type: Object, required: true } },
  emits: ["expired"],
  template: `<span class="shn-tag raw" data-role="countdown"><span class="mi" aria-hidden="true">timer</span>{{ t('raw.left') }} <bdi class="num">{{ text }}</bdi></span>`,
  data: () => ({ left_s: 0 }),
  computed: {
    text() {
      const seconds = Math.max(0, this.left_s);
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    },
  },
  created() {
    this.count();
    this.timer = setInterval(this.count, 500);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    t,
    count() {
      this.left_s = Math.ceil((new Date(this.grant.expires) - Date.now()) / 1000);
      if (this.left_s > 0) return;
      clearInterval(this.timer);
      this.$emit("expired");
    },
  },
};
