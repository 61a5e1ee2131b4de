// Sending a file in pieces; after a cut it goes on where the hub says the last byte came.

import { get, post, put, query, remove, ROOT } from "shanasheel-ui/api.js";
import { reactive } from "vue";

const PIECE_BYTES = 4 << 20;
const PATIENCE_MS = 120000;
const PING_MS = 60000;

/** Return a reactive {name, size, offset, sha256, state, problem}; state: sending, sent, failed. */
export function sending(file) {
  const run = reactive({ key: `${file.name} ${file.size} ${Math.random()}`, file, name: file.name, size: file.size, id: "", offset: 0, sha256: "", state: "sending", problem: null, waiting: false });
  start(run);
  return run;
}

async function start(run) {
  run.problem = null;
  run.state = "sending";
  try {
    run.id = (await post("/uploads", { name: run.name, size_bytes: run.size })).id;
    while (run.offset < run.size && run.state === "sending") await piece(run);
    if (run.state === "sending") run.state = "sent";
    keep(run);
  } catch (problem) {
    if (run.state !== "sending") return;
    run.problem = problem;
    run.state = "failed";
  }
}

async function piece(run) {
  const content = run.file.slice(run.offset, run.offset + PIECE_BYTES);
  let said;
  try {
    said = await put(`/uploads/${run.id}${query({ offset: run.offset })}`, content);
  } catch (problem) {
    if (problem.status !== 0 && problem.key !== "offset") throw problem;
    said = await resume(run);
  }
  run.offset = said.offset;
  run.sha256 = said.sha256 || "";
}

/** Ask how much came until the hub answers again. */
async function resume(run) {
  const until = Date.now() + PATIENCE_MS;
  for (let wait_ms = 500; ; wait_ms = Math.min(wait_ms * 2, 8000)) {
    run.waiting = true;
    await new Promise((resolve) => { setTimeout(resolve, wait_ms); });
    try {
      const said = await get(`/uploads/${run.id}`);
      run.waiting = false;
      return said;
    } catch (problem) {
      if (problem.status !== 0 || Date.now() > until || run.state !== "sending") throw problem;
    }
  }
}

/** While the page is open the hub must not think that nobody wants the file any more. */
function keep(run) {
  run.timer = setInterval(() => {
    get(`/uploads/${run.id}`).catch((problem) => {
      if (problem.status !== 404) return;
      clearInterval(run.timer);
      if (run.state === "sent") Object.assign(run, { state: "failed", problem });
    });
  }, PING_MS);
}

/** Send it again from the beginning. */
export function again(run) {
  Object.assign(run, { id: "", offset: 0, sha256: "" });
  start(run);
}

/** Leave nothing of it at the hub. */
export function cancel(run) {
  clearInterval(run.timer);
  run.state = "cancelled";
  if (run.id) remove(`/uploads/${run.id}`).catch(() => undefined);
}

/** Leave nothing of it while the page goes away. */
export function abandon(run) {
  if (run.id && (run.state === "sending" || run.state === "sent")) fetch(`${ROOT}/uploads/${run.id}`, { method: "DELETE", keepalive: true });
}

/** The hub has taken it over. */
export function release(run) {
  clearInterval(run.timer);
  run.state = "ordered";
}
