// Choosing who looks with a model: every camera that has none of its own, or one camera.

import { put, wordsOf } from "shanasheel-ui/api.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  props: { model: { type: Object, required: true }, cameras: { type: Array, required: true } },
  emits: ["close", "used"],
  template: `
    <shn-dialog :title="t('models.use_title', { model: model.name })" @close="$emit('close')">
      <form @submit.prevent="use" data-role="use-form"><p>{{ tk('model_use', model.task) }}</p><p v-if="model.limits && model.task === 'weapons'"><strong>{{ t('models.limits') }}</strong> {{ model.limits }}</p>
        <label class="shn-field">{{ t('models.for_whom') }}<select v-model="whom" name="whom"><option value="">{{ t('models.everyone') }}</option><option v-for="one in cameras" :key="one.id" :value="one.id">{{ cameraName(one) }} · {{ one.id }}</option></select></label>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <footer><button v-if="offered" class="shn-button" type="button" data-role="off" :disabled="sending" @click="send(true)">{{ t('models.off') }}</button><span class="grow"></span><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="use-now" :disabled="sending">{{ t('models.use_now') }}</button></footer></form>
    </shn-dialog>`,
  data: () => ({ whom: "", problem: "", sending: false }),
  computed: {
    offered() {
      return this.model.used_by.includes(this.whom || "site") && !(this.model.built_in && !this.whom);
    },
  },
  methods: {
    t, tk, cameraName,
    use() {
      return this.send(false);
    },
    async send(off) {
      this.sending = true;
      try {
        await put("/models/use", { model: this.model.name, camera: this.whom || null, off });
        this.$emit("used", { model: this.model.name, camera: this.whom, off });
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.sending = false;
      }
    },
  },
};
