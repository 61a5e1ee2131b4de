// Requests to /api/v1 and what their refusals say.

export const ROOT = "/api/v1";

/** A refusal: what failed (title, detail) and what to do (remedy). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.title = body.title || "";
    this.remedy = body.remedy || "";
  }
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
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
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
