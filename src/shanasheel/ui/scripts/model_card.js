// One model: whence it is, whether its file is what its card says, what it costs here, who uses it.

import { dateTime, number, percent } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";

export default {
  props: { model: { type: Object, required: true }, cameras: { type: Array, required: true }, busy: { type: Boolean, required: true } },
  emits: ["use", "measure"],
  template: `
    <section class="shn-card shn-model" :data-model="model.name">
      <header><h2><bdi dir="ltr">{{ model.name }}</bdi></h2>
        <span class="shn-tag">{{ origin }}</span>
        <span v-if="model.at_hand" class="shn-tag" :class="verdict.tone" data-role="verified" :data-right="verdict.right"><span class="mi" aria-hidden="true">{{ verdict.icon }}</span>{{ verdict.words }}</span>
        <span class="grow"></span>
        <template v-if="model.at_hand">
          <button class="shn-button small" type="button" data-role="use" @click="$emit('use', model)">{{ t('models.use') }}</button>
          <button class="shn-button small" type="button" data-role="measure" :disabled="busy" @click="$emit('measure', model)">{{ t('models.measure') }}</button>
        </template></header>
      <p class="used" data-role="used"><template v-if="model.used_by.length"><span class="shn-tag ok"><span class="mi" aria-hidden="true">visibility</span>{{ t('models.used') }}</span> {{ users }}</template><span v-else class="dim">{{ t('models.unused') }}</span></p>
      <p v-if="verdict.right === 'no'" class="shn-fault" role="alert">{{ t('models.wrong') }}<br><small><bdi dir="ltr">{{ model.verified.detail }}</bdi></small></p>
      <dl class="shn-facts tall">
        <div><dt>{{ t('models.sees') }}</dt><dd>{{ kinds }} <small v-if="model.task !== 'faces'">{{ t('models.classes', { count: number(model.classes) }) }}</small></dd></div>
        <div><dt>{{ t('models.licence') }}</dt><dd><bdi dir="ltr">{{ model.licence }}</bdi></dd></div>
        <div v-if="model.authors"><dt>{{ t('models.authors') }}</dt><dd><bdi dir="ltr">{{ model.authors }}</bdi></dd></div>
        <div><dt>{{ t('models.family') }}</dt><dd><bdi dir="ltr">{{ model.family }}</bdi></dd></div>
        <div><dt>{{ t('models.speed') }}</dt><dd data-role="speed"><template v-if="model.best"><bdi class="num">{{ t('models.ms', { ms: ms(model.cpu_ms) }) }}</bdi> <small><bdi dir="ltr">{{ model.best }}</bdi></small></template><span v-else class="dim">{{ t('models.unmeasured') }}</span></dd></div>
        <div v-if="model.task !== 'faces'"><dt>{{ t('models.accuracy') }}</dt><dd><template v-for="(ap, folder) in model.ap50" :key="folder"><bdi dir="ltr">AP50 {{ percent(ap) }}</bdi> <bdi class="mono" dir="ltr">{{ folder }}</bdi> </template><span v-if="!Object.keys(model.ap50).length" class="dim">{{ t('models.unjudged') }}</span></dd></div>
        <div class="long"><dt>{{ t('models.source') }}</dt><dd><bdi class="mono" dir="ltr">{{ model.source }}</bdi></dd></div>
        <div class="long"><dt>SHA-256</dt><dd><bdi class="mono" dir="ltr">{{ model.sha256 }}</bdi></dd></div>
        <div v-if="model.limits" class="long"><dt>{{ t('models.limits') }}</dt><dd><bdi dir="ltr">{{ model.limits }}</bdi></dd></div>
      </dl>
      <template v-if="bars.length"><h3>{{ t('models.ways') }}</h3>
        <ul class="shn-ways" data-role="ways" :aria-label="t('models.ways')"><li v-for="way in bars" :key="way.choice" :class="{ kept: way.kept }"><bdi dir="ltr">{{ way.choice }}</bdi><i aria-hidden="true"><i :style="{ inlineSize: way.share + '%' }"></i></i><bdi class="num">{{ t('models.ms', { ms: ms(way.cpu_ms) }) }}</bdi><span class="shn-tag ok" v-if="way.kept">{{ t('models.kept') }}</span></li></ul>
        <small>{{ t('models.ways_about', { time: dateTime(model.measured_at) }) }} <bdi dir="ltr">{{ model.machine }}</bdi></small></template>
      <p v-if="!model.at_hand && model.can_be_pulled" class="dim">{{ t('models.pull') }} <bdi class="mono" dir="ltr">shanasheel models pull {{ model.name }}</bdi></p>
    </section>`,
  computed: {
    origin() {
      if (this.model.built_in) return t("models.built_in");
      return this.model.at_hand ? t("models.added") : t("models.away");
    },
    verdict() {
      const found = this.model.verified;
      if (!found) return { right: "never", icon: "help_outline", tone: "", words: t("models.unverified") };
      if (!found.right) return { right: "no", icon: "gpp_bad", tone: "bad", words: t("models.bad") };
      return { right: "yes", icon: "verified_user", tone: "ok", words: t("models.verified", { time: dateTime(found.at) }) };
    },
    kinds() {
      if (this.model.task !== "detection") return tk("model_task", this.model.task);
      return this.model.kinds.map((kind) => tk("type", kind)).join(" · ");
    },
    users() {
      const name = (id) => (id === "site" ? t("models.everyone") : cameraName(this.cameras.find((one) => one.id === id) || { id }));
      return this.model.used_by.map(name).join(" · ");
    },
    bars() {
      const ways = this.model.speeds.filter((way) => way.batch === 1).sort((a, b) => a.cpu_ms - b.cpu_ms);
      const most = Math.max(...ways.map((way) => way.cpu_ms), 0.001);
      return ways.map((way) => ({ ...way, share: Math.max(1, (100 * way.cpu_ms) / most) }));
    },
  },
  methods: { t, number, percent, dateTime, ms: (value) => number(value, value < 1 ? 2 : 1) },
};
