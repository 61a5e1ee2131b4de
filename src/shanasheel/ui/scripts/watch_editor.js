// What a camera watches for: zones and lines drawn over its picture, and rules beside.

import { get, post, put, query, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { t, tk } from "shanasheel-ui/strings.js";
import ruleRow from "shanasheel-ui/rule_row.js";
import footageTrial from "shanasheel-ui/footage_trial.js";
import ruleTrial from "shanasheel-ui/rule_trial.js";
import shapeCanvas from "shanasheel-ui/shape_canvas.js";
import shnEmpty from "shanasheel-ui/empty.js";

const KINDS = ["person", "vehicle", "two_wheeler"];
const ZONE_RULES = ["zone_entry", "loitering"];
const FRESH = [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]];
const FRESH_LINE = [[0.3, 0.5], [0.7, 0.5]];

const asZone = (zone) => ({ ...zone, line: false });
const asLine = (line) => ({ name: line.name, points: [line.start, line.end], kinds: line.kinds, hours: line.hours, line: true });

export default {
  components: { footageTrial, ruleRow, ruleTrial, shapeCanvas, shnEmpty },
  props: { camera: { type: Object, required: true } },
  emits: ["saved", "close"],
  template: `
    <section class="shn-form shn-watch" data-role="watch-editor">
      <h2 tabindex="-1" ref="title">{{ t('zones.title', { camera: camera.id }) }}</h2>
      <shn-empty v-if="!loaded" icon="polyline" :loading="!fault" :fault="fault"></shn-empty>
      <form v-else @submit.prevent="save">
        <shape-canvas :picture="picture" :shapes="shapes" :chosen="chosen" @choose="chosen = $event" @change="shapes[chosen].points = $event" @failed="picture = ''"></shape-canvas>
        <p class="dim">{{ picture ? t('zones.keys') : t('zones.no_picture') }}</p>
        <div class="shn-row"><button class="shn-button small" type="button" data-role="new-zone" @click="begin(false)"><span class="mi" aria-hidden="true">pentagon</span>{{ t('zones.new_zone') }}</button><button class="shn-button small" type="button" data-role="new-line" @click="begin(true)"><span class="mi" aria-hidden="true">timeline</span>{{ t('zones.new_line') }}</button></div>
        <fieldset v-for="(shape, place) in shapes" :key="place" class="shn-group" :class="{ on: place === chosen }" :data-shape="shape.name" @focusin="chosen = place">
          <legend>{{ shape.line ? t('zones.line') : t('zones.zone') }}</legend>
          <div class="shn-row"><label class="shn-field grow"><span>{{ t('zones.name') }}</span><input v-model.trim="shape.name" required maxlength="40" dir="auto" name="shape-name"></label><button class="shn-icon" type="button" data-role="drop" :aria-label="t('zones.drop', { name: shape.name })" :title="t('zones.drop', { name: shape.name })" @click="drop(place)"><span class="mi" aria-hidden="true">delete</span></button></div>
          <div class="shn-row wrap"><template v-if="!shape.line"><label v-for="rule in zoneRules" :key="rule" class="shn-check"><input type="checkbox" :value="rule" v-model="shape.rules"><span>{{ tk('kind', rule) }}</span></label>
            <label v-if="shape.rules.includes('loitering')" class="shn-field"><span>{{ t('zones.loiter_s') }}</span><input v-model.number="shape.loiter_s" type="number" min="1" max="86400" step="any" dir="ltr" name="loiter_s"></label>
            <label class="shn-check" :title="t('zones.protected_about')"><input type="checkbox" v-model="shape.protected" name="protected"><span>{{ t('zones.protected') }}</span></label></template><small v-else class="dim">{{ t('zones.line_about') }}</small></div>
          <div class="shn-row wrap"><label v-for="kind in kinds" :key="kind" class="shn-check"><input type="checkbox" :value="kind" v-model="shape.kinds"><span>{{ tk('thing', kind) }}</span></label><small class="dim">{{ shape.kinds.length ? '' : t('zones.every_kind') }}</small></div>
          <label class="shn-field"><span>{{ t('zones.hours') }}</span><input :value="shape.hours.join('; ')" dir="ltr" placeholder="22:00-05:00; fri 00:00-24:00" @change="shape.hours = hoursOf($event.target.value)" name="hours"><small>{{ t('zones.hours_about', { zone: timeZone }) }}</small></label>
        </fieldset>
        <h3>{{ t('zones.rules') }}</h3>
        <rule-row v-for="(rule, place) in rules" :key="place" v-model="rules[place]" :shape="shapeOf(rule.rule)" :zones="named(false)" :lines="named(true)" @drop="rules.splice(place, 1)"></rule-row>
        <div class="shn-row shn-field"><select v-model="adding" name="adding" :aria-label="t('zones.rule')"><option value="">{{ t('zones.choose_rule') }}</option><option v-for="one in ruleShapes" :key="one.rule" :value="one.rule">{{ tk('kind', one.rule) }}{{ one.always ? ' · ' + t('zones.always') : '' }}</option></select><button class="shn-button small" type="button" data-role="add-rule" :disabled="!adding" @click="add">{{ t('zones.add_rule') }}</button></div>
        <p class="dim">{{ t('zones.always_about', { rules: always }) }}</p>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <template v-if="trial"><rule-trial :trial="trial"></rule-trial><footage-trial :camera="camera.id" :body="body"></footage-trial></template>
        <footer><button class="shn-button" type="button" data-role="try" :disabled="sending" @click="tryIt">{{ t('trial.try') }}</button><span class="grow"></span><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="save" :disabled="sending">{{ t('zones.save') }}</button></footer></form>
    </section>`,
  data() {
    const at = new Date().toISOString();
    return {
      picture: `${ROOT}/cameras/${encodeURIComponent(this.camera.id)}/preview${query({ at, width: 640 })}`,
      shapes: [], rules: [], ruleShapes: [], timeZone: "", chosen: -1, adding: "", loaded: false, fault: null, problem: "", sending: false, trial: null,
      kinds: KINDS, zoneRules: ZONE_RULES,
    };
  },
  computed: {
    path() {
      return `/installed/${encodeURIComponent(this.camera.id)}/watch`;
    },
    always() {
      return this.ruleShapes.filter((one) => one.always).map((one) => tk("kind", one.rule)).join("، ");
    },
  },
  async created() {
    try {
      this.take(await get(this.path));
      this.loaded = true;
      this.$nextTick(() => this.$refs.title.focus());
    } catch (fault) {
      this.fault = fault;
    }
  },
  methods: {
    t, tk,
    take(found) {
      this.shapes = [...found.zones.map(asZone), ...found.lines.map(asLine)];
      this.rules = found.rules;
      this.ruleShapes = found.shapes;
      this.timeZone = found.time_zone;
    },
    hoursOf(text) {
      return text.split(";").map((part) => part.trim()).filter(Boolean);
    },
    named(line) {
      return this.shapes.filter((shape) => shape.line === line).map((shape) => shape.name);
    },
    shapeOf(rule) {
      return this.ruleShapes.find((one) => one.rule === rule);
    },
    begin(line) {
      const stem = line ? t("zones.line") : t("zones.zone");
      const taken = this.shapes.map((shape) => shape.name);
      let number = 1;
      while (taken.includes(`${stem} ${number}`)) number += 1;
      const points = (line ? FRESH_LINE : FRESH).map((point) => [...point]);
      this.shapes.push({ name: `${stem} ${number}`, points, line, kinds: [], hours: [], rules: line ? [] : ["zone_entry"], loiter_s: 30, protected: false });
      this.chosen = this.shapes.length - 1;
      this.$nextTick(() => this.$el.querySelector("[data-corner='0']")?.focus());
    },
    drop(place) {
      const [gone] = this.shapes.splice(place, 1);
      this.rules = this.rules.filter((rule) => rule[gone.line ? "line" : "zone"] !== gone.name);
      this.chosen = -1;
    },
    add() {
      const shape = this.shapeOf(this.adding);
      this.rules.push({ rule: this.adding, zone: shape.zone === "must" ? this.named(false)[0] || "" : "", line: shape.line ? this.named(true)[0] || "" : "", enabled: true, sensitivity: "normal", after_s: null, people: null, away_m: null, hours: shape.hours === "must" ? ["22:00-05:00"] : [] });
      this.adding = "";
    },
    /** Return what is drawn and chosen, as it is saved or tried. */
    body() {
      const zones = this.shapes.filter((shape) => !shape.line).map(({ name, points, rules, kinds, loiter_s, hours, protected: guarded }) => ({ name, points, rules, kinds, loiter_s, hours, protected: guarded }));
      const lines = this.shapes.filter((shape) => shape.line).map(({ name, points, kinds, hours }) => ({ name, start: points[0], end: points[1], kinds, hours }));
      return { zones, lines, rules: this.rules };
    },
    save() {
      return this.asked(async () => {
        this.take(await put(this.path, this.body()));
        this.$emit("saved", this.camera.id);
      });
    },
    tryIt() {
      this.trial = null;
      return this.asked(async () => {
        this.trial = await post(`/installed/${encodeURIComponent(this.camera.id)}/trial`, this.body());
      });
    },
    async asked(request) {
      this.sending = true;
      this.problem = "";
      try {
        await request();
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.sending = false;
      }
    },
  },
};
