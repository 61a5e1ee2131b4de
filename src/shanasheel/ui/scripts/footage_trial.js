// Trying a camera's rules on its footage: begun, followed and stopped here; it runs beside the hub.

import { get, post, remove, wordsOf } from "shanasheel-ui/api.js";
import { number } from "shanasheel-ui/format.js";
import { t } from "shanasheel-ui/strings.js";
import ruleTrial from "shanasheel-ui/rule_trial.js";

const LOOK_MS = 1000;

export default {
  components: { ruleTrial },
  props: { camera: { type: String, required: true }, body: { type: Function, required: true } },
  template: `
    <section class="shn-form" data-role="footage-trial">
      <div class="shn-row wrap"><label class="shn-row">{{ t('trial.hours') }} <input v-model.number="hours" name="hours" type="number" min="0.05" max="24" step="any" class="num" dir="ltr"></label>
        <button v-if="!working" class="shn-button small" type="button" data-role="look-again" @click="begin">{{ t('trial.look_again') }}</button>
        <template v-else><progress :value="work.done" :max="work.total || 1" :aria-label="t('trial.look_again')"></progress><span class="num">{{ number(work.done / 60, 1) }} / {{ number(work.total / 60, 1) }} {{ t('trial.minutes') }}</span><button class="shn-button small" type="button" data-role="stop" @click="stop">{{ t('trial.stop') }}</button></template></div>
      <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
      <rule-trial v-if="result" :trial="result"></rule-trial>
      <p class="dim">{{ t('trial.footage_about') }}</p></section>`,
  data: () => ({ hours: 1, work: null, mine: "", problem: "", timer: 0 }),
  computed: {
    working() {
      return this.work?.state === "working";
    },
    result() {
      return this.work?.state === "done" && this.work.id === this.mine ? this.work.result : null;
    },
  },
  created() {
    this.look();
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    t, number,
    async asked(request) {
      this.problem = "";
      try {
        const work = await request();
        if (work) this.work = work;
        if (this.working && this.work.camera === this.camera) this.mine = this.work.id; // older ones were of other rules
        if (this.work?.state === "refused" && this.work.id === this.mine) this.problem = [this.work.detail, this.work.remedy].filter(Boolean).join(" ");
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      clearTimeout(this.timer);
      if (this.working) this.timer = setTimeout(() => this.look(), LOOK_MS);
    },
    look() {
      return this.asked(() => get("/footage-trial"));
    },
    begin() {
      return this.asked(() => post(`/installed/${encodeURIComponent(this.camera)}/footage-trial`, { ...this.body(), hours: this.hours }));
    },
    async stop() {
      await this.asked(async () => void (await remove("/footage-trial")));
      return this.look();
    },
  },
};
