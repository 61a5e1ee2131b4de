// Writing a combination: choose events and how they belong together, or edit the words; try it on
// what is stored before it is switched on.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { number, when as timeOf } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const MINUTE_S = 60;
const SHOWN = 20;

const emptyStep = (kinds) => ({ kind: kinds.includes("loitering") ? "loitering" : kinds[0], count: 1, apart: false });

/** Return seconds as the language of combinations has them. */
function span(seconds) {
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([each]) => seconds % each === 0) || [1, "s"];
  return `${seconds / size} ${unit}`;
}

export default {
  components: { shnDialog },
  props: { combination: { type: Object, required: true }, kinds: { type: Array, required: true }, cameras: { type: Array, required: true }, fresh: Boolean },
  emits: ["close", "save"],
  template: `
    <shn-dialog :title="fresh ? t('combinations.new') : combination.name" @close="$emit('close')">
      <form class="combination" data-role="combination-form" @submit.prevent="save">
        <label v-if="fresh" class="shn-field"><span>{{ t('combinations.name') }}</span><input v-model.trim="name" name="name" required maxlength="80" dir="auto"></label>
        <fieldset v-if="!byHand" class="shn-group"><legend>{{ t('combinations.events') }}</legend>
          <div v-for="(step, place) in steps" :key="place" class="shn-row shn-field" :data-step="place">
            <input v-model.number="step.count" type="number" min="1" max="12" class="num" :aria-label="t('combinations.count')">
            <select v-model="step.kind" :aria-label="t('combinations.event')"><option v-for="kind in kinds" :key="kind" :value="kind">{{ tk('kind', kind) }}</option></select>
            <label v-if="step.count > 1" class="shn-check"><input v-model="step.apart" type="checkbox"><span>{{ t('combinations.apart') }}</span></label>
            <button v-if="steps.length > 1" class="shn-icon" type="button" @click="steps.splice(place, 1)" :aria-label="t('combinations.less')"><span class="mi" aria-hidden="true">close</span></button></div>
          <div class="shn-row shn-field"><button class="shn-button small" type="button" data-role="more" :disabled="steps.length > 5" @click="steps.push(fill())"><span class="mi" aria-hidden="true">add</span>{{ t('combinations.more') }}</button>
            <select v-if="steps.length > 1" v-model="ordered" :aria-label="t('combinations.order')"><option :value="false">{{ t('combinations.any_order') }}</option><option :value="true">{{ t('combinations.this_order') }}</option></select></div></fieldset>
        <div v-if="!byHand" class="shn-row wrap">
          <label class="shn-field"><span>{{ t('combinations.within_min') }}</span><input v-model.number="withinMin" name="within" type="number" min="0.1" max="20160" step="any" required></label>
          <label class="shn-field"><span>{{ t('combinations.where') }}</span><select v-model="where" name="where"><option value="any">{{ t('combinations.anywhere') }}</option><option value="one">{{ t('combinations.one_camera') }}</option><option value="near">{{ t('combinations.near') }}</option></select></label>
          <label v-if="where === 'near'" class="shn-field"><span>{{ t('combinations.near_m') }}</span><input v-model.number="nearM" name="near" type="number" min="1" max="100000"></label>
          <label class="shn-field"><span>{{ t('combinations.quiet_min') }}</span><input v-model.number="quietMin" name="quiet" type="number" min="0.1" max="20160" step="any"></label></div>
        <label class="shn-field"><span>{{ t('combinations.words') }}</span><textarea v-model="words" name="when" class="mono" dir="ltr" rows="3" :readonly="!byHand" required></textarea></label>
        <div class="shn-row wrap"><label class="shn-check"><input v-model="byHand" type="checkbox" name="by_hand"><span>{{ t('combinations.by_hand') }}</span></label><span class="grow"></span>
          <label class="shn-field"><span>{{ t('combinations.priority') }}</span><select v-model="priority" name="priority"><option v-for="one in ['high', 'normal', 'low']" :key="one" :value="one">{{ tk('priority', one) }}</option></select></label></div>
        <label class="shn-field"><span>{{ t('zones.hours') }}</span><input v-model="hours" name="hours" dir="ltr" maxlength="400" placeholder="22:00-05:00; fri 11:00-14:00"><small>{{ t('combinations.hours_about') }}</small></label>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <section v-if="trial" class="shn-card" data-role="trial" aria-live="polite"><b>{{ t('combinations.would', { count: trial.count, day: number(trial.per_day, 2) }) }}</b> <small class="dim">{{ t('combinations.of_events', { count: trial.events }) }}</small>
          <ol v-if="trial.count" class="plain"><li v-for="(parts, place) in shown" :key="place"><a :href="'/playback?camera=' + encodeURIComponent(parts.at(-1).camera) + '&at=' + Date.parse(parts.at(-1).at) * 1000"><bdi class="num">{{ timeOf(parts.at(-1).at) }}</bdi></a> {{ parts.map((one) => tk('kind', one.kind) + ' · ' + nameOf(one.camera)).join('، ') }}</li></ol></section>
        <footer><button class="shn-button" type="button" data-role="try" :disabled="sending" @click="tryIt">{{ t('combinations.try') }}</button><span class="grow"></span><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="save" :disabled="sending">{{ t('combinations.save') }}</button></footer></form>
    </shn-dialog>`,
  data() {
    const asked = this.combination.asked;
    return {
      name: this.combination.name, priority: this.combination.priority, ...this.choices(asked),
      words: this.combination.when, hours: this.combination.hours.join("; "), byHand: Boolean(asked) && !this.simple(asked), trial: null, problem: "", sending: false,
    };
  },
  computed: {
    shown() {
      return this.trial.raised.slice(0, SHOWN);
    },
    chosen() {
      const steps = this.steps.map(({ kind, count, apart }) => (count > 1 ? (apart ? `${kind} on ${count} cameras` : `${count} ${kind}`) : kind));
      const where = { any: "", one: " at one camera", near: ` near ${this.nearM || 1} m` }[this.where];
      const seconds = (minutes) => Math.max(1, Math.round((minutes || 0) * MINUTE_S));
      return `${steps.join(this.ordered ? " followed by " : " and ")} within ${span(seconds(this.withinMin))}${where} quiet for ${span(seconds(this.quietMin))}`;
    },
  },
  watch: {
    chosen: { immediate: true, handler(text) { if (!this.byHand) this.words = text; } },
    byHand(by) { if (!by) this.words = this.chosen; },
    words() { this.trial = null; this.problem = ""; },
    hours() { this.trial = null; this.problem = ""; },
  },
  methods: {
    t, tk, number, timeOf,
    nameOf(id) {
      return cameraName(this.cameras.find((one) => one.id === id) || { id });
    },
    fill() {
      return emptyStep(this.kinds);
    },
    simple(asked) {
      return !asked.cameras.length && asked.steps.every((step) => step.kinds.length === 1 && [1, step.times].includes(step.cameras));
    },
    choices(asked) {
      if (!asked || !this.simple(asked)) return { steps: [this.fill(), this.fill()], ordered: true, withinMin: 10, where: "near", nearM: 300, quietMin: 10 };
      return {
        steps: asked.steps.map((step) => ({ kind: step.kinds[0], count: step.times, apart: step.cameras > 1 })), ordered: asked.ordered,
        withinMin: asked.within_s / MINUTE_S, where: asked.one_camera ? "one" : asked.near_m ? "near" : "any", nearM: asked.near_m || 300, quietMin: asked.quiet_s / MINUTE_S,
      };
    },
    hoursOf() {
      return this.hours.split(";").map((one) => one.trim()).filter(Boolean);
    },
    async tryIt() {
      this.sending = true;
      this.problem = "";
      try {
        this.trial = await post("/combinations/trial", { when: this.words, hours: this.hoursOf() });
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.sending = false;
      }
    },
    save() {
      this.$emit("save", { ...this.combination, name: this.name, when: this.words, priority: this.priority, hours: this.hoursOf() });
    },
  },
};
