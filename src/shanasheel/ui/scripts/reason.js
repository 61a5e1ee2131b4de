// Why an alert was raised, in words with numbers, from its kind, subject and measurements.

import { measured } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";

/** Where the words of a kind's detail stand; elsewhere it is a direction. */
const FAMILIES = {
  signal_lost: "cause", recording_stopped: "cause", camera_tampered: "tamper",
  shot_heard: "heard", shot_and_scattering: "heard",
  clock_changed: "clock_of", reconnaissance: "sign",
  clock_changed: "clock_of", not_cosigned: "cosigner_fault",
  not_signed: "signing_fault",
};

/** Return the reason as one sentence: what happened, and where in the view. */
export function reason(alert) {
  const subject = alert.subject || t("reason.unnamed");
  const sentence = tk("reason", alert.kind, { subject });
  if (!alert.detail) return sentence;
  const family = FAMILIES[alert.kind] || "direction";
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
  camera_sprayed: "format_paint",
  camera_turned: "360",
  camera_defocused: "blur_on",
  camera_blinded: "flare",
  camera_frozen: "ac_unit",
  camera_looped: "repeat",
  camera_tampered: "pan_tool",
  clock_changed: "schedule",
  signal_lost: "videocam_off",
  recording_stopped: "hard_drive",
  shot_heard: "hearing",
  weapon_seen: "report",
  stopped_vehicle: "local_parking",
  scattering: "directions_run",
  people_run: "directions_run",
  person_down: "personal_injury",
  crowd: "groups",
  wrong_way: "wrong_location",
  drive_by: "speed",
  armed_group: "groups_3",
  no_plate: "no_accounts",
  dark_windows: "tonality",
  convoy: "commute",
  curfew: "nightlight",
  abandoned_object: "luggage",
  shot_and_scattering: "crisis_alert",
  cameras_lost: "videocam_off",
  reconnaissance: "visibility",
  not_cosigned: "group_off",
  not_signed: "key_off",
  combined: "join_inner",
};
