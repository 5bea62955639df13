import { definePlugin } from "roomkeep/server";
import { z } from "zod";
import type { Notifications } from "./api.ts";
import { notificationOperations } from "./desk.ts";
import { exportMetrics } from "./metrics.ts";
import { notificationTables } from "./migration.ts";
import { openNotifications } from "./notifications.ts";
import { KNOWN_HOSTS } from "./push/endpoint.ts";
import { retentionOf } from "./retention.ts";
import { notificationPart } from "./room-part.ts";
import { notificationRoutes } from "./routes.ts";

export type {
  Notification,
  NotificationList,
  Notifications,
  NotificationsWithin,
  SenderRule,
  ShownNotification,
} from "./api.ts";
export {
  defineKind,
  type KindAction,
  type KindDefinition,
  type NotificationKind,
  type ShownAction,
} from "./kind.ts";

/**
 * Notifications by account, kept for those who are absent, with buttons, marks of what was read, and messages
 * to closed pages (Web Push) if the server has keys and the player agrees.
 *
 * Settings: `keptMax` of one account, 10 to 1,000, default 200; `sendsPerMinute` of one sender, 1 to 10,000,
 * default 60; `days` that they are kept, 1 to 366, default 90. Of Web Push: `vapidPublic`, `vapidPrivate`,
 * `vapidSubject`; `pushHosts`, the push services that are called; `pushTitle`; `pushAfterS`, default 5, and
 * `pushRetryS`, default 30; `devicesMax` of one account, 1 to 100, default 10; for a push service of one's
 * own `pushPrivate` and `pushCa`.
 *
 * @example
 * export const plugins = [notifications.with({ keptMax: 100 }), friends];
 */
export const notifications = definePlugin({
  name: "notifications",
  version: "1.0.0",
  settings: z.object({
    keptMax: z.coerce.number().int().min(10).max(1_000).default(200),
    sendsPerMinute: z.coerce.number().int().min(1).max(10_000).default(60),
    days: z.coerce.number().int().min(1).max(366).default(90),
    vapidPublic: z.string().max(200).default(""),
    vapidPrivate: z.string().max(200).default("").meta({ secret: true }),
    vapidSubject: z.string().max(200).default(""),
    pushHosts: z.string().max(2_000).default(KNOWN_HOSTS),
    pushPrivate: z.boolean().default(false),
    pushCa: z.string().max(1_000).default(""),
    pushTitle: z.string().min(1).max(60).default("roomkeep"),
    pushAfterS: z.coerce.number().min(0).max(3_600).default(5),
    pushRetryS: z.coerce.number().min(1).max(3_600).default(30),
    devicesMax: z.coerce.number().int().min(1).max(100).default(10),
  }),
  migrations: [notificationTables],
  open: (services): Promise<Notifications> => openNotifications(services),
  ready: (notes, routes) => notes.checkRoutes(routes),
  routes: notificationRoutes,
  room: (_room, notes) => notificationPart(notes),
  operations: notificationOperations,
  metrics: exportMetrics,
  retention: retentionOf,
});
