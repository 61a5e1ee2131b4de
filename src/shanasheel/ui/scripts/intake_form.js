// What is said of files that were handed in: where filmed, by whom handed in, what their clock says.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { faultsOf, focusFault } from "shanasheel-ui/faults.js";
import { clockBody, filmSeconds, newClock } from "shanasheel-ui/film_clock.js";
import { release } from "shanasheel-ui/sending.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import filmClock from "shanasheel-ui/film_clock.js";
import labelled from "shanasheel-ui/labelled.js";
import placePicker from "shanasheel-ui/place_picker.js";

const FIELDS = ["camera", "id", "handed_by", "clock", "evidence"];
const NEW = " new";

export default {
  components: { filmClock, labelled, placePicker },
  props: { files: { type: Array, required: true } },
  emits: ["ordered"],
  template: `
    <form class="shn-form" @submit.prevent="order" @input="faults = {}" data-role="intake-form" ref="form">
      <div class="shn-row">
        <labelled :label="t('intake.camera')" :fault="camera === fresh ? '' : faults.camera || faults.id"><select v-model="camera" name="camera" required><option value="" disabled>{{ t('intake.choose_camera') }}</option><option :value="fresh">{{ t('intake.new_camera') }}</option><option v-for="one in store.all" :key="one.id" :value="one.id">{{ cameraName(one) }} ({{ one.id }})</option></select></labelled>
        <labelled :label="t('intake.handed_by')" :hint="t('intake.handed_by_hint')" :fault="faults.handed_by"><input v-model.trim="handed_by" name="handed_by" minlength="2" maxlength="200" required autocomplete="off"></labelled>
        <labelled :label="t('intake.handed_at')"><input v-model="handed_at" name="handed_at" type="datetime-local" step="1" dir="ltr"></labelled>
      </div>
      <template v-if="camera === fresh">
        <div class="shn-row">
          <labelled :label="t('cameras.id')" :hint="t('intake.id_hint')" :fault="faults.camera || faults.id"><input v-model.trim="id" name="new_id" dir="ltr" maxlength="32" required autocomplete="off" spellcheck="false"></labelled>
          <labelled :label="t('cameras.name_ar')"><input v-model="name_ar" name="name_ar" dir="rtl" maxlength="80" autocomplete="off"></labelled>
          <labelled :label="t('cameras.name_en')"><input v-model="name" name="name" dir="ltr" maxlength="80" autocomplete="off"></labelled>
        </div>
        <place-picker v-model="place"></place-picker>
      </template>
      <film-clock :clock="clock" :faults="faults" @touched="faults = {}"></film-clock>
      <p v-if="files.length > 1" class="dim">{{ t('intake.follow') }}</p>
      <labelled :label="t('intake.note')" :hint="t('raw.case_hint')"><textarea v-model.trim="note" name="note" rows="2" maxlength="2000"></textarea></labelled>
      <p v-if="faults['']" class="shn-fault" role="alert">{{ faults[''] }}</p>
      <footer><span v-if="!ready" class="dim">{{ t('intake.wait') }}</span><button class="shn-button primary" type="submit" data-role="take-in" :disabled="busy || !ready">{{ t('intake.take_in', { count: files.length }) }}</button></footer>
    </form>`,
  data: () => ({ store: cameraStore(), fresh: NEW, camera: "", id: "", name: "", name_ar: "", place: null, handed_by: "", handed_at: "", note: "", clock: newClock(), faults: {}, busy: false }),
  computed: {
    ready() {
      return this.files.length > 0 && this.files.every((one) => one.state === "sent");
    },
  },
  methods: {
    t,
    cameraName,
    filmed() {
      return this.camera === NEW ? { id: this.id, fresh: true, name: this.name, name_ar: this.name_ar, place: this.place } : { id: this.camera };
    },
    async order() {
      if (this.clock.kind !== "stated" && this.clock.points.some((one) => Number.isNaN(filmSeconds(one.film)))) return;
      this.busy = true;
      this.faults = {};
      const said = { camera: this.filmed(), handed_by: this.handed_by, handed_at: this.handed_at ? new Date(this.handed_at).toISOString() : null, note: this.note, evidence: this.clock.evidence };
      let before = null;
      try {
        for (const file of [...this.files]) {
          const clock = before ? { kind: "follows", intake: before } : clockBody(this.clock);
          before = (await post("/intakes", { ...said, upload: file.id, clock })).id;
          release(file);
        }
      } catch (problem) {
        this.faults = problem.status === undefined ? { "": wordsOf(problem, "") } : faultsOf(problem, FIELDS);
        this.$nextTick(() => focusFault(this.$refs.form));
      } finally {
        this.busy = false;
        this.$emit("ordered");
      }
    },
  },
};
