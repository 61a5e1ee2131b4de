// A receiver says that it has read a message. What it needs stands behind the # of the address, which
// is not sent to any server by itself, and nothing happens before the button is pressed.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { t } from "shanasheel-ui/strings.js";

export default {
  template: `
    <section class="shn-card shn-login" data-role="acknowledge" :data-done="done">
      <h2>{{ t('acknowledge.title') }}</h2>
      <p v-if="!message" class="shn-fault" role="alert">{{ t('acknowledge.wrong') }}</p>
      <p v-else-if="done" class="shn-good" role="status"><span class="mi" aria-hidden="true">check_circle</span>{{ t('acknowledge.done') }}</p>
      <template v-else><p>{{ t('acknowledge.about') }}</p><p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <button class="shn-button primary" type="button" :disabled="busy" @click="send">{{ t('acknowledge.button') }}</button></template>
    </section>`,
  data() {
    const [message, token] = location.hash.slice(1).split(".");
    return { message: token ? message : "", token, done: false, busy: false, problem: "" };
  },
  methods: {
    t,
    async send() {
      this.busy = true;
      this.problem = "";
      try {
        await post(`/acknowledgements/${encodeURIComponent(this.message)}`, { token: this.token });
        this.done = true;
      } catch (problem) {
        this.problem = problem.status === 404 ? t("acknowledge.wrong") : wordsOf(problem, t("fault.unreachable"));
      }
      this.busy = false;
    },
  },
};
