// Where the ground lies in a camera's view: by points and their metres, or by how it hangs.

import { get, post, put, query, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { number } from "shanasheel-ui/format.js";
import { metresOf } from "shanasheel-ui/plane.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import groundCanvas from "shanasheel-ui/ground_canvas.js";
import groundPlan from "shanasheel-ui/ground_plan.js";
import labelled from "shanasheel-ui/labelled.js";
import shnEmpty from "shanasheel-ui/empty.js";

const FRESH = [[0.3, 0.9], [0.7, 0.9], [0.6, 0.5], [0.4, 0.5]];
const MOST = 32;
const SETTLE_MS = 200;
const NEAR_M = 500;

const fresh = (at) => ({ at: [...at], right_m: null, ahead_m: null });
const known = (point) => Number.isFinite(point.right_m) && Number.isFinite(point.ahead_m);
const centimetres = (metres) => Math.round(metres * 100) / 100;

export default {
  components: { groundCanvas, groundPlan, labelled, shnEmpty },
  props: { camera: { type: Object, required: true } },
  emits: ["saved", "close"],
  template: `
    <section class="shn-form shn-watch" data-role="ground-editor">
      <h2 tabindex="-1" ref="title">{{ t('ground.title', { camera: camera.id }) }}</h2>
      <shn-empty v-if="!loaded" icon="grid_on" :loading="!fault" :fault="fault"></shn-empty>
      <form v-else @submit.prevent="save(false)">
        <ground-canvas :picture="picture" :points="points" :grid="grid" :chosen="chosen" :fixed="mode === 'pose'" @choose="chosen = $event" @move="mark" @shape="aspect = $event" @failed="picture = ''"></ground-canvas>
        <p class="dim" data-role="legend">{{ grid ? t('ground.legend', { fine: number(grid.fine_m, 0), coarse: number(grid.coarse_m, 0) }) : t('ground.about') }} {{ picture ? '' : t('zones.no_picture') }}</p>
        <div class="shn-switch wide" role="group"><button v-for="one in ['points', 'pose']" :key="one" type="button" :class="{ on: mode === one }" :aria-pressed="mode === one" :data-mode="one" @click="mode = one; ask()">{{ one === 'points' ? t('ground.by_points') : t('ground.by_pose') }}</button></div>
        <template v-if="mode === 'points'">
          <p class="dim">{{ t('ground.keys') }}</p>
          <div class="shn-ground"><table><thead><tr><th></th><th>{{ t('ground.right') }}</th><th>{{ t('ground.ahead') }}</th><th v-if="place">{{ t('ground.coordinates') }}</th><th v-if="points.length > 4">{{ t('ground.error') }}</th><th></th></tr></thead>
            <tbody><tr v-for="(point, at) in points" :key="at" :class="{ on: at === chosen }" :data-row-point="at" @focusin="chosen = at"><th scope="row">{{ at + 1 }}</th>
              <td><input type="number" step="any" min="-10000" max="10000" dir="ltr" name="right" :aria-label="t('ground.right_of', { number: at + 1 })" :value="point.right_m ?? ''" @input="type(point, 'right_m', $event)"></td><td><input type="number" step="any" min="-10000" max="10000" dir="ltr" name="ahead" :aria-label="t('ground.ahead_of', { number: at + 1 })" :value="point.ahead_m ?? ''" @input="type(point, 'ahead_m', $event)"></td>
              <td v-if="place"><input dir="ltr" name="coordinates" placeholder="30.50851, 47.78042" :aria-label="t('ground.coordinates')" @change="paste(point, $event)"></td>
              <td v-if="points.length > 4" class="num" :data-error="at"><bdi>{{ errorOf(at) }}</bdi></td><td><button v-if="points.length > 4" class="shn-icon" type="button" :aria-label="t('zones.drop', { name: String(at + 1) })" data-role="drop-point" @click="drop(at)"><span class="mi" aria-hidden="true">delete</span></button></td></tr></tbody></table>
            <ground-plan :points="points" :chosen="chosen" :others="others" :standing="onMap" @choose="chosen = $event" @move="lay"></ground-plan></div>
          <div class="shn-row"><button class="shn-button small" type="button" data-role="more" :disabled="points.length >= most" @click="add"><span class="mi" aria-hidden="true">add</span>{{ t('ground.more') }}</button><small class="dim">{{ t('ground.more_about') }}</small></div>
        </template>
        <div v-else class="shn-row wrap"><labelled :label="t('ground.height')"><input v-model.number="pose.height_m" type="number" step="any" min="0.5" max="200" dir="ltr" name="height" @input="ask"></labelled><labelled :label="t('ground.tilt')" :hint="t('ground.tilt_about')"><input v-model.number="pose.tilt_deg" type="number" step="any" min="0.1" max="89.9" dir="ltr" name="tilt" @input="ask"></labelled><labelled :label="t('ground.wide')"><input v-model.number="pose.view_angle_deg" type="number" step="any" min="5" max="150" dir="ltr" name="wide" @input="ask"></labelled></div>
        <labelled :label="mode === 'pose' ? t('ground.looks') : t('ground.bearing')" :hint="t('ground.bearing_about')"><input type="number" step="any" min="0" max="359.9" dir="ltr" name="bearing" :value="bearing ?? ''" @input="bearing = numberOf($event.target.value); ask()"></labelled>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <footer><button v-if="kept" class="shn-button" type="button" data-role="forget" @click="save(true)">{{ t('ground.forget') }}</button><span class="grow"></span><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" data-role="save" :disabled="sending || !complete">{{ t('zones.save') }}</button></footer></form>
    </section>`,
  data() {
    const at = new Date().toISOString();
    return {
      picture: `${ROOT}/cameras/${encodeURIComponent(this.camera.id)}/preview${query({ at, width: 640 })}`, store: cameraStore(),
      points: FRESH.map(fresh), pose: { height_m: null, tilt_deg: null, view_angle_deg: null }, bearing: null, place: null, mode: "points", aspect: 16 / 9,
      grid: null, errors: [], chosen: 0, kept: false, loaded: false, fault: null, problem: "", sending: false, most: MOST, asked: 0,
    };
  },
  computed: {
    path() {
      return `/installed/${encodeURIComponent(this.camera.id)}/ground`;
    },
    complete() {
      return this.mode === "points" ? this.points.every(known) : Object.values(this.pose).every(Number.isFinite);
    },
    /** Metres are east and north of the camera. */
    onMap() {
      return Boolean(this.place) && this.bearing === 0;
    },
    others() {
      if (!this.onMap) return [];
      return this.store.cameras.filter((one) => one.place && one.id !== this.camera.id).map((one) => ({ name: cameraName(one), metres: metresOf(this.place, one.place) })).filter((one) => Math.hypot(...one.metres) < NEAR_M);
    },
  },
  async created() {
    try {
      const found = await get(this.path);
      this.place = found.place;
      if (found.place) this.pose.view_angle_deg = found.place.view_angle_deg;
      if (found.ground) this.take(found);
      this.loaded = true;
      this.$nextTick(() => this.$refs.title.focus());
    } catch (fault) {
      this.fault = fault;
    }
  },
  beforeUnmount() {
    clearTimeout(this.timer);
  },
  methods: {
    t, number,
    take(found) {
      this.points = found.ground.points.map((point) => ({ ...point, right_m: centimetres(point.right_m), ahead_m: centimetres(point.ahead_m) }));
      this.bearing = found.ground.ahead_deg;
      this.kept = true;
      this.told(found);
    },
    told(found) {
      this.grid = found.grid;
      this.errors = found.errors_m;
    },
    numberOf(text) {
      return text === "" ? null : Number(text);
    },
    errorOf(place) {
      const error = this.errors[place];
      return error === null || error === undefined ? "–" : t("ground.metres", { metres: number(error, 2) });
    },
    mark(place, at) {
      this.points[place].at = at;
      this.ask();
    },
    lay(place, [right_m, ahead_m]) {
      Object.assign(this.points[place], { right_m, ahead_m });
      this.ask();
    },
    type(point, name, event) {
      point[name] = this.numberOf(event.target.value);
      this.ask();
    },
    /** Coordinates of a map become metres east and north of the camera. */
    paste(point, event) {
      const degrees = event.target.value.split(/[,،\s]+/).filter(Boolean).map(Number);
      if (degrees.length !== 2 || !degrees.every(Number.isFinite)) return void (this.problem = event.target.value ? t("ground.no_coordinates") : "");
      const [right_m, ahead_m] = metresOf(this.place, { lat_deg: degrees[0], lon_deg: degrees[1] }).map(centimetres);
      Object.assign(point, { right_m, ahead_m });
      this.bearing = 0;
      this.ask();
    },
    add() {
      this.points.push(fresh([0.5, 0.7]));
      this.chosen = this.points.length - 1;
      this.grid = null;
      this.$nextTick(() => this.$el.querySelector(`[data-point='${this.chosen}']`)?.focus());
    },
    drop(place) {
      this.points.splice(place, 1);
      this.chosen = -1;
      this.ask();
    },
    body() {
      const pose = this.mode === "pose" ? { ...this.pose, aspect: this.aspect } : null;
      return { points: pose ? [] : this.points, pose, ahead_deg: this.bearing };
    },
    /** Ask what this would mean, once the hand rests. */
    ask() {
      clearTimeout(this.timer);
      this.asked += 1;
      const asked = this.asked;
      this.problem = "";
      if (!this.complete) return void this.told({ grid: null, errors_m: [] });
      this.timer = setTimeout(async () => {
        try {
          const found = await post(`${this.path}/trials`, this.body());
          if (asked === this.asked) this.told(found);
        } catch (problem) {
          if (asked !== this.asked) return;
          this.told({ grid: null, errors_m: [] });
          this.problem = wordsOf(problem, t("fault.unreachable"));
        }
      }, SETTLE_MS);
    },
    async save(forget) {
      this.sending = true;
      this.problem = "";
      try {
        await put(this.path, forget ? {} : this.body());
        this.$emit("saved", this.camera.id);
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.sending = false;
      }
    },
  },
};
