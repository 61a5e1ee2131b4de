// One rule of a camera, with what it takes.

import { t, tk } from "shanasheel-ui/strings.js";

export default {
  props: { modelValue: { type: Object, required: true }, shape: { type: Object, required: true }, zones: { type: Array, required: true }, lines: { type: Array, required: true } },
  emits: ["update:modelValue", "drop"],
  template: `
    <fieldset class="shn-group" :data-rule="modelValue.rule"><legend>{{ tk('kind', modelValue.rule) }}</legend>
      <div class="shn-row wrap">
        <label class="shn-check"><input type="checkbox" name="enabled" :checked="modelValue.enabled" @change="set({ enabled: $event.target.checked })"><span>{{ t('zones.enabled') }}</span></label>
        <label v-if="shape.zone !== 'no'" class="shn-field"><span>{{ t('zones.zone') }}</span><select name="zone" :value="modelValue.zone" @change="set({ zone: $event.target.value })" :required="shape.zone === 'must'"><option value="">{{ shape.zone === 'must' ? t('zones.draw_first') : t('zones.whole_view') }}</option><option v-for="one in zones" :key="one" :value="one">{{ one }}</option></select></label>
        <label v-if="shape.line" class="shn-field"><span>{{ t('zones.line') }}</span><select name="line" :value="modelValue.line" @change="set({ line: $event.target.value })" required><option value="">{{ t('zones.draw_first') }}</option><option v-for="one in lines" :key="one" :value="one">{{ one }}</option></select></label>
        <label class="shn-field"><span>{{ t('zones.sensitivity') }}</span><select name="sensitivity" :value="modelValue.sensitivity" @change="set({ sensitivity: $event.target.value })"><option v-for="one in ['low', 'normal', 'high']" :key="one" :value="one">{{ tk('sensitivity', one) }}</option></select></label>
        <label v-if="shape.after" class="shn-field"><span>{{ t('zones.after_s') }}</span><input type="number" name="after_s" min="1" step="any" dir="ltr" :value="modelValue.after_s" @change="set({ after_s: numberOf($event.target.value) })"></label>
        <label v-if="shape.people" class="shn-field"><span>{{ t('zones.people') }}</span><input type="number" name="people" min="1" step="1" dir="ltr" :value="modelValue.people" @change="set({ people: numberOf($event.target.value) })"></label>
        <label v-if="shape.away" class="shn-field"><span>{{ t('zones.away_m') }}</span><input type="number" name="away_m" min="0.5" max="100" step="any" dir="ltr" :value="modelValue.away_m" @change="set({ away_m: numberOf($event.target.value) })"></label>
        <label class="shn-field"><span>{{ t('zones.hours') }}</span><input name="rule-hours" dir="ltr" placeholder="22:00-05:00" :required="shape.hours === 'must'" :value="modelValue.hours.join('; ')" @change="set({ hours: $event.target.value.split(';').map((one) => one.trim()).filter(Boolean) })"></label>
        <span class="grow"></span><button class="shn-icon" type="button" data-role="drop-rule" :aria-label="t('zones.drop', { name: tk('kind', modelValue.rule) })" @click="$emit('drop')"><span class="mi" aria-hidden="true">delete</span></button></div>
    </fieldset>`,
  methods: {
    t, tk,
    set(change) {
      this.$emit("update:modelValue", { ...this.modelValue, ...change });
    },
    numberOf(text) {
      return text === "" ? null : Number(text);
    },
  },
};
