// Saying that what comes to a protected place is known: why, and for how long it is not told.

import { t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  props: { what: { type: String, required: true }, busy: { type: Boolean, default: false } },
  emits: ["close", "send"],
  template: `
    <shn-dialog :title="t('protected.know_title', { what })" @close="$emit('close')">
      <form class="shn-form" data-role="know-form" @submit.prevent="$emit('send', { reason, days })">
        <p class="shn-note">{{ t('protected.know_about') }}</p>
        <label class="shn-field">{{ t('protected.reason') }}<textarea v-model.trim="reason" name="reason" rows="2" maxlength="900" required></textarea></label>
        <label class="shn-field">{{ t('protected.for_days') }}<input v-model.number="days" name="days" type="number" min="1" max="400" required></label>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="busy || !reason">{{ t('protected.know') }}</button></footer>
      </form>
    </shn-dialog>`,
  data: () => ({ reason: "", days: 30 }),
  methods: { t },
};
