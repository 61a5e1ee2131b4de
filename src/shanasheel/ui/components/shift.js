// The shift: who is at the desk, what is open, who must still hear of a cancellation, what is under way.

import { get, post, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { clockTime, dateTime } from "shanasheel-ui/format.js";
import { reason } from "shanasheel-ui/reason.js";
import { cameraName, rtl, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import cancellationList from "shanasheel-ui/cancellation_list.js";
import shnEmpty from "shanasheel-ui/empty.js";

export default {
  components: { cancellationList, shnEmpty },
  template: `
    <div class="shn-page shift">
      <div class="shn-bar"><h1>{{ t('nav.shift') }}</h1></div>
      <shn-empty v-if="!desk" :loading="!fault" :fault="fault"></shn-empty>
      <template v-else>
        <section v-if="desk.cancellations.length" class="shn-card bad" data-role="waiting"><h2>{{ t('shift.cancellations', { count: desk.cancellations.length }) }}</h2>
          <cancellation-list :items="desk.cancellations" :me="me" coded @changed="load"></cancellation-list></section>
        <section class="shn-card"><h2>{{ t('shift.here') }}</h2>
          <p v-if="!desk.here.length" class="dim">{{ t('shift.nobody') }}</p>
          <ul v-else class="shn-calls" data-role="here"><li v-for="one in desk.here" :key="one.id"><span class="mi" aria-hidden="true">person</span><div><strong><bdi>{{ one.person }}</bdi></strong><small>{{ t('shift.since', { time: dateTime(one.start) }) }}</small><span v-if="one.note" class="quote">{{ one.note }}</span></div></li></ul>
          <form class="shn-form" @submit.prevent="sign">
            <label class="shn-field">{{ mine ? t('shift.note_off') : t('shift.note_on') }}<textarea v-model.trim="note" name="note" rows="2" maxlength="2000"></textarea></label>
            <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
            <footer><button class="shn-button primary" type="submit" :disabled="busy" :data-sign="mine ? 'off' : 'on'">{{ mine ? t('shift.off') : t('shift.on') }}</button></footer>
          </form></section>
        <section class="shn-card"><h2>{{ t('shift.open', { count: desk.open_alerts }) }}</h2>
          <p v-if="!desk.open.length" class="dim">{{ t('alerts.empty') }}</p>
          <div v-else class="shn-scroll"><table class="shn-table" data-role="open"><thead><tr><th>{{ t('shift.alert') }}</th><th>{{ t('shift.what') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('fact.at') }}</th><th>{{ t('fact.state') }}</th></tr></thead>
            <tbody><tr v-for="one in desk.open" :key="one.id"><td><a class="shn-link" :href="'/alerts#' + one.id"><bdi>{{ one.code }}</bdi></a></td><td>{{ reason(one) }}</td><td>{{ one.cameras.map(nameOf).join(' · ') }}</td><td><bdi class="num">{{ dateTime(one.at) }}</bdi></td><td><span class="shn-tag" :class="'s-' + one.state">{{ tk('state', one.state) }}</span> <span v-if="one.state === 'new' && one.escalation !== 'none'" class="shn-tag bad">{{ tk('escalation', one.escalation) }}</span></td></tr></tbody></table></div></section>
        <section class="shn-card"><h2>{{ t('shift.running', { count: desk.running.length }) }}</h2>
          <p v-if="!desk.running.length" class="dim">{{ t('shift.none_running') }}</p>
          <ul v-else class="shn-calls" data-role="running"><li v-for="one in desk.running" :key="one.id"><span class="mi" aria-hidden="true">checklist</span><div><strong><a class="shn-link" :href="'/alerts#' + one.alert">{{ rtl ? one.ar : one.en }}</a></strong><small>{{ t('shift.since', { time: dateTime(one.started) }) }} · {{ t('shift.settled', { done: settled(one), of: one.steps.length }) }}<span v-if="late(one)" class="shn-late"> · {{ t('shift.late', { count: late(one) }) }}</span></small></div></li></ul></section>
        <section class="shn-card"><h2>{{ t('shift.last') }}</h2>
          <p v-if="!ended.length" class="dim">{{ t('shift.no_last') }}</p>
          <div v-else class="shn-scroll"><table class="shn-table" data-role="last"><thead><tr><th>{{ t('shift.person') }}</th><th>{{ t('shift.from') }}</th><th>{{ t('shift.to') }}</th><th>{{ t('shift.notes') }}</th><th>{{ t('shift.left') }}</th></tr></thead>
            <tbody><tr v-for="one in ended" :key="one.id"><td><bdi>{{ one.person }}</bdi></td><td><bdi class="num">{{ dateTime(one.start) }}</bdi></td><td><bdi class="num">{{ dateTime(one.end) }}</bdi></td><td>{{ [one.note, one.end_note].filter(Boolean).join(' · ') }}</td><td><bdi class="num">{{ one.left_open.length }}</bdi></td></tr></tbody></table></div></section>
      </template>
    </div>`,
  data: () => ({ store: cameraStore(), desk: null, fault: null, me: "", note: "", problem: "", busy: false, rtl }),
  computed: {
    mine() {
      return this.desk.here.some((one) => one.person === this.me);
    },
    ended() {
      return this.desk.last.filter((one) => one.end);
    },
  },
  created() {
    this.stops = ["alert", "response", "shift", "link"].map((kind) => on(kind, this.soon));
    get("/session").then((session) => { this.me = session.person?.name || ""; }).catch(() => undefined);
    this.load();
  },
  beforeUnmount() {
    clearTimeout(this.timer);
    for (const stop of this.stops) stop();
  },
  methods: {
    t, tk, reason, dateTime, clockTime,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    settled: (one) => one.steps.filter((step) => step.state !== "open").length,
    late: (one) => one.steps.filter((step) => step.state === "open" && step.overdue).length,
    soon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.load, 300);
    },
    async load() {
      try {
        this.desk = await get("/hand-over");
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
    async sign() {
      this.busy = true;
      this.problem = "";
      try {
        await post(`/shifts/${this.mine ? "off" : "on"}`, { note: this.note });
        this.note = "";
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      await this.load();
      this.busy = false;
    },
  },
};
