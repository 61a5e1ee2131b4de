// Which timestamp authorities stamp the ledger: what, not after when, and how much was logged since.

import { get } from "shanasheel-ui/api.js";
import { dateTime, number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";

const POLL_MS = 10000;

export default {
  components: { shnEmpty },
  template: `
    <section class="shn-card" data-role="stamping">
      <h2>{{ t('authority.list') }}</h2><p class="dim">{{ t('authority.list_hint') }} <bdi class="mono" dir="ltr">shanasheel ledger authorities add</bdi></p>
      <shn-empty v-if="!said?.items.length" icon="timer_off" :title="t('authority.none')" :fault="fault" :loading="!said && !fault"></shn-empty>
      <div v-else class="shn-scroll"><table class="shn-table" data-role="authorities"><thead><tr><th>{{ t('authority.name') }}</th><th>{{ t('authority.stamped') }}</th><th>{{ t('authority.not_after') }}</th><th>{{ t('cosigner.behind') }}</th><th>{{ t('authority.every') }}</th><th>{{ t('cosigner.state') }}</th></tr></thead>
        <tbody><tr v-for="one in said.items" :key="one.name"><td><bdi class="mono" dir="ltr">{{ one.name }}</bdi><small class="dim"> · <bdi dir="ltr">{{ one.url }}</bdi></small></td><td class="num">{{ number(one.size) }}</td><td><bdi class="num">{{ one.not_after ? dateTime(one.not_after) : '–' }}</bdi></td><td class="num">{{ number(one.behind) }}</td><td class="num">{{ t('authority.minutes', { count: number(one.every_min) }) }}</td>
          <td :class="{ bad: one.fault }">{{ one.fault ? tk('cosigner_fault', one.fault) : one.not_after ? t('authority.well') : t('cosigner.waiting') }}<small v-if="one.fault_since" class="dim"> · <bdi class="num">{{ dateTime(one.fault_since) }}</bdi></small></td></tr></tbody></table></div>
    </section>`,
  data: () => ({ said: null, fault: null }),
  created() {
    this.load();
    this.timer = setInterval(this.load, POLL_MS);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    t,
    tk,
    number,
    dateTime,
    async load() {
      try {
        this.said = await get("/ledger/authorities");
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
  },
};
