// How the machine, its workers and every camera are.

import { get } from "shanasheel-ui/api.js";
import { analysisOf, cameraStore, lookingCost, stateOf } from "shanasheel-ui/camera_store.js";
import { bitrate, bytes, clockTime, duration, number, percent } from "shanasheel-ui/format.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import shnEmpty from "shanasheel-ui/empty.js";
import vaultCard from "shanasheel-ui/vault_card.js";

const EVERY_MS = 3000;

export default {
  components: { shnEmpty, vaultCard },
  template: `
    <div class="shn-page status">
      <div class="shn-bar"><h1>{{ t('nav.status') }}</h1></div>
      <shn-empty v-if="!system" :loading="!fault" :fault="fault"></shn-empty>
      <div v-else class="shn-cards">
        <div v-for="card in cards" :key="card.name" class="shn-card figure" :class="card.tone"><span class="mi" aria-hidden="true">{{ card.icon }}</span><div><small>{{ card.name }}</small><b><bdi>{{ card.value }}</bdi></b></div><i v-if="card.share !== undefined" class="gauge"><i :style="{ inlineSize: Math.min(100, card.share * 100) + '%' }"></i></i></div>
      </div>
      <section class="shn-card"><h2>{{ t('status.cameras') }}</h2>
        <shn-empty v-if="!store.cameras.length" icon="videocam" :loading="!store.loaded" :fault="store.fault" :title="t('wall.empty')" :text="t('wall.empty_hint')"></shn-empty>
        <div v-else class="shn-scroll"><table class="shn-table" data-role="cameras"><thead><tr><th>{{ t('fact.camera') }}</th><th>{{ t('fact.state') }}</th><th>{{ t('fact.fps') }}</th><th>{{ t('fact.bitrate') }}</th><th>{{ t('fact.activity') }}</th><th>{{ t('fact.analysis') }}</th><th>{{ t('fact.pictures') }}</th><th>{{ t('fact.decoded') }}</th><th>{{ t('fact.searched') }}</th><th>{{ t('fact.looking_cost') }}</th><th>{{ t('fact.covered') }}</th><th>{{ t('fact.last_frame') }}</th></tr></thead>
          <tbody><tr v-for="camera in store.cameras" :key="camera.id"><td><a class="shn-link" :href="'/#' + encodeURIComponent(camera.id)">{{ cameraName(camera) }}</a> <bdi class="id">{{ camera.id }}</bdi></td>
            <td><i class="dot" :class="stateOf(camera).dot"></i>{{ tk('camera_state', stateOf(camera).name) }}<small v-if="camera.status?.state === 'lost'"> · {{ tk('cause', camera.status.cause) }} · <bdi class="num">{{ clockTime(camera.status.since) }}</bdi></small></td>
            <td class="num"><bdi>{{ number(camera.status?.fps, 1) }}</bdi></td><td><bdi class="num">{{ bitrate(camera.status?.bitrate_bps) }}</bdi></td>
            <td><span :class="camera.status?.active ? 'accent' : 'dim'">{{ camera.status?.active ? t('activity.active') : t('activity.quiet') }}</span></td>
            <td data-role="analysis" :class="{ bad: camera.status?.analysis === 'shed' }">{{ analysisOf(camera.status) }}</td>
            <td class="num" data-role="packets"><bdi>{{ number(camera.status?.packets) }}</bdi></td><td :title="number(camera.status?.decoded)"><span class="meter"><i :style="{ inlineSize: 100 * (camera.status?.decoded_share || 0) + '%' }"></i></span> <bdi class="num">{{ percent(camera.status?.decoded_share) }}</bdi></td>
            <td class="num" :title="number(camera.status?.detected)"><bdi>{{ percent(camera.status?.detected_share) }}</bdi></td><td class="num" data-role="cost"><bdi>{{ lookingCost(camera.status) }}</bdi></td>
            <td :class="{ bad: camera.status?.covered }">{{ camera.status?.covered ? t('yes') : t('no') }}</td><td><bdi class="num">{{ clockTime(camera.status?.last_frame_at) }}</bdi></td></tr></tbody></table></div>
      </section>
      <section v-if="system?.volumes?.length" class="shn-card"><h2>{{ t('status.volumes') }}</h2>
        <div class="shn-scroll"><table class="shn-table" data-role="volumes"><thead><tr><th>{{ t('status.volume') }}</th><th>{{ t('fact.state') }}</th><th>{{ t('status.free') }}</th></tr></thead>
          <tbody><tr v-for="volume in system.volumes" :key="volume.name"><td><bdi class="id">{{ volume.name }}</bdi> <bdi dir="ltr">{{ volume.path }}</bdi></td><td><i class="dot" :class="volumeDot(volume)"></i>{{ tk('volume_state', volume.state) }}<small v-if="volume.detail"> · <bdi dir="ltr">{{ volume.detail }}</bdi></small><small v-if="!volume.used"> · {{ t('volume_state.unused') }}</small></td>
            <td><span v-if="volume.total_bytes" class="meter"><i :style="{ inlineSize: 100 * volume.free_bytes / volume.total_bytes + '%' }"></i></span> <bdi class="num">{{ volume.total_bytes ? bytes(volume.free_bytes) : '–' }}</bdi></td></tr></tbody></table></div>
      </section>
      <vault-card></vault-card>
      <section v-if="system?.workers?.length" class="shn-card"><h2>{{ t('status.workers') }}</h2>
        <div class="shn-scroll"><table class="shn-table"><thead><tr><th>{{ t('status.worker') }}</th><th>{{ t('status.pid') }}</th><th>{{ t('fact.state') }}</th><th>{{ t('status.restarts') }}</th></tr></thead>
          <tbody><tr v-for="worker in system.workers" :key="worker.name"><td><bdi>{{ worker.name }}</bdi></td><td class="num">{{ worker.pid ?? '–' }}</td><td><i class="dot" :class="worker.state === 'running' ? 'ok' : 'bad'"></i>{{ tk('worker_state', worker.state) }}</td><td class="num" :class="{ warn: worker.restarts }">{{ worker.restarts }}</td></tr></tbody></table></div>
      </section>
    </div>`,
  data: () => ({ store: cameraStore(), system: null, fault: null }),
  computed: {
    cards() {
      const one = this.system;
      return [
        { icon: "memory", name: t("status.cpu"), value: percent(one.cpu_share), share: one.cpu_share, tone: one.cpu_share > 0.9 ? "bad" : "" },
        { icon: "developer_board", name: t("status.memory"), value: bytes(one.memory_bytes) },
        { icon: "storage", name: t("status.disk"), value: bytes(one.disk_free_bytes), tone: one.disk_free_bytes < 2 ** 30 ? "bad" : "" },
        { icon: "video_library", name: t("status.archive"), value: bytes(one.archive_bytes) },
        { icon: "movie", name: t("status.segments"), value: number(one.segments) },
        { icon: "link_off", name: t("status.gaps"), value: number(one.gaps) },
        { icon: "hourglass_disabled", name: t("status.shed"), value: duration(one.shed_s_24h), tone: one.shed_s_24h ? "bad" : "" },
        { icon: "schedule", name: t("status.uptime"), value: duration(one.uptime_s) },
      ];
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, EVERY_MS);
  },
  beforeUnmount() {
    clearInterval(this.timer);
  },
  methods: {
    t, tk, analysisOf, lookingCost, cameraName, stateOf, number, percent, bitrate, bytes, clockTime,
    volumeDot: (volume) => ({ ready: "ok", full: "warn" })[volume.state] || "bad",
    async load() {
      try {
        this.system = await get("/status");
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
    },
  },
};
