// The live wall: every camera at once, one big view, raw footage with a grant.

import { cameraStore, stateOf } from "shanasheel-ui/camera_store.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { cameraName, rtl, t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";
import cameraPanel from "shanasheel-ui/camera_panel.js";
import cameraTile from "shanasheel-ui/camera_tile.js";

const SIZES = [1, 4, 9, 16];

export default {
  components: { shnEmpty, cameraPanel, cameraTile },
  template: `
    <div class="shn-page wall">
      <div class="shn-bar" v-if="!chosen">
        <h1>{{ t('nav.wall') }}</h1>
        <span class="shn-tag" v-if="store.loaded && !store.stale"><i class="dot ok"></i>{{ t('wall.recording', { count: counts.recording, total: store.cameras.length }) }}</span>
        <span class="shn-tag bad" v-if="counts.lost"><i class="dot bad"></i>{{ t('wall.lost', { count: counts.lost }) }}</span>
        <span class="grow"></span>
        <span class="dim keys">{{ t('wall.keys') }}</span>
        <div class="shn-switch" role="group" :aria-label="t('wall.layout')">
          <button type="button" :class="{ on: wanted === 0 }" @click="setSize(0)">{{ t('wall.auto') }}</button>
          <button v-for="size in sizes" :key="size" type="button" :class="{ on: wanted === size }" @click="setSize(size)" class="num">{{ size }}</button>
        </div>
        <div class="shn-switch" v-if="pages > 1">
          <button type="button" @click="turn(-1)" :aria-label="t('page.before')"><span class="mi flip">chevron_left</span></button>
          <span class="num">{{ page + 1 }} / {{ pages }}</span>
          <button type="button" @click="turn(1)" :aria-label="t('page.after')"><span class="mi flip">chevron_right</span></button>
        </div>
      </div>
      <shn-empty v-if="!store.cameras.length" icon="videocam" :loading="!store.loaded" :fault="store.fault" :title="t('wall.empty')" :text="t('wall.empty_hint')"></shn-empty>
      <camera-panel v-else-if="chosen" :camera="chosen" big @close="choose(null)"></camera-panel>
      <div v-else class="shn-wall" :style="{ '--columns': columns, '--rows': rows }">
        <camera-tile v-for="(camera, index) in shown" :key="camera.id" :camera="camera" :number="index < 9 ? index + 1 : null" @open="choose(camera.id)"></camera-tile>
      </div>
    </div>`,
  data: () => ({ store: cameraStore(), wanted: 0, page: 0, chosenId: null, sizes: SIZES }),
  computed: {
    size() {
      return this.wanted || SIZES.find((size) => size >= this.store.cameras.length) || 16;
    },
    columns() {
      return Math.min(Math.sqrt(this.size), Math.max(1, this.store.cameras.length));
    },
    rows() {
      return Math.max(1, Math.ceil(this.shown.length / this.columns));
    },
    pages() {
      return Math.ceil(this.store.cameras.length / this.size);
    },
    shown() {
      return this.store.cameras.slice(this.page * this.size, (this.page + 1) * this.size);
    },
    chosen() {
      return this.store.cameras.find((camera) => camera.id === this.chosenId) || null;
    },
    counts() {
      const count = (state) => this.store.cameras.filter((camera) => stateOf(camera).name === state).length;
      return { recording: count("recording"), lost: count("lost") };
    },
  },
  created() {
    this.chosenId = decodeURIComponent(location.hash.slice(1)) || null;
    const keys = { Escape: () => this.choose(null), ArrowRight: () => this.step(rtl ? -1 : 1), ArrowLeft: () => this.step(rtl ? 1 : -1) };
    for (let digit = 1; digit <= 9; digit += 1) {
      keys[`Digit${digit}`] = keys[`Numpad${digit}`] = () => this.shown[digit - 1] && this.choose(this.shown[digit - 1].id);
    }
    this.stop = onKeys(keys);
  },
  beforeUnmount() {
    this.stop();
  },
  methods: {
    t,
    tk,
    cameraName,
    setSize(size) {
      this.wanted = size;
      this.page = 0;
    },
    turn(pages) {
      this.page = (this.page + pages + this.pages) % this.pages;
    },
    step(cameras) {
      if (!this.chosen) return this.pages > 1 ? this.turn(cameras) : undefined;
      const list = this.store.cameras;
      return this.choose(list[(list.indexOf(this.chosen) + cameras + list.length) % list.length].id);
    },
    choose(id) {
      this.chosenId = id;
      history.replaceState(history.state, "", id ? `#${encodeURIComponent(id)}` : location.pathname);
    },
  },
};
