// Cameras where they stand, on a drawn plane: no tiles, no request to anyone.

import { get } from "shanasheel-ui/api.js";
import { cameraStore, stateOf } from "shanasheel-ui/camera_store.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { number } from "shanasheel-ui/format.js";
import { metresOf, niceLength, placeOf } from "shanasheel-ui/plane.js";
import { placeInWords, soundShapes } from "shanasheel-ui/sound_words.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import shnEmpty from "shanasheel-ui/empty.js";
import cameraPanel from "shanasheel-ui/camera_panel.js";
import holdDialog from "shanasheel-ui/hold_dialog.js";

const OPEN = new Set(["new", "acknowledged"]);
const CONE_PX = 74;

export default {
  components: { shnEmpty, cameraPanel, holdDialog },
  template: `
    <div class="shn-page map" :class="{ split: chosen }">
      <shn-empty v-if="!placed.length" icon="map" :loading="!store.loaded" :fault="store.fault" :title="t('map.empty')" :text="t('map.empty_hint')"></shn-empty>
      <div v-else class="shn-map" ref="box" dir="ltr">
        <svg :viewBox="'0 0 ' + width + ' ' + height" @wheel.prevent="wheel" @pointerdown="press" @pointermove="move" @pointerup="dragging = null" @pointercancel="dragging = null">
          <g class="grid">
            <line v-for="x in gridX" :key="'x' + x" :x1="x" :x2="x" y1="0" :y2="height"></line>
            <line v-for="y in gridY" :key="'y' + y" x1="0" :x2="width" :y1="y" :y2="y"></line>
          </g>
          <g v-for="one in sounds.lines" :key="one.key" class="sound" :data-sound-line="one.alert.id" role="link" tabindex="0" @click="openAlert(one.alert)" @keydown.enter="openAlert(one.alert)"><path :d="one.path" class="wide"></path><path :d="one.path"></path><title>{{ soundWords(one.alert) }}</title></g>
          <g v-for="one in sounds.circles" :key="one.key" class="sound" :data-sound="one.alert.id" role="link" tabindex="0" :aria-label="soundWords(one.alert)" @click="openAlert(one.alert)" @keydown.enter="openAlert(one.alert)"><circle :cx="one.x" :cy="one.y" :r="Math.max(one.r, 4)" class="error"></circle><circle :cx="one.x" :cy="one.y" r="3.5" class="middle"></circle><title>{{ soundWords(one.alert) }}</title></g>
          <g v-for="spot in spots" :key="spot.camera.id" :transform="'translate(' + spot.x + ' ' + spot.y + ')'" class="spot" :class="[spot.state.dot, { chosen: spot.camera.id === chosenId, alerting: spot.alerts }]"
             role="button" tabindex="0" :aria-label="cameraName(spot.camera)" :data-spot="spot.camera.id"
             @click="choose(spot.camera.id)" @keydown.enter="choose(spot.camera.id)">
            <path v-if="spot.cone" :d="spot.cone" class="cone"></path>
            <circle v-if="spot.alerts" r="11" class="pulse"></circle>
            <circle r="10" class="body"></circle>
            <text class="mi" text-anchor="middle" y="5.5">videocam</text>
            <g v-if="spot.alerts" transform="translate(9 -10)"><circle r="7.5" class="count"></circle><text text-anchor="middle" y="3.6" class="count">{{ spot.alerts }}</text></g>
            <text class="label" text-anchor="middle" y="27">{{ cameraName(spot.camera) }}</text>
            <title>{{ cameraName(spot.camera) }} — {{ tk('camera_state', spot.state.name) }}</title>
          </g>
        </svg>
        <div class="scale"><span :style="{ width: scale.px + 'px' }"></span><bdi>{{ scale.text }}</bdi></div>
        <div class="north" :title="t('map.north')"><span class="mi" aria-hidden="true">navigation</span><b>{{ t('map.n') }}</b></div>
        <div class="tools">
          <button class="shn-icon" type="button" @click="zoom(1.4)" :title="t('map.nearer')"><span class="mi">add</span></button>
          <button class="shn-icon" type="button" @click="zoom(1 / 1.4)" :title="t('map.farther')"><span class="mi">remove</span></button>
          <button class="shn-icon" type="button" @click="fit" :title="t('map.all')"><span class="mi">fit_screen</span></button>
          <button class="shn-icon" type="button" @click="freezing = freezePlace()" :title="t('hold.freeze_button')" data-role="freeze"><span class="mi">lock_clock</span></button>
        </div>
        <div class="legend" :dir="pageDir">
          <span><i class="dot ok"></i>{{ tk('camera_state', 'recording') }}</span><span><i class="dot bad"></i>{{ tk('camera_state', 'lost') }}</span>
          <span><i class="dot warn"></i>{{ tk('camera_state', 'starting') }}</span><span><i class="dot ring"></i>{{ t('map.alert') }}</span><span v-if="sounds.circles.length"><i class="dot heard"></i>{{ t('map.sound') }}</span><span v-if="sounds.lines.length"><i class="dash heard"></i>{{ t('map.sound_line') }}</span>
          <span v-if="unplaced.length" class="unplaced">{{ t('map.unplaced') }}
            <button v-for="camera in unplaced" :key="camera.id" type="button" class="shn-link" @click="choose(camera.id)"><i class="dot" :class="stateOf(camera).dot"></i>{{ cameraName(camera) }}</button></span>
        </div>
      </div>
      <hold-dialog v-if="freezing" :place="freezing" :span="freezeSpan" @close="freezing = null" @held="freezing = null"></hold-dialog>
      <aside v-if="chosen"><camera-panel :camera="chosen" @close="choose(null)"></camera-panel></aside>
    </div>`,
  data: () => ({ store: cameraStore(), width: 800, height: 600, centre: [0, 0], metresPerPx: 1, chosenId: null, dragging: null, alerts: {}, named: location.hash.slice(1), freezing: null, freezeSpan: [0, 0] }),
  computed: {
    pageDir: () => document.documentElement.dir,
    placed() {
      return this.store.cameras.filter((camera) => camera.place);
    },
    unplaced() {
      return this.store.cameras.filter((camera) => !camera.place);
    },
    chosen() {
      return this.store.cameras.find((camera) => camera.id === this.chosenId) || null;
    },
    middle() {
      const mean = (key) => this.placed.reduce((sum, camera) => sum + camera.place[key], 0) / Math.max(1, this.placed.length);
      return { lon_deg: mean("lon_deg"), lat_deg: mean("lat_deg") };
    },
    spots() {
      const byCamera = Object.values(this.alerts).filter((alert) => OPEN.has(alert.state));
      return this.placed.map((camera) => {
        const [x, y] = this.spotOf(camera.place);
        return {
          camera,
          x,
          y,
          state: stateOf(camera),
          cone: this.cone(camera.place),
          alerts: byCamera.filter((alert) => alert.camera === camera.id).length,
        };
      });
    },
    /** Sounds of open alerts, and of the one that the address names. */
    sounds() {
      const shown = Object.values(this.alerts).filter((alert) => OPEN.has(alert.state) || alert.id === this.named);
      return soundShapes(shown, this.spotOf, this.metresPerPx);
    },
    gridStep() {
      return niceLength(90 * this.metresPerPx);
    },
    gridX() {
      return this.gridLines(this.width, this.centre[0]);
    },
    gridY() {
      return this.gridLines(this.height, -this.centre[1]);
    },
    scale() {
      const metres = niceLength(110 * this.metresPerPx);
      const text = metres >= 1000 ? `${number(metres / 1000, 1)} ${t("unit.km")}` : `${number(metres, 1)} ${t("unit.m")}`;
      return { px: metres / this.metresPerPx, text };
    },
  },
  watch: {
    "placed.length"() {
      this.$nextTick(this.measure);
    },
  },
  async mounted() {
    this.stops = [onKeys({ Escape: () => this.choose(null), Equal: () => this.zoom(1.4), Minus: () => this.zoom(1 / 1.4), Digit0: this.fit }), on("alert", (alert) => { this.alerts[alert.id] = alert; })];
    this.observer = new ResizeObserver(this.resize);
    this.measure();
    const { items } = await get("/alerts?state=new&state=acknowledged&limit=100").catch(() => ({ items: [] }));
    for (const alert of items) this.alerts[alert.id] = alert;
    if (!this.named) return;
    const named = this.alerts[this.named] || (await get(`/alerts/${encodeURIComponent(this.named)}`).catch(() => null));
    if (!named) return;
    this.alerts[named.id] = named;
    this.fit();
  },
  beforeUnmount() {
    for (const stop of this.stops) stop();
    this.observer.disconnect();
  },
  methods: {
    t,
    tk,
    cameraName,
    stateOf,
    spotOf(place) {
      const [east, north] = metresOf(this.middle, place);
      return [this.width / 2 + (east - this.centre[0]) / this.metresPerPx, this.height / 2 - (north - this.centre[1]) / this.metresPerPx];
    },
    soundWords(alert) {
      return placeInWords(alert, (id) => cameraName(this.store.all.find((one) => one.id === id) || { id }));
    },
    openAlert(alert) {
      location.href = `/alerts#${alert.id}`;
    },
    /** Freeze around the chosen camera, else around the middle of the map; an hour back, eight ahead. */
    freezePlace() {
      const now_us = Date.now() * 1000;
      this.freezeSpan = [now_us - 3600e6, now_us + 8 * 3600e6];
      if (this.chosen?.place) return this.chosen.place;
      return placeOf(this.middle, this.centre);
    },
    measure() {
      if (!this.$refs.box) return;
      this.observer.observe(this.$refs.box);
      this.resize();
      this.fit();
    },
    resize() {
      if (!this.$refs.box) return;
      this.width = this.$refs.box.clientWidth || 800;
      this.height = this.$refs.box.clientHeight || 600;
    },
    fit() {
      const heard = (this.alerts[this.named]?.sounds || []).map((sound) => sound.place).filter(Boolean);
      const points = [...this.placed.map((camera) => camera.place), ...heard].map((place) => metresOf(this.middle, place));
      if (!points.length) return;
      const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
      const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      this.centre = [(west + east) / 2, (south + north) / 2];
      this.metresPerPx = Math.max((east - west) / Math.max(80, this.width - 260), (north - south) / Math.max(80, this.height - 260), 0.25);
    },
    cone({ heading_deg, view_angle_deg }) {
      if (heading_deg === null || heading_deg === undefined) return null;
      const half = (view_angle_deg || 70) / 2;
      const edge = (angle) => {
        const radians = (angle * Math.PI) / 180;
        return `${Math.sin(radians) * CONE_PX} ${-Math.cos(radians) * CONE_PX}`;
      };
      const large = half > 90 ? 1 : 0;
      return `M0 0 L${edge(heading_deg - half)} A${CONE_PX} ${CONE_PX} 0 ${large} 1 ${edge(heading_deg + half)} Z`;
    },
    gridLines(size, centre) {
      const lines = [];
      const from = centre - (size / 2) * this.metresPerPx;
      for (let at = Math.ceil(from / this.gridStep) * this.gridStep; lines.length < 200; at += this.gridStep) {
        const px = (at - from) / this.metresPerPx;
        if (px > size) break;
        lines.push(px);
      }
      return lines;
    },
    zoom(factor, x = this.width / 2, y = this.height / 2) {
      const before = this.metresPerPx;
      this.metresPerPx = Math.min(Math.max(before / factor, 0.02), 500);
      const moved = before - this.metresPerPx;
      this.centre = [this.centre[0] + (x - this.width / 2) * moved, this.centre[1] - (y - this.height / 2) * moved];
    },
    wheel(event) {
      this.zoom(Math.exp(-Math.sign(event.deltaY) * 0.2), event.offsetX, event.offsetY);
    },
    press(event) {
      if (event.target.closest(".spot, .sound")) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      this.dragging = { x: event.clientX, y: event.clientY, centre: [...this.centre] };
    },
    move(event) {
      if (!this.dragging) return;
      const { x, y, centre } = this.dragging;
      this.centre = [centre[0] - (event.clientX - x) * this.metresPerPx, centre[1] + (event.clientY - y) * this.metresPerPx];
    },
    choose(id) {
      this.chosenId = id;
    },
  },
};
