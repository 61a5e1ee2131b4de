// Who outside was told what of an alert, when, and whether they know that it was called off.

import { get } from "shanasheel-ui/api.js";
import { when } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";

const ICONS = { waiting: "schedule_send", sent: "mark_email_read", dead: "cancel_schedule_send", withdrawn: "do_not_disturb_on" };

export default {
  props: { alert: { type: Object, required: true } },
  template: `
    <section v-if="items.length" data-role="told"><h3>{{ t('alerts.told') }}</h3>
      <ol class="shn-steps"><li v-for="one in items" :key="one.id" :class="{ bad: one.state === 'dead' || one.must_be_acknowledged }" :data-told="one.receiver_name" :data-state="one.state"><span class="mi" aria-hidden="true">{{ icons[one.state] }}</span>
        <div><strong><bdi>{{ one.receiver_name }}</bdi> · {{ tk('said', one.said) }}</strong><small>{{ tk('delivery_state', one.state) }} · <bdi class="num">{{ when(one.sent || one.made) }}</bdi><template v-if="one.acknowledged"> · {{ t('receivers.knows') }} <bdi class="num">{{ when(one.acknowledged) }}</bdi> <bdi>{{ one.acknowledged_by }}</bdi></template><a v-else-if="one.must_be_acknowledged" class="shn-link bad" href="/receivers"> · {{ t('receivers.knows') }}: {{ t('receivers.unacknowledged') }}</a></small></div></li></ol>
    </section>`,
  data: () => ({ items: [], icons: ICONS }),
  watch: {
    "alert.id": { immediate: true, handler() { this.items = []; this.load(); } },
    "alert.state"() { this.load(); },
  },
  created() {
    this.stop = on("delivery", (news) => news.alert === this.alert.id && this.load());
  },
  beforeUnmount() {
    this.stop();
  },
  methods: {
    t, tk, when,
    async load() {
      const asked = this.alert.id;
      const found = await get(`/alerts/${encodeURIComponent(asked)}/deliveries`).catch(() => null);
      if (found && asked === this.alert.id) this.items = found.items;
    },
  },
};
