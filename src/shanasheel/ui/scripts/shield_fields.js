// What is masked of a camera: heads or people, plates, private windows drawn in its picture.

import { ROOT, query } from "shanasheel-ui/api.js";
import { t, tk } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const HIDE = ["heads", "people"];

/** Return the windows of a text: one a line, corners as x,y with spaces between. */
function windowsOf(text) {
  const corners = (line) => line.trim().split(/\s+/).map((corner) => corner.split(",").map((edge) => Number(edge || NaN)));
  return text.split("\n").filter((line) => line.trim()).map(corners);
}

const textOf = (windows) => windows.map((corners) => corners.map((corner) => corner.join(",")).join(" ")).join("\n");

export default {
  components: { labelled },
  props: { modelValue: { type: Object, required: true }, camera: { type: String, default: "" }, fault: { type: String, default: "" } },
  emits: ["update:modelValue"],
  template: `
    <fieldset class="shn-group" data-role="shield"><legend>{{ t('shield.title') }}</legend>
      <labelled :label="t('shield.hide')"><select name="hide" :value="modelValue.hide" @change="set({ hide: $event.target.value })"><option v-for="one in hides" :key="one" :value="one">{{ tk('hide', one) }}</option></select></labelled>
      <label class="shn-check"><input type="checkbox" name="plates" :checked="modelValue.plates" @change="set({ plates: $event.target.checked })"><span>{{ t('shield.plates') }}<small>{{ t('shield.plates_hint') }}</small></span></label>
      <div v-if="picture" class="shn-outlines" dir="ltr"><img :src="picture" :alt="t('shield.picture')" @error="picture = ''" draggable="false">
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" data-role="draw" @click="add"><polygon v-for="(corners, place) in drawn" :key="place" :points="corners.map(String).join(' ')"></polygon></svg></div>
      <div class="shn-row" v-if="picture"><button class="shn-button small" type="button" @click="type(text.trimEnd() + '\\n')">{{ t('shield.next') }}</button><button class="shn-button small" type="button" :disabled="!text.trim()" @click="undo">{{ t('shield.undo') }}</button></div>
      <labelled :label="t('shield.windows')" :hint="t('shield.windows_hint')" :fault="fault"><textarea name="windows" dir="ltr" rows="2" spellcheck="false" :value="text" @input="type($event.target.value)"></textarea></labelled>
    </fieldset>`,
  data() {
    const at = new Date().toISOString();
    const picture = this.camera ? `${ROOT}/cameras/${encodeURIComponent(this.camera)}/preview${query({ at, width: 640 })}` : "";
    return { text: textOf(this.modelValue.windows), picture, hides: HIDE };
  },
  computed: {
    drawn() {
      return windowsOf(this.text).filter((corners) => corners.flat().every(Number.isFinite));
    },
  },
  methods: {
    t,
    tk,
    set(change) {
      this.$emit("update:modelValue", { ...this.modelValue, ...change });
    },
    type(text) {
      this.text = text;
      this.set({ windows: windowsOf(text) });
    },
    add(event) {
      const edges = event.currentTarget.getBoundingClientRect();
      const ratio = (from, length) => Math.min(1, Math.max(0, from / length)).toFixed(3);
      const corner = `${ratio(event.clientX - edges.left, edges.width)},${ratio(event.clientY - edges.top, edges.height)}`;
      this.type(this.text && !this.text.endsWith("\n") ? `${this.text} ${corner}` : this.text + corner);
    },
    undo() {
      this.type(this.text.trimEnd().replace(/\s*\S+$/, ""));
    },
  },
};
