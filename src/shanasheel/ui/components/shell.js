// The header: site, link, unread alerts, sound, language, theme, who is here; toasts of new alerts.

import { get, remove } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { clockTime } from "shanasheel-ui/format.js";
import { KIND_ICONS, reason } from "shanasheel-ui/reason.js";
import { askToNotify, canNotify, notify, notifying, stopNotifying, takeBack, takeBackMissed } from "shanasheel-ui/notify.js";
import { chime } from "shanasheel-ui/sound.js";
import { cameraName, lang, t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import cancellationBadge from "shanasheel-ui/cancellation_badge.js";

const TOASTS = 3;
const TOAST_MS = 12000;
const RECENT_MS = 30000;
const RING_MS = 1500;
const YEAR_S = 31536000;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

export default {
  components: { cancellationBadge },
  template: `
    <div class="shn-shell">
      <span class="site" :title="t('header.site')"><span class="mi" aria-hidden="true">location_city</span><bdi>{{ session?.site || '' }}</bdi></span>
      <span class="grow"></span>
      <bdi class="clock num" :title="t('header.clock')">{{ now }}</bdi>
      <span class="link" :class="linked" role="status" :data-link="linked"><i class="dot" :class="linked === 'up' ? 'ok' : linked === 'down' ? 'bad' : 'warn'"></i>{{ tk('link', linked) }}</span>
      <a class="shn-icon bell" href="/alerts" :title="t('header.unread', { count: unread.size })" :aria-label="t('header.unread', { count: unread.size })">
        <span class="mi" aria-hidden="true">notifications</span><b v-if="unread.size" class="badge num" data-role="unread">{{ unread.size > 99 ? '99+' : unread.size }}</b>
      </a>
      <cancellation-badge v-if="session && (session.person || !session.login_required)" :me="session.person?.name || ''"></cancellation-badge>
      <button class="shn-icon" type="button" @click="toggleSound" :title="sound ? t('header.mute') : t('header.unmute')" :aria-pressed="sound"><span class="mi" aria-hidden="true">{{ sound ? 'volume_up' : 'volume_off' }}</span></button>
      <button v-if="canNotify" class="shn-icon" type="button" @click="toggleNotices" :title="notices ? t('header.notify_off') : t('header.notify_on')" :aria-pressed="notices" data-role="notices"><span class="mi" aria-hidden="true">{{ notices ? 'notifications_active' : 'notifications_paused' }}</span></button>
      <button class="shn-icon" type="button" @click="toggleTheme" :title="t('header.theme')" data-role="theme"><span class="mi" aria-hidden="true">{{ theme === 'dark' ? 'light_mode' : 'dark_mode' }}</span></button>
      <button class="shn-button small" type="button" @click="toggleLang" :lang="otherLang" data-role="language">{{ t('header.other_language') }}</button>
      <span v-if="session?.person" class="person" :title="tk('role', session.person.role)"><span class="mi" aria-hidden="true">person</span><bdi>{{ session.person.name }}</bdi></span>
      <button v-if="session?.login_required && session.person" class="shn-icon" type="button" @click="leave" :title="t('header.logout')"><span class="mi flip" aria-hidden="true">logout</span></button>
      <teleport to="body">
        <div class="shn-toasts" role="status" aria-live="polite">
          <a v-for="alert in toasts" :key="alert.id" class="shn-toast" :class="[alert.priority, alert.escalation]" :href="'/alerts#' + alert.id" :data-alert="alert.id">
            <span class="mi" aria-hidden="true">{{ icons[alert.kind] || 'notifications' }}</span>
            <span><strong>{{ reason(alert) }}</strong><em v-if="alert.escalation !== 'none'">{{ tk('escalation', alert.escalation) }}<template v-if="alert.escalated_to">: {{ tk('duty', alert.escalated_to) }}</template></em><small><bdi>{{ alert.code }}</bdi> · {{ nameOf(alert.camera) }} · <bdi class="num">{{ clockTime(alert.at) }}</bdi></small></span>
            <button class="shn-icon" type="button" @click.prevent="drop(alert.id)" :aria-label="t('close')"><span class="mi" aria-hidden="true">close</span></button>
          </a>
        </div>
      </teleport>
    </div>`,
  data: () => ({
    session: null,
    linked: "waiting",
    unread: new Set(),
    known: new Set(),
    toasts: [],
    louder: {},
    theme: document.documentElement.dataset.theme,
    canNotify,
    notices: notifying(),
    sound: localStorage.getItem("shn_sound") === "on",
    now: clockTime(new Date()),
    icons: KIND_ICONS,
    otherLang: lang === "ar" ? "en" : "ar",
  }),
  async created() {
    this.store = cameraStore();
    this.clock = setInterval(() => { this.now = clockTime(new Date()); }, 1000);
    this.stops = [on("alert", this.hear), on("link", this.hearLink)];
    try {
      this.session = await get("/session");
    } catch (problem) {
      this.session = null;
    }
    if (this.session?.login_required && !this.session.person) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else this.count();
  },
  beforeUnmount() {
    clearInterval(this.clock);
    for (const stop of this.stops) stop();
  },
  methods: {
    t,
    tk,
    reason,
    clockTime,
    nameOf(id) {
      return cameraName(this.store.all.find((one) => one.id === id) || { id });
    },
    async count() {
      try {
        const { items } = await get("/alerts?state=new&limit=100");
        this.unread = new Set(items.map((alert) => alert.id));
        for (const alert of items) {
          this.known.add(alert.id);
          this.louder[alert.id] = alert.escalation;
        }
        await takeBackMissed(this.nameOf);
      } catch (problem) {
        setTimeout(this.count, 5000);
      }
    },
    hearLink(up) {
      const before = this.linked;
      this.linked = up ? "up" : "down";
      // What was dismissed before this page listened was told to nobody here.
      if (up) takeBackMissed(this.nameOf).catch(() => undefined);
      if (!up || before !== "down") return;
      this.count();
    },
    hear(alert) {
      // Old alerts with one more event are no news, also when they come before the list does.
      const recent = Date.now() - Date.parse(alert.raised) < RECENT_MS;
      const fresh = recent && !this.known.has(alert.id) && alert.state === "new";
      this.known.add(alert.id);
      const unread = new Set(this.unread);
      if (alert.state === "new") unread.add(alert.id);
      else unread.delete(alert.id);
      this.unread = unread;
      if (alert.state !== "new") this.drop(alert.id);
      if (alert.state === "dismissed") takeBack(alert, this.nameOf(alert.camera));
      const asks = alert.state === "new" && alert.escalation !== "none" && alert.escalation !== (this.louder[alert.id] || "none");
      this.louder[alert.id] = alert.escalation;
      if (!fresh && !asks) return;
      notify(alert, this.nameOf(alert.camera));
      this.toasts = [alert, ...this.toasts.filter((one) => one.id !== alert.id)].slice(0, TOASTS);
      // What nobody answered stays until somebody does.
      if (!asks) setTimeout(() => this.dropFresh(alert.id), TOAST_MS);
      // A hundred at once ring once.
      if (!this.sound || Date.now() - (this.rang || 0) < RING_MS) return;
      this.rang = Date.now();
      chime(asks ? alert.escalation : alert.priority);
    },
    dropFresh(id) {
      if ((this.louder[id] || "none") === "none") this.drop(id);
    },
    drop(id) {
      this.toasts = this.toasts.filter((one) => one.id !== id);
    },
    toggleSound() {
      this.sound = !this.sound;
      localStorage.setItem("shn_sound", this.sound ? "on" : "off");
      if (this.sound) chime("normal");
    },
    async toggleNotices() {
      if (this.notices) stopNotifying();
      this.notices = !this.notices && (await askToNotify());
    },
    toggleTheme() {
      this.theme = this.theme === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = this.theme;
      remember("theme", this.theme);
      window.dispatchEvent(new Event("shn-theme"));
    },
    toggleLang() {
      remember("lang", this.otherLang);
      location.reload();
    },
    async leave() {
      await remove("/session").catch(() => undefined);
      location.assign("/login");
    },
  },
};
