// Shows notices while no page is open, and says that one was opened. Runs beside the pages, in a
// worker of the browser; knows no words: they come with each notice, encrypted.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(told.title || "Shanasheel", {
      body: told.body || "", tag: told.alert || told.id || "", renotify: Boolean(told.alert || told.id), requireInteraction: Boolean(told.stays),
      lang: told.lang || "", dir: told.lang === "ar" ? "rtl" : "ltr", data: { id: told.id, token: told.token, alert: told.alert },
    }),
  );
});

/** Opening a notice acknowledges its message, by the message's own token. */
async function acknowledge({ id, token }) {
  if (!id || !token) return;
  await fetch(`/api/v1/acknowledgements/${encodeURIComponent(id)}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }),
  }).catch(() => undefined); // it stays shown here as not acknowledged
}

async function show({ alert }) {
  const address = alert ? `/alerts#${alert}` : "/receivers";
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).origin === self.location.origin);
  if (!page) return self.clients.openWindow(address);
  await page.focus();
  return page.navigate(address).catch(() => self.clients.openWindow(address));
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const told = event.notification.data || {};
  event.waitUntil(Promise.all([acknowledge(told), show(told).catch(() => undefined)]));
});
