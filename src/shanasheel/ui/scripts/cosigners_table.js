// Who outside signs the ledger: what, when, how far behind, and whether that is enough.

import { get } from "shanasheel-ui/api.js";
import { dateTime, number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";

export default {
  components: { shnEmpty },
  template: `
    <section class="shn-card" data-role="cosigning">
      <h2>{{ t('cosigner.list') }}</h2><p class="dim">{{ t('cosigner.list_hint') }} <bdi class="mono" dir="ltr">shanasheel ledger cosigners add</bdi></p>
      <shn-empty v-if="!said?.items.length" icon="group_off" :title="t('cosigner.none')" :fault="fault" :loading="!said && !fault"></shn-empty>
      <template v-else>
        <p data-role="independence" :class="said.independent ? 'ok' : 'shn-fault'"><span class="mi" aria-hidden="true">{{ said.independent ? 'verified' : 'gpp_maybe' }}</span> {{ said.independent ? t('cosigner.independent') : tk('cosigner_dependence', said.dependence, { agency: said.agency }) }}</p>
        <dl class="shn-facts"><div><dt>{{ t('cosigner.needed') }}</dt><dd class="num">{{ number(said.needed) }} / {{ number(said.items.length) }}</dd></div>
          <div><dt>{{ t('cosigner.agreed') }}</dt><dd class="num" data-role="agreed">{{ number(said.agreed_entries) }} / {{ number(said.entries) }}</dd></div></dl>
        <div class="shn-scroll"><table class="shn-table" data-role="cosigners"><thead><tr><th>{{ t('cosigner.name') }}</th><th>{{ t('cosigner.agency') }}</th><th>{{ t('cosigner.signed') }}</th><th>{{ t('cosigner.behind') }}</th><th>{{ t('cosigner.at') }}</th><th>{{ t('cosigner.state') }}</th></tr></thead>
          <tbody><tr v-for="one in said.items" :key="one.name"><td><bdi class="mono" dir="ltr">{{ one.name }}</bdi></td><td><bdi>{{ one.agency || t('cosigner.unsaid') }}</bdi></td><td class="num">{{ number(one.size) }}</td><td class="num">{{ number(one.behind) }}</td><td><bdi class="num">{{ one.signed_at ? dateTime(one.signed_at) : '–' }}</bdi></td>
            <td :class="{ bad: one.fault }">{{ one.fault ? tk('cosigner_fault', one.fault) : one.signed_at ? t('cosigner.well') : t('cosigner.waiting') }}<small v-if="one.fault_since" class="dim"> · <bdi class="num">{{ dateTime(one.fault_since) }}</bdi></small></td></tr></tbody></table></div>
      </template>
    </section>`,
  data: () => ({ said: null, fault: null }),
  created() {
    this.load();
    this.timer = setInterval(this.load, 5000);
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
        this.said = await get("/ledger/cosigners");
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
  },
};
