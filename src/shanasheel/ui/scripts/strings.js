// Words of the page's language, handed over by the server in window.SHN.

const page = window.SHN || { lang: "en", theme: "dark", strings: {} };

export const lang = page.lang;
export const rtl = lang === "ar";

/** Return the words for a key, with {name} replaced from params. */
export function t(key, params = {}) {
  const words = page.strings[key];
  if (words === undefined) {
    console.error(`No words for ${key}`);
    return key;
  }
  return words.replace(/\{(\w+)\}/g, (_, name) => isolated(String(params[name] ?? "")));
}

// A name or format in the other script must not reorder the sentence around it (UAX #9, isolates).
function isolated(value) {
  const other = rtl ? /[A-Za-z]/ : /[\u0590-\u08FF]/;
  return other.test(value) ? `\u2068${value}\u2069` : value;
}

/** Return whether there are words for a value of a family. */
export function knows(family, value) {
  return Boolean(value) && `${family}.${value}` in page.strings;
}

/** Return the words for a value of a family (`tk("state", "new")`), or the value itself. */
export function tk(family, value, params = {}) {
  if (value === null || value === undefined || value === "") return "";
  return `${family}.${value}` in page.strings ? t(`${family}.${value}`, params) : String(value);
}

/** Return the name of a camera in the page's language. */
export function cameraName(camera) {
  if (!camera) return "";
  return (rtl ? camera.name_ar || camera.name : camera.name || camera.name_ar) || camera.id || t("camera.none"); // of the ledger itself
}
