// Asking for raw footage: purpose and case first, the ledger entry before the first picture.

import { post } from "shanasheel-ui/api.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const PURPOSES = ["alert", "investigation", "maintenance", "court"];

export default {
  components: { shnDialog },
  props: { camera: { type: Object, required: true }, suggestion: { type: String, default: "" } },
  emits: ["granted", "close"],
  template: `
    <shn-dialog :title="t('raw.title', { camera: cameraName(camera) })" @close="$emit('close')">
      <form @submit.prevent="ask">
        <p class="shn-callout"><span class="mi" aria-hidden="true">visibility</span><span>{{ t('raw.warning') }}</span></p>
        <label class="shn-field">{{ t('raw.purpose') }}
          <select v-model="purpose" name="purpose">
            <option v-for="one in purposes" :key="one" :value="one">{{ tk('purpose', one) }}</option>
          </select>
        </label>
        <label class="shn-field">{{ t('raw.case') }}
          <input v-model.trim="reason" name="case" maxlength="200" required :placeholder="t('raw.case_hint')" autocomplete="off">
        </label>
        <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
        <footer>
          <button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button>
          <button class="shn-button primary" type="submit" :disabled="busy || !reason">{{ t('raw.open') }}</button>
        </footer>
      </form>
    </shn-dialog>`,
  data() {
    return { purposes: PURPOSES, purpose: this.suggestion ? "alert" : "investigation", reason: this.suggestion, busy: false, fault: "" };
  },
  methods: {
    t,
    tk,
    cameraName,
    async ask() {
      this.busy = true;
      this.fault = "";
      try {
        this.$emit("granted", await post("/grants", { camera: this.camera.id, purpose: this.purpose, case: this.reason }));
      } catch (problem) {
        this.fault = [problem.message || t("fault.unreachable"), problem.remedy].filter(Boolean).join(" ");
      } finally {
        this.busy = false;
      }
    },
  },
};
