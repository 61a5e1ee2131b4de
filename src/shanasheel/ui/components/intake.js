// Footage that others hand in: files are sent, described, taken in, and listed.

import { get, wordsOf } from "shanasheel-ui/api.js";
import { refreshCameras } from "shanasheel-ui/camera_store.js";
import { bytes, number } from "shanasheel-ui/format.js";
import { abandon, again, cancel, sending } from "shanasheel-ui/sending.js";
import { t } from "shanasheel-ui/strings.js";
import intakeForm from "shanasheel-ui/intake_form.js";
import intakeList from "shanasheel-ui/intake_list.js";
import shnEmpty from "shanasheel-ui/empty.js";

const BUSY_MS = 1500;
const IDLE_MS = 10000;

export default {
  components: { intakeForm, intakeList, shnEmpty },
  template: `
    <div class="shn-page intake">
      <div class="shn-bar"><h1>{{ t('nav.intake') }}</h1></div>
      <shn-empty v-if="fault" :fault="fault"></shn-empty>
      <template v-else>
        <section class="shn-card">
          <label class="shn-drop" :class="{ over: dragging }" tabindex="0" data-role="drop" @keydown.enter.prevent="$refs.picker.click()" @keydown.space.prevent="$refs.picker.click()" @dragover.prevent="dragging = true" @dragleave="dragging = false" @drop.prevent="dragging = false; add($event.dataTransfer.files)">
            <span class="mi huge" aria-hidden="true">upload_file</span><strong>{{ t('intake.drop_here') }}</strong><span class="dim">{{ t('intake.drop_hint') }}</span>
            <input ref="picker" class="only-read" type="file" multiple tabindex="-1" data-role="picker" @change="add($event.target.files); $event.target.value = ''"></label>
          <ul v-if="files.length" class="shn-sending">
            <li v-for="one in files" :key="one.key" :data-file="one.name" :data-state="one.state">
              <div class="shn-row"><b><bdi>{{ one.name }}</bdi></b><span class="dim">{{ bytes(one.size) }}</span><span class="grow"></span>
                <button v-if="one.state === 'failed'" class="shn-button small" type="button" @click="again(one)">{{ t('intake.again') }}</button>
                <button class="shn-icon" type="button" @click="drop(one)" :aria-label="t('intake.drop')" :title="t('intake.drop')"><span class="mi" aria-hidden="true">close</span></button></div>
              <div v-if="one.state !== 'failed'" class="shn-progress" role="progressbar" :aria-label="one.name" aria-valuemin="0" aria-valuemax="100" :aria-valuenow="share(one)"><i :style="{ inlineSize: share(one) + '%' }"></i><bdi class="num">{{ one.waiting ? t('intake.waiting') : share(one) + '%' }}</bdi></div>
              <p v-if="one.problem" class="shn-fault" role="alert">{{ wordsOf(one.problem, t('fault.unreachable')) }}</p>
              <p v-if="one.sha256" class="shn-hash"><small>{{ t('intake.hash') }}</small> <bdi class="mono" dir="ltr" data-role="sha256">{{ one.sha256 }}</bdi> <button class="shn-link" type="button" @click="copy(one)">{{ copied === one.key ? t('copied') : t('copy') }}</button></p>
            </li>
          </ul>
          <intake-form v-if="files.length" :files="files" @ordered="ordered"></intake-form>
        </section>
        <intake-list :listed="listed" @changed="load"></intake-list>
      </template>
    </div>`,
  data: () => ({ files: [], listed: { orders: [], items: [] }, fault: null, dragging: false, copied: "", busy: true }),
  created() {
    this.load();
    window.addEventListener("pagehide", this.leave);
    window.addEventListener("beforeunload", this.warn);
  },
  beforeUnmount() {
    this.gone = true;
    clearTimeout(this.timer);
    window.removeEventListener("pagehide", this.leave);
    window.removeEventListener("beforeunload", this.warn);
    this.leave();
  },
  methods: {
    t, bytes, number, again, wordsOf,
    share: (one) => Math.floor((one.offset / Math.max(1, one.size)) * 100),
    add(list) {
      this.files.push(...[...list].map(sending));
    },
    drop(one) {
      cancel(one);
      this.files = this.files.filter((other) => other.key !== one.key);
    },
    leave() {
      this.files.forEach(abandon);
    },
    warn(event) {
      if (this.files.some((one) => one.state === "sending")) event.preventDefault();
    },
    ordered() {
      this.files = this.files.filter((one) => one.state !== "ordered");
      this.load();
    },
    async copy(one) {
      await navigator.clipboard?.writeText(one.sha256).catch(() => undefined);
      this.copied = one.key;
    },
    async load() {
      clearTimeout(this.timer);
      const before = this.listed.items.length;
      try {
        this.listed = await get("/intakes");
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
      if (this.listed.items.length !== before) refreshCameras();
      const busy = [...this.listed.orders, ...this.listed.items].some((one) => one.state === "waiting" || one.state === "working");
      if (!this.gone) this.timer = setTimeout(this.load, busy ? BUSY_MS : IDLE_MS);
    },
  },
};
