// Who is told of alerts outside, what they were told, and who has not acknowledged a cancellation.

import { get, post, put, remove, wordsOf } from "shanasheel-ui/api.js";
import { number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import deliveriesTable from "shanasheel-ui/deliveries_table.js";
import pushDialog, { canPush } from "shanasheel-ui/push_dialog.js";
import receiverForm from "shanasheel-ui/receiver_form.js";
import shnDialog from "shanasheel-ui/dialog.js";
import shnEmpty from "shanasheel-ui/empty.js";

const ICONS = { web_push: "notifications_active", webhook: "webhook", mqtt: "hub", chat: "forum", cap_folder: "campaign", cap_webhook: "campaign" };

export default {
  components: { deliveriesTable, pushDialog, receiverForm, shnDialog, shnEmpty },
  template: `
    <div class="shn-page receivers">
      <div class="shn-bar"><h1>{{ t('nav.receivers') }}</h1><span class="grow"></span><button v-if="canPush" class="shn-button" type="button" data-role="push" @click="pushing = true"><span class="mi" aria-hidden="true">notifications_active</span>{{ t('push.title') }}</button><button class="shn-button primary" type="button" data-role="add" @click="open(null)"><span class="mi" aria-hidden="true">add</span>{{ t('receivers.add') }}</button></div>
      <deliveries-table role="unacknowledged" urgent :title="t('receivers.waiting_for')" :about="t('receivers.waiting_about')" :none="t('receivers.all_know')" :filter="unacknowledged"></deliveries-table>
      <section class="shn-card"><h2>{{ t('nav.receivers') }}</h2><p class="dim">{{ t('receivers.about') }}</p>
        <p v-if="problem" class="shn-fault" role="alert">{{ problem }}</p>
        <p v-if="said" class="shn-good" role="status"><span class="mi" aria-hidden="true">check_circle</span>{{ said }}</p>
        <shn-empty v-if="!items.length" icon="campaign" :loading="!loaded" :fault="fault" :title="t('receivers.none')" :text="t('receivers.none_hint')"></shn-empty>
        <ul v-else class="shn-receivers" data-role="receivers">
          <li v-for="one in items" :key="one.id" :data-receiver="one.id" :class="{ dim: !one.active }"><span class="mi" aria-hidden="true">{{ icons[one.kind] }}</span>
            <div class="what"><b><bdi>{{ one.name }}</bdi></b> <small>{{ tk('receiver_kind', one.kind) }} · <bdi dir="ltr">{{ one.address }}</bdi></small>
              <div class="shn-chips"><span v-if="!one.active" class="shn-tag">{{ t('receivers.off') }}</span><span v-if="one.inside" class="shn-tag">{{ t('receivers.inside_tag') }}</span><span v-for="priority in one.priorities" :key="priority" class="shn-tag">{{ tk('priority', priority) }}</span><span v-for="kind in one.kinds" :key="kind" class="shn-tag">{{ tk('kind', kind) }}</span><span v-for="camera in one.cameras" :key="camera" class="shn-tag"><bdi>{{ camera }}</bdi></span></div></div>
            <span class="deeds"><button class="shn-button small" type="button" data-role="try" @click="tryOut(one)">{{ t('receivers.test') }}</button><button class="shn-button small" type="button" data-role="change" @click="open(one)">{{ t('receivers.change') }}</button><button class="shn-button small" type="button" data-role="switch" :aria-pressed="one.active" @click="toggle(one)">{{ one.active ? t('receivers.switch_off') : t('receivers.switch_on') }}</button><button class="shn-button small" type="button" data-role="remove" @click="removing = one">{{ t('receivers.remove') }}</button></span></li>
        </ul>
      </section>
      <deliveries-table role="dead" urgent :title="t('receivers.dead')" :about="t('receivers.dead_about')" :none="t('receivers.none_dead')" :filter="dead"></deliveries-table>
      <label class="shn-field shn-narrow">{{ t('receivers.receiver') }}<select v-model="chosen" name="receiver"><option value="">{{ t('receivers.all') }}</option><option v-for="one in items" :key="one.id" :value="one.id">{{ one.name }}</option></select></label>
      <deliveries-table role="log" :title="t('receivers.log')" :about="keptDays ? t('receivers.kept', { days: number(keptDays, 1) }) : ''" :none="t('receivers.nothing_told')" :filter="log"></deliveries-table>
      <receiver-form v-if="forming" :receiver="changing" @close="forming = false" @saved="saved"></receiver-form>
      <push-dialog v-if="pushing" @close="pushing = false" @saved="subscribed"></push-dialog>
      <shn-dialog v-if="key" :title="t('receivers.key_title')" @close="key = ''"><p>{{ t('receivers.key_about') }}</p><p class="mono shn-hash" dir="ltr" data-role="key">{{ key }}</p><footer><button class="shn-button primary" type="button" @click="key = ''">{{ t('receivers.key_kept') }}</button></footer></shn-dialog>
      <shn-dialog v-if="removing" :title="t('receivers.remove_title', { name: removing.name })" @close="removing = null"><p>{{ t('receivers.remove_about') }}</p><footer><button class="shn-button" type="button" @click="removing = null">{{ t('cancel') }}</button><button class="shn-button primary" type="button" data-role="really" @click="drop">{{ t('receivers.remove') }}</button></footer></shn-dialog>
    </div>`,
  data: () => ({
    items: [], loaded: false, fault: null, problem: "", said: "", forming: false, pushing: false, canPush, changing: null, removing: null, key: "", keptDays: null, chosen: "", icons: ICONS,
    unacknowledged: { unacknowledged: true }, dead: { state: "dead" },
  }),
  computed: {
    log() {
      return { receiver: this.chosen };
    },
  },
  created() {
    this.load();
  },
  methods: {
    t, tk, number,
    async load() {
      try {
        const found = await get("/receivers");
        this.items = found.items;
        this.keptDays = found.kept_days;
        this.fault = null;
      } catch (fault) {
        this.fault = fault;
      }
      this.loaded = true;
    },
    open(one) {
      this.changing = one;
      this.forming = true;
    },
    saved(one) {
      this.forming = false;
      this.key = one.made_secret || "";
      this.load();
    },
    subscribed(one) {
      this.pushing = false;
      this.said = t("push.subscribed", { name: one.name });
      this.load();
    },
    async asked(request, said = "") {
      this.problem = this.said = "";
      try {
        await request();
        this.said = said;
      } catch (problem) {
        this.problem = wordsOf(problem, t("fault.unreachable"));
      }
      return this.load();
    },
    tryOut(one) {
      return this.asked(() => post(`/receivers/${one.id}/tests`), t("receivers.test_queued", { name: one.name }));
    },
    toggle(one) {
      return this.asked(() => put(`/receivers/${one.id}`, { ...one, active: !one.active }));
    },
    drop() {
      const { id } = this.removing;
      this.removing = null;
      return this.asked(() => remove(`/receivers/${id}`));
    },
  },
};
