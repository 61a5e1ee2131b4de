// The scale of the time line: what is where, and which ticks are labelled how.
//
// Time runs from left to right in both languages; the names of rows stand where lines begin: left
// in English, right in Arabic.

import { clockTime, dayMonth, minuteTime } from "shanasheel-ui/format.js";

export const MIN_SPAN_US = 1e6;
export const MAX_SPAN_US = 31 * 86400e6;
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];
const DAYS = [1, 2, 7, 14];
const DAY_S = 86400;

export class Scale {
  constructor(view, width, labels, right) {
    [this.from, this.to] = view;
    this.left = right ? 0 : labels;
    this.right = right ? width - labels : width;
  }

  get pixel_us() {
    return (this.to - this.from) / Math.max(1, this.right - this.left);
  }

  x(at_us) {
    return this.left + (at_us - this.from) / this.pixel_us;
  }

  at(x) {
    return this.from + (x - this.left) * this.pixel_us;
  }

  inside(x) {
    return x >= this.left && x <= this.right;
  }
}

function midnight(at_us) {
  const day = new Date(at_us / 1000);
  day.setHours(0, 0, 0, 0);
  return day;
}

function tenths(at_us) {
  return `${clockTime(at_us)}.${Math.floor((at_us % 1e6) / 1e5)}`;
}

/** Return [{at_us, label, strong}]; strong are midnights. Steps count from local midnight. */
export function ticks(scale) {
  const least_s = (scale.pixel_us / 1e6) * 84;
  const step_s = STEPS_S.find((one) => one >= least_s);
  return step_s ? clockTicks(scale, step_s) : dayTicks(scale, DAYS.find((one) => one * DAY_S >= least_s) || 14);
}

function clockTicks(scale, step_s) {
  const found = [];
  const label = step_s < 1 ? tenths : step_s < 60 ? clockTime : minuteTime;
  for (let day = midnight(scale.from); day.getTime() * 1000 <= scale.to; day.setDate(day.getDate() + 1)) {
    const start = day.getTime() * 1000;
    const next = new Date(day);
    next.setDate(next.getDate() + 1);
    const end = Math.min(scale.to, next.getTime() * 1000 - 1);
    const first = Math.max(0, Math.ceil((scale.from - start) / (step_s * 1e6)));
    for (let number = first; start + Math.round(number * step_s * 1e6) <= end; number += 1) {
      const at_us = start + Math.round(number * step_s * 1e6);
      found.push({ at_us, label: number === 0 ? dayMonth(at_us) : label(at_us), strong: number === 0 });
    }
  }
  return found;
}

function dayTicks(scale, days) {
  const found = [];
  const day = midnight(scale.from);
  // Counted from a fixed day, so that ticks stay where they are while the view moves.
  day.setDate(day.getDate() - (Math.round(day.getTime() / 864e5) % days));
  for (; day.getTime() * 1000 <= scale.to; day.setDate(day.getDate() + days)) {
    const at_us = day.getTime() * 1000;
    if (at_us >= scale.from) found.push({ at_us, label: dayMonth(at_us), strong: true });
  }
  return found;
}
