import { type PluginRoute, route } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Notifications } from "./api.ts";
import { subscription } from "./push/endpoint.ts";
import { workerScript } from "./push/worker-script.ts";

/** Notifications in one answer. */
const PAGE_MAX = 100;
const number = z.int().min(1);

const action = z.union([
  z.object({ id: z.string(), label: z.string(), method: z.string(), path: z.string() }),
  z.object({
    id: z.string(),
    label: z.string(),
    message: z.string(),
    payload: z.record(z.string(), z.unknown()),
  }),
  z.object({ id: z.string(), label: z.string(), panel: z.string() }),
]);
const list = z.object({
  notifications: z.array(
    z.object({
      number: z.int(),
      kind: z.string(),
      text: z.string(),
      actions: z.array(action),
      at: z.iso.datetime(),
      expiresAt: z.iso.datetime().nullable(),
      read: z.boolean(),
    }),
  ),
  latest: z.int(),
  unread: z.int(),
});
const page = z.object({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});

/** The routes of the plugin: the notifications of the account that asks, and its devices. */
export function notificationRoutes(notes: Notifications): Record<string, PluginRoute> {
  return {
    listNotifications: route({
      method: "GET",
      path: "/v1/notifications",
      summary:
        "Notifications of the account, the newest first; with `after`, a number, those after it, the oldest first",
      result: list,
      documents: { query: page },
      async answer({ caller, query }) {
        const { data, error } = page.safeParse(query);
        if (!data) throw new RoomkeepError("MESSAGE_INVALID", `query: ${error.issues[0]?.message}`);
        // The list is the caller's own and leaves as it was read.
        return (await notes.list(caller.accountId, data)) as z.output<typeof list>;
      },
    }),
    readNotifications: route({
      method: "POST",
      path: "/v1/notifications/read",
      summary: "Mark notifications as read, by their numbers or all up to one, on all devices",
      body: z.union([
        z.strictObject({ numbers: z.array(number).min(1).max(PAGE_MAX) }),
        z.strictObject({ upTo: number }),
      ]),
      result: z.object({ unread: z.int() }),
      codes: ["NOTIFICATION_UNKNOWN"],
      answer: ({ caller, body }) => notes.read(caller.accountId, body),
    }),
    dismissNotification: route({
      method: "DELETE",
      path: "/v1/notifications/:number",
      summary: "Take a notification away",
      status: 204,
      codes: ["NOTIFICATION_UNKNOWN"],
      async answer({ caller, params }) {
        const { data } = z.coerce.number().pipe(number).safeParse(params.number);
        if (!data) throw new RoomkeepError("MESSAGE_INVALID", "number: is no number of a notification.");
        await notes.dismiss(caller.accountId, data);
        return null;
      },
    }),
    readPush: route({
      method: "GET",
      path: "/v1/notifications/push",
      summary: "The key by which a browser subscribes, null without, and the account's devices",
      result: z.object({
        key: z.string().nullable(),
        devices: z.array(z.object({ id: z.uuid(), host: z.string(), since: z.iso.datetime() })),
      }),
      answer: async ({ caller }) => ({
        key: notes.push.key,
        devices: await notes.push.devices(caller.accountId),
      }),
    }),
    subscribePush: route({
      method: "POST",
      path: "/v1/notifications/push",
      summary: "Send to this browser while no page is open: its `PushSubscription` as JSON",
      body: subscription,
      // Each may look a name up.
      perMinute: 10,
      status: 204,
      codes: ["PUSH_OFF", "PUSH_INVALID", "DEVICES_FULL"],
      async answer({ caller, body }) {
        await notes.push.subscribe(caller.accountId, body);
        return null;
      },
    }),
    unsubscribePush: route({
      method: "POST",
      path: "/v1/notifications/push/stop",
      summary: "Send no more to the browser of an endpoint; without one, to none of the account's",
      body: z.strictObject({ endpoint: z.string().max(1_000).optional() }),
      status: 204,
      async answer({ caller, body }) {
        await notes.push.unsubscribe(caller.accountId, body.endpoint);
        return null;
      },
    }),
    pushWorker: route({
      method: "GET",
      path: "/v1/notifications/worker",
      summary: "The service worker that shows what comes while no page is open",
      role: "anyone",
      answer: () =>
        new Response(workerScript, {
          headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
        }),
    }),
  };
}
