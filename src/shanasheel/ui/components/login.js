// Name and password; afterwards back to the page that was asked for.

import { get, post } from "shanasheel-ui/api.js";
import { t } from "shanasheel-ui/strings.js";

/** Return a path on this site only: never an address somebody else put into the link. */
function wanted() {
  const next = new URL(new URLSearchParams(location.search).get("next") || "/", location.origin);
  return next.origin === location.origin && next.pathname !== "/login" ? next.pathname + next.search : "/";
}

export default {
  template: `
    <form class="shn-card shn-login" @submit.prevent="enter">
      <h2>{{ t('login.title') }}</h2><p class="dim"><bdi>{{ site }}</bdi></p>
      <label class="shn-field">{{ t('login.name') }}<input v-model.trim="name" name="username" autocomplete="username" required autofocus maxlength="64"></label>
      <label class="shn-field">{{ t('login.password') }}<input v-model="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"></label>
      <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
      <button class="shn-button primary" type="submit" :disabled="busy">{{ t('login.enter') }}</button>
      <p class="dim small">{{ t('login.hint') }}</p>
    </form>`,
  data: () => ({ name: "", password: "", fault: "", busy: false, site: "" }),
  async created() {
    const session = await get("/session").catch(() => null);
    this.site = session?.site || "";
    if (session && (!session.login_required || session.person)) location.replace(wanted());
  },
  methods: {
    t,
    async enter() {
      this.busy = true;
      this.fault = "";
      try {
        await post("/session", { name: this.name, password: this.password });
        location.replace(wanted());
      } catch (problem) {
        this.fault = [401, 403, 422].includes(problem.status) ? t("login.wrong") : problem.message || t("fault.unreachable");
        this.password = "";
      } finally {
        this.busy = false;
      }
    },
  },
};
