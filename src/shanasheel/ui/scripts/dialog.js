// A modal window that keeps the keyboard inside and closes on Escape.

import { t } from "shanasheel-ui/strings.js";

const FOCUSABLE = "button:not(:disabled), input, select, textarea, a[href]";

export default {
  props: { title: { type: String, required: true } },
  emits: ["close"],
  template: `
    <teleport to="body">
      <div class="shn-veil" @mousedown.self="$emit('close')" @keydown.esc.stop="$emit('close')" @keydown.tab="turn">
        <section class="shn-dialog" role="dialog" aria-modal="true" :aria-label="title" ref="box">
          <header>
            <h2>{{ title }}</h2>
            <button class="shn-icon" type="button" @click="$emit('close')" :aria-label="closeText">
              <span class="mi" aria-hidden="true">close</span>
            </button>
          </header>
          <slot></slot>
        </section>
      </div>
    </teleport>`,
  data: () => ({ closeText: t("close") }),
  mounted() {
    this.before = document.activeElement;
    const fields = this.$refs.box.querySelectorAll(FOCUSABLE);
    (fields[1] || fields[0])?.focus();
  },
  beforeUnmount() {
    this.before?.focus?.();
  },
  methods: {
    turn(event) {
      const fields = [...this.$refs.box.querySelectorAll(FOCUSABLE)];
      const edge = event.shiftKey ? fields[0] : fields[fields.length - 1];
      if (document.activeElement !== edge) return;
      event.preventDefault();
      (event.shiftKey ? fields[fields.length - 1] : fields[0]).focus();
    },
  },
};
