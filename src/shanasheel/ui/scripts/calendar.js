// A small month to pick a day from; weeks begin on Sunday, as in Iraq.

import { lang, t } from "shanasheel-ui/strings.js";

const LOCALE = lang === "ar" ? "ar-IQ-u-nu-latn-ca-gregory" : "en-GB";
const monthFormat = new Intl.DateTimeFormat(LOCALE, { month: "long", year: "numeric" });
const weekdayFormat = new Intl.DateTimeFormat(LOCALE, { weekday: lang === "ar" ? "narrow" : "short" });
const SUNDAY = new Date(2023, 0, 1);

export default {
  props: { day: { type: Date, required: true } },
  emits: ["pick"],
  template: `
    <div class="shn-calendar">
      <header>
        <button class="shn-icon" type="button" @click="turn(-1)" :aria-label="t('calendar.before')"><span class="mi flip" aria-hidden="true">chevron_left</span></button>
        <strong>{{ title }}</strong>
        <button class="shn-icon" type="button" @click="turn(1)" :aria-label="t('calendar.after')"><span class="mi flip" aria-hidden="true">chevron_right</span></button>
      </header>
      <div class="days">
        <span v-for="name in weekdays" :key="name.key" class="name">{{ name.text }}</span>
        <button v-for="one in days" :key="one.key" type="button" :disabled="one.future"
                :class="{ other: !one.here, today: one.today, chosen: one.chosen }" @click="$emit('pick', one.date)">{{ one.date.getDate() }}</button>
      </div>
    </div>`,
  data() {
    return { month: new Date(this.day.getFullYear(), this.day.getMonth(), 1) };
  },
  computed: {
    title() {
      return monthFormat.format(this.month);
    },
    weekdays: () => Array.from({ length: 7 }, (_, index) => {
      const date = new Date(SUNDAY);
      date.setDate(1 + index);
      return { key: index, text: weekdayFormat.format(date) };
    }),
    days() {
      const today = new Date();
      return Array.from({ length: 42 }, (_, index) => {
        const date = new Date(this.month.getFullYear(), this.month.getMonth(), 1 - this.month.getDay() + index);
        return {
          key: index,
          date,
          here: date.getMonth() === this.month.getMonth(),
          today: date.toDateString() === today.toDateString(),
          chosen: date.toDateString() === this.day.toDateString(),
          future: date > today,
        };
      });
    },
  },
  methods: {
    t,
    turn(months) {
      this.month = new Date(this.month.getFullYear(), this.month.getMonth() + months, 1);
    },
  },
};
