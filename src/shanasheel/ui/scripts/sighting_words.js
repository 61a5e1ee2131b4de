// A sighting in words: what is unknown is left out, how sure the rest is stands beside it.

import { number, percent as exactly } from "shanasheel-ui/format.js";
import { knows, rtl, t, tk } from "shanasheel-ui/strings.js";

const COMMA = rtl ? "، " : ", ";
// Nothing is known for certain: no chance is shown as 100%.
const percent = (chance) => exactly(Math.min(chance, 0.99));
const known = (word) => Boolean(word) && word !== "unknown";

/** Return "سيارة بيضاء، متجهة يساراً" or "White car, heading left". */
export function inWords(one) {
  const seen = one.description || {};
  const thing = tk("type", known(one.type) ? one.type : one.kind);
  const parts = [known(seen.colour) ? t("words.coloured", { thing: lower(thing), colour: tk("coloured", seen.colour) }) : thing];
  if (known(seen.upper)) parts.push(t("words.upper", { colour: tk("coloured", seen.upper) }));
  if (known(seen.lower)) parts.push(t("words.lower", { colour: tk("coloured", seen.lower) }));
  const moved = seen.movement;
  if (moved && known(moved.towards)) parts.push(tk(one.kind === "person" ? "towards_person" : "towards", moved.towards));
  if (moved && moved.speed_kmh !== null) parts.push(t("words.speed", { low: number(moved.speed_low_kmh), high: number(moved.speed_high_kmh) }));
  if (seen.windows && seen.windows.state === "dark") parts.push(t("words.dark"));
  const words = parts.join(COMMA);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Return how sure each word is, one a line, other words that may be right instead included. */
export function howSure(one) {
  const seen = one.description || { chances: {} };
  const lines = Object.entries(seen.chances || {})
    .filter(([what, chances]) => !(what === "type" && chances.length < 2))
    .map(([what, chances]) => `${tk("what", what)}: ${chances.slice(0, 3).map(([word, chance]) => `${tk(what === "type" ? "type" : "coloured", word)} ${percent(chance)}`).join(COMMA)}`);
  if (seen.windows && seen.windows.state !== "unknown") lines.push(`${tk("what", "windows")}: ${t("words.dark")} ${percent(seen.windows.dark)}`);
  if (seen.movement && seen.movement.bearing_deg !== null) lines.push(t("words.bearing", { degrees: number(seen.movement.bearing_deg), within: number(seen.movement.bearing_within_deg) }));
  return lines.join("\n");
}

/** Return the chances of the words said, on one line: "colour 83% · type 92% · windows 91%". */
export function sureOf(one) {
  const seen = one.description;
  if (!seen) return "";
  const sure = Object.entries(seen.chances)
    .filter(([what, chances]) => known(seen[what]) && !(what === "type" && chances.length < 2))
    .map(([what, chances]) => `${tk("what", what)} ${percent(chances[0][1])}`);
  if (seen.windows && seen.windows.state === "dark") sure.push(`${tk("what", "windows")} ${percent(seen.windows.dark)}`);
  return sure.join(" · ");
}

const lower = (words) => (rtl ? words : words.toLowerCase());
