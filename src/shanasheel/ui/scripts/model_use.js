// Choosing who looks with a model: every camera that has none of its own, or one camera.

import { put, wordsOf } from "shanasheel-ui/api.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  props: { model: { type: Object, required: true }, cameras: { type: Array, required: true }, own: { type: Object, required: true } },
  emits: ["close", "used"],
  template: `
    <shn-dialog :title="t('models.use_title', { model: model.name })" @close="$emit('close')">
      <form @submit.prevent="use" data-role="use-form"><p>{{ t('models.use_about') }}</p>
        <label class="shn-field">{{ t('models.for_whom') }}<select v-model="whom" name="whom"><option value="">{{ t('models.everyone') }}</option><option v-for="one in cameras" :key="one.id" :value="one.id">{{ cameraName(one) }} · {{ one.id }}</option></select></label>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <footer><button v-if="whom && own[whom]" class="shn-button" type="button" data-role="back" :disabled="sending" @click="send('')">{{ t('models.back') }}</button><span class="grow"></span><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="use-now" :disabled="sending">{{ t('models.use_now') }}</button></footer></form>
    </shn-dialog>`,
  data: () => ({ whom: "", problem: "", sending: false }),
  methods: {
    t, cameraName,
    use() {
      return this.send(this.model.name);
    },
    async send(model) {
      this.sending = true;
      try {
        await put("/models/use", { model, camera: this.whom || null });
        this.$emit("used", { model, camera: this.whom });
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.sending = false;
      }
    },
  },
};
