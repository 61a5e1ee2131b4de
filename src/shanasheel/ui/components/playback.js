// Stored footage of up to nine cameras on one clock, with one time line for all cameras.

import { get, query } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { clockTime, longDate } from "shanasheel-ui/format.js";
import { onKeys } from "shanasheel-ui/keys.js";
import { PlayClock, SPEEDS } from "shanasheel-ui/play_clock.js";
import { cameraName, rtl, t, tk } from "shanasheel-ui/strings.js";
import { CAUSE_COLOURS } from "shanasheel-ui/timeline_paint.js";
import { on } from "shanasheel-ui/updates.js";
import countdown from "shanasheel-ui/countdown.js";
import exhibitDialog from "shanasheel-ui/exhibit_dialog.js";
import exportDialog from "shanasheel-ui/export_dialog.js";
import footageView from "shanasheel-ui/footage_view.js";
import gotoDialog from "shanasheel-ui/goto_dialog.js";
import grantDialog from "shanasheel-ui/grant_dialog.js";
import holdDialog from "shanasheel-ui/hold_dialog.js";
import keysDialog from "shanasheel-ui/keys_dialog.js";
import shnCalendar from "shanasheel-ui/calendar.js";
import shnEmpty from "shanasheel-ui/empty.js";
import timeline from "shanasheel-ui/timeline.js";

const MOST = 9;
const TICK_MS = 60;
const SEARCH_US = [3600e6, 86400e6, 30 * 86400e6]; // how far ahead an event is looked for, in turns

export default {
  components: { countdown, exhibitDialog, exportDialog, footageView, gotoDialog, grantDialog, holdDialog, keysDialog, shnCalendar, shnEmpty, timeline },
  template: `
    <div class="shn-page playback" :data-position-us="Math.round(clock.position)" :data-playing="clock.playing" :data-rate="clock.rate">
      <div class="shn-bar">
        <h1>{{ t('nav.playback') }}</h1>
        <div class="shn-pop">
          <button class="shn-button" type="button" @click="calendar = !calendar" :aria-expanded="calendar" data-role="day"><span class="mi" aria-hidden="true">calendar_month</span>{{ dayName }}</button>
          <shn-calendar v-if="calendar" :day="dayDate" @pick="pickDay"></shn-calendar>
        </div>
        <div class="shn-chips" role="group" :aria-label="t('playback.cameras')">
          <button v-for="camera in cameras" :key="camera.id" type="button" class="shn-chip on" @click="toggle(camera.id)" :title="t('playback.remove')">{{ cameraName(camera) }}<span class="mi" aria-hidden="true">close</span></button>
        </div>
        <span class="grow"></span>
        <input v-if="store.all.length > 4" ref="filter" v-model="filter" type="search" :placeholder="t('playback.filter')" :aria-label="t('playback.filter')" @keydown.enter="takeFirst" @keydown.esc="filter = ''">
        <button class="shn-button small" type="button" @click="open = 'keys'" data-role="help"><span class="mi" aria-hidden="true">keyboard</span>{{ t('keys.button') }}<kbd>?</kbd></button>
      </div>
      <shn-empty v-if="!store.all.length" icon="history" :loading="!store.loaded" :fault="store.fault" :title="t('wall.empty')" :text="t('wall.empty_hint')"></shn-empty>
      <template v-else>
        <shn-empty v-if="!cameras.length" icon="touch_app" :title="t('playback.choose')" :text="t('playback.choose_hint')"></shn-empty>
        <div v-else class="shn-wall" :style="{ '--columns': columns, '--rows': Math.ceil(cameras.length / columns) }">
          <div v-for="camera in cameras" :key="camera.id" class="shn-tile still">
            <footage-view ref="views" :camera="camera" :grant="grants[camera.id] || null" :gap="gapOf(camera.id)"></footage-view>
            <span class="caption"><b>{{ cameraName(camera) }}</b><bdi class="id">{{ camera.id }}</bdi><span class="grow"></span>
              <countdown v-if="grants[camera.id]" :key="grants[camera.id].id" :grant="grants[camera.id]" @expired="close(camera.id)"></countdown>
              <button v-if="!grants[camera.id]" class="shn-button small raw" type="button" @click="asking = camera"><span class="mi" aria-hidden="true">visibility</span>{{ t('raw.button') }}</button>
              <button v-else class="shn-button small" type="button" @click="close(camera.id)"><span class="mi" aria-hidden="true">shield</span>{{ t('raw.close') }}</button></span>
          </div>
        </div>
        <div class="shn-transport" dir="ltr">
          <button v-for="one in before" :key="one.icon" class="shn-icon" type="button" @click="one.act" :title="one.title" :aria-label="one.title" :data-role="one.role"><span class="mi" aria-hidden="true">{{ one.icon }}</span></button>
          <button class="shn-icon main" type="button" @click="toggleplay" :title="clock.playing ? t('playback.pause') : t('playback.play')" data-role="play"><span class="mi">{{ clock.playing ? 'pause' : 'play_arrow' }}</span></button>
          <button v-for="one in after" :key="one.icon" class="shn-icon" type="button" @click="one.act" :title="one.title" :aria-label="one.title" :data-role="one.role"><span class="mi" aria-hidden="true">{{ one.icon }}</span></button>
          <b class="num position" data-role="position">{{ clockTime(clock.position) }}</b>
          <div class="shn-switch" role="group" :aria-label="t('playback.speed')"><button v-for="speed in speeds" :key="speed" type="button" class="num" :class="{ on: clock.rate === speed }" :aria-pressed="clock.rate === speed" @click="clock.rate = speed">{{ speed }}×</button></div>
          <span v-if="clock.rate < 0" class="num accent">{{ clock.rate }}×</span>
          <span class="grow"></span>
          <button class="shn-button small" type="button" :class="{ on: marks[0] !== null }" @click="setMark(0)" data-role="mark-in">{{ t('playback.in') }}<kbd>I</kbd></button>
          <button class="shn-button small" type="button" :class="{ on: marks[1] !== null }" @click="setMark(1)" data-role="mark-out">{{ t('playback.out') }}<kbd>O</kbd></button>
          <button class="shn-button small" type="button" :disabled="!span || !cameras.length" @click="open = 'export'" :title="span ? '' : t('export.mark_first')" data-role="export-open"><span class="mi" aria-hidden="true">download</span>{{ t('export.button') }}</button>
          <button class="shn-button small" type="button" :disabled="!cameras.length" @click="open = 'hold'" data-role="hold-open"><span class="mi" aria-hidden="true">lock_clock</span>{{ t('hold.hold') }}</button>
          <button class="shn-button small" type="button" :disabled="!span || !cameras.length" @click="open = 'exhibit'" data-role="exhibit-open"><span class="mi" aria-hidden="true">gavel</span>{{ t('exhibit.open') }}</button>
          <button class="shn-icon" type="button" @click="$refs.line.zoom(0.5)" :title="t('playback.nearer')"><span class="mi">zoom_in</span></button>
          <button class="shn-icon" type="button" @click="$refs.line.zoom(2)" :title="t('playback.farther')"><span class="mi">zoom_out</span></button>
        </div>
        <timeline ref="line" :rows="rows" :chosen="chosen" :position="clock.position" :marks="marks" @seek="seek" @play="playAt" @toggle="toggle" @loaded="take"></timeline>
        <div class="shn-legend"><span v-for="[colour, words] in legend" :key="colour"><i class="swatch" :style="{ background: 'var(' + colour + ')' }"></i>{{ words }}</span>
          <span><i class="dot bad"></i>{{ t('timeline.alert') }}</span><span><i class="dot info"></i>{{ t('timeline.event') }}</span></div>
      </template>
      <exhibit-dialog v-if="open === 'exhibit'" :cameras="cameras" :span="span" @close="open = ''" @made="$refs.line.ask()"></exhibit-dialog>
      <hold-dialog v-if="open === 'hold'" :cameras="cameras" :span="span || [clock.position - 300e6, clock.position + 300e6]" @close="open = ''" @held="open = ''; $refs.line.ask()"></hold-dialog>
      <export-dialog v-if="open === 'export' && span" :cameras="cameras" :grants="grants" :span="span" @close="open = ''"></export-dialog>
      <goto-dialog v-if="open === 'goto'" :at="clock.position" @close="open = ''" @pick="(at) => { open = ''; seek(at); }"></goto-dialog>
      <keys-dialog v-if="open === 'keys'" @close="open = ''"></keys-dialog>
      <grant-dialog v-if="asking" :camera="asking" @close="asking = null" @granted="see"></grant-dialog>
    </div>`,
  data() {
    const search = new URLSearchParams(location.search);
    const at = Number(search.get("at")) || (Date.now() - 60000) * 1000;
    const clock = new PlayClock(at, { skip: (from) => this.nextRecorded(from) });
    clock.playing = search.has("at");
    return {
      store: cameraStore(), chosen: search.getAll("camera"), clock, told: null, grants: {}, asking: null, open: "", filter: "",
      marks: [null, null], sought: search.has("at"), landed: false, speeds: SPEEDS, calendar: false,
    };
  },
  computed: {
    cameras() {
      return this.store.all.filter((camera) => this.chosen.includes(camera.id));
    },
    columns() {
      return Math.ceil(Math.sqrt(this.cameras.length));
    },
    /** Every camera has a row; those that play stand first. */
    rows() {
      const wanted = this.filter.trim().toLowerCase();
      const others = this.store.all.filter((camera) => !this.chosen.includes(camera.id) && `${camera.id} ${cameraName(camera)}`.toLowerCase().includes(wanted));
      return [...this.cameras, ...others].map((camera) => ({ id: camera.id, name: cameraName(camera) }));
    },
    lines() {
      return Object.fromEntries((this.told?.items || []).map((line) => [line.camera, line]));
    },
    legend() {
      const lines = Object.values(this.lines);
      const causes = Object.keys(CAUSE_COLOURS).filter((cause) => lines.some((line) => line.gaps.some((gap) => gap[2] === cause)));
      const shed = ["overload", "late"].filter((cause) => lines.some((line) => line.shed.some((one) => one[2] === cause)));
      const seen = (name) => lines.some((line) => line[name].length);
      return [
        ["--recorded", t("timeline.recorded")], ["--shielded", t("timeline.shielded")],
        ...(seen("active") ? [["--activity", t("timeline.active")]] : []), ...(seen("deleted") ? [["--deleted", t("timeline.deleted")]] : []),
        ...(shed.length ? [["--shed-hatch", t("timeline.shed", { cause: shed.map((cause) => tk("shed", cause)).join(rtl ? "، " : ", ") })]] : []),
        ...(seen("held") ? [["--raw", t("timeline.held")]] : []), ...causes.map((cause) => [CAUSE_COLOURS[cause], tk("cause", cause)]),
      ];
    },
    before() {
      return [
        { icon: "skip_previous", act: () => this.toMark(-1), title: t("playback.event_before"), role: "event-before" },
        { icon: "replay_10", act: () => this.jump(-10), title: t("playback.back") },
        { icon: "navigate_before", act: () => this.step(-1), title: t("playback.frame_before"), role: "frame-before" },
      ];
    },
    after() {
      return [
        { icon: "navigate_next", act: () => this.step(1), title: t("playback.frame_after"), role: "frame-after" },
        { icon: "forward_10", act: () => this.jump(10), title: t("playback.forward") },
        { icon: "skip_next", act: () => this.toMark(1), title: t("playback.event_after"), role: "event-after" },
      ];
    },
    span() {
      const [from, to] = this.marks;
      return from !== null && to !== null && from < to ? [from, to] : null;
    },
    dayDate() {
      const day = new Date(this.clock.position / 1000);
      day.setHours(0, 0, 0, 0);
      return day;
    },
    dayName() {
      return longDate(this.clock.position);
    },
  },
  watch: {
    "store.loaded"() {
      this.begin();
    },
  },
  created() {
    this.stops = [
      on("alert", () => this.$refs.line?.ask()),
      onKeys({
        Space: this.toggleplay, KeyK: this.toggleplay, KeyJ: () => this.shuttle(-1), KeyL: () => this.shuttle(1), Period: () => this.step(1), Comma: () => this.step(-1),
        ArrowLeft: (event) => this.jump(event.shiftKey ? -60 : -5), ArrowRight: (event) => this.jump(event.shiftKey ? 60 : 5), Home: () => this.toEnd(0), End: () => this.toEnd(1),
        KeyN: () => this.toMark(1), KeyP: () => this.toMark(-1), KeyG: () => { this.open = "goto"; }, KeyI: () => this.setMark(0), KeyO: () => this.setMark(1),
        KeyE: () => { if (this.span) this.open = "export"; },
        Equal: () => this.$refs.line?.zoom(0.5), NumpadAdd: () => this.$refs.line?.zoom(0.5), Minus: () => this.$refs.line?.zoom(2), NumpadSubtract: () => this.$refs.line?.zoom(2),
        PageUp: () => this.pan(-0.8), PageDown: () => this.pan(0.8), ArrowUp: () => this.$refs.line?.scrollBy(-1), ArrowDown: () => this.$refs.line?.scrollBy(1),
        BracketRight: () => this.turnRate(1), BracketLeft: () => this.turnRate(-1),
        ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [`Digit${number}`, () => this.store.all[number - 1] && this.toggle(this.store.all[number - 1].id)])),
        Slash: (event) => { if (event.shiftKey || event.key === "؟") this.open = "keys"; else this.$refs.filter?.focus(); },
        Escape: () => { this.calendar = false; this.marks = [null, null]; },
      }),
    ];
    if (this.store.loaded) this.begin();
    this.ticker = setInterval(() => this.clock.tick(this.$refs.views || []), TICK_MS);
  },
  beforeUnmount() {
    for (const stop of this.stops) stop();
    clearInterval(this.ticker);
  },
  methods: {
    t, tk, cameraName, clockTime,
    begin() {
      if (!this.chosen.length && this.store.all.length) this.chosen = [this.store.all[0].id];
    },
    take(told) {
      this.told = told;
      this.land();
    },
    /** Start where there is footage: near the newest, unless the address asked for a moment. */
    land() {
      if (this.landed || this.sought) return;
      const spans = this.cameras.flatMap((camera) => this.lines[camera.id]?.shielded || []);
      if (!spans.length) return;
      this.landed = true;
      const inside = spans.some(([from, to]) => from <= this.clock.position && this.clock.position < to);
      const [from, to] = spans.reduce((best, span) => (span[1] > best[1] ? span : best));
      if (!inside) this.clock.seek(Math.max(from, to - 30e6));
    },
    toggle(id) {
      if (this.chosen.includes(id)) this.chosen = this.chosen.filter((one) => one !== id);
      else if (this.chosen.length < MOST) this.chosen = [...this.chosen, id];
      history.replaceState(history.state, "", `/playback${query({ camera: this.chosen })}`);
    },
    /** Enter in the search plays the first camera found. */
    takeFirst() {
      const first = this.rows.find((row) => !this.chosen.includes(row.id));
      if (first) this.toggle(first.id);
      this.filter = "";
    },
    pickDay(date) {
      this.calendar = false;
      this.seek(date.getTime() * 1000 + (this.clock.position - this.dayDate.getTime() * 1000));
    },
    gapOf(id) {
      const at = this.clock.position;
      const gap = this.lines[id]?.gaps.find(([from, to]) => from <= at && at < to);
      return gap ? { cause: gap[2] } : null;
    },
    seek(at_us) {
      this.sought = true;
      this.clock.seek(at_us);
    },
    playAt(at_us) {
      this.seek(at_us);
      this.clock.playing = true;
    },
    jump(seconds) {
      this.seek(this.clock.position + seconds * 1e6);
    },
    step(direction) {
      this.clock.step(this.$refs.views || [], direction);
    },
    toggleplay() {
      this.clock.playing = !this.clock.playing;
      if (this.clock.playing && this.clock.rate < 0) this.clock.rate = 1;
    },
    /** J and L: each press doubles the speed in its direction. */
    shuttle(direction) {
      const { rate, playing } = this.clock;
      const same = playing && Math.sign(rate) === direction;
      this.clock.rate = direction * (same ? Math.min(16, Math.max(1, Math.abs(rate) * 2)) : 1);
      this.clock.playing = true;
    },
    turnRate(steps) {
      this.clock.rate = SPEEDS[Math.min(Math.max(SPEEDS.indexOf(this.clock.rate) + steps, 0), SPEEDS.length - 1)];
    },
    pan(share) {
      const [from, to] = this.$refs.line.view;
      this.$refs.line.setView(from + share * (to - from), to + share * (to - from));
    },
    toEnd(which) {
      const spans = this.cameras.flatMap((camera) => this.lines[camera.id]?.recorded || []);
      if (!spans.length) return;
      this.seek(which ? Math.max(...spans.map((span) => span[1])) - 5e6 : Math.min(...spans.map((span) => span[0])));
    },
    setMark(which) {
      const marks = [...this.marks];
      marks[which] = Math.round(this.clock.position);
      if (marks[0] !== null && marks[1] !== null && marks[0] >= marks[1]) marks[1 - which] = null;
      this.marks = marks;
    },
    /** Go to the next or last event or alert of the cameras that play. */
    async toMark(direction) {
      const at = Math.round(this.clock.position);
      for (const reach of SEARCH_US) {
        const [from, to] = direction > 0 ? [at, at + reach] : [at - reach, at];
        const told = await get(`/timeline${query({ cameras: this.chosen.join(","), from, to, px: 4000 })}`).catch(() => null);
        const moments = [...(told?.events || []), ...(told?.alerts || [])].map((mark) => mark.at_us);
        const beyond = moments.filter((one) => direction * (one - at) > 500000);
        if (beyond.length) return this.seek(direction > 0 ? Math.min(...beyond) : Math.max(...beyond));
      }
      return undefined;
    },
    nextRecorded(from_us) {
      const starts = this.cameras.flatMap((camera) => (this.lines[camera.id]?.shielded || []).map(([from]) => from));
      const next = Math.min(...starts.filter((from) => from > from_us + 1000));
      return Number.isFinite(next) ? next : null;
    },
    see(grant) {
      this.grants[this.asking.id] = grant;
      this.asking = null;
    },
    close(id) {
      delete this.grants[id];
    },
  },
};
