// Looks and plate to find sightings by; what is chosen goes out as the parts of a query.

import { t, tk } from "shanasheel-ui/strings.js";

const COLOURS = { white: "#f4f4f2", grey: "#8f969b", black: "#15181a", red: "#c8312b", brown: "#7a5230", orange: "#e87d22", yellow: "#e9c731", green: "#2f8a4b", blue: "#2f62b5", purple: "#7b4fa3", pink: "#e58fb3" };
const TYPES = ["car", "bus", "truck", "bicycle", "motorcycle"];
const WAYS = ["left", "right", "up", "down", "still"];
const none = () => ({ colour: [], type: "", upper: "", lower: "", towards: "", plate: "", plate_state: "", windows: "" });

/** Return whether anything is chosen. */
export const narrows = (chosen) => Object.values(chosen).some((one) => one.length > 0);
export const nothing = none;

export default {
  props: { chosen: { type: Object, required: true } },
  emits: ["change"],
  template: `
    <div class="shn-bar shn-looks" role="group" :aria-label="t('find.looks')">
      <label class="shn-field line">{{ t('find.plate') }}<input type="search" name="plate" dir="ltr" size="11" maxlength="40" autocomplete="off" spellcheck="false" :title="t('find.plate_hint')" :placeholder="t('find.plate_example')" :value="chosen.plate" @change="set('plate', $event.target.value.trim())"></label>
      <button type="button" class="shn-chip" data-filter="no_plate" :class="{ on: chosen.plate_state }" :aria-pressed="Boolean(chosen.plate_state)" @click="set('plate_state', chosen.plate_state ? '' : 'none')">{{ t('find.no_plate') }}</button>
      <button type="button" class="shn-chip" data-filter="tinted" :class="{ on: chosen.windows }" :aria-pressed="Boolean(chosen.windows)" @click="set('windows', chosen.windows ? '' : 'dark')">{{ t('find.tinted') }}</button>
      <label class="shn-field line">{{ t('find.type') }}<select name="type" :value="chosen.type" @change="set('type', $event.target.value)"><option value="">{{ t('find.any') }}</option><option v-for="one in types" :key="one" :value="one">{{ tk('type', one) }}</option></select></label>
      <div class="shn-chips" role="group" :aria-label="t('find.colour')"><span class="shn-dim">{{ t('find.colour') }}</span>
        <button v-for="(paint, one) in colours" :key="one" type="button" class="shn-chip shn-swatch" :data-colour="one" :class="{ on: chosen.colour.includes(one) }" :aria-pressed="chosen.colour.includes(one)" :aria-label="tk('colour', one)" :title="tk('colour', one)" @click="toggle(one)"><span :style="{ background: paint }"></span></button>
      </div>
      <label v-for="part in ['upper', 'lower']" :key="part" class="shn-field line">{{ tk('what', part) }}<select :name="part" :value="chosen[part]" @change="set(part, $event.target.value)"><option value="">{{ t('find.any') }}</option><option v-for="(paint, one) in colours" :key="one" :value="one">{{ tk('colour', one) }}</option></select></label>
      <label class="shn-field line">{{ t('find.towards') }}<select name="towards" :value="chosen.towards" @change="set('towards', $event.target.value)"><option value="">{{ t('find.any') }}</option><option v-for="one in ways" :key="one" :value="one">{{ tk('way', one) }}</option></select></label>
    </div>`,
  data: () => ({ colours: COLOURS, types: TYPES, ways: WAYS }),
  methods: {
    t, tk,
    set(name, value) {
      this.$emit("change", { ...this.chosen, [name]: value });
    },
    toggle(colour) {
      const chosen = this.chosen.colour;
      this.set("colour", chosen.includes(colour) ? chosen.filter((one) => one !== colour) : [...chosen, colour]);
    },
  },
};
