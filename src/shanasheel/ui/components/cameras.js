// Installing cameras: the list with what each sends, and the forms beside it.

import { get, query, remove, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore, refreshCameras, stateOf } from "shanasheel-ui/camera_store.js";
import { bitrate, clockTime, duration, number } from "shanasheel-ui/format.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import { modelFaults } from "shanasheel-ui/camera_models.js";
import cameraFile from "shanasheel-ui/camera_file.js";
import cameraForm from "shanasheel-ui/camera_form.js";
import cameraSearch from "shanasheel-ui/camera_search.js";
import shnDialog from "shanasheel-ui/dialog.js";
import groundEditor from "shanasheel-ui/ground_editor.js";
import shnEmpty from "shanasheel-ui/empty.js";
import watchEditor from "shanasheel-ui/watch_editor.js";

const EVERY_MS = 10000;
const CLOCK_OFF_S = 2; // as in the advice of a check

export default {
  components: { cameraFile, cameraForm, cameraSearch, groundEditor, shnDialog, shnEmpty, watchEditor },
  template: `
    <div class="shn-page cameras" :class="{ split: open }">
      <div class="list">
        <div class="shn-bar"><h1>{{ t('nav.cameras') }}</h1><span class="grow"></span>
          <template v-if="!fault">
            <button class="shn-button primary" type="button" data-role="add" @click="show('add')"><span class="mi" aria-hidden="true">add</span>{{ t('cameras.add') }}</button>
            <button class="shn-button" type="button" data-role="find" @click="show('find')"><span class="mi" aria-hidden="true">wifi_find</span>{{ t('search.title') }}</button>
            <button class="shn-button" type="button" data-role="file" @click="show('file')"><span class="mi" aria-hidden="true">description</span>{{ t('file.title') }}</button>
          </template>
        </div>
        <p v-if="told" class="shn-good" role="status"><span class="mi" aria-hidden="true">check_circle</span>{{ told }}</p>
        <shn-empty v-if="fault || !items.length" icon="videocam" :loading="!loaded && !fault" :fault="fault" :title="t('wall.empty')" :text="t('cameras.empty_hint')"></shn-empty>
        <ul v-else class="shn-cameras">
          <li v-for="one in rows" :key="one.id" :data-row="one.id" :data-state="one.state.name" :class="{ on: open?.camera?.id === one.id }">
            <span class="thumb"><img v-if="!one.blind" :src="one.picture" alt="" loading="lazy" @error="one.live && (blind[one.id] = beat)"><span v-else class="mi" aria-hidden="true">{{ one.state.name === 'lost' ? 'videocam_off' : 'videocam' }}</span></span>
            <div class="what"><strong>{{ cameraName(one) }}</strong> <bdi class="id">{{ one.id }}</bdi>
              <div><i class="dot" :class="one.state.dot"></i>{{ tk('camera_state', one.state.name) }}<span v-if="one.state.name === 'lost'" class="bad"> · {{ tk('cause', one.status.cause) }}<template v-if="one.status.since"> · {{ t('player.since', { time: clockTime(one.status.since) }) }}</template></span></div>
              <small><bdi dir="ltr" class="mono">{{ one.address }}</bdi><template v-if="one.user"> · <bdi>{{ one.user }}</bdi></template></small></div>
            <div class="figures"><bdi v-if="one.codec">{{ one.codec }} · {{ one.width_px }}×{{ one.height_px }}</bdi><bdi v-if="one.state.name === 'recording'" class="num">{{ number(one.status.fps, 1) }} {{ t('fact.fps') }} · {{ bitrate(one.status.bitrate_bps) }}</bdi>
              <small>{{ one.keep_days ? t('cameras.kept', { days: number(one.keep_days, 1) }) : t('cameras.kept_rule') }}<template v-if="!one.place"> · {{ t('cameras.unplaced') }}</template></small>
              <small v-if="clockOf(one.status)" data-role="clock" :class="{ warn: Math.abs(one.status.clock_offset_s) > CLOCK_OFF_S }">{{ clockOf(one.status) }}</small>
              <small v-if="one.status.signed" data-role="signed" :class="{ warn: one.status.signed !== 'ok' }">{{ t('fact.signed') }}: {{ tk('signed', one.status.signed) }}</small>
              <small v-if="modelsOf(one)" data-role="models"><bdi>{{ modelsOf(one) }}</bdi></small>
              <small v-for="fault in modelFaults(one.status)" :key="fault" class="warn" data-role="model-fault">{{ fault }}</small></div>
            <div class="deeds"><button class="shn-button small" type="button" data-role="watch" @click="show('watch', one)">{{ t('zones.button') }}</button><button class="shn-button small" type="button" data-role="ground" @click="show('ground', one)">{{ t('ground.button') }}</button><button class="shn-button small" type="button" data-role="edit" @click="show('edit', one)">{{ t('cameras.edit_button') }}</button><button class="shn-button small" type="button" data-role="retire" @click="retiring = one; problem = ''">{{ t('cameras.retire') }}</button></div>
          </li>
        </ul>
      </div>
      <aside v-if="open" :class="open.kind" :key="open.key" @keydown.esc="close">
        <camera-form v-if="open.kind === 'add' || open.kind === 'edit'" :camera="open.camera" :suggested="suggest([])" :site-models="siteModels" @saved="saved" @close="close"></camera-form>
        <camera-search v-else-if="open.kind === 'find'" :suggest="suggest" @saved="load" @close="close"></camera-search>
        <watch-editor v-else-if="open.kind === 'watch'" :camera="open.camera" @saved="watched" @close="close"></watch-editor>
        <ground-editor v-else-if="open.kind === 'ground'" :camera="open.camera" @saved="grounded" @close="close"></ground-editor>
        <camera-file v-else @saved="load" @close="close"></camera-file>
      </aside>
      <shn-dialog v-if="retiring" :title="t('cameras.retire_title', { camera: retiring.id })" @close="retiring = null">
        <form @submit.prevent="retire"><p>{{ t('cameras.retire_about') }}</p>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="retiring = null">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="retire-now">{{ t('cameras.retire') }}</button></footer></form>
      </shn-dialog>
    </div>`,
  data: () => ({ store: cameraStore(), items: [], siteModels: {}, loaded: false, fault: null, open: null, retiring: null, problem: "", told: "", CLOCK_OFF_S, beat: 1, shown_us: Date.now() * 1000, blind: {} }),
  computed: {
    rows() {
      return this.items.map((one) => {
        const live = this.store.cameras.find((camera) => camera.id === one.id);
        const state = live ? stateOf(live) : { name: "starting", dot: "warn" };
        return {
          ...one, state, live, status: live?.status || {},
          picture: `${ROOT}/cameras/${encodeURIComponent(one.id)}/preview${query({ at: this.shown_us, width: 160 })}`,
          blind: !live || this.blind[one.id] === this.beat,
        };
      });
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, EVERY_MS);
    this.stop = onKeys({ Escape: this.close });
  },
  beforeUnmount() {
    clearInterval(this.timer);
    this.stop();
  },
  methods: {
    t, tk, cameraName, number, bitrate, clockTime, modelFaults,
    modelsOf(one) {
      const weapons = one.models.weapons || this.siteModels.weapons;
      const named = { faces: one.models.faces || this.siteModels.faces, weapons: weapons === "none" ? "" : weapons };
      return Object.entries(named).filter(([, name]) => name).map(([task, name]) => `${tk("camera_models_short", task)}: ${name}`).join(" · ");
    },
    clockOf(status) {
      const ahead_s = status.clock_offset_s;
      if (ahead_s === null || ahead_s === undefined) return "";
      const off = Math.abs(ahead_s);
      if (off <= CLOCK_OFF_S) return t("cameras.clock_right");
      return t(ahead_s > 0 ? "cameras.clock_ahead" : "cameras.clock_behind", { time: duration(off) });
    },
    async load() {
      try {
        const installed = await get("/installed");
        this.items = installed.items;
        this.siteModels = installed.site_models;
        this.loaded = true;
        this.fault = null;
        this.beat += 1;
        this.shown_us = Date.now() * 1000; // a picture of now, asked for as often as the list
      } catch (fault) {
        this.fault = fault;
      }
    },
    show(kind, camera = null) {
      this.told = "";
      this.before = document.activeElement;
      this.open = { kind, camera, key: `${kind} ${camera?.id || ""}` };
    },
    close() {
      if (!this.open) return;
      this.open = null;
      this.$nextTick(() => this.before?.focus?.());
    },
    saved(id) {
      this.told = t("cameras.saved", { camera: id });
      this.close();
      this.load();
      refreshCameras();
    },
    watched(id) {
      this.told = t("zones.saved", { camera: id });
      this.close();
      refreshCameras();
    },
    grounded(id) {
      this.told = t("ground.saved", { camera: id });
      this.close();
    },
    async retire() {
      try {
        await remove(`/installed/${encodeURIComponent(this.retiring.id)}`);
        this.told = t("cameras.retired", { camera: this.retiring.id });
        this.retiring = null;
        this.load();
        refreshCameras();
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
    },
    /** Return the next free id in the manner of the last one. */
    suggest(taken) {
      const known = [...this.store.all.map((one) => one.id), ...taken];
      const [, stem, digits] = [...this.items.map((one) => one.id), ...taken].reverse().map((id) => id.match(/^(.*?)(\d+)$/)).find(Boolean) || [null, "CAM-", "000"];
      for (let next = Number(digits) + 1; ; next += 1) {
        const id = stem + String(next).padStart(digits.length, "0");
        if (!known.includes(id)) return id;
      }
    },
  },
};
