// What a check found: one line for each thing, and what to change on the camera.

import { bitrate, number } from "shanasheel-ui/format.js";
import { knows, t, tk } from "shanasheel-ui/strings.js";

export default {
  props: { report: { type: Object, default: null }, busy: { type: Boolean, default: false } },
  template: `
    <div class="shn-report" role="status" aria-live="polite" :data-report="busy ? 'busy' : report ? (report.ok ? 'good' : 'bad') : 'none'">
      <p v-if="busy" class="dim"><span class="mi" aria-hidden="true">hourglass_empty</span> {{ t('check.busy') }}</p>
      <template v-else-if="report">
        <ul class="shn-steps">
          <li v-for="line in lines" :key="line.name" :class="line.ok ? 'ok' : 'bad'"><span class="mi" aria-hidden="true">{{ line.ok ? 'check_circle' : 'cancel' }}</span><div><strong>{{ line.name }}</strong><small v-if="line.values"><template v-for="(value, index) in line.values" :key="value"><template v-if="index"> · </template><bdi>{{ value }}</bdi></template></small></div></li>
        </ul>
        <p v-if="!report.ok" class="shn-fault">{{ tk('check_remedy', report.cause || 'signal_lost') }} <small v-if="report.detail"><bdi dir="ltr">{{ report.detail }}</bdi></small></p>
        <div v-if="report.advice.length" class="shn-callout"><span class="mi" aria-hidden="true">build</span><div><b>{{ t('check.change') }}</b><div v-for="one in report.advice" :key="one.text">{{ knows('advice', one.name) ? tk('advice', one.name) : one.text }}</div></div></div>
        <p v-else-if="report.ok" class="dim">{{ t('check.nothing_to_change') }}</p>
      </template>
    </div>`,
  computed: {
    /** Whether the camera signs its pictures, and whether that holds; nothing where it does not. */
    signature() {
      const found = this.report.signature;
      if (!found) return [];
      const doubts = found.doubts.map((doubt) => tk("doubt", doubt));
      return [{ name: `${t("fact.signed")}: ${tk("signed", found.state)}`, ok: found.state === "ok" || found.state === "partial", values: doubts }];
    },
    lines() {
      const one = this.report;
      const reached = one.ok || one.cause !== "unreachable";
      const admitted = one.ok || (reached && one.cause !== "refused");
      const lines = [{ name: t("check.reachable"), ok: reached }];
      if (reached) lines.push({ name: t("check.admitted"), ok: admitted });
      if (!one.ok) return lines;
      const key = one.key_s ? t("check.key_every", { seconds: number(one.key_s, 1) }) : t("check.key_once");
      return [
        ...lines,
        { name: t("check.picture"), ok: true, values: [one.codec, `${one.width_px}×${one.height_px}`, `${number(one.rate, 1)} ${t("fact.fps")}`, bitrate(one.bitrate_bps)] },
        ...this.signature,
        { name: key, ok: !one.advice.some((advice) => advice.name === "key_interval") },
      ];
    },
  },
  methods: { t, tk, knows },
};
