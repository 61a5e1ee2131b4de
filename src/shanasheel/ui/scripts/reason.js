// Why an alert was raised, in words with numbers, from its kind, subject and measurements.

import { measured } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";

/** Return the reason as one sentence: what happened, and where in the view. */
export function reason(alert) {
  const subject = alert.subject || t("reason.unnamed");
  const sentence = tk("reason", alert.kind, { subject });
  if (!alert.detail) return sentence;
  const family = ["signal_lost", "recording_stopped"].includes(alert.kind) ? "cause" : "direction";
  return t("reason.with_detail", { sentence, detail: tk(family, alert.detail) });
}

/** Return the measurements as [name in words, value with unit]. */
export function measurements(alert) {
  return Object.entries(alert.numbers || {}).map(([name, value]) => [
    tk("measure", name).replaceAll("_", " "),
    measured(name, value),
  ]);
}

export const KIND_ICONS = {
  zone_entry: "login",
  loitering: "hourglass_bottom",
  line_crossing: "swap_horiz",
  camera_covered: "visibility_off",
  signal_lost: "videocam_off",
  recording_stopped: "hard_drive",
};
