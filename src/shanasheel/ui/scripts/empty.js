// What a page shows while it loads, when a request failed, or when there is nothing yet.

import { t } from "shanasheel-ui/strings.js";

export default {
  props: {
    icon: { type: String, default: "inbox" },
    title: { type: String, default: "" },
    text: { type: String, default: "" },
    fault: { type: Object, default: null },
    loading: { type: Boolean, default: false },
  },
  template: `
    <div class="shn-empty" :class="{ fault: fault, loading: loading }" role="status">
      <span class="mi" aria-hidden="true">{{ fault ? 'cloud_off' : loading ? 'hourglass_empty' : icon }}</span>
      <strong>{{ fault ? (fault.message || t('fault.unreachable')) : loading ? t('loading') : title }}</strong>
      <span>{{ fault ? (fault.remedy || t('fault.retry')) : loading ? '' : text }}</span>
      <slot v-if="!fault && !loading"></slot>
    </div>`,
  methods: { t },
};
