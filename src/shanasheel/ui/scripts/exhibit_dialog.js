// Making an exhibit of a marked span, or of an incident: which case, and what it is to show.

import { post, wordsOf } from "shanasheel-ui/api.js";
import { dateTime, duration } from "shanasheel-ui/format.js";
import { cameraName, t } from "shanasheel-ui/strings.js";
import shnDialog from "shanasheel-ui/dialog.js";

export default {
  components: { shnDialog },
  props: { cameras: { type: Array, required: true }, span: { type: Array, required: true }, incident: { type: String, default: "" } },
  emits: ["made", "close"],
  template: `
    <shn-dialog :title="t('exhibit.title')" @close="$emit('close')">
      <form v-if="!made" @submit.prevent="make" data-role="exhibit">
        <p class="shn-callout"><span class="mi" aria-hidden="true">gavel</span><span>{{ t('exhibit.about') }}</span></p>
        <dl class="shn-told">
          <dt>{{ t('exhibit.cameras') }}</dt><dd>{{ cameras.map(cameraName).join(' · ') }}</dd>
          <dt>{{ t('exhibit.span') }}</dt><dd><bdi>{{ dateTime(span[0]) }}</bdi> – <bdi>{{ dateTime(span[1]) }}</bdi> · {{ duration((span[1] - span[0]) / 1e6) }}</dd>
          <dt v-if="incident">{{ t('exhibit.incident') }}</dt><dd v-if="incident"><bdi>{{ incident }}</bdi></dd>
        </dl>
        <label class="shn-field">{{ t('exhibit.case') }}<input v-model.trim="text" name="case" minlength="3" maxlength="500" required autocomplete="off"></label>
        <label class="shn-field">{{ t('exhibit.reason') }}<textarea v-model.trim="why" name="reason" rows="2" minlength="3" maxlength="500" required></textarea></label>
        <p v-if="fault" class="shn-fault" role="alert">{{ fault }}</p>
        <footer>
          <button class="shn-button" type="button" @click="$emit('close')">{{ t('cancel') }}</button>
          <button class="shn-button primary" type="submit" :disabled="busy || text.length < 3 || why.length < 3">{{ t('exhibit.make') }}</button>
        </footer>
      </form>
      <div v-else data-role="exhibit-made">
        <p class="shn-callout"><span class="mi" aria-hidden="true">task_alt</span><span>{{ t('exhibit.made', { code: made.code }) }}</span></p>
        <footer><button class="shn-button" type="button" @click="$emit('close')">{{ t('close') }}</button><a class="shn-button primary" href="/proof#exhibits">{{ t('exhibit.to_list') }}</a></footer>
      </div>
    </shn-dialog>`,
  data: () => ({ text: "", why: "", busy: false, fault: "", made: null }),
  methods: {
    t, dateTime, duration, cameraName,
    async make() {
      Object.assign(this, { busy: true, fault: "" });
      const body = { case: this.text, reason: this.why, cameras: this.cameras.map((one) => one.id), start: String(Math.round(this.span[0])), end: String(Math.round(this.span[1])), incident: this.incident };
      try {
        this.made = await post("/exhibits", body);
        this.$emit("made", this.made);
      } catch (problem) {
        this.fault = wordsOf(problem, t("fault.unreachable"));
      } finally {
        this.busy = false;
      }
    },
  },
};
