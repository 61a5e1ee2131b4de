// What several cameras heard of a shot, in words and as shapes on a map.

import { number } from "shanasheel-ui/format.js";
import { lang, t, tk } from "shanasheel-ui/strings.js";

const LIST = new Intl.ListFormat(lang, { type: "conjunction" });

/** Return the sound of an alert whose place is known best: the least circle, then the most cameras. */
export function bestSound(alert) {
  const rank = (sound) => [sound.place ? sound.place.radius_m : Infinity, -sound.heard.length];
  const better = (one, other) => {
    const [a, b] = [rank(one), rank(other)];
    return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
  };
  return (alert.sounds || []).reduce((best, one) => (!best || better(one, best) ? one : best), null);
}

/** Return what is known of where an alert's best sound was; nothing where nothing was heard. */
export function placeInWords(alert, nameOf) {
  const sound = bestSound(alert);
  if (!sound) return "";
  const cameras = LIST.format(sound.heard.map((one) => nameOf(one.camera)));
  const parts = [t("sound_at.heard", { cameras })];
  if (sound.place) {
    parts.push(t("sound_at.place", { radius: number(sound.place.radius_m) }));
    if (!sound.place.checked) parts.push(t("sound_at.unchecked"));
  } else if (sound.line) {
    const { nearer, nearer_m, error_m } = sound.line;
    parts.push(t("sound_at.line", { camera: nameOf(nearer), nearer: number(nearer_m), error: number(error_m) }));
  } else parts.push(tk("sound_unplaced", sound.why));
  const more = alert.sounds.length - 1;
  if (more) parts.push(t("sound_at.more", { count: more }));
  return parts.join(" ");
}

/** Return circles and lines of alerts' sounds; `spot` turns a place into [x, y] of the drawing. */
export function soundShapes(alerts, spot, metresPerPx) {
  const found = { circles: [], lines: [] };
  for (const alert of alerts) {
    for (const [index, sound] of (alert.sounds || []).entries()) {
      const key = `${alert.id}-${index}`;
      if (sound.place) {
        const [x, y] = spot(sound.place);
        found.circles.push({ key, alert, x, y, r: sound.place.radius_m / metresPerPx });
      } else if (sound.line) {
        const points = sound.line.points.map(([lat_deg, lon_deg]) => spot({ lat_deg, lon_deg }).join(" "));
        found.lines.push({ key, alert, path: `M${points.join(" L")}` });
      }
    }
  }
  return found;
}
