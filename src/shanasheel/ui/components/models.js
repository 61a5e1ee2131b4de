// The models that look at the pictures: their cards, who uses which, verifying and measuring.

import { get, post, remove, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import modelCard from "shanasheel-ui/model_card.js";
import modelUse from "shanasheel-ui/model_use.js";
import shnEmpty from "shanasheel-ui/empty.js";

const BUSY_MS = 700;
const IDLE_MS = 8000;

export default {
  components: { modelCard, modelUse, shnEmpty },
  template: `
    <div class="shn-page models">
      <div class="shn-bar"><h1>{{ t('nav.models') }}</h1><span class="grow"></span>
        <button v-if="loaded && !fault" class="shn-button primary" type="button" data-role="verify" :disabled="busy" @click="begin('verify', '')"><span class="mi" aria-hidden="true">fact_check</span>{{ t('models.verify') }}</button></div>
      <p v-if="told" class="shn-good" role="status"><span class="mi" aria-hidden="true">check_circle</span>{{ told }}</p>
      <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
      <section v-if="work" class="shn-card" data-role="work" :data-state="work.state" aria-live="polite">
        <header class="shn-row"><b>{{ tk('model_deed', work.deed, { model: work.model }) }}</b><span class="grow"></span><span v-if="!busy" :class="{ bad: work.state === 'refused' }">{{ tk('model_work_state', work.state) }}</span>
          <button v-else class="shn-button small" type="button" data-role="stop" @click="stop">{{ t('models.stop') }}</button></header>
        <div v-if="busy" class="shn-progress" role="progressbar" :aria-label="tk('model_deed', work.deed, { model: work.model })" aria-valuemin="0" :aria-valuenow="work.done" :aria-valuemax="work.total"><i :style="{ inlineSize: share + '%' }"></i><bdi class="num">{{ number(work.done) }} / {{ number(work.total) }}</bdi></div>
        <p v-if="work.state === 'refused'" class="shn-fault" role="alert">{{ tk('problem', work.key) || work.detail }}</p>
        <small v-if="busy && work.deed === 'bench'">{{ t('models.bench_about') }}</small></section>
      <shn-empty v-if="fault || !loaded" icon="model_training" :loading="!fault" :fault="fault"></shn-empty>
      <template v-else>
        <model-card v-for="one in items" :key="one.name" :model="one" :cameras="store.all" :busy="busy" @use="using = $event; told = ''" @measure="begin('bench', $event.name)"></model-card>
        <section class="shn-card" data-role="adding"><h2>{{ t('models.adding') }}</h2><p class="dim">{{ t('models.adding_about') }}</p><pre class="mono" dir="ltr">shanasheel models add FILE.onnx --card CARD.yaml
shanasheel models bench NAME --on FOLDER</pre></section>
      </template>
      <model-use v-if="using" :model="using" :cameras="store.cameras" @close="using = null" @used="used"></model-use>
    </div>`,
  data: () => ({ store: cameraStore(), items: [], work: null, loaded: false, fault: null, problem: "", told: "", using: null }),
  computed: {
    busy() {
      return this.work?.state === "working";
    },
    share() {
      return this.work.total ? Math.max(3, Math.min(100, (100 * this.work.done) / this.work.total)) : 3;
    },
  },
  created() {
    this.load();
  },
  beforeUnmount() {
    this.gone = true;
    clearTimeout(this.timer);
  },
  methods: {
    t, tk, number,
    async load() {
      clearTimeout(this.timer);
      try {
        const found = await get("/models");
        this.items = found.items;
        this.work = found.work;
        this.loaded = true;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
      if (!this.gone) this.timer = setTimeout(this.busy ? this.watch : this.load, this.busy ? BUSY_MS : IDLE_MS);
    },
    async watch() {
      try {
        this.work = (await get("/models/work")).work;
      } catch (fault) {
        this.fault = fault;
      }
      if (!this.busy || this.fault) return this.load(); // what was found, or whether the hub is back
      if (!this.gone) this.timer = setTimeout(this.watch, BUSY_MS);
    },
    begin(deed, model) {
      return this.asked(() => post("/models/work", { deed, model }));
    },
    stop() {
      return this.asked(() => remove("/models/work"));
    },
    async asked(request) {
      this.problem = this.told = "";
      try {
        await request();
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      return this.load();
    },
    used({ model, camera, off }) {
      this.told = t(off ? "models.used_no_more" : camera ? "models.camera_uses" : "models.site_uses", { model, camera });
      this.using = null;
      this.load();
    },
  },
};
