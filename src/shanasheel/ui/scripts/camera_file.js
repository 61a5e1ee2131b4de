// The list of cameras as a file: taken away, or brought and compared before it is applied.

import { post, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { knows, t, tk } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const MOST_BYTES = 1 << 20;

export default {
  components: { labelled },
  emits: ["saved", "close"],
  template: `
    <form class="shn-form" @submit.prevent="compare" data-role="camera-file">
      <h2 tabindex="-1" ref="title">{{ t('file.title') }}</h2>
      <p class="dim">{{ t('file.about') }}</p>
      <div class="shn-row"><a class="shn-button" :href="address" download="cameras.yaml" data-role="export"><span class="mi" aria-hidden="true">download</span>{{ t('file.export') }}</a>
        <label class="shn-button" tabindex="0" @keydown.enter.prevent="$refs.picker.click()"><span class="mi" aria-hidden="true">upload_file</span>{{ t('file.choose') }}<input ref="picker" class="only-read" type="file" accept=".yaml,.yml,text/yaml" tabindex="-1" @change="load($event.target.files[0])"></label></div>
      <labelled :label="t('file.text')" :fault="fault"><textarea v-model="text" name="text" rows="9" dir="ltr" class="mono" spellcheck="false" :class="{ over: dragging }" @input="plan = null" @dragover.prevent="dragging = true" @dragleave="dragging = false" @drop.prevent="dragging = false; load($event.dataTransfer.files[0])"></textarea></labelled>
      <div v-if="plan" class="shn-diff" data-role="plan" role="status">
        <p v-if="!plan.any">{{ t('file.same') }}</p>
        <ul v-else>
          <li v-for="id in plan.added" :key="'+' + id" class="ok"><b>+</b> <bdi>{{ id }}</bdi> {{ t('file.added') }}</li>
          <li v-for="one in plan.changed" :key="'~' + one.id" class="warn"><b>~</b> <bdi>{{ one.id }}</bdi> {{ t('file.changed') }}: {{ one.fields.map(named).join(' · ') }}</li>
          <li v-for="id in plan.removed" :key="'-' + id" class="bad"><b>−</b> <bdi>{{ id }}</bdi> {{ t('file.removed') }}</li>
          <li v-if="plan.reordered"><b>~</b> {{ t('file.reordered') }}</li>
        </ul>
      </div>
      <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('close') }}</button>
        <button v-if="!plan?.any" class="shn-button primary" type="submit" :disabled="busy || !text.trim()" data-role="compare">{{ t('file.compare') }}</button>
        <button v-else class="shn-button primary" type="button" :disabled="busy" data-role="apply" @click="apply">{{ t('file.apply') }}</button></footer>
    </form>`,
  data: () => ({ text: "", plan: null, fault: "", busy: false, dragging: false, address: `${ROOT}/camera-file` }),
  mounted() {
    this.$refs.title.focus();
  },
  methods: {
    t,
    named: (field) => (knows("camera_field", field) ? tk("camera_field", field) : field),
    async load(file) {
      if (!file) return;
      this.plan = null;
      this.fault = file.size > MOST_BYTES ? t("file.large") : "";
      if (this.fault) return;
      this.text = await file.text();
      this.compare();
    },
    async compare() {
      await this.attempt(async () => { this.plan = await post("/camera-file/plans", { text: this.text }); });
    },
    async apply() {
      await this.attempt(async () => {
        await post("/camera-file/applications", { text: this.text, revision: this.plan.revision });
        this.$emit("saved", null);
        this.plan = await post("/camera-file/plans", { text: this.text });
      });
    },
    async attempt(deed) {
      this.busy = true;
      this.fault = "";
      try {
        await deed();
      } catch (problem) {
        this.plan = null;
        this.fault = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.busy = false;
      }
    },
  },
};
