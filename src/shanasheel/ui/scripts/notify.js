// Notices of the browser for new alerts while a page is open, also when it lies behind others.

import { get } from "shanasheel-ui/api.js";
import { reason } from "shanasheel-ui/reason.js";
import { lang, rtl, t } from "shanasheel-ui/strings.js";

const CHOICE = "shn_notify";
const SHOWN = "shn_noticed"; // alerts that this tab showed a notice of; they may be dismissed yet
const MOST = 20;

/** Whether this browser can show notices at all: only over HTTPS or from this machine. */
export const canNotify = "Notification" in window && window.isSecureContext;

/** Return whether notices were asked for and are allowed. */
export function notifying() {
  return canNotify && Notification.permission === "granted" && localStorage.getItem(CHOICE) === "on";
}

/** Ask for the permission, which needs a click; return whether notices will come. */
export async function askToNotify() {
  const allowed = canNotify && (await Notification.requestPermission()) === "granted";
  localStorage.setItem(CHOICE, allowed ? "on" : "off");
  return allowed;
}

export function stopNotifying() {
  localStorage.setItem(CHOICE, "off");
}

function shown() {
  return JSON.parse(sessionStorage.getItem(SHOWN) || "[]");
}

function remember(ids) {
  sessionStorage.setItem(SHOWN, JSON.stringify(ids.slice(-MOST)));
}

/** Show a notice of a new alert. */
export function notify(alert, camera) {
  if (!notifying()) return;
  remember([...shown().filter((id) => id !== alert.id), alert.id]);
  show(reason(alert), alert, camera, alert.priority === "high");
}

/** Say that an alert is dismissed, if a notice of it was shown. */
export function takeBack(alert, camera) {
  if (!shown().includes(alert.id)) return;
  remember(shown().filter((id) => id !== alert.id));
  if (notifying()) show(t("notify.cancelled", { code: alert.code }), alert, camera, false);
}

/** Take back what was dismissed while the link was down or the page was loaded anew. */
export async function takeBackMissed(nameOf) {
  for (const id of shown()) {
    const alert = await get(`/alerts/${id}`);
    if (alert.state === "dismissed") takeBack(alert, nameOf(alert.camera));
  }
}

/** The same alert again replaces its notice, also from another page. */
function show(title, alert, camera, urgent) {
  const notice = new Notification(title, {
    body: `${camera} · ${alert.code}`, tag: alert.id, lang, dir: rtl ? "rtl" : "ltr", requireInteraction: urgent, renotify: true,
  });
  notice.onclick = () => {
    window.focus();
    location.assign(`/alerts#${alert.id}`);
  };
}
