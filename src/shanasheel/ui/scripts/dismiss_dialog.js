// Why an alert is nothing: one of a few usual reasons, and words of one's own.

import { t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export const WHY = ["known", "harmless", "animal", "weather", "test", "machine", "other"];

export default {
  components: { shnDialog },
  props: { code: { type: String, required: true }, confirmed: { type: Boolean, default: false }, come: { type: String, default: "" }, busy: { type: Boolean, default: false }, problem: { type: String, default: "" } },
  emits: ["close", "send"],
  template: `
    <shn-dialog :title="t('alerts.dismiss_title', { code })" @close="$emit('close')">
      <form class="shn-form" @submit.prevent="$emit('send', words, come && why === 'known' ? days : 0)" data-role="dismiss">
        <p v-if="confirmed" class="shn-note">{{ t('alerts.dismiss_cancels') }}</p>
        <label class="shn-field">{{ t('alerts.dismiss_reason') }}
          <select v-model="why" name="why"><option v-for="one in reasons" :key="one" :value="one">{{ tk('dismiss', one) }}</option></select></label>
        <label v-if="come && why === 'known'" class="shn-field">{{ t('protected.not_told', { what: come }) }}<input v-model.number="days" name="days" type="number" min="0" max="400" required></label>
        <label class="shn-field">{{ t('alerts.dismiss_more') }}<textarea v-model.trim="text" name="reason" rows="3" maxlength="900" :required="why === 'other'" :placeholder="t('alerts.dismiss_hint')"></textarea></label>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="busy || (why === 'other' && !text)">{{ tk('decide', 'dismissed') }}</button></footer>
      </form>
    </shn-dialog>`,
  data: () => ({ reasons: WHY, why: WHY[0], text: "", days: 30 }),
  computed: {
    words() {
      const usual = this.why === "other" ? "" : tk("dismiss", this.why);
      return [usual, this.text].filter(Boolean).join(": ");
    },
  },
  methods: { t, tk },
};
