// A stored picture that follows the page's clock; in a gap it says why there is none.

import { SegmentPlayer } from "shanasheel-ui/segment_player.js";
import { t, tk } from "shanasheel-ui/strings.js";
import soundControl from "shanasheel-ui/sound_control.js";
import watermark from "shanasheel-ui/watermark.js";

export default {
  components: { soundControl, watermark },
  props: { camera: { type: Object, required: true }, grant: { type: Object, default: null }, gap: { type: Object, default: null } },
  template: `
    <div class="shn-player" dir="ltr" :data-camera="camera.id" :data-state="state" :data-stream="stream" :data-cause="state === 'gap' && gap ? gap.cause : null">
      <video ref="video" playsinline disablepictureinpicture :class="{ away: state !== 'ready' && state !== 'loading' }"></video>
      <watermark v-if="grant" :grant="grant"></watermark>
      <sound-control v-if="grant" ref="sound" :camera="camera" :grant="grant"></sound-control>
      <p v-if="signed" class="shn-tag shn-player-signed" :class="SIGNED[signed.state]" :title="doubts" :dir="pageDir" data-role="signed" :data-signed="signed.state"><span class="mi" aria-hidden="true">{{ signed.state === 'ok' ? 'verified' : 'gpp_maybe' }}</span>{{ t('fact.signed') }}: {{ tk('signed', signed.state) }}</p>
      <p v-if="refused" class="shn-player-strip" role="status" :dir="pageDir" data-role="fallback">{{ t('player.fallback', { mime: refused }) }}</p>
      <div v-if="note" class="shn-player-note" :dir="pageDir"><span class="mi" aria-hidden="true">{{ note.icon }}</span><strong>{{ note.title }}</strong><span v-if="note.text">{{ note.text }}</span></div>
    </div>`,
  data: () => ({ state: "loading", mime: "", fault: "", refused: "", signed: null, SIGNED: { ok: "ok", partial: "warn", bad: "bad", none: "bad" } }),
  computed: {
    stream() {
      return this.grant && !this.refused ? "main" : "shielded";
    },
    doubts() {
      return this.signed.doubts.map((doubt) => tk("doubt", doubt)).join("\n");
    },
    pageDir: () => document.documentElement.dir,
    note() {
      if (this.fault) return { icon: "lock", title: t("player.refused"), text: this.fault };
      if (this.state === "unplayable") return { icon: "movie", title: t("player.unplayable"), text: t("player.unplayable_hint", { mime: this.mime }) };
      if (this.state !== "gap") return null;
      return { icon: "videocam_off", title: t("player.no_footage"), text: this.gap?.cause ? tk("cause", this.gap.cause) : "" };
    },
  },
  mounted() {
    this.$refs.video.muted = true;
    this.begin();
  },
  beforeUnmount() {
    this.player?.stop();
  },
  watch: { "grant.id": "restart" },
  methods: {
    t,
    tk,
    restart() {
      this.refused = "";
      this.begin();
    },
    begin() {
      this.player?.stop();
      this.player = new SegmentPlayer(this.$refs.video, {
        camera: this.camera.id,
        stream: this.stream,
        grant: this.grant?.id ?? null,
      });
    },
    shownAt() {
      return this.player?.shownAt() ?? null;
    },
    neighbour(at_us, direction) {
      return this.player?.neighbour(at_us, direction) ?? null;
    },
    nextStart(at_us) {
      return this.player?.nextStart(at_us) ?? null;
    },
    /** Called by the page several times a second. */
    sync(at_us, rate, playing) {
      const shown = this.player.sync(at_us, rate, playing);
      this.$refs.sound?.sync(at_us, shown, rate, playing);
      if (shown.state === "unplayable" && this.stream === "main") {
        this.refused = shown.mime; // the shielded picture is H.264, which every browser plays
        this.begin();
      }
      this.state = shown.state;
      this.signed = shown.signed || null;
      this.mime = shown.mime || this.mime;
      this.fault = this.player.fault?.message || "";
      if (shown.state === "ready") shown.after_hole_us = this.player.afterHole();
      return shown;
    },
  },
};
