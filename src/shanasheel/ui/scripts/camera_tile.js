// One camera on the wall: picture, name, state and the measured age of the picture.

import { stateOf } from "shanasheel-ui/camera_store.js";
import { clockTime, number } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import liveView from "shanasheel-ui/live_view.js";

export default {
  components: { liveView },
  props: { camera: { type: Object, required: true }, number: { type: Number, default: null } },
  emits: ["open"],
  template: `
    <button class="shn-tile" type="button" :class="state.name" @click="$emit('open')" :data-tile="camera.id" :aria-label="cameraName(camera)">
      <live-view :camera="camera" @state="delayMs = $event.delayMs"></live-view>
      <span class="caption">
        <i class="dot" :class="state.dot" :title="tk('camera_state', state.name)"></i>
        <b>{{ cameraName(camera) }}</b><bdi class="id" v-if="cameraName(camera) !== camera.id">{{ camera.id }}</bdi>
        <span class="grow"></span>
        <span v-if="camera.status?.active" class="mi active" :title="t('camera.active')">directions_walk</span>
        <bdi v-if="delayMs !== null" class="num delay" :class="{ slow: delayMs > 3000 }" :title="t('camera.delay')">{{ t('camera.delay_s', { seconds: seconds }) }}</bdi>
      </span>
      <span class="tags">
        <span v-if="camera.status?.covered" class="shn-tag bad"><span class="mi" aria-hidden="true">visibility_off</span>{{ t('camera.covered') }}</span>
        <span v-for="kind in (camera.status?.tampering || []).filter((one) => one !== 'camera_covered')" :key="kind" class="shn-tag bad" :data-tampering="kind"><span class="mi" aria-hidden="true">pan_tool</span>{{ tk('kind', kind) }}</span>
        <span v-if="camera.status?.analysis === 'shed'" class="shn-tag bad" data-role="shed"><span class="mi" aria-hidden="true">hourglass_disabled</span>{{ t('camera.shed', { time: clockTime(camera.status.shed_since) }) }}</span>
        <span v-if="camera.status?.analysis === 'off'" class="shn-tag">{{ tk('analysis', 'off') }}</span>
        <span v-if="camera.sample" class="shn-tag">{{ t('camera.sample') }}</span>
      </span>
      <kbd v-if="number" class="key">{{ number }}</kbd>
    </button>`,
  data: () => ({ delayMs: null }),
  computed: {
    state() {
      return stateOf(this.camera);
    },
    seconds() {
      return number(Math.max(0, this.delayMs) / 1000, 1);
    },
  },
  methods: { t, tk, cameraName, clockTime },
};
