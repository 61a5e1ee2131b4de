// The cameras of the site, with status kept fresh; one copy a page.

import { get } from "shanasheel-ui/api.js";
import { clockTime, number } from "shanasheel-ui/format.js";
import { t, tk } from "shanasheel-ui/strings.js";
import { on } from "shanasheel-ui/updates.js";
import { reactive } from "vue";

let store = null;

/** Return the reactive {cameras, all, loaded, fault, stale}; `all` has retired ones too. */
export function cameraStore() {
  if (store) return store;
  store = reactive({ cameras: [], all: [], loaded: false, fault: null, stale: false });
  load();
  on("status", (list) => {
    for (const { id, status } of list) {
      const camera = store.cameras.find((one) => one.id === id);
      if (camera) camera.status = status;
    }
    const known = new Set(store.cameras.map((camera) => camera.id));
    if (store.loaded && (list.length !== known.size || list.some(({ id }) => !known.has(id)))) load();
  });
  on("link", (up) => {
    if (up && store.stale) load();
    store.stale = !up;
  });
  return store;
}

/** Read the list again now: a camera came, changed or went. */
export function refreshCameras() {
  loading = false;
  return load();
}

let loading = false;

async function load() {
  if (loading) return;
  loading = true;
  try {
    store.all = (await get("/cameras?retired=true")).items;
    store.cameras = store.all.filter((camera) => !camera.retired);
    store.loaded = true;
    store.fault = null;
  } catch (fault) {
    store.fault = fault;
    setTimeout(load, 3000);
  } finally {
    // A camera unknown to the list must not make every status message ask again at once.
    setTimeout(() => { loading = false; }, 2000);
  }
}

/** Return words for whether a camera is looked at, from its status. */
export function analysisOf(status) {
  if (status?.analysis === "on" && status.depth === "full") return t("analysis.full");
  return tk("analysis", status?.analysis, { time: clockTime(status?.shed_since) }) || "–";
}

/** Return words for what looking at a camera takes of the processor. */
export function lookingCost(status) {
  const ms = status?.analysis_cpu_ms_per_s;
  return ms === undefined || ms === null ? "–" : t("looking_cost", { ms: number(ms, 1) });
}

/** Return the class and key of words for a camera's state. */
export function stateOf(camera) {
  // Without news a camera may be anything: never show the last state as the present one.
  const state = store?.stale ? "unknown" : camera.status?.state || "starting";
  // It sends, but no disk takes it: not the camera's fault.
  if (state === "lost" && camera.status?.cause === "disk") return { name: "not_recorded", dot: "bad" };
  return { name: state, dot: { recording: "ok", lost: "bad", starting: "warn", stopped: "off" }[state] || "off" };
}
