// How right each rule is at each camera, by what people decided: for everybody in the room to see.

import { get, query } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { date, percent } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";

const DAYS = [7, 30, 90, 365];
const DAY_US = 86400e6;

export default {
  components: { shnEmpty },
  template: `
    <div class="shn-page precision">
      <div class="shn-bar"><h1>{{ t('nav.precision') }}</h1><span class="grow"></span>
        <div class="shn-switch" role="group" :aria-label="t('precision.span')"><button v-for="one in spans" :key="one" type="button" :class="{ on: days === one }" :aria-pressed="days === one" :data-days="one" @click="choose(one)">{{ t('precision.days', { count: one }) }}</button></div></div>
      <p class="dim">{{ t('precision.about') }}</p>
      <section v-if="noisy.length" class="shn-card" data-role="noisy"><h2>{{ t('precision.noisy') }}</h2>
        <p v-for="row in noisy" :key="row.kind + row.camera">{{ t('precision.proposal', { rule: tk('kind', row.kind), camera: nameOf(row.camera), confirmed: row.confirmed, decided: row.confirmed + row.dismissed, high: percent(row.high) }) }} {{ tk('precision_advice', adviceFor(row.kind)) }}</p></section>
      <shn-empty v-if="!rows.length" icon="query_stats" :loading="!loaded" :fault="fault" :title="t('precision.empty')" :text="t('precision.empty_hint')"></shn-empty>
      <section v-else class="shn-card"><div class="shn-scroll"><table class="shn-table" data-role="precision"><caption class="dim">{{ t('precision.since', { from: date(since), to: date(until) }) }}</caption>
        <thead><tr><th>{{ t('precision.rule') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('precision.right') }}</th><th>{{ t('precision.within') }}</th><th>{{ t('precision.decided') }}</th><th>{{ t('precision.undecided') }}</th></tr></thead>
        <tbody><tr v-for="row in rows" :key="row.kind + row.camera" :data-rule="row.kind" :data-camera="row.camera" :class="{ bad: row.noisy }"><td>{{ tk('kind', row.kind) }}</td><td>{{ nameOf(row.camera) }} <bdi class="id">{{ row.camera }}</bdi></td>
          <td><strong><bdi class="num">{{ percent(row.precision) }}</bdi></strong></td>
          <td><span class="shn-interval" dir="ltr" role="img" :aria-label="percent(row.low) + ' – ' + percent(row.high)"><i :style="{ left: 100 * row.low + '%', width: 100 * (row.high - row.low) + '%' }"></i><b v-if="row.precision !== null" :style="{ left: 100 * row.precision + '%' }"></b></span> <bdi class="num" dir="ltr">{{ percent(row.low) }} – {{ percent(row.high) }}</bdi></td>
          <td><bdi class="num" dir="ltr">{{ row.confirmed }} / {{ row.confirmed + row.dismissed }}</bdi></td><td><bdi class="num">{{ percent(row.undecided_share) }}</bdi></td></tr></tbody></table></div></section>
    </div>`,
  data: () => ({ store: cameraStore(), spans: DAYS, days: 30, rows: [], since: null, until: null, loaded: false, fault: null }),
  computed: {
    noisy() {
      return this.rows.filter((row) => row.noisy);
    },
  },
  created() {
    this.load();
  },
  methods: {
    t, tk, date, percent,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    adviceFor: (kind) => (kind.startsWith("camera_") || kind === "signal_lost" ? "camera" : ["zone_entry", "loitering", "line_crossing"].includes(kind) ? "zone" : "rule"),
    choose(days) {
      this.days = days;
      this.load();
    },
    async load() {
      const now_us = Date.now() * 1000;
      try {
        const found = await get(`/alerts/precision${query({ from: Math.round(now_us - this.days * DAY_US), to: Math.round(now_us) })}`);
        [this.rows, this.since, this.until, this.fault] = [found.items, found.from, found.to, null];
      } catch (fault) {
        this.fault = fault;
      } finally {
        this.loaded = true;
      }
    },
  },
};
