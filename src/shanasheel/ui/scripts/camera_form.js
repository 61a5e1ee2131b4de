// Adding a camera by its address, or changing one.

import { post, put } from "shanasheel-ui/api.js";
import { faultsOf, focusFault } from "shanasheel-ui/faults.js";
import { t } from "shanasheel-ui/strings.js";
import cameraModels from "shanasheel-ui/camera_models.js";
import cameraReport from "shanasheel-ui/camera_report.js";
import labelled from "shanasheel-ui/labelled.js";
import placePicker from "shanasheel-ui/place_picker.js";
import shieldFields from "shanasheel-ui/shield_fields.js";

const FIELDS = ["id", "address", "user", "password", "place", "windows"];

export default {
  components: { cameraModels, cameraReport, labelled, placePicker, shieldFields },
  props: { camera: { type: Object, default: null }, suggested: { type: String, default: "" }, siteModels: { type: Object, default: () => ({}) } },
  emits: ["saved", "close"],
  template: `
    <form class="shn-form" @submit.prevent="save" data-role="camera-form" novalidate ref="form">
      <h2 tabindex="-1" ref="title">{{ camera ? t('cameras.edit', { camera: camera.id }) : t('cameras.add') }}</h2>
      <template v-if="!camera || camera.editable">
        <labelled :label="t('cameras.address')" :hint="t('cameras.address_hint')" :fault="faults.address"><input v-model.trim="address" name="address" dir="ltr" maxlength="1000" placeholder="rtsp://10.0.0.5:554/live" autocomplete="off" spellcheck="false" :required="!camera" ref="first"></labelled>
        <div class="shn-row">
          <labelled :label="t('cameras.user')" :fault="faults.user"><input v-model.trim="user" name="user" dir="ltr" maxlength="128" autocomplete="off" spellcheck="false"></labelled>
          <labelled :label="t('login.password')" :hint="camera?.has_password ? t('cameras.password_kept') : ''" :fault="faults.password"><input v-model="password" name="password" type="password" dir="ltr" maxlength="128" autocomplete="new-password"></labelled>
        </div>
        <div class="shn-row"><button class="shn-button" type="button" data-role="try" :disabled="busy || !address" @click="look"><span class="mi" aria-hidden="true">troubleshoot</span>{{ t('check.try') }}</button></div>
        <camera-report :report="report" :busy="looking"></camera-report>
      </template>
      <div class="shn-row">
        <labelled v-if="!camera" :label="t('cameras.id')" :hint="t('cameras.id_hint')" :fault="faults.id"><input v-model.trim="id" name="id" dir="ltr" maxlength="32" autocomplete="off" spellcheck="false" required></labelled>
        <labelled :label="t('cameras.name_ar')"><input v-model="name_ar" name="name_ar" dir="rtl" maxlength="80" autocomplete="off"></labelled>
        <labelled :label="t('cameras.name_en')"><input v-model="name" name="name" dir="ltr" maxlength="80" autocomplete="off"></labelled>
      </div>
      <labelled :label="t('cameras.keep_days')" :hint="t('cameras.keep_days_hint')"><input v-model.number="keep_days" name="keep_days" type="number" min="1" max="36500" step="1" dir="ltr"></labelled>
      <shield-fields v-model="shield" :camera="camera?.id || ''" :fault="faults.windows || ''"></shield-fields>
      <camera-models v-model="models" :site="siteModels" :status="camera?.status || {}"></camera-models>
      <place-picker v-model="place" :except="camera?.id || ''" :fault="faults.place"></place-picker>
      <p v-if="faults['']" class="shn-fault" role="alert">{{ faults[''] }}</p>
      <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button>
        <button class="shn-button primary" type="submit" :disabled="busy" data-role="save">{{ camera ? t('cameras.save') : t('cameras.add_button') }}</button></footer>
    </form>`,
  data() {
    const before = this.camera || {};
    return {
      id: this.suggested, address: before.editable === false ? "" : before.address || "", user: before.user || "", password: "",
      name: before.name || "", name_ar: before.name_ar || "", keep_days: before.keep_days ?? "", place: before.place || null,
      shield: before.shield || { hide: "heads", plates: false, windows: [] }, models: { ...before.models },
      faults: {}, report: null, looking: false, saving: false,
    };
  },
  computed: {
    busy() {
      return this.looking || this.saving;
    },
  },
  mounted() {
    (this.$refs.first || this.$refs.title).focus();
  },
  methods: {
    t,
    login() {
      return { address: this.address, user: this.user, password: this.password };
    },
    async look() {
      this.looking = true;
      this.faults = {};
      this.report = null;
      try {
        this.report = await post("/camera-checks", { ...this.login(), camera: this.camera?.id ?? null });
      } catch (problem) {
        this.fail(problem);
      } finally {
        this.looking = false;
      }
    },
    async save() {
      this.saving = true;
      this.faults = {};
      const body = { ...this.login(), name: this.name, name_ar: this.name_ar, place: this.place, shield: this.shield, models: this.models, keep_days: this.keep_days === "" ? null : this.keep_days };
      try {
        if (this.camera) await put(`/installed/${encodeURIComponent(this.camera.id)}`, body);
        else await post("/installed", { ...body, id: this.id });
        this.$emit("saved", this.camera?.id || this.id);
      } catch (problem) {
        this.fail(problem);
      } finally {
        this.saving = false;
      }
    },
    fail(problem) {
      this.faults = faultsOf(problem, FIELDS);
      this.$nextTick(() => focusFault(this.$refs.form));
    },
  },
};
