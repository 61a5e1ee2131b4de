// What receivers were told: how each message stands, sending it again, noting who knows by phone.

import { get, post, query, wordsOf } from "shanasheel-ui/api.js";
import { dateTime, when } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const EVERY_MS = 4000;
const DOTS = { waiting: "warn", sent: "ok", dead: "bad", withdrawn: "off" };

export default {
  components: { shnDialog, shnEmpty },
  props: {
    role: { type: String, required: true },
    title: { type: String, required: true },
    about: { type: String, default: "" },
    none: { type: String, required: true },
    filter: { type: Object, required: true },
    urgent: { type: Boolean, default: false },
  },
  template: `
    <section class="shn-card" :class="{ 'shn-urgent': urgent && items.length }" :data-role="role" :data-count="items.length">
      <h2>{{ title }}<span v-if="urgent && items.length" class="badge num">{{ items.length }}</span></h2><p v-if="about" class="dim">{{ about }}</p>
      <p v-if="!items.length && loaded && !fault" class="shn-none"><span class="mi" aria-hidden="true">{{ urgent ? 'task_alt' : 'inbox' }}</span>{{ none }}</p>
      <shn-empty v-else-if="!items.length" :loading="!loaded" :fault="fault"></shn-empty>
      <div v-else class="shn-scroll"><table class="shn-table"><thead><tr><th>{{ t('receivers.receiver') }}</th><th>{{ t('receivers.alert') }}</th><th>{{ t('receivers.said') }}</th><th>{{ t('fact.at') }}</th><th>{{ t('fact.state') }}</th><th>{{ t('receivers.knows') }}</th><th></th></tr></thead>
        <tbody><tr v-for="one in items" :key="one.id" :data-message="one.id" :data-state="one.state"><td><bdi>{{ one.receiver_name }}</bdi></td>
          <td><a v-if="one.alert" class="shn-link" :href="'/alerts#' + one.alert"><bdi>{{ one.code }}</bdi></a><span v-else>–</span></td>
          <td>{{ tk('said', one.said) }}</td><td><bdi class="num" :title="dateTime(one.made)">{{ when(one.made) }}</bdi></td>
          <td><i class="dot" :class="dots[one.state]"></i>{{ tk('delivery_state', one.state) }}<small v-if="one.tries > 1" class="dim"> · {{ t('receivers.tries', { count: one.tries }) }}</small><small v-if="one.fault && one.state !== 'sent'" class="why"><bdi dir="ltr">{{ one.fault }}</bdi></small></td>
          <td><span v-if="one.acknowledged" class="ok">{{ tk('acknowledged_how', one.acknowledged_how, { person: one.acknowledged_by }) }} <bdi class="num">{{ when(one.acknowledged) }}</bdi></span><span v-else-if="one.must_be_acknowledged" class="bad">{{ t('receivers.unacknowledged') }}</span></td>
          <td><span class="deeds"><button v-if="one.must_be_acknowledged" class="shn-button small" type="button" data-role="phone" @click="calling = one; person = ''; problem = ''">{{ t('receivers.by_phone') }}</button><button v-if="one.state === 'dead'" class="shn-button small" type="button" data-role="again" @click="again(one)">{{ t('receivers.send_again') }}</button></span></td></tr></tbody></table></div>
      <p v-if="problem && !calling" class="shn-fault" role="alert">{{ problem }}</p>
      <button v-if="next" class="shn-button" type="button" @click="more">{{ t('more') }}</button>
      <shn-dialog v-if="calling" :title="t('receivers.by_phone')" @close="calling = null">
        <form @submit.prevent="note"><p>{{ t('receivers.phone_about', { name: calling.receiver_name, code: calling.code || '' }) }}</p>
          <label class="shn-field">{{ t('receivers.person') }}<input v-model.trim="person" name="person" maxlength="80" required autocomplete="off"></label>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="calling = null">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="!person">{{ t('receivers.told') }}</button></footer></form>
      </shn-dialog>
    </section>`,
  data: () => ({ items: [], next: null, pages: 1, loaded: false, fault: null, problem: "", calling: null, person: "", dots: DOTS }),
  watch: {
    filter() {
      this.pages = 1;
      this.load();
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, EVERY_MS);
    this.stop = on("delivery", this.load);
  },
  beforeUnmount() {
    clearInterval(this.timer);
    this.stop();
  },
  methods: {
    t, tk, when, dateTime,
    async load() {
      try {
        const page = await get(`/deliveries${query({ ...this.filter, limit: Math.min(500, 30 * this.pages) })}`);
        this.items = page.items;
        this.next = this.pages * 30 < 500 ? page.next : null;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
      this.loaded = true;
    },
    more() {
      this.pages += 1;
      this.load();
    },
    async asked(request) {
      this.problem = "";
      try {
        await request();
        this.calling = null;
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      await this.load();
      this.$emit("changed");
    },
    note() {
      return this.asked(() => post(`/deliveries/${this.calling.id}/acknowledgement`, { person: this.person }));
    },
    again(one) {
      return this.asked(() => post(`/deliveries/${one.id}/send`));
    },
  },
  emits: ["changed"],
};
