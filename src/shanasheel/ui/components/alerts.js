// Alerts: a list that grows by itself, and for each its story, its clip and a person's decision.

import { get, post, query, wordsOf } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { dateTime, percent, toUs } from "shanasheel-ui/format.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { KIND_ICONS, measurements, reason } from "shanasheel-ui/reason.js";
import { bestSound, placeInWords } from "shanasheel-ui/sound_words.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import alertKeys from "shanasheel-ui/alert_keys.js";
import alertList from "shanasheel-ui/alert_list.js";
import alertResponse from "shanasheel-ui/alert_response.js";
import alertStory from "shanasheel-ui/alert_story.js";
import alertTold from "shanasheel-ui/alert_told.js";
import { lookWords } from "shanasheel-ui/look_words.js";
import dismissDialog from "shanasheel-ui/dismiss_dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const FILTERS = ["open", "new", "acknowledged", "confirmed", "dismissed", "all"];
const STATES = { open: ["new", "acknowledged"], all: [] };
const NEXT = {
  new: ["acknowledged", "confirmed", "dismissed"],
  acknowledged: ["confirmed", "dismissed"],
  confirmed: ["dismissed"],
  dismissed: ["confirmed"],
};
const PAGE = 100;
const PASSING_MS = 60; // who steps on sooner does not want to read this one

export default {
  components: { alertKeys, alertList, alertResponse, alertStory, alertTold, dismissDialog, shnEmpty },
  template: `
    <div class="shn-page alerts">
      <section class="list">
        <div class="shn-bar">
          <h1>{{ t('nav.alerts') }}</h1><span class="grow"></span><button class="shn-button small keys" type="button" @click="helping = true">{{ t('alerts.keys') }} <kbd>?</kbd></button>
        </div>
        <div class="shn-switch wide" role="group" :aria-label="t('alerts.filter')">
          <button v-for="one in filters" :key="one" type="button" :class="{ on: filter === one }" :aria-pressed="filter === one" @click="setFilter(one)">{{ tk('filter', one) }}</button>
        </div>
        <shn-empty v-if="!items.length" icon="verified_user" :loading="!loaded" :fault="fault" :title="t('alerts.empty')" :text="t('alerts.empty_hint')"></shn-empty>
        <alert-list v-else ref="list" :items="items" :chosen="chosenId" :fresh="fresh" :more="Boolean(next)" :name-of="nameOf" @choose="choose" @open="openClip" @toggle="playOrPause" @more="loadMore"></alert-list>
      </section>
      <section class="detail" v-if="detail" :data-detail="detail.id" :data-state="detail.state">
        <header class="shn-bar">
          <span class="mi big" :class="detail.priority" aria-hidden="true">{{ icons[detail.kind] || 'notifications' }}</span>
          <h2>{{ reason(detail) }}</h2><span class="grow"></span>
          <span v-if="detail.state === 'new' && detail.escalation !== 'none'" class="shn-tag bad" data-role="escalated">{{ tk('escalation', detail.escalation) }}<template v-if="detail.escalated_to">: {{ tk('duty', detail.escalated_to) }}</template></span>
          <span class="shn-tag" :class="'s-' + detail.state">{{ tk('state', detail.state) }}</span>
        </header>
        <div v-if="detail.camera" class="clip" dir="ltr">
          <video ref="clip" :key="detail.id + clipCamera + detail.clip_end" :src="clipMissing ? undefined : clipUrl" :poster="detail.poster_url || undefined" controls controlslist="nodownload noremoteplayback" disablepictureinpicture loop playsinline @error="clipMissing = true" @loadedmetadata="play" data-role="clip"></video>
          <div v-if="clipMissing" class="shn-player-note" :dir="pageDir"><span class="mi" aria-hidden="true">movie</span><strong>{{ t('alerts.clip_missing') }}</strong><span>{{ t('alerts.clip_missing_hint') }}</span></div>
          <span class="shn-tag ok over"><span class="mi" aria-hidden="true">shield</span>{{ t('stream.shielded') }}</span>
        </div>
        <div class="shn-decide">
          <button v-for="state in choices" :key="state" class="shn-button" :class="'d-' + state" type="button" :disabled="busy" :data-decide="state" @click="decide(state)">
            <span class="mi" aria-hidden="true">{{ { acknowledged: 'done', confirmed: 'report', dismissed: 'block' }[state] }}</span>{{ tk('decide', state) }}<kbd>{{ { acknowledged: 'A', confirmed: 'C', dismissed: 'D' }[state] }}</kbd>
          </button>
          <span class="grow"></span>
          <a v-if="!detail.camera" class="shn-button" href="/proof"><span class="mi" aria-hidden="true">verified_user</span>{{ t('nav.proof') }}</a><a v-else class="shn-button" :href="playbackLink"><span class="mi" aria-hidden="true">history</span>{{ t('nav.playback') }}</a>
        </div>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <p v-if="detail.incident" class="shn-note" data-role="incident"><span class="mi" aria-hidden="true">flag</span> {{ t('alerts.incident') }} <a class="shn-link" :href="'/incidents#' + detail.incident.code"><bdi>{{ detail.incident.code }}</bdi> {{ detail.incident.title }}</a> <span class="shn-tag" :class="'i-' + detail.incident.state">{{ tk('incident_state', detail.incident.state) }}</span></p>
        <alert-response :alert="detail" :me="me"></alert-response>
        <alert-told :alert="detail"></alert-told>
        <div v-if="detail.good_picture_url || detail.picture_url" class="shn-pair" data-role="views">
          <figure v-if="detail.good_picture_url"><img :src="detail.good_picture_url" :alt="t('alerts.good_view')" data-view="good"><figcaption>{{ t('alerts.good_view') }}</figcaption></figure>
          <figure v-if="detail.picture_url"><img :src="detail.picture_url" :alt="pictureWords" data-view="now"><figcaption>{{ pictureWords }}</figcaption></figure>
        </div>
        <p v-if="detail.surroundings" class="shn-note" data-role="surroundings" :data-surroundings="detail.surroundings">{{ tk('surroundings', detail.surroundings, { same: detail.neighbours_same, near: detail.neighbours }) }}</p>
        <p v-if="soundPlace" class="shn-note" data-role="sound-place">{{ soundPlace }} <a v-if="onMap" class="shn-link" :href="onMap">{{ t('nav.map') }}</a></p>
        <div class="columns">
          <div><h3>{{ t('alerts.why') }}</h3>
            <dl class="shn-facts tall">
              <div><dt>{{ t('fact.camera') }}</dt><dd>{{ nameOf(detail.camera) }} <bdi class="id">{{ detail.camera }}</bdi></dd></div>
              <div><dt>{{ t('fact.at') }}</dt><dd><bdi>{{ dateTime(detail.at) }}</bdi></dd></div>
              <div v-if="detail.subject"><dt>{{ t('fact.subject') }}</dt><dd>{{ detail.subject }}</dd></div>
              <div><dt>{{ t('fact.priority') }}</dt><dd>{{ tk('priority', detail.priority) }}<small v-for="why in detail.urgency" :key="why" class="dim"> · {{ tk('urgency', why) }}</small></dd></div>
              <div><dt>{{ t('fact.confidence') }}</dt><dd><bdi>{{ percent(detail.confidence) }}</bdi></dd></div>
              <div v-for="[name, value] in measurements(detail)" :key="name"><dt>{{ name }}</dt><dd><bdi>{{ value }}</bdi></dd></div>
            </dl>
            <alert-story :alert="detail" :camera="clipCamera" :name-of="nameOf" @camera="clipOf = $event; clipMissing = false"></alert-story></div>
          <div><h3>{{ t('alerts.decisions') }}</h3>
            <ol class="shn-steps" data-role="decisions">
              <li><span class="mi" aria-hidden="true">sensors</span><div><strong>{{ t('alerts.raised') }}</strong><small><bdi>{{ dateTime(detail.raised) }}</bdi></small></div></li>
              <li v-for="one in detail.decisions || []" :key="one.id"><span class="mi" aria-hidden="true">person</span><div><strong>{{ tk('decided', one.after, { person: one.by }) }}</strong><span v-if="one.reason" class="quote">{{ one.reason }}</span><small><bdi>{{ dateTime(one.at) }}</bdi></small></div></li>
            </ol>
            <p v-if="!(detail.decisions || []).length" class="dim">{{ t('alerts.undecided') }}</p></div>
        </div>
      </section>
      <section v-else class="detail"><shn-empty icon="ads_click" :title="t('alerts.choose')" :text="t('alerts.choose_hint')"></shn-empty></section>
      <dismiss-dialog v-if="dismissing" :code="detail.code" :confirmed="detail.state === 'confirmed'" :busy="busy" :come="detail.look ? lookWords(detail.look, detail.detail.split('_')[0]) : ''" :problem="problem" @close="dismissing = false" @send="dismiss"></dismiss-dialog>
      <alert-keys v-if="helping" @close="helping = false"></alert-keys>
    </div>`,
  data: () => ({
    store: cameraStore(), filters: FILTERS, filter: "open", items: [], next: null, loaded: false, fault: null, chosenId: null, detail: null, me: "",
    busy: false, asking: null, problem: "", dismissing: false, helping: false, clipMissing: false, clipOf: "", fresh: new Set(), icons: KIND_ICONS,
  }),
  computed: {
    pageDir: () => document.documentElement.dir,
    choices() {
      return NEXT[this.detail?.state] || [];
    },
    clipCamera() {
      return this.detail.cameras.includes(this.clipOf) ? this.clipOf : this.detail.camera;
    },
    clipUrl() {
      return this.detail.clip_url + query({ camera: this.clipCamera });
    },
    pictureWords() {
      return t(this.detail.kind === "weapon_seen" ? "alerts.marked_person" : "alerts.present_view");
    },
    soundPlace() {
      return placeInWords(this.detail, this.nameOf);
    },
    onMap() {
      const sound = bestSound(this.detail);
      return sound && (sound.place || sound.line) ? `/map#${this.detail.id}` : null;
    },
    playbackLink() {
      return `/playback${query({ camera: this.clipCamera, at: toUs(this.detail.at) })}`;
    },
  },
  created() {
    this.stops = [
      on("alert", this.hear),
      on("link", (up) => up && this.loaded && this.load()),
      onKeys({
        KeyJ: () => this.step(1), ArrowDown: () => this.step(1), KeyK: () => this.step(-1), ArrowUp: () => this.step(-1),
        KeyA: () => this.decide("acknowledged"), KeyC: () => this.decide("confirmed"), KeyD: () => this.decide("dismissed"),
        Slash: () => { this.helping = true; }, Enter: () => this.openClip(this.chosenId), Space: this.playOrPause,
        Escape: () => { this.dismissing = this.helping = false; },
      }),
    ];
    get("/session").then((session) => { this.me = session.person?.name || ""; }).catch(() => undefined);
    const wanted = location.hash.slice(1);
    this.load().then(() => this.choose(wanted || this.items[0]?.id));
    this.onHash = () => this.choose(location.hash.slice(1));
    window.addEventListener("hashchange", this.onHash);
  },
  beforeUnmount() {
    for (const stop of this.stops) stop();
    window.removeEventListener("hashchange", this.onHash);
  },
  methods: {
    lookWords,
    t, tk, reason, measurements, dateTime, percent,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    matches(alert) {
      const states = STATES[this.filter] || [this.filter];
      return !states.length || states.includes(alert.state);
    },
    async load(cursor = null) {
      const filter = this.filter;
      try {
        const page = await get(`/alerts${query({ state: STATES[this.filter] || [this.filter], cursor, limit: PAGE })}`);
        if (filter !== this.filter) return; // another list is asked for by now
        const found = page.items.map(Object.freeze); // not watched field by field: there may be ten thousand
        const known = new Set(cursor ? this.items.map((one) => one.id) : []);
        this.items = cursor ? [...this.items, ...found.filter((one) => !known.has(one.id))] : found;
        this.next = page.next;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      } finally {
        this.loaded = true;
      }
    },
    /** Ask for the next page; who asks while one is on its way waits for the same. */
    loadMore() {
      if (!this.asking && this.next) this.asking = this.load(this.next).finally(() => { this.asking = null; });
      return this.asking;
    },
    async setFilter(filter) {
      this.filter = filter;
      await this.load();
      if (!this.items.some((alert) => alert.id === this.chosenId)) this.choose(this.items[0]?.id);
    },
    hear(alert) {
      const index = this.items.findIndex((one) => one.id === alert.id);
      if (index >= 0) {
        // Stays listed after a decision until the filter is set anew: rows must not jump away.
        this.items[index] = Object.freeze({ ...this.items[index], ...alert });
      } else if (this.matches(alert)) {
        const place = this.items.findIndex((one) => one.at <= alert.at);
        this.items.splice(place < 0 ? this.items.length : place, 0, Object.freeze(alert));
        this.fresh = new Set([...this.fresh, alert.id]);
      }
      if (alert.id === this.chosenId && (alert.version > (this.detail?.version || 0) || alert.escalation !== this.detail?.escalation)) this.open(alert.id);
      if (!this.chosenId) this.choose(alert.id);
    },
    async choose(id, focus = false) {
      if (!id) return;
      if (id !== this.chosenId) this.afterwards = null;
      this.chosenId = id;
      this.problem = "";
      this.clipMissing = false;
      this.clipOf = "";
      history.replaceState(history.state, "", `#${id}`);
      this.$refs.list?.show(this.items.findIndex((alert) => alert.id === id), focus);
      if (focus) await new Promise((resolve) => setTimeout(resolve, PASSING_MS));
      if (this.chosenId === id) await this.open(id);
    },
    async open(id) {
      try {
        const detail = await get(`/alerts/${encodeURIComponent(id)}`);
        if (this.chosenId !== id) return;
        this.detail = detail;
        if (this.afterwards && !this.busy) this.decide(this.afterwards);
      } catch (problem) {
        this.afterwards = null;
        this.problem = this.words(problem);
      }
    },
    async step(rows) {
      const place = () => this.items.findIndex((alert) => alert.id === this.chosenId) + rows;
      if (place() >= this.items.length) await this.loadMore();
      const wanted = this.items[Math.min(Math.max(place(), 0), this.items.length - 1)];
      if (wanted) this.choose(wanted.id, true);
    },
    async openClip(id) {
      if (id !== this.chosenId) await this.choose(id);
      this.$refs.clip?.focus();
      this.play();
    },
    decide(state) {
      // A key pressed while the last one is on its way counts, and it is for the chosen alert, never
      // for the one that is still shown while that is fetched.
      const early = this.busy || this.detail?.id !== this.chosenId;
      this.afterwards = early ? state : null;
      if (early || !this.choices.includes(state)) return;
      this.problem = "";
      if (state !== "dismissed") return void this.send(state, this.detail.state === "dismissed" ? t("alerts.real_after_all") : "");
      this.dismissing = true;
    },
    /** Dismiss; what came to a protected place may be held for known for some days, which is recorded. */
    async dismiss(why, days) {
      try {
        if (days) await post("/protected/known", { place: this.detail.subject, look: this.detail.look, reason: why, days });
      } catch (problem) {
        return void (this.problem = this.words(problem));
      }
      return this.send("dismissed", why);
    },
    async send(state, why) {
      this.busy = true;
      try {
        const alert = await this.decided(state, why);
        this.dismissing = false;
        this.hear(alert);
        await this.open(alert.id || this.detail.id);
      } catch (problem) {
        this.problem = problem.status === 409 ? t("alerts.conflict") : this.words(problem);
      } finally {
        this.busy = false;
        if (this.afterwards && !this.problem) this.decide(this.afterwards);
      }
    },
    /** Send a decision. More of the same does not hold up a confirmation, but a dismissal is looked at again. */
    async decided(state, reason) {
      const { id, state: seen } = this.detail; // another may be chosen while this is on its way
      let version = this.detail.version;
      const address = `/alerts/${encodeURIComponent(id)}`;
      for (let tries = 3; ; tries -= 1) {
        try {
          return await post(`${address}/decisions`, { state, reason, version });
        } catch (problem) {
          if (problem.status !== 409) throw problem;
          const now = await get(address);
          if (this.chosenId === id) this.detail = now;
          if (!tries || state === "dismissed" || now.state !== seen) throw problem;
          version = now.version;
        }
      }
    },
    words(problem) {
      return wordsOf(problem, t("fault.unreachable"));
    },
    play() {
      if (!this.$refs.clip) return;
      this.$refs.clip.muted = true;
      this.$refs.clip.play().catch(() => undefined);
    },
    playOrPause() {
      const clip = this.$refs.clip;
      if (clip?.paused) this.play();
      else clip?.pause();
    },
  },
};
