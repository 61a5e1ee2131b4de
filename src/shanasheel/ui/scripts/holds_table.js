// The footage that must not expire, and lifting such an order.

import { get, post } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { dateTime } from "shanasheel-ui/format.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

export default {
  components: { shnDialog, shnEmpty },
  template: `
    <section class="shn-card">
      <h2>{{ t('hold.list') }}</h2><p class="dim">{{ t('hold.list_hint') }}</p>
      <shn-empty v-if="!holds.length" icon="lock_open" :title="t('hold.none')" :fault="fault"></shn-empty>
      <div v-else class="shn-scroll"><table class="shn-table" data-role="holds"><thead><tr><th>{{ t('hold.reason') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('proof.from') }}</th><th>{{ t('proof.until') }}</th><th>{{ t('proof.person') }}</th><th></th></tr></thead>
        <tbody><tr v-for="one in holds" :key="one.id" :class="{ dim: one.released }"><td><bdi>{{ one.reason }}</bdi></td><td>{{ one.cameras.map(nameOf).join(' · ') }}</td><td><bdi class="num">{{ dateTime(one.start) }}</bdi></td><td><bdi class="num">{{ dateTime(one.end) }}</bdi></td><td><bdi>{{ one.by }}</bdi></td>
          <td><button v-if="!one.released" class="shn-button small" type="button" @click="lifting = one; why = ''">{{ t('hold.release') }}</button><span v-else>{{ t('hold.released', { time: dateTime(one.released) }) }}</span></td></tr></tbody></table></div>
      <shn-dialog v-if="lifting" :title="t('hold.release')" @close="lifting = null">
        <form @submit.prevent="lift"><p>{{ t('hold.release_about') }}</p>
          <label class="shn-field">{{ t('hold.release_reason') }}<input v-model.trim="why" name="reason" minlength="3" maxlength="1000" required autocomplete="off"></label>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="lifting = null">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="why.length < 3">{{ t('hold.release') }}</button></footer></form>
      </shn-dialog>
    </section>`,
  data: () => ({ store: cameraStore(), holds: [], lifting: null, why: "", problem: "", fault: null }),
  created() {
    this.load();
    this.timer = setInterval(this.load, 10000);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    t,
    dateTime,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    async load() {
      try {
        this.holds = (await get("/holds")).items;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
    async lift() {
      try {
        await post(`/holds/${encodeURIComponent(this.lifting.id)}/release`, { reason: this.why });
        this.lifting = null;
        this.problem = "";
        this.load();
      } catch (problem) {
        this.problem = [problem.message || t("fault.unreachable"), problem.remedy].filter(Boolean).join(" ");
      }
    },
  },
};
