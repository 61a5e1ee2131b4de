// Going to a moment that somebody names.

import { toUs } from "shanasheel-ui/format.js";
import { t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

/** Return what a datetime-local field wants: the visitor's own clock, to the second. */
function local(at_us) {
  const at = new Date(at_us / 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export default {
  components: { shnDialog },
  props: { at: { type: Number, required: true } },
  emits: ["pick", "close"],
  template: `
    <shn-dialog :title="t('playback.goto')" @close="$emit('close')">
      <form @submit.prevent="$emit('pick', moment)" data-role="goto">
        <label class="shn-field">{{ t('playback.moment') }}<input v-model="text" name="at" type="datetime-local" step="1" required></label>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit">{{ t('playback.go') }}</button></footer>
      </form>
    </shn-dialog>`,
  data() {
    return { text: local(this.at) };
  },
  computed: {
    moment() {
      return toUs(new Date(this.text));
    },
  },
  methods: { t },
};
