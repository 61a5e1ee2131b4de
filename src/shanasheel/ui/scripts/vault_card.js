// What lies in the vault, what waits to go there, and what is wrong.

import { get } from "shanasheel-ui/api.js";
import { bytes, dateTime, number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";

const EVERY_MS = 5000;

export default {
  template: `
    <section v-if="vault" class="shn-card" data-role="vault"><h2>{{ t('vault.title') }}</h2>
      <p v-if="!vault.set" class="dim">{{ t('vault.none') }}</p>
      <template v-else>
        <p><i class="dot" :class="dot"></i>{{ tk('vault_state', vault.state) }} · {{ tk('vault_scope', vault.scope) }} · <bdi dir="ltr" class="mono">{{ vault.to }}</bdi></p>
        <p v-if="vault.fault" class="shn-fault" role="alert">{{ tk('vault_fault', vault.fault_code) }} {{ t('vault.since', { time: dateTime(vault.fault_since) }) }}<br><small><bdi dir="ltr">{{ vault.fault }}</bdi></small></p>
        <p v-for="words in vault.wrong_files || []" :key="words" class="shn-fault">{{ t('vault.wrong_file') }}<br><small><bdi dir="ltr">{{ words }}</bdi></small></p>
        <dl v-if="vault.copied !== undefined" class="shn-facts">
          <div><dt>{{ t('vault.copied') }}</dt><dd class="num"><bdi>{{ number(vault.copied) }}</bdi> · <bdi>{{ bytes(vault.copied_bytes) }}</bdi></dd></div>
          <div><dt>{{ t('vault.waiting') }}</dt><dd class="num" :class="{ warn: vault.waiting && vault.fault }"><bdi>{{ number(vault.waiting) }}</bdi> · <bdi>{{ bytes(vault.waiting_bytes) }}</bdi></dd></div>
          <div><dt>{{ t('vault.oldest') }}</dt><dd><bdi class="num">{{ vault.oldest_waiting ? dateTime(vault.oldest_waiting) : '–' }}</bdi></dd></div>
          <div><dt>{{ t('vault.proven') }}</dt><dd class="num"><bdi>{{ number(vault.proven_entries) }}</bdi></dd></div>
          <div><dt>{{ t('vault.last_copy') }}</dt><dd><bdi class="num">{{ vault.last_copy ? dateTime(vault.last_copy) : '–' }}</bdi></dd></div>
          <div><dt>{{ t('vault.database') }}</dt><dd><bdi class="num">{{ vault.database ? dateTime(vault.database) : '–' }}</bdi></dd></div>
        </dl>
      </template>
    </section>`,
  data: () => ({ vault: null }),
  computed: {
    dot() {
      return { failing: "bad", off: "", resting: "ok", copying: "ok" }[this.vault.state] ?? "";
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, EVERY_MS);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    t, tk, bytes, dateTime, number,
    async load() {
      try {
        this.vault = await get("/vault");
      } catch {
        this.vault = null; // the page around says that the hub does not answer
      }
    },
  },
};
