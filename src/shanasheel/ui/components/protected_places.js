// Protected places: what came there on several days, what is told, what is held back and why.

import { get, post, put, query, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { number, toUs, when as timeOf } from "shanasheel-ui/format.js";
import { lookWords } from "shanasheel-ui/look_words.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import knownDialog from "shanasheel-ui/known_dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

export default {
  components: { knownDialog, shnEmpty },
  template: `
    <div class="shn-page protected">
      <div class="shn-bar"><h1>{{ t('nav.protected') }}</h1><span class="grow"></span></div>
      <p class="dim">{{ t('protected.about') }}</p>
      <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
      <shn-empty v-if="fault || !loaded" icon="shield" :loading="!fault" :fault="fault"></shn-empty>
      <template v-else>
        <form class="shn-row wrap" data-role="days" @submit.prevent="saveDays"><label class="shn-field line">{{ t('protected.days') }} <input v-model.number="days" name="days" type="number" min="2" max="31" class="num" required></label>
          <label class="shn-field line">{{ t('protected.of_days') }} <input v-model.number="ofDays" name="of_days" type="number" min="2" max="31" class="num" required></label><button class="shn-button small" type="submit">{{ t('protected.save') }}</button></form>
        <shn-empty v-if="!items.length" icon="shield" :title="t('protected.none')" :text="t('protected.none_about')"></shn-empty>
        <section v-for="place in items" :key="place.name" class="shn-card" :data-place="place.name">
          <header class="shn-row"><b><bdi>{{ place.name }}</bdi></b><span class="dim">{{ place.cameras.map(nameOf).join('، ') }}</span></header>
          <p class="dim">{{ t('protected.visits', { count: place.visits, since: place.since ? timeOf(place.since) : '—' }) }}</p>
          <p data-role="trial">{{ t('protected.trial') }} <span v-for="(one, index) in place.trial" :key="one.day">{{ index ? ' · ' : '' }}<bdi class="num">{{ one.day.slice(5) }}</bdi>: <b>{{ number(one.count) }}</b></span></p>
          <p v-if="!place.found.length">{{ t('protected.nothing') }}</p>
          <article v-for="one in place.found" :key="one.look + one.sign" class="shn-group" :data-look="one.look" :data-verdict="one.verdict">
            <header class="shn-row wrap"><b>{{ lookWords(one.look, one.sign) }}</b><span>{{ tk('verdict', one.verdict) }}</span><span class="grow"></span>
              <button v-if="one.verdict !== 'known'" class="shn-button small" type="button" data-role="know" @click="knowing = { place: place.name, look: one.look, sign: one.sign }">{{ t('protected.know') }}</button></header>
            <p>{{ said(one) }}</p>
            <p v-if="one.known" class="dim">{{ t('protected.known_by', { by: one.known.by, reason: one.known.reason, until: timeOf(one.known.until) }) }}</p>
            <ol class="shn-evidence"><li v-for="visit in one.visits" :key="visit.sighting"><a class="shn-link" :href="link(visit)"><img v-if="visit.picture" :src="picture(visit)" alt="" width="80" loading="lazy"><br><bdi class="num">{{ timeOf(visit.start) }}</bdi></a><small class="dim"> {{ nameOf(visit.camera) }}<template v-if="visit.stood_s"> · {{ t('protected.stood', { seconds: number(visit.stood_s) }) }}</template></small></li></ol>
          </article></section>
        <section v-if="known.length" class="shn-card" data-role="known"><h2>{{ t('protected.known') }}</h2>
          <div v-for="one in known" :key="one.place + one.look" class="shn-row wrap"><b><bdi>{{ one.place }}</bdi></b><span>{{ lookWords(one.look) }}</span><span class="dim">{{ t('protected.known_by', { by: one.by, reason: one.reason, until: timeOf(one.until) }) }}</span><span class="grow"></span>
            <button class="shn-button small" type="button" data-role="forget" @click="forget(one)">{{ t('protected.forget') }}</button></div></section>
      </template>
      <known-dialog v-if="knowing" :busy="sending" :what="lookWords(knowing.look, knowing.sign)" @close="knowing = null" @send="know"></known-dialog>
    </div>`,
  data: () => ({ store: cameraStore(), items: [], known: [], days: 3, ofDays: 14, loaded: false, fault: null, problem: "", knowing: null, sending: false }),
  created() {
    this.load();
  },
  methods: {
    t, tk, number, timeOf, lookWords,
    nameOf(id) {
      return cameraName(this.store.cameras.find((one) => one.id === id) || { id });
    },
    link: (visit) => `/playback${query({ camera: visit.camera, at: toUs(visit.start) })}`,
    picture: (visit) => `${ROOT}/sightings/${encodeURIComponent(visit.sighting)}/picture`,
    said(one) {
      const how = one.stopped ? "protected.stopped" : "protected.passed";
      const parts = [t(how, { days: number(one.days), of: number(one.of_days) })];
      if (one.hour !== null) parts.push(t("protected.hour", { hour: `${String(one.hour).padStart(2, "0")}:00` }));
      if (one.chance_one_in === null) parts.push(t("protected.others", { count: number(one.others) }));
      else parts.push(t("protected.chance", { like: number(one.like_per_day, 2), one_in: number(one.chance_one_in) }));
      return parts.join(t("protected.join"));
    },
    async load() {
      try {
        const found = await get("/protected");
        Object.assign(this, { items: found.items, known: found.known, days: found.days, ofDays: found.of_days, loaded: true, fault: null });
      } catch (fault) {
        this.fault = fault;
      }
    },
    saveDays() {
      return this.asked(() => put("/protected/days", { days: this.days, of_days: this.ofDays }));
    },
    know({ reason, days }) {
      return this.asked(() => post("/protected/known", { place: this.knowing.place, look: this.knowing.look, reason, days }));
    },
    forget(one) {
      return this.asked(() => post("/protected/forgotten", { place: one.place, look: one.look }));
    },
    async asked(request) {
      this.problem = "";
      this.sending = true;
      try {
        await request();
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      this.sending = false;
      this.knowing = null;
      return this.load();
    },
  },
};
