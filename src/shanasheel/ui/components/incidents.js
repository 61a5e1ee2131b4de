// Incidents: what people affirmed has happened, told by its alerts, with what is known and noted.

import { get, post, query, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { clockTime, dateTime, toUs } from "shanasheel-ui/format.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { KIND_ICONS } from "shanasheel-ui/reason.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import exhibitDialog from "shanasheel-ui/exhibit_dialog.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const FILTERS = ["open", "closed", "withdrawn", "all"];
const PAGE = 50;
const MARGIN_US = 60e6;
const ICONS = {
  opened: "flag", alert_added: "add_alert", alert_taken_out: "notifications_off", named: "edit", note: "sticky_note_2", closed: "inventory",
  reopened: "restart_alt", withdrawn: "undo",
};

export default {
  components: { exhibitDialog, shnDialog, shnEmpty },
  template: `
    <div class="shn-page alerts incidents">
      <section class="list">
        <div class="shn-bar"><h1>{{ t('nav.incidents') }}</h1></div>
        <div class="shn-switch wide" role="group" :aria-label="t('incident.filter')">
          <button v-for="one in filters" :key="one" type="button" :class="{ on: filter === one }" :aria-pressed="filter === one" @click="setFilter(one)">{{ tk('incident_filter', one) }}</button>
        </div>
        <shn-empty v-if="!items.length" icon="flag" :loading="!loaded" :fault="fault" :title="t('incident.empty')" :text="t('incident.empty_hint')"></shn-empty>
        <ul v-else class="shn-incidents shn-alert-list" data-role="incidents">
          <li v-for="one in items" :key="one.code"><button class="row" type="button" :class="{ on: one.code === chosen }" :aria-current="one.code === chosen" :data-incident="one.code" @click="choose(one.code)">
            <span class="mi" aria-hidden="true">{{ iconOf(one) }}</span>
            <span class="words"><strong>{{ nameOfIncident(one) }}</strong><small><bdi>{{ one.code }}</bdi> · <bdi class="num">{{ dateTime(one.start) }}</bdi> · {{ one.cameras.map(nameOf).join(' · ') }}</small></span>
            <span class="shn-tag" :class="'i-' + one.state">{{ tk('incident_state', one.state) }}</span></button></li>
        </ul>
        <button v-if="next" class="shn-button" type="button" @click="load(next)">{{ t('incident.more') }}</button>
      </section>
      <section v-if="detail" class="detail" :data-detail="detail.code" :data-state="detail.state">
        <header class="shn-bar"><span class="mi big" aria-hidden="true">{{ iconOf(detail) }}</span><h2>{{ nameOfIncident(detail) }}</h2>
          <button class="shn-icon" type="button" :title="t('incident.rename')" :aria-label="t('incident.rename')" data-deed="name" @click="ask('name')"><span class="mi" aria-hidden="true">edit</span></button>
          <span class="grow"></span><span class="shn-tag" :class="'i-' + detail.state">{{ tk('incident_state', detail.state) }}</span></header>
        <dl class="shn-facts">
          <div><dt>{{ t('incident.code') }}</dt><dd><bdi>{{ detail.code }}</bdi></dd></div>
          <div><dt>{{ t('incident.when') }}</dt><dd><bdi class="num">{{ dateTime(detail.start) }}</bdi> – <bdi class="num">{{ clockTime(detail.end) }}</bdi></dd></div>
          <div><dt>{{ t('incident.opened') }}</dt><dd><bdi>{{ detail.by }}</bdi> · <bdi class="num">{{ dateTime(detail.opened) }}</bdi></dd></div>
          <div v-if="detail.hold"><dt>{{ t('incident.footage') }}</dt><dd><span class="mi" aria-hidden="true">lock</span> {{ t('incident.held') }}</dd></div>
        </dl>
        <p v-if="problem && !asking" class="shn-fault" role="alert">{{ problem }}</p>
        <h3>{{ t('incident.alerts', { count: detail.alerts.length }) }}</h3>
        <p v-if="!detail.alerts.length" class="dim">{{ t('incident.none_left') }}</p>
        <ul v-else class="shn-cards" data-role="told">
          <li v-for="one in detail.alerts" :key="one.id" class="shn-card" :data-alert="one.code">
            <video :src="clipOf(one)" muted loop playsinline preload="metadata" controls controlslist="nodownload noremoteplayback" disablepictureinpicture dir="ltr"></video>
            <strong><span class="mi" aria-hidden="true">{{ icons[one.kind] || 'notifications' }}</span> {{ tk('kind', one.kind) }}</strong>
            <small><bdi class="num">{{ dateTime(one.start) }}</bdi> · {{ one.cameras.map(nameOf).join(' · ') }}</small>
            <span class="deeds"><a class="shn-link" :href="'/alerts#' + one.id"><bdi>{{ one.code }}</bdi></a><a v-for="camera in one.cameras" :key="camera" class="shn-link" :href="playback(camera, one)"><span class="mi" aria-hidden="true">history</span>{{ nameOf(camera) }}</a></span>
          </li>
        </ul>
        <div class="shn-decide">
          <button v-if="detail.state === 'open'" class="shn-button" type="button" data-deed="join" @click="ask('join')"><span class="mi" aria-hidden="true">add_alert</span>{{ t('incident.join') }}</button>
          <button v-if="detail.cameras.length" class="shn-button" type="button" data-deed="exhibit" @click="producing = true"><span class="mi" aria-hidden="true">gavel</span>{{ t('exhibit.open') }}</button>
          <span class="grow"></span>
          <button v-if="detail.state === 'open'" class="shn-button" type="button" data-deed="close" @click="ask('close')"><span class="mi" aria-hidden="true">inventory</span>{{ t('incident.close') }}</button>
          <button v-if="detail.state === 'closed'" class="shn-button" type="button" data-deed="reopen" @click="ask('reopen')"><span class="mi" aria-hidden="true">restart_alt</span>{{ t('incident.reopen') }}</button>
        </div>
        <h3>{{ t('incident.log') }}</h3>
        <ol class="shn-steps" data-role="log"><li v-for="line in detail.log" :key="line.id"><span class="mi" aria-hidden="true">{{ lineIcons[line.what] }}</span><div><strong>{{ tk('noted', line.what, { by: line.by }) }}</strong><span v-if="line.text" class="quote">{{ line.text }}</span><small><bdi class="num">{{ dateTime(line.at) }}</bdi></small></div></li></ol>
        <form class="shn-form" @submit.prevent="send('note', note)">
          <label class="shn-field">{{ t('incident.note') }}<textarea v-model.trim="note" name="note" rows="3" maxlength="4000"></textarea></label>
          <footer><button class="shn-button primary" type="submit" :disabled="!note || busy">{{ t('incident.note_add') }}</button></footer>
        </form>
      </section>
      <section v-else class="detail"><shn-empty icon="ads_click" :title="t('incident.choose')" :text="t('incident.choose_hint')"></shn-empty></section>
      <exhibit-dialog v-if="producing" :cameras="detail.cameras.map(cameraOf)" :span="spanOf(detail)" :incident="detail.code" @close="producing = false"></exhibit-dialog>
      <shn-dialog v-if="asking" :title="tk('incident_ask', asking, { code: detail.code })" @close="asking = ''">
        <form class="shn-form" @submit.prevent="send(asking, text)">
          <label v-if="asking === 'join'" class="shn-field">{{ t('incident.join_which') }}<select v-model="text" name="alert" required><option v-for="one in others" :key="one.id" :value="one.code">{{ one.code }} · {{ tk('kind', one.kind) }} · {{ nameOf(one.camera) }} · {{ dateTime(one.at) }}</option></select></label>
          <label v-else-if="asking === 'name'" class="shn-field">{{ t('incident.title') }}<input v-model.trim="text" name="text" maxlength="120" autocomplete="off"></label>
          <label v-else class="shn-field">{{ tk('incident_say', asking) }}<textarea v-model.trim="text" name="text" rows="3" maxlength="4000" required></textarea></label>
          <p v-if="asking === 'join' && !others.length" class="dim">{{ t('incident.join_none') }}</p>
          <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
          <footer><button class="shn-button" type="button" @click="asking = ''">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="busy || (!text && asking !== 'name')">{{ t('cameras.save') }}</button></footer>
        </form>
      </shn-dialog>
    </div>`,
  data: () => ({
    store: cameraStore(), filters: FILTERS, filter: "open", items: [], next: null, loaded: false, fault: null, chosen: "", detail: null,
    note: "", producing: false, asking: "", text: "", others: [], busy: false, problem: "", icons: KIND_ICONS, lineIcons: ICONS,
  }),
  created() {
    this.stops = [
      on("incident", this.hear),
      on("link", (up) => up && this.loaded && this.load()),
      onKeys({ KeyJ: () => this.step(1), ArrowDown: () => this.step(1), KeyK: () => this.step(-1), ArrowUp: () => this.step(-1), Escape: () => { this.asking = ""; } }),
    ];
    const wanted = decodeURIComponent(location.hash.slice(1));
    this.load().then(() => this.choose(wanted || this.items[0]?.code));
    this.onHash = () => this.choose(decodeURIComponent(location.hash.slice(1)));
    window.addEventListener("hashchange", this.onHash);
  },
  beforeUnmount() {
    for (const stop of this.stops) stop();
    window.removeEventListener("hashchange", this.onHash);
  },
  methods: {
    t, tk, dateTime, clockTime,
    cameraOf(id) {
      return this.store.all.find((one) => one.id === id) || { id };
    },
    nameOf(id) {
      return cameraName(this.cameraOf(id));
    },
    /** Return an incident's span with a minute before and after, but not beyond now. */
    spanOf: (one) => [toUs(one.start) - MARGIN_US, Math.min(toUs(one.end) + MARGIN_US, Date.now() * 1000)],
    nameOfIncident(one) {
      const kinds = [...new Set(one.alerts.map((alert) => tk("kind", alert.kind)))];
      return one.title || kinds.join(" · ") || one.code;
    },
    iconOf: (one) => KIND_ICONS[one.alerts[0]?.kind] || "flag",
    clipOf: (one) => `/api/v1/alerts/${encodeURIComponent(one.id)}/clip`,
    playback: (camera, one) => `/playback${query({ camera, at: toUs(one.start) })}`,
    async load(cursor = null) {
      try {
        const state = this.filter === "all" ? [] : [this.filter];
        const page = await get(`/incidents${query({ state, cursor, limit: PAGE })}`);
        this.items = cursor ? [...this.items, ...page.items] : page.items;
        [this.next, this.fault] = [page.next, null];
      } catch (fault) {
        this.fault = fault;
      } finally {
        this.loaded = true;
      }
    },
    async setFilter(filter) {
      this.filter = filter;
      await this.load();
      if (!this.items.some((one) => one.code === this.chosen)) this.choose(this.items[0]?.code);
    },
    hear(code) {
      this.load();
      if (code === this.chosen && !this.busy) this.open(code);
    },
    async choose(code) {
      if (!code || code === this.chosen) return;
      [this.chosen, this.problem, this.note] = [code, "", ""];
      history.replaceState(history.state, "", `#${encodeURIComponent(code)}`);
      await this.open(code);
    },
    async open(code) {
      try {
        const detail = await get(`/incidents/${encodeURIComponent(code)}`);
        if (this.chosen === code) this.detail = detail;
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
    },
    step(rows) {
      const index = this.items.findIndex((one) => one.code === this.chosen) + rows;
      this.choose(this.items[Math.min(Math.max(index, 0), this.items.length - 1)]?.code);
    },
    async ask(deed) {
      [this.asking, this.problem, this.text] = [deed, "", deed === "name" ? this.detail.title : ""];
      if (deed !== "join") return;
      const told = new Set(this.detail.alerts.map((one) => one.id));
      const page = await get(`/alerts${query({ state: ["confirmed"], limit: 100 })}`).catch(() => ({ items: [] }));
      this.others = page.items.filter((one) => !told.has(one.id));
      this.text = this.others[0]?.code || "";
    },
    async send(deed, text) {
      this.busy = true;
      this.problem = "";
      const [path, body] = deed === "join" ? ["alerts", { alert: text }] : [deed, { text }];
      try {
        this.detail = await post(`/incidents/${encodeURIComponent(this.detail.code)}/${path}`, { ...body, version: this.detail.version });
        this.asking = "";
        if (deed === "note") this.note = "";
        await this.load();
      } catch (problem) {
        this.problem = problem.status === 409 ? t("incident.conflict") : wordsOf(problem, t("fault.unreachable"));
        if (problem.status === 409) await this.open(this.detail.code);
      } finally {
        this.busy = false;
      }
    },
  },
};
