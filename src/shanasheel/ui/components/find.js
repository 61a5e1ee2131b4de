// Sightings: what the cameras saw, as shielded pictures, filtered by kind, looks, camera and time.

import { get, query } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { duration, percent, toUs, when } from "shanasheel-ui/format.js";
import { cameraName, lang, t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";
import shnLooks, { narrows, nothing } from "shanasheel-ui/find_filters.js";
import { howSure, inWords, sureOf } from "shanasheel-ui/sighting_words.js";

const KINDS = { person: "directions_walk", vehicle: "directions_car", two_wheeler: "two_wheeler" };

export default {
  components: { shnEmpty, shnLooks },
  template: `
    <div class="shn-page find">
      <form class="shn-bar" @submit.prevent="load()">
        <h1>{{ t('nav.find') }}</h1>
        <div class="shn-chips" role="group" :aria-label="t('find.kind')">
          <button v-for="(icon, one) in kinds" :key="one" type="button" class="shn-chip" :class="{ on: kind.includes(one) }" :aria-pressed="kind.includes(one)" @click="toggle(one)"><span class="mi" aria-hidden="true">{{ icon }}</span>{{ tk('thing', one) }}</button>
        </div>
        <label class="shn-field line">{{ t('find.camera') }}<select v-model="camera" @change="load()"><option value="">{{ t('find.all_cameras') }}</option><option v-for="one in store.all" :key="one.id" :value="one.id">{{ cameraName(one) }}</option></select></label>
        <label class="shn-field line">{{ t('find.from') }}<input type="datetime-local" v-model="from" @change="load()"></label>
        <label class="shn-field line">{{ t('find.to') }}<input type="datetime-local" v-model="to" @change="load()"></label>
        <button v-if="filtered" class="shn-button" type="button" @click="clear">{{ t('find.clear') }}</button>
        <span class="grow"></span>
        <button class="shn-button" type="submit"><span class="mi" aria-hidden="true">refresh</span>{{ t('find.refresh') }}</button>
      </form>
      <shn-looks :chosen="looks" @change="narrow"></shn-looks>
      <shn-empty v-if="!items.length" icon="image_search" :loading="!loaded" :fault="fault" :title="t('find.empty')" :text="filtered ? t('find.empty_filtered') : t('find.empty_hint')"></shn-empty>
      <div v-else class="shn-grid" data-role="sightings">
        <a v-for="one in items" :key="one.id" class="shn-sighting" :href="link(one)" :data-sighting="one.id">
          <span class="picture"><img v-if="one.picture_url && !broken.has(one.id)" :src="one.picture_url" loading="lazy" alt="" @error="broken.add(one.id)"><span v-else class="mi" aria-hidden="true">{{ kinds[one.kind] || 'image' }}</span></span>
          <span class="words"><strong :title="howSure(one)"><span class="mi" aria-hidden="true">{{ kinds[one.kind] }}</span><span data-role="words">{{ inWords(one) }}</span></strong>
            <small v-if="sureOf(one)" class="sure">{{ sureOf(one) }}</small>
            <small>{{ nameOf(one.camera) }}</small><small><bdi class="num">{{ when(one.start) }}</bdi> · {{ duration((toUs(one.end) - toUs(one.start)) / 1e6) }} · <bdi :title="t('find.confidence')">{{ percent(one.confidence) }}</bdi></small>
            <small v-if="one.plate && one.plate.state !== 'unknown'" :data-plate="one.plate.state">{{ tk('plate', one.plate.state) }}<template v-if="one.plate.written">{{ ' ' }}<bdi lang="ar" dir="rtl" data-role="written">{{ one.plate.written }}</bdi></template><template v-if="one.plate.text">{{ ' ' }}<bdi class="num">{{ one.plate.text }}</bdi></template><template v-if="one.plate.governorate"> · <bdi>{{ one.plate.governorate[lang] }}</bdi></template> · <bdi :title="t('plate.probability')">{{ percent(one.plate.probability) }}</bdi></small></span>
        </a>
      </div>
      <div v-if="next" class="shn-more"><button class="shn-button" type="button" @click="load(next)" :disabled="busy">{{ t('more') }}</button></div>
    </div>`,
  data: () => ({ store: cameraStore(), kinds: KINDS, lang, kind: [], camera: "", from: "", to: "", looks: nothing(), items: [], next: null, loaded: false, busy: false, fault: null, broken: new Set() }),
  computed: {
    filtered() {
      return Boolean(this.kind.length || this.camera || this.from || this.to || narrows(this.looks));
    },
  },
  created() {
    this.load();
  },
  methods: {
    t, tk, cameraName, when, duration, percent, toUs, howSure, inWords, sureOf,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    link(one) {
      return `/playback${query({ camera: one.camera, at: toUs(one.start) })}`;
    },
    toggle(kind) {
      this.kind = this.kind.includes(kind) ? this.kind.filter((one) => one !== kind) : [...this.kind, kind];
      this.load();
    },
    narrow(looks) {
      this.looks = looks;
      this.load();
    },
    clear() {
      Object.assign(this, { kind: [], camera: "", from: "", to: "", looks: nothing() });
      this.load();
    },
    async load(cursor = null) {
      this.busy = true;
      const asked = (this.asked = (this.asked || 0) + 1);
      const iso = (text) => (text ? new Date(text).toISOString() : null);
      try {
        const page = await get(`/sightings${query({ kind: this.kind, ...this.looks, camera: this.camera, from: iso(this.from), to: iso(this.to), cursor, limit: 60 })}`);
        if (asked !== this.asked) return;
        this.items = cursor ? [...this.items, ...page.items] : page.items;
        this.next = page.next;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      } finally {
        this.loaded = true;
        this.busy = false;
      }
    },
  },
};
