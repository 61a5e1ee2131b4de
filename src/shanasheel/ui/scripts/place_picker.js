// Where something stands: by a click on a drawn plane, by arrow keys, or typed in degrees.

import { cameraStore } from "shanasheel-ui/camera_store.js";
import { BASRA, metresOf, niceLength, placeOf } from "shanasheel-ui/plane.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const WIDTH = 420;
const HEIGHT = 220;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export default {
  components: { labelled },
  props: { modelValue: { type: Object, default: null }, except: { type: String, default: "" }, fault: { type: String, default: "" } },
  emits: ["update:modelValue"],
  template: `
    <fieldset class="shn-group" data-role="place" :class="{ faulty: fault }"><legend>{{ t('place.title') }}</legend>
      <div class="shn-plane" dir="ltr" tabindex="0" role="application" :aria-label="t('place.pick')" @keydown="step">
        <svg ref="plane" viewBox="0 0 420 220" @click="pick" @wheel.prevent="wheel">
          <line v-for="x in grid(420)" :key="'x' + x" :x1="x" :x2="x" y1="0" y2="220"></line>
          <line v-for="y in grid(220)" :key="'y' + y" x1="0" x2="420" :y1="y" :y2="y"></line>
          <g v-for="camera in others" :key="camera.id" :transform="at(camera.place)" class="other"><circle r="5"></circle><text y="17" text-anchor="middle">{{ cameraName(camera) }}</text></g>
          <g v-if="modelValue" :transform="at(modelValue)" class="here"><path v-if="modelValue.heading_deg !== null && modelValue.heading_deg !== undefined" :transform="'rotate(' + modelValue.heading_deg + ')'" d="M0 0 L-22 -44 L22 -44 Z"></path><circle r="7"></circle></g>
        </svg>
        <span class="zoom"><button class="shn-icon" type="button" @click="zoom(1.6)" :title="t('map.nearer')"><span class="mi">add</span></button><button class="shn-icon" type="button" @click="zoom(1 / 1.6)" :title="t('map.farther')"><span class="mi">remove</span></button></span>
        <bdi class="scale" :dir="pageDir">{{ scale }}</bdi>
      </div>
      <small>{{ t('place.pick') }}</small>
      <div class="shn-row">
        <labelled :label="t('place.lat')"><input dir="ltr" type="number" step="any" min="-90" max="90" name="lat" :value="modelValue?.lat_deg ?? ''" @change="type('lat_deg', $event)"></labelled>
        <labelled :label="t('place.lon')"><input dir="ltr" type="number" step="any" min="-180" max="180" name="lon" :value="modelValue?.lon_deg ?? ''" @change="type('lon_deg', $event)"></labelled>
        <labelled :label="t('place.heading')"><input dir="ltr" type="number" step="any" min="0" max="359.9" name="heading" :disabled="!modelValue" :value="modelValue?.heading_deg ?? ''" @change="type('heading_deg', $event)"></labelled>
        <button v-if="modelValue" class="shn-button small" type="button" @click="$emit('update:modelValue', null)">{{ t('place.none') }}</button>
      </div>
      <small v-if="fault" class="bad" role="alert">{{ fault }}</small>
    </fieldset>`,
  data() {
    return { store: cameraStore(), metresPerPx: 4, middle: this.modelValue || null };
  },
  computed: {
    pageDir: () => document.documentElement.dir,
    others() {
      return this.store.cameras.filter((camera) => camera.place && camera.id !== this.except);
    },
    centre() {
      return this.middle || this.others[0]?.place || BASRA;
    },
    scale() {
      const metres = niceLength(60 * this.metresPerPx);
      return metres >= 1000 ? `${metres / 1000} ${t("unit.km")}` : `${metres} ${t("unit.m")}`;
    },
  },
  methods: {
    t,
    cameraName,
    at(place) {
      const [east, north] = metresOf(this.centre, place);
      return `translate(${WIDTH / 2 + east / this.metresPerPx} ${HEIGHT / 2 - north / this.metresPerPx})`;
    },
    grid(size) {
      const px = niceLength(60 * this.metresPerPx) / this.metresPerPx;
      const first = ((size / 2) % px);
      return Array.from({ length: Math.ceil((size - first) / px) }, (_, index) => first + index * px);
    },
    put(place) {
      this.$emit("update:modelValue", { heading_deg: null, view_angle_deg: 70, ...this.modelValue, ...place });
    },
    pick(event) {
      const box = this.$refs.plane.getBoundingClientRect();
      const scale = Math.max(WIDTH / box.width, HEIGHT / box.height); // as preserveAspectRatio "meet"
      const east = (event.clientX - box.left - box.width / 2) * scale * this.metresPerPx;
      const north = -(event.clientY - box.top - box.height / 2) * scale * this.metresPerPx;
      this.put(placeOf(this.centre, [east, north]));
    },
    step(event) {
      const turn = STEPS[event.key];
      if (!turn || event.target.tagName === "INPUT") return;
      event.preventDefault();
      const here = metresOf(this.centre, this.modelValue || this.centre);
      this.put(placeOf(this.centre, [here[0] + turn[0] * this.metresPerPx * 4, here[1] + turn[1] * this.metresPerPx * 4]));
    },
    type(name, event) {
      const value = event.target.value === "" ? null : Number(event.target.value);
      if (name === "heading_deg") return this.put({ heading_deg: value });
      if (value === null || !event.target.checkValidity()) return undefined;
      const place = { lat_deg: this.centre.lat_deg, lon_deg: this.centre.lon_deg, ...this.modelValue, [name]: value };
      this.middle = { lat_deg: place.lat_deg, lon_deg: place.lon_deg };
      return this.put(place);
    },
    zoom(factor) {
      this.middle = this.modelValue || this.centre;
      this.metresPerPx = Math.min(Math.max(this.metresPerPx / factor, 0.1), 2000);
    },
    wheel(event) {
      this.zoom(Math.exp(-Math.sign(event.deltaY) * 0.25));
    },
  },
};
