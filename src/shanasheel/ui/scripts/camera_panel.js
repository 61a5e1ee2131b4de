// One camera large: live picture, what it is doing, and the door to its raw footage.

import { analysisOf, lookingCost, stateOf } from "shanasheel-ui/camera_store.js";
import { bitrate, clockTime, number, percent } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import countdown from "shanasheel-ui/countdown.js";
import grantDialog from "shanasheel-ui/grant_dialog.js";
import liveView from "shanasheel-ui/live_view.js";

export default {
  components: { countdown, grantDialog, liveView },
  props: { camera: { type: Object, required: true }, big: { type: Boolean, default: false } },
  emits: ["close"],
  template: `
    <section class="shn-camera" :class="{ big }" :data-panel="camera.id">
      <header class="shn-bar">
        <button class="shn-icon" type="button" @click="$emit('close')" :title="t('back') + ' (Esc)'"><span class="mi flip" aria-hidden="true">{{ big ? 'arrow_back' : 'close' }}</span></button>
        <i class="dot" :class="state.dot"></i>
        <h2>{{ cameraName(camera) }}</h2><bdi class="id">{{ camera.id }}</bdi>
        <span class="shn-tag" :class="grant ? 'raw' : 'ok'" data-role="stream"><span class="mi" aria-hidden="true">{{ grant ? 'visibility' : 'shield' }}</span>{{ grant ? t('stream.raw') : t('stream.shielded') }}</span>
        <countdown v-if="grant" :key="grant.id" :grant="grant" @expired="expire"></countdown>
        <span class="grow"></span>
        <button v-if="hasShapes" class="shn-button" type="button" :aria-pressed="shapes" :class="{ on: shapes }" @click="shapes = !shapes"><span class="mi" aria-hidden="true">polyline</span>{{ t('camera.zones') }}</button>
        <a class="shn-button" :href="'/playback?camera=' + encodeURIComponent(camera.id)"><span class="mi" aria-hidden="true">history</span>{{ t('nav.playback') }}</a>
        <button v-if="!grant" class="shn-button raw" type="button" data-role="raw" @click="asking = true"><span class="mi" aria-hidden="true">visibility</span>{{ t('raw.button') }}</button>
        <button v-else class="shn-button" type="button" @click="grant = null"><span class="mi" aria-hidden="true">shield</span>{{ t('raw.close') }}</button>
      </header>
      <p v-if="expired" class="shn-callout" role="status"><span class="mi" aria-hidden="true">timer_off</span><span>{{ t('raw.expired') }}</span></p>
      <div class="stage"><live-view :camera="camera" :stream="grant ? 'main' : 'shielded'" :grant="grant" :shapes="shapes" @state="delayMs = $event.delayMs"></live-view></div>
      <dl class="shn-facts">
        <div v-for="fact in facts" :key="fact.name"><dt>{{ fact.name }}</dt><dd :class="fact.tone"><bdi>{{ fact.value }}</bdi></dd></div>
      </dl>
      <grant-dialog v-if="asking" :camera="camera" @close="asking = false" @granted="see"></grant-dialog>
    </section>`,
  data: () => ({ asking: false, grant: null, expired: false, shapes: false, delayMs: null }),
  computed: {
    state() {
      return stateOf(this.camera);
    },
    hasShapes() {
      return Boolean(this.camera.zones?.length || this.camera.lines?.length);
    },
    facts() {
      const status = this.camera.status || {};
      const cause = status.state === "lost" ? ` · ${tk("cause", status.cause)}` : "";
      return [
        { name: t("fact.state"), value: tk("camera_state", this.state.name) + cause, tone: this.state.dot },
        { name: t("fact.delay"), value: this.delayMs === null ? "–" : t("camera.delay_s", { seconds: number(Math.max(0, this.delayMs) / 1000, 1) }) },
        { name: t("fact.fps"), value: number(status.fps, 1) },
        { name: t("fact.bitrate"), value: bitrate(status.bitrate_bps) },
        { name: t("fact.activity"), value: status.active ? t("activity.active") : t("activity.quiet") },
        { name: t("fact.analysis"), value: analysisOf(status), tone: status.analysis === "shed" ? "bad" : "" },
        { name: t("fact.decoded"), value: percent(status.decoded_share) },
        { name: t("fact.searched"), value: percent(status.detected_share) },
        { name: t("fact.looking_cost"), value: lookingCost(status) },
        { name: t("fact.covered"), value: status.covered ? t("yes") : t("no"), tone: status.covered ? "bad" : "" },
        { name: t("fact.last_frame"), value: clockTime(status.last_frame_at) },
        ...this.beside,
      ];
    },
    /** What the camera offers beside its main stream; nothing where it has neither. */
    beside() {
      const status = this.camera.status || {};
      const facts = [];
      if (status.sub) {
        const lost = status.sub === "lost";
        facts.push({ name: t("fact.analysed"), value: tk("analysed", status.analysed), tone: lost ? "warn" : "" });
        if (lost) facts.push({ name: tk("analysed", "sub"), value: tk("cause", status.sub_cause), tone: "warn" });
      }
      for (const [task, model, fault] of [["faces", status.faces_model, status.faces_fault], ["weapons", status.weapon_model, status.weapon_fault]]) {
        if (model && model !== "none") facts.push({ name: tk("camera_models_short", task), value: fault ? t("camera_models.unusable", { model }) : model, tone: fault ? "bad" : "" });
      }
      if (status.signed) {
        const tone = { bad: "bad", none: "bad", partial: "warn" }[status.signed] || "";
        facts.push({ name: t("fact.signed"), value: tk("signed", status.signed), tone });
      }
      if (status.notices) {
        const tone = { lost: "warn", refused: "bad" }[status.notices] || "";
        facts.push({ name: t("fact.notices"), value: tk("notices", status.notices), tone });
      }
      return facts;
    },
  },
  watch: {
    "camera.id"() {
      this.grant = null;
      this.expired = false;
    },
  },
  methods: {
    t,
    cameraName,
    see(grant) {
      this.grant = grant;
      this.asking = false;
      this.expired = false;
    },
    expire() {
      this.grant = null;
      this.expired = true;
    },
  },
};
