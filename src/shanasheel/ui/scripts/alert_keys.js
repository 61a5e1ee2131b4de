// What the keys of the alerts page do.

import { t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  emits: ["close"],
  template: `
    <shn-dialog :title="t('alerts.help')" @close="$emit('close')">
      <dl class="shn-keys" data-role="help">
        <div v-for="[keys, words] in rows" :key="words"><dt><kbd v-for="key in keys" :key="key">{{ key }}</kbd></dt><dd>{{ words }}</dd></div>
      </dl>
    </shn-dialog>`,
  computed: {
    rows: () => [
      [["J", "↓"], t("alerts.key_next")], [["K", "↑"], t("alerts.key_before")], [["Enter"], t("alerts.key_open")], [["Space"], t("alerts.key_play")],
      [["A"], t("alerts.key_acknowledge")], [["C"], t("alerts.key_confirm")], [["D"], t("alerts.key_dismiss")], [["?"], t("alerts.key_help")], [["Esc"], t("alerts.key_close")],
    ],
  },
  methods: { t },
};
