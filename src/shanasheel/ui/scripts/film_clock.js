// What is known of a film's clock: stated, read in the picture, or from a known event.

import { t, tk } from "shanasheel-ui/strings.js";
import labelled from "shanasheel-ui/labelled.js";

const KINDS = ["stated", "visible_clock", "known_event"];
const NEW_POINT = () => ({ film: "0:00", shown: "", true: "" });

/** Return the seconds of `12`, `1:30`, `1:02:03.5`, or NaN. */
export function filmSeconds(text) {
  if (!/^\d+(:\d{1,2}){0,2}(\.\d+)?$/.test(text.trim())) return Number.NaN;
  return text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

const iso = (local) => new Date(local).toISOString();

/** Return what the API wants to know of a clock. */
export function clockBody(clock) {
  if (clock.kind === "stated") return { kind: "stated", stated: iso(clock.stated), ahead_s: clock.direction * (Number(clock.off_s) || 0) };
  const points = clock.points.map((one) => ({ film_s: filmSeconds(one.film), true: iso(one.true), ...(clock.kind === "visible_clock" ? { shown: iso(one.shown) } : {}) }));
  if (clock.kind === "visible_clock") return { kind: "visible_clock", points };
  return { kind: "known_event", ...points[0], stated: clock.stated ? iso(clock.stated) : null };
}

export const newClock = () => ({ kind: "stated", stated: "", off_s: 0, direction: 1, points: [NEW_POINT()], evidence: "" });

export default {
  components: { labelled },
  props: { clock: { type: Object, required: true }, faults: { type: Object, required: true } },
  emits: ["touched"],
  template: `
    <fieldset class="shn-group" data-role="clock" :class="{ faulty: faults.clock }"><legend>{{ t('clock.title') }}</legend>
      <div class="shn-choices" role="radiogroup" :aria-label="t('clock.title')">
        <label v-for="kind in kinds" :key="kind" class="shn-check"><input type="radio" name="clock_kind" :value="kind" v-model="clock.kind" @change="turn"><span><b>{{ tk('clock_kind', kind) }}</b><small>{{ tk('clock_about', kind) }}</small></span></label>
      </div>
      <labelled v-if="clock.kind !== 'visible_clock'" :label="clock.kind === 'stated' ? t('clock.stated') : t('clock.stated_if_any')" :hint="t('clock.zone', { zone })"><input v-model="clock.stated" name="stated" type="datetime-local" step="1" dir="ltr" :required="clock.kind === 'stated'"></labelled>
      <div v-if="clock.kind === 'stated'" class="shn-row">
        <labelled :label="t('clock.off')"><input v-model.number="clock.off_s" name="off_s" type="number" min="0" step="any" dir="ltr"></labelled>
        <labelled :label="t('clock.direction')"><select v-model.number="clock.direction" name="direction"><option :value="1">{{ t('clock.ahead') }}</option><option :value="-1">{{ t('clock.behind') }}</option></select></labelled>
      </div>
      <template v-else>
        <div v-for="(point, index) in clock.points" :key="index" class="shn-row" data-role="point">
          <labelled :label="t('clock.film')" :hint="t('clock.film_hint')" :fault="bad(point) ? t('clock.film_bad') : ''"><input v-model="point.film" name="film" dir="ltr" required autocomplete="off"></labelled>
          <labelled v-if="clock.kind === 'visible_clock'" :label="t('clock.shown')"><input v-model="point.shown" name="shown" type="datetime-local" step="1" dir="ltr" required></labelled>
          <labelled :label="t('clock.true')" :hint="t('clock.zone', { zone })"><input v-model="point.true" name="true" type="datetime-local" step="1" dir="ltr" required></labelled>
        </div>
        <button v-if="clock.kind === 'visible_clock'" class="shn-button small" type="button" data-role="second" @click="second">{{ clock.points.length > 1 ? t('clock.one_point') : t('clock.two_points') }}</button>
      </template>
      <labelled :label="clock.kind === 'known_event' ? t('clock.event') : t('clock.evidence')" :hint="t('clock.evidence_hint')" :fault="faults.evidence"><input v-model.trim="clock.evidence" name="evidence" maxlength="500" autocomplete="off"></labelled>
      <small v-if="faults.clock" class="bad" role="alert">{{ faults.clock }}</small>
    </fieldset>`,
  data: () => ({ kinds: KINDS, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
  methods: {
    t,
    tk,
    bad: (point) => Number.isNaN(filmSeconds(point.film)),
    turn() {
      this.clock.points = [NEW_POINT()];
      this.$emit("touched");
    },
    second() {
      this.$emit("touched");
      this.clock.points = this.clock.points.length > 1 ? [this.clock.points[0]] : [...this.clock.points, NEW_POINT()];
    },
  },
};
