// Every event of an alert with its time and camera, and the clip of each camera.

import { get, query } from "shanasheel-ui/api.js";
import { clockTime, toUs, when } from "shanasheel-ui/format.js";
import { KIND_ICONS, measurements, reason } from "shanasheel-ui/reason.js";
import { lookWords } from "shanasheel-ui/look_words.js";
import { t } from "shanasheel-ui/strings.js";

export default {
  props: { alert: { type: Object, required: true }, camera: { type: String, required: true }, nameOf: { type: Function, required: true } },
  emits: ["camera"],
  template: `
    <section data-role="story"><h3>{{ t('alerts.story', { events: alert.events, cameras: alert.cameras.length }) }}</h3>
      <div v-if="alert.cameras.length > 1" class="shn-switch" role="group" :aria-label="t('fact.camera')">
        <button v-for="one in alert.cameras" :key="one" type="button" :class="{ on: one === camera }" :aria-pressed="one === camera" :data-camera="one" @click="$emit('camera', one)">{{ nameOf(one) }}</button>
      </div>
      <ol class="shn-steps" data-role="events">
        <li v-for="one in events" :key="one.id"><span class="mi" aria-hidden="true">{{ icons[one.kind] || 'notifications' }}</span>
          <div><strong>{{ reason(one) }}</strong><small>{{ nameOf(one.camera) }} · <a v-if="one.camera" class="shn-link" :href="link(one)"><bdi class="num">{{ clockTime(one.at) }}</bdi></a><bdi v-else class="num">{{ clockTime(one.at) }}</bdi><template v-for="[name, value] in measurements(one)" :key="name"> · {{ name }} <bdi>{{ value }}</bdi></template></small></div></li>
      </ol>
      <ol v-if="evidence.length" class="shn-evidence" data-role="evidence"><li v-for="one in evidence" :key="one.id"><a class="shn-link" :href="link({ camera: one.camera, at: one.start })"><img v-if="one.picture_url" :src="one.picture_url" alt="" width="80" loading="lazy"><br><bdi class="num">{{ when(one.start) }}</bdi></a> <small class="dim">{{ nameOf(one.camera) }}</small></li></ol>
      <p v-if="alert.look"><b>{{ lookWords(alert.look, alert.detail.split('_')[0]) }}</b> · <a class="shn-link" href="/protected">{{ t('nav.protected') }}</a></p>
      <p v-if="alert.events > events.length && events.length" class="dim">{{ t('alerts.more_events', { count: alert.events - events.length }) }}</p>
    </section>`,
  data: () => ({ events: [], evidence: [], icons: KIND_ICONS }),
  watch: { "alert.version": "load", "alert.id": "load" },
  created() {
    this.load();
  },
  methods: {
    t, reason, measurements, clockTime, lookWords, when,
    link: (event) => `/playback${query({ camera: event.camera, at: toUs(event.at) })}`,
    async load() {
      const id = this.alert.id;
      try {
        const { items } = await get(`/alerts/${encodeURIComponent(id)}/events`);
        const shown = this.alert.sightings ? (await get(`/alerts/${encodeURIComponent(id)}/sightings`)).items : [];
        if (id === this.alert.id) Object.assign(this, { events: items.slice(0, 50), evidence: shown });
      } catch (problem) {
        this.events = [];
      }
    },
  },
};
