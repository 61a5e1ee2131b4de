// Combinations: events that together call for a person. List, words, trial on stored events.

import { get, put, remove, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { t, tk } from "shanasheel-ui/strings.js";
import combinationForm from "shanasheel-ui/combination_form.js";
import shnEmpty from "shanasheel-ui/empty.js";

export default {
  components: { combinationForm, shnEmpty },
  template: `
    <div class="shn-page combinations">
      <div class="shn-bar"><h1>{{ t('nav.combinations') }}</h1><span class="grow"></span>
        <button v-if="loaded && !fault" class="shn-button primary" type="button" data-role="new" @click="begin(null)"><span class="mi" aria-hidden="true">add</span>{{ t('combinations.new') }}</button></div>
      <p class="dim">{{ t('combinations.about') }}</p>
      <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
      <shn-empty v-if="fault || !loaded" icon="join_inner" :loading="!fault" :fault="fault"></shn-empty>
      <shn-empty v-else-if="!items.length" icon="join_inner" :title="t('combinations.none')" :text="t('combinations.none_about')"></shn-empty>
      <section v-for="one in items" :key="one.name" class="shn-card" :data-combination="one.name">
        <header class="shn-row"><b><bdi>{{ one.name }}</bdi></b><span class="grow"></span>
          <span>{{ tk('priority', one.priority) }}</span>
          <button class="shn-button small" type="button" data-role="switch" :aria-pressed="one.on" @click="save({ ...one, on: !one.on })"><span class="mi" aria-hidden="true">{{ one.on ? 'toggle_on' : 'toggle_off' }}</span>{{ one.on ? t('combinations.on') : t('combinations.off') }}</button>
          <button class="shn-button small" type="button" data-role="edit" @click="begin(one)">{{ t('combinations.edit') }}</button>
          <button class="shn-button small" type="button" data-role="remove" @click="drop(one)">{{ t('combinations.remove') }}</button></header>
        <p>{{ said(one.asked) }}<template v-if="one.hours.length"> · <span class="mi" aria-hidden="true">schedule</span> <bdi dir="ltr" data-role="hours">{{ one.hours.join('; ') }}</bdi></template></p>
        <pre class="mono" dir="ltr">{{ one.when }}</pre></section>
      <combination-form v-if="editing" :combination="editing" :kinds="kinds" :cameras="store.cameras" :fresh="fresh" @close="editing = null" @save="save"></combination-form>
    </div>`,
  data: () => ({ store: cameraStore(), items: [], kinds: [], loaded: false, fault: null, problem: "", editing: null, fresh: false }),
  created() {
    this.load();
  },
  methods: {
    t, tk,
    async load() {
      try {
        const found = await get("/combinations");
        this.items = found.items;
        this.kinds = found.kinds;
        this.loaded = true;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
    begin(one) {
      this.fresh = !one;
      this.editing = one || { name: "", when: "", priority: "high", on: true, hours: [], asked: null };
    },
    async save(one) {
      const { name, when, priority, on, hours } = one;
      return this.asked(() => put("/combinations", { name, when, priority, on, hours }));
    },
    drop(one) {
      return this.asked(() => remove(`/combinations/${encodeURIComponent(one.name)}`));
    },
    async asked(request) {
      this.problem = "";
      try {
        await request();
        this.editing = null;
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      return this.load();
    },
    said(asked) {
      const steps = asked.steps.map((step) => {
        const kinds = step.kinds.map((kind) => tk("kind", kind)).join(t("combinations.or"));
        if (step.cameras > 1) return t("combinations.on_cameras", { kinds, count: step.cameras });
        return step.times > 1 ? t("combinations.times", { kinds, count: step.times }) : kinds;
      });
      return steps.join(asked.ordered ? t("combinations.then") : t("combinations.and"));
    },
  },
};
