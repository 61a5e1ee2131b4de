// Ordering that footage must not expire: of named cameras, or of all around a place.

import { post } from "shanasheel-ui/api.js";
import { toUs } from "shanasheel-ui/format.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

/** Return what a datetime-local field wants: the visitor's own clock, to the second. */
function local(at_us) {
  const at = new Date(at_us / 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export default {
  components: { shnDialog },
  props: {
    cameras: { type: Array, default: () => [] },
    place: { type: Object, default: null },
    span: { type: Array, required: true },
  },
  emits: ["held", "close"],
  template: `
    <shn-dialog :title="place ? t('hold.freeze_title') : t('hold.title')" @close="$emit('close')">
      <form @submit.prevent="ask" data-role="hold">
        <p class="shn-callout"><span class="mi" aria-hidden="true">lock_clock</span><span>{{ place ? t('hold.freeze_about') : t('hold.about') }}</span></p>
        <p v-if="cameras.length"><b>{{ cameras.map(cameraName).join(' · ') }}</b></p>
        <label v-if="place" class="shn-field">{{ t('hold.radius') }}<input v-model.number="radius_m" name="radius" type="number" min="10" max="100000" step="10" required></label>
        <label class="shn-field">{{ t('find.from') }}<input v-model="from" name="from" type="datetime-local" step="1" required></label>
        <label class="shn-field">{{ t('find.to') }}<input v-model="to" name="to" type="datetime-local" step="1" required></label>
        <label class="shn-field">{{ t('hold.reason') }}<input v-model.trim="why" name="reason" minlength="3" maxlength="1000" required :placeholder="t('raw.case_hint')" autocomplete="off"></label>
        <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
        <footer>
          <button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button>
          <button class="shn-button primary" type="submit" :disabled="busy || why.length < 3">{{ place ? t('hold.freeze') : t('hold.hold') }}</button>
        </footer>
      </form>
    </shn-dialog>`,
  data() {
    return { from: local(this.span[0]), to: local(this.span[1]), radius_m: 500, why: "", busy: false, fault: "" };
  },
  methods: {
    t,
    cameraName,
    async ask() {
      this.busy = true;
      this.fault = "";
      const span = { start: String(toUs(new Date(this.from))), end: String(toUs(new Date(this.to))), reason: this.why };
      try {
        const held = this.place
          ? await post("/holds/freeze", { ...span, lat: this.place.lat_deg, lon: this.place.lon_deg, radius_m: this.radius_m })
          : await post("/holds", { ...span, cameras: this.cameras.map((camera) => camera.id) });
        this.$emit("held", held);
      } catch (problem) {
        this.fault = [problem.message || t("fault.unreachable"), problem.remedy].filter(Boolean).join(" ");
      } finally {
        this.busy = false;
      }
    },
  },
};
