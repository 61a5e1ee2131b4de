// A live picture with its state in words: connecting, no signal and why, not playable here.

import { LivePlayer } from "shanasheel-ui/player.js";
import { clockTime } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import watermark from "shanasheel-ui/watermark.js";
import viewShapes from "shanasheel-ui/view_shapes.js";

export default {
  components: { watermark, viewShapes },
  props: {
    camera: { type: Object, required: true },
    stream: { type: String, default: "shielded" },
    grant: { type: Object, default: null },
    shapes: { type: Boolean, default: false },
  },
  emits: ["state"],
  template: `
    <div class="shn-player" dir="ltr" :data-camera="camera.id" :data-stream="stream"
         :data-state="state" :data-shown="shown" :data-delay-ms="delayMs">
      <video ref="video" playsinline disablepictureinpicture></video>
      <view-shapes v-if="shapes && size" :camera="camera" :size="size"></view-shapes>
      <watermark v-if="grant" :grant="grant"></watermark>
      <p v-if="unplayed" class="shn-player-strip" role="status" :dir="pageDir" data-role="fallback">{{ t('player.fallback', { mime: unplayed }) }}</p>
      <div v-if="note" class="shn-player-note" :class="{ bad: lost }" :dir="pageDir">
        <span class="mi" aria-hidden="true">{{ note.icon }}</span>
        <strong>{{ note.title }}</strong>
        <span v-if="note.text">{{ note.text }}</span>
      </div>
      <slot></slot>
    </div>`,
  data: () => ({ state: "connecting", delayMs: null, cause: null, mime: "", detail: "", size: null, unplayed: "" }),
  computed: {
    shown() {
      return this.unplayed ? "shielded" : this.stream;
    },
    source() {
      return [this.camera.id, this.stream, this.grant?.id ?? ""].join(" ");
    },
    pageDir: () => document.documentElement.dir,
    lost() {
      return this.camera.status?.state === "lost" || (this.state === "waiting" && Boolean(this.cause));
    },
    note() {
      if (this.state === "playing") return null;
      const status = this.camera.status || {};
      if (this.state === "refused") return { icon: "lock", title: t("player.refused"), text: this.detail };
      if (this.state === "unplayable") {
        return { icon: "movie", title: t("player.unplayable"), text: t("player.unplayable_hint", { mime: this.mime }) };
      }
      if (this.lost) {
        const cause = tk("cause", status.cause || this.cause);
        const since = status.since ? t("player.since", { time: clockTime(status.since) }) : "";
        return { icon: "videocam_off", title: t("player.lost"), text: [cause, since].filter(Boolean).join(" · ") };
      }
      if (this.state === "waiting") return { icon: "hourglass_empty", title: t("player.waiting"), text: "" };
      return { icon: "sync", title: t("player.connecting"), text: "" };
    },
  },
  mounted() {
    this.$refs.video.muted = true;
    this.$refs.video.addEventListener("resize", this.measure);
    this.begin();
  },
  beforeUnmount() {
    this.player?.stop();
  },
  watch: {
    source: "restart",
  },
  methods: {
    t,
    restart() {
      this.unplayed = "";
      this.begin();
    },
    measure() {
      const { videoWidth, videoHeight } = this.$refs.video;
      this.size = videoWidth ? [videoWidth, videoHeight] : null;
    },
    begin() {
      this.player?.stop();
      this.player = new LivePlayer(this.$refs.video, {
        camera: this.camera.id,
        stream: this.shown,
        grant: this.grant?.id ?? null,
        report: this.hear,
      });
    },
    hear({ state, cause, mime, detail, delayMs }) {
      if (state === "unplayable" && this.shown !== "shielded") {
        this.unplayed = mime; // the shielded picture is H.264, which every browser plays
        this.begin();
        return;
      }
      this.delayMs = delayMs;
      if (cause !== undefined) this.cause = cause;
      if (state === "playing") this.cause = null;
      if (mime) this.mime = mime;
      if (detail) this.detail = detail;
      this.state = state;
      this.$emit("state", { state, delayMs });
    },
  },
};
