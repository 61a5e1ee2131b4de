// Times, sizes and numbers as people read them. Latin digits in both languages: codes, clocks
// and entry numbers must read the same on screen, on paper and over the radio.

import { lang, t } from "shanasheel-ui/strings.js";

const LOCALE = lang === "ar" ? "ar-IQ-u-nu-latn-ca-gregory" : "en-GB";

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minuteFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dateFormat = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const dayMonthFormat = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const longDateFormat = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Return a Date of ISO text, of a Date, or of integer microseconds. */
export function toDate(at) {
  if (at instanceof Date) return at;
  return typeof at === "number" ? new Date(at / 1000) : new Date(at);
}

const valid = (at) => at !== null && at !== undefined && at !== "" && !Number.isNaN(toDate(at).getTime());

export const clockTime = (at) => (valid(at) ? clockFormat.format(toDate(at)) : "–");
export const minuteTime = (at) => (valid(at) ? minuteFormat.format(toDate(at)) : "–");
export const date = (at) => (valid(at) ? dateFormat.format(toDate(at)) : "–");
export const dayMonth = (at) => (valid(at) ? dayMonthFormat.format(toDate(at)) : "–");
export const longDate = (at) => (valid(at) ? longDateFormat.format(toDate(at)) : "–");
export const dateTime = (at) => (valid(at) ? `${date(at)}${lang === "ar" ? "، " : ", "}${clockTime(at)}` : "–");

/** Return when something was: the clock today, the date and clock before. */
export function when(at) {
  if (!valid(at)) return "–";
  const then = toDate(at);
  return then.toDateString() === new Date().toDateString() ? clockTime(then) : dateTime(then);
}

export const toUs = (at) => toDate(at).getTime() * 1000;

/** Return a number with at most `digits` decimals, or a dash. */
export function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }).format(value);
}

export const percent = (share) => (share === null || share === undefined ? "–" : `${number(share * 100, share < 0.1 ? 1 : 0)}%`);

/** Return a size with a binary unit. */
export function bytes(size) {
  if (size === null || size === undefined) return "–";
  const units = ["unit.B", "unit.KiB", "unit.MiB", "unit.GiB", "unit.TiB"];
  let power = 0;
  while (size >= 1024 && power < units.length - 1) {
    size /= 1024;
    power += 1;
  }
  return `${number(size, power && size < 100 ? 1 : 0)} ${t(units[power])}`;
}

/** Return a bit rate with a decimal unit. */
export function bitrate(bps) {
  if (bps === null || bps === undefined) return "–";
  if (bps >= 1e6) return `${number(bps / 1e6, 1)} ${t("unit.Mbps")}`;
  return `${number(bps / 1e3)} ${t("unit.kbps")}`;
}

/** Return a length of time in its two largest units. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(seconds);
  if (seconds < 10) return `${number(seconds, 1)} ${t("unit.s")}`;
  if (whole < 60) return `${whole} ${t("unit.s")}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${t("unit.min")} ${whole % 60} ${t("unit.s")}`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} ${t("unit.h")} ${Math.floor((whole % 3600) / 60)} ${t("unit.min")}`;
  return `${Math.floor(whole / 86400)} ${t("unit.d")} ${Math.floor((whole % 86400) / 3600)} ${t("unit.h")}`;
}

/** Return what a rule measured, with the unit that its name ends in (`stay_s`, `speed_mps`). */
export function measured(name, value) {
  if (name.endsWith("_s")) return duration(value);
  if (name.endsWith("_share") || name.endsWith("_ratio")) return percent(value);
  if (name.endsWith("_px")) return `${number(value)} ${t("unit.px")}`;
  if (name.endsWith("_m")) return `${number(value, 1)} ${t("unit.m")}`;
  if (name.endsWith("_kmh")) return `${number(value)} ${t("unit.kmh")}`;
  if (name.endsWith("_deg")) return `${number(value)}°`;
  return number(value, 2);
}
