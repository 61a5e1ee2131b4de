// This browser asks for notices that reach it with no page open.

import { get, post } from "shanasheel-ui/api.js";
import { faultsOf, focusFault } from "shanasheel-ui/faults.js";
import { lang, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const WORKER = "/notices.js";

/** Whether this browser can: it knows Web Push, and the page came over HTTPS or from this machine. */
export const canPush = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window;

function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

/** Return the browser's subscription, made with our key; ended first where it is another's. */
async function subscription() {
  const { key } = await get("/receivers/push-key");
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (fault) {
    if (fault.name !== "InvalidStateError") throw fault;
    await (await pushManager.getSubscription())?.unsubscribe(); // made with a key of before
    return pushManager.subscribe(options);
  }
}

export default {
  components: { shnDialog },
  emits: ["saved", "close"],
  template: `
    <shn-dialog :title="t('push.title')" @close="$emit('close')">
      <form ref="form" class="shn-receiver" data-role="push-form" @submit.prevent="save"><p>{{ t('push.about') }}</p><p class="dim">{{ t('push.outside') }}</p>
        <label class="shn-field" :class="{ faulty: faults.name }">{{ t('push.name') }}<input v-model.trim="name" name="name" maxlength="80" required autocomplete="off" :placeholder="t('push.name_hint')"><small v-if="faults.name" class="shn-fault" role="alert">{{ faults.name }}</small></label>
        <label class="shn-check"><input v-model="inside" name="inside" type="checkbox"><span>{{ t('receivers.inside') }}<small class="dim">{{ t('receivers.inside_about') }}</small></span></label>
        <p v-if="faults['']" class="shn-fault" role="alert">{{ faults[''] }}</p>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="busy">{{ t('push.subscribe') }}</button></footer></form>
    </shn-dialog>`,
  data: () => ({ name: "", inside: false, faults: {}, busy: false }),
  methods: {
    t,
    async save() {
      this.busy = true;
      this.faults = {};
      try {
        const allowed = (await Notification.requestPermission()) === "granted";
        if (!allowed) this.faults = { "": t("push.not_allowed") };
        else await this.send(await subscription());
      } catch (problem) {
        // What the browser itself refuses (no network, no push service) is no answer of ours.
        this.faults = problem.status === undefined ? { "": t("push.no_service", { what: problem.message || problem.name }) } : faultsOf(problem, ["name"]);
        this.$nextTick(() => focusFault(this.$refs.form));
      } finally {
        this.busy = false;
      }
    },
    async send(subscribed) {
      const saved = await post("/receivers", { name: this.name, kind: "web_push", inside: this.inside, language: lang, secret: JSON.stringify(subscribed) });
      this.$emit("saved", saved);
    },
  },
};
