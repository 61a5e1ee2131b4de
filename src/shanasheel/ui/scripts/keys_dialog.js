// What the keys of the playback page do.

import { t, tk } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

const KEYS = [
  ["play", ["Space", "K"]], ["slower_faster", ["J", "L"]], ["frame", [",", "."]], ["five", ["←", "→"]], ["minute", ["Shift ←", "Shift →"]],
  ["ends", ["Home", "End"]], ["mark", ["P", "N"]], ["goto", ["G"]], ["zoom", ["−", "+"]], ["pan", ["PgUp", "PgDn"]], ["rows", ["↑", "↓"]], ["choose", ["1", "…", "9"]], ["filter", ["/"]],
  ["in_out", ["I", "O"]], ["unmark", ["Esc"]], ["export", ["E"]], ["help", ["?"]],
];

export default {
  components: { shnDialog },
  emits: ["close"],
  template: `
    <shn-dialog :title="t('keys.title')" @close="$emit('close')">
      <dl class="shn-keys" data-role="keys"><template v-for="[name, keys] in list" :key="name"><dt dir="ltr"><kbd v-for="key in keys" :key="key">{{ key }}</kbd></dt><dd>{{ tk('keys', name) }}</dd></template></dl>
    </shn-dialog>`,
  data: () => ({ list: KEYS }),
  methods: { t, tk },
};
