// Which field a refusal is about: its words go below that field, all others above the buttons.

import { wordsOf } from "shanasheel-ui/api.js";
import { t } from "shanasheel-ui/strings.js";

/** Return {field: words}; "" is for what belongs to no field. */
export function faultsOf(problem, fields) {
  const field = fields.includes(problem.field) ? problem.field : "";
  return { [field]: wordsOf(problem, t("fault.unreachable")) };
}

/** Move the keyboard to the first field that is wrong. */
export function focusFault(form) {
  const field = form?.querySelector(".faulty :is(input, select, textarea)");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}
