import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { announcement } from "./announcements.ts";
import type { Notifications } from "./api.ts";
import { dismiss } from "./box.ts";

const DAY_S = 24 * 60 * 60;

const account = z.uuid().meta({ description: "id of the account" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });

/** What operators do with notifications. */
export function notificationOperations(notes: Notifications): Record<string, PluginOperation> {
  return {
    send: deskOperation({
      summary: "Send a text to an account, or to all that there are",
      permission: "rooms",
      kind: "write",
      params: z.object({
        account: account.optional().meta({ description: "id of the account; absent: see `all`" }),
        all: z.boolean().default(false).meta({ description: "to every account" }),
        text: z.string().trim().min(1).max(500),
        days: z.int().min(1).max(366).default(30).meta({ description: "how long it is shown" }),
        reason,
      }),
      result: z.object({ sent: z.literal(true) }),
      codes: ["ACCOUNT_UNKNOWN", "MESSAGE_INVALID", "NOTIFICATION_INVALID"],
      async run({ db, concerns, after }, { account: to, all, text, days }) {
        if (all === (to !== undefined))
          throw new RoomkeepError("MESSAGE_INVALID", "Name an account, or say `all`; one of both.");
        if (to === undefined) {
          await notes.announce(db, text, days * DAY_S);
          after(notes.look);
        } else {
          concerns(to);
          const letters = notes.within(db);
          await letters.send(to, { kind: announcement, params: { text }, expiresInS: days * DAY_S });
          after(letters.tell);
        }
        return { sent: true as const };
      },
      text: () => ["It is sent."],
    }),
    list: deskOperation({
      summary: "The notifications that an account sees, the newest first",
      permission: "secrets",
      kind: "read",
      params: z.object({
        account,
        before: z.int().min(1).optional().meta({ description: "number of the last one of the page before" }),
        limit: z.int().min(1).max(100).default(50),
      }),
      result: z.object({
        notifications: z.array(
          z.object({
            number: z.int(),
            kind: z.string(),
            text: z.string(),
            at: z.iso.datetime(),
            read: z.boolean(),
          }),
        ),
        unread: z.int(),
      }),
      async run(_, { account: of, before, limit }) {
        const { notifications, unread } = await notes.list(of, { before, limit });
        return {
          notifications: notifications.map(({ number, kind, text, at, read }) => ({
            number,
            kind,
            text,
            at,
            read,
          })),
          unread,
        };
      },
      text: ({ notifications }) =>
        notifications.map(
          ({ number, at, kind, read, text }) =>
            `${number}  ${at}  ${kind}  ${read ? "read" : "new"}  ${text}`,
        ),
    }),
    dismiss: deskOperation({
      summary: "Take a notification of an account away",
      permission: "rooms",
      kind: "write",
      params: z.object({ account, number: z.int().min(1), reason }),
      result: z.object({ dismissed: z.literal(true) }),
      codes: ["NOTIFICATION_UNKNOWN"],
      async run({ db, concerns, after }, { account: of, number }) {
        concerns(of);
        await dismiss(db, of, number);
        after(() => notes.tellGone(of, number));
        return { dismissed: true as const };
      },
      text: () => ["It is gone."],
    }),
  };
}
