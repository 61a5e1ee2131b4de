// What was handed in: who, what, both clocks, how far it is, and the way into playback.

import { query, remove } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { bytes, dateTime, number } from "shanasheel-ui/format.js";
import { cameraName, knows, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const ICONS = { waiting: "schedule", working: "hourglass_top", done: "check_circle", failed: "error", refused: "block", interrupted: "error" };

export default {
  components: { shnDialog, shnEmpty },
  props: { listed: { type: Object, required: true } },
  emits: ["changed"],
  template: `
    <section class="shn-card"><h2>{{ t('intake.list') }}</h2>
      <shn-empty v-if="!rows.length" icon="inbox" :title="t('intake.none')" :text="t('intake.none_hint')"></shn-empty>
      <div v-else class="shn-scroll"><table class="shn-table" data-role="intakes"><thead><tr><th>{{ t('intake.file') }}</th><th>{{ t('fact.state') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('intake.handed_by') }}</th><th>{{ t('intake.clocks') }}</th><th></th></tr></thead>
        <tbody><tr v-for="one in rows" :key="one.id" :data-intake="one.id" :data-state="one.state">
          <td><b><bdi>{{ one.name }}</bdi></b><br><small>{{ bytes(one.size_bytes) }} · <bdi class="mono" dir="ltr" :title="one.sha256">{{ one.sha256.slice(0, 12) }}…</bdi></small></td>
          <td :class="{ bad: bad(one) }"><span class="mi" aria-hidden="true">{{ icons[one.state] }}</span> {{ tk('intake_state', one.state) }}<span v-if="share(one) !== null" class="num"> · {{ share(one) }}%</span><div v-if="why(one)"><small :class="{ bad: bad(one) }">{{ why(one) }}</small></div></td>
          <td>{{ nameOf(one.camera) }}</td>
          <td><bdi>{{ one.handed_by }}</bdi><br><small v-if="one.at"><bdi class="num">{{ dateTime(one.handed_at || one.at) }}</bdi> · {{ t('intake.taken_by', { person: one.by }) }}</small></td>
          <td><template v-if="one.start"><bdi class="num">{{ dateTime(one.start) }}</bdi><br><small>{{ t('intake.stated', { time: dateTime(one.stated) }) }}</small></template></td>
          <td class="deeds"><a v-if="one.start && one.state !== 'working'" class="shn-button small" data-role="play" :href="'/playback' + query({ camera: one.camera, at: one.start_us })"><span class="mi" aria-hidden="true">play_arrow</span>{{ t('playback.play') }}</a>
            <button v-if="one.start" class="shn-button small" type="button" data-role="receipt" @click="receipt = one">{{ t('receipt.title') }}</button>
            <button v-if="one.state === 'refused'" class="shn-button small" type="button" @click="drop(one)">{{ t('intake.drop') }}</button></td></tr></tbody></table></div>
      <shn-dialog v-if="receipt" :title="t('receipt.title')" @close="receipt = null">
        <div class="shn-receipt" data-role="receipt-text"><h2>{{ t('receipt.heading') }}</h2>
          <dl><template v-for="[name, value] in lines(receipt)" :key="name"><dt>{{ name }}</dt><dd><bdi :class="{ mono: name === 'SHA-256' }">{{ value }}</bdi></dd></template></dl>
          <p class="dim">{{ t('receipt.about') }}</p></div>
        <footer class="shn-row"><button class="shn-button" type="button" @click="copy">{{ copied ? t('copied') : t('receipt.copy') }}</button><button class="shn-button primary" type="button" @click="print"><span class="mi" aria-hidden="true">print</span>{{ t('receipt.print') }}</button></footer>
      </shn-dialog>
    </section>`,
  data: () => ({ store: cameraStore(), receipt: null, copied: false, icons: ICONS }),
  computed: {
    rows() {
      const orders = this.listed.orders.filter((order) => !this.listed.items.some((one) => one.id === order.id));
      const working = Object.fromEntries(this.listed.orders.map((one) => [one.id, one]));
      return [...orders.reverse(), ...this.listed.items.map((one) => ({ ...one, done: working[one.id]?.done, total: working[one.id]?.total }))];
    },
  },
  methods: {
    t, tk, bytes, dateTime, query,
    bad: (one) => ["failed", "refused", "interrupted"].includes(one.state),
    share: (one) => (one.state === "working" && one.total ? Math.min(99, Math.round((one.done / one.total) * 100)) : null),
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    why(one) {
      if (one.state === "interrupted") return t("intake.interrupted");
      if (one.state === "failed") return `${t("intake.failed")} ${one.reason}`;
      if (one.state !== "refused") return one.warning || "";
      const words = knows("problem", one.key) ? tk("problem", one.key, one.given) : one.detail;
      return [words, knows("remedy", one.key) ? tk("remedy", one.key, one.given) : one.remedy].filter(Boolean).join(" ");
    },
    lines(one) {
      return [
        [t("intake.file"), one.name], [t("receipt.size"), `${number(one.size_bytes)} ${t("unit.B")}`], ["SHA-256", one.sha256],
        [t("intake.handed_by"), one.handed_by], [t("intake.handed_at"), dateTime(one.handed_at || one.at)],
        [t("receipt.taken_in"), `${dateTime(one.at)} · ${one.by}`], [t("fact.camera"), `${this.nameOf(one.camera)} (${one.camera})`],
        [t("receipt.stated"), dateTime(one.stated)], [t("receipt.corrected"), `${dateTime(one.start)} – ${dateTime(one.end)}`],
        [t("receipt.ahead"), `${number(one.ahead_s, 1)} ${t("unit.s")}`], [t("receipt.drift"), `${number(one.drift_s_day, 2)} ${t("unit.s")}`],
        [t("clock.evidence"), one.clock_evidence], [t("intake.note"), one.note], [t("receipt.number"), one.id],
      ].filter(([, value]) => value !== "");
    },
    async copy() {
      await navigator.clipboard?.writeText(this.lines(this.receipt).map((line) => line.join(": ")).join("\n")).catch(() => undefined);
      this.copied = true;
      setTimeout(() => { this.copied = false; }, 2000);
    },
    print: () => window.print(),
    async drop(one) {
      await remove(`/uploads/${encodeURIComponent(one.id)}`).catch(() => undefined);
      this.$emit("changed");
    },
  },
};
