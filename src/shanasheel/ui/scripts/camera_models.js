// Which models look at one camera: for its heads, for faces, for weapons; the site's or its own.

import { get } from "shanasheel-ui/api.js";
import { t, tk } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const TASKS = ["detection", "faces", "weapons"];
const NONE = "none"; // nobody looks a second time there
/** Words of the system stand in English amid Arabic: they run their own way (first strong isolate). */
const apart = (words) => `\u2068${words}\u2069`;

/** Return in words what looks for faces and weapons at a camera and why it does not; by its status. */
export function modelFaults(status) {
  const faults = [];
  if (status?.model_fault) faults.push(t("camera_models.detection_fault", { reason: apart(status.model_fault) }));
  if (status?.faces_fault) faults.push(t("camera_models.faces_fault", { reason: apart(status.faces_fault) }));
  if (status?.weapon_fault) faults.push(t("camera_models.weapons_fault", { reason: apart(status.weapon_fault) }));
  return faults;
}

export default {
  components: { labelled },
  props: { modelValue: { type: Object, required: true }, site: { type: Object, default: () => ({}) }, status: { type: Object, default: () => ({}) } },
  emits: ["update:modelValue"],
  template: `
    <fieldset class="shn-group" data-role="camera-models"><legend>{{ t('camera_models.title') }}</legend>
      <labelled v-for="task in tasks" :key="task" :label="tk('camera_models_for', task)" :hint="about(task)"><select :name="'model-' + task" :value="modelValue[task] || ''" @change="set(task, $event.target.value)">
        <option value="">{{ t('camera_models.site', { model: site[task] || t('camera_models.nobody') }) }}</option>
        <option v-if="task === 'weapons'" value="none">{{ t('camera_models.never') }}</option>
        <option v-for="one in offered(task)" :key="one.name" :value="one.name" :disabled="!one.at_hand">{{ one.name }}{{ one.at_hand ? '' : ' · ' + t('models.away') }}</option>
      </select></labelled>
      <p v-for="one in faults" :key="one" class="shn-fault" role="alert" data-role="model-fault">{{ one }}</p>
      <p v-if="fault" class="shn-fault" role="alert">{{ t('fault.unreachable') }}</p>
    </fieldset>`,
  data: () => ({ known: [], fault: false, tasks: TASKS }),
  computed: {
    faults() {
      return modelFaults(this.status);
    },
  },
  async created() {
    try {
      this.known = (await get("/models")).items;
    } catch {
      this.fault = true;
    }
  },
  methods: {
    t, tk,
    /** Return a task's models, and the one in use where nobody knows it any more. */
    offered(task) {
      const own = this.modelValue[task];
      const known = this.known.filter((one) => one.task === task);
      return own && own !== NONE && !known.some((one) => one.name === own) ? [...known, { name: own, at_hand: false }] : known;
    },
    about(task) {
      const used = this.modelValue[task] || this.site[task];
      if (used === NONE) return t("camera_models.never_about");
      if (!used) return tk("camera_models_without", task);
      return this.known.find((one) => one.name === used)?.limits || "";
    },
    set(task, name) {
      this.$emit("update:modelValue", { ...this.modelValue, [task]: name });
    },
  },
};
