// Finding cameras on the network: search, log in, choose streams, add one or many.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { number } from "shanasheel-ui/format.js";
import { t } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const CLOCK_OFF_S = 2;

export default {
  components: { labelled },
  props: { suggest: { type: Function, required: true } },
  emits: ["saved", "close"],
  template: `
    <section class="shn-form" data-role="search">
      <h2 tabindex="-1" ref="title">{{ t('search.title') }}</h2>
      <form class="shn-row" @submit.prevent="search">
        <labelled :label="t('search.hosts')" :hint="t('search.hosts_hint')"><input v-model.trim="hosts" name="hosts" dir="ltr" maxlength="200" autocomplete="off" spellcheck="false"></labelled>
        <button class="shn-button primary" type="submit" :disabled="busy" data-role="search-start"><span class="mi" aria-hidden="true">wifi_find</span>{{ searching ? t('search.searching') : t('search.start') }}</button>
      </form>
      <p v-if="searched && !devices.length" class="dim" role="status">{{ t('search.nobody') }}</p>
      <template v-if="devices.length">
        <form class="shn-row" @submit.prevent="readChosen">
          <labelled :label="t('cameras.user')"><input v-model.trim="user" name="device_user" dir="ltr" maxlength="128" autocomplete="off" spellcheck="false"></labelled>
          <labelled :label="t('login.password')" :hint="t('search.login_hint')"><input v-model="password" name="device_password" type="password" dir="ltr" maxlength="128" autocomplete="new-password"></labelled>
          <button class="shn-button" type="submit" :disabled="busy || !chosen.length" data-role="read">{{ t('search.read', { count: chosen.length }) }}</button>
        </form>
        <ul class="shn-found">
          <li v-for="one in devices" :key="one.id" :data-device="one.id">
            <label class="shn-check"><input type="checkbox" v-model="one.chosen" :disabled="!one.service || one.added"><span><b>{{ one.name || one.host }}</b> <bdi class="id">{{ one.host }}</bdi><small>{{ [one.hardware, one.location].filter(Boolean).join(' · ') }}</small></span></label>
            <p v-if="!one.service" class="dim">{{ t('search.elsewhere') }}</p>
            <p v-if="one.fault" class="shn-fault" role="alert">{{ one.fault }}</p>
            <p v-if="one.added" class="shn-good" role="status"><span class="mi" aria-hidden="true">check_circle</span>{{ t('search.added', { camera: one.id_wanted }) }}</p>
            <template v-else-if="one.read">
              <p class="dim"><bdi>{{ one.read.maker }} {{ one.read.model }}</bdi><span v-if="off(one.read)" class="warn"> · {{ t('search.clock_off', { seconds: number(one.read.clock_offset_s) }) }}</span></p>
              <div class="shn-row">
                <labelled :label="t('search.stream')"><select v-model="one.token" name="stream"><option v-for="stream in one.read.streams" :key="stream.token" :value="stream.token">{{ words(stream) }}</option></select></labelled>
                <labelled :label="t('cameras.id')" :fault="one.id_fault"><input v-model.trim="one.id_wanted" name="found_id" dir="ltr" maxlength="32" autocomplete="off"></labelled>
                <labelled :label="t('cameras.name_ar')"><input v-model="one.name_ar" dir="rtl" maxlength="80" autocomplete="off"></labelled>
                <labelled :label="t('cameras.name_en')"><input v-model="one.name_en" dir="ltr" maxlength="80" autocomplete="off"></labelled>
              </div>
            </template>
          </li>
        </ul>
      </template>
      <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
      <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('close') }}</button>
        <button v-if="ready.length" class="shn-button primary" type="button" :disabled="busy" data-role="add-found" @click="addAll">{{ t('search.add', { count: ready.length }) }}</button></footer>
    </section>`,
  data: () => ({ hosts: "", user: "", password: "", devices: [], searched: false, searching: false, reading: false, fault: "" }),
  computed: {
    busy() {
      return this.searching || this.reading;
    },
    chosen() {
      return this.devices.filter((one) => one.chosen && !one.added);
    },
    ready() {
      return this.chosen.filter((one) => one.read?.streams.length);
    },
  },
  mounted() {
    this.$refs.title.focus();
  },
  methods: {
    t,
    number,
    off: (read) => read.clock_offset_s !== null && Math.abs(read.clock_offset_s) > CLOCK_OFF_S,
    words(stream) {
      const size = stream.width_px ? ` ${stream.width_px}×${stream.height_px}` : "";
      const rate = stream.rate ? ` · ${number(stream.rate)} ${t("fact.fps")}` : "";
      return `${stream.name || stream.token}: ${stream.encoding}${size}${rate}`;
    },
    async search() {
      this.searching = true;
      this.fault = "";
      try {
        const { items } = await post("/devices/searches", { hosts: this.hosts.split(/[\s,،]+/).filter(Boolean) });
        this.devices = items.map((one) => ({ ...one, chosen: items.length === 1 && one.service, read: null, fault: "", added: false, token: "", id_wanted: "", id_fault: "", name_ar: "", name_en: "" }));
        this.searched = true;
      } catch (problem) {
        this.fault = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.searching = false;
      }
    },
    /** One after another: a camera that locks accounts is asked once for each press. */
    async readChosen() {
      this.reading = true;
      const taken = [];
      for (const one of this.chosen) {
        one.fault = "";
        try {
          one.read = await post("/devices/streams", { device: one.id, user: this.user, password: this.password });
          one.token = one.read.streams[0]?.token || "";
          one.id_wanted ||= this.suggest(taken);
          taken.push(one.id_wanted);
          one.name_en ||= one.name;
          if (!one.read.streams.length) one.fault = t("search.no_stream");
        } catch (problem) {
          one.fault = wordsOf(problem, t("fault.unreachable"));
        }
      }
      this.reading = false;
    },
    async addAll() {
      this.reading = true;
      for (const one of this.ready) {
        one.id_fault = "";
        const body = { id: one.id_wanted, device: one.id, stream: one.token, user: this.user, password: this.password, name: one.name_en, name_ar: one.name_ar, place: one.read.place };
        try {
          await post("/installed", body);
          one.added = true;
          this.$emit("saved", null);
        } catch (problem) {
          one.id_fault = wordsOf(problem, t("fault.unreachable"));
        }
      }
      this.reading = false;
    },
  },
};
