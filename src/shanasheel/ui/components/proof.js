// Proof that the stored footage is what was recorded, and who has looked at what.

import { get, post } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { dateTime, number } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";
import authoritiesTable from "shanasheel-ui/authorities_table.js";
import cosignersTable from "shanasheel-ui/cosigners_table.js";
import holdsTable from "shanasheel-ui/holds_table.js";

const POLL_MS = 400;

export default {
  components: { authoritiesTable, cosignersTable, holdsTable, shnEmpty },
  template: `
    <div class="shn-page proof">
      <div class="shn-bar"><h1>{{ t('nav.proof') }}</h1></div>
      <div class="columns">
        <section class="shn-card check" :class="verdict" :data-verdict="verdict">
          <header><span class="mi huge" aria-hidden="true">{{ { holds: 'verified_user', broken: 'gpp_bad', running: 'policy', none: 'shield' }[verdict] }}</span>
            <div><h2>{{ tk('verdict', verdict) }}</h2><p>{{ tk('verdict_text', verdict === 'broken' && !check.failures.length ? 'ledger' : verdict, counts) }}</p></div>
            <span class="grow"></span><button class="shn-button primary" type="button" data-role="check" :disabled="verdict === 'running'" @click="start">{{ t('proof.check') }}</button></header>
          <div v-if="verdict === 'running'" class="shn-progress" role="progressbar" :aria-valuenow="check.done" :aria-valuemax="check.total"><i :style="{ inlineSize: share + '%' }"></i><bdi class="num">{{ number(check.done) }} / {{ number(check.total) }}</bdi></div>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <ol v-if="check?.steps?.length" class="shn-steps numbered" data-role="steps">
            <li v-for="step in check.steps" :key="step.number" :class="step.ok ? 'ok' : 'bad'"><b class="num">{{ step.number }}</b><div><strong>{{ tk('proof_step', step.name) }}</strong><small><bdi dir="ltr">{{ step.detail }}</bdi></small></div><span class="mi" aria-hidden="true">{{ step.ok ? 'check_circle' : 'cancel' }}</span><span class="only-read">{{ step.ok ? t('proof.ok') : t('proof.failed') }}</span></li>
          </ol>
          <template v-if="check?.failures?.length">
            <h3>{{ t('proof.failures', { count: check.failures.length }) }}</h3>
            <div class="shn-scroll"><table class="shn-table" data-role="failures"><thead><tr><th>{{ t('fact.camera') }}</th><th>{{ t('proof.span') }}</th><th>{{ t('proof.reason') }}</th><th>{{ t('proof.file') }}</th></tr></thead>
              <tbody><tr v-for="one in check.failures" :key="one.segment + one.reason"><td>{{ nameOf(one.camera) }}</td><td><bdi>{{ dateTime(one.start) }}</bdi></td><td class="bad">{{ tk('proof_reason', one.reason) }}</td><td><bdi class="mono">{{ one.path }}</bdi></td></tr></tbody></table></div>
          </template>
          <p class="dim">{{ t('proof.about') }}</p>
        </section>
        <section class="shn-card">
          <h2>{{ t('proof.checkpoint') }}</h2>
          <p v-if="ledger?.unsigned" class="shn-fault" role="alert" data-role="unsigned">{{ t('proof.unsigned', { at: dateTime(ledger.unsigned.since), why: tk('signing_fault', ledger.unsigned.fault) }) }}</p>
          <shn-empty v-if="!ledger" :loading="!fault" :fault="fault"></shn-empty>
          <dl v-else class="shn-facts tall">
            <div><dt>{{ t('proof.entries') }}</dt><dd class="num huge" data-role="entries">{{ number(ledger.size) }}</dd></div>
            <div v-if="ledger.pending !== undefined"><dt>{{ t('proof.pending') }}</dt><dd class="num">{{ number(ledger.pending) }}</dd></div>
            <div><dt>{{ t('proof.signed_at') }}</dt><dd><bdi>{{ dateTime(ledger.checkpoint_at) }}</bdi></dd></div>
            <div><dt>{{ t('proof.origin') }}</dt><dd><bdi class="mono">{{ ledger.origin }}</bdi></dd></div>
            <div class="long"><dt>{{ t('proof.root') }}</dt><dd><bdi class="mono">{{ ledger.root || '–' }}</bdi></dd></div>
            <div class="long"><dt>{{ t('proof.key') }} <button class="shn-link" type="button" @click="copy">{{ copied ? t('copied') : t('copy') }}</button></dt><dd><bdi class="mono">{{ ledger.verifier_key }}</bdi></dd></div>
          </dl>
          <p class="dim">{{ t('proof.key_hint') }}</p>
        </section>
      </div>
      <cosigners-table></cosigners-table>
      <authorities-table></authorities-table>
      <section class="shn-card">
        <h2>{{ t('proof.accesses') }}</h2><p class="dim">{{ t('proof.accesses_hint') }}</p>
        <shn-empty v-if="!accesses.length" icon="visibility_off" :title="t('proof.no_accesses')"></shn-empty>
        <div v-else class="shn-scroll"><table class="shn-table" data-role="accesses"><thead><tr><th>{{ t('proof.entry') }}</th><th>{{ t('proof.person') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('raw.purpose') }}</th><th>{{ t('raw.case') }}</th><th>{{ t('proof.from') }}</th><th>{{ t('proof.until') }}</th></tr></thead>
          <tbody><tr v-for="one in accesses" :key="one.id"><td class="num">{{ one.entry }}</td><td><bdi>{{ one.person }}</bdi></td><td>{{ nameOf(one.camera) }}</td><td>{{ tk('purpose', one.purpose) }}</td><td><bdi>{{ one.case }}</bdi></td><td><bdi class="num">{{ dateTime(one.issued) }}</bdi></td><td><bdi class="num">{{ dateTime(one.expires) }}</bdi></td></tr></tbody></table></div>
      </section>
      <holds-table></holds-table>
    </div>`,
  data: () => ({ store: cameraStore(), ledger: null, accesses: [], check: null, problem: "", fault: null, copied: false }),
  computed: {
    verdict() {
      if (!this.check) return "none";
      if (this.check.state === "running") return "running";
      return this.check.holds ? "holds" : "broken";
    },
    share() {
      return this.check?.total ? Math.min(100, (this.check.done / this.check.total) * 100) : 3;
    },
    counts() {
      return { segments: number(this.check?.segments ?? this.check?.total ?? 0), failures: number(this.check?.failures?.length || 0) };
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, 10000);
  },
  beforeUnmount() {
    clearInterval(this.timer);
    this.gone = true;
  },
  methods: {
    t, tk, number, dateTime,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    async load() {
      try {
        [this.ledger, { items: this.accesses }] = await Promise.all([get("/ledger"), get("/accesses")]);
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
    async start() {
      this.problem = "";
      this.check = { state: "running", done: 0, total: 0, steps: [], failures: [] };
      try {
        const { id } = await post("/ledger/checks");
        do {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
          this.check = await get(`/ledger/checks/${encodeURIComponent(id)}`);
        } while (this.check.state === "running" && !this.gone);
        this.problem = this.check.fault || "";
        this.load();
      } catch (problem) {
        this.check = null;
        this.problem = [problem.message || t("fault.unreachable"), problem.remedy].filter(Boolean).join(" ");
      }
    },
    async copy() {
      await navigator.clipboard?.writeText(this.ledger.verifier_key).catch(() => undefined);
      this.copied = true;
      setTimeout(() => { this.copied = false; }, 2000);
    },
  },
};
