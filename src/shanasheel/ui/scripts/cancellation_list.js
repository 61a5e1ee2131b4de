// Cancellations that must reach somebody: each is shown until it is said that they know.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { dateTime } from "shanasheel-ui/format.js";
import { knows, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  props: { items: { type: Array, required: true }, me: { type: String, default: "" }, coded: { type: Boolean, default: false } },
  emits: ["changed"],
  template: `
    <ul class="shn-calls" data-role="cancellations">
      <li v-for="one in items" :key="one.id" :class="{ waiting: !one.acknowledged }" :data-recipient="one.recipient" :data-known="Boolean(one.acknowledged)">
        <span class="mi" aria-hidden="true">{{ one.acknowledged ? 'done_all' : 'cancel' }}</span>
        <div><strong>{{ t('cancel_call.for', { who: who(one.recipient) }) }}<template v-if="coded"> · <a class="shn-link" :href="'/alerts#' + one.alert"><bdi>{{ one.code }}</bdi></a></template></strong>
          <small>{{ t('cancel_call.by', { person: one.by, reason: one.reason }) }} · <bdi>{{ dateTime(one.at) }}</bdi></small>
          <small v-if="one.acknowledged">{{ t('cancel_call.known', { person: one.acknowledged_by }) }} <template v-if="one.note">· {{ one.note }}</template> · <bdi>{{ dateTime(one.acknowledged) }}</bdi></small></div>
        <button v-if="!one.acknowledged" class="shn-button small" type="button" @click="begin(one)">{{ one.recipient === me ? t('cancel_call.i_know') : t('cancel_call.they_know') }}</button>
      </li>
      <shn-dialog v-if="asking" :title="t('cancel_call.how', { who: who(asking.recipient) })" @close="asking = null">
        <form class="shn-form" @submit.prevent="send(asking, note)">
          <label class="shn-field">{{ t('cancel_call.note') }}<input v-model.trim="note" name="note" maxlength="1000" required autocomplete="off" :placeholder="t('cancel_call.note_hint')"></label>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="asking = null">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="!note">{{ t('cancel_call.they_know') }}</button></footer>
        </form>
      </shn-dialog>
    </ul>`,
  data: () => ({ asking: null, note: "", problem: "" }),
  methods: {
    t, dateTime,
    who: (name) => (knows("duty", name) ? tk("duty", name) : name),
    begin(one) {
      this.problem = "";
      this.note = "";
      if (one.recipient === this.me) this.send(one, "");
      else this.asking = one;
    },
    async send(one, note) {
      try {
        await post(`/cancellations/${encodeURIComponent(one.id)}/receipt`, { note });
        this.asking = null;
        this.$emit("changed");
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
        if (problem.status === 409) this.$emit("changed");
      }
    },
  },
};
