// What a camera's rules would have raised over the tracks stored of it: counts by day, and each.

import { query } from "shanasheel-ui/api.js";
import { number, toUs, when } from "shanasheel-ui/format.js";
import { reason } from "shanasheel-ui/reason.js";
import { t, tk } from "shanasheel-ui/strings.js";

export default {
  props: { trial: { type: Object, required: true } },
  template: `
    <section class="shn-card" data-role="rule-trial" aria-live="polite">
      <b>{{ trial.seen_s ? t('trial.footage', { count: number(trial.count), minutes: number(trial.seen_s / 60, 1) }) : t('trial.would', { count: number(trial.count), tracks: number(trial.sightings) }) }}</b>
      <p v-if="trial.cut" class="shn-note">{{ trial.seen_s ? t('trial.gone') : t('trial.cut', { from: when(trial.start) }) }}</p>
      <p v-if="trial.too_fast.length" class="shn-note" data-role="too-fast">{{ t('trial.too_fast', { rules: named(trial.too_fast) }) }} <code dir="ltr" class="mono">shanasheel rules try {{ trial.camera }} --rule {{ trial.too_fast[0] }} --footage</code></p>
      <p v-if="trial.weapons.length" class="shn-note">{{ t('trial.weapons', { rules: named(trial.weapons) }) }}</p>
      <div v-if="trial.counts.length" class="shn-scroll"><table class="shn-table"><thead><tr><th scope="col">{{ t('trial.rule') }}</th><th v-for="day in trial.days" :key="day" scope="col"><bdi class="num">{{ day.slice(5) }}</bdi></th><th scope="col">{{ t('trial.all') }}</th></tr></thead>
        <tbody><tr v-for="row in trial.counts" :key="row.kind + row.subject" :data-kind="row.kind"><th scope="row">{{ tk('kind', row.kind) }} <bdi>{{ row.subject }}</bdi></th><td v-for="(count, place) in row.days" :key="place" class="num">{{ count ? number(count) : '·' }}</td><td class="num"><b>{{ number(row.count) }}</b></td></tr></tbody></table></div>
      <ol v-if="trial.found.length" class="plain"><li v-for="(one, place) in trial.found" :key="place" class="shn-row"><img v-if="one.picture_url" :src="one.picture_url" alt="" width="64" loading="lazy"><a class="shn-link" :href="link(one)"><bdi class="num">{{ when(one.at) }}</bdi></a> {{ reason(one) }}</li></ol>
      <p class="dim">{{ t('trial.about') }}</p></section>`,
  methods: {
    t, tk, number, when, reason,
    link: (one) => `/playback${query({ camera: one.camera, at: toUs(one.at) })}`,
    named: (rules) => rules.map((one) => tk("kind", one)).join("، "),
  },
};
