// What is being done about an alert: the plan's steps, who was called off, and the log.

import { get, post, wordsOf } from "shanasheel-ui/api.js";
import { clockTime, dateTime } from "shanasheel-ui/format.js";
import { knows, rtl, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import cancellationList from "shanasheel-ui/cancellation_list.js";
import shnDialog from "shanasheel-ui/dialog.js";

const ICONS = { open: "radio_button_unchecked", done: "task_alt", skipped: "redo", stopped: "do_not_disturb_on" };

export default {
  components: { cancellationList, shnDialog },
  props: { alert: { type: Object, required: true }, me: { type: String, default: "" } },
  template: `
    <section v-if="found" data-role="response" :data-state="found.response?.state || 'none'">
      <template v-if="found.cancellations.length"><h3>{{ t('cancel_call.title') }}</h3>
        <cancellation-list :items="found.cancellations" :me="me" @changed="load"></cancellation-list></template>
      <template v-if="found.response">
        <h3>{{ words(found.response) }} <span class="shn-tag" :class="{ ok: found.response.state === 'finished', bad: found.response.state === 'stopped' }">{{ tk('response_state', found.response.state) }}</span></h3>
        <ol class="shn-steps numbered" data-role="plan">
          <li v-for="step in found.response.steps" :key="step.number" :class="['plan-' + step.state, { bad: step.overdue && step.state === 'open' }]" :data-step="step.number" :data-state="step.state" :data-overdue="step.overdue">
            <b class="num">{{ step.number }}</b><span class="mi" aria-hidden="true">{{ icons[step.state] }}</span>
            <div><strong>{{ words(step) }}</strong>
              <small>{{ step.assignee || who(step.role) }}<template v-if="step.assignee"> · {{ who(step.role) }}</template><template v-if="step.due && step.state === 'open'"> · <span :class="{ 'shn-late': step.overdue }">{{ step.overdue ? t('plan.overdue', { time: clockTime(step.due) }) : t('plan.due', { time: clockTime(step.due) }) }}</span></template><template v-if="step.by"> · {{ tk('step_state', step.state) }}: {{ step.by }} <bdi class="num">{{ clockTime(step.at) }}</bdi></template></small>
              <span v-if="step.reason" class="quote">{{ step.reason }}</span></div>
            <span v-if="step.state === 'open' && found.response.state === 'running'" class="deeds"><button class="shn-button small" type="button" data-deed="done" @click="send(step, { state: 'done' })" :disabled="busy">{{ t('plan.done') }}</button><button class="shn-button small" type="button" data-deed="assign" @click="ask(step, 'assign')">{{ t('plan.assign') }}</button><button class="shn-button small" type="button" data-deed="skip" @click="ask(step, 'skip')">{{ t('plan.skip') }}</button></span>
          </li>
        </ol></template>
      <p v-else-if="alert.state === 'new' || alert.state === 'acknowledged'" class="dim">{{ t('plan.waits') }}</p>
      <p v-if="problem && !asking" class="shn-fault" role="alert">{{ problem }}</p>
      <details v-if="found.log.length" data-role="log"><summary>{{ t('plan.log', { count: found.log.length }) }}</summary>
        <ol class="shn-steps"><li v-for="line in found.log" :key="line.id"><div><strong>{{ tk('logged', line.what, { step: line.step, who: who(line.who), by: line.by || t('plan.machine') }) }}</strong><span v-if="line.text" class="quote">{{ line.text }}</span><small><bdi>{{ dateTime(line.at) }}</bdi></small></div></li></ol></details>
      <shn-dialog v-if="asking" :title="t(asking === 'assign' ? 'plan.assign_title' : 'plan.skip_title', { step: step.number })" @close="asking = ''">
        <form class="shn-form" @submit.prevent="send(step, asking === 'assign' ? { assign: text } : { state: 'skipped', reason: text })">
          <label class="shn-field">{{ asking === 'assign' ? t('plan.assign_who') : t('plan.skip_why') }}<input v-model.trim="text" name="text" :maxlength="asking === 'assign' ? 64 : 1000" required autocomplete="off"></label>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="asking = ''">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="!text || busy">{{ asking === 'assign' ? t('plan.assign') : t('plan.skip') }}</button></footer>
        </form>
      </shn-dialog>
    </section>`,
  data: () => ({ found: null, icons: ICONS, asking: "", step: null, text: "", busy: false, problem: "" }),
  watch: { "alert.id": "load", "alert.state": "load", "alert.escalation": "load" },
  created() {
    this.load();
    this.stop = on("response", (alert) => alert === this.alert.id && this.load());
  },
  beforeUnmount() {
    this.stop();
  },
  methods: {
    t, tk, clockTime, dateTime,
    words: (one) => (rtl ? one.ar : one.en),
    who: (name) => (knows("duty", name) ? tk("duty", name) : name),
    async load() {
      const id = this.alert.id;
      try {
        const found = await get(`/alerts/${encodeURIComponent(id)}/response`);
        if (id === this.alert.id) this.found = found;
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
    },
    ask(step, what) {
      [this.step, this.asking, this.text, this.problem] = [step, what, "", ""];
    },
    async send(step, body) {
      this.busy = true;
      this.problem = "";
      try {
        const path = `/alerts/${encodeURIComponent(this.alert.id)}/response/steps/${step.number}`;
        this.found = await post(path, { ...body, version: this.found.response.version });
        this.asking = "";
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
        if (problem.status === 409) await this.load();
      } finally {
        this.busy = false;
      }
    },
  },
};
