// What comes to a protected place, in words: a plate, a vehicle's look, people who stop at an hour.

import { t, tk } from "shanasheel-ui/strings.js";

const EXTRA = { dark: "protected.dark", bare: "protected.bare" };

/** Return words for a look as events and findings hold it. */
export function lookWords(look, sign) {
  const [first, ...rest] = look.split(" ");
  if (first === "person") return t("protected.people", { hour: `${rest[0]}:00` });
  if (sign === "plate" || !rest.length) return t("protected.plate", { plate: look });
  const [colour, ...extra] = rest;
  return [`${tk("type", first)} · ${tk("colour", colour)}`, ...extra.map((one) => (EXTRA[one] ? t(EXTRA[one]) : one))].join(" · ");
}
