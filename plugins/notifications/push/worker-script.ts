/**
 * The service worker of the page, served under `/v1/notifications/`, its scope: it takes in no request of the
 * page. It shows one notification of a number, however often it comes, and a click goes to an open page, or
 * opens one.
 */
export const workerScript = `
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  let message = {};
  try {
    message = event.data.json();
  } catch {
    // A browser takes the right to push away from who shows nothing.
  }
  const { title = "roomkeep", text = "There is news.", number = 0 } = message;
  event.waitUntil(
    self.registration.showNotification(title, { body: text, tag: "notification-" + number, icon: "/icon-192.png" }),
  );
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      const page = pages[0];
      if (page) {
        page.postMessage({ notifications: "open" });
        return page.focus();
      }
      return self.clients.openWindow("/?notifications");
    })(),
  );
});
`;
