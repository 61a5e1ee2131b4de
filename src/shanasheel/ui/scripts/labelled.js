// A field with its label, a hint, and what is wrong with it right below.

export default {
  props: { label: { type: String, required: true }, hint: { type: String, default: "" }, fault: { type: String, default: "" } },
  template: `
    <label class="shn-field" :class="{ faulty: fault }"><span>{{ label }}</span><slot></slot>
      <small v-if="fault" class="bad" role="alert">{{ fault }}</small><small v-else-if="hint">{{ hint }}</small></label>`,
};
