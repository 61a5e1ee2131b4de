// One badge for cancellations that have not reached everybody, on every page, and the list of them.

import { get } from "shanasheel-ui/api.js";
import { t } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import cancellationList from "shanasheel-ui/cancellation_list.js";
import deliveriesTable from "shanasheel-ui/deliveries_table.js";
import shnDialog from "shanasheel-ui/dialog.js";

const EVERY_MS = 15000;
const MOST = 100;

export default {
  components: { cancellationList, deliveriesTable, shnDialog },
  props: { me: { type: String, default: "" } },
  template: `
    <button v-if="inside.length + outside" class="shn-button small bad" type="button" data-role="cancelled" :data-inside="inside.length" :data-outside="outside" aria-haspopup="dialog" @click="open = true"><span class="mi" aria-hidden="true">cancel</span>{{ t('header.cancellations', { count: said }) }}</button>
    <shn-dialog v-if="open" class="wide" :title="t('header.cancellations', { count: said })" @close="open = false">
      <div class="shn-unheard" data-role="unheard"><p v-if="!(inside.length + outside)" class="shn-good" role="status"><span class="mi" aria-hidden="true">task_alt</span>{{ t('header.all_know') }}</p>
        <section v-if="inside.length" data-role="unheard-inside"><h3>{{ t('header.inside', { count: inside.length }) }} · <a class="shn-link" href="/shift">{{ t('nav.shift') }}</a></h3><cancellation-list :items="inside" :me="me" coded @changed="count"></cancellation-list></section>
        <section v-if="outside" data-role="unheard-outside"><h3><a class="shn-link" href="/receivers">{{ t('nav.receivers') }}</a></h3><deliveries-table role="unheard-deliveries" :title="t('header.outside', { count: outside })" :none="t('header.all_know')" :filter="owed" @changed="count"></deliveries-table></section></div>
    </shn-dialog>`,
  data: () => ({ inside: [], outside: 0, open: false, owed: { unacknowledged: true } }),
  computed: {
    said() {
      return this.outside >= MOST ? `${this.inside.length + MOST - 1}+` : this.inside.length + this.outside;
    },
  },
  created() {
    this.stops = [on("response", this.count), on("delivery", this.count), on("link", (up) => up && this.count())];
    this.timer = setInterval(this.count, EVERY_MS);
    this.count();
  },
  beforeUnmount() {
    clearInterval(this.timer);
    for (const stop of this.stops) stop();
  },
  methods: {
    t,
    /** A list that cannot be had now stays as it was: less must not be told than is owed. */
    async count() {
      const [inside, outside] = await Promise.all([
        get("/cancellations").catch(() => null), get(`/deliveries?unacknowledged=true&limit=${MOST}`).catch(() => null),
      ]);
      if (inside) this.inside = inside.items;
      if (outside) this.outside = outside.items.length;
    },
  },
};
