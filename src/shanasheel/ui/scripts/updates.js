// One WebSocket a page for news: alerts the moment they are raised, camera status every second.

import { socketUrl } from "shanasheel-ui/api.js";

const listeners = { alert: new Set(), delivery: new Set(), incident: new Set(), response: new Set(), shift: new Set(), status: new Set(), link: new Set() };
let socket = null;
let wait_ms = 500;
let started = false;
let linked = null;

function tell(kind, value) {
  for (const listener of listeners[kind]) listener(value);
}

function setLinked(value) {
  if (linked === value) return;
  linked = value;
  tell("link", value);
}

function open() {
  socket = new WebSocket(socketUrl("/updates"));
  socket.onopen = () => {
    wait_ms = 500;
    setLinked(true);
  };
  socket.onmessage = (message) => {
    const news = JSON.parse(message.data);
    if (news.type === "alert") tell("alert", news.alert);
    if (news.type === "delivery") tell("delivery", news.delivery);
    if (news.type === "incident") tell("incident", news.code);
    if (news.type === "response") tell("response", news.alert);
    if (news.type === "shift") tell("shift", null);
    if (news.type === "status") tell("status", news.cameras);
  };
  socket.onclose = () => {
    setLinked(false);
    setTimeout(open, wait_ms);
    wait_ms = Math.min(wait_ms * 2, 10000);
  };
}

/** Call `listener` on each alert, delivery, incident (its code), response (its alert), shift, status list or change of link; returns how to stop. */
export function on(kind, listener) {
  listeners[kind].add(listener);
  if (!started) {
    started = true;
    open();
  }
  if (kind === "link" && linked !== null) listener(linked);
  return () => listeners[kind].delete(listener);
}
