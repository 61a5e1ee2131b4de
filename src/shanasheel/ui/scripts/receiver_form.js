// A receiver's fields: adding one, or changing one. Its secret is entered, never shown.

import { post, put } from "shanasheel-ui/api.js";
import { cameraStore } from "shanasheel-ui/camera_store.js";
import { faultsOf, focusFault } from "shanasheel-ui/faults.js";
import { KIND_ICONS } from "shanasheel-ui/reason.js";
import { cameraName, lang, t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const KINDS = ["webhook", "mqtt", "chat", "cap_folder", "cap_webhook"];
const PRIORITIES = ["high", "normal", "low"];
const FIELDS = ["name", "address", "secret", "inside", "kind"];

export default {
  components: { shnDialog },
  props: { receiver: { type: Object, default: null } },
  emits: ["saved", "close"],
  template: `
    <shn-dialog :title="receiver ? t('receivers.change') : t('receivers.add')" @close="$emit('close')">
      <form ref="form" class="shn-receiver" @submit.prevent="save" data-role="receiver-form">
        <label class="shn-field" :class="{ faulty: faults.name }">{{ t('receivers.name') }}<input v-model.trim="one.name" name="name" maxlength="80" required autocomplete="off"><small v-if="faults.name" class="shn-fault" role="alert">{{ faults.name }}</small></label>
        <label class="shn-field">{{ t('receivers.kind') }}<select v-model="one.kind" name="kind" :disabled="Boolean(receiver)"><option v-for="kind in receiver ? [one.kind] : kinds" :key="kind" :value="kind">{{ tk('receiver_kind', kind) }}</option></select></label>
        <p class="dim">{{ tk('receiver_about', one.kind) }}</p>
        <label v-if="!['chat', 'web_push'].includes(one.kind)" class="shn-field" :class="{ faulty: faults.address }">{{ one.kind === 'cap_folder' ? t('receivers.folder') : t('receivers.address') }}<input v-model.trim="one.address" name="address" dir="ltr" maxlength="2000" required autocomplete="off" :placeholder="tk('receiver_example', one.kind)"><small v-if="faults.address" class="shn-fault" role="alert">{{ faults.address }}</small></label>
        <label v-if="one.kind === 'mqtt'" class="shn-field">{{ t('receivers.user') }}<input v-model.trim="one.user" name="user" dir="ltr" maxlength="200" autocomplete="off"></label>
        <label v-if="!['cap_folder', 'web_push'].includes(one.kind)" class="shn-field" :class="{ faulty: faults.secret }">{{ tk('receiver_secret', one.kind) }}<input v-model="secret" name="secret" type="password" dir="ltr" maxlength="2000" autocomplete="new-password" :required="one.kind === 'chat' && !receiver" :placeholder="receiver ? t('receivers.keep_secret') : ''"><small v-if="faults.secret" class="shn-fault" role="alert">{{ faults.secret }}</small></label>
        <label v-if="['chat', 'web_push'].includes(one.kind)" class="shn-field">{{ t('receivers.language') }}<select v-model="one.language" name="language"><option value="ar" lang="ar">العربية</option><option value="en" lang="en">English</option></select></label>
        <fieldset class="shn-group"><legend>{{ t('receivers.of_which') }}</legend>
          <div class="shn-row"><label v-for="priority in priorities" :key="priority" class="shn-check"><input v-model="one.priorities" type="checkbox" :value="priority"><span>{{ tk('priority', priority) }}</span></label></div>
          <details><summary>{{ t('receivers.kinds_of', { count: one.kinds.length || t('receivers.all') }) }}</summary><div class="shn-choices"><label v-for="kind in eventKinds" :key="kind" class="shn-check"><input v-model="one.kinds" type="checkbox" :value="kind"><span>{{ tk('kind', kind) }}</span></label></div></details>
          <details><summary>{{ t('receivers.cameras_of', { count: one.cameras.length || t('receivers.all') }) }}</summary><div class="shn-choices"><label v-for="camera in store.cameras" :key="camera.id" class="shn-check"><input v-model="one.cameras" type="checkbox" :value="camera.id"><span>{{ cameraName(camera) }}</span></label></div></details>
          <small class="dim">{{ t('receivers.none_is_all') }}</small></fieldset>
        <label v-if="!isPublic" class="shn-check" :class="{ faulty: faults.inside }"><input v-model="one.inside" name="inside" type="checkbox"><span>{{ t('receivers.inside') }}<small class="dim">{{ t('receivers.inside_about') }}</small></span></label>
        <details v-if="!['cap_folder', 'web_push'].includes(one.kind)"><summary>{{ t('receivers.network') }}</summary>
          <label class="shn-check"><input v-model="one.private" name="private" type="checkbox"><span>{{ t('receivers.private') }}<small class="dim">{{ t('receivers.private_about') }}</small></span></label>
          <label class="shn-field">{{ t('receivers.reach') }}<input v-model.trim="one.reach" name="reach" dir="ltr" type="url" maxlength="300" :placeholder="here"><small class="dim">{{ t('receivers.reach_about') }}</small></label>
          <label v-if="one.kind !== 'chat'" class="shn-field">{{ t('receivers.ca') }}<textarea v-model="one.ca_pem" name="ca" dir="ltr" rows="2" maxlength="40000" placeholder="-----BEGIN CERTIFICATE-----"></textarea></label></details>
        <p v-if="faults['']" class="shn-fault" role="alert">{{ faults[''] }}</p>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button><button class="shn-button primary" type="submit" :disabled="busy">{{ t('receivers.save') }}</button></footer>
      </form>
    </shn-dialog>`,
  data() {
    const fresh = { name: "", kind: "webhook", address: "", user: "", priorities: [], kinds: [], cameras: [], inside: false, private: false, active: true, language: lang, ca_pem: "", reach: "" };
    return {
      store: cameraStore(), kinds: KINDS, priorities: PRIORITIES, eventKinds: Object.keys(KIND_ICONS),
      one: JSON.parse(JSON.stringify(this.receiver || fresh)), secret: "", faults: {}, busy: false, here: location.origin,
    };
  },
  computed: {
    isPublic() {
      return this.one.kind.startsWith("cap_");
    },
  },
  methods: {
    t, tk, cameraName,
    async save() {
      this.busy = true;
      this.faults = {};
      const body = { ...this.one, inside: this.one.inside && !this.isPublic, secret: this.secret || null };
      try {
        const saved = this.receiver ? await put(`/receivers/${this.receiver.id}`, body) : await post("/receivers", body);
        this.$emit("saved", saved);
      } catch (problem) {
        this.faults = faultsOf(problem, FIELDS);
        this.$nextTick(() => focusFault(this.$refs.form));
      } finally {
        this.busy = false;
      }
    },
  },
};
