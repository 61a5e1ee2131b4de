// Exhibits: what was produced to which case, whether it is held, and handing it out as a bundle.

import { get, post, ROOT, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { bytes, dateTime, number } from "shanasheel-ui/format.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const POLL_MS = 500;

export default {
  components: { shnDialog, shnEmpty },
  template: `
    <section class="shn-card" id="exhibits">
      <h2>{{ t('exhibit.list') }}</h2><p class="dim">{{ t('exhibit.list_hint') }}</p>
      <shn-empty v-if="!items.length" icon="gavel" :title="t('exhibit.none')" :text="t('exhibit.none_hint')" :fault="fault"></shn-empty>
      <div v-else class="shn-scroll"><table class="shn-table" data-role="exhibits"><thead><tr><th>{{ t('exhibit.code') }}</th><th>{{ t('exhibit.case') }}</th><th>{{ t('fact.camera') }}</th><th>{{ t('proof.from') }}</th><th>{{ t('proof.until') }}</th><th>{{ t('proof.person') }}</th><th>{{ t('exhibit.state') }}</th><th></th></tr></thead>
        <tbody><tr v-for="one in items" :key="one.code" :data-exhibit="one.code"><td><bdi class="num">{{ one.code }}</bdi></td><td><bdi>{{ one.case }}</bdi><br><small class="dim"><bdi>{{ one.reason }}</bdi></small></td><td>{{ one.cameras.map(nameOf).join(' · ') }}</td><td><bdi class="num">{{ dateTime(one.start) }}</bdi></td><td><bdi class="num">{{ dateTime(one.end) }}</bdi></td><td><bdi>{{ one.by }}</bdi></td>
          <td><span v-if="one.held">{{ t('exhibit.held') }}</span><span v-else class="bad">{{ t('exhibit.not_held') }}</span><br><small class="dim">{{ one.handed_out.length ? t('exhibit.handed_out', { count: number(one.handed_out.length), time: dateTime(one.handed_out.at(-1).at) }) : t('exhibit.never') }}</small></td>
          <td><button class="shn-button small" type="button" data-deed="hand-out" :disabled="working" @click="handOut(one)"><span class="mi" aria-hidden="true">inventory_2</span>{{ t('exhibit.hand_out') }}</button></td></tr></tbody></table></div>
      <shn-dialog v-if="bundle" :title="t('exhibit.bundle', { code: bundle.exhibit })" @close="leave">
        <div data-role="bundle" :data-state="bundle.state">
          <p class="shn-callout"><span class="mi" aria-hidden="true">info</span><span>{{ t('exhibit.bundle_about') }}</span></p>
          <div v-if="working" class="shn-progress" role="progressbar" :aria-valuenow="bundle.done" :aria-valuemax="bundle.total"><i :style="{ inlineSize: share + '%' }"></i><bdi>{{ bundle.total ? Math.round(share) + '%' : t('exhibit.making') }}</bdi></div>
          <p v-if="bundle.fault" class="shn-fault" role="alert"><bdi>{{ bundle.fault }} {{ bundle.remedy }}</bdi></p>
          <template v-if="bundle.state === 'made'">
            <p v-if="bundle.uncosigned" class="shn-fault">{{ t('exhibit.uncosigned', { count: number(bundle.uncosigned) }) }}</p>
            <p v-if="bundle.left_out.length" class="dim">{{ t('exhibit.left_out') }} <bdi>{{ bundle.left_out.join('; ') }}</bdi></p>
            <p>{{ t('exhibit.both') }}</p>
          </template>
          <footer><button class="shn-button" type="button" @click="leave">{{ t('close') }}</button>
            <a v-if="bundle.state === 'made'" class="shn-button" :href="address('proof')" :download="bundle.proof" data-role="bundle-proof"><span class="mi" aria-hidden="true">verified</span>{{ t('exhibit.save_proof') }}</a>
            <a v-if="bundle.state === 'made'" class="shn-button primary" :href="address('file')" :download="bundle.name" data-role="bundle-file"><span class="mi" aria-hidden="true">download</span>{{ t('exhibit.save', { size: bytes(bundle.size_bytes) }) }}</a></footer>
        </div>
      </shn-dialog>
    </section>`,
  data: () => ({ store: cameraStore(), items: [], bundle: null, fault: null }),
  computed: {
    working() {
      return this.bundle?.state === "making";
    },
    share() {
      return this.bundle.total ? Math.min(100, (this.bundle.done / this.bundle.total) * 100) : 3;
    },
  },
  created() {
    this.load();
    this.timer = setInterval(this.load, 10000);
  },
  beforeUnmount() {
    clearInterval(this.timer);
    this.gone = true;
  },
  methods: {
    t, bytes, dateTime, number,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    address(what) {
      return `${ROOT}/bundles/${encodeURIComponent(this.bundle.id)}/${what}`;
    },
    async load() {
      try {
        [this.items, this.fault] = [(await get("/exhibits")).items, null];
        if (location.hash === "#exhibits" && !this.shown) this.$nextTick(() => this.$el.scrollIntoView());
        this.shown = true;
      } catch (fault) {
        this.fault = fault;
      }
    },
    async handOut(one) {
      try {
        this.bundle = await post(`/exhibits/${encodeURIComponent(one.code)}/bundles`, {});
        while (this.working && !this.gone) {
          await new Promise((done) => setTimeout(done, POLL_MS));
          if (!this.bundle) return;
          this.bundle = await get(`/bundles/${encodeURIComponent(this.bundle.id)}`);
        }
        this.load();
      } catch (problem) {
        this.bundle = { id: "", exhibit: one.code, state: "failed", done: 0, total: 0, fault: wordsOf(problem, t("fault.unreachable")), remedy: "" };
      }
    },
    leave() {
      this.bundle = null;
    },
  },
};
