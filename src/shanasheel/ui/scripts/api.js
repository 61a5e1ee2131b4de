// Requests to /api/v1 and what their refusals say.

import { knows, rtl, tk } from "shanasheel-ui/strings.js";

export const ROOT = "/api/v1";

/** A refusal: what failed (message) and what to do (remedy), in the page's language where it can. */
export class Problem extends Error {
  constructor(status, body) {
    const named = knows("problem", body.key);
    super(named ? tk("problem", body.key, body.given) : inGeneral(body) || `HTTP ${status}`);
    this.status = status;
    this.title = body.title || "";
    this.key = body.key || "";
    this.field = body.field || "";
    if (knows("remedy", body.key)) this.remedy = tk("remedy", body.key, body.given);
    else this.remedy = named ? "" : body.remedy || "";
  }
}

/** Return what kind of fault it is in Arabic, then the server's English, kept apart from it. */
function inGeneral(body) {
  const detail = body.detail || body.title;
  return rtl && knows("problem_kind", body.title) ? `${tk("problem_kind", body.title)} \u2066${detail}\u2069` : detail;
}

/** Return a problem as one line of words. */
export function wordsOf(problem, unreachable) {
  return [problem.message || unreachable, problem.remedy].filter(Boolean).join(" ");
}

function toLogin() {
  if (location.pathname === "/login") return;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function request(method, path, body) {
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      credentials: "same-origin",
      headers: body === undefined || body instanceof Blob ? {} : { "Content-Type": "application/json" },
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
    });
  } catch (fault) {
    throw new Problem(0, { title: "Unavailable", detail: "" });
  }
  const text = await answer.text();
  let parsed = null;
  try {
    parsed = text ? JSON.parse(text) : null;
  } catch (fault) {
    parsed = { title: text.slice(0, 200) };
  }
  if (answer.ok) return parsed;
  if (answer.status === 401 && path !== "/session") toLogin();
  throw new Problem(answer.status, parsed || {});
}

export const get = (path) => request("GET", path);
export const post = (path, body) => request("POST", path, body ?? {});
export const put = (path, body) => request("PUT", path, body);
export const remove = (path) => request("DELETE", path);

/** Return `?a=1&b=2` of the values that are set; a list gives its key several times. */
export function query(values) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") search.append(key, one);
    }
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

/** Return the address of a WebSocket under /api/v1. */
export function socketUrl(path) {
  const url = new URL(ROOT + path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
