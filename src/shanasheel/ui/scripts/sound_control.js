// The sound of one raw picture: muted at first; a button, a slider, and the key M.

import { SoundTrack } from "shanasheel-ui/sound_track.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { t } from "shanasheel-ui/strings.js";

export default {
  props: { camera: { type: Object, required: true }, grant: { type: Object, required: true } },
  template: `
    <div class="shn-sound" dir="ltr" :data-sound="state" :data-muted="muted">
      <audio ref="audio"></audio>
      <button class="shn-icon" type="button" :disabled="state === 'gap'" :aria-pressed="!muted" :title="title" :aria-label="title" data-role="mute" @click="toggle"><span class="mi" aria-hidden="true">{{ icon }}</span></button>
      <input v-if="!muted" type="range" min="0" max="1" step="0.05" v-model.number="volume" :aria-label="t('sound.volume')" data-role="volume">
    </div>`,
  data: () => ({ muted: true, volume: 0.8, state: "loading" }),
  computed: {
    title() {
      if (this.state === "gap") return t("sound.none");
      return `${this.muted ? t("sound.on") : t("sound.off")} (M)`;
    },
    icon() {
      return this.muted || this.state === "gap" ? "volume_off" : "volume_up";
    },
  },
  watch: {
    volume(volume) {
      this.$refs.audio.volume = volume;
    },
    "grant.id": "begin",
  },
  mounted() {
    this.stopKeys = onKeys({ KeyM: this.toggle });
    this.begin();
  },
  beforeUnmount() {
    this.stopKeys();
    this.track?.stop();
  },
  methods: {
    t,
    begin() {
      this.track?.stop();
      const { audio } = this.$refs;
      audio.muted = this.muted;
      audio.volume = this.volume;
      this.track = new SoundTrack(audio, { camera: this.camera.id, grant: this.grant.id });
    },
    toggle() {
      this.muted = !this.muted;
      this.$refs.audio.muted = this.muted;
    },
    /** Called by the picture's view after each of its own; `shown` is what that one answered. */
    sync(at_us, shown, rate, playing) {
      const led = shown.state === "ready" && !shown.seeking;
      this.state = this.track.sync(led ? shown.position_us : at_us, rate, playing && led).state;
    },
  },
};
