// Stored footage of up to four cameras on one clock, with the time line of the day.

import { get, query } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { clockTime, longDate } from "shanasheel-ui/format.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { cameraName, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import countdown from "shanasheel-ui/countdown.js";
import footageView from "shanasheel-ui/footage_view.js";
import grantDialog from "shanasheel-ui/grant_dialog.js";
import holdDialog from "shanasheel-ui/hold_dialog.js";
import shnCalendar from "shanasheel-ui/calendar.js";
import shnEmpty from "shanasheel-ui/empty.js";
import timeline, { CAUSE_COLOURS } from "shanasheel-ui/timeline.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const MOST = 4;
const TICK_MS = 80;
const RELOAD_MS = 10000;
const NOTHING = { recorded: [], deleted: [], held: [], gaps: [], events: [], alerts: [] };

function dayOf(at_us) {
  const start = new Date(at_us / 1000);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1); // not 24 hours: a day may be shorter or longer
  return [start.getTime() * 1000, end.getTime() * 1000];
}

export default {
  components: { countdown, footageView, grantDialog, holdDialog, shnCalendar, shnEmpty, timeline },
  template: `
    <div class="shn-page playback" :data-position-us="Math.round(position)" :data-playing="playing">
      <div class="shn-bar">
        <h1>{{ t('nav.playback') }}</h1>
        <div class="shn-pop">
          <button class="shn-button" type="button" @click="calendar = !calendar" :aria-expanded="calendar" data-role="day"><span class="mi" aria-hidden="true">calendar_month</span>{{ dayName }}</button>
          <shn-calendar v-if="calendar" :day="dayDate" @pick="pickDay"></shn-calendar>
        </div>
        <div class="shn-chips" role="group" :aria-label="t('playback.cameras')">
          <button v-for="camera in store.all" :key="camera.id" type="button" class="shn-chip" :class="{ on: chosen.includes(camera.id) }" :aria-pressed="chosen.includes(camera.id)" :disabled="!chosen.includes(camera.id) && chosen.length >= most" @click="toggle(camera.id)">{{ cameraName(camera) }}</button>
        </div>
        <span class="grow"></span><span class="dim keys">{{ t('playback.keys') }}</span>
      </div>
      <shn-empty v-if="!store.all.length" icon="history" :loading="!store.loaded" :fault="store.fault" :title="t('wall.empty')" :text="t('wall.empty_hint')"></shn-empty>
      <shn-empty v-else-if="!cameras.length" icon="touch_app" :title="t('playback.choose')" :text="t('playback.choose_hint')"></shn-empty>
      <template v-else>
        <div class="shn-wall" :style="{ '--columns': cameras.length > 1 ? 2 : 1, '--rows': Math.ceil(cameras.length / 2) }">
          <div v-for="camera in cameras" :key="camera.id" class="shn-tile still">
            <footage-view ref="views" :camera="camera" :grant="grants[camera.id] || null" :gap="gapOf(camera.id)"></footage-view>
            <span class="caption"><b>{{ cameraName(camera) }}</b><bdi class="id">{{ camera.id }}</bdi><span class="grow"></span>
              <countdown v-if="grants[camera.id]" :key="grants[camera.id].id" :grant="grants[camera.id]" @expired="close(camera.id)"></countdown>
              <button v-if="!grants[camera.id]" class="shn-button small raw" type="button" @click="asking = camera"><span class="mi" aria-hidden="true">visibility</span>{{ t('raw.button') }}</button>
              <button v-else class="shn-button small" type="button" @click="close(camera.id)"><span class="mi" aria-hidden="true">shield</span>{{ t('raw.close') }}</button></span>
          </div>
        </div>
        <div class="shn-transport" dir="ltr">
          <button class="shn-icon" type="button" @click="jump(-10)" :title="t('playback.back')"><span class="mi">replay_10</span></button>
          <button class="shn-icon main" type="button" @click="toggleplay" :title="playing ? t('playback.pause') : t('playback.play')" data-role="play"><span class="mi">{{ playing ? 'pause' : 'play_arrow' }}</span></button>
          <button class="shn-icon" type="button" @click="jump(10)" :title="t('playback.forward')"><span class="mi">forward_10</span></button>
          <b class="num position" data-role="position">{{ clockTime(position) }}</b>
          <div class="shn-switch" role="group" :aria-label="t('playback.speed')"><button v-for="speed in speeds" :key="speed" type="button" class="num" :class="{ on: rate === speed }" @click="rate = speed">{{ speed }}×</button></div>
          <span class="grow"></span>
          <button class="shn-button small" type="button" @click="holding = true" data-role="hold-open"><span class="mi" aria-hidden="true">lock_clock</span>{{ t('hold.hold') }}</button>
          <button class="shn-icon" type="button" @click="$refs.line.zoom(0.5)" :title="t('playback.nearer')"><span class="mi">zoom_in</span></button>
          <button class="shn-icon" type="button" @click="$refs.line.zoom(2)" :title="t('playback.farther')"><span class="mi">zoom_out</span></button>
        </div>
        <timeline ref="line" :rows="rows" :day="day" :position="position" @seek="seek"></timeline>
        <div class="shn-legend"><span><i class="swatch" style="background:var(--recorded)"></i>{{ t('timeline.recorded') }}</span>
          <span v-for="cause in causes" :key="cause"><i class="swatch" :style="{ background: 'var(' + colours[cause] + ')' }"></i>{{ tk('cause', cause) }}</span>
          <span v-if="rows.some((row) => row.deleted.length)"><i class="swatch" style="background:var(--deleted)"></i>{{ t('timeline.deleted') }}</span>
          <span v-if="rows.some((row) => row.held.length)"><i class="swatch thin" style="background:var(--raw)"></i>{{ t('timeline.held') }}</span>
          <span><i class="dot bad"></i>{{ t('timeline.alert') }}</span><span><i class="dot info"></i>{{ t('timeline.event') }}</span>
          <span v-if="empty" class="warn">{{ t('playback.nothing') }}</span></div>
      </template>
      <hold-dialog v-if="holding" :cameras="cameras" :span="[position - 300e6, position + 300e6]" @close="holding = false" @held="holding = false; loadLines()"></hold-dialog>
      <grant-dialog v-if="asking" :camera="asking" @close="asking = null" @granted="see"></grant-dialog>
    </div>`,
  data() {
    const search = new URLSearchParams(location.search);
    const at = Number(search.get("at")) || (Date.now() - 60000) * 1000;
    return {
      store: cameraStore(), chosen: search.getAll("camera"), position: at, day: dayOf(at), lines: {}, grants: {}, asking: null, holding: false,
      playing: search.has("at"), sought: search.has("at"), landed: false, rate: 1, speeds: SPEEDS, most: MOST, calendar: false, colours: CAUSE_COLOURS,
    };
  },
  computed: {
    cameras() {
      return this.store.all.filter((camera) => this.chosen.includes(camera.id));
    },
    rows() {
      return this.cameras.map((camera) => ({ name: cameraName(camera), ...(this.lines[camera.id] || NOTHING) }));
    },
    causes() {
      return Object.keys(CAUSE_COLOURS).filter((cause) => this.rows.some((row) => row.gaps.some((gap) => gap.cause === cause)));
    },
    empty() {
      return this.cameras.every((camera) => this.lines[camera.id] && !this.lines[camera.id].recorded.length);
    },
    dayDate() {
      return new Date(this.day[0] / 1000);
    },
    dayName() {
      return longDate(this.day[0]);
    },
  },
  watch: {
    "store.loaded"() {
      this.begin();
    },
    chosen: "loadLines",
  },
  created() {
    this.stops = [
      on("alert", () => this.loadLines()),
      onKeys({
        Space: this.toggleplay, ArrowLeft: (event) => this.jump(event.shiftKey ? -60 : -5), ArrowRight: (event) => this.jump(event.shiftKey ? 60 : 5),
        Equal: () => this.$refs.line?.zoom(0.5), Minus: () => this.$refs.line?.zoom(2), BracketRight: () => this.turnRate(1), BracketLeft: () => this.turnRate(-1),
        Escape: () => { this.calendar = false; },
      }),
    ];
    if (this.store.loaded) this.begin();
    this.ticker = setInterval(this.tick, TICK_MS);
    this.reloader = setInterval(() => this.day[1] > Date.now() * 1000 && this.loadLines(), RELOAD_MS);
  },
  beforeUnmount() {
    for (const stop of this.stops) stop();
    clearInterval(this.ticker);
    clearInterval(this.reloader);
  },
  methods: {
    t, tk, cameraName, clockTime,
    begin() {
      if (!this.chosen.length && this.store.all.length) this.chosen = [this.store.all[0].id];
      else this.loadLines();
    },
    async loadLines() {
      const [from, to] = this.day;
      await Promise.all(this.chosen.map(async (id) => {
        const line = await get(`/cameras/${encodeURIComponent(id)}/timeline${query({ from, to })}`).catch(() => null);
        if (line && this.day[0] === from) this.lines[id] = line;
      }));
      this.land();
    },
    /** Start where there is footage: near the newest, unless the address asked for a moment. */
    land() {
      if (this.landed || this.sought) return;
      const spans = this.cameras.flatMap((camera) => this.lines[camera.id]?.recorded || []);
      if (!spans.length) return;
      this.landed = true;
      const inside = spans.some(([from, to]) => from <= this.position && this.position < to);
      const [from, to] = spans.reduce((best, span) => (span[1] > best[1] ? span : best));
      if (!inside) this.position = Math.max(from, to - 30e6);
      this.$nextTick(() => this.$refs.line?.zoom(1 / 48)); // half an hour around it, not the whole day
    },
    toggle(id) {
      this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
      history.replaceState(history.state, "", `/playback${query({ camera: this.chosen })}`);
    },
    pickDay(date) {
      this.calendar = false;
      const clock = this.position - this.day[0];
      this.day = dayOf(date.getTime() * 1000);
      this.lines = {};
      this.loadLines();
      this.seek(this.day[0] + clock);
    },
    gapOf(id) {
      return (this.lines[id]?.gaps || []).find((gap) => gap.start_us <= this.position && this.position < gap.end_us) || null;
    },
    seek(at_us) {
      this.position = Math.min(at_us, Date.now() * 1000);
      this.stalled_at = null;
      if (this.position < this.day[0] || this.position >= this.day[1]) {
        this.day = dayOf(this.position);
        this.lines = {};
        this.loadLines();
      }
    },
    jump(seconds) {
      this.seek(this.position + seconds * 1e6);
    },
    toggleplay() {
      this.playing = !this.playing;
    },
    turnRate(steps) {
      this.rate = SPEEDS[Math.min(Math.max(SPEEDS.indexOf(this.rate) + steps, 0), SPEEDS.length - 1)];
    },
    see(grant) {
      this.grants[this.asking.id] = grant;
      this.asking = null;
    },
    close(id) {
      delete this.grants[id];
    },
    /** Move the clock with the first camera that shows a picture; jump gaps, wait for loading. */
    tick() {
      const now = performance.now();
      const passed_us = (now - (this.ticked_at || now)) * 1000 * this.rate;
      this.ticked_at = now;
      const shown = (this.$refs.views || []).map((view) => view.sync(this.position, this.rate, this.playing));
      if (!this.playing || !shown.length) return;
      const lead = shown.find((one) => one.state === "ready");
      if (lead) this.followLead(lead, now);
      else if (shown.some((one) => one.state === "unplayable")) this.position += passed_us;
      else if (!shown.some((one) => one.state === "loading")) this.skipGap();
    },
    followLead(lead, now) {
      if (lead.seeking) return;
      if (lead.position_us > this.position + 1000) {
        this.position = lead.position_us;
        this.stalled_at = null;
        return;
      }
      this.stalled_at ??= now;
      if (now - this.stalled_at < 350) return;
      this.stalled_at = null;
      this.position = lead.after_hole_us ?? this.position + 300000; // a hole of a few pictures between segments
    },
    skipGap() {
      const starts = this.cameras.flatMap((camera) => (this.lines[camera.id]?.recorded || []).map(([from]) => from));
      const next = Math.min(...starts.filter((from) => from > this.position + 1000));
      if (Number.isFinite(next)) this.position = next + 1000;
      else this.playing = false;
    },
  },
};
